"""What answers have in common, as the API document describes it once, among its components: headers and refusals."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

_TEXT: Final[dict[str, Any]] = {"type": "string"}
_SECONDS: Final[dict[str, Any]] = {"type": "integer", "minimum": 1}
DESCRIBED: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "X-Request-Id": ("Under which the request is in the logs.", _TEXT),
    "RateLimit-Policy": ('The limit, for example `"burst";q=600;w=60`: requests in so many seconds.', _TEXT),
    "RateLimit": ('What is left of it, for example `"burst";r=598;t=52`: requests, for so many seconds.', _TEXT),
    "Retry-After": ("Seconds after which to ask again.", _SECONDS),
    "ETag": ("The version, for If-Match and If-None-Match.", _TEXT),
    "Location": ("Where it is from now on.", {"type": "string", "format": "uri-reference"}),
    "Link": ('The first page as `<…>; rel="first"`; the next as `rel="next"`, absent on the last (RFC 8288).', _TEXT),
    "Deprecation": ("Since when the address is on its way out, as `@` and seconds since 1970 (RFC 9745).", _TEXT),
    "Sunset": ("Until when it answers (RFC 8594); from then on 410 `retired`.", _TEXT),
    "Idempotent-Replayed": ("`true` when this is the answer to an earlier request with the same key.", _TEXT),
    "WWW-Authenticate": ("How to sign in.", _TEXT),
    "Accept-Patch": ("The media types of patches (RFC 5789).", _TEXT),
    "Accept-Post": ("The media types of bodies that are posted (Linked Data Platform 1.0).", _TEXT),
    "Repr-Digest": ("`sha-256=:…:` over the bytes (RFC 9530).", _TEXT),
    "Content-Digest": ("`sha-256=:…:` over the bytes (RFC 9530).", _TEXT),
}
ALWAYS: Final = ("X-Request-Id",)
DIGESTS: Final = ("Repr-Digest", "Content-Digest", "ETag")
COUNTED: Final = ("RateLimit-Policy", "RateLimit")
# A refusal may come again too, under the same Idempotency-Key.
REPEATED: Final = frozenset({400, 404, 409, 413, 415, 422})
WHY: Final[dict[int, str]] = {
    400: "The body is not JSON, or a parameter or cursor is not usable.",
    401: "Nobody is signed in, or the key is refused.",
    403: "The role or the key's scope is missing.",
    404: "There is nothing here, or it is not yours to see.",
    409: "The state or a guard does not allow it; the sentence says why.",
    410: "It was withdrawn.",
    412: "Somebody changed it since you read it.",
    413: "The body is too large.",
    415: "The body has another media type.",
    422: "A value is not usable; each with its pointer.",
    428: "If-Match is missing.",
    429: "Too many requests.",
    500: "Something went wrong here.",
    503: "Somebody else is writing this at the moment.",
}
MORE: Final[dict[int, tuple[str, ...]]] = {
    401: ("WWW-Authenticate",),
    409: ("Retry-After",),
    415: ("Accept-Patch", "Accept-Post"),
    429: ("Retry-After",),
    503: ("Retry-After",),
}


def refusal(status: int) -> dict[str, Any]:
    """A reference to the problem with this status."""
    return {"$ref": f"#/components/responses/Problem{status}"}


def headers(names: Iterable[str]) -> dict[str, Any]:
    """References to what every answer carries, and to these."""
    return _references([*ALWAYS, *COUNTED, *names])


def add_components(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Put among the components of the document what answers refer to."""
    result["components"]["headers"] = {
        name: {"description": words, "schema": schema} for name, (words, schema) in DESCRIBED.items()
    }
    result["components"]["responses"] = {f"Problem{status}": _problem(status) for status in WHY}
    return {name: _without_marks(part) for name, part in result.items()}


def _without_marks(part: Any) -> Any:
    """The same without the marks that the library sets on enumerations for itself."""
    if isinstance(part, dict):
        return {name: _without_marks(inner) for name, inner in part.items() if name != "x-spec-enum-id"}
    return [_without_marks(inner) for inner in part] if isinstance(part, list) else part


def _problem(status: int) -> dict[str, Any]:
    names = [*ALWAYS, *(() if status == 401 else COUNTED), *MORE.get(status, ())]
    names += ["Idempotent-Replayed"] if status in REPEATED else []
    return {
        "description": WHY[status],
        "headers": _references(names),
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


def _references(names: list[str]) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in dict.fromkeys(names)}
