"""One reviewer's own judgement."""

from __future__ import annotations

import hashlib
import json

from django.db import models
from django.utils.translation import gettext_lazy as _

from claims.models.frozen import frozen
from claims.verdicts import Outcome, Said, So


class Review(models.Model):
    """Immutable once submitted, and blind: nobody else on the claim sees it before their own is in.

    `so` is empty exactly when it was too early to tell. `exception_reason` is an editor's, of nobody else.
    """

    assignment = models.OneToOneField(
        "reviews.Assignment", models.PROTECT, verbose_name=_("assignment"), related_name="review"
    )
    claim = models.ForeignKey("claims.Claim", models.PROTECT, verbose_name=_("claim"), related_name="reviews")
    reviewer = models.ForeignKey("reviews.Reviewer", models.PROTECT, verbose_name=_("reviewer"), related_name="reviews")
    part = models.CharField(_("part"), max_length=12)
    round = models.PositiveIntegerField(_("round"))
    said = models.CharField(_("was it said?"), max_length=12, choices=Said.choices)
    so = models.CharField(_("is it so?"), max_length=12, choices=So.choices, blank=True)
    outcome = models.CharField(_("outcome"), max_length=16, choices=Outcome.choices, blank=True)
    why = models.TextField(_("why"))
    exception_reason = models.CharField(
        _("why fewer origins are enough"), max_length=300, default="", db_default="", blank=True
    )
    evidence_ids = models.JSONField(_("evidence used"), default=list)
    submitted_at = models.DateTimeField(_("submitted"))

    class Meta:
        verbose_name = _("review")
        ordering = ("submitted_at", "id")
        triggers = frozen("review")

    def __str__(self) -> str:
        return f"#{self.claim_id}: {self.reviewer}"

    def seal(self) -> str:
        """SHA-256 of all that it says and whose it is, as `manage.py verify` reckons it from the row."""
        told = [self.claim_id, self.reviewer_id, self.part, self.round, self.said, self.so, self.outcome]
        text = json.dumps([*told, self.why, self.exception_reason, self.evidence_ids], ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()
