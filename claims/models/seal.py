"""What was sealed: a row for every seal, none of which is rewritten."""

from __future__ import annotations

from django.db import models
from django.db.models import UniqueConstraint
from django.utils.translation import gettext_lazy as _

from claims.models.frozen import frozen


class Seal(models.Model):
    """One seal of the whole record. Its file is kept elsewhere; `sha256` stands at the end of it.

    `day` is the day (UTC) whose daily seal it is, null where somebody asked for one.
    """

    made_at = models.DateTimeField(_("made"))
    day = models.DateField(_("daily seal of"), null=True, blank=True)
    claims = models.PositiveBigIntegerField(_("claims"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)

    class Meta:
        verbose_name = _("seal")
        verbose_name_plural = _("seals")
        ordering = ("id",)
        constraints = (UniqueConstraint(fields=("day",), name="seal_once_a_day"),)
        triggers = frozen("seal")

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d %H:%M} UTC, {self.claims}: {self.sha256}"
