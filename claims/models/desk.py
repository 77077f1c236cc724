"""A desk: who the work belongs to, and its plain hours."""

from __future__ import annotations

from datetime import timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from claims.models.zone import valid_zone

_HOURS = (MinValueValidator(1), MaxValueValidator(24 * 90))
DUE_HOURS = {1: 4, 2: 12, 3: 24, 4: 72}


class Desk(models.Model):
    """Review due is the hours of the claim's priority, never before now and `minimum_minutes`."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    key = models.SlugField(_("key"), max_length=40, unique=True)
    zone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[valid_zone])
    due_hours_1 = models.PositiveIntegerField(_("hours at priority 1"), default=DUE_HOURS[1], validators=_HOURS)
    due_hours_2 = models.PositiveIntegerField(_("hours at priority 2"), default=DUE_HOURS[2], validators=_HOURS)
    due_hours_3 = models.PositiveIntegerField(_("hours at priority 3"), default=DUE_HOURS[3], validators=_HOURS)
    due_hours_4 = models.PositiveIntegerField(_("hours at priority 4"), default=DUE_HOURS[4], validators=_HOURS)
    minimum_minutes = models.PositiveIntegerField(
        _("least minutes to review due"), default=60, validators=[MaxValueValidator(60 * 24 * 90)]
    )
    warning_hours = models.PositiveIntegerField(
        _("hours of warning before review due"), default=8, validators=[MaxValueValidator(24 * 90)]
    )
    min_origins = models.PositiveSmallIntegerField(
        _("distinct origins for confirmed and refuted"), default=2, validators=[MinValueValidator(1)]
    )
    makers_may_review = models.BooleanField(_("people may review claims they entered"), default=False)

    class Meta:
        verbose_name = _("desk")
        ordering = ("name",)
        constraints = (
            CheckConstraint(condition=Q(min_origins__gte=1), name="desk_min_origins_positive"),
            UniqueConstraint(Lower("name"), name="desk_name_once"),
            UniqueConstraint(Lower("key"), name="desk_key_once"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def warning(self) -> timedelta:
        return timedelta(hours=self.warning_hours)

    def hours_for(self, priority: int) -> int:
        """Hours to review due at this priority, 1 (highest) to 4."""
        return int({1: self.due_hours_1, 2: self.due_hours_2, 3: self.due_hours_3, 4: self.due_hours_4}[priority])
