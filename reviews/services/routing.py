"""Gives queued claims to people: one plan for all of them, carried out set-based and looked at again under the locks.

Safe with any number of routers: whoever takes the newsroom's turn plans for it, seats are unique in the database, and a
person's limit is checked again under the lock of their own row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from claims.actors import Actor
from claims.errors import NotFound, RoleMissing
from claims.lifecycle import Role, State
from claims.models import Claim, DatabaseClock, Flag, FlagKind
from claims.models.embargo import astray
from claims.permissions import Viewer, visible_claims
from claims.services.flagging import Found, raise_flags
from claims.services.transitions import Held, database_time, locked
from reviews.errors import NotEligible
from reviews.models import Assignment, Part, Reviewer
from reviews.permissions import actor_on
from reviews.planning import Planned, plan
from reviews.routing import Choice, choose, settled_on
from reviews.services.assigning import ROUTER, assign, hand_over
from reviews.services.editing import check_may_judge, edits, take_as_editor
from reviews.services.facts import PLANNED, candidates_for, facts_of, first_free_seats
from reviews.services.seating import Seat, give_seats
from reviews.services.seats import free_seats, seats_of, wanting_reviewers, why_not_seated

BATCH = 10_000  # claims planned for at once
AGAIN = 500  # of those nobody could take, so many are looked at again in one pass
TURN = 4021  # the advisory lock under which one router plans; others do what is left when it is done
SETTLING = 1000  # stands for the adjudicator's seat where a seat's number is asked: whoever settles is never the first
FIT = "best fit, then lightest load"
FROM_POOL = "taken from the pool"


@dataclass(frozen=True)
class Routed:
    """What a pass did: seats given, and claims that nobody can take."""

    assigned: int = 0
    unroutable: int = 0


@dataclass(frozen=True)
class _Plan:
    """A plan with what was seen of each claim: its last event and its first free seat."""

    planned: Sequence[Planned]
    seqs: Mapping[int, int]
    seats: Mapping[int, int]


def wanting_people() -> QuerySet[Claim]:
    """Accepted claims of a desk with a free reviewer's seat in their running round.

    Not those of an article under embargo on another desk: nobody of theirs would see them.
    """
    return wanting_reviewers(Claim.objects.exclude(pk__in=astray(DatabaseClock())))


def route_waiting(batch: int = BATCH) -> Routed:
    """Route every claim that wants somebody, the most urgent first. A second router answers at once with nothing.

    Whatever changed since the plan was made is left to the next pass.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [TURN])
        if not cursor.fetchone()[0]:
            return Routed()
        made = _plan(batch)
    return Routed(assigned=_give(made), unroutable=_tell(made))


def _plan(batch: int) -> _Plan:
    now = database_time()
    claims = _in_turn(batch)
    seats = first_free_seats(claims)
    facts = facts_of(claims, seats)
    planned = plan(facts.values(), candidates_for({fact.desk_id for fact in facts.values()}, now), now)
    return _Plan(planned, {claim.pk: claim.seq for claim in claims}, seats)  # type: ignore[attr-defined]  # annotated


def _in_turn(batch: int) -> Sequence[Claim]:
    """New claims first, the most urgent ahead; then, in no fixed order, some that nobody could take.

    Each with its last event as of now: what is recorded after this is seen by whoever carries the plan out.
    """
    told = Flag.objects.standing().filter(kind=FlagKind.UNROUTABLE, claim=OuterRef("pk"))
    wanting = wanting_people().select_related("desk").only(*PLANNED, "desk__name", "desk__makers_may_review")
    wanting = wanting.annotate(told=Exists(told), seq=F("head__event_seq"))
    fresh = list(wanting.filter(told=False).order_by("priority", "review_due_at", "id")[:batch])
    return [*fresh, *wanting.filter(told=True).order_by("?")[: min(AGAIN, batch - len(fresh))]]


def _give(made: _Plan) -> int:
    """Carry out the seats of a plan, except where the claim or the person changed since."""
    chosen = [seat for seat in made.planned if seat.choice.reviewer_id is not None]
    names = _names({reason.reviewer_id for seat in chosen for reason in seat.choice.reasons if reason.reviewer_id})
    seats = [
        Seat(
            claim_id=seat.claim.claim_id,
            seq=made.seqs[seat.claim.claim_id],
            seat=made.seats[seat.claim.claim_id],
            reviewer_id=seat.choice.reviewer_id,
            name=names[seat.choice.reviewer_id],
            reasons=_worded(seat.choice, names),
        )
        for seat in chosen
        if seat.choice.reviewer_id is not None
    ]
    return give_seats(seats, rule=FIT, actor=ROUTER.name)


