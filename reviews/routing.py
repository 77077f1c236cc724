"""Who gets a claim, and why not the others.

First whoever cannot take it is left out, each with the reason that is hardest to change. Among the rest the best fit
is chosen (topics covered, then the exact language), then the lightest load relative to the person's limit, then
whoever has been idle longest, then the lowest id: the same facts give the same choice, in whatever order they come.
`reviews.planning` makes the same choice for thousands of claims at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from reviews.eligibility import Away, Candidate, ClaimFacts, Code, Exclusion, exclusion, language_name, listed

__all__ = ["Away", "Candidate", "Choice", "ClaimFacts", "Code", "Reason", "choose", "settled_on"]


@dataclass(frozen=True)
class Reason:
    """Why this reviewer or why not. `sentence` continues a name: "Ines" + "away until 1 Dec".

    Of a large desk most people are counted, not named: then `reviewer_id` is None and `people` how many they are.
    """

    reviewer_id: int | None
    eligible: bool
    code: Code
    sentence: str
    people: int = 1


@dataclass(frozen=True)
class Choice:
    """Who was chosen, with a reason for every candidate: eligible ones by rank, then the others by id.

    `why_nobody` is a sentence when `reviewer_id` is None, else empty.
    """

    reviewer_id: int | None
    reasons: tuple[Reason, ...]
    why_nobody: str = ""


def choose(claim: ClaimFacts, candidates: Iterable[Candidate], now: datetime) -> Choice:
    """Return the best eligible candidate for one seat of `claim` at `now`, with the reasons for and against each."""
    eligible: list[Candidate] = []
    excluded: dict[int, Exclusion] = {}
    for candidate in sorted(candidates, key=lambda candidate: candidate.reviewer_id):
        if found := exclusion(claim, candidate, now):
            excluded[candidate.reviewer_id] = found
        else:
            eligible.append(candidate)
    ranked = sorted(eligible, key=lambda candidate: rank(claim, candidate))
    against = tuple(
        Reason(person, eligible=False, code=why.code, sentence=why.sentence) for person, why in excluded.items()
    )
    if not ranked:
        return Choice(None, against, why_nobody(claim.desk_name, Counter(map(grounds, excluded.values()))))
    return Choice(ranked[0].reviewer_id, _reasons_for(claim, ranked) + against)


def settled_on(choice: Choice, reviewer_id: int) -> Choice:
    """Return the choice as it stands when a person put this eligible reviewer on the claim, whoever ranks first."""
    reasons = tuple(
        replace(reason, code=Code.CHOSEN if reason.reviewer_id == reviewer_id else Code.ELIGIBLE)
        if reason.eligible
        else reason
        for reason in choice.reasons
    )
    return replace(choice, reviewer_id=reviewer_id, reasons=reasons)


NEEDED = "but needed for other claims of the same pass"
NEEDED_TOO = f"ranked before, {NEEDED}"


def instead_of(choice: Choice, reviewer_id: int) -> Choice:
    """Return the choice when a plan gives the claim to this one: whoever ranks before them is needed elsewhere."""
    reasons = [replace(reason, code=Code.ELIGIBLE) if reason.eligible else reason for reason in choice.reasons]
    place = next(place for place, reason in enumerate(reasons) if reason.reviewer_id == reviewer_id)
    before = [replace(reason, code=Code.NEEDED, sentence=f"{reason.sentence}, {NEEDED}") for reason in reasons[:place]]
    chosen = replace(reasons[place], code=Code.CHOSEN)
    return replace(choice, reviewer_id=reviewer_id, reasons=(chosen, *before, *reasons[place + 1 :]))


Rank = tuple[int, bool, float, float, int]
Grounds = tuple[Code, str, str]


def rank(claim: ClaimFacts, candidate: Candidate) -> Rank:
    """Lowest first: topics covered, exact language, relative load, idle longest, id."""
    return (
        -len(claim.topics & candidate.topics),
        not reads_exactly(claim.language, candidate),
        candidate.open_load / candidate.limit,
        idle_since(candidate),
        candidate.reviewer_id,
    )


def points(topics: frozenset[str], candidate: Candidate, *, exact: bool) -> int:
    """How well somebody fits: two for each topic covered, one for the exact language. Ranks as `rank` begins."""
    return 2 * len(topics & candidate.topics) + exact


def reads_exactly(language: str, candidate: Candidate) -> bool:
    """Whether they read this very language, "pt-BR" and not only some Portuguese."""
    return language.lower() in {tag.lower() for tag in candidate.languages}


def idle_since(candidate: Candidate) -> float:
    """Seconds since the epoch; somebody who never had a claim counts as idle for ever."""
    return candidate.idle_since.timestamp() if candidate.idle_since else float("-inf")


def grounds(why: Exclusion) -> Grounds:
    """What is counted when people are left out: the code, and how a sentence about one and about many goes on."""
    return why.code, why.of_one, why.of_many


def why_nobody(desk_name: str, counted: Mapping[Grounds, int]) -> str:
    """One plain sentence why a desk has nobody for a claim, from how many are left out on which grounds."""
    on_desk = {why: number for why, number in counted.items() if number and why[0] not in _NOT_OF_THE_DESK}
    if not on_desk:
        return f"{desk_name} desk has no active reviewers."
    people = sum(on_desk.values())
    largest_first = sorted(on_desk.items(), key=lambda item: (-item[1], item[0][1:]))
    parts = (f"{number} {one if number == 1 else many}" for (_, one, many), number in largest_first)
    return f"{desk_name} desk has {people} reviewer{'' if people == 1 else 's'}: {', '.join(parts)}."


_NOT_OF_THE_DESK = frozenset({Code.INACTIVE, Code.OTHER_DESK})


def fit(claim: ClaimFacts, candidate: Candidate, *, idlest: bool = False) -> str:
    """How somebody fits a claim, in words."""
    covered = sorted(claim.topics & candidate.topics)
    parts = [
        f"reads {language_name(claim.language)}" if claim.language else "",
        f"covers {listed(covered)}" if covered else "covers none of its topics" if claim.topics else "",
        f"{candidate.open_load} of {candidate.limit} open",
        "idle longest" if idlest else "",
    ]
    return ", ".join(filter(None, parts))


def _reasons_for(claim: ClaimFacts, ranked: Sequence[Candidate]) -> tuple[Reason, ...]:
    idlest = _idlest(ranked)
    return tuple(
        Reason(
            candidate.reviewer_id,
            eligible=True,
            code=Code.ELIGIBLE if place else Code.CHOSEN,
            sentence=fit(claim, candidate, idlest=candidate.reviewer_id == idlest),
        )
        for place, candidate in enumerate(ranked)
    )


def _idlest(candidates: Sequence[Candidate]) -> int | None:
    """Who has been idle longer than every other one, None when nobody has."""
    first, *others = sorted((idle_since(candidate), candidate.reviewer_id) for candidate in candidates)
    return first[1] if others and first[0] < others[0][0] else None
