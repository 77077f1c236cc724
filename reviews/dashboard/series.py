"""The claims behind the chart of due and decided, in steps small enough to draw."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import TruncHour

from claims.lifecycle import OPEN_STATES, State
from claims.models import Decision
from claims.models.claim import ClaimQuerySet
from reviews.dashboard.charts import Chart, Step, Week, week_of
from reviews.dashboard.reading import Reading

HOUR = timedelta(hours=1)
TICK = timedelta(microseconds=1)


def counted(reading: Reading, week: Week) -> ClaimQuerySet:
    """The claims both lines are about, with `decided_at` of the standing decision.

    Neither proposed nor dismissed, with review due in this week; and those that were late and open when it began.
    """
    decided = Decision.objects.filter(claim=OuterRef("pk"), standing=True).values("decided_at")
    claims = reading.claims().annotate(decided_at=Subquery(decided))
    in_week = Q(review_due_at__gte=week.start, review_due_at__lt=week.end)
    this_week = Decision.objects.filter(standing=True, decided_at__gte=week.start)
    was_open = Q(state__in=OPEN_STATES) | Q(pk__in=this_week.values("claim"))
    carried = Q(review_due_at__lt=week.start) & was_open
    return claims.filter(in_week | carried, state__in=[*OPEN_STATES, State.DECIDED])


def due_and_decided(reading: Reading) -> Chart:
    """The chart of the running week. Steps are an hour wide, but none reaches across now."""
    week = week_of(reading.now, reading.filters.zone)
    steps = (
        counted(reading, week)
        .order_by()
        .annotate(
            fell_due=Q(review_due_at__lt=reading.now), due=TruncHour("review_due_at"), done=TruncHour("decided_at")
        )
    )
    rows = steps.values_list("fell_due", "due", "done", F("state")).annotate(count=Count("pk"))
    return Chart([_step(row, week, reading.now) for row in rows], week, reading.now)


def _step(row: tuple[bool, datetime, datetime | None, str, int], week: Week, now: datetime) -> Step:
    """A step at the end of its hour, kept on its own side of now and inside the week."""
    fell_due, due_hour, done_hour, state, count = row
    due = _past(due_hour, week, now) if fell_due else _ahead(due_hour, week, now)
    if state != State.DECIDED or done_hour is None:
        return Step(due, None, count)
    return Step(due, max(due, _past(done_hour, week, now)), count)


def _past(hour: datetime, week: Week, now: datetime) -> datetime:
    return min(max(hour + HOUR, week.start), now)


def _ahead(hour: datetime, week: Week, now: datetime) -> datetime:
    return min(max(hour + HOUR, now + TICK), week.end)
