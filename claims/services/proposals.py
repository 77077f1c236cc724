"""Seals what is proposed: the first event of a claim carries the SHA-256 of all that the claim was made of.

Of that the event has no words but the quote. `manage.py verify` reckons the same from the rows, less what recorded
steps changed since (`claims_are_as_they_were_proposed`), and must come to the same text: an array of JSON.

Nothing goes in that somebody who reads the event may not read on the claim or in its history, or the seal would
confirm what they guess. So a source goes in as its number: it may be renamed so that nobody learns who it was.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from operator import itemgetter
from typing import Any

from claims.actors import Actor
from claims.models import Appearance, ChainStep, Claim, ClaimEvent
from claims.services.transitions import Held

SEAL = "proposed_sha256"
_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_JSON = json.JSONEncoder(ensure_ascii=False, check_circular=False)
_WORDS = itemgetter(
    *("statement", "short_text", "language", "topics", "selection_reason", "desk_id", "priority"),
    *("split_from_id", "made_by_user_id", "made_by_key_id", "confirm_words", "confirm_precision", "confirm_zone"),
    *("confirm_zone_basis", "confirm_read_by"),
)
_TIMES = itemgetter("confirm_from", "confirm_by", "confirm_counted_from", "review_due_at")
_QUOTE = itemgetter(
    *("revision_id", "exact", "prefix", "suffix", "start", "end", "is_first"),
    *("hedge_words", "hedge_kind", "hedge_low", "hedge_high", "hedge_scale"),
)
_STEP = itemgetter("order", "source_id", "verb", "named", "on_record", "implied", "link", "note")
Quoted = tuple[Appearance, Sequence[ChainStep]]
"""Where a claim stands in a text, and the steps of its chain there."""


def tell_proposed(held: Held, quotes: Sequence[Quoted], *, by: Actor, data: Mapping[str, Any]) -> ClaimEvent:
    """Record that a claim was proposed: its first event. It, its quotes and their chains are written already."""
    told = {**data, SEAL: seal(as_proposed(held.claim), quotes)}
    return held.record("claim.propose", by=by, from_state="", data=told)


def as_proposed(claim: Claim) -> list[Any]:
    """What goes into the seal of the claim itself, taken before any further step."""
    columns = vars(claim)
    return [*_WORDS(columns), *map(_plain, _TIMES(columns))]


def seal(proposed: Sequence[Any], quotes: Iterable[Quoted]) -> str:
    """The SHA-256 of what was `as_proposed`, with its quotes in their order and the steps of each chain."""
    placed = [[*_QUOTE(vars(quote)), [_STEP(vars(step)) for step in chain]] for quote, chain in quotes]
    return sha256(_JSON.encode([*proposed, placed]).encode()).hexdigest()


def _plain(moment: datetime | None) -> int | None:
    """A moment as microseconds since 1970: every database writes that alike."""
    return None if moment is None else (moment - _EPOCH) // _MICROSECOND
