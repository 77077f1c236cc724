"""What becomes of somebody's claims when they go away or stand still: handed over, back to the pool, or kept.

Absences are carried out by a periodic pass. Nothing is marked as done: while an absence holds that says "hand over" or
"back to the pool", any open seat of that person is still to be settled, each under its own claim's lock. So the pass
may be killed at any claim and run twice, and a claim that was parked when the absence began is settled when it comes
back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

import structlog
from django.db import DatabaseError, OperationalError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from claims.actors import rule
from claims.errors import ClaimDeskError
from claims.lifecycle import Role, State
from claims.models import Claim, Membership
from claims.permissions import Viewer, visible_claims
from claims.services.onebyone import Stepped, step_on_each
from claims.services.transitions import Held, database_time, hold_many, locked
from reviews.models import Absence, Assignment, DeskDefaults, Part, Reviewer, Then
from reviews.services.acting import acting_on
from reviews.services.assigning import assignment_of, hand_over
from reviews.services.routing import check_eligible, pass_on, with_room
from reviews.services.stillness import away_sentence, idle_before, idle_since

# An absence is an order of the person or of their editor, and a desk's rule one of its editor: whoever carries it out
# may do what they may.
ABSENCE = rule("absence").having(Role.SYSTEM, Role.EDITOR)
DEPARTURE = rule("departure").having(Role.SYSTEM, Role.EDITOR)
STANDSTILL = rule("standstill").having(Role.SYSTEM, Role.EDITOR)
MOVABLE = (State.QUEUED, State.IN_REVIEW, State.SECOND_OPINION)
log = structlog.get_logger(__name__)


def seats_of_people_away(now: datetime) -> QuerySet[Assignment]:
    """Open seats that can be given up, of people who are away at `now` and have said what becomes of their claims."""
    orders = Absence.objects.at(now).filter(reviewer=OuterRef("reviewer")).exclude(then=Then.KEEP)
    return Assignment.objects.open().filter(Exists(orders), claim__state__in=MOVABLE)


def settle_absences() -> int:
    """Carry out what people who are away have said about their open claims; answers how many seats changed hands.

    Somebody who cannot take a claim now is not given it: then it goes back to the pool, where routing flags it when
    nobody can. A claim that somebody holds this moment is left to the next pass.
    """
    return _each(seats_of_people_away(database_time()), _carry_out)


def _carry_out(held: Held, seat: Assignment) -> bool:
    orders = Absence.objects.at(held.now).filter(reviewer=seat.reviewer).exclude(then=Then.KEEP)
    absence = orders.select_related("reviewer__user", "hand_over_to__user").order_by("starts_at", "pk").first()
    if absence is None:
        return False
    to, note = _taker(held, seat, absence)
    hand_over(held, seat, by=ABSENCE, to=to, note=note)
    return True


def _taker(held: Held, seat: Assignment, absence: Absence) -> tuple[Reviewer | None, str]:
    """Who gets the seat, None for the pool, and the note that says why."""
    away = away_sentence(absence)
    to = absence.hand_over_to
    if to is None or seat.part != Part.REVIEW:
        return None, away
    try:
        check_eligible(held.claim, with_room(to.pk), seat.seat)
    except ClaimDeskError as refused:
        return None, f"{away} {refused.message}"
    return to, f"{away} You were named to take over."


def seats_of_people_gone() -> QuerySet[Assignment]:
    """Open seats that can be given up, of people who cannot come back to them: no account, or no place on the desk."""
    here = Membership.objects.filter(user=OuterRef("reviewer__user"), desk=OuterRef("claim__desk"))
    seats = Assignment.objects.open().filter(claim__state__in=MOVABLE)
    return seats.filter(Q(reviewer__user__is_active=False) | ~Exists(here))


def release_gone() -> int:
    """What people hold who were deactivated, or taken off the desk, goes back to the pool; answers how many seats."""
    return _each(seats_of_people_gone(), _back_from_gone)


def _back_from_gone(held: Held, seat: Assignment) -> bool:
    if not seats_of_people_gone().filter(pk=seat.pk).exists():
        return False
    hand_over(held, seat, by=DEPARTURE, note=f"{seat.reviewer} does not work on this desk any more.", taken=True)
    return True


def seats_to_take_back() -> QuerySet[Assignment]:
    """Reviewers' open seats that can be given up, on desks that take back what stands still."""
    desks = DeskDefaults.objects.filter(takes_back=True).values("desk")
    return Assignment.objects.open().filter(claim__desk__in=desks, claim__state__in=MOVABLE, part=Part.REVIEW)


