"""One claim of a list with everything said about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from claims import timewords, wordings
from claims.lifecycle import WaitingReason
from claims.models import ChainStep, Claim, Decision
from reviews.services import queue


@dataclass(frozen=True)
class Note:
    """A note of a row; empty words mean the flag's usual ones."""

    kind: str
    words: str = ""


@dataclass(frozen=True)
class Row:
    """One claim of a list with what is said about it beside its own fields."""

    claim: Claim
    chain: list[ChainStep]
    hedge: str
    notes: list[Note]
    more: int
    standing: Decision | None
    outlet: str
    moved: bool

    @property
    def own_voice(self) -> bool:
        return len(self.chain) == 1

    @property
    def waiting_words(self) -> str:
        """What a parked claim waits for: "Waiting for a document: the plan itself"."""
        reason, note = self.claim.waiting_reason, self.claim.waiting_note
        label = str(WaitingReason(reason).label) if reason else ""
        return ": ".join(part for part in (label, note) if part)


def row_of(claim: Claim, now: datetime) -> Row:
    """A claim that came through `queue.shown`, as a row."""
    first = claim.first_appearance()
    kinds, folded = wordings.notes_in_order(queue.flags_of(claim, now))
    return Row(
        claim=claim,
        chain=list(first.chain.all()) if first else [],
        hedge=", ".join(f"“{words}”" for words in first.hedge_words) if first else "",
        notes=[_note(claim, kind, now) for kind in kinds],
        more=len(folded),
        standing=queue.standing_of(claim),
        outlet=first.revision.article.outlet.name if first else "",
        moved=claim.review_due_at != claim.first_review_due_at,
    )


def _note(claim: Claim, kind: str, now: datetime) -> Note:
    if kind == "date_near" and claim.confirm_by is not None:
        return Note(kind, timewords.own_date_note(claim.confirm_by, claim.confirm_zone, now))
    return Note(kind)
