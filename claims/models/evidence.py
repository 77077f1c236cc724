"""What supports or contradicts a claim, and the bytes kept of it."""

from __future__ import annotations

from datetime import datetime
from functools import reduce
from operator import or_
from typing import Self

import pgtrigger
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import CheckConstraint, OuterRef, Q, Subquery, TextChoices, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from claims.models.frozen import frozen
from claims.models.keeping import Copy, Fetch
from claims.verdicts import EvidenceKind, Item, Question, Stance

# What a verdict rests on. The row of a link may gain its first copy after a verdict used it; then that stays, too.
_RESTED_ON = (
    *("claim", "question", "stance", "kind", "url", "title", "note", "primary", "why_secondary", "derives_from"),
    *("credibility", "visibility", "file_name", "added_by", "added_by_user", "added_at", "used_at", "version"),
)


def _changes(field: str) -> pgtrigger.Q:
    return pgtrigger.Q(**{f"old__{field}__df": pgtrigger.F(f"new__{field}")})


_USED = pgtrigger.Q(old__used_at__isnull=False)
_COPY_CHANGES = pgtrigger.Q(old__snapshot__isnull=False) & _changes("snapshot")
_REWRITTEN = _USED & reduce(or_, map(_changes, _RESTED_ON), _COPY_CHANGES)


class Visibility(TextChoices):
    """Who may see a piece of evidence. Protected: only the reviewer on the claim and the desk's editors."""

    PUBLIC = "public", _("public")
    INTERNAL = "internal", _("internal")
    PROTECTED = "protected", _("protected")


class Snapshot(models.Model):
    """Bytes kept once under their SHA-256, in the `evidence` storage. Never rendered on our origin."""

    sha256 = models.CharField(_("SHA-256"), max_length=64, unique=True)
    size = models.PositiveBigIntegerField(_("bytes"))
    media_type = models.CharField(_("media type"), max_length=120)
    fetched_at = models.DateTimeField(_("kept"), auto_now_add=True)

    class Meta:
        verbose_name = _("snapshot")
        triggers = frozen("snapshot")

    def __str__(self) -> str:
        return self.sha256[:12]

    @property
    def path(self) -> str:
        """Where the bytes are in the `evidence` storage."""
        return f"{self.sha256[:2]}/{self.sha256[2:4]}/{self.sha256}"


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    def standing(self) -> Self:
        """Items that nothing has superseded."""
        return self.filter(superseded_by__isnull=True)

    def with_reading(self) -> Self:
        """With what is kept and since when, how far the reading of links has come, and how the newest copy is called.

        The bytes themselves may be here for longer: another item, which nobody may see, can have brought them.
        """
        copies = Copy.objects.filter(evidence=OuterRef("pk")).order_by("-number")
        title, number = Subquery(copies.values("title")[:1]), Subquery(copies.values("number")[:1])
        kept = Coalesce(Subquery(copies.reverse().values("fetched_at")[:1]), "copied_from__added_at", "added_at")
        newest = {"page_title": Coalesce(title, Value("")), "newest_copy": Coalesce(number, Value(0)), "kept_at": kept}
        return self.select_related("snapshot__timestamp", "fetch").annotate(**newest)