def take_back_standing() -> int:
    """On such desks: claims without activity, and those of people away, go back to the pool."""
    now, seats = database_time(), seats_to_take_back()
    away = Exists(Absence.objects.at(now).filter(reviewer=OuterRef("reviewer")))
    # Whoever got it later than the last thing that happened has had less than two days for it.
    long_held = seats.filter(assigned_at__lt=idle_before(now))
    still = long_held.filter(claim__state=State.IN_REVIEW, claim__in=idle_since(now).values("pk"))
    return _each(seats.filter(away), _back_from_away) + _each(still, _back_from_idle)


def _back_from_away(held: Held, seat: Assignment) -> bool:
    absence = Absence.objects.at(held.now).filter(reviewer=seat.reviewer).select_related("reviewer__user").first()
    if absence is None or not seats_to_take_back().filter(pk=seat.pk).exists():
        return False
    hand_over(held, seat, by=STANDSTILL, note=away_sentence(absence))
    return True


def _back_from_idle(held: Held, seat: Assignment) -> bool:
    is_idle = idle_since(held.now).filter(pk=held.claim.pk).exists()
    if not is_idle or not seats_to_take_back().filter(pk=seat.pk).exists():
        return False
    hand_over(held, seat, by=STANDSTILL, note="Nobody did anything for 2 days.")
    return True


def _each(seats: QuerySet[Assignment], settle: Callable[[Held, Assignment], bool]) -> int:
    """Settle each of these seats in a transaction of its own; one that cannot be settled stops no other."""
    settled = 0
    for pk, claim_id in list(seats.order_by("claim", "pk").values_list("pk", "claim")):
        try:
            settled += _one(pk, claim_id, settle)
        except OperationalError:
            raise
        except (DatabaseError, ClaimDeskError):
            log.exception("seat_not_settled", claim=claim_id, assignment=pk)
    return settled


def _one(pk: int, claim_id: int, settle: Callable[[Held, Assignment], bool]) -> bool:
    with transaction.atomic():
        if not hold_many([claim_id]):
            return False
        with locked(claim_id) as held:
            seat = Assignment.objects.open().filter(pk=pk).select_related("reviewer__user").first()
            if seat is None or held.claim.state not in MOVABLE:
                return False
            return settle(held, seat)


def hand_over_all(
    reviewer: Reviewer, viewer: Viewer, *, to: Reviewer | None, note: str, claims: Iterable[int]
) -> Stepped:
    """Hand over several claims of one person, each as its own step. For them and for editors of a claim's desk."""

    def one(claim_id: int) -> None:
        with acting_on(claim_id, viewer) as acting:
            mine = Assignment.objects.open().filter(claim=claim_id, reviewer=reviewer).order_by("seat").first()
            seat = assignment_of(acting.held, mine.pk if mine else 0, None)
            pass_on(acting.held, seat, to, by=acting.by, note=note)

    return step_on_each(claims, one)


def open_claims_of(reviewer: Reviewer, viewer: Viewer, now: datetime) -> QuerySet[Claim]:
    """The open claims somebody is on, as far as the viewer sees them, due first."""
    held = Assignment.objects.loading().filter(claim=OuterRef("pk"), reviewer=reviewer)
    return visible_claims(viewer, now).filter(Exists(held)).order_by("review_due_at", "pk")


def due_meanwhile(absences: Sequence[Absence], viewer: Viewer, now: datetime) -> dict[int, list[int]]:
    """By absence, the open claims of the person that fall due during it, due first, as far as the viewer sees them.

    One query for all of them.
    """
    people, seen = {absence.reviewer_id for absence in absences}, visible_claims(viewer, now).values("pk")
    held = Assignment.objects.loading().filter(reviewer__in=people, claim__review_due_at__isnull=False, claim__in=seen)
    rows = held.values_list("reviewer", "claim", "claim__review_due_at")
    due = sorted({(at, claim, who) for who, claim, at in rows if at is not None})
    return {
        absence.pk: [
            claim for at, claim, who in due if who == absence.reviewer_id and absence.starts_at <= at < absence.ends_at
        ]
        for absence in absences
    }
