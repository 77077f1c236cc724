"""Searches what readers are told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.search import SearchRank
from django.db.models import F, Q
from django.db.models.fields.json import KeyTextTransform

from claims.models import Appearance, Decision
from claims.models.decision import DecisionQuerySet
from claims.services.matching import words_of

RANKED = 2_000  # of what matches, so many of the newest are ranked


@dataclass(frozen=True)
class Wanted:
    """What is searched: words (rarest ones decide), a primary language such as `en`, and the oldest moment."""

    words: str = ""
    language: str = ""
    since: datetime | None = None


def search_published(wanted: Wanted, offset: int, most: int) -> list[Decision]:
    """Published and not withdrawn decisions with what readers were told, best first, then newest. Two queries at most.

    Words are looked for in the claim as it is now, so only where it still says what readers were told.
    """
    decisions = _narrowed(Decision.objects.public(), wanted)
    if wanted.words:
        words = words_of(wanted.words)
        if words is None:
            return []
        unedited = decisions.annotate(told=KeyTextTransform("statement", "publication__told")).filter(
            told=F("claim__statement")
        )
        newest = unedited.filter(claim__search=words.shared).order_by("-published_at", "-pk")
        rank = SearchRank(F("claim__search"), words.any)
        decisions = Decision.objects.filter(pk__in=newest.values("pk")[:RANKED]).order_by(
            rank.desc(), "-published_at", "-pk"
        )
    else:
        decisions = decisions.order_by("-published_at", "-pk")
    return list(decisions.select_related("publication")[offset : offset + most])


def _narrowed(decisions: DecisionQuerySet, wanted: Wanted) -> DecisionQuerySet:
    if wanted.language:
        decisions = decisions.annotate(spoken=KeyTextTransform("language", "publication__told"))
        own = Q(spoken__iexact=wanted.language)
        decisions = decisions.filter(own | Q(spoken__istartswith=f"{wanted.language}-"))
    if wanted.since is not None:
        young = Appearance.objects.filter(is_first=True, revision__article__published_at__gte=wanted.since)
        decisions = decisions.filter(Q(published_at__gte=wanted.since) | Q(claim__in=young.values("claim")))
    return decisions
