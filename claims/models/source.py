"""Who says things: outlets, persons, organisations, documents and unnamed roles."""

from __future__ import annotations

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q, TextChoices, UniqueConstraint, Value
from django.db.models.functions import Lower
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from claims.models.zone import valid_zone
from claims.plaintext import one_blank


class SourceKind(TextChoices):
    """What a source is."""

    OUTLET = "outlet", _("outlet")
    PERSON = "person", _("person")
    ORGANISATION = "organisation", _("organisation")
    DOCUMENT = "document", _("document")
    UNNAMED = "unnamed", _("unnamed role")


class Reliability(TextChoices):
    """NATO Admiralty code, first letter (STANAG 2511)."""

    A = "A", _("A – reliable")
    B = "B", _("B – usually reliable")
    C = "C", _("C – fairly reliable")
    D = "D", _("D – not usually reliable")
    E = "E", _("E – unreliable")
    F = "F", _("F – cannot be judged")


class SourceQuerySet(models.QuerySet["Source"]):
    def called(self, name: str) -> Self:
        """Named sources with this name, case ignored, or this alias as written. Unnamed roles are never merged."""
        return self.named(one_blank(name))

    def named(self, name: str) -> Self:
        """The same for a name in the form in which names are kept."""
        same = Exact(Lower("name"), Lower(Value(name)))
        return self.exclude(kind=SourceKind.UNNAMED).filter(Q(same) | Q(aliases__contains=[name]))


class Source(models.Model):
    """One source. An outlet is a source too; an unnamed role belongs to the article it was read in."""

    name = models.CharField(_("name"), max_length=200)
    aliases = ArrayField(models.CharField(max_length=200), verbose_name=_("aliases"), default=list, blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=SourceKind.choices)
    parent = models.ForeignKey(
        "self", models.PROTECT, verbose_name=_("belongs to"), related_name="children", null=True, blank=True
    )
    zone = models.CharField(_("time zone"), max_length=64, blank=True, validators=[valid_zone])
    reliability = models.CharField(_("reliability"), max_length=1, choices=Reliability.choices, default=Reliability.F)

    objects = SourceQuerySet.as_manager()

    class Meta:
        verbose_name = _("source")
        ordering = ("name", "id")
        constraints = (
            UniqueConstraint(Lower("name"), condition=Q(kind=SourceKind.OUTLET), name="source_outlet_name_once"),
        )
        indexes = (
            models.Index(Lower("name"), name="source_name_lower"),
            GinIndex(fields=("aliases",), name="source_aliases"),
        )

    def __str__(self) -> str:
        return self.name
