"""Holds every answer that an API test gets against the document: its status, media type, headers and body."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from jsonschema_rs import Draft202012Validator, Registry

Described = dict[str, Any]
# Answers that no operation documents: another method, the address without its slash, and which methods there are.
OF_NO_OPERATION = frozenset({405, 308})


@cache
def document() -> Described:
    """The committed document."""
    text = (Path(settings.BASE_DIR) / "docs/openapi.yaml").read_text()
    found: Described = yaml.load(text, Loader=yaml.CSafeLoader)
    return found


@cache
def _addresses() -> list[tuple[re.Pattern[str], str]]:
    """Each path of the document as a pattern; those without a number in them first, as the site has them."""
    paths = sorted(document()["paths"], key=lambda path: (path.count("{"), path))
    return [(re.compile(re.sub(r"\\{\w+\\}", "[^/:]+", re.escape(path)) + r"\Z"), path) for path in paths]


@lru_cache(1024)
def operation(method: str, address: str) -> Described | None:
    """What the document says of this method there, None when it says nothing."""
    for pattern, path in _addresses():
        if pattern.match(address):
            found: Described | None = document()["paths"][path].get(method.lower())
            return found
    return None


def resolved(described: Described) -> Described:
    """The same, or what it refers to."""
    while "$ref" in described:
        reference = described["$ref"]
        described = document()
        for step in reference.removeprefix("#/").split("/"):
            described = described[step]
    return described


@cache
def _registry() -> Registry:
    """The document, for what it refers to in itself."""
    return Registry([("urn:document", document())])


@cache
def _validator(reference: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"urn:document{reference}"}, registry=_registry())


def check_answer(method: str, address: str, status: int, headers: dict[str, str], body: Any) -> None:
    """Fail when an answer is not as the document promises it."""
    described = operation(method, address)
    if described is None or status in OF_NO_OPERATION:
        return
    where = f"{method} {address} {status}"
    assert str(status) in described["responses"], f"{where}: this status is not documented"
    promised = resolved(described["responses"][str(status)])
    sent = {name for name in document()["components"]["headers"] if name in headers}
    assert sent <= promised.get("headers", {}).keys(), f"{where}: {sent - promised['headers'].keys()} not documented"
    content = promised.get("content", {})
    kind = headers.get("Content-Type", "").split(";")[0]
    assert kind in content or (not content and body is None), (
        f"{where}: {kind or 'no'} body, documented {list(content)}"
    )
    reference = content.get(kind, {}).get("schema", {}).get("$ref")
    if reference is not None:
        fault = next(_validator(reference).iter_errors(body), None)
        assert fault is None, f"{where}: {fault and fault.instance_path} {fault and fault.message}"
