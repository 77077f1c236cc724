"""Takes an article in for somebody: only what they may know of, and never without the embargo it comes with."""

from __future__ import annotations

from dataclasses import replace

from django.db import transaction

from claims.deadlines import aware
from claims.errors import RoleMissing
from claims.models import Article
from claims.permissions import Viewer, visible_articles
from claims.services.amending import amend_article, check_may_amend
from claims.services.articles import AlreadyElsewhere, GivenArticle, TakenIn, placed, take_in
from claims.services.transitions import database_time


def take_in_for(viewer: Viewer, given: GivenArticle, *, stands_now: bool = False) -> TakenIn:
    """Take in what this viewer gives. An embargo that a known article comes with holds for it from then on.

    Raises what `take_in` does, `AlreadyElsewhere` when it is there and not theirs, and `RoleMissing` for an embargo
    that is not theirs to change; then nothing is written.
    """
    with transaction.atomic():
        taken = take_in(given, stands_now=stands_now)
        if taken.is_new:
            return taken
        if not visible_articles(viewer, database_time()).filter(pk=taken.article.pk).exists():
            raise AlreadyElsewhere()
        return replace(taken, article=_under_embargo(viewer, taken.article, given))


def _under_embargo(viewer: Viewer, article: Article, given: GivenArticle) -> Article:
    """The known article with the embargo that is given. One without a desk is kept with the desk that is given."""
    if given.embargo_until is None or article.embargo_until == placed("embargo_until", aware, given.embargo_until):
        return article
    try:
        check_may_amend(viewer, article)
    except RoleMissing as refused:
        raise refused.at("/embargo_until") from None
    named = {"desk": given.desk} if article.desk_id is None and given.desk is not None else {}
    return amend_article(article.pk, {"embargo_until": given.embargo_until, **named}, seen=None)
