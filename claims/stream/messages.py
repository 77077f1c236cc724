"""The live stream's lines (the event stream format of the HTML standard, section 9.2)."""

from __future__ import annotations

import json
from collections.abc import Iterable

from claims.exports.feed import cursor_of, public_type
from claims.hints import Hint, Place

ALIVE = b":\n\n"


def opening(retry: int) -> bytes:
    """The first lines: come back after `retry` milliseconds when the stream has ended."""
    return b": connected\nretry: %d\n\n" % retry


def told(hints: Iterable[Hint]) -> bytes:
    """Each hint as one event, named by its type; its id is its place in the change feed."""
    return "".join(_event(hint) for hint in hints).encode()


def reached(place: Place) -> bytes:
    """An id without an event: nothing for this viewer up to here. Clients go on from it, and show nothing."""
    return f"id: {cursor_of(place)}\n\n".encode()


def reset(place: Place) -> bytes:
    """Whoever hears it reads everything anew: what happened before `place` cannot be told any more."""
    cursor = cursor_of(place)
    return f'id: {cursor}\nevent: reset\ndata: {{"cursor":"{cursor}"}}\n\n'.encode()


def _event(hint: Hint) -> str:
    type_ = public_type(hint.type)
    data = json.dumps({"type": type_, "claim": hint.claim}, separators=(",", ":"))
    return f"id: {cursor_of(hint.place)}\nevent: {type_}\ndata: {data}\n\n"
