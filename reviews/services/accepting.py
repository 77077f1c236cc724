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
    event = steps.accept(held, by=by, desk=desk, due=due)
    if desk is not None:
        _settle(held, desk)
    return event


def _settle(held: Held, desk: Desk) -> Course:
    """Write down how this claim will be handled on this desk."""
    usual = DeskDefaults.objects.filter(desk=desk).first() or DeskDefaults(desk=desk)
    settled = {
        "review_policy_id": usual.review_policy_id,
        "deadline_policy_id": usual.deadline_policy_id,
        "set_at": held.now,
    }
    course, _ = Course.objects.update_or_create(claim=held.claim, defaults=settled)
    return course
