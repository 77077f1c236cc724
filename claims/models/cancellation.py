"""Articles that their providers cancelled, at the claims that quote them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _


class CancellationQuerySet(models.QuerySet["Cancellation"]):
    def of(self, claim_ids: Iterable[int]) -> list[Cancellation]:
        """All that concern these claims, with their articles, oldest first."""
        return list(self.filter(claim__in=list(claim_ids)).select_related("article__outlet").order_by("pk"))

    def to_note(self) -> Self:
        """Those that hold and of which nobody has said yet what they mean for the claim."""
        return self.filter(ended_at__isnull=True, noted_at__isnull=True)


class Cancellation(models.Model):
    """A claim quotes an article that its provider cancelled at `canceled_at`; `ended_at`: it was made usable again.

    `note` is what a person wrote of what that means for the claim.
    """

    claim = models.ForeignKey(
        "claims.Claim", models.PROTECT, verbose_name=_("claim"), related_name="cancellations", db_index=False
    )
    article = models.ForeignKey(
        "claims.Article", models.PROTECT, verbose_name=_("article"), related_name="cancellations"
    )
    canceled_at = models.DateTimeField(_("cancelled by its provider"))
    found_at = models.DateTimeField(_("found"))
    ended_at = models.DateTimeField(_("usable again"), null=True, blank=True)
    noted_at = models.DateTimeField(_("noted"), null=True, blank=True)
    noted_by = models.CharField(_("noted by"), max_length=200, blank=True)
    noted_by_user = models.ForeignKey("claims.User", models.PROTECT, related_name="+", null=True, blank=True)
    note = models.CharField(_("note"), max_length=600, blank=True)

    objects = CancellationQuerySet.as_manager()

    class Meta:
        verbose_name = _("cancelled article")
        ordering = ("id",)
        constraints = (
            UniqueConstraint(fields=("claim", "article", "canceled_at"), name="cancellation_once"),
            CheckConstraint(
                condition=Q(noted_at__isnull=True, noted_by_user__isnull=True, noted_by="", note="")
                | (Q(noted_at__isnull=False, noted_by_user__isnull=False) & ~Q(noted_by="") & ~Q(note="")),
                name="cancellation_noted_whole",
            ),
        )

    def __str__(self) -> str:
        return f"#{self.claim_id}: {self.article_id}"

    @property
    def to_note(self) -> bool:
        """Whether it holds and nobody has said yet what it means for the claim."""
        return self.ended_at is None and self.noted_at is None
