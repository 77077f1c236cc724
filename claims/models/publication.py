"""What readers were told with a decision, kept as it was told."""

from __future__ import annotations

from typing import Self

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Exists, Func, OuterRef, Q
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from claims.models.decision import Decision
from claims.models.frozen import frozen

NOW_TOLD = Q(decision__withdrawn_at__isnull=True, decision__replaced_at__isnull=True)


class Digest(Func):
    """The SHA-256 of a JSON column, hexadecimal, over the one text that the database writes for it."""

    template = "encode(sha256(convert_to((%(expressions)s)::text, 'UTF8')), 'hex')"
    output_field = models.TextField()
    arity = 1


class PublicationQuerySet(models.QuerySet["Publication"]):
    def with_decision(self) -> Self:
        """Read with the decision that was told."""
        return self.select_related("decision")

    def told_now(self) -> Self:
        """What readers are told now: neither withdrawn nor replaced. At most one of each claim."""
        return self.filter(NOW_TOLD)

    def holding(self) -> Self:
        """Of each claim that was ever public the one that holds: what is told now, else what was withdrawn last."""
        later = Decision.objects.filter(
            claim=OuterRef("decision__claim"), number__gt=OuterRef("decision__number"), published_at__isnull=False
        )
        return self.filter(~Exists(later))

    def newest_first(self) -> Self:
        """With `moment`, when readers were last told something: that it is public, or that it was withdrawn."""
        moment = Coalesce("decision__withdrawn_at", "decision__published_at")
        return (
            self.filter(decision__published_at__isnull=False).annotate(moment=moment).order_by("-moment", "-decision")
        )


class Publication(models.Model):
    """One publication of a decision: everything readers were told with it, frozen.

    A claim can be reopened and edited while readers still know its last verdict. So nothing that is public is read from
    the claim, its evidence or its article: what leaves the house is this row and its decision, and nothing else can.
    `told` is `claims.exports.told.Told` as JSON.
    """

    decision = models.OneToOneField(Decision, models.PROTECT, verbose_name=_("decision"), related_name="publication")
    told = models.JSONField(_("told"))
    search = models.GeneratedField(
        expression=SearchVector(KT("told__statement"), config="simple"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = PublicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("publication")
        ordering = ("id",)
        indexes = (GinIndex(fields=("search",), name="publication_search"),)
        triggers = frozen("publication")

    def __str__(self) -> str:
        return str(self.decision)

    def sha256(self) -> str:
        """The hash of what was told, as the database writes it. It stands in the event, so the chain seals it too."""
        kept: str = Publication.objects.filter(pk=self.pk).values_list(Digest("told"), flat=True).get()
        return kept
