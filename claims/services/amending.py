"""Changes what is said about an article. Its texts are frozen; its address and publication time are what it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import transaction

from claims.deadlines import aware
from claims.errors import Invalid, RoleMissing, StaleVersion
from claims.models import Article
from claims.permissions import Viewer
from claims.services.articles import language_tag, line
from claims.services.transitions import database_time

AMENDABLE = ("headline", "authors", "language", "published_raw", "desk", "embargo_until")


def version_of(article: Article) -> str:
    """A mark of everything that can be amended; another mark means somebody changed it."""
    values = [
        article.headline,
        list(article.authors),
        article.language,
        article.published_raw,
        article.desk_id,
        article.embargo_until and article.embargo_until.timestamp(),
        article.canceled_at and article.canceled_at.timestamp(),
    ]
    return sha256(repr(values).encode()).hexdigest()[:16]


def amend_article(article_id: int, changes: Mapping[str, Any], *, seen: str | None) -> Article:
    """Change an article's headline, authors, language, desk or embargo; `seen` is the mark the caller has read.

    Raises `StaleVersion`, `Invalid`, `UnusableText`; then nothing is written.
    """
    with transaction.atomic():
        article = Article.objects.select_for_update(of=("self",)).select_related("outlet", "desk").get(pk=article_id)
        if seen is not None and seen != version_of(article):
            raise StaleVersion("Somebody changed this article since you read it. Read it again, then repeat.")
        now = database_time()
        was_kept = bool(article.kept_with(now))
        if "headline" in changes:
            article.remember_headline()
        for name, value in changes.items():
            setattr(article, name, _fit(name, value))
        if was_kept and article.desk is None and article.embargo_until is not None and article.embargo_until > now:
            raise Invalid("While the embargo lasts its desk alone sees it. Lift the embargo first.", pointer="/desk")
        article.save(update_fields=[*changes, "former_headlines"])
    return article


def _fit(name: str, value: Any) -> Any:
    """A value as the column keeps it."""
    if name == "headline" and not line(value, name, 400):
        raise Invalid("An article needs a headline.", pointer="/headline")
    if name == "language":
        return language_tag(value, name)
    if name == "authors":
        return [line(author, "authors", 200) for author in value]
    if isinstance(value, datetime):
        return aware(value)
    return line(value, name, 400) if isinstance(value, str) else value


def check_may_add(viewer: Viewer) -> None:
    """Articles are added by keys with the scope and by everybody who works on a desk. Raises `RoleMissing`."""
    if viewer.key is None and not (viewer.editor_of or viewer.reviewer_of or viewer.is_administrator):
        raise RoleMissing("Articles are added by reviewers, editors and administrators.")


def check_may_amend(viewer: Viewer, article: Article) -> None:
    """Amending is for editors of the article's desk, administrators, and keys with the scope. Raises `RoleMissing`."""
    mine = viewer.editor_of if article.desk_id is None else viewer.editor_of & {article.desk_id}
    if viewer.key is None and not (mine or viewer.is_administrator):
        raise RoleMissing("An article is changed by the editors of its desk.")
