"""The words of a claim as they may be kept: the same for making a claim and for editing one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from claims.errors import Invalid
from claims.services.articles import language_tag, line, text


def _statement(value: str) -> str:
    statement = text(value, "statement", 1000).strip()
    if not statement:
        raise Invalid("A claim needs a statement.", pointer="/statement")
    return statement


def _language(value: str) -> str:
    if not value.strip():
        raise Invalid("A claim needs its language, for example en.", pointer="/language")
    return language_tag(value, "language")


def _topics(value: Iterable[str]) -> list[str]:
    return sorted({line(topic, "topics", 40, one="topic").lower() for topic in value})


_CLEANED: Mapping[str, Callable[[Any], object]] = {
    "statement": _statement,
    "short_text": lambda value: line(value, "short_text", 75),
    "language": _language,
    "topics": _topics,
    "selection_reason": lambda value: line(value, "selection_reason", 300),
}


def wording(given: Mapping[str, Any]) -> dict[str, object]:
    """The given words of a claim, by field, cleaned. Raises `UnusableText`, or `Invalid` for any other field."""
    if unknown := sorted(given.keys() - _CLEANED.keys()):
        raise Invalid(f"{unknown[0]} of a claim cannot be edited.", pointer=f"/{unknown[0]}")
    return {name: _CLEANED[name](value) for name, value in given.items()}
