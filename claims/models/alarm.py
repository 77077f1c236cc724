"""What must still be announced, what was announced, and how the announcing itself is doing."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import CheckConstraint, Q, TextChoices, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from claims.deadlines import TimeFlag
from claims.ladders import Track

WAIT_OVER = "wait_over"
# One row for each ladder, whatever number of steps it has: only the next one is awaited.
LADDER_ALARM = {Track.REVIEW_DUE: "ladder_due", Track.OWN_DATE: "ladder_date"}


class FlagKind(TextChoices):
    """Every flag there is, in the order they are shown. The clock raises the `TimeFlag`s among them."""

    LATE = "late", _("Late")
    DUE_SOON = "due_soon", _("Due soon")
    SPLIT = "split", _("Reviewers disagree")
    DATE_PASSED = "date_passed", _("Date passed, unconfirmed")
    SOURCE_CHANGED = "source_changed", _("A source has changed")
    UNROUTABLE = "unroutable", _("Nobody can take this")
    AWAY = "away", _("Reviewer is away")
    IDLE = "idle", _("No activity for 2 days")
    EVIDENCE_GONE = "evidence_gone", _("A link no longer opens")
    DATE_NEAR = "date_near", _("Its date is near")


# What is true of the evidence whatever is decided meanwhile: a verdict does not make a lost page come back.
OUTLIVES_A_VERDICT = frozenset({FlagKind.SOURCE_CHANGED, FlagKind.EVIDENCE_GONE})


class AlarmQuerySet(models.QuerySet["Alarm"]):
    def due(self, now: datetime, since: datetime) -> Self:
        """What a sweep at `now` must still take. No alarm can be left before `since`."""
        return self.filter(set_aside=False, wake_at__gte=since, wake_at__lt=now)


class Alarm(models.Model):
    """One moment the sweep will take next; nothing else reads it. Bad rows are set aside after three tries.

    `wake_at` is the moment, or when the alarm was set if the moment had passed by then: so new alarms never appear
    behind a sweep that has finished, and the sweep need not walk the index from the beginning.
    """

    claim = models.ForeignKey("claims.Claim", models.CASCADE, related_name="alarms", db_index=False)
    kind = models.CharField(
        max_length=12,
        choices=[
            *TimeFlag.choices,
            (WAIT_OVER, _("Wait is over")),
            (LADDER_ALARM[Track.REVIEW_DUE], _("Next step to review due")),
            (LADDER_ALARM[Track.OWN_DATE], _("Next step to its own date")),
        ],
    )
    moment = models.DateTimeField()
    wake_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    set_aside = models.BooleanField(default=False)
    error = models.TextField(blank=True)

    objects = AlarmQuerySet.as_manager()

    class Meta:
        verbose_name = _("alarm")
        constraints = (UniqueConstraint(fields=("claim", "kind"), name="alarm_once"),)
        indexes = (
            models.Index(fields=("wake_at", "id"), condition=Q(set_aside=False), name="alarm_next"),
            models.Index(fields=("claim",), condition=Q(attempts__gt=0), name="alarm_tried"),
        )

    def __str__(self) -> str:
        return f"#{self.claim_id} {self.kind} {self.moment:%Y-%m-%d %H:%M}"


class FlagQuerySet(models.QuerySet["Flag"]):
    def standing(self) -> Self:
        """Announced and not cleared."""
        return self.filter(cleared_at__isnull=True)


class Flag(models.Model):
    """The log of what was announced. For the clock's kinds `moment` is the instant that passed; for others, when found.

    Whether a claim is late now is computed from the clock, never read from here.
    """

    claim = models.ForeignKey(
        "claims.Claim", models.PROTECT, verbose_name=_("claim"), related_name="flag_log", db_index=False
    )
    kind = models.CharField(_("kind"), max_length=20, choices=FlagKind.choices)
    moment = models.DateTimeField(_("the moment that passed"))
    raised_at = models.DateTimeField(_("raised"))
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    cleared_at = models.DateTimeField(_("cleared"), null=True, blank=True)
    cleared_by = models.CharField(_("cleared by"), max_length=40, blank=True)

    objects = FlagQuerySet.as_manager()

    class Meta:
        verbose_name = _("flag")
        ordering = ("-raised_at", "-id")
        constraints = (
            UniqueConstraint(fields=("claim", "kind", "moment"), name="flag_once"),
            CheckConstraint(
                condition=~Q(kind__in=sorted(TimeFlag.values)) | Q(raised_at__gt=models.F("moment")),
                name="flag_not_early",
            ),
        )
        indexes = (
            models.Index(fields=("kind", "-raised_at"), condition=Q(cleared_at__isnull=True), name="flag_standing"),
        )

    def __str__(self) -> str:
        return f"#{self.claim_id} {self.get_kind_display()}"


class Heartbeat(models.Model):
    """The last time a loop did its work. Liveness is work done, never "the process is up"."""

    name = models.CharField(_("loop"), max_length=40, primary_key=True)
    ran_at = models.DateTimeField(_("last ran"))
    detail = models.JSONField(_("detail"), default=dict)

    class Meta:
        verbose_name = _("heartbeat")

    def __str__(self) -> str:
        return self.name
