"""Whom a round asks, and what its reviews come to.

A round decides at the review with which as many agree as must, while no submitted review differs. The first review
that differs ends that: from then on an adjudicator, who is none of the reviewers, settles it alone, however many
agreed before. Nobody is outvoted and nothing is averaged.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from claims.verdicts import Outcome, Said, So


class Status(StrEnum):
    """Where a round stands. `TOO_EARLY`: all agree on "was it said?" and that "is it so?" cannot be told yet."""

    PENDING = "pending"
    AGREED = "agreed"
    TOO_EARLY = "too_early"
    SPLIT = "split"
    ADJUDICATED = "adjudicated"


@dataclass(frozen=True)
class Asked:
    """Whom a round asks: `reviewers` who know nothing of each other, and with `editor` one editor of the desk after
    the first of them. `agreeing` of them must agree, 1 to `judges`.
    """

    reviewers: int = 1
    editor: bool = False
    agreeing: int = 1

    @property
    def judges(self) -> int:
        return self.reviewers + self.editor

    def and_more(self, opinions: int) -> Asked:
        """The same with so many second opinions: each is one seat more, and one more who must agree."""
        return Asked(self.reviewers + opinions, self.editor, self.agreeing + opinions)


@dataclass(frozen=True)
class Judgement:
    """One submitted review of the round. `so` is None exactly when it was too early to tell."""

    review_id: int
    reviewer_id: int
    said: Said
    so: So | None
    outcome: Outcome | None = None
    adjudicates: bool = False


@dataclass(frozen=True)
class Consensus:
    """The standing of a round.

    `said`, `so` and `outcome` are set when it is agreed or adjudicated. `review_ids` are the reviews it rests on,
    `missing` counts reviews still needed, `differs_on` names what the reviews differ on ("said", "so", "outcome").
    """

    status: Status
    said: Said | None = None
    so: So | None = None
    outcome: Outcome | None = None
    review_ids: tuple[int, ...] = ()
    missing: int = 0
    differs_on: tuple[str, ...] = ()

    @property
    def decides(self) -> bool:
        """Whether a decision follows from it; one that is too early answers "was it said?" alone."""
        return self.status in {Status.AGREED, Status.ADJUDICATED, Status.TOO_EARLY}


@dataclass
class NotIndependent(ValueError):
    """Somebody judged twice in one round."""

    reviewer_id: int
    code: str = "not_independent"
    message: str = "Each judgement of a round must come from another person."

    def __str__(self) -> str:
        return self.message


def decide(reviews: Iterable[Judgement], required: int) -> Consensus:
    """Return what the submitted `reviews` of one round come to; their order does not matter.

    `required` is the number of reviews the claim needs, at least 1. An adjudication decides alone and at once. Among
    the reviews a difference on any answer, a different outcome included, is a split. Raises NotIndependent when one
    person judged twice.
    """
    judgements = sorted(reviews, key=lambda judgement: judgement.review_id)
    _check_independence(judgements)
    adjudications = [judgement for judgement in judgements if judgement.adjudicates]
    if adjudications:
        return _settled(Status.ADJUDICATED, adjudications[-1:])
    if differing := _differing(judgements):
        return Consensus(Status.SPLIT, review_ids=_ids(judgements), differs_on=differing)
    if len(judgements) < max(1, required):
        return Consensus(Status.PENDING, review_ids=_ids(judgements), missing=max(1, required) - len(judgements))
    return _settled(Status.AGREED, judgements)


def _check_independence(judgements: Sequence[Judgement]) -> None:
    seen: set[int] = set()
    for judgement in judgements:
        if judgement.reviewer_id in seen:
            raise NotIndependent(judgement.reviewer_id)
        seen.add(judgement.reviewer_id)


def _differing(judgements: Sequence[Judgement]) -> tuple[str, ...]:
    return tuple(
        question
        for question, given in (
            ("said", len({judgement.said for judgement in judgements})),
            ("so", len({judgement.so for judgement in judgements})),
            ("outcome", len({judgement.outcome for judgement in judgements})),
        )
        if given > 1
    )


def _settled(status: Status, judgements: Sequence[Judgement]) -> Consensus:
    first = judgements[0]
    if first.so is None:
        return Consensus(Status.TOO_EARLY, said=first.said, review_ids=_ids(judgements))
    return Consensus(status, first.said, first.so, first.outcome, _ids(judgements))


def _ids(judgements: Sequence[Judgement]) -> tuple[int, ...]:
    return tuple(judgement.review_id for judgement in judgements)
