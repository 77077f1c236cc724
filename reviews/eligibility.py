"""Who can take a claim at all, in words people can act on.

Every refusal names one reason: the first that holds, lasting ones before passing ones, so that nobody waits for a
colleague to come back who could not judge the claim anyway.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cache

from django.conf.locale import LANG_INFO


class Code(StrEnum):
    """Why somebody was chosen, could have been, or was left out (in the order in which reasons are looked for)."""

    CHOSEN = "chosen"
    ELIGIBLE = "eligible"
    NEEDED = "needed"
    INACTIVE = "inactive"
    OTHER_DESK = "other_desk"
    ON_CLAIM = "on_claim"
    LEFT = "left_it"
    ENTERED_IT = "entered_it"
    INTEREST = "interest"
    LANGUAGE = "language"
    TOPICS = "topics"
    SECOND = "second_opinion"
    AWAY = "away"
    HOURS = "hours"
    AT_LIMIT = "at_limit"


@dataclass(frozen=True)
class Away:
    """A time in which nothing new goes to somebody: from `start` until just before `until`, both aware.

    Days are named in the zone `until` carries.
    """

    start: datetime
    until: datetime


@dataclass(frozen=True)
class Candidate:
    """What routing knows of a reviewer.

    `languages` are BCP 47 tags they read, `interests` the ids of sources they may not judge, `open_load` the claims
    they hold, `idle_since` when they last got or finished one (None: never), `works_at` the next moment of their own
    working hours (None: they have set none and work at any time), `seconds` whether they may give second opinions.
    """

    reviewer_id: int
    desks: frozenset[int]
    languages: frozenset[str]
    topics: frozenset[str] = frozenset()
    interests: frozenset[int] = frozenset()
    open_load: int = 0
    limit: int = 10
    active: bool = True
    away: tuple[Away, ...] = ()
    idle_since: datetime | None = None
    works_at: datetime | None = None
    seconds: bool = True


@dataclass(frozen=True)
class ClaimFacts:
    """What routing knows of a claim.

    `sources` maps the id of every source of its chain, the outlet included, to its name. `held_by` are reviewers who
    are on it already, `left_by` who gave it up in this round, `recused` who stepped back from it for good, `entered_by`
    the reviewer who entered it where the policy keeps them from judging it, `needed` the topics whoever takes it must
    cover, `second` whether the seat in question is not the first reviewer's: another judges beside it, or it settles
    what others said. Priority 1 is highest; `due_at` is aware.
    """

    claim_id: int
    desk_id: int
    desk_name: str
    language: str = ""
    topics: frozenset[str] = frozenset()
    sources: Mapping[int, str] = field(default_factory=dict)
    held_by: frozenset[int] = frozenset()
    left_by: frozenset[int] = frozenset()
    recused: frozenset[int] = frozenset()
    entered_by: int | None = None
    priority: int = 3
    due_at: datetime | None = None
    needed: frozenset[str] = frozenset()
    second: bool = False


@dataclass(frozen=True)
class Exclusion:
    """A reason to leave somebody out; `of_one` and `of_many` continue a number: "1 does not …", "2 do not …"."""

    code: Code
    sentence: str
    of_one: str
    of_many: str


def exclusion(claim: ClaimFacts, candidate: Candidate, now: datetime) -> Exclusion | None:
    """Return the first reason why this candidate cannot take the claim, None when they can."""
    if not candidate.active:
        return _same(Code.INACTIVE, "not active")
    if claim.desk_id not in candidate.desks:
        return _same(Code.OTHER_DESK, f"not on {claim.desk_name} desk")
    return (
        _been_there(claim, candidate.reviewer_id)
        or _interest(claim, candidate)
        or _language(claim, candidate)
        or _topics(claim, candidate)
        or _second(claim, candidate)
        or _absence(candidate, now)
        or _hours(claim, candidate, now)
        or _full(candidate)
    )


def _same(code: Code, sentence: str) -> Exclusion:
    return Exclusion(code, sentence, sentence, sentence)


def _been_there(claim: ClaimFacts, reviewer_id: int) -> Exclusion | None:
    if reviewer_id in claim.held_by:
        return _same(Code.ON_CLAIM, "already on this claim")
    if reviewer_id in claim.recused:
        return _same(Code.INTEREST, "stepped back from this claim because of an interest")
    if reviewer_id in claim.left_by:
        return _same(Code.LEFT, "gave this claim up before")
    return _same(Code.ENTERED_IT, "entered this claim") if reviewer_id == claim.entered_by else None


def _interest(claim: ClaimFacts, candidate: Candidate) -> Exclusion | None:
    shared = sorted(claim.sources[source] for source in candidate.interests & claim.sources.keys())
    if not shared:
        return None
    rest = f"declared an interest in {listed(shared)}"
    return Exclusion(Code.INTEREST, f"has {rest}", f"has {rest}", f"have {rest}")


def _language(claim: ClaimFacts, candidate: Candidate) -> Exclusion | None:
    read = {_primary(tag) for tag in candidate.languages}
    if not claim.language or _primary(claim.language) in read:
        return None
    name = language_name(claim.language)
    return Exclusion(Code.LANGUAGE, f"does not read {name}", f"does not read {name}", f"do not read {name}")


def _topics(claim: ClaimFacts, candidate: Candidate) -> Exclusion | None:
    missing = sorted(claim.needed - candidate.topics)
    if not missing:
        return None
    rest = f"not cover {listed(missing)}"
    return Exclusion(Code.TOPICS, f"does {rest}", f"does {rest}", f"do {rest}")


def _second(claim: ClaimFacts, candidate: Candidate) -> Exclusion | None:
    if candidate.seconds or not claim.second:
        return None
    rest = "not give second opinions"
    return Exclusion(Code.SECOND, f"does {rest}", f"does {rest}", f"do {rest}")


def _absence(candidate: Candidate, now: datetime) -> Exclusion | None:
    ends = [away.until for away in candidate.away if away.start <= now < away.until]
    if not ends:
        return None
    until = max(ends)
    return Exclusion(Code.AWAY, f"away until {until.day} {until:%b}", "away", "away")


def _hours(claim: ClaimFacts, candidate: Candidate, now: datetime) -> Exclusion | None:
    if not starts_too_late(claim, candidate, now):
        return None
    rest = "not work before it is due"
    return Exclusion(Code.HOURS, f"does {rest}", f"does {rest}", f"do {rest}")


def starts_too_late(claim: ClaimFacts, candidate: Candidate, now: datetime) -> bool:
    """Whether the claim falls due before they work again. A claim that is late already can wait for anybody."""
    if candidate.works_at is None or claim.due_at is None or claim.due_at <= now:
        return False
    return candidate.works_at >= claim.due_at


def _full(candidate: Candidate) -> Exclusion | None:
    if candidate.open_load < candidate.limit:
        return None
    limit = f"at the limit of {candidate.limit}"
    return Exclusion(Code.AT_LIMIT, f"{limit} open claims", limit, limit)


def _primary(tag: str) -> str:
    return tag.partition("-")[0].lower()


@cache
def language_name(tag: str) -> str:
    """Return the English name of a BCP 47 tag's language, the tag itself when there is no name for it."""
    return str(LANG_INFO.get(_primary(tag), {}).get("name", tag))


def listed(words: Sequence[str]) -> str:
    """Return words as a list in a sentence: "a, b and c"."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
