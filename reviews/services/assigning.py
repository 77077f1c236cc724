"""Puts people on claims and takes them off. Always under the claim's lock; seats are unique in the database."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from claims.actors import Actor, rule
from claims.errors import NotFound, RoleMissing
from claims.lifecycle import Action, Role, State
from claims.models import Appearance, Claim, ClaimEvent, DeskRole, FlagKind, Membership
from claims.models.making import new
from claims.models.many import any_of
from claims.models.worded import worded
from claims.models.writing import insert, update
from claims.services.articles import text
from claims.services.transitions import Held
from reviews.errors import InterestMissing, NotEligible, NoteMissing, NotOnIt
from reviews.models import Absence, Assignment, AssignmentStatus, Interest, Part, Reviewer
from reviews.services import people
from reviews.services.seats import check_free

ROUTER = rule("routing")
HAND_OVER = rule("hand-over")
NOTE_LENGTH = 600
NOBODY_ON_IT = "Nobody is on this claim."
IN_WORDS = "This claim names no source. Say in words what your interest is."
LEFT = (AssignmentStatus.WITHDRAWN, AssignmentStatus.HANDED_OVER, AssignmentStatus.DECLINED)


def assign(
    held: Held,
    reviewer: Reviewer,
    *,
    by: Actor,
    chosen_by: str,
    reasons: Sequence[dict[str, Any]] = (),
    part: Part = Part.REVIEW,
    note: str = "",
) -> Assignment:
    """Give a free seat to a reviewer. The caller has judged who is eligible.

    Raises `SeatTaken` when no seat is free, `NotEligible` when the person holds one already, and
    `ActionNotPossible` where no such seat is to be given: an adjudicator's where nothing is to settle.
    """
    assignment = _seated(
        held, reviewer, part=part, rule=chosen_by, reasons=list(reasons), note=text(note, "note", NOTE_LENGTH).strip()
    )
    told = {
        "assignment": assignment.pk,
        "reviewer": reviewer.pk,
        "name": str(reviewer),
        "part": part,
        "rule": chosen_by,
    }
    held.take(Action.ASSIGN, by=by, data=told, reason=assignment.note)
    held.clear_flag(FlagKind.UNROUTABLE, by=ROUTER)
    return assignment


def _seated(held: Held, reviewer: Reviewer, *, part: Part, **said: Any) -> Assignment:
    """The new row on the first free seat of the running round."""
    if named := interests_as_of_now(held.claim, reviewer):
        raise NotEligible(f"{reviewer}: has declared an interest in {', '.join(named)}.")
    assignment = new(
        Assignment,
        claim=held.claim,
        reviewer=reviewer,
        part=part,
        seat=check_free(held, part),
        round=held.claim.round,
        assigned_at=held.now,
        **said,
    )
    try:
        with transaction.atomic():
            insert(assignment)
    except IntegrityError as taken:
        raise NotEligible(f"{reviewer} is on this claim already.") from taken
    return assignment


def end(held: Held, assignment: Assignment, status: AssignmentStatus, note: str = "") -> None:
    """Take somebody off a claim, or mark their part as done."""
    assignment.status, assignment.ended_at = status, held.now
    if note:
        assignment.note = note
    update(assignment, ["status", "ended_at", "note", "while_away", "taken"])


def put_back(held: Held, undone: ClaimEvent, taken_off: Collection[int] = ()) -> None:
    """Give back the seats that the event, undone now, had taken, and take those that it had given.

    `taken_off` are seats, by number, that routing gave since and that go with it.
    """
    at = undone.recorded_at
    for given in Assignment.objects.open().filter(Q(assigned_at=at) | Q(pk__in=taken_off), claim=held.claim):
        end(held, given, AssignmentStatus.WITHDRAWN)
    for seat in Assignment.objects.filter(claim=held.claim, ended_at=at, status__in=LEFT).exclude(assigned_at=at):
        told = held.claim.events.filter(type="claim.assign", recorded_at=seat.assigned_at)
        note = next((event.reason for event in told if event.data["assignment"] == seat.pk), "")
        seat.status, seat.ended_at, seat.note = AssignmentStatus.OPEN, None, note
        seat.while_away = seat.taken = False
        seat.save(update_fields=["status", "ended_at", "note", "while_away", "taken"])


def release_strangers(held: Held, *, by: Actor) -> None:
    """Take off whoever is nothing on the desk the claim has now that their seat needs: they may not even see it."""
    here = Membership.objects.filter(desk=held.claim.desk)
    colleagues = here.filter(role=DeskRole.REVIEWER).values("user")
    editors = here.filter(role=DeskRole.EDITOR).values("user")
    stays = Q(reviewer__user__in=colleagues) & ~Q(part=Part.EDITOR) | Q(reviewer__user__in=editors) & ~Q(
        part=Part.REVIEW
    )
    seats = Assignment.objects.open().filter(claim=held.claim).select_related("reviewer__user")
    for assignment in seats.exclude(stays):
        if held.claim.state == State.WAITING:
            end(held, assignment, AssignmentStatus.WITHDRAWN)
        else:
            hand_over(held, assignment, by=by, note="The claim went to another desk.", taken=True)


def _check_theirs(assignment: Assignment, by: Actor) -> None:
    """People leave their own seats; the desk's editor may take anybody off. Raises `RoleMissing`."""
    if Role.EDITOR not in by.roles and assignment.reviewer.user_id != by.id:
        raise RoleMissing("This is somebody else's seat. An editor of the desk can take them off it.")


