"""Places and types of the change feed as requests name them, for `/events`, webhooks and the live stream alike."""

from __future__ import annotations

from claims.api.errors import BadCursor, BadParameter
from claims.exports.feed import Place, kept_type, place_in
from claims.webhooks.kinds import EVENT_TYPES, no_such


def place_of(cursor: str) -> Place:
    """The place a cursor names, the beginning when it is empty. Raises `BadCursor`."""
    place = place_in(cursor)
    if place is None:
        raise BadCursor()
    return place


def type_named(name: str) -> str:
    """The type as it is kept ("claim.late") from its public name. Raises `BadParameter`."""
    kept = kept_type(name)
    if kept is None or kept not in EVENT_TYPES:
        fault = {"parameter": "types", "code": "not_a_choice", "detail": no_such(name)}
        raise BadParameter(f"types: {fault['detail']}", listed=[fault])
    return kept
