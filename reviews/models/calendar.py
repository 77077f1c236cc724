"""By when a verdict is wanted: when desks work, and how review due is counted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import CheckConstraint, Q
from django.utils.translation import gettext_lazy as _

from claims.errors import Invalid
from claims.models.zone import valid_zone
from reviews.calendars import Calendar, checked, spans_of
from reviews.duedates import DueRule

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST_CLOSED = 400
_HOURS = (MinValueValidator(1), MaxValueValidator(24 * 90))


def office_hours() -> dict[str, list[str]]:
    """Nine to six on weekdays, where nobody says otherwise."""
    return {day: ["09:00-18:00"] if day not in {"sat", "sun"} else [] for day in DAYS}


class WorkCalendar(models.Model):
    """When a desk works, in its zone.

    `hours` maps each day ("mon" to "sun") to its spans ("09:00-12:30"); a day left out is free. Public holidays of
    `country` (ISO 3166-1, two letters) and its `subdivision` are free, and so are the days in `closed`.
    """

    name = models.CharField(_("name"), max_length=80, unique=True)
    zone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[valid_zone])
    hours = models.JSONField(_("hours"), default=office_hours, db_default=office_hours(), blank=True)
    country = models.CharField(
        _("holidays of the country"),
        max_length=2,
        default="",
        db_default="",
        blank=True,
        help_text=_("Two letters such as UA; empty: none."),
    )
    subdivision = models.CharField(_("and of its part"), max_length=10, default="", db_default="", blank=True)
    closed = ArrayField(
        models.DateField(), verbose_name=_("closed days of its own"), default=list, db_default=[], blank=True
    )
    version = models.PositiveIntegerField(_("version"), default=1, db_default=1, editable=False)

    class Meta:
        verbose_name = _("work calendar")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse hours nobody could work by, in the form's own way."""
        try:
            checked(self.rules)
        except Invalid as refused:
            raise ValidationError(refused.message, code=refused.pointer) from refused

    @property
    def rules(self) -> Calendar:
        """What the pure rules count by. Raises `Invalid` for hours that make no sense."""
        if len(self.closed) > MOST_CLOSED:
            raise Invalid(f"A calendar keeps at most {MOST_CLOSED} closed days.", pointer="/closed")
        return Calendar(self.zone, _week(self.hours), self.country, self.subdivision, frozenset(self.closed))


def _week(hours: Any) -> tuple[tuple[tuple[int, int], ...], ...]:
    """Hours as they are kept, read. Raises `Invalid`."""
    if not isinstance(hours, dict) or not set(hours) <= set(DAYS):
        raise Invalid(f"Hours are kept by day: {', '.join(DAYS)}.", pointer="/hours")
    for spans in hours.values():
        if not isinstance(spans, list) or not all(isinstance(span, str) for span in spans):
            raise Invalid('The hours of a day are a list such as ["09:00-12:30", "13:00-18:00"].', pointer="/hours")
    return tuple(spans_of(hours.get(day, [])) for day in DAYS)


class DeadlinePolicy(models.Model):
    """How review due is counted (`reviews.duedates`). Without a calendar every hour counts."""

    key = models.SlugField(_("key"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80, unique=True)
    hours_1 = models.PositiveIntegerField(_("hours at priority 1"), default=4, db_default=4, validators=_HOURS)
    hours_2 = models.PositiveIntegerField(_("hours at priority 2"), default=12, db_default=12, validators=_HOURS)
    hours_3 = models.PositiveIntegerField(_("hours at priority 3"), default=24, db_default=24, validators=_HOURS)
    hours_4 = models.PositiveIntegerField(_("hours at priority 4"), default=72, db_default=72, validators=_HOURS)
    hours_of_work = models.BooleanField(
        _("those are hours of work"), default=False, db_default=False, help_text=_("Else they count day and night.")
    )
    before_own_date_hours = models.PositiveIntegerField(
        _("hours before its own date"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(24 * 90)],
        help_text=_(
            "For claims with a date of their own, in place of the hours of the priority. Empty: not counted so."
        ),
    )
    at_most_hours = models.PositiveIntegerField(
        _("at most, hours from acceptance"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(24 * 365)],
        help_text=_("96 are four days. Empty: no limit."),
    )
    in_working_hours = models.BooleanField(
        _("due in working hours only"),
        default=False,
        db_default=False,
        help_text=_("Moved back to the last hour of work before."),
    )
    calendar = models.ForeignKey(
        WorkCalendar, models.PROTECT, verbose_name=_("work calendar"), related_name="policies", null=True, blank=True
    )
    is_active = models.BooleanField(_("can be chosen"), default=True)
    version = models.PositiveIntegerField(_("version"), default=1, db_default=1, editable=False)

    class Meta:
        verbose_name = _("deadline policy")
        verbose_name_plural = _("deadline policies")
        ordering = ("name",)
        constraints = (
            CheckConstraint(
                condition=Q(hours_of_work=False, in_working_hours=False) | Q(calendar__isnull=False),
                name="deadline_policy_work_has_calendar",
                violation_error_code="/calendar",
                violation_error_message=_("Counting working hours needs a work calendar."),
            ),
        )

    def __str__(self) -> str:
        return self.name

    def rule(self, minimum_minutes: int) -> DueRule:
        """What the pure rules count by, with the desk's minimum."""
        return DueRule(
            hours={1: self.hours_1, 2: self.hours_2, 3: self.hours_3, 4: self.hours_4},
            minimum=timedelta(minutes=minimum_minutes),
            before_own=_hours(self.before_own_date_hours),
            at_most=_hours(self.at_most_hours),
            hours_of_work=self.hours_of_work,
            in_working_hours=self.in_working_hours,
            calendar=self.calendar.rules if self.calendar else None,
            calendar_name=str(self.calendar or ""),
        )


def _hours(number: int | None) -> timedelta | None:
    return None if number is None else timedelta(hours=number)
