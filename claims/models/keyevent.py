"""What was done with the keys of integrations: who made, changed, renewed or revoked one. None of it is rewritten."""

from __future__ import annotations

from django.db import models
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from claims.actors import ActorKind
from claims.models.event import DatabaseClock
from claims.models.frozen import frozen


class KeyStep(TextChoices):
    """What was done with a key."""

    MADE = "made", _("made")
    CHANGED = "changed", _("changed")
    ROTATED = "rotated", _("given a new secret")
    REVOKED = "revoked", _("revoked")


class KeyEvent(models.Model):
    """One of it. `says` is the key afterwards: name, scopes, desks, ends, and the SHA-256 of its hashed secrets.

    `manage.py verify` holds the key against the last one, so that nobody widens a key or swaps its secret by hand.
    """

    key = models.ForeignKey("claims.ApiKey", models.PROTECT, verbose_name=_("key"), related_name="events")
    step = models.CharField(_("what was done"), max_length=8, choices=KeyStep.choices)
    actor_kind = models.CharField(_("kind of actor"), max_length=8, choices=ActorKind.choices)
    actor_id = models.BigIntegerField(_("number of the actor"), null=True, blank=True)
    actor_name = models.CharField(_("who did it"), max_length=200)
    says = models.JSONField(_("the key afterwards"))
    recorded_at = models.DateTimeField(_("when"), db_default=DatabaseClock())

    class Meta:
        verbose_name = _("event of a key")
        verbose_name_plural = _("events of keys")
        ordering = ("id",)
        triggers = frozen("keyevent")

    def __str__(self) -> str:
        return f"{self.key_id}: {self.get_step_display()}"
