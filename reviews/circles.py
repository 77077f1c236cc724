"""Everybody a plan may give claims to, ranked for many claims at once without asking everybody for every claim.

People only get busier while a plan is carried out in thought, so their place in a ranking only falls. Claims that the
same people can take in the same order share one heap; whoever comes to its top with an outdated load is put back at
their new place. What may keep single people from a single claim (on it, entered it, an interest) is looked at when they
come up. A seat therefore costs some heap operations, however many people a desk has.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from heapq import heapify, heappop, heappush

from reviews.eligibility import Candidate, ClaimFacts, Code, exclusion
from reviews.matching import Fits
from reviews.routing import Grounds, Rank, grounds, idle_since, points, reads_exactly


class Person:
    """A candidate while a plan is made; `circles` are the ones they could take claims of."""

    __slots__ = ("candidate", "circles", "idle", "is_full", "share")

    def __init__(self, candidate: Candidate) -> None:
        self.circles: list[Circle] = []
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


@dataclass(frozen=True)
class Ranked:
    """People ranked for one claim: the one who gets it (None: nobody), some before them, some after, best first."""

    chosen: Person | None
    before: Sequence[Person]
    after: Sequence[Person]


class Circle:
    """The people of a desk who could take a claim of one language, one set of needed topics and one due, as first or
    as second, and how many of the others could not, on which grounds. What concerns a single claim is not asked here.
    """

    def __init__(self, claim: ClaimFacts, people: Sequence[Person], now: datetime) -> None:
        self.able: dict[int, tuple[Person, bool]] = {}
        self.barred: dict[int, Grounds] = {}
        self.counts: dict[Grounds, int] = {}
        self._rankings: dict[frozenset[str], list[Rank]] = {}
        self._fits: dict[tuple[frozenset[str], frozenset[int]], Fits] = {}
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

    def has_full(self, person: Person) -> None:
        limit = f"at the limit of {person.candidate.limit}"
        self._left_out(person.candidate.reviewer_id, (Code.AT_LIMIT, limit, limit))

    def fits(self, topics: frozenset[str], barred: frozenset[int]) -> Fits:
        """What each of the able who has room is worth to claims on these topics, but for those `barred` from them."""
        key = (topics, frozenset(one for one in barred if one in self.able))
        if key not in self._fits:
            self._fits[key] = Fits(
                {
                    reviewer_id: points(topics, person.candidate, exact=not inexact)
                    for reviewer_id, (person, inexact) in self.able.items()
                    if not person.is_full and reviewer_id not in barred
                }
            )
        return self._fits[key]

    def _ranking(self, topics: frozenset[str]) -> list[Rank]:
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

    def ranked(
        self, claim: ClaimFacts, barred: frozenset[int], may_have: Callable[[Person], bool], after: int
    ) -> Ranked:
        """The best for this claim who `may_have` it, everybody before them, and so many `after`; none are `barred`."""
        heap, put_back = self._ranking(claim.topics), list[Rank]()
        before, behind = list[Person](), list[Person]()
        chosen: Person | None = None
        while heap and len(behind) < after:
            place = heappop(heap)
            person = self.able[place[4]][0]
            if person.is_full:
                continue
            if place[2] != person.share or place[3] != person.idle:
                heappush(heap, (place[0], place[1], person.share, person.idle, place[4]))
                continue
            put_back.append(place)
            if place[4] in barred:
                continue
            if chosen is not None:
                behind.append(person)
            elif may_have(person):
                chosen = person
            else:
                before.append(person)
        for place in put_back:
            heappush(heap, place)
        return Ranked(chosen, before, behind)


class Newsroom:
    """Everybody a plan may give claims to, by desk, with their circles as they are asked for."""

    def __init__(self, candidates: Iterable[Candidate], now: datetime) -> None:
        self.now = now
        self.people: dict[int, Person] = {}
        self._desks: dict[int, list[Person]] = defaultdict(list)
        self._interested: dict[int, set[int]] = defaultdict(set)
        self._moments: dict[int, list[datetime]] = {}
        self._circles: dict[tuple[int, str, frozenset[str], bool, int], Circle] = {}
        for candidate in sorted(candidates, key=lambda candidate: candidate.reviewer_id):
            person = self.people[candidate.reviewer_id] = Person(candidate)
            for desk in candidate.desks:
                self._desks[desk].append(person)
            for source in candidate.interests:
                self._interested[source].add(candidate.reviewer_id)

    def desk(self, claim: ClaimFacts) -> Sequence[Person]:
        """Everybody of the claim's desk."""
        return self._desks.get(claim.desk_id, [])

    def circle(self, claim: ClaimFacts) -> Circle:
        """The people who could take claims like this one."""
        people = self.desk(claim)
        key = (claim.desk_id, claim.language, claim.needed, claim.second, self._asleep_until_due(claim, people))
        if key not in self._circles:
            self._circles[key] = Circle(claim, people, self.now)
        return self._circles[key]

    def _asleep_until_due(self, claim: ClaimFacts, people: Sequence[Person]) -> int:
        """How many of a desk do not work before the claim is due: claims with the same number bar the same people."""
        if claim.due_at is None or claim.due_at <= self.now:
            return 0
        moments = self._moments.get(claim.desk_id)
        if moments is None:
            begin = (person.candidate.works_at for person in people)
            moments = self._moments[claim.desk_id] = sorted(moment for moment in begin if moment is not None)
        return len(moments) - bisect_left(moments, claim.due_at)

    def barred(self, claim: ClaimFacts) -> frozenset[int]:
        """Who may not take this one claim, whatever their skills."""
        interested = [self._interested[source] for source in claim.sources if source in self._interested]
        entered = () if claim.entered_by is None else (claim.entered_by,)
        return claim.held_by.union(claim.left_by, claim.recused, entered, *interested)

    def counted(self, claim: ClaimFacts, circle: Circle, barred: frozenset[int]) -> dict[Grounds, int]:
        """How many of the desk are left out of this claim on which grounds, each counted once."""
        counts = circle.counts.copy()
        for reviewer_id in barred:
            person = self.people.get(reviewer_id)
            if person is None or claim.desk_id not in person.candidate.desks:
                continue
            if reviewer_id in circle.barred:
                counts[circle.barred[reviewer_id]] -= 1
            why = exclusion(claim, person.candidate, self.now)
            if why is not None:
                counts[grounds(why)] = counts.get(grounds(why), 0) + 1
        return counts