class Evidence(models.Model):
    """One item. Once a verdict used it, it is superseded by a new one instead of edited."""

    claim = models.ForeignKey("claims.Claim", models.PROTECT, verbose_name=_("claim"), related_name="evidence")
    question = models.CharField(_("bears on"), max_length=4, choices=Question.choices)
    stance = models.CharField(_("stance"), max_length=12, choices=Stance.choices)
    kind = models.CharField(_("kind"), max_length=4, choices=EvidenceKind.choices)
    url = models.CharField(_("link"), max_length=2000, blank=True)
    title = models.CharField(_("title"), max_length=300, blank=True)
    note = models.TextField(_("note"), max_length=4000, blank=True)
    primary = models.BooleanField(_("primary source"), default=False)
    why_secondary = models.CharField(_("why not primary"), max_length=300, blank=True)
    derives_from = models.ForeignKey(
        "self", models.PROTECT, verbose_name=_("taken from"), related_name="derived", null=True, blank=True
    )
    credibility = models.PositiveSmallIntegerField(
        _("credibility 1–6"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(6)]
    )
    visibility = models.CharField(
        _("visibility"), max_length=9, choices=Visibility.choices, default=Visibility.INTERNAL
    )
    snapshot = models.ForeignKey(
        Snapshot, models.PROTECT, verbose_name=_("kept copy"), related_name="evidence", null=True, blank=True
    )
    file_name = models.CharField(_("file name"), max_length=200, blank=True)
    # As whoever gave this item called its bytes; another item, which nobody may see, can have brought them before.
    media_type = models.CharField(_("media type"), max_length=120, blank=True, default="", db_default="")
    superseded_by = models.OneToOneField(
        "self", models.PROTECT, verbose_name=_("superseded by"), related_name="supersedes", null=True, blank=True
    )
    copied_from = models.ForeignKey(
        "self", models.PROTECT, verbose_name=_("copied from"), related_name="shared_as", null=True, blank=True
    )
    added_by = models.CharField(_("added by"), max_length=200)
    added_by_user = models.ForeignKey(
        "claims.User", models.PROTECT, related_name="evidence_added", null=True, blank=True
    )
    added_at = models.DateTimeField(_("added"))
    used_at = models.DateTimeField(_("first used by a verdict"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = EvidenceQuerySet.as_manager()

    # What `with_reading` found of the copies; nothing before it was asked.
    page_title: str = ""
    newest_copy: int = 0
    kept_at: datetime | None = None

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering = ("added_at", "id")
        constraints = (
            CheckConstraint(
                condition=(
                    (Q(kind=EvidenceKind.LINK) & ~Q(url=""))
                    | (Q(kind=EvidenceKind.FILE) & Q(snapshot__isnull=False))
                    | (Q(kind=EvidenceKind.NOTE) & ~Q(note=""))
                ),
                name="evidence_has_its_content",
            ),
            CheckConstraint(condition=Q(credibility__isnull=True) | Q(credibility__range=(1, 6)), name="evidence_cred"),
        )
        triggers = (
            pgtrigger.Protect(
                name="evidence_kept_as_used",
                operation=pgtrigger.Update,
                condition=_REWRITTEN,
            ),
            pgtrigger.Protect(name="evidence_kept_once_used", operation=pgtrigger.Delete, condition=_USED),
        )

    def __str__(self) -> str:
        return self.title or self.url or self.file_name or self.note[:60]

    @property
    def shown_title(self) -> str:
        """What people call it: its own title, else that of the page it leads to, else what there is."""
        return self.title or self.page_title or str(self)

    @property
    def shown_media_type(self) -> str:
        """What its kept bytes are; empty where none are kept. Items of before this was kept with each say nothing."""
        return (self.media_type or self.snapshot.media_type) if self.snapshot else ""

    @property
    def reading(self) -> Fetch | None:
        """How far the reading of a link has come, None for files and notes."""
        return getattr(self, "fetch", None)

    @property
    def marks(self) -> frozenset[str]:
        """What tells that another item is the same page or file: its address, however it is reached, and its bytes."""
        marks = set()
        if self.url:
            marks.add(f"page {self.url.partition('://')[2].removeprefix('www.')}")
        if self.snapshot_id is not None:
            marks.add(f"bytes {self.snapshot_id}")
        return frozenset(marks)

    def as_item(self) -> Item:
        """What the evidence guards need to know of this row."""
        return Item(
            self.pk,
            self.question,
            self.stance,
            self.kind,
            self.derives_from_id,
            standing=self.superseded_by_id is None,
            marks=self.marks,
        )
