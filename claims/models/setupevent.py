"""Who made or changed a source, a desk or a reviewer's profile, and what changed. None of it is rewritten."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import CheckConstraint, Q, TextChoices
from django.utils.translation import gettext_lazy as _

from claims.actors import ActorKind
from claims.models.event import DatabaseClock
from claims.models.frozen import frozen
from claims.models.source import Reliability


class SetUpStep(TextChoices):
    """What was done with a thing of the set-up."""

    MADE = "made", _("made")
    CHANGED = "changed", _("changed")


class SetUpEventQuerySet(models.QuerySet["SetUpEvent"]):
    def graded(self) -> Self:
        """Those in which somebody judged how reliable a source is, in their order; what is new is judged by nobody."""
        return (
            self.filter(changes__has_key="reliability")
            .exclude(changes__reliability=[None, Reliability.F])
            .order_by("pk")
        )


class SetUpEvent(models.Model):
    """One of it. `changes` are the columns with what they said before and afterwards; before is null where it was made.

    `person` is whose profile as a reviewer it was. `reason` is why a source's reliability was set so.
    """

    source = models.ForeignKey("claims.Source", models.PROTECT, related_name="set_up_events", null=True, blank=True)
    desk = models.ForeignKey("claims.Desk", models.PROTECT, related_name="set_up_events", null=True, blank=True)
    person = models.ForeignKey("claims.User", models.PROTECT, related_name="set_up_events", null=True, blank=True)
    step = models.CharField(_("what was done"), max_length=8, choices=SetUpStep.choices)
    actor_kind = models.CharField(_("kind of actor"), max_length=8, choices=ActorKind.choices)
    actor_id = models.BigIntegerField(_("number of the actor"), null=True, blank=True)
    actor_name = models.CharField(_("who did it"), max_length=200)
    changes = models.JSONField(_("what changed"))
    reason = models.CharField(_("why"), max_length=300, blank=True)
    recorded_at = models.DateTimeField(_("when"), db_default=DatabaseClock())

    objects = SetUpEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of the set-up")
        verbose_name_plural = _("changes of the set-up")
        ordering = ("id",)
        constraints = (
            CheckConstraint(
                condition=Q(source__isnull=False, desk__isnull=True, person__isnull=True)
                | Q(source__isnull=True, desk__isnull=False, person__isnull=True)
                | Q(source__isnull=True, desk__isnull=True, person__isnull=False),
                name="setupevent_of_one_thing",
            ),
        )
        triggers = frozen("setupevent")

    def __str__(self) -> str:
        return f"{self.source_id or self.desk_id or self.person_id}: {self.get_step_display()}"

    @property
    def grades(self) -> tuple[str, str]:
        """A source's reliability before and afterwards, of one of `graded()`. What is made begins as F."""
        before, after = self.changes["reliability"]
        return before or str(Reliability.F), after
