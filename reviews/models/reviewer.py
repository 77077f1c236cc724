"""Who reviews: what they read and know, how much they take, when they are away, what they may not judge."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _


class Reviewer(models.Model):
    """A person's profile as reviewer. Desks are their memberships; `languages` are the ones they read (BCP 47)."""

    user = models.OneToOneField("claims.User", models.PROTECT, verbose_name=_("person"), related_name="reviewer")
    languages = ArrayField(models.CharField(max_length=16), verbose_name=_("languages read"), default=list)
    topics = ArrayField(models.CharField(max_length=40), verbose_name=_("topics"), default=list, blank=True)
    limit = models.PositiveSmallIntegerField(_("limit of open claims"), default=10, validators=[MinValueValidator(1)])
    is_active = models.BooleanField(_("takes work"), default=True)

    class Meta:
        verbose_name = _("reviewer")
        ordering = ("user__first_name", "user__last_name", "id")
        constraints = (CheckConstraint(condition=Q(limit__gte=1), name="reviewer_limit_positive"),)

    def __str__(self) -> str:
        return self.user.full_name


class AbsenceQuerySet(models.QuerySet["Absence"]):
    def at(self, now: datetime) -> Self:
        """Absences that hold at `now`."""
        return self.filter(starts_at__lte=now, ends_at__gt=now)


class Absence(models.Model):
    """A time in which nothing new is routed to somebody: from `starts_at` until just before `ends_at`."""

    reviewer = models.ForeignKey(Reviewer, models.CASCADE, verbose_name=_("reviewer"), related_name="absences")
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("absence")
        ordering = ("starts_at",)
        constraints = (CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="absence_ends_after_start"),)

    def __str__(self) -> str:
        return f"{self.reviewer}: {self.starts_at:%Y-%m-%d} – {self.ends_at:%Y-%m-%d}"


class Interest(models.Model):
    """A source somebody has an interest in: they never review a claim that came through it."""

    reviewer = models.ForeignKey(Reviewer, models.CASCADE, verbose_name=_("reviewer"), related_name="interests")
    source = models.ForeignKey("claims.Source", models.PROTECT, verbose_name=_("source"), related_name="interests")
    note = models.CharField(_("what the interest is"), max_length=300, blank=True)
    declared_at = models.DateTimeField(_("declared"), auto_now_add=True)

    class Meta:
        verbose_name = _("declared interest")
        constraints = (UniqueConstraint(fields=("reviewer", "source"), name="interest_once"),)

    def __str__(self) -> str:
        return f"{self.reviewer}: {self.source}"
