"""Second opinions that were asked for beyond what a claim's policy wants."""

from __future__ import annotations

from django.db import models
from django.db.models import UniqueConstraint
from django.utils.translation import gettext_lazy as _

from claims.models.frozen import frozen


class SecondOpinion(models.Model):
    """One more blind seat in one round, and why. `review` is the review that came with the request, if one did.

    The words of somebody who has just judged the claim are as blind as that review: whoever may not read the one may
    not read the other.
    """

    claim = models.ForeignKey(
        "claims.Claim", models.PROTECT, verbose_name=_("claim"), related_name="second_opinions", db_index=False
    )
    round = models.PositiveIntegerField(_("round"))
    why = models.CharField(_("why"), max_length=600, blank=True)
    asked_by = models.CharField(_("asked by"), max_length=200)
    review = models.OneToOneField(
        "reviews.Review", models.PROTECT, verbose_name=_("review"), related_name="opinion_asked", null=True, blank=True
    )
    asked_at = models.DateTimeField(_("asked"))

    class Meta:
        verbose_name = _("second opinion")
        ordering = ("asked_at", "id")
        constraints = (UniqueConstraint(fields=("claim", "round"), name="second_opinion_once"),)
        triggers = frozen("second_opinion")

    def __str__(self) -> str:
        return f"#{self.claim_id}, round {self.round}"
