"""Articles under embargo, and the claims that are quoted from them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, F, OuterRef, QuerySet
from django.db.models.functions import Now

from claims.models.appearance import Appearance
from claims.models.article import Article
from claims.models.event import DatabaseClock

Moment = datetime | Now | DatabaseClock
"""A moment that was read, or the database's own when it is asked."""


def desks_holding(claim: str) -> ArraySubquery:
    """The desks of articles under embargo now that the claim in this column is quoted from; None for one of no desk."""
    articles = Article.objects.filter(embargo_until__gt=DatabaseClock())
    return ArraySubquery(articles.filter(revisions__appearances__claim=OuterRef(claim)).values("desk"))


def quotes_under_embargo(now: Moment) -> QuerySet[Appearance]:
    """Quotes from articles that are under embargo at this moment."""
    return Appearance.objects.filter(revision__article__embargo_until__gt=now).order_by()


def quotes_kept_with_a_desk(now: Moment) -> QuerySet[Appearance]:
    """Those of articles that a desk has, whose people alone may read them."""
    return quotes_under_embargo(now).filter(revision__article__desk__isnull=False)


def astray(now: Moment) -> QuerySet[Appearance, Any]:
    """The numbers of claims on a desk that must not see an article they are quoted from: it is another desk's."""
    quotes = quotes_kept_with_a_desk(now).filter(claim__desk__isnull=False)
    return quotes.exclude(claim__desk=F("revision__article__desk")).values("claim")


def called_home(now: Moment) -> QuerySet[Appearance, Any]:
    """Of those the claims that one desk alone calls back: where two keep an article, none can have the claim."""
    desks = (
        quotes_kept_with_a_desk(now).values("claim").annotate(keeping=Count("revision__article__desk", distinct=True))
    )
    return desks.filter(keeping=1, claim__in=astray(now)).values("claim")
