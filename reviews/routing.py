"""Who gets a claim, and why not the others.

First whoever cannot take it is left out, each with the reason that is hardest to change. Among the rest the best fit
is chosen (topics covered, then the exact language), then the lightest load relative to the person's limit, then
whoever has been idle longest, then the lowest id: the same facts give the same choice, in whatever order they come.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from reviews.eligibility import (
    Away,
    Candidate,
    ClaimFacts,
    Code,
    Exclusion,
    exclusion,
    language_name,
    listed,
)

__all__ = ["Away", "Candidate", "Choice", "ClaimFacts", "Code", "Planned", "Reason", "choose", "plan"]


@dataclass(frozen=True)
class Reason:
    """Why this reviewer or why not. `sentence` continues a name: "Ines" + "away until 1 Dec"."""

    reviewer_id: int
    eligible: bool
    code: Code
    sentence: str


@dataclass(frozen=True)
class Choice:
    """Who was chosen, with a reason for every candidate: eligible ones by rank, then the others by id.

    `why_nobody` is a sentence when `reviewer_id` is None, else empty.
    """

    reviewer_id: int | None
    reasons: tuple[Reason, ...]
    why_nobody: str = ""


@dataclass(frozen=True)
class Planned:
    """One seat of a plan: a claim and who should get it."""

    claim: ClaimFacts
    choice: Choice


def choose(claim: ClaimFacts, candidates: Iterable[Candidate], now: datetime) -> Choice:
    """Return the best eligible candidate for one seat of `claim` at `now`, with the reasons for and against each."""
    eligible: list[Candidate] = []
    excluded: dict[int, Exclusion] = {}
    for candidate in sorted(candidates, key=lambda candidate: candidate.reviewer_id):
        if found := exclusion(claim, candidate, now):
            excluded[candidate.reviewer_id] = found
        else:
            eligible.append(candidate)
    ranked = sorted(eligible, key=lambda candidate: _rank(claim, candidate))
    against = tuple(
        Reason(person, eligible=False, code=why.code, sentence=why.sentence) for person, why in excluded.items()
    )
    if not ranked:
        return Choice(None, against, _why_nobody(claim, excluded.values()))
    return Choice(ranked[0].reviewer_id, _reasons_for(claim, ranked) + against)


def plan(claims: Iterable[ClaimFacts], candidates: Iterable[Candidate], now: datetime) -> list[Planned]:
    """Return a choice for every free seat, the most urgent claim first, counting each choice in the next.

    A claim with two free seats is given twice; it gets two different people. Order: priority, due, id.
    """
    people = {candidate.reviewer_id: candidate for candidate in candidates}
    given: dict[int, frozenset[int]] = {}
    planned: list[Planned] = []
    for claim in sorted(claims, key=_urgency):
        held_by = claim.held_by | given.get(claim.claim_id, frozenset())
        choice = choose(replace(claim, held_by=held_by), people.values(), now)
        planned.append(Planned(claim, choice))
        if choice.reviewer_id is not None:
            chosen = people[choice.reviewer_id]
            people[chosen.reviewer_id] = replace(chosen, open_load=chosen.open_load + 1, idle_since=now)
            given[claim.claim_id] = held_by | {chosen.reviewer_id}
    return planned


def _urgency(claim: ClaimFacts) -> tuple[int, bool, float, int]:
    due = claim.due_at.timestamp() if claim.due_at else 0.0
    return claim.priority, claim.due_at is None, due, claim.claim_id


def _rank(claim: ClaimFacts, candidate: Candidate) -> tuple[int, bool, float, float, int]:
    """Lowest first: topics covered, exact language, relative load, idle longest, id."""
    return (
        -len(claim.topics & candidate.topics),
        claim.language.lower() not in {tag.lower() for tag in candidate.languages},
        candidate.open_load / candidate.limit,
        _idle_since(candidate),
        candidate.reviewer_id,
    )


def _reasons_for(claim: ClaimFacts, ranked: Sequence[Candidate]) -> tuple[Reason, ...]:
    idlest = _idlest(ranked)
    return tuple(
        Reason(
            candidate.reviewer_id,
            eligible=True,
            code=Code.ELIGIBLE if place else Code.CHOSEN,
            sentence=_fit(claim, candidate, idlest=candidate.reviewer_id == idlest),
        )
        for place, candidate in enumerate(ranked)
    )


def _idlest(candidates: Sequence[Candidate]) -> int | None:
    """Who has been idle longer than every other one, None when nobody has."""
    first, *others = sorted((_idle_since(candidate), candidate.reviewer_id) for candidate in candidates)
    return first[1] if others and first[0] < others[0][0] else None


def _idle_since(candidate: Candidate) -> float:
    """Seconds since the epoch; somebody who never had a claim counts as idle for ever."""
    return candidate.idle_since.timestamp() if candidate.idle_since else float("-inf")


def _fit(claim: ClaimFacts, candidate: Candidate, *, idlest: bool) -> str:
    covered = sorted(claim.topics & candidate.topics)
    parts = [
        f"reads {language_name(claim.language)}" if claim.language else "",
        f"covers {listed(covered)}" if covered else "covers none of its topics" if claim.topics else "",
        f"{candidate.open_load} of {candidate.limit} open",
        "idle longest" if idlest else "",
    ]
    return ", ".join(filter(None, parts))


def _why_nobody(claim: ClaimFacts, exclusions: Iterable[Exclusion]) -> str:
    on_desk = [why for why in exclusions if why.code not in {Code.INACTIVE, Code.OTHER_DESK}]
    if not on_desk:
        return f"{claim.desk_name} desk has no active reviewers."
    counts = Counter((why.of_one, why.of_many) for why in on_desk)
    largest_first = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    counted = (f"{number} {one if number == 1 else many}" for (one, many), number in largest_first)
    total = f"{len(on_desk)} reviewer{'' if len(on_desk) == 1 else 's'}"
    return f"{claim.desk_name} desk has {total}: {', '.join(counted)}."