def after_leaving(held: Held) -> State:
    """Where a claim goes when somebody left it: back to the queue when nobody is left on it, else it stays."""
    if held.claim.state == State.SECOND_OPINION:
        return State.SECOND_OPINION
    left = Assignment.objects.open().filter(claim=held.claim).exists()
    return State(held.claim.state) if left else State.QUEUED


def hand_over(
    held: Held, assignment: Assignment, *, by: Actor, to: Reviewer | None = None, note: str = "", taken: bool = False
) -> Assignment | None:
    """Give somebody's seat to another person, or back to the pool (`to` None), where it is routed again.

    A note is needed when it goes to a person: they read it first. `taken` says that the seat was no more theirs to
    have: whoever gave nothing up may get the claim again. Answers the new assignment, if there is one.
    """
    note = text(note, "note", NOTE_LENGTH).strip()
    if to is not None and not note:
        raise NoteMissing(pointer="/note")
    if to is not None and to == assignment.reviewer:
        raise NotEligible(f"{to} has this claim already.")
    _check_theirs(assignment, by)
    assignment.while_away = Absence.objects.at(held.now).filter(reviewer=assignment.reviewer).exists()
    assignment.taken = taken
    end(held, assignment, AssignmentStatus.HANDED_OVER, note)
    told = {"assignment": assignment.pk, "from": str(assignment.reviewer), "name": str(to) if to else ""}
    stays = to is not None
    target = State(held.claim.state) if stays else after_leaving(held)
    held.take(Action.HAND_OVER, by=by, to=target, reason=note, data=told)
    if to is None:
        return None
    chosen_by = f"handed over by {by.name}"
    return assign(held, to, by=HAND_OVER, chosen_by=chosen_by, part=Part(assignment.part), note=note)


def decline(held: Held, assignment: Assignment, *, by: Actor, note: str = "") -> ClaimEvent:
    """Give a seat back to the pool without having worked on it."""
    _check_theirs(assignment, by)
    note = text(note, "note", NOTE_LENGTH).strip()
    end(held, assignment, AssignmentStatus.DECLINED, note)
    told = {"assignment": assignment.pk, "from": str(assignment.reviewer)}
    return held.take(Action.DECLINE, by=by, to=after_leaving(held), reason=note, data=told)


def recuse(held: Held, assignment: Assignment, *, by: Actor, source_id: int | None, note: str = "") -> None:
    """Step back because of an interest in a source of the chain or the outlet; nothing of it is routed there again.

    A claim without any source needs the interest in words. The words stay with the assignment: they are nobody else's
    business, so the event does not repeat them. Raises `InterestMissing`, `RoleMissing`.
    """
    _check_theirs(assignment, by)
    note = text(note, "note", 300).strip()
    sources = sources_of(held.claim)
    if source_id not in sources if sources else not note:
        raise InterestMissing(pointer="/source") if sources else InterestMissing(IN_WORDS, pointer="/note")
    if source_id is not None and sources:
        with people.held(assignment.reviewer) as person:
            Interest.objects.get_or_create(reviewer=person, source_id=source_id, defaults={"note": note})
    end(held, assignment, AssignmentStatus.RECUSED, note)
    told = {"assignment": assignment.pk, "from": str(assignment.reviewer)}
    held.take(Action.RECUSE, by=by, to=after_leaving(held), data=told)


def sources_of(claim: Claim) -> set[int]:
    """Every source the claim came through: its chains and the outlets of its articles."""
    return {source for pair in _sources(claim.pk) for source in pair if source is not None}


@worded
def _sources(claim: int) -> QuerySet[Appearance, tuple[int | None, int]]:
    return Appearance.objects.filter(claim=claim).values_list("chain__source", "revision__article__outlet")


def interests_in(claim: Claim, reviewer: Reviewer) -> list[str]:
    """The claim's sources, by name, in which somebody has declared an interest."""
    sources = sources_of(claim)
    return sorted(_declared(reviewer.pk, sorted(sources))) if sources else []


@worded
def _declared(reviewer: int, sources: list[int]) -> QuerySet[Interest, str]:
    return Interest.objects.filter(reviewer=reviewer, source__in=any_of(sources)).values_list("source__name", flat=True)


def interests_as_of_now(claim: Claim, reviewer: Reviewer) -> list[str]:
    """The same, under the lock on the person until the transaction ends.

    An interest that is being declared at this moment is waited for, and no further one comes before the seat or the
    judgement is written.
    """
    with people.held(reviewer):
        return interests_in(claim, reviewer)


def assignment_of(held: Held, assignment_id: int | None, mine: Assignment | None) -> Assignment:
    """The open assignment an action is about: the named one, else the actor's own. Raises `NotFound`, `NotOnIt`."""
    if assignment_id is not None:
        named = Assignment.objects.open().filter(claim=held.claim, pk=assignment_id).first()
        if named is None:
            raise NotFound("There is no open assignment with this number on this claim.", pointer="/assignment")
        return named
    if mine is not None:
        return mine
    holder = Assignment.objects.open().filter(claim=held.claim).order_by("seat").first()
    if holder is None:
        raise NotOnIt(NOBODY_ON_IT)
    return holder
