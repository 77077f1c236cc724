"""A published verdict with its history, as every outgoing format starts from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from claims.exports.told import Told
from claims.lifecycle import CorrectionClass
from claims.models import Decision, Publication
from claims.verdicts import So
from claims.wordings import so_words

BATCH = 100


@dataclass(frozen=True)
class Check:
    """What readers are told of one claim. `history` are the decisions they were ever told, in order, this one last."""

    decision: Decision
    told: Told
    history: Sequence[Decision]

    @property
    def claim(self) -> int:
        return self.decision.claim_id

    @property
    def first_published(self) -> datetime:
        return _published(self.history[0])

    @property
    def published(self) -> datetime:
        """When what is told now was published."""
        return _published(self.decision)

    @property
    def verdict(self) -> str:
        """The verdict in words. That it is a demo is said first, wherever the word goes alone."""
        words = so_words(self.decision.so)
        return f"Demo: {words}" if self.decision.is_demo else words

    @property
    def why(self) -> str:
        """The reason readers are given."""
        return marked(self.decision.why, demo=self.decision.is_demo)

    @property
    def corrections(self) -> list[Decision]:
        """What was published as a correction of something earlier, in order."""
        return [one for one in self.history if one.correction_class]

    @property
    def substantial_corrections(self) -> list[Decision]:
        """Those that readers have to hear of before the verdict: of what is told now, not of what was withdrawn."""
        anew = max((at for at, one in enumerate(self.history, 1) if one.withdrawn_at), default=0)
        return [one for one in self.history[anew:] if one.correction_class == CorrectionClass.SUBSTANTIAL]

    @property
    def has_verdict(self) -> bool:
        """Whether "is it so?" was answered at all."""
        return self.decision.so in So.values


def marked(words: str, *, demo: bool) -> str:
    """The words, saying that they are a demo unless they say so themselves."""
    return words if not demo or words.lower().startswith("demo") else f"Demo: {words}"


def checks(publications: Iterable[Publication]) -> Iterator[Check]:
    """Each with its history: one query for every hundred of them. They are read with their decisions."""
    rows = iter(publications)
    while some := list(islice(rows, BATCH)):
        claims = [row.decision.claim_id for row in some]
        told = Decision.objects.filter(claim__in=claims, published_at__isnull=False).order_by("claim_id", "number")
        history = defaultdict[int, list[Decision]](list)
        for decision in told:
            history[decision.claim_id].append(decision)
        for row in some:
            upto = [one for one in history[row.decision.claim_id] if one.number <= row.decision.number]
            yield Check(row.decision, Told.from_json(row.told), upto)


def _published(decision: Decision) -> datetime:
    if decision.published_at is None:
        raise ValueError(f"{decision} was never published")
    return decision.published_at