def _tell(made: _Plan) -> int:
    """Flag the claims that nobody can take, once for each reason; answers how many nobody can take."""
    nobodys = [seat for seat in made.planned if seat.choice.reviewer_id is None]
    found = [Found(seat.claim.claim_id, made.seqs[seat.claim.claim_id], seat.choice.why_nobody) for seat in nobodys]
    raise_flags(FlagKind.UNROUTABLE, found, by=ROUTER)
    return len(nobodys)


def wants_somebody(held: Held, part: Part = Part.REVIEW) -> bool:
    """Whether the held claim is worked on and has a seat of this part to give."""
    worked_on = held.claim.state in {State.QUEUED, State.IN_REVIEW, State.SECOND_OPINION}
    return worked_on and bool(free_seats(held, part))


def with_room(reviewer_id: int) -> Reviewer:
    """The reviewer, held until the transaction ends, when they are under their limit. Raises `NotEligible`."""
    rows = Reviewer.objects.select_for_update(of=("self",), no_key=True).select_related("user")
    return _under_limit(rows.get(pk=reviewer_id))


def _under_limit(reviewer: Reviewer) -> Reviewer:
    if Assignment.objects.loading().filter(reviewer=reviewer).count() >= reviewer.limit:
        raise NotEligible(f"{reviewer} has reached the limit of {reviewer.limit} open claims.")
    return reviewer


def reasons_of(choice: Choice) -> list[dict[str, Any]]:
    """Why here, why not the others, as an assignment keeps it, with everybody's name."""
    return _worded(choice, _names({reason.reviewer_id for reason in choice.reasons if reason.reviewer_id}))


def _worded(choice: Choice, names: Mapping[int, str]) -> list[dict[str, Any]]:
    """One row a person, and one for each ground on which many were left out: "212 others" "do not read Ukrainian"."""
    return [
        {
            "reviewer_id": reason.reviewer_id,
            "name": names.get(reason.reviewer_id, "") if reason.reviewer_id else _others(reason.people),
            "eligible": reason.eligible,
            "code": reason.code,
            "sentence": reason.sentence,
            "people": reason.people,
        }
        for reason in choice.reasons
    ]


def _others(number: int) -> str:
    return "1 other" if number == 1 else f"{number} others"


def _names(ids: set[int]) -> dict[int, str]:
    return {reviewer.pk: str(reviewer) for reviewer in Reviewer.objects.filter(pk__in=ids).select_related("user")}


def eligible_for(claim: Claim, seat: int | None = None) -> Choice:
    """Who could take a claim now if somebody names them, best first, and why the others cannot.

    Whoever gave the claim up is not asked again by routing, but may be named, or take it after all. `seat` is the
    number of the seat in question: the first free one where none is named, `SETTLING` an adjudicator's.
    """
    now = database_time()
    facts = facts_of([claim], {claim.pk: seat} if seat else first_free_seats([claim]))
    if claim.pk not in facts:
        raise NotFound("A claim without a desk cannot be routed.")
    asked = replace(facts[claim.pk], left_by=frozenset())
    return choose(asked, candidates_for([asked.desk_id], now), now)


def myself(viewer: Viewer) -> Reviewer:
    """The viewer's own profile. Raises `NotEligible`."""
    if viewer.user is None:
        raise NotEligible("A key does not review.")
    me = Reviewer.objects.filter(user=viewer.user).select_related("user").first()
    if me is None:
        raise NotEligible("You have no profile as a reviewer. An editor of the desk or an administrator adds one.")
    return me


def take(claim_id: int, viewer: Viewer, part: Part | None = None) -> Claim:
    """Take a seat of one named claim: of this part, or where none is named of the one that is theirs to take.

    Raises `SeatTaken`, `NotEligible` with the reason, `NotFound`, `RoleMissing`, `ActionNotPossible`.
    """
    claim = visible_claims(viewer, database_time()).filter(pk=claim_id).select_related("desk").first()
    if claim is None:
        raise NotFound(f"There is no claim #{claim_id}.")
    part = part or _theirs_to_take(claim, viewer)
    if part != Part.REVIEW:
        return take_as_editor(claim_id, viewer, part)
    return give(claim, myself(viewer), viewer, chosen_by=FROM_POOL)


