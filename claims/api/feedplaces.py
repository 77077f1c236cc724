"""Places and types of the change feed as requests name them, for `/events`, webhooks and the live stream alike."""

from __future__ import annotations

from claims.api.errors import BadCursor, BadParameter
from claims.exports.feed import PREFIX, SUFFIX, Place, kept_type, place_in


def place_of(cursor: str) -> Place:
    """The place a cursor names, the beginning when it is empty. Raises `BadCursor`."""
    place = place_in(cursor)
    if place is None:
        raise BadCursor()
    return place


def type_named(name: str) -> str:
    """The type as it is kept ("claim.late") from its public name. Raises `BadParameter`."""
    kept = kept_type(name)
    if kept is None:
        raise BadParameter(f"types: a type is written {PREFIX}<noun>.<what>{SUFFIX}.")
    return kept
