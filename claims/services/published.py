"""Searches what readers are told, and nothing else: not what a claim reads today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.search import SearchRank
from django.db.models import F, Q

from claims.exports.check import Check, checks
from claims.models import Publication
from claims.models.publication import PublicationQuerySet
from claims.services.matching import words_of

RANKED = 2_000  # of what matches, so many of the newest are ranked
NEWEST = ("-decision__published_at", "-pk")


@dataclass(frozen=True)
class Wanted:
    """What is searched: words (rarest ones decide), a primary language such as `en`, and the oldest moment."""

    words: str = ""
    language: str = ""
    since: datetime | None = None


def search_published(wanted: Wanted, offset: int, most: int) -> list[Check]:
    """Published and not withdrawn verdicts as readers are told them, best first, then newest. Three queries at most."""
    rows = _narrowed(Publication.objects.told_now(), wanted)
    if wanted.words:
        words = words_of(wanted.words)
        if words is None:
            return []
        newest = rows.filter(search=words.shared).order_by(*NEWEST)
        rank = SearchRank(F("search"), words.any)
        rows = Publication.objects.filter(pk__in=newest.values("pk")[:RANKED]).order_by(rank.desc(), *NEWEST)
    else:
        rows = rows.order_by(*NEWEST)
    return list(checks(rows.with_decision()[offset : offset + most]))


def _narrowed(rows: PublicationQuerySet, wanted: Wanted) -> PublicationQuerySet:
    if wanted.language:
        own = Q(told__language__iexact=wanted.language)
        rows = rows.filter(own | Q(told__language__istartswith=f"{wanted.language}-"))
    # What is published is never older than the article that it is about, so its own date is the newer of the two.
    return rows if wanted.since is None else rows.filter(decision__published_at__gte=wanted.since)
