"""Where a claim stands in an article, and through whom it came."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _


class Appearance(models.Model):
    """A claim in one revision: the exact words, their code-point offsets, and the hedge as printed there.

    `hedge_low` and `hedge_high` are percents and known only for words of likelihood on `hedge_scale`.
    """

    claim = models.ForeignKey(
        "claims.Claim", models.PROTECT, verbose_name=_("claim"), related_name="appearances", db_index=False
    )
    revision = models.ForeignKey(
        "claims.ArticleRevision", models.PROTECT, verbose_name=_("revision"), related_name="appearances"
    )
    exact = models.TextField(_("quote"))
    prefix = models.CharField(_("before"), max_length=64, blank=True)
    suffix = models.CharField(_("after"), max_length=64, blank=True)
    start = models.PositiveIntegerField(_("start"))
    end = models.PositiveIntegerField(_("end"))
    hedge_words = ArrayField(models.CharField(max_length=60), verbose_name=_("hedge"), default=list, blank=True)
    hedge_kind = models.CharField(_("hedge kind"), max_length=20, default="none")
    hedge_low = models.PositiveSmallIntegerField(_("likelihood from, percent"), null=True, blank=True)
    hedge_high = models.PositiveSmallIntegerField(_("likelihood to, percent"), null=True, blank=True)
    hedge_scale = models.CharField(_("likelihood scale"), max_length=20, blank=True)
    is_first = models.BooleanField(_("first appearance"), default=True)

    class Meta:
        verbose_name = _("appearance")
        ordering = ("id",)
        constraints = (
            UniqueConstraint(fields=("claim", "revision", "start", "end"), name="appearance_once"),
            UniqueConstraint(fields=("claim",), condition=Q(is_first=True), name="appearance_first_once"),
            CheckConstraint(condition=Q(end__gt=F("start")), name="appearance_span"),
            CheckConstraint(condition=Q(end=F("start") + Length("exact")), name="appearance_exact_length"),
        )

    def __str__(self) -> str:
        return f"“{self.exact}”"


class ChainStep(models.Model):
    """One step from the article back to the origin. A step nobody stated is a row too, with no source."""

    appearance = models.ForeignKey(
        Appearance, models.PROTECT, verbose_name=_("appearance"), related_name="chain", db_index=False
    )
    order = models.PositiveSmallIntegerField(_("order"))
    source = models.ForeignKey(
        "claims.Source", models.PROTECT, verbose_name=_("source"), related_name="steps", null=True, blank=True
    )
    verb = models.CharField(_("verb as printed"), max_length=120, blank=True)
    named = models.BooleanField(_("named"), default=True)
    on_record = models.BooleanField(_("on record"), null=True, blank=True)
    implied = models.BooleanField(_("implied"), default=False)
    link = models.CharField(_("link"), max_length=2000, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("step of the chain")
        ordering = ("appearance_id", "order")
        constraints = (
            UniqueConstraint(fields=("appearance", "order"), name="chain_order_once"),
            CheckConstraint(condition=Q(source__isnull=False) | ~Q(note=""), name="chain_step_says_something"),
        )

    def __str__(self) -> str:
        return self.source.name if self.source else self.note
