"""The review due that a desk's deadline policy asks for."""

from __future__ import annotations

from datetime import datetime, timedelta

from claims.deadlines import Due
from claims.models import Claim, Desk
from claims.services.steps import plain_due
from claims.services.transitions import Held
from reviews.duedates import due_by
from reviews.models import Course, DeadlinePolicy

AFTER_A_WAIT = timedelta(days=1)


def due_for(
    desk: Desk, policy: DeadlinePolicy | None, *, priority: int, own_date: datetime | None, now: datetime
) -> Due:
    """When the verdict is wanted on a claim accepted at `now`; the desk's plain hours where there is no policy."""
    if policy is None:
        return plain_due(desk, priority, now)
    return due_by(policy.rule(desk.minimum_minutes), now=now, priority=priority, own_date=own_date)


def due_when_accepted(held: Held, desk: Desk, policy: DeadlinePolicy | None, priority: int | None = None) -> Due:
    """The same for a held claim; `priority` where it is about to change."""
    wanted = held.claim.priority if priority is None else priority
    return due_for(desk, policy, priority=wanted, own_date=held.claim.confirm_by, now=held.now)


def due_after_wait(claim: Claim, until: datetime) -> datetime:
    """The review due to suggest for a claim that waits until a moment: what its policy asks for from then on.

    Without a policy a day later; never before the end of the wait, which a new due may not precede.
    """
    course = Course.objects.filter(claim=claim).select_related("deadline_policy__calendar").first()
    if claim.desk is None or course is None or course.deadline_policy is None:
        return until + AFTER_A_WAIT
    found = due_for(claim.desk, course.deadline_policy, priority=claim.priority, own_date=claim.confirm_by, now=until)
    return max(found.moment, until)
