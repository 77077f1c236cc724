"""Takes an article in for somebody: only what they may know of, and never without the embargo it comes with."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.db import transaction

from claims.deadlines import aware
from claims.errors import Invalid, RoleMissing
from claims.models import Article
from claims.permissions import Viewer, visible_articles
from claims.services.amending import amend_article, check_may_amend
from claims.services.articles import AlreadyElsewhere, GivenArticle, TakenIn, placed, take_in
from claims.services.transitions import database_time


def take_in_for(viewer: Viewer, given: GivenArticle, *, stands_now: bool = False) -> TakenIn:
    """Take in what this viewer gives. An embargo that a known article comes with holds for it from then on.

    Raises what `take_in` does, `AlreadyElsewhere` when it is there and not theirs, `RoleMissing` for an embargo that is
    not theirs to change, and `Invalid` for one that another desk than the article's should keep; then nothing is
    written.
    """
    with transaction.atomic():
        taken = take_in(given, stands_now=stands_now)
        if taken.is_new:
            return taken
        if not visible_articles(viewer, database_time()).filter(pk=taken.article.pk).exists():
            raise AlreadyElsewhere()
        until = given.embargo_until and placed("embargo_until", aware, given.embargo_until)
        if until is None or until == taken.article.embargo_until:
            return taken
        return replace(taken, article=_under_embargo(viewer, taken.article, given), is_new_embargo=True)


def embargo_notes(article: Article, given: datetime | None, now: datetime) -> list[str]:
    """What the sender of this embargo may not have meant; nothing where none was given."""
    if given is None or article.embargo_until is None:
        return []
    if article.embargo_until <= now:
        return ["The embargo has ended already: it holds nothing back."]
    return [] if article.desk else ["It names no desk: until the embargo ends keys do not see it, people do."]


def _under_embargo(viewer: Viewer, article: Article, given: GivenArticle) -> Article:
    """The known article with the embargo that is given. One without a desk is kept with the desk that is given."""
    try:
        check_may_amend(viewer, article)
    except RoleMissing as refused:
        raise refused.at("/embargo_until") from None
    if article.desk is not None and given.desk not in {None, article.desk}:
        raise Invalid(f"This article is known already, on the desk {article.desk}. Name that desk.", pointer="/desk")
    named = {"desk": given.desk} if article.desk_id is None and given.desk is not None else {}
    return amend_article(article.pk, {"embargo_until": given.embargo_until, **named}, seen=None)
