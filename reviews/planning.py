"""A plan for many claims at once, the best there is: whom routing gives what, and why.

In this order: no claim waits for the sake of one less urgent; as many as can be get somebody; they fit as well as can
be, in all; and of people who fit a claim equally well the one with the lightest load relative to their limit gets it.
`reviews.matching` says how many places each person has for which claims. Then the claims are gone through, the most
urgent first, and each gets whoever `reviews.routing.choose` would rank highest, except where the plan needs all that
person's places for other claims: then they are named with that reason, and the next one gets it.

On desks of up to `NAMED` people every candidate is named with their reason. On larger ones a seat keeps who was chosen,
who ranked next, and how many were left out on which grounds: true, and small enough to be kept ten thousand times.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from reviews.circles import Circle, Newsroom, Person, Ranked
from reviews.eligibility import Candidate, ClaimFacts, Code
from reviews.matching import WAITING, Fits, Kind, Places
from reviews.routing import NEEDED, NEEDED_TOO, Choice, Grounds, Reason, choose, fit, instead_of, why_nobody

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
    """Return a choice for one free seat of each claim, counting each choice in the next: the most urgent claim first,
    and after all of them those that nobody gets.

    Order: priority, due, id. Only people of a claim's desk appear in its reasons; every one of them where they are at
    most `named`. Raises `ValueError` when a claim comes twice: its second seat is a matter of the next plan.
    """
    in_turn = sorted(claims, key=_urgency)
    if len({claim.claim_id for claim in in_turn}) < len(in_turn):
        raise ValueError("a plan gives one seat of a claim")
    newsroom = Newsroom(candidates, now)
    planning = _Planning(newsroom, in_turn)
    seated = [Planned(claim, planning.choice(claim, named)) for claim in in_turn if planning.takes_place(claim)]
    gone = {seat.claim.claim_id for seat in seated}
    waiting = [Planned(claim, planning.choice(claim, named)) for claim in in_turn if claim.claim_id not in gone]
    return seated + waiting


def _urgency(claim: ClaimFacts) -> tuple[int, bool, float, int]:
    due = claim.due_at.timestamp() if claim.due_at else 0.0
    return claim.priority, claim.due_at is None, due, claim.claim_id


def urgency_class(claim: ClaimFacts) -> tuple[int, bool, int]:
    """Claims of one priority that fall due within the same hour are equally urgent where some have to wait."""
    return claim.priority, claim.due_at is None, int(claim.due_at.timestamp() // 3600) if claim.due_at else 0


@dataclass(frozen=True)
class _Asked:
    """A claim with its kind, who could take such claims, and who may not take this one."""

    kind: Kind
    circle: Circle
    barred: frozenset[int]


class _Planning:
    """The places of a plan as they are given out, claim by claim."""

    def __init__(self, newsroom: Newsroom, in_turn: Sequence[ClaimFacts]) -> None:
        self._newsroom = newsroom
        people = newsroom.people.items()
        loads = {number: (person.candidate.open_load, person.candidate.limit) for number, person in people}
        self._places = Places(loads)
        self._asked: dict[int, _Asked] = {}
        alike: dict[tuple[Fits, object], Kind] = {}
        for claim in in_turn:
            circle, barred, urgency = newsroom.circle(claim), newsroom.barred(claim), urgency_class(claim)
            fits = circle.fits(claim.topics, barred)
            if (fits, urgency) not in alike:
                alike[fits, urgency] = Kind(fits, urgency)
            self._asked[claim.claim_id] = _Asked(alike[fits, urgency], circle, barred)
            self._places.seat(alike[fits, urgency])
        self._left = {kind: sum(kind.places.values()) - kind.places.pop(WAITING, 0) for kind in alike.values()}

    def takes_place(self, claim: ClaimFacts) -> bool:
        """Whether there is a place for this claim, the most urgent of its kind that are left; then it is taken."""
        kind = self._asked[claim.claim_id].kind
        self._left[kind] -= 1
        return self._left[kind] >= 0

    def choice(self, claim: ClaimFacts, named: int) -> Choice:
        """Choose for one seat, and remember that whoever was chosen holds it now."""
        kind = self._asked[claim.claim_id].kind
        people = self._newsroom.desk(claim)
        choice = self._from_few(claim, kind, people) if len(people) <= named else self._from_many(claim, kind)
        if choice.reviewer_id is not None:
            self._gives(kind, choice.reviewer_id)
            self._newsroom.people[choice.reviewer_id].gets_one(self._newsroom.now)
        return choice

    def _may_have(self, kind: Kind, reviewer_id: int) -> bool:
        """Whether the plan has a place with them for this kind, or can have one at no loss: they have room to the end
        and fit as well as somebody whose place they would take.
        """
        if kind.places.get(reviewer_id):
            return True
        worth = kind.fits.points
        return self._places.room[reviewer_id] > 0 and any(worth[who] == worth[reviewer_id] for who in kind.places)

    def _gives(self, kind: Kind, reviewer_id: int) -> None:
        """Take a place off the plan: theirs, or the one of the busiest who fits as well, whose room it becomes."""
        worth = kind.fits.points
        given_up = reviewer_id
        if not kind.places.get(reviewer_id):
            equals = [who for who in kind.places if worth[who] == worth[reviewer_id]]
            given_up = self._places.busiest(equals)
            self._places.room[reviewer_id] -= 1
            self._places.room[given_up] += 1
        kind.places[given_up] -= 1
        if not kind.places[given_up]:
            del kind.places[given_up]

    def _from_few(self, claim: ClaimFacts, kind: Kind, people: Sequence[Person]) -> Choice:
        asked = choose(claim, [person.candidate for person in people], self._newsroom.now)
        ranked = [reason.reviewer_id for reason in asked.reasons if reason.eligible and reason.reviewer_id]
        gets_it = next((who for who in ranked if self._may_have(kind, who)), None)
        return asked if gets_it is None else instead_of(asked, gets_it)

    def _from_many(self, claim: ClaimFacts, kind: Kind) -> Choice:
        asked = self._asked[claim.claim_id]
        counts = self._newsroom.counted(claim, asked.circle, asked.barred)
        ranked = asked.circle.ranked(
            claim, asked.barred, lambda person: self._may_have(kind, person.candidate.reviewer_id), RANKED_NEXT
        )
        if ranked.chosen is None:
            return Choice(None, _told(counts), why_nobody(claim.desk_name, counts))
        others = len(self._newsroom.desk(claim)) - sum(counts.values()) - len(ranked.before) - 1 - len(ranked.after)
        return Choice(ranked.chosen.candidate.reviewer_id, _named(claim, ranked, ranked.chosen, others) + _told(counts))


def _named(claim: ClaimFacts, ranked: Ranked, chosen: Person, others: int) -> tuple[Reason, ...]:
    """The chosen, who ranked before and is needed elsewhere, who ranked next, and how many more of either."""
    before, after = ranked.before[:RANKED_NEXT], ranked.after
    reasons = [_reason(claim, chosen, Code.CHOSEN)]
    reasons += [_reason(claim, person, Code.NEEDED) for person in before]
    if more := len(ranked.before) - len(before):
        reasons.append(Reason(None, eligible=True, code=Code.NEEDED, sentence=NEEDED_TOO, people=more))
    reasons += [_reason(claim, person, Code.ELIGIBLE) for person in after]
    if others:
        reasons.append(Reason(None, eligible=True, code=Code.ELIGIBLE, sentence="ranked after them", people=others))
    return tuple(reasons)


def _reason(claim: ClaimFacts, person: Person, code: Code) -> Reason:
    sentence = fit(claim, person.candidate)
    return Reason(
        person.candidate.reviewer_id,
        eligible=True,
        code=code,
        sentence=f"{sentence}, {NEEDED}" if code == Code.NEEDED else sentence,
    )


def _told(counts: Mapping[Grounds, int]) -> tuple[Reason, ...]:
    return tuple(
        Reason(None, eligible=False, code=code, sentence=one if number == 1 else many, people=number)
        for (code, one, many), number in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        if number
    )
