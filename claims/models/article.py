"""Articles and their frozen texts."""

from __future__ import annotations

from datetime import datetime

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q, TextChoices, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from claims.models.frozen import frozen


class DateKnown(TextChoices):
    """How the publication time came to be known."""

    GIVEN = "given", _("given with the article")
    PAGE = "page", _("read from the page")
    ENTERED = "entered", _("entered by a person")


class Article(models.Model):
    """An article of an outlet. Its texts are `ArticleRevision`s; words like "next week" count from `published_at`.

    Without a link it is known again by its outlet, its time and any headline that it ever had: senders repeat what they
    sent. `first_headline` stays, `former_headlines` are those it was given and has no more.
    """

    outlet = models.ForeignKey("claims.Source", models.PROTECT, verbose_name=_("outlet"), related_name="articles")
    canonical_url = models.CharField(_("link"), max_length=2000, blank=True)
    headline = models.CharField(_("headline"), max_length=400)
    first_headline = models.CharField(_("headline as it came in"), max_length=400, editable=False)
    former_headlines = ArrayField(
        models.CharField(max_length=400),
        verbose_name=_("headlines that it had"),
        default=list,
        db_default=[],
        editable=False,
    )
    authors = ArrayField(models.CharField(max_length=200), verbose_name=_("authors"), default=list, blank=True)
    language = models.CharField(_("language"), max_length=16)
    published_at = models.DateTimeField(_("published"))
    published_raw = models.CharField(_("published, as written"), max_length=120, blank=True)
    published_zone = models.CharField(_("time zone of publication"), max_length=64)
    published_known = models.CharField(_("how known"), max_length=8, choices=DateKnown.choices, default=DateKnown.GIVEN)
    desk = models.ForeignKey("claims.Desk", models.PROTECT, verbose_name=_("desk"), null=True, blank=True)
    embargo_until = models.DateTimeField(_("embargo until"), null=True, blank=True)
    canceled_at = models.DateTimeField(_("cancelled by its provider"), null=True, blank=True)
    untold = models.BooleanField(
        _("its claims are still to be told that it was cancelled, or is usable again"),
        default=False,
        db_default=False,
        editable=False,
    )
    created_at = models.DateTimeField(_("added"), auto_now_add=True)

    class Meta:
        verbose_name = _("article")
        ordering = ("-published_at", "-id")
        constraints = (
            UniqueConstraint(fields=("canonical_url",), condition=~Q(canonical_url=""), name="article_url_once"),
            UniqueConstraint(
                fields=("outlet", "first_headline", "published_at"),
                condition=Q(canonical_url=""),
                name="article_without_link_once",
            ),
        )
        indexes = (
            models.Index(fields=("-published_at", "-id"), name="article_published"),
            models.Index(fields=("id",), condition=Q(untold=True), name="article_untold"),
            models.Index(
                fields=("embargo_until",), condition=Q(embargo_until__isnull=False), name="article_under_embargo"
            ),
        )
        triggers = (
            pgtrigger.Trigger(  # processes of a version from before this column go on while those of this one start
                name="article_first_headline",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(new__first_headline__isnull=True),
                func="NEW.first_headline := NEW.headline; RETURN NEW;",
            ),
        )

    def __str__(self) -> str:
        return self.headline

    def remember_headline(self) -> None:
        """Let it stay known by the headline it has, which somebody is about to change."""
        if self.headline not in {self.first_headline, *self.former_headlines}:
            self.former_headlines = [*self.former_headlines, self.headline]

    def kept_with(self, now: datetime) -> list[int]:
        """The desk whose people alone read it, by number, while it is under embargo; none else."""
        if self.desk_id is None or self.embargo_until is None or self.embargo_until <= now:
            return []
        return [self.desk_id]


class ArticleRevision(models.Model):
    """One frozen text of an article (NFC, LF). Every offset is a Unicode code point of exactly this text."""

    article = models.ForeignKey(
        Article, models.PROTECT, verbose_name=_("article"), related_name="revisions", db_index=False
    )
    number = models.PositiveIntegerField(_("number"))
    text = models.TextField(_("text"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    fetched_at = models.DateTimeField(_("kept"), auto_now_add=True)

    class Meta:
        verbose_name = _("article revision")
        ordering = ("article_id", "number")
        constraints = (UniqueConstraint(fields=("article", "number"), name="revision_number_once"),)
        triggers = frozen("revision")

    def __str__(self) -> str:
        return f"{self.article.headline} (revision {self.number})"


class NewsItem(models.Model):
    """The news item (ninjs) of a provider that an article came in as, and the version of it that was taken in last.

    `key` brought it first. It may send later versions while the article is under an embargo that hides it from the key.
    """

    uri = models.CharField(_("uri"), max_length=500, unique=True)
    article = models.ForeignKey(Article, models.PROTECT, verbose_name=_("article"), related_name="items")
    version = models.CharField(_("version"), max_length=64, blank=True)
    versioned_at = models.DateTimeField(_("version made"), null=True, blank=True)
    taken_at = models.DateTimeField(_("taken in"))
    key = models.ForeignKey(
        "claims.ApiKey", models.PROTECT, verbose_name=_("key"), related_name="+", null=True, blank=True
    )

    class Meta:
        verbose_name = _("news item")

    def __str__(self) -> str:
        return f"{self.uri} {self.version}".strip()
