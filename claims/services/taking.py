"""Takes an article in for somebody: only what they may know of, and never without the embargo it comes with."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.db import transaction

from claims.deadlines import aware
from claims.errors import Invalid, RoleMissing
from claims.models import Article, Desk
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
        taken, now = take_in(given, stands_now=stands_now), database_time()
        if taken.is_new:
            return taken
        if not visible_articles(viewer, now).filter(pk=taken.article.pk).exists():
            raise AlreadyElsewhere()
        until = given.embargo_until and placed("embargo_until", aware, given.embargo_until)
        is_known = until == taken.article.embargo_until
        if until is None or (is_known and until <= now):
            return taken
        _check_desk(taken.article, given.desk)
        if is_known:
            return taken
        return replace(taken, article=_under_embargo(viewer, taken.article, given), is_new_embargo=True)


def notes_on(
    viewer: Viewer, article: Article, now: datetime, *, desk: Desk | None, until: datetime | None
) -> list[str]:
    """What whoever sent this article, for this desk and with this embargo, may not have meant."""
    return [*desk_notes(article, desk), *_embargo_notes(viewer, article, until, now)]


def desk_notes(article: Article, given: Desk | None) -> list[str]:
    """That an article was given another desk than it has."""
    if given is None or given == article.desk:
        return []
    return [f"It is known already, and stays on {f'the desk {article.desk}' if article.desk else 'no desk'}."]


def _embargo_notes(viewer: Viewer, article: Article, given: datetime | None, now: datetime) -> list[str]:
    if given is None or article.embargo_until is None:
        return []
    if article.embargo_until <= now:
        return ["The embargo has ended already: it holds nothing back."]
    if article.desk is None:
        return ["It names no desk: until the embargo ends keys do not see it, people do."]
    if visible_articles(viewer, now).filter(pk=article.pk).exists():
        return []
    return ["Until the embargo ends this key does not see it: it is not confined to the article's desk."]


def _check_desk(article: Article, given: Desk | None) -> None:
    if article.desk is not None and given not in {None, article.desk}:
        raise Invalid(f"This article is known already, on the desk {article.desk}. Name that desk.", pointer="/desk")


def _under_embargo(viewer: Viewer, article: Article, given: GivenArticle) -> Article:
    """The known article with the embargo that is given. One without a desk is kept with the desk that is given."""
    try:
        check_may_amend(viewer, article)
    except RoleMissing as refused:
        raise refused.at("/embargo_until") from None
    named = {"desk": given.desk} if article.desk_id is None and given.desk is not None else {}
    return amend_article(article.pk, {"embargo_until": given.embargo_until, **named}, seen=None)
