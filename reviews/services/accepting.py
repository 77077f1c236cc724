"""Takes claims into the queue: what a claim's course will be, its review due, and the step itself.

Every door through which a claim is accepted comes through here: the API, the admin, bulk and the demo.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from claims.actors import Actor
from claims.models import Claim, ClaimEvent, Desk
from claims.services import steps
from claims.services.proposing import GivenClaim, Maker, proposing
from claims.services.transitions import Held
from reviews.models import Course, DeskDefaults
from reviews.services.due import due_when_accepted


def bring(given: GivenClaim, maker: Maker, *, accepted: bool = False) -> Claim:
    """Make a claim, and with `accepted` take it into the queue in the same transaction.

    Raises what `claims.services.proposing.propose` and `accept` refuse; then nothing is written.
    """
    with transaction.atomic(), proposing(given, maker) as held:
        if accepted:
            accept(held, by=maker.actor)
    return held.claim


def accept(held: Held, *, by: Actor, desk: Desk | None = None, due: datetime | None = None) -> ClaimEvent:
    """Accept a proposed claim: settle its course, then take the step with the review due that follows.

    Raises `DeskMissing`, `DueTooEarly`, `RoleMissing`, `ActionNotPossible`.
    """
    desk = desk or held.claim.desk
    if desk is None:
        return steps.accept(held, by=by, due=due)  # refuses
    usual = _usual_of(desk)
    event = steps.accept(held, by=by, desk=desk, due=due, usual=due_when_accepted(held, desk, usual.deadline_policy))
    _settle(held, usual)
    return event


def restore(held: Held, *, by: Actor) -> ClaimEvent:
    """Take a dismissed claim back into the queue. One that was never accepted is settled now.

    Raises `DeskMissing`, `RoleMissing`, `ActionNotPossible`.
    """
    desk = held.claim.desk
    if desk is None or held.claim.accepted_at is not None:
        return steps.restore(held, by=by)
    usual = _usual_of(desk)
    event = steps.restore(held, by=by, usual=due_when_accepted(held, desk, usual.deadline_policy))
    _settle(held, usual)
    return event


def _usual_of(desk: Desk) -> DeskDefaults:
    found = DeskDefaults.objects.filter(desk=desk).select_related("deadline_policy__calendar").first()
    return found or DeskDefaults(desk=desk)


def _settle(held: Held, usual: DeskDefaults) -> None:
    """Write down how this claim will be handled on this desk."""
    settled = {
        "review_policy_id": usual.review_policy_id,
        "deadline_policy_id": usual.deadline_policy_id,
        "set_at": held.now,
    }
    Course.objects.update_or_create(claim=held.claim, defaults=settled)
