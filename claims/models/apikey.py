"""Keys of integrations, and the calls they may repeat."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, Q, TextChoices, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from claims.actors import Actor, ActorKind


class Scope(TextChoices):
    """What a key may do. A key never reviews or decides."""

    CLAIMS_READ = "claims:read", _("Read articles and claims")
    CLAIMS_WRITE = "claims:write", _("Add articles and claims")
    CLAIMS_TRIAGE = "claims:triage", _("Accept proposed claims")
    EVIDENCE_WRITE = "evidence:write", _("Add evidence")
    EVENTS_READ = "events:read", _("Read the change feed")
    WEBHOOKS_MANAGE = "webhooks:manage", _("Keep its webhooks")
    SETUP_MANAGE = "setup:manage", _("Keep the newsroom’s set-up")


class ApiKey(models.Model):
    """One key, `vk_<id>_<secret>`. Only the SHA-256 of its 256-bit secret is stored; it is shown once.

    After a change of its secret the former one opens too, until `former_until`.
    """

    name = models.CharField(_("name"), max_length=120)
    secret_sha256 = models.CharField(_("hashed secret"), max_length=64)
    former_sha256 = models.CharField(_("hashed former secret"), max_length=64, default="", db_default="", blank=True)
    former_until = models.DateTimeField(_("former secret opens until"), null=True, blank=True)
    scopes = ArrayField(models.CharField(max_length=24, choices=Scope.choices), verbose_name=_("scopes"), default=list)
    desks = models.ManyToManyField(
        "claims.Desk", verbose_name=_("desks"), blank=True, help_text=_("No desk means every desk.")
    )
    created_at = models.DateTimeField(_("made"), auto_now_add=True)
    created_by = models.ForeignKey("claims.User", models.PROTECT, verbose_name=_("made by"), null=True, blank=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    opened_by = ""  # the hash of the secret that was shown for this one, which may be the former; no column

    class Meta:
        verbose_name = _("API key")
        ordering = ("name", "id")
        constraints = (
            CheckConstraint(
                condition=Q(former_sha256="", former_until__isnull=True)
                | (~Q(former_sha256="") & Q(former_until__isnull=False)),
                name="apikey_former_secret_whole",
            ),
        )

    def __str__(self) -> str:
        return self.name

    def is_live(self, now: datetime) -> bool:
        """Neither revoked nor expired at `now`."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)

    def as_actor(self) -> Actor:
        """This key as somebody who acts, without roles yet."""
        return Actor(ActorKind.KEY, self.name, self.pk)


def hashed(secret: str) -> str:
    """How a key's secret is stored: SHA-256, hexadecimal. The secret has 256 random bits, so no salt is needed."""
    return sha256(secret.encode()).hexdigest()


class RepeatableCall(models.Model):
    """The answer given to a caller's Idempotency-Key, kept for 24 hours."""

    caller = models.CharField(max_length=40)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.TextField(default="null")  # JSON as it was sent: repeated byte for byte
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("repeatable call")
        constraints = (UniqueConstraint(fields=("caller", "key"), name="repeatable_call_once"),)
        indexes = (models.Index(fields=("created_at",), name="repeatable_call_age"),)

    def __str__(self) -> str:
        return f"{self.caller} {self.key}"
