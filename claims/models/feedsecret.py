"""What a person's calendar and feed reader show, since they can send no headers."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class FeedSecret(models.Model):
    """The secret in the addresses of one person's own feeds. Only its SHA-256 is kept; renewing it ends the former."""

    user = models.OneToOneField(
        "claims.User", models.CASCADE, verbose_name=_("person"), primary_key=True, related_name="feed_secret"
    )
    secret_sha256 = models.CharField(_("hashed secret"), max_length=64)
    made_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("secret of own feeds")
        verbose_name_plural = _("secrets of own feeds")

    def __str__(self) -> str:
        return str(self.user)
