"""Webhooks: where events are sent, and every delivery with what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, Exists, OuterRef, Q, TextChoices, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from claims.models.apikey import Scope

ANSWER_KEPT = 1000  # characters of a receiver's answer


class OffBecause(TextChoices):
    """Why a webhook was switched off other than by hand."""

    GONE = "gone", _("Its receiver answered that it is gone (410).")
    FAILING = "failing", _("Nothing could be delivered for three days.")
    KEY_ENDED = "key_ended", _("Its key was revoked, has expired or may no longer read the change feed.")
    SECRET_LOST = "secret_lost", _("The site's SECRET_KEY was changed, so its secret is lost. Make a new one.")


class WebhookQuerySet(models.QuerySet["Webhook"]):
    def with_live_key(self, now: datetime) -> Self:
        """Those whose key opens the change feed at `now`."""
        in_time = Q(key__expires_at__isnull=True) | Q(key__expires_at__gt=now)
        return self.filter(in_time, key__revoked_at__isnull=True, key__scopes__contains=[Scope.EVENTS_READ])

    def ready(self, now: datetime) -> Self:
        """Those that may be sent something now: switched on, not paused, nobody at it, and something is due."""
        due = WebhookDelivery.objects.filter(webhook=OuterRef("pk")).due(now)
        free = Q(lease_until__isnull=True) | Q(lease_until__lte=now)
        awake = Q(paused_until__isnull=True) | Q(paused_until__lte=now)
        return self.filter(free, awake, Exists(due), is_enabled=True)


class Webhook(models.Model):
    """One address that events are sent to, with the eyes of its key: it is told what the change feed gives that key.

    `types` are event types as they are kept ("claim.late"), none means all. (`tx`, `event`) is its place in the feed:
    everything up to there has its delivery. `failures` counts batches in a row of which nothing arrived, since
    `failing_since`; until `paused_until` it is left alone. Whoever sends to it moves `lease_until` ahead first, so
    that one does at a time. A secret follows from its salt (`claims.webhooks.signing`); the former one is used as well
    until `old_until`.
    """

    name = models.CharField(_("name"), max_length=80)
    url = models.CharField(_("address"), max_length=2000)
    key = models.ForeignKey("claims.ApiKey", models.PROTECT, verbose_name=_("key"), related_name="webhooks")
    types = ArrayField(models.CharField(max_length=40), verbose_name=_("events"), default=list, blank=True)
    is_enabled = models.BooleanField(_("switched on"), default=True)
    off_code = models.CharField(_("why it was switched off"), max_length=12, choices=OffBecause.choices, blank=True)
    off_at = models.DateTimeField(_("switched off"), null=True, blank=True)
    salt = models.CharField(max_length=64)
    secret_sha256 = models.CharField(max_length=64)
    old_salt = models.CharField(max_length=64, blank=True)
    old_until = models.DateTimeField(_("former secret until"), null=True, blank=True)
    tx = models.BigIntegerField(default=0)
    event = models.BigIntegerField(default=0)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    failing_since = models.DateTimeField(_("failing since"), null=True, blank=True)
    error = models.CharField(_("last failure"), max_length=300, blank=True)
    paused_until = models.DateTimeField(_("left alone until"), null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    served_at = models.DateTimeField(_("last tried"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("last delivered"), null=True, blank=True)
    made_at = models.DateTimeField(_("made"))
    made_by = models.ForeignKey(
        "claims.User", models.PROTECT, verbose_name=_("made by"), related_name="webhooks", null=True, blank=True
    )
    version = models.PositiveIntegerField(default=1)

    objects = WebhookQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook")
        ordering = ("name", "id")
        constraints = (
            CheckConstraint(
                condition=Q(is_enabled=False) | Q(off_code="", off_at__isnull=True), name="webhook_on_or_off"
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def place(self) -> tuple[int, int]:
        """Up to where in the feed it has its deliveries."""
        return self.tx, self.event


class DeliveryState(TextChoices):
    """How far a delivery has come."""

    WAITING = "waiting", _("Waiting")
    DELIVERED = "delivered", _("Delivered")
    FAILED = "failed", _("Given up")
    WITHHELD = "withheld", _("Withheld")


class DeliveryQuerySet(models.QuerySet["WebhookDelivery"]):
    def due(self, now: datetime) -> Self:
        """What may be sent now: its time has come, and nothing before it about the same claim has still to wait."""
        before = WebhookDelivery.objects.filter(
            webhook=OuterRef("webhook"),
            claim=OuterRef("claim"),
            event__lt=OuterRef("event"),
            state=DeliveryState.WAITING,
            attempts__gt=0,  # what was never tried need not wait, so few rows have to be looked at
            next_attempt_at__gt=now,
        )
        return self.filter(~Exists(before), state=DeliveryState.WAITING, next_attempt_at__lte=now)


class WebhookDelivery(models.Model):
    """One event for one webhook; without an event, a test. The columns tell of the last attempt, `earlier` of others.

    `claim` repeats the event's claim, whose events arrive in their order. `milliseconds` is how long the receiver took.
    `earlier` are the attempts before the last one: objects of `at`, `status`, `milliseconds`, `code`.
    """

    webhook = models.ForeignKey(
        Webhook, models.CASCADE, verbose_name=_("webhook"), related_name="deliveries", db_index=False
    )
    event = models.ForeignKey(
        "claims.ClaimEvent", models.PROTECT, verbose_name=_("event"), related_name="+", db_index=False, null=True
    )
    claim = models.BigIntegerField(_("claim"), null=True)
    state = models.CharField(_("state"), max_length=9, choices=DeliveryState.choices, default=DeliveryState.WAITING)
    made_at = models.DateTimeField(_("made"))
    next_attempt_at = models.DateTimeField(_("next attempt"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    replays = models.PositiveIntegerField(_("sent again"), default=0)
    tried_at = models.DateTimeField(_("last attempt"), null=True)
    delivered_at = models.DateTimeField(_("first delivered"), null=True)
    status = models.PositiveSmallIntegerField(_("HTTP status"), null=True)
    milliseconds = models.PositiveIntegerField(_("took, ms"), null=True)
    code = models.CharField(_("why it failed"), max_length=40, blank=True)
    answer = models.CharField(_("first of the answer"), max_length=ANSWER_KEPT, blank=True)
    earlier = models.JSONField(_("earlier attempts"), default=list)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook delivery")
        verbose_name_plural = _("webhook deliveries")
        ordering = ("-id",)
        constraints = (
            UniqueConstraint(fields=("webhook", "event"), name="delivery_once"),
            CheckConstraint(
                condition=Q(event__isnull=True, claim__isnull=True) | Q(event__isnull=False, claim__isnull=False),
                name="delivery_names_its_claim",
            ),
            CheckConstraint(
                condition=~Q(state=DeliveryState.DELIVERED) | Q(delivered_at__isnull=False, status__range=(200, 299)),
                name="delivery_arrived_with_2xx",
            ),
        )
        indexes = (
            models.Index(
                fields=("webhook", "event"), condition=Q(state=DeliveryState.WAITING), name="delivery_waiting"
            ),
            models.Index(
                fields=("webhook", "claim", "event"),
                condition=Q(state=DeliveryState.WAITING, attempts__gt=0),
                name="delivery_held_back",
            ),
            models.Index(fields=("webhook", "-id"), name="delivery_log"),
            models.Index(fields=("made_at",), condition=~Q(state=DeliveryState.WAITING), name="delivery_age"),
        )

    def __str__(self) -> str:
        return f"{self.webhook_id}: {self.event_id or 'test'}"
