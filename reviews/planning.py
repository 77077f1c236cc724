"""A plan for many claims at once: the choices of `reviews.routing.choose`, one after another, without asking everybody
for every claim.

People only get busier while a plan is made, so their place in a ranking only falls. Claims that the same people can
take in the same order share one heap; whoever comes to its top with an outdated load is put back at their new place.
What may keep single people from a single claim (on it, entered it, an interest) is looked at when they come up. A seat
therefore costs some heap operations, however many people a desk has.

On desks of up to `NAMED` people every candidate is named with their reason. On larger ones a seat keeps who was chosen,
who ranked next, and how many were left out on which grounds: true, and small enough to be kept ten thousand times.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from heapq import heapify, heappop, heappush

from reviews.eligibility import Candidate, ClaimFacts, Code, exclusion
from reviews.routing import (
    Choice,
    Grounds,
    Rank,
    Reason,
    choose,
    fit,
    grounds,
    idle_since,
    reads_exactly,
    why_nobody,
)

NAMED = 30
RANKED_NEXT = 2


@dataclass(frozen=True)
class Planned:
    """One seat of a plan: a claim and who should get it."""

    claim: ClaimFacts
    choice: Choice


def plan(
    claims: Iterable[ClaimFacts], candidates: Iterable[Candidate], now: datetime, named: int = NAMED
) -> list[Planned]:
    """Return a choice for every free seat, the most urgent claim first, counting each choice in the next.

    A claim with two free seats is given twice; it gets two different people. Order: priority, due, id. Only people of
    a claim's desk appear in its reasons; every one of them where they are at most `named`.
    """
    newsroom = _Newsroom(candidates, now)
    given: dict[int, frozenset[int]] = {}
    planned: list[Planned] = []
    for claim in sorted(claims, key=_urgency):
        asked = claim
        if claim.claim_id in given:
            asked = replace(claim, held_by=claim.held_by | given[claim.claim_id], second=True)
        choice = newsroom.choice(asked, named)
        planned.append(Planned(claim, choice))
        if choice.reviewer_id is not None:
            given[claim.claim_id] = given.get(claim.claim_id, frozenset()) | {choice.reviewer_id}
    return planned


def _urgency(claim: ClaimFacts) -> tuple[int, bool, float, int]:
    due = claim.due_at.timestamp() if claim.due_at else 0.0
    return claim.priority, claim.due_at is None, due, claim.claim_id


class _Person:
    """A candidate while a plan is made; `circles` are the ones they could take claims of."""

    __slots__ = ("candidate", "circles", "idle", "is_full", "share")

    def __init__(self, candidate: Candidate) -> None:
        self.circles: list[_Circle] = []
        self._becomes(candidate)

    def _becomes(self, candidate: Candidate) -> None:
        self.candidate, self.idle = candidate, idle_since(candidate)
        self.is_full = candidate.open_load >= candidate.limit
        self.share = candidate.open_load / candidate.limit if candidate.limit else 1.0

    def gets_one(self, now: datetime) -> None:
        self._becomes(replace(self.candidate, open_load=self.candidate.open_load + 1, idle_since=now))
        if self.is_full:
            for circle in self.circles:
                circle.has_full(self)


class _Circle:
    """The people of a desk who could take a claim of one language, one set of needed topics and one due, as first or
    as second, and how many of the others could not, on which grounds. What concerns a single claim is not asked here.
    """

    def __init__(self, claim: ClaimFacts, people: Sequence[_Person], now: datetime) -> None:
        self.able: dict[int, tuple[_Person, bool]] = {}
        self.barred: dict[int, Grounds] = {}
        self.counts: dict[Grounds, int] = {}
        self._rankings: dict[frozenset[str], list[Rank]] = {}
        nobody = frozenset[int]()
        anybodys = replace(claim, held_by=nobody, left_by=nobody, recused=nobody, entered_by=None, sources={})
        for person in people:
            why = exclusion(anybodys, person.candidate, now)
            if why is None or why.code == Code.AT_LIMIT:
                inexact = not reads_exactly(claim.language, person.candidate)
                self.able[person.candidate.reviewer_id] = (person, inexact)
                person.circles.append(self)
            if why is not None:
                self._left_out(person.candidate.reviewer_id, grounds(why))

    def _left_out(self, reviewer_id: int, why: Grounds) -> None:
        self.barred[reviewer_id] = why
        self.counts[why] = self.counts.get(why, 0) + 1

    def has_full(self, person: _Person) -> None:
        limit = f"at the limit of {person.candidate.limit}"
        self._left_out(person.candidate.reviewer_id, (Code.AT_LIMIT, limit, limit))

    def ranking(self, topics: frozenset[str]) -> list[Rank]:
        """A heap of the able for claims on these topics, best first. Places may be outdated, never too low."""
        heap = self._rankings.get(topics)
        if heap is None:
            heap = self._rankings[topics] = [
                (-len(topics & person.candidate.topics), inexact, person.share, person.idle, reviewer_id)
                for reviewer_id, (person, inexact) in self.able.items()
                if not person.is_full
            ]
            heapify(heap)
        return heap

    def best(self, claim: ClaimFacts, barred: frozenset[int], wanted: int) -> list[_Person]:
        """The `wanted` best for this claim, best first, without those `barred` from it."""
        heap, found, put_back = self.ranking(claim.topics), list[_Person](), list[Rank]()
        while heap and len(found) < wanted:
            place = heappop(heap)
            person = self.able[place[4]][0]
            if person.is_full:
                continue
            if place[2] != person.share or place[3] != person.idle:
                heappush(heap, (place[0], place[1], person.share, person.idle, place[4]))
                continue
            put_back.append(place)
            if place[4] not in barred:
                found.append(person)
        for place in put_back:
            heappush(heap, place)
        return found


class _Newsroom:
    """Everybody a plan may give claims to, by desk, with their circles as they are asked for."""

    def __init__(self, candidates: Iterable[Candidate], now: datetime) -> None:
        self._now = now
        self._desks: dict[int, list[_Person]] = defaultdict(list)
        self._people: dict[int, _Person] = {}
        self._interested: dict[int, set[int]] = defaultdict(set)
        self._moments: dict[int, list[datetime]] = {}
        self._circles: dict[tuple[int, str, frozenset[str], bool, int], _Circle] = {}
        for candidate in sorted(candidates, key=lambda candidate: candidate.reviewer_id):
            person = self._people[candidate.reviewer_id] = _Person(candidate)
            for desk in candidate.desks:
                self._desks[desk].append(person)
            for source in candidate.interests:
                self._interested[source].add(candidate.reviewer_id)

    def choice(self, claim: ClaimFacts, named: int) -> Choice:
        """Choose for one seat, and remember that whoever was chosen holds it now."""
        people = self._desks.get(claim.desk_id, [])
        if len(people) <= named:
            choice = choose(claim, [person.candidate for person in people], self._now)
        else:
            choice = self._from_many(claim, people)
        if choice.reviewer_id is not None:
            self._people[choice.reviewer_id].gets_one(self._now)
        return choice

    def _from_many(self, claim: ClaimFacts, people: Sequence[_Person]) -> Choice:
        circle = self._circle(claim, people)
        barred = self._barred(claim)
        best = circle.best(claim, barred, 1 + RANKED_NEXT)
        counts = self._counted(claim, circle, barred)
        if not best:
            return Choice(None, _told(counts), why_nobody(claim.desk_name, counts))
        others = len(people) - sum(counts.values()) - len(best)
        return Choice(best[0].candidate.reviewer_id, _named(claim, best, others) + _told(counts))

    def _circle(self, claim: ClaimFacts, people: Sequence[_Person]) -> _Circle:
        asleep = self._asleep_until_due(claim, people)
        key = (claim.desk_id, claim.language, claim.needed, claim.second, asleep)
        if key not in self._circles:
            self._circles[key] = _Circle(claim, people, self._now)
        return self._circles[key]

    def _asleep_until_due(self, claim: ClaimFacts, people: Sequence[_Person]) -> int:
        """How many of a desk do not work before the claim is due: claims with the same number bar the same people."""
        if claim.due_at is None or claim.due_at <= self._now:
            return 0
        moments = self._moments.get(claim.desk_id)
        if moments is None:
            begin = (person.candidate.works_at for person in people)
            moments = self._moments[claim.desk_id] = sorted(moment for moment in begin if moment is not None)
        return len(moments) - bisect_left(moments, claim.due_at)

    def _barred(self, claim: ClaimFacts) -> frozenset[int]:
        """Who may not take this one claim, whatever their skills."""
        interested = [self._interested[source] for source in claim.sources if source in self._interested]
        entered = () if claim.entered_by is None else (claim.entered_by,)
        return claim.held_by.union(claim.left_by, claim.recused, entered, *interested)

    def _counted(self, claim: ClaimFacts, circle: _Circle, barred: frozenset[int]) -> dict[Grounds, int]:
        """How many of the desk are left out of this claim on which grounds, each counted once."""
        counts = circle.counts.copy()
        for reviewer_id in barred:
            person = self._people.get(reviewer_id)
            if person is None or claim.desk_id not in person.candidate.desks:
                continue
            if reviewer_id in circle.barred:
                counts[circle.barred[reviewer_id]] -= 1
            why = exclusion(claim, person.candidate, self._now)
            if why is not None:
                counts[grounds(why)] = counts.get(grounds(why), 0) + 1
        return counts


def _named(claim: ClaimFacts, best: Sequence[_Person], others: int) -> tuple[Reason, ...]:
    """The chosen, who ranked next, and how many more could have taken it."""
    reasons = [
        Reason(
            person.candidate.reviewer_id,
            eligible=True,
            code=Code.ELIGIBLE if place else Code.CHOSEN,
            sentence=fit(claim, person.candidate),
        )
        for place, person in enumerate(best)
    ]
    if others:
        reasons.append(Reason(None, eligible=True, code=Code.ELIGIBLE, sentence="ranked after them", people=others))
    return tuple(reasons)


def _told(counts: dict[Grounds, int]) -> tuple[Reason, ...]:
    return tuple(
        Reason(None, eligible=False, code=code, sentence=one if number == 1 else many, people=number)
        for (code, one, many), number in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        if number
    )
