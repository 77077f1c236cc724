"""The verdict that stands, and the ones before it; and which of them readers are told."""

from __future__ import annotations

from typing import Self

import pgtrigger
from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from claims.lifecycle import CorrectionClass
from claims.verdicts import Outcome, Said, So

# Only what stands is published, and what was once told to readers, or taken back, is never told otherwise.
_PUBLICATION_KEPT = """
IF TG_OP = 'INSERT' THEN
    IF NEW.published_at IS NOT NULL THEN
        RAISE EXCEPTION 'claimdesk: a decision is written first and published then';
    END IF;
ELSIF OLD.published_at IS NULL THEN
    IF NEW.published_at IS NOT NULL AND NOT NEW.standing THEN
        RAISE EXCEPTION 'claimdesk: only the standing decision is published';
    END IF;
ELSIF (NEW.published_at, NEW.correction_class, NEW.correction_note)
      IS DISTINCT FROM (OLD.published_at, OLD.correction_class, OLD.correction_note)
      OR (OLD.replaced_at IS NOT NULL AND NEW.replaced_at IS DISTINCT FROM OLD.replaced_at)
      OR (OLD.withdrawn_at IS NOT NULL AND (NEW.withdrawn_at, NEW.withdrawn_note)
          IS DISTINCT FROM (OLD.withdrawn_at, OLD.withdrawn_note)) THEN
    RAISE EXCEPTION 'claimdesk: what was published stays as it was told';
END IF;
RETURN NEW;
"""
PUBLIC = Q(published_at__isnull=False, withdrawn_at__isnull=True, replaced_at__isnull=True)


class DecisionQuerySet(models.QuerySet["Decision"]):
    def public(self) -> Self:
        """What readers are told now: published, neither withdrawn nor replaced. At most one of each claim."""
        return self.filter(PUBLIC)

    def corrected(self) -> Self:
        """What was published as a correction of an earlier publication."""
        return self.exclude(correction_class="")


class Decision(models.Model):
    """One decision on a claim. What it says never changes; whether it stands and is published does.

    `decided_at` is when its answers were given, `recorded_at` when this row was written: a correction of the wording
    repeats answers that were given earlier. `standing` and public are two things: reopening ends the first only.
    """

    claim = models.ForeignKey(
        "claims.Claim", models.PROTECT, verbose_name=_("claim"), related_name="decisions", db_index=False
    )
    number = models.PositiveIntegerField(_("number"))
    said = models.CharField(_("was it said?"), max_length=12, choices=Said.choices)
    so = models.CharField(_("is it so?"), max_length=12, choices=So.choices, blank=True)
    outcome = models.CharField(_("outcome"), max_length=16, choices=Outcome.choices, blank=True)
    why = models.TextField(_("why"))
    exception_reason = models.CharField(_("why fewer origins were accepted"), max_length=300, blank=True)
    evidence = models.ManyToManyField("claims.Evidence", related_name="decisions", blank=True)
    decided_at = models.DateTimeField(_("decided"))
    recorded_at = models.DateTimeField(_("recorded"))
    supersedes = models.OneToOneField(
        "self", models.PROTECT, verbose_name=_("supersedes"), related_name="superseded_by", null=True, blank=True
    )
    correction_class = models.CharField(_("correction"), max_length=12, choices=CorrectionClass.choices, blank=True)
    correction_note = models.CharField(_("what changed"), max_length=600, blank=True)
    standing = models.BooleanField(_("stands"), default=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    replaced_at = models.DateTimeField(_("replaced by a later publication"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    withdrawn_note = models.CharField(_("why withdrawn"), max_length=600, blank=True)
    is_demo = models.BooleanField(_("demo"), default=False)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision")
        ordering = ("claim_id", "number")
        constraints = (
            UniqueConstraint(fields=("claim", "number"), name="decision_number_once"),
            UniqueConstraint(fields=("claim",), condition=Q(standing=True), name="decision_standing_once"),
            UniqueConstraint(fields=("claim",), condition=PUBLIC, name="decision_public_once"),
            CheckConstraint(
                condition=Q(published_at__isnull=False) | Q(withdrawn_at__isnull=True, replaced_at__isnull=True),
                name="decision_ends_what_was_public",
            ),
            CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_note="")
                | (Q(withdrawn_at__isnull=False, replaced_at__isnull=True) & ~Q(withdrawn_note="")),
                name="decision_withdrawn_says_why",
            ),
            CheckConstraint(
                condition=Q(correction_class="", correction_note="")
                | (~Q(correction_class="") & ~Q(correction_note="") & Q(published_at__isnull=False)),
                name="decision_correction_whole",
            ),
        )
        indexes = (
            models.Index(fields=("decided_at",), condition=Q(standing=True), name="decision_latest"),
            models.Index(
                Coalesce("withdrawn_at", "published_at").desc(),
                F("id").desc(),
                condition=Q(published_at__isnull=False),
                name="decision_told_last",
            ),
        )
        triggers = (
            pgtrigger.Protect(name="decision_not_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="decision_words_kept",
                fields=[
                    *("claim", "number", "said", "so", "outcome", "why", "exception_reason"),
                    *("decided_at", "recorded_at", "supersedes", "is_demo"),
                ],
            ),
            pgtrigger.Trigger(
                name="decision_publication_kept",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                func=_PUBLICATION_KEPT,
            ),
        )

    def __str__(self) -> str:
        words = self.get_so_display() if self.so else str(_("Too early"))
        return f"#{self.claim_id}: {words}"

    @property
    def is_public(self) -> bool:
        """Whether this is what readers are told now."""
        return self.published_at is not None and self.withdrawn_at is None and self.replaced_at is None