def check_could_take(claim: Claim, viewer: Viewer) -> None:
    """Whether somebody could take a reviewer's seat now. Refuses with the sentence of `take`, which looks again."""
    me, free = myself(viewer), seats_of(claim).free(Part.REVIEW)
    if not free:
        raise why_not_seated(claim, Part.REVIEW, me, viewer.actor)
    check_eligible(claim, _under_limit(me), free[0])


def _theirs_to_take(claim: Claim, viewer: Viewer) -> Part:
    """A reviewer's seat from the pool; to an editor who has none to take, the one that waits for an editor.

    Raises `NotEligible` to an editor who does not review for the desk while none waits.
    """
    if claim.desk_id not in viewer.editor_of:
        return Part.REVIEW
    seats, reviews = seats_of(claim), claim.desk_id in viewer.reviewer_of
    if seats.editors is not None and not (reviews and seats.free(Part.REVIEW)):
        return seats.editors
    if not reviews:
        raise NotEligible(f"You do not review for {claim.desk} desk, and no seat waits for an editor now.")
    return Part.REVIEW


def give(
    claim: Claim, reviewer: Reviewer, viewer: Viewer, *, chosen_by: str, note: str = "", part: Part = Part.REVIEW
) -> Claim:
    """Put a named person on a claim, if they could take that seat now; only an editor names an editor or adjudicator.

    An adjudicator is none of the round's reviewers, and is named only when these differ. Raises `NotEligible`,
    `SeatTaken`, `RoleMissing`, `ActionNotPossible`.
    """
    with locked(claim.pk) as held:
        by = actor_on(viewer, held.claim)
        if part != Part.REVIEW and Role.EDITOR not in by.roles:
            raise RoleMissing.of("Naming who judges beside the reviewers", [str(Role.EDITOR.label)])
        put_on(held, reviewer, by=by, chosen_by=chosen_by, note=note, part=part)
        return held.claim


def put_on(
    held: Held, reviewer: Reviewer, *, by: Actor, chosen_by: str, note: str = "", part: Part = Part.REVIEW
) -> Assignment:
    """Put a named person on a held claim, if they could take that seat now.

    Raises `NotEligible`, `SeatTaken`, `ActionNotPossible`.
    """
    if not wants_somebody(held, part):
        raise why_not_seated(held.claim, part, reviewer, by)
    reasons = _fit(held, reviewer, part, free_seats(held, part)[0])
    return assign(held, reviewer, by=by, chosen_by=chosen_by, reasons=reasons, note=note, part=part)


def _fit(held: Held, reviewer: Reviewer, part: Part, seat: int) -> list[dict[str, Any]]:
    """Why this person may take the seat of this part and number now. Raises `NotEligible`.

    An editor takes a seat beside the reviewers as editor, with no language and no limit to say otherwise.
    """
    if part != Part.REVIEW and (part == Part.EDITOR or edits(held.claim, reviewer.user_id)):
        check_may_judge(held.claim, reviewer)
        return []
    with_room(reviewer.pk)
    return reasons_of(check_eligible(held.claim, reviewer, seat_asked(part, seat)))


def seat_asked(part: str, seat: int) -> int:
    """Which seat a reviewer would take with this one: one's own number, or the adjudicator's."""
    return SETTLING if part == Part.ADJUDICATION else seat


def pass_on(held: Held, assignment: Assignment, to: Reviewer | None, *, by: Actor, note: str) -> Assignment | None:
    """Hand a seat over to somebody who could take it now and is under their limit, or back to the pool.

    Raises `NotEligible` with the reason, and what `hand_over` refuses.
    """
    if to is not None:
        _fit(held, to, Part(assignment.part), assignment.seat)
    return hand_over(held, assignment, by=by, to=to, note=note)


def check_eligible(claim: Claim, reviewer: Reviewer, seat: int | None = None) -> Choice:
    """The choice of a named reviewer who could take the seat now. Raises `NotEligible` with the reason why not."""
    choice = eligible_for(claim, seat)
    reason = next((one for one in choice.reasons if one.reviewer_id == reviewer.pk), None)
    if reason is None:
        raise NotEligible(f"{reviewer}: not a reviewer of this desk.")
    if not reason.eligible:
        raise NotEligible(f"{reviewer}: {reason.sentence}.")
    return settled_on(choice, reviewer.pk)
