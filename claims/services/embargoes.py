"""Keeps claims that an article under embargo says with the desk of the article, whose people alone may read it."""

from __future__ import annotations

from datetime import datetime

from claims.errors import Embargoed
from claims.models import Article, Claim, Desk


def until_words(until: datetime) -> str:
    """The end of an embargo, as refusals say it."""
    return f"The article is under embargo until {until:%Y-%m-%d %H:%M} UTC."


def check_keeps_embargo(claim: Claim, now: datetime, desk: Desk | None = None) -> None:
    """Whether the claim may go to this desk, None: to any but the one it is on. Uses what it was read with.

    Raises `Embargoed` where an article it is quoted from, under embargo at `now`, is another desk's.
    """
    if claim.holding is not None and not {*claim.holding} - {None}:
        return
    there = desk or claim.desk
    articles = Article.objects.filter(revisions__appearances__claim=claim, embargo_until__gt=now, desk__isnull=False)
    for article in articles.select_related("desk").distinct():
        if (article.desk == there) is (desk is None):
            raise _stays(article)


def check_starts_there(article: Article, desk: Desk | None, now: datetime) -> None:
    """The same for a claim that is being made from an article that was read. Without a desk it is for whoever sees it.

    Raises `Embargoed`.
    """
    if desk is not None and any(kept != desk.pk for kept in article.kept_with(now)):
        raise _stays(article)


def _stays(article: Article) -> Embargoed:
    if article.desk is None or article.embargo_until is None:
        raise ValueError(f"article {article.pk} keeps no claim")
    words = f"{until_words(article.embargo_until)} Until then its claims stay on the desk {article.desk.name}."
    return Embargoed(words, pointer="/desk")
