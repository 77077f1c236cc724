"""The verdict that stands, and the ones before it."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from claims.lifecycle import CorrectionClass
from claims.verdicts import Outcome, Said, So


class Decision(models.Model):
    """One decision on a claim. What it says never changes; whether it stands and is published does."""

    claim = models.ForeignKey("claims.Claim", models.PROTECT, verbose_name=_("claim"), related_name="decisions")
    number = models.PositiveIntegerField(_("number"))
    said = models.CharField(_("was it said?"), max_length=12, choices=Said.choices)
    so = models.CharField(_("is it so?"), max_length=12, choices=So.choices, blank=True)
    outcome = models.CharField(_("outcome"), max_length=16, choices=Outcome.choices, blank=True)
    why = models.TextField(_("why"))
    exception_reason = models.CharField(_("why fewer origins were accepted"), max_length=300, blank=True)
    evidence = models.ManyToManyField("claims.Evidence", related_name="decisions", blank=True)
    decided_at = models.DateTimeField(_("decided"))
    supersedes = models.OneToOneField(
        "self", models.PROTECT, verbose_name=_("supersedes"), related_name="superseded_by", null=True, blank=True
    )
    correction_class = models.CharField(_("correction"), max_length=12, choices=CorrectionClass.choices, blank=True)
    correction_note = models.CharField(_("what changed"), max_length=600, blank=True)
    standing = models.BooleanField(_("stands"), default=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    withdrawn_note = models.CharField(_("why withdrawn"), max_length=600, blank=True)
    is_demo = models.BooleanField(_("demo"), default=False)

    class Meta:
        verbose_name = _("decision")
        ordering = ("claim_id", "number")
        constraints = (
            UniqueConstraint(fields=("claim", "number"), name="decision_number_once"),
            UniqueConstraint(fields=("claim",), condition=Q(standing=True), name="decision_standing_once"),
        )
        indexes = (models.Index(fields=("decided_at",), condition=Q(standing=True), name="decision_latest"),)
        triggers = (
            pgtrigger.Protect(name="decision_not_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="decision_words_kept",
                fields=["claim", "number", "said", "so", "outcome", "why", "decided_at", "supersedes", "is_demo"],
            ),
        )

    def __str__(self) -> str:
        words = self.get_so_display() if self.so else str(_("Too early"))
        return f"#{self.claim_id}: {words}"
