"""How the demo newsroom counts: one desk by a calendar and a policy, the others by their plain hours."""

from __future__ import annotations

from claims.models import Desk
from reviews.models import DeadlinePolicy, DeskDefaults, WorkCalendar
from reviews.models.calendar import DAYS


def keep_deadlines(world: Desk) -> None:
    """The desk works from early to late on every day; dated claims are due a day before their date."""
    hours = {day: ["07:00-23:00"] for day in DAYS}
    calendar = WorkCalendar.objects.create(name="World desk", zone=world.zone, hours=hours)
    policy = DeadlinePolicy.objects.create(
        key="a-day-before",
        name="A day before its own date",
        hours_of_work=True,
        before_own_date_hours=24,
        at_most_hours=96,
        in_working_hours=True,
        calendar=calendar,
    )
    DeskDefaults.objects.update_or_create(desk=world, defaults={"deadline_policy": policy})
