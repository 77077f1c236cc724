"""P11: seconds per delivery to a webhook, from the event to the written outcome, with one worker.

Peer: a Celery task for each delivery, in a real worker with one slot, whose rows are there already. Limit: the same
bodies posted over one kept connection with no database at all. Beside them: how much later a quick receiver has
everything when another one hangs instead of being quick too.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import connection
from django.db.models import Max
from django.test.utils import override_settings

from claims.benchmarks.peer import send_each, worker
from claims.benchmarks.report import Report, against, middle, seconds
from claims.benchmarks.scratch import ENDS, EVENTS, fill, scratch_database
from claims.intake.egress import line_to
from claims.models import ApiKey, ClaimEvent, DeliveryState, Scope, Webhook, WebhookDelivery
from claims.permissions import viewer_for_key
from claims.services.delivering import deliver
from claims.services.keys import make_key
from claims.services.outbox import spread_events
from claims.services.transitions import database_time
from claims.services.webhooks import make_webhook
from claims.webhooks.envelope import MEDIA_TYPE, event_body, written

REPEATS = 5
FLOOR, GOAL = 8, 20


def run(*, n: int) -> Report:
    """`n` deliveries five times each way. Raises `ValueError` for too few to tell anything."""
    if not 100 <= n <= 20_000:
        raise ValueError("100 to 20,000 deliveries (--n).")
    ours: list[float] = []
    peer: list[float] = []
    limit: list[float] = []
    with _receiver() as port, scratch_database(), override_settings(WEBHOOK_DOORS=[f"127.0.0.1:{port}"]):
        fill(n)
        key, _ = make_key(name="benchmark", scopes=list(Scope))
        _webhook(key, port, "quick")
        with worker(f"127.0.0.1:{port}"):
            _happen(n)
            spread_events()
            send_each(_waiting())  # the worker has started by now
            for _ in range(REPEATS):
                _happen(n)
                ours.append(seconds(deliver))
                _check()
                _happen(n)
                _spread(n)
                peer.append(seconds(lambda: send_each(_waiting())))
                limit.append(seconds(lambda: _plainly(port, n)))
        quick, hanging = _beside_a_slow_one(key, port, n)
    return _report(n, middle(ours) / n, middle(peer) / n, middle(limit) / n, hanging / quick)


def _webhook(key: ApiKey, port: int, path: str) -> Webhook:
    made, _ = make_webhook(viewer_for_key(key), name=path, url=f"http://127.0.0.1:{port}/{path}")
    return made


def _happen(n: int) -> None:
    """One event of each of `n` claims."""
    with connection.cursor() as cursor:
        for statement in (EVENTS, ENDS):
            cursor.execute(statement, {"first": 1, "last": n})


def _spread(n: int) -> None:
    while WebhookDelivery.objects.filter(state=DeliveryState.WAITING).count() < n:
        spread_events()


def _waiting() -> list[int]:
    return list(WebhookDelivery.objects.filter(state=DeliveryState.WAITING).values_list("pk", flat=True))


def _check() -> None:
    """Everything arrived; a benchmark of less would mean nothing."""
    if left := WebhookDelivery.objects.exclude(state=DeliveryState.DELIVERED).count():
        raise RuntimeError(f"{left} deliveries did not arrive.")


def _plainly(port: int, n: int) -> None:
    events = [written(event_body(event)) for event in ClaimEvent.objects.order_by("-pk")[:n]]
    with line_to(f"http://127.0.0.1:{port}/quick") as line:
        for body in events:
            line.post(body, {"Content-Type": MEDIA_TYPE})


def _beside_a_slow_one(key: ApiKey, port: int, n: int) -> tuple[float, float]:
    """Seconds until the quick one has everything: beside another quick one, and beside one that hangs; medians."""
    other = _webhook(key, port, "other")
    beside_quick = [_until_all(n) for _ in range(REPEATS)]
    Webhook.objects.filter(pk=other.pk).update(url=f"http://127.0.0.1:{port}/slow")
    beside_slow = [_until_all(n) for _ in range(REPEATS)]
    return middle(beside_quick), middle(beside_slow)


def _until_all(n: int) -> float:
    _happen(n)
    Webhook.objects.update(failures=0, failing_since=None, paused_until=None)
    WebhookDelivery.objects.filter(state=DeliveryState.WAITING).delete()
    began = database_time()
    deliver()
    last = WebhookDelivery.objects.filter(webhook__name="quick").aggregate(last=Max("delivered_at"))["last"]
    return float((last - began) / timedelta(seconds=1))


@contextmanager
def _receiver() -> Iterator[int]:
    words = [sys.executable, "-m", "claims.benchmarks.receiver"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:  # noqa: S603 - our own words
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("The receiver has no pipes.")
        yield int(process.stdout.readline())
        process.stdin.close()
        process.terminate()


def _report(n: int, ours: float, peer: float, limit: float, delay: float) -> Report:
    return against(
        "hooks",
        n,
        ours=ours,
        peer=peer,
        limit=limit,
        floor=f"at least {FLOOR} times the peer",
        goal=f"at least {GOAL} times the peer; one slow receiver delays no other",
        passed=peer / ours >= FLOOR,
        more={
            "deliveries_a_second": round(1 / ours),
            "peer_deliveries_a_second": round(1 / peer),
            "time_beside_one_that_hangs": round(delay, 2),
        },
    )
