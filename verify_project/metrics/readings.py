"""What `/metrics` reads of the database: a fixed number of statements, none of which grows with what is stored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection
from django.db.models import Count, Max, Min, Q

from claims.models import (
    ClaimEvent,
    DeliveryState,
    Fetch,
    Flag,
    FlagKind,
    Heartbeat,
    OffBecause,
    Operation,
    Webhook,
    WebhookDelivery,
)
from claims.models.event import CommittedBefore
from claims.services import sealing, verifying
from claims.services.patience import answered_within, statements_within
from claims.services.transitions import database_time
from claims.services.watch import sweep_health
from reviews.models import Message

PATIENCE = 2  # seconds for the answers of the database


class Reading(NamedTuple):
    """Some values of one name. `by_kind`: they are told apart by their keys, which are kinds of ours."""

    name: str
    words: str
    values: Mapping[str, float]
    by_kind: bool = False
    only_grows: bool = False


def taken() -> list[Reading]:
    """All readings at one moment. Raises OperationalError when the database takes too long."""
    with answered_within(PATIENCE, connection), statements_within(PATIENCE):
        now = database_time()
        return [*_deadlines(now), *_flags(), *_webhooks(now), *_waiting(now), _feed(now), *_checked(now)]


def _one(name: str, words: str, value: float, *, only_grows: bool = False) -> Reading:
    return Reading(name, words, {"": value}, only_grows=only_grows)


def _deadlines(now: datetime) -> list[Reading]:
    sweep = sweep_health(now)
    return [
        _one("sweep_age_seconds", "Since the last sweep; NaN before the first.", _age(now, sweep.ran_at)),
        _one("sweep_lag_seconds", "How long the oldest alarm that is due has waited.", _seconds(sweep.lag)),
        _one("alarms_due", "Alarms that are due and not announced yet.", sweep.waiting),
        _one("alarms_set_aside", "Alarms that could not be announced in three tries.", sweep.set_aside),
    ]


def _flags() -> list[Reading]:
    standing = dict(Flag.objects.standing().order_by().values_list("kind").annotate(Count("pk")))
    number = Flag.objects.aggregate(last=Max("pk"))["last"] or 0
    by_kind = {str(kind): float(standing.get(kind, 0)) for kind in FlagKind}
    return [
        _one("flags_raised", "Flags ever raised, by the number of the last one.", number, only_grows=True),
        Reading("flags_standing", "Flags that were raised and not cleared.", by_kind, by_kind=True),
    ]


def _webhooks(now: datetime) -> list[Reading]:
    waiting = WebhookDelivery.objects.filter(state=DeliveryState.WAITING)
    found = waiting.aggregate(rows=Count("pk"), oldest=Min("made_at"), tried=Count("pk", filter=Q(attempts__gt=0)))
    hooks = Webhook.objects.aggregate(
        failing=Count("pk", filter=Q(is_enabled=True, failing_since__isnull=False)),
        off=Count("pk", filter=Q(off_code__in=OffBecause.values)),
    )
    age = _seconds(now - found["oldest"]) if found["oldest"] else 0.0
    return [
        _one("webhook_deliveries_waiting", "Deliveries that have still to arrive.", found["rows"]),
        _one("webhook_deliveries_retried", "Those of them that failed at least once.", found["tried"]),
        _one("webhook_oldest_seconds", "Since the oldest of them was made.", age),
        _one("webhooks_failing", "Webhooks whose last batch did not arrive.", hooks["failing"]),
        _one("webhooks_switched_off", "Webhooks that were switched off other than by hand.", hooks["off"]),
    ]


def _waiting(now: datetime) -> list[Reading]:
    letters = Message.objects.waiting().aggregate(rows=Count("pk"), oldest=Min("next_attempt_at"))
    late = max(0.0, _seconds(now - letters["oldest"])) if letters["oldest"] else 0.0
    links = Fetch.objects.awaited(now).order_by().count()
    return [
        _one("letters_waiting", "Letters that were neither sent nor given up.", letters["rows"]),
        _one("letters_oldest_due_seconds", "How long the oldest of them has been due.", late),
        _one("imports_waiting", "Imports from links that are due.", Operation.objects.due(now).order_by().count()),
        _one("links_waiting", "Linked pages that somebody waits for and that are due to be read.", links),
    ]


def _feed(now: datetime) -> Reading:
    held_back = ClaimEvent.objects.filter(tx__gte=CommittedBefore())
    oldest = held_back.aggregate(oldest=Min("recorded_at"))["oldest"]
    age = max(0.0, _seconds(now - oldest)) if oldest else 0.0
    return _one("feed_horizon_age_seconds", "Since the oldest event that the change feed cannot tell yet.", age)


def _checked(now: datetime) -> list[Reading]:
    beats = {beat.name: beat for beat in Heartbeat.objects.filter(name__in=(verifying.HEARTBEAT, sealing.HEARTBEAT))}
    verified, tried = beats.get(verifying.HEARTBEAT), beats.get(sealing.HEARTBEAT)
    sealed = sealing.daily_seals(now).last()
    broken = sum(verified.detail.get("broken", {}).values()) if verified else 0
    failed = tried is not None and "failed" in tried.detail
    since_verified = _age(now, verified.ran_at if verified else None)
    return [
        _one("verify_age_seconds", "Since every invariant was checked; NaN before the first time.", since_verified),
        _one("verify_broken_rows", "Rows that broke an invariant then.", broken),
        _one(
            "seal_age_seconds",
            "Since the last daily seal; NaN before the first.",
            _age(now, sealed.made_at if sealed else None),
        ),
        _one("seal_failed", "1 where the last try to make a day's seal failed.", failed),
    ]


def _age(now: datetime, since: datetime | None) -> float:
    return _seconds(now - since) if since else float("nan")


def _seconds(span: timedelta) -> float:
    return span.total_seconds()
