"""Sends deliveries to their receivers.

A webhook is taken by moving its lease ahead, so one sender at a time is at it; its due deliveries are read, posted one
after the other over one connection with no transaction open, and what came of them is written in one statement if the
lease is still the sender's own. A killed sender loses nothing: what it may have posted is posted again, under the same
`webhook-id`. Rows are read and written in one thread, receivers wait in others: a slow one holds up nobody else.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F

from claims.intake.egress import line_to
from claims.intake.posting import Line
from claims.intake.refusals import NotRead
from claims.models import OffBecause, Webhook, WebhookDelivery
from claims.models.event import look_for_protected
from claims.models.many import any_of
from claims.permissions import viewer_for_key, visible_claims
from claims.services.outbox import spread_events, switch_off
from claims.services.posted import DONE, GONE, STOP_AFTER, Outcome, write_down
from claims.services.transitions import database_time
from claims.webhooks.envelope import MEDIA_TYPE, event_body, name_of, trial_body, trial_name, written
from claims.webhooks.signing import fingerprint, secret_of, signature

BATCH = 100
log = logging.getLogger(__name__)
AT_ONCE = 16  # receivers that are waited for at a time
STRUGGLING = 8  # of these, at most so many whose last batch failed
LOOKED_AT = 100  # webhooks among which those are chosen that are taken
POSTS_FOR = 10.0  # seconds in which one batch begins posts; the last may take as long again as one may
STRUGGLING_FOR, TAKES_FOR = 30.0, 55.0  # seconds in which one run takes such webhooks, and any
LEASE = timedelta(seconds=60)  # longer than a batch can take
AWAY = frozenset({429, 502, 503, 504})  # what a receiver answers that cannot take anything now


@dataclass(frozen=True)
class Parcel:
    """One body to post. `claim` is what must arrive in order; None for a test."""

    delivery: int
    attempts: int
    claim: int | None
    name: str
    body: bytes


@dataclass(frozen=True)
class Batch:
    """What one webhook is sent in one go, taken at `now` (the database's) until `lease`."""

    webhook: int
    url: str
    lease: datetime
    now: datetime
    secrets: Sequence[bytes]
    parcels: Sequence[Parcel]
    withheld: Sequence[int]
    struggles: bool


def deliver() -> int:
    """Send what is due, to all receivers side by side, until nothing is left; answers how many posts were made."""
    if not settings.SEND_WEBHOOKS:
        return 0
    began, posts = time.monotonic(), 0
    flying: dict[Future[list[Outcome]], Batch] = {}
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="webhook") as pool:
        while True:
            passed = time.monotonic() - began
            more = spread_events() if passed < TAKES_FOR else 0
            for batch in _taken(passed, list(flying.values())):
                flying[pool.submit(post, batch)] = batch
            if not flying and not more:
                return posts
            done, _ = wait(flying, timeout=0.5, return_when=FIRST_COMPLETED)
            for future in done:
                batch = flying.pop(future)
                outcomes = _came_of(future, batch)
                posts += len(outcomes)
                write_down(batch.webhook, batch.lease, outcomes, batch.withheld)


def _came_of(future: Future[list[Outcome]], batch: Batch) -> list[Outcome]:
    """What came of a batch. A fault of ours costs the webhook an attempt and a pause, and the others nothing."""
    try:
        return future.result()
    except Exception:
        log.exception("Webhook %s could not be sent to", batch.webhook)
    first = batch.parcels[:1]
    return [Outcome(one.delivery, one.attempts, batch.now, None, 0, "our_fault", away=True) for one in first]


def _taken(passed: float, flying: Sequence[Batch]) -> list[Batch]:
    """The next batches beside those that are out, when so many seconds of a run have passed."""
    if passed > TAKES_FOR:
        return []
    struggling = sum(batch.struggles for batch in flying)
    return take(AT_ONCE - len(flying), STRUGGLING - struggling if passed < STRUGGLING_FOR else 0)


