"""Taking the next claim from the pool: the most urgent one that somebody could take; many takers each get another.

What somebody else holds at that instant is about to be theirs, most likely, so nobody waits for it while there is
another: fifty people who begin their day at once would else stand in one line for each claim in turn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import QuerySet

from claims.models import Claim
from claims.models.many import any_of
from claims.models.worded import worded
from claims.permissions import Viewer, visible_claims
from claims.services import lockedrows
from claims.services.transitions import database_time, locked
from reviews.eligibility import Candidate, ClaimFacts
from reviews.errors import NobodyInPool, NotEligible, SeatTaken
from reviews.models import Reviewer
from reviews.permissions import actor_on
from reviews.routing import Choice, choose
from reviews.services.assigning import assign
from reviews.services.facts import candidates_for, facts_of, first_free_seats
from reviews.services.routing import (
    FROM_POOL,
    check_eligible,
    myself,
    reasons_of,
    wanting_people,
    wants_somebody,
    with_room,
)
from reviews.services.takeable import takeable_by

POOL = 100  # so many claims that suit somebody who takes the next are read at once


def take_next(viewer: Viewer, batch: int = POOL) -> Claim:
    """Take the most urgent pool claim that this person could take, atomically: of many takers each gets another one.

    One that is held at this instant is passed over, and waited for when nothing else is left for them. `batch` claims
    are read at once; whoever loses all of them to others looks at the next ones. Raises `NobodyInPool`
    when nothing is left for them, with the reason for the most urgent, and `NotEligible` when they are at their limit.
    """
    me = myself(viewer)
    now = database_time()
    candidates = candidates_for(viewer.reviewer_of, now, only=me.user_id)
    if any(one.open_load >= one.limit for one in candidates):
        raise NotEligible(_full(me.limit))
    pool = wanting_people().filter(pk__in=visible_claims(viewer, now).values("pk")).select_related("desk")
    pool = pool.order_by("priority", "review_due_at", "id")
    fitting = takeable_by(me, viewer.reviewer_of, pool, now)
    lost: set[int] = set()
    for waits in (False, True):
        held: set[int] = set()
        while claims := list(fitting.exclude(pk__in=any_of(lost | held))[:batch]):
            facts = facts_of(claims, first_free_seats(claims))
            while claims:
                place, taken = _tried(claims, partial(_chosen, facts, candidates, now), me, viewer, waits=waits)
                if taken is not None:
                    return taken
                held |= {claim.pk for claim in claims[:place]}
                lost |= {claim.pk for claim in claims[place : place + 1]}
                claims = _still_wanting(claims[place + 1 :])
    left = pool.exclude(pk__in=any_of(lost)).first()
    if left is None:
        raise NobodyInPool()
    facts = facts_of([left], first_free_seats([left]))
    raise _nothing_for_them(left, choose(facts[left.pk], candidates, now))


def _still_wanting(claims: Sequence[Claim]) -> list[Claim]:
    """Those that want somebody now: whoever lost one to others has most likely lost more of what was read with it."""
    wanting = set(_wanting([claim.pk for claim in claims])) if claims else set()
    return [claim for claim in claims if claim.pk in wanting]


@worded
def _wanting(claims: list[int]) -> QuerySet[Claim, int]:
    return wanting_people().filter(pk__in=any_of(claims)).values_list("pk", flat=True)


def _chosen(facts: Mapping[int, ClaimFacts], candidates: Sequence[Candidate], now: datetime, claim: Claim) -> Choice:
    """The choice of whoever takes this claim. Raises `NobodyInPool` when it is not for them."""
    choice = choose(facts[claim.pk], candidates, now)
    if choice.reviewer_id is None:
        raise _nothing_for_them(claim, choice)
    return choice


def _tried(
    claims: Sequence[Claim], choosing: Callable[[Claim], Choice], me: Reviewer, viewer: Viewer, *, waits: bool
) -> tuple[int, Claim | None]:
    """Take the first of these that nobody holds at this instant, or wait for the first.

    Answers its place and, unless somebody else has it by then, the claim; the number of claims when all are held.
    """
    place = 0
    try:
        with transaction.atomic():
            if not waits:
                free = lockedrows.first_free.one([claim.pk for claim in claims])
                place = next((place for place, claim in enumerate(claims) if claim.pk == free), len(claims))
            if place == len(claims):
                return place, None
            return place, _seated(claims[place], me, choosing(claims[place]), viewer)
    except SeatTaken:
        return place, None


def _seated(claim: Claim, me: Reviewer, choice: Choice, viewer: Viewer) -> Claim:
    with locked(claim.pk) as held:
        if not wants_somebody(held):
            raise SeatTaken()
        by, reasons, person = actor_on(viewer, held.claim), reasons_of(choice), with_room(me.pk)
        check_eligible(held.claim, person)
        assign(held, person, by=by, chosen_by=FROM_POOL, reasons=reasons)
        return held.claim


def _full(limit: int) -> str:
    """What somebody at their own limit reads, whatever waits in the pool."""
    claims = "1 open claim" if limit == 1 else f"{limit} open claims"
    return f"You have reached your limit of {claims}. Finish or hand over one first."


def _nothing_for_them(claim: Claim, choice: Choice) -> NobodyInPool:
    """Why the most urgent claim is not for them, as an example of the rest."""
    if choice.reviewer_id is not None or not choice.reasons:
        return NobodyInPool()
    return NobodyInPool(f"You cannot take #{claim.pk}: {choice.reasons[0].sentence}.")
