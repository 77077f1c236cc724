"""Takes claims into the queue and from desk to desk: the step itself, and the course that follows from it.

Every door through which a claim is accepted comes through here: the API, the admin, bulk and the demo.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from claims.actors import Actor
from claims.lifecycle import Action
from claims.models import Cancellation, Claim, ClaimEvent, Desk, RevisedPassage
from claims.models.worded import worded
from claims.services import steps
from claims.services.embargoes import check_keeps_embargo
from claims.services.linkflags import keep_flags
from claims.services.proposing import GivenClaim, Maker, proposing
from claims.services.transitions import Held
from reviews.models import Course
from reviews.services.assigning import release_strangers
from reviews.services.due import due_when_accepted
from reviews.services.settling import (
    Settled,
    Terms,
    judged,
    judged_where_it_is,
    put_back_course,
    settle_where_it_is,
    terms_of,
    told_course,
    write_course,
)


def bring(given: GivenClaim, maker: Maker, *, accepted: bool = False) -> Claim:
    """Make a claim, and with `accepted` take it into the queue in the same transaction.

    Raises what `claims.services.proposing.propose` and `accept` refuse; then nothing is written.
    """
    with transaction.atomic(), proposing(given, maker) as held:
        if accepted:
            accept(held, by=maker.actor)
    return held.claim


def accept(held: Held, *, by: Actor, desk: Desk | None = None, due: datetime | None = None) -> ClaimEvent:
    """Accept a proposed claim: the first rule that takes it says where it goes, then the step is taken.

    `by` has been judged on the desk that the claim has or that they named. Where a rule sends it is the word of
    whoever wrote the rule, so it may be a desk on which `by` has no right.
    Raises `DeskMissing`, `DueTooEarly`, `RoleMissing`, `ActionNotPossible`, `Embargoed`.
    """
    if desk is not None:
        check_keeps_embargo(held.claim, held.now, desk)
    desk = desk or held.claim.desk
    settled = judged(held, (desk.pk if desk else None, held.claim.priority))
    if settled.outcomes.desk is not None:
        desk = Desk.objects.get(pk=settled.outcomes.desk)
    if desk is None:
        return steps.accept(held, by=by, due=due)  # refuses
    terms = terms_of(settled, desk)
    event = accept_as_settled(held, settled, terms, by=by, desk=desk, due=due)
    write_course(held, settled, terms)
    if _rests_on_something(held):
        keep_flags(held)
    return event


def accept_as_settled(
    held: Held, settled: Settled, terms: Terms, *, by: Actor, desk: Desk, due: datetime | None = None
) -> ClaimEvent:
    """The step itself, once it is known where the claim goes and on which terms. Its course is the caller's to keep."""
    priority = settled.outcomes.priority
    usual = due_when_accepted(held, desk, terms.deadline_policy, priority)
    return steps.accept(held, by=by, desk=desk, due=due, usual=usual, priority=priority, data=settled.told())


def _rests_on_something(held: Held) -> bool:
    """Whether there may be anything to flag: a claim accepted as it is made has no evidence yet."""
    if held.claim.created_at < held.now or held.claim.split_from_id is not None:
        return True
    return bool(_resting(held.claim.pk))


@worded
def _resting(claim: int) -> QuerySet[RevisedPassage, tuple[int]]:
    passages = RevisedPassage.objects.filter(appearance__claim=claim).order_by().values_list("pk")
    return passages.union(Cancellation.objects.filter(claim=claim).order_by().values_list("pk"))


def change_desk(held: Held, *, by: Actor, desk: Desk, reason: str) -> ClaimEvent:
    """Give the claim to another desk, where it is settled anew; whoever does not review there is taken off it.

    What the claim ran under before goes with the event. Raises `RoleMissing`, `ActionNotPossible`, `Embargoed`.
    """
    check_keeps_embargo(held.claim, held.now, desk)
    before = told_course(held.claim)
    event = steps.change_desk(held, by=by, desk=desk, reason=reason, data={"course": before})
    release_strangers(held, by=by)
    if held.claim.accepted_at is not None:
        settle_where_it_is(held, desk)
    return event


def restore(held: Held, *, by: Actor) -> ClaimEvent:
    """Take a dismissed claim back into the queue. One that was never accepted is settled now, on the desk it has.

    Raises `DeskMissing`, `RoleMissing`, `ActionNotPossible`.
    """
    desk = held.claim.desk
    if desk is None or held.claim.accepted_at is not None:
        return steps.restore(held, by=by)
    settled = judged_where_it_is(held)
    terms = terms_of(settled, desk)
    event = steps.restore(held, by=by, usual=due_when_accepted(held, desk, terms.deadline_policy))
    write_course(held, settled, terms)
    return event


def undo_course(held: Held, undone: ClaimEvent) -> None:
    """What taking a step back means for the course: the one before, or none for a claim that is not accepted."""
    gave_away = undone.type == f"claim.{Action.CHANGE_DESK}"
    before = undone.data.get("course") if gave_away else None
    if before is not None:
        put_back_course(held, before)
    elif gave_away or held.claim.accepted_at is None:
        Course.objects.filter(claim=held.claim).delete()
