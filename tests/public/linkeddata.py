"""Reads JSON-LD with a processor that we did not write, and never over the network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyld import jsonld

SCHEMA = "http://schema.org/"
LINKS = ("url", "sdLicense", "license", "publishingPrinciples", "correctionsPolicy")
# The context of schema.org as far as our documents use it: terms are its own, and addresses are addresses.
TERMS = {"@vocab": SCHEMA, **{name: {"@type": "@id"} for name in LINKS}}


def _loaded(address: str, options: Mapping[str, Any]) -> dict[str, Any]:
    del options
    if address != "https://schema.org":
        raise AssertionError(f"{address} would be asked for")
    return {
        "contentType": "application/ld+json",
        "contextUrl": None,
        "documentUrl": address,
        "document": {"@context": TERMS},
    }


def expanded(document: Any) -> Any:
    """Every node of the document with its terms written out."""
    return jsonld.expand(document, {"documentLoader": _loaded})


def many(node: Mapping[str, Any], name: str, vocabulary: str = SCHEMA) -> list[Any]:
    """What a node says under a term: values, names of other nodes, or nodes."""
    return [_plain(found) for found in node.get(vocabulary + name, [])]


def one(node: Mapping[str, Any], name: str, vocabulary: str = SCHEMA) -> Any:
    """The one thing that it says."""
    (only,) = many(node, name, vocabulary)
    return only


def _plain(found: Mapping[str, Any]) -> Any:
    if "@value" in found:
        return found["@value"]
    return found["@id"] if set(found) == {"@id"} else found
