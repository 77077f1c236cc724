"""Who reviews: what they read and know, how much they take, when they work and are away, what they may not judge."""

from __future__ import annotations

from datetime import datetime, time
from typing import Self
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import CheckConstraint, F, Q, TextChoices, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from claims.models import DatabaseClock
from reviews.calendars import FULL_DAY, Calendar, Span


def monday_to_friday() -> list[int]:
    """The usual days, as ISO weekdays."""
    return [1, 2, 3, 4, 5]


class Reviewer(models.Model):
    """A person's profile as reviewer. Desks are their memberships; `languages` are the ones they read (BCP 47).

    Working hours are on the clock of the person's own zone; `works_until` at or before `works_from` means the morning
    after. Without hours somebody can be asked at any time. `workdays` are ISO weekdays, 1 is Monday.
    """

    user = models.OneToOneField("claims.User", models.PROTECT, verbose_name=_("person"), related_name="reviewer")
    languages = ArrayField(models.CharField(max_length=16), verbose_name=_("languages read"), default=list)
    writes = ArrayField(
        models.CharField(max_length=16), verbose_name=_("languages written"), default=list, db_default=[], blank=True
    )
    topics = ArrayField(models.CharField(max_length=40), verbose_name=_("topics"), default=list, blank=True)
    limit = models.PositiveSmallIntegerField(_("limit of open claims"), default=10, validators=[MinValueValidator(1)])
    is_active = models.BooleanField(_("takes work"), default=True)
    gives_second_opinions = models.BooleanField(_("may give second opinions"), default=True, db_default=True)
    works_from = models.TimeField(_("works from"), null=True, blank=True)
    works_until = models.TimeField(_("works until"), null=True, blank=True)
    workdays = ArrayField(
        models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(7)]),
        verbose_name=_("working days"),
        default=monday_to_friday,
        db_default=monday_to_friday(),
        blank=True,
    )

    class Meta:
        verbose_name = _("reviewer")
        ordering = ("user__first_name", "user__last_name", "id")
        constraints = (
            CheckConstraint(condition=Q(limit__gte=1), name="reviewer_limit_positive"),
            CheckConstraint(
                condition=Q(works_from__isnull=True, works_until__isnull=True)
                | Q(works_from__isnull=False, works_until__isnull=False),
                name="reviewer_hours_whole",
            ),
        )

    def __str__(self) -> str:
        return self.user.full_name

    @property
    def calendar(self) -> Calendar | None:
        """Their working week on the clock of their own zone, None when they have set no hours."""
        if self.works_from is None or self.works_until is None or not self.workdays:
            return None
        opens, closes = _minutes(self.works_from), _minutes(self.works_until)
        week: list[list[Span]] = [[] for _ in range(7)]
        for day in sorted(set(self.workdays)):
            week[day - 1].append((opens, closes if opens < closes else FULL_DAY))
            if 0 < closes <= opens:
                week[day % 7].insert(0, (0, closes))
        return Calendar(self.user.zone, tuple(tuple(sorted(spans)) for spans in week))


def _minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute


class AbsenceQuerySet(models.QuerySet["Absence"]):
    def at(self, now: datetime) -> Self:
        """Absences that hold at `now`."""
        return self.filter(starts_at__lte=now, ends_at__gt=now)


class Then(TextChoices):
    """What happens to somebody's open claims when their absence begins."""

    KEEP = "keep", _("Keep them")
    HAND_OVER = "hand_over", _("Hand them over")
    POOL = "pool", _("Back to the pool")


class Absence(models.Model):
    """A time in which nothing new is routed to somebody: from `starts_at` until just before `ends_at`.

    `then` says what happens to what they have when it begins; see `reviews.services.leaving`.
    """

    reviewer = models.ForeignKey(Reviewer, models.CASCADE, verbose_name=_("reviewer"), related_name="absences")
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    note = models.CharField(_("note"), max_length=200, blank=True)
    then = models.CharField(
        _("open claims"), max_length=9, choices=Then.choices, default=Then.KEEP, db_default=Then.KEEP
    )
    hand_over_to = models.ForeignKey(
        Reviewer, models.PROTECT, verbose_name=_("hand over to"), related_name="+", null=True, blank=True
    )

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("absence")
        ordering = ("starts_at",)
        constraints = (
            CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="absence_ends_after_start"),
            CheckConstraint(
                condition=(Q(then=Then.HAND_OVER) & ~Q(hand_over_to=F("reviewer")) & Q(hand_over_to__isnull=False))
                | (~Q(then=Then.HAND_OVER) & Q(hand_over_to__isnull=True)),
                name="absence_hands_over_to_somebody",
            ),
        )

    def __str__(self) -> str:
        theirs = ZoneInfo(self.reviewer.user.zone)
        begins, ends = self.starts_at.astimezone(theirs), self.ends_at.astimezone(theirs)
        return f"{self.reviewer}: {begins:%Y-%m-%d} – {ends:%Y-%m-%d}"


class Interest(models.Model):
    """A source somebody has an interest in: they never review a claim that came through it.

    `declared_at` is the database's time under the lock on the person, so that it can be held against their seats and
    reviews.
    """

    reviewer = models.ForeignKey(
        Reviewer, models.CASCADE, verbose_name=_("reviewer"), related_name="interests", db_index=False
    )
    source = models.ForeignKey("claims.Source", models.PROTECT, verbose_name=_("source"), related_name="interests")
    note = models.CharField(_("what the interest is"), max_length=300, blank=True)
    declared_at = models.DateTimeField(_("declared"), db_default=DatabaseClock())

    class Meta:
        verbose_name = _("declared interest")
        constraints = (UniqueConstraint(fields=("reviewer", "source"), name="interest_once"),)

    def __str__(self) -> str:
        return f"{self.reviewer}: {self.source}"
