"""Makes deliveries of events. The events are the outbox: what is written here follows from them and from one mark.

Each webhook has its place in the change feed, and the deliveries of what lies behind it are made in the transaction
that moves it on. So an event has its delivery once, whoever is killed, in the order of the feed. The webhook sees with
the eyes of its key, at that moment and again when the delivery is sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import Q

from claims.models import ClaimEvent, DeliveryState, OffBecause, Webhook, WebhookDelivery
from claims.models.many import any_of
from claims.permissions import viewer_for_key, visible_claims
from claims.services.transitions import database_time

BATCH = 1000  # events that are looked at in one transaction
MOST_WAITING = 10_000  # deliveries of one webhook; further events stay in the feed until some have gone out

# An event that is told again, after somebody set the webhook's place back, starts its ten attempts anew.
INSERT = """
INSERT INTO claims_webhookdelivery (webhook_id, event_id, claim, state, made_at, next_attempt_at, attempts, replays,
                                    code, answer, earlier)
SELECT %(webhook)s, told.event, told.claim, 'waiting', %(now)s, %(now)s, 0, 0, '', '', '[]'
  FROM unnest(%(events)s::bigint[], %(claims)s::bigint[]) AS told (event, claim)
    ON CONFLICT (webhook_id, event_id) DO UPDATE
   SET state = 'waiting', next_attempt_at = %(now)s, attempts = 0, replays = claims_webhookdelivery.replays + 1
 WHERE claims_webhookdelivery.state <> 'waiting'
"""


class Told(NamedTuple):
    """What is needed of an event to make its delivery."""

    pk: int
    claim_id: int
    type: str
    tx: int


def spread_events() -> int:
    """Make the deliveries of what every webhook has not looked at yet, a batch each; answers how many events."""
    end_lost_keys()
    tx, event = ClaimEvent.objects.end_of_feed()
    behind = Q(tx__lt=tx) | Q(tx=tx, event__lt=event)
    waiting = Webhook.objects.filter(behind, is_enabled=True).order_by("pk").values_list("pk", flat=True)
    return sum(_spread(number) for number in waiting)


def _spread(number: int) -> int:
    with transaction.atomic():
        rows = Webhook.objects.select_for_update(skip_locked=True, of=("self",)).select_related("key")
        webhook = rows.filter(pk=number, is_enabled=True).first()
        if webhook is None or _is_full(webhook):
            return 0
        behind = ClaimEvent.objects.after(*webhook.place).values_list("pk", "claim_id", "type", "tx")
        events = [Told(*row) for row in behind[:BATCH]]
        if events:
            enqueue(webhook, events, database_time())
            webhook.tx, webhook.event = events[-1].tx, events[-1].pk
            webhook.save(update_fields=["tx", "event"])
    return len(events)


def _is_full(webhook: Webhook) -> bool:
    waiting = WebhookDelivery.objects.filter(webhook=webhook, state=DeliveryState.WAITING)
    return waiting[:MOST_WAITING].count() == MOST_WAITING


def enqueue(webhook: Webhook, events: Sequence[Told], now: datetime) -> None:
    """Make the deliveries of those of these events that the webhook asked for and its key may see."""
    wanted = [event for event in events if not webhook.types or event.type in webhook.types]
    if not wanted:
        return
    seen = visible_claims(viewer_for_key(webhook.key), now).filter(pk__in=any_of({one.claim_id for one in wanted}))
    visible = set(seen.values_list("pk", flat=True))
    told = [event for event in wanted if event.claim_id in visible]
    with connection.cursor() as cursor:
        given = {"events": [one.pk for one in told], "claims": [one.claim_id for one in told]}
        cursor.execute(INSERT, {"webhook": webhook.pk, "now": now, **given})


def end_lost_keys() -> None:
    """Switch off the webhooks whose key opens the change feed no longer."""
    now = database_time()
    live = Webhook.objects.with_live_key(now).values("pk")
    for number in Webhook.objects.filter(is_enabled=True).exclude(pk__in=live).values_list("pk", flat=True):
        with transaction.atomic():
            webhook = Webhook.objects.select_for_update().get(pk=number)
            switch_off(webhook, OffBecause.KEY_ENDED, now)


def switch_off(webhook: Webhook, why: OffBecause, now: datetime) -> None:
    """Send nothing more, for a reason that its owner is told. The caller holds the row; nothing of it is lost."""
    if webhook.is_enabled:
        webhook.is_enabled, webhook.off_code, webhook.off_at = False, why, now
        webhook.version += 1
        webhook.save(update_fields=["is_enabled", "off_code", "off_at", "version"])
