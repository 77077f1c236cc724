"""Writes down what came of deliveries, and forgets those that are long over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from claims.models import DeliveryState, OffBecause, Webhook
from claims.models.webhook import ANSWER_KEPT
from claims.services.outbox import switch_off
from claims.services.transitions import database_time
from claims.webhooks.schedule import SWITCHED_OFF_AFTER, again_in, pause_after

DONE = range(200, 300)
GONE = 410
STOP_AFTER = 5  # refusals in a row after which the rest of a batch is left for later
KEPT = timedelta(days=30)
FORGOTTEN_AT_ONCE = 5000

RECORD = """
UPDATE claims_webhookdelivery delivery
   SET state = told.state, attempts = delivery.attempts + 1, next_attempt_at = told.again, tried_at = told.at,
       delivered_at = CASE WHEN told.state = 'delivered' THEN coalesce(delivery.delivered_at, told.at)
                           ELSE delivery.delivered_at END,
       status = told.status, milliseconds = told.milliseconds, code = told.code, answer = told.answer,
       earlier = CASE WHEN delivery.tried_at IS NULL OR jsonb_array_length(delivery.earlier) >= 50
                      THEN delivery.earlier
                      ELSE delivery.earlier || jsonb_build_object(
                          'at', to_char(delivery.tried_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                          'status', delivery.status, 'milliseconds', delivery.milliseconds, 'code', delivery.code) END
  FROM unnest(%(ids)s::bigint[], %(states)s::text[], %(agains)s::timestamptz[], %(ats)s::timestamptz[],
              %(statuses)s::int[], %(waits)s::int[], %(codes)s::text[], %(answers)s::text[])
       AS told (id, state, again, at, status, milliseconds, code, answer)
 WHERE delivery.id = told.id AND delivery.state = 'waiting'
"""
FORGET = """
DELETE FROM claims_webhookdelivery WHERE id IN (
    SELECT id FROM claims_webhookdelivery WHERE state <> 'waiting' AND made_at < %s ORDER BY made_at LIMIT %s
       FOR UPDATE SKIP LOCKED)
"""


@dataclass(frozen=True)
class Outcome:
    """What came of one post. `status` is None without an answer; `away` says that the receiver takes nothing now.

    `attempts` are those before it, `asked` how long the receiver wants to be left alone.
    """

    delivery: int
    attempts: int
    at: datetime
    status: int | None
    milliseconds: int
    code: str
    answer: str = ""
    away: bool = False
    asked: timedelta | None = None

    @property
    def arrived(self) -> bool:
        """Whether the receiver has it."""
        return self.status in DONE if self.status is not None else False


def write_down(number: int, lease: datetime, outcomes: Sequence[Outcome], withheld: Sequence[int]) -> bool:
    """Write what came of a batch, and how the webhook does; answers False, writing nothing, when the lease is lost."""
    with transaction.atomic():
        now = database_time()
        webhook = Webhook.objects.select_for_update().filter(pk=number, lease_until=lease).first()
        if webhook is None:
            return False
        _record(outcomes, withheld, now)
        _judge(webhook, outcomes, now)
    return True


def _record(outcomes: Sequence[Outcome], withheld: Sequence[int], now: datetime) -> None:
    rows = [(one.delivery, *_fate(one, now), one) for one in outcomes]
    given: dict[str, list[Any]] = {
        "ids": [*(row[0] for row in rows), *withheld],
        "states": [*(row[1] for row in rows), *(DeliveryState.WITHHELD for _ in withheld)],
        "agains": [*(row[2] for row in rows), *(now for _ in withheld)],
        "ats": [*(one.at for one in outcomes), *(now for _ in withheld)],
        "statuses": [*(one.status for one in outcomes), *(None for _ in withheld)],
        "waits": [*(one.milliseconds for one in outcomes), *(None for _ in withheld)],
        "codes": [*(one.code for one in outcomes), *("not_visible" for _ in withheld)],
        "answers": [*(one.answer[:ANSWER_KEPT] for one in outcomes), *("" for _ in withheld)],
    }
    if given["ids"]:
        with connection.cursor() as cursor:
            cursor.execute(RECORD, given)


def _fate(one: Outcome, now: datetime) -> tuple[str, datetime]:
    """What the delivery is now, and when it is tried again."""
    if one.arrived:
        return DeliveryState.DELIVERED, now
    wait = again_in(one.attempts + 1, one.delivery)
    if wait is None and one.status != GONE:
        return DeliveryState.FAILED, now
    return DeliveryState.WAITING, now + (wait or timedelta(0))


def _judge(webhook: Webhook, outcomes: Sequence[Outcome], now: datetime) -> None:
    """Let the webhook rest, go on or end, by what came of its batch."""
    webhook.lease_until = webhook.paused_until = None
    arrived = [one for one in outcomes if one.arrived]
    last = outcomes[-1] if outcomes else None
    if arrived:
        webhook.failures, webhook.failing_since, webhook.error = 0, None, ""
        webhook.delivered_at = arrived[-1].at
    if last is not None and not last.arrived:
        webhook.error = f"{last.code} {last.status or ''}".strip()
        webhook.failing_since = webhook.failing_since or last.at
        webhook.failures += 1
        last_ones = outcomes[-STOP_AFTER:]
        if last.away or (len(last_ones) == STOP_AFTER and not any(one.arrived for one in last_ones)):
            webhook.paused_until = now + pause_after(webhook.failures, last.asked)
    written = ("failures", "failing_since", "error", "delivered_at", "lease_until", "paused_until")
    webhook.save(update_fields=written)
    if last is not None and last.status == GONE:
        switch_off(webhook, OffBecause.GONE, now)
    elif webhook.failing_since is not None and now - webhook.failing_since >= SWITCHED_OFF_AFTER:
        switch_off(webhook, OffBecause.FAILING, now)


def forget_deliveries() -> int:
    """Delete what was over thirty days ago; answers how many. What still waits is never forgotten."""
    forgotten, oldest = 0, database_time() - KEPT
    with connection.cursor() as cursor:
        while True:
            cursor.execute(FORGET, [oldest, FORGOTTEN_AT_ONCE])
            count = int(cursor.rowcount)
            forgotten += count
            if count < FORGOTTEN_AT_ONCE:
                return forgotten