def take(most: int = AT_ONCE, most_struggling: int = STRUGGLING) -> list[Batch]:
    """Take webhooks that have something due, those tried longest ago first, each with a lease that ends by itself.

    At most so many in all, and of those whose last batch failed.
    """
    if most <= 0:
        return []
    with transaction.atomic():
        now = database_time()
        ready = Webhook.objects.ready(now).with_live_key(now).select_related("key")
        ordered = ready.order_by(F("served_at").asc(nulls_first=True), "pk")
        rows = list(ordered.select_for_update(skip_locked=True, of=("self",))[:LOOKED_AT])
        struggling = [row for row in rows if row.failures][: max(0, most_struggling)]
        chosen = [*(row for row in rows if not row.failures), *struggling][:most]
        lease = now + LEASE
        taken = [batch for row in chosen if (batch := _batch(row, now, lease)) is not None]
        if taken:
            ours = Webhook.objects.filter(pk__in=any_of({batch.webhook for batch in taken}))
            ours.update(lease_until=lease, served_at=now)
        return taken


def _batch(webhook: Webhook, now: datetime, lease: datetime) -> Batch | None:
    secrets = _secrets(webhook, now)
    if fingerprint(secrets[0]) != webhook.secret_sha256:
        switch_off(webhook, OffBecause.SECRET_LOST, now)
        return None
    due = WebhookDelivery.objects.filter(webhook=webhook).due(now).select_related("event")
    rows = list(due.order_by(F("event").asc(nulls_first=True), "pk")[:BATCH])
    claims = {row.claim for row in rows if row.claim is not None}
    seen = visible_claims(viewer_for_key(webhook.key), now).filter(pk__in=any_of(claims))
    visible = {None, *(seen.values_list("pk", flat=True) if claims else ())}
    look_for_protected(row.event for row in rows if row.event is not None)
    parcels = [_parcel(webhook, row) for row in rows if row.claim in visible]
    withheld = [row.pk for row in rows if row.claim not in visible]
    return Batch(webhook.pk, webhook.url, lease, now, secrets, parcels, withheld, webhook.failures > 0)


def _secrets(webhook: Webhook, now: datetime) -> list[bytes]:
    """The secret to sign with; while a new one is being taken up, also the former."""
    overlaps = webhook.old_until is not None and now < webhook.old_until
    return [secret_of(webhook.salt), *([secret_of(webhook.old_salt)] if overlaps else [])]


def _parcel(webhook: Webhook, row: WebhookDelivery) -> Parcel:
    if row.event is None:
        body = trial_body(row.pk, webhook.pk, webhook.name, row.made_at)
        return Parcel(row.pk, row.attempts, None, trial_name(row.pk), written(body))
    return Parcel(row.pk, row.attempts, row.claim, name_of(row.event), written(event_body(row.event)))


def post(batch: Batch) -> list[Outcome]:
    """Post a batch until its end, its time, or the receiver's. No transaction is open, the database is not asked.

    What follows a refused delivery about the same claim stays where it is.
    """
    began, outcomes, refused = time.monotonic(), list[Outcome](), 0
    stuck: set[int | None] = set()
    with line_to(batch.url) as line:
        for parcel in batch.parcels:
            passed = time.monotonic() - began
            if passed > POSTS_FOR:
                break
            if parcel.claim is not None and parcel.claim in stuck:
                continue
            outcomes.append(_posted(line, parcel, batch, batch.now + timedelta(seconds=passed)))
            refused = 0 if outcomes[-1].arrived else refused + 1
            if outcomes[-1].away or refused == STOP_AFTER:
                break
            if refused:
                stuck.add(parcel.claim)
    return outcomes


def _posted(line: Line, parcel: Parcel, batch: Batch, at: datetime) -> Outcome:
    headers = {
        "Content-Type": MEDIA_TYPE,
        "webhook-id": parcel.name,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature(parcel.name, at, parcel.body, batch.secrets),
    }
    began = time.monotonic()
    try:
        reply = line.post(parcel.body, headers)
    except NotRead as failed:
        waited = _ms(time.monotonic() - began)
        return Outcome(parcel.delivery, parcel.attempts, at, None, waited, failed.code, away=True)
    away = reply.status in AWAY or reply.status == GONE
    return Outcome(
        parcel.delivery,
        parcel.attempts,
        at,
        reply.status,
        _ms(reply.seconds),
        "" if reply.status in DONE else "redirected" if 300 <= reply.status < 400 else "refused",
        reply.body.decode(errors="replace").replace("\x00", ""),
        away=away,
        asked=_wish(reply.retry_after) if away else None,
    )


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def _wish(retry_after: str) -> timedelta | None:
    """Retry-After in seconds; the form with a date is not read."""
    with suppress(ValueError, OverflowError):
        return timedelta(seconds=int(retry_after)) if retry_after.isascii() and retry_after.isdigit() else None
    return None
