"""What later texts of an article make of the passages that claims quote from it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import Self

import pgtrigger
from django.db import models
from django.db.models import CheckConstraint, Exists, F, OuterRef, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from claims.passages import Fate

# What was found stays as it was found. Only the note may still come, once.
_FOUND = ("appearance", "revision", "fate", "before_start", "before_end", "after_start", "after_end", "found_at")
_NOTED = pgtrigger.Q(old__noted_at__isnull=False)
_REWRITTEN = reduce(or_, (pgtrigger.Q(**{f"old__{name}__df": pgtrigger.F(f"new__{name}")}) for name in _FOUND), _NOTED)


class Following(models.Model):
    """A later text that the quotes of earlier ones must still be followed into; kept when that is done."""

    revision = models.OneToOneField(
        "claims.ArticleRevision", models.PROTECT, primary_key=True, related_name="following"
    )
    asked_at = models.DateTimeField(_("asked for"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("following of quotes")
        verbose_name_plural = _("followings of quotes")
        indexes = (models.Index(fields=("revision",), condition=Q(finished_at__isnull=True), name="following_open"),)

    def __str__(self) -> str:
        return str(self.revision_id)


class RevisedPassageQuerySet(models.QuerySet["RevisedPassage"]):
    def newest(self) -> Self:
        """Of each quote what was found last: an earlier finding says nothing any more."""
        later = RevisedPassage.objects.filter(
            appearance=OuterRef("appearance"), revision__number__gt=OuterRef("revision__number")
        )
        return self.filter(~Exists(later))

    def of(self, claim_ids: Iterable[int]) -> list[RevisedPassage]:
        """What was found last of each quote of these claims, without the texts."""
        rows = self.newest().filter(appearance__claim__in=list(claim_ids)).select_related("revision", "appearance")
        return list(rows.defer("revision__text"))

    def to_compare(self) -> Self:
        """Passages that read otherwise now and that nobody has compared yet."""
        return self.newest().exclude(fate=Fate.SAME).filter(noted_at__isnull=True)


class RevisedPassage(models.Model):
    """What a later text makes of one quote, where that differs from what was found before.

    `before_*` are the code-point offsets of the quote's passage in the quote's own revision, `after_*` of what stands
    for it in `revision`, null when nothing does. Texts are frozen, so the comparison can be shown for good. `note` is
    what a person who compared both wrote.
    """

    appearance = models.ForeignKey(
        "claims.Appearance", models.PROTECT, verbose_name=_("appearance"), related_name="revised", db_index=False
    )
    revision = models.ForeignKey(
        "claims.ArticleRevision", models.PROTECT, verbose_name=_("later text"), related_name="passages"
    )
    fate = models.CharField(_("what became of it"), max_length=8, choices=Fate.choices)
    before_start = models.PositiveIntegerField(_("start of the passage"))
    before_end = models.PositiveIntegerField(_("end of the passage"))
    after_start = models.PositiveIntegerField(_("start in the later text"), null=True, blank=True)
    after_end = models.PositiveIntegerField(_("end in the later text"), null=True, blank=True)
    found_at = models.DateTimeField(_("found"))
    noted_at = models.DateTimeField(_("compared"), null=True, blank=True)
    noted_by = models.CharField(_("compared by"), max_length=200, blank=True)
    noted_by_user = models.ForeignKey(
        "claims.User", models.PROTECT, related_name="passages_compared", null=True, blank=True
    )
    note = models.CharField(_("note"), max_length=600, blank=True)

    objects = RevisedPassageQuerySet.as_manager()

    class Meta:
        verbose_name = _("revised passage")
        ordering = ("id",)
        constraints = (
            UniqueConstraint(fields=("appearance", "revision"), name="passage_once"),
            CheckConstraint(condition=Q(before_end__gt=F("before_start")), name="passage_span"),
            CheckConstraint(
                condition=Q(fate=Fate.GONE, after_start__isnull=True, after_end__isnull=True)
                | (~Q(fate=Fate.GONE) & Q(after_start__isnull=False, after_end__gt=F("after_start"))),
                name="passage_gone_or_somewhere",
            ),
            CheckConstraint(
                condition=Q(noted_at__isnull=True, noted_by_user__isnull=True, noted_by="", note="")
                | (Q(noted_at__isnull=False, noted_by_user__isnull=False) & ~Q(noted_by="") & ~Q(note="")),
                name="passage_noted_whole",
            ),
        )
        triggers = (
            pgtrigger.Protect(name="passage_kept", operation=pgtrigger.Update, condition=_REWRITTEN),
            pgtrigger.Protect(name="passage_not_deleted", operation=pgtrigger.Delete),
        )

    def __str__(self) -> str:
        return f"{self.appearance_id}: {self.get_fate_display()}"

    @property
    def before(self) -> str:
        """The passage as the claim quotes it."""
        return self.appearance.revision.text[self.before_start : self.before_end]

    @property
    def after(self) -> str:
        """What stands for it in the later text, empty when nothing does."""
        return self.revision.text[self.after_start : self.after_end] if self.after_end is not None else ""
