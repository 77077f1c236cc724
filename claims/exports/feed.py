"""An event of the history as the outside reads it: in the change feed, in a claim's timeline, in a webhook.

One rendering for all of them, so that none of them ever tells more than another.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from claims.exports.times import rfc3339
from claims.models import ClaimEvent, SetUpEvent
from claims.models.event import look_for_protected

PREFIX, SUFFIX = "org.claimdesk.", ".v1"
Place = tuple[int, int]


def cursor_of(place: Place) -> str:
    """A place in the feed as text."""
    return f"{place[0]}-{place[1]}"


def place_in(cursor: str) -> Place | None:
    """The place a cursor names, the beginning when it is empty; None when it is no cursor."""
    if not cursor:
        return 0, 0
    tx, dash, pk = cursor.partition("-")
    if not (dash and tx.isascii() and tx.isdigit() and pk.isascii() and pk.isdigit()):
        return None
    place = int(tx), int(pk)
    return place if max(place) < 2**63 else None


def public_type(kept: str) -> str:
    """The type of an event as the outside knows it."""
    return f"{PREFIX}{kept}{SUFFIX}"


def kept_type(name: str) -> str | None:
    """The type as it is kept ("claim.late") from its public name; None for what is not written like one."""
    kept = name.removeprefix(PREFIX).removesuffix(SUFFIX)
    return kept if name == public_type(kept) and kept.count(".") == 1 else None


def actor_out(event: ClaimEvent | SetUpEvent) -> dict[str, Any]:
    """Who did it, as the document describes it under `Actor`."""
    return {"kind": str(event.actor_kind), "id": event.actor_id, "name": event.actor_name}


def event_out(event: ClaimEvent) -> dict[str, Any]:
    """The members of one event, as the document describes them under `Event`."""
    return {
        "id": f"{event.claim_id}.{event.seq}",
        "type": public_type(event.type),
        "claim": event.claim_id,
        "seq": event.seq,
        "actor": actor_out(event),
        "from_state": event.from_state,
        "to_state": event.to_state,
        "reason": event.reason,
        "data": event.told,
        "occurred_at": rfc3339(event.occurred_at),
        "recorded_at": rfc3339(event.recorded_at),
        "prev_hash": event.prev_hash,
        "hash": event.hash,
        "cursor": cursor_of((event.tx, event.pk)),
    }


def events_out(events: Sequence[ClaimEvent]) -> list[dict[str, Any]]:
    """The same of many, with one look at the evidence that they name."""
    look_for_protected(events)
    return [event_out(event) for event in events]
