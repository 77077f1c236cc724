"""Where one answer leads: the links of the API document, by which a program finds its way from call to call.

What was made leads to everything about it, a list to its first row, and what was read to its change.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

# What is made below something else, but found by an address of its own.
ELSEWHERE = {
    "/api/v1/claims/{number}/evidence": "/api/v1/evidence",
    "/api/v1/evidence/{number}/supersede": "/api/v1/evidence",
}
Paths = dict[str, dict[str, Any]]


def add_links(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Say it at each answer, with the tag that a change needs where the answer has it."""
    paths: Paths = result["paths"]
    for path, methods in paths.items():
        about = list(_about(paths, f"{ELSEWHERE.get(path, path)}/{{number}}"))
        if "get" in methods and _is_list(methods["get"]):
            _lead(methods["get"]["responses"]["200"], about, "$response.body#/results/0/id")
        if "201" in methods.get("post", {}).get("responses", {}):
            for status in {"200", "201"} & methods["post"]["responses"].keys():
                _lead(methods["post"]["responses"][status], about, "$response.body#/id")
        if path.endswith("/{number}") and "get" in methods:
            _lead(methods["get"]["responses"]["200"], list(_about(paths, path)), "$request.path.number")
    return result


def _is_list(operation: dict[str, Any]) -> bool:
    return "Link" in operation["responses"].get("200", {}).get("headers", {})


def _about(paths: Paths, path: str) -> Iterator[dict[str, Any]]:
    """The operations on one row and on what belongs to it, where its number is all that has to be known."""
    for other, methods in paths.items():
        if other.startswith(path) and other.count("{") == 1 and (other + "/")[len(path)] in "/:":
            yield from methods.values()


def _lead(answer: dict[str, Any], about: list[dict[str, Any]], number: str) -> None:
    tagged = "ETag" in answer.get("headers", {})
    for operation in about:
        needs = {one["name"] for one in operation.get("parameters", ()) if one.get("required")}
        if "If-Match" in needs and not tagged:
            continue
        tag = {"header.If-Match": "$response.header.ETag"} if "If-Match" in needs else {}
        link = {"operationId": operation["operationId"], "parameters": {"path.number": number, **tag}}
        answer.setdefault("links", {})[operation["operationId"]] = link
