"""The natural way to send webhooks: a Celery task for each delivery, which reads its row, posts and saves."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile
from urllib.parse import urlsplit, urlunsplit

from celery import shared_task
from django.db import connection

from claims.intake.egress import line_to
from claims.models import DeliveryState, WebhookDelivery
from claims.services.transitions import database_time
from claims.webhooks.envelope import MEDIA_TYPE, event_body, name_of, written
from claims.webhooks.signing import secret_of, signature

QUEUE = "benchmark"
WORKER = [
    "worker",
    "-Q",
    QUEUE,
    "-c",
    "1",
    "-n",
    "benchmark@%h",
    "-I",
    "claims.benchmarks.peer",
    "--loglevel",
    "WARNING",
]
QUIET = ["--without-gossip", "--without-mingle", "--without-heartbeat"]


@shared_task(name="claims.benchmark.deliver")
def deliver_one(number: int) -> None:
    """Send one delivery."""
    row = WebhookDelivery.objects.select_related("webhook", "event").get(pk=number)
    if row.event is None:
        return
    body, at = written(event_body(row.event)), database_time()
    headers = {
        "Content-Type": MEDIA_TYPE,
        "webhook-id": name_of(row.event),
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature(name_of(row.event), at, body, [secret_of(row.webhook.salt)]),
    }
    with line_to(row.webhook.url) as line:
        reply = line.post(body, headers)
    row.state, row.status, row.attempts = DeliveryState.DELIVERED, reply.status, row.attempts + 1
    row.tried_at = row.delivered_at = at
    row.save(update_fields=["state", "status", "attempts", "tried_at", "delivered_at"])


def send_each(numbers: list[int]) -> None:
    """A task for each of them, and wait until the last is done."""
    for number in numbers:
        deliver_one.apply_async(args=(number,), queue=QUEUE)
    while WebhookDelivery.objects.filter(pk=numbers[-1], state=DeliveryState.WAITING).exists():
        time.sleep(0.05)  # rarely, and cheaply, so that looking takes nothing from the worker


@contextmanager
def worker(doors: str) -> Iterator[None]:
    """A worker with one slot on this database."""
    address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    environment = os.environ | {"DATABASE_URL": urlunsplit(address), "WEBHOOK_DOORS": doors, "PYTHONUNBUFFERED": "1"}
    words = [sys.executable, "-m", "celery", "--quiet", "--skip-checks", "--app", "verify_project", *WORKER, *QUIET]
    with TemporaryFile() as log:
        process = subprocess.Popen(words, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)  # noqa: S603 - our own words
        try:
            yield
        finally:
            process.terminate()
            process.wait()
