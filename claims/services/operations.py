"""Imports that somebody asked for: asking, seeing, trying again. `importing` carries them out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from claims.addresses import is_example
from claims.deadlines import zone_named
from claims.errors import ClaimDeskError, Invalid
from claims.exports.times import rfc3339
from claims.models import Operation, OperationState, OperationStep, Scope
from claims.permissions import Viewer, check_scope, viewer_for_key, viewer_for_user
from claims.services.amending import check_may_add
from claims.services.articles import address, language_tag, line, placed
from claims.services.completing import ToldArticle
from claims.services.transitions import database_time

MOMENTS = ("published_at", "embargo_until")
WORDS = ("outlet", "headline", "language", "published_zone", "published_raw", "known")


class ReadingIsOff(ClaimDeskError):
    """Reading pages is switched off here. Send the text or the page itself.

    This site opens no addresses by itself. Send `text` or the page's `html`.
    """

    code = "reading_is_off"


class NotFailed(ClaimDeskError):
    """Only an import that failed is tried again.

    The import is waiting, running or done, so there is nothing to repeat. Read `GET /operations/{id}`.
    """

    code = "not_failed"


class MakerGone(ClaimDeskError):
    """Whoever asked for this may not add articles any more.

    Whoever asked for the import lost the right to it before it was done. Ask anew as somebody who has it.
    """

    code = "maker_gone"
    status = 403


def ask_import(viewer: Viewer, told: ToldArticle) -> Operation:
    """Let the article at `told.url` be taken in as soon as a reader is free. Nothing is asked of its host here.

    Raises `RoleMissing`, `ReadingIsOff`, `UnusableAddress` and `Invalid` at once for what would never succeed.
    """
    check_may_add(viewer)
    if not settings.FETCH_PAGES:
        raise ReadingIsOff()
    url = address(told.url, "url")
    if is_example(url):
        raise Invalid("This address is set aside for examples: there is no page to read.", pointer="/url")
    if told.language:
        language_tag(told.language, "language")
    if told.published_zone:
        placed("published_zone", zone_named, told.published_zone)
    now = database_time()
    return Operation.objects.create(
        made_by=viewer.user,
        key=viewer.key,
        desk=told.desk,
        url=line(told.url, "url", 2000),
        told=_kept(told),
        asked_at=now,
        next_attempt_at=now,
    )


def visible_operations(viewer: Viewer) -> QuerySet[Operation]:
    """One's own; for administrators all, for editors those of their desks and of none."""
    rows = Operation.objects.select_related("made_by", "key", "desk", "revision__article").defer("revision__text")
    if viewer.is_administrator:
        return rows
    if viewer.key is not None:
        return rows.filter(key=viewer.key)
    own = Q(made_by=viewer.user)
    edited = Q(desk__in=sorted(viewer.editor_of)) | Q(desk__isnull=True)
    return rows.filter(own | edited if viewer.editor_of else own)


def try_again(viewer: Viewer, number: int) -> Operation:
    """Begin a failed import anew. Raises `RoleMissing`, `ReadingIsOff`, `NotFailed`, `Operation.DoesNotExist`."""
    check_may_add(viewer)
    if not settings.FETCH_PAGES:
        raise ReadingIsOff()
    with transaction.atomic():
        row = visible_operations(viewer).select_for_update(of=("self",)).get(pk=number)
        if row.state != OperationState.FAILED:
            raise NotFailed()
        row.state, row.step, row.attempts = OperationState.QUEUED, OperationStep.FETCH, 0
        row.next_attempt_at, row.finished_at, row.told_at = database_time(), None, None
        row.save(update_fields=["state", "step", "attempts", "next_attempt_at", "finished_at", "told_at"])
    return row


def mark_told(rows: Iterable[Operation], now: datetime) -> None:
    """Their makers know that these failed."""
    for row in rows:
        row.told_at = now
        row.save(update_fields=["told_at"])


def told_with(row: Operation) -> ToldArticle:
    """What was said of the article when the import was asked for, without its link."""
    published_at, embargo_until = (
        datetime.fromisoformat(row.told[name]) if name in row.told else None for name in MOMENTS
    )
    told = ToldArticle(
        published_at=published_at, embargo_until=embargo_until, authors=row.told.get("authors"), desk=row.desk
    )
    return replace(told, **{name: row.told[name] for name in WORDS if name in row.told})


def maker_of(row: Operation, now: datetime) -> Viewer:
    """Who asked, with the rights they have now. Raises `MakerGone`, `ScopeMissing`, `RoleMissing`."""
    if row.key is not None:
        if not row.key.is_live(now):
            raise MakerGone()
        viewer = viewer_for_key(row.key)
        check_scope(viewer, Scope.CLAIMS_WRITE)
        return viewer
    if row.made_by is None or not row.made_by.is_active:
        raise MakerGone()
    viewer = viewer_for_user(row.made_by)
    check_may_add(viewer)
    return viewer


def _kept(told: ToldArticle) -> dict[str, Any]:
    words = {name: value for name in WORDS if (value := getattr(told, name))}
    moments = {name: rfc3339(value) for name in MOMENTS if (value := getattr(told, name)) is not None}
    authors = {} if told.authors is None else {"authors": list(told.authors)}
    return {**words, **moments, **authors}
