"""Takes news items in: each version of an item is a text of one article, later ones after earlier ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from claims.errors import ClaimDeskError, Invalid
from claims.intake.ninjs import HTML, NewsItem, is_newer, read_item
from claims.intake.pages import Head, ReadPage
from claims.models import Article
from claims.models import NewsItem as Row
from claims.permissions import Viewer, visible_articles, visible_claims
from claims.plaintext import scrubbed
from claims.services.amending import amend_article, check_may_amend
from claims.services.articles import AlreadyElsewhere, TakenIn, is_language_tag, keep_text
from claims.services.completing import HEADLINE, ToldArticle, completed, read_given, remarks
from claims.services.taking import notes_on, take_in_for
from claims.services.transitions import database_time

NAMED = 20  # claims that are named when their article is cancelled
NOTE = 1000


class ItemCanceled(ClaimDeskError):
    """The provider has cancelled this item. It is not taken in.

    The news agency took the item back before it came in here. There is nothing to do.
    """

    code = "item_canceled"


class OlderVersion(ClaimDeskError):
    """A later version of this item is here already. Nothing was changed.

    News items may arrive out of order, and the newest one counts. There is nothing to do.
    """

    code = "older_version"


class VersionReused(ClaimDeskError):
    """This version of the item is here with another text. Send a changed text under a later version.

    One version of an item has one text. Send the changed text under a later `version`.
    """

    code = "version_reused"


def take_in_item(viewer: Viewer, told: ToldArticle, sent: Mapping[str, Any]) -> tuple[TakenIn, list[str]]:
    """Take in one version of an item. What is `told` beside it wins; answers what came of it, and notes for its sender.

    Raises what reading the item and taking in raise, `OlderVersion`, `VersionReused`, `ItemWithheld`, `ItemCanceled`.
    """
    item = read_item(sent)
    page = None if item.is_canceled else _page(item)
    try:
        with transaction.atomic():
            taken, notes = _keep(viewer, told, item, page)
    except IntegrityError:
        # Somebody took in the first version of the same item at the same moment.
        with transaction.atomic():
            taken, notes = _keep(viewer, told, item, page)
    until, now = told.embargo_until or item.embargo_until, database_time()
    if until is not None and until <= now:  # most items come when it is over, so that is no mistake
        until = None
    return taken, [*notes, *notes_on(viewer, taken.article, now, desk=told.desk, until=until)]


def _page(item: NewsItem) -> ReadPage:
    """The item as a page that says of itself what the item says."""
    link = item.uri if item.uri.startswith(("http://", "https://")) else ""
    head = Head(headline=item.headline, language=item.language, canonical=link, outlet=item.outlet)
    if item.kind != HTML:
        return ReadPage(item.body, head)
    try:
        return replace(read_given(item.body), head=head)
    except Invalid as refused:
        raise refused.at("/ninjs/bodies") from None


def _keep(viewer: Viewer, told: ToldArticle, item: NewsItem, page: ReadPage | None) -> tuple[TakenIn, list[str]]:
    now = database_time()
    known = Row.objects.select_for_update().filter(uri=item.uri).first()
    if known is None:
        if page is None:
            raise ItemCanceled()
        return _first(viewer, told, item, page, now)
    # Not joined to the item above: a statement that waits for a lock sees what it joins as it was before the wait.
    held = Article.objects.select_for_update(of=("self",), no_key=True).select_related("outlet")
    known.article = held.get(pk=known.article_id)
    if not _is_theirs(viewer, known) and not visible_articles(viewer, now).filter(pk=known.article_id).exists():
        raise AlreadyElsewhere()
    newer = is_newer(item, known.version, known.versioned_at)
    if newer is False:
        raise OlderVersion(f"Version {known.version} of this item is here already. Nothing was changed.")
    if page is None:
        return _cancelled(viewer, item, known, now)
    taken = keep_text(known.article, page.text, stands_now=newer is True)
    if newer is None and taken.is_new_text:
        raise VersionReused()
    if newer:
        taken = replace(taken, article=_followed(viewer, told, item, known.article))
        _remember(item, known, now)
    return taken, _remarks(item, page)


def _is_theirs(viewer: Viewer, known: Row) -> bool:
    """Whether the key brought this item, for a desk it sees. An embargo hides it from others, not from its sender."""
    of_its_desks = viewer.desks is None or known.article.desk_id is None or known.article.desk_id in viewer.desks
    return viewer.key is not None and known.key_id == viewer.key.pk and of_its_desks


def _first(
    viewer: Viewer, told: ToldArticle, item: NewsItem, page: ReadPage, now: datetime
) -> tuple[TakenIn, list[str]]:
    """The first version that comes in, of an article that may be here by its link."""
    own = replace(
        told,
        published_at=told.published_at or item.published_at,
        published_raw=told.published_raw or ("" if told.published_at else item.published_raw),
        embargo_until=told.embargo_until or item.embargo_until,
        authors=item.authors if told.authors is None else told.authors,
    )
    found = completed(own, page, of="item")
    taken = take_in_for(viewer, found.article)
    Row.objects.create(
        uri=item.uri,
        article=taken.article,
        version=item.version,
        versioned_at=item.versioned_at,
        taken_at=now,
        key=viewer.key,
    )
    return taken, [*found.notes, *_remarks(item)]


def _followed(viewer: Viewer, told: ToldArticle, item: NewsItem, article: Article) -> Article:
    """The article as a later version describes it. What the version does not say stays, an embargo too."""
    wanted = {
        "headline": told.headline or item.headline[:HEADLINE],
        "authors": list(item.authors if told.authors is None else told.authors),
        "language": told.language or (item.language if is_language_tag(item.language) else ""),
        "embargo_until": told.embargo_until or item.embargo_until,
    }
    changes = {name: value for name, value in wanted.items() if value and value != getattr(article, name)}
    if changes or article.canceled_at is not None:
        check_may_amend(viewer, article)
    if changes:
        article = amend_article(article.pk, changes, seen=None)
    if article.canceled_at is not None:
        article.canceled_at, article.untold = None, True
        article.save(update_fields=["canceled_at", "untold"])
    return article


def _cancelled(viewer: Viewer, item: NewsItem, known: Row, now: datetime) -> tuple[TakenIn, list[str]]:
    """The provider takes back what is here. Its texts stay, and so do claims: people decide what it means for them."""
    article = known.article
    check_may_amend(viewer, article)
    if article.canceled_at is None:
        article.canceled_at, article.untold = now, True
        article.save(update_fields=["canceled_at", "untold"])
    _remember(item, known, now)
    quoted = visible_claims(viewer, now).filter(appearances__revision__article=article).distinct().order_by("pk")
    numbers = [f"#{number}" for number in quoted.values_list("pk", flat=True)[: NAMED + 1]]
    claims = ", ".join([*numbers[:NAMED], *(["more"] if len(numbers) > NAMED else [])])
    note = "The provider has cancelled this item. Its texts stay as they are."
    newest = article.revisions.order_by("-number")[0]
    return TakenIn(article, newest, is_new=False, is_new_text=False), [
        f"{note} Look at the claims that quote it: {claims}." if claims else note,
        *_remarks(item),
    ]


def _remember(item: NewsItem, known: Row, now: datetime) -> None:
    known.version, known.versioned_at, known.taken_at = item.version, item.versioned_at, now
    known.save(update_fields=["version", "versioned_at", "taken_at"])


def _remarks(item: NewsItem, page: ReadPage | None = None) -> list[str]:
    said = [f"The provider's note: {scrubbed(item.note, max_length=NOTE)}"] if item.note else []
    return [*said, *(remarks(page) if page is not None else ())]
