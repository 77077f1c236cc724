"""`/metrics` as Prometheus reads it, and `/readyz` as monitors do."""

from __future__ import annotations

import math
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from claims.lifecycle import State
from claims.models import FlagKind
from claims.services import sealing
from claims.services.sweep import raise_due_flags
from claims.stream.application import LiveStream
from tests.factories import a_claim, a_desk, an_editor, fall_late
from verify_project import health
from verify_project.broker import address, broker_answers
from verify_project.metrics import readings
from verify_project.metrics.listening import Listening
from verify_project.metrics.page import may_read, page

Labels = frozenset[tuple[str, str]]
Samples = dict[tuple[str, Labels], float]


def scraped(client: Client | None = None) -> Samples:
    """Every sample by its name and labels, read by Prometheus' own parser."""
    answer = (client or Client()).get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    return parsed(answer.content)


def parsed(text: bytes) -> Samples:
    families = list(text_string_to_metric_families(text.decode()))
    assert all(family.documentation for family in families)
    found = [sample for family in families for sample in family.samples]
    samples = {(one.name, frozenset(one.labels.items())): one.value for one in found}
    assert len(samples) == len(found)
    return samples


def value(samples: Samples, name: str, **labels: str) -> float:
    return samples[f"claimdesk_{name}", frozenset(labels.items())]


@pytest.mark.django_db
def test_requests_are_counted_by_the_name_of_their_route_and_nothing_they_brought() -> None:
    client = Client()
    for path in (
        "/api/docs",
        "/api/v1/claims/113",
        "/api/v1/claims/114",
        "/nowhere/of/ours",
        "/api/no/where",
        "/static/none.css",
    ):
        client.get(path)
    client.generic("BREW", "/api/docs")
    samples = scraped(client)
    assert value(samples, "requests_total", route="api-docs", method="GET", status="200") >= 1
    assert value(samples, "requests_total", route="api-claim", method="GET", status="401") >= 2
    assert value(samples, "requests_total", route="none", method="GET", status="404") >= 1
    assert value(samples, "requests_total", route="unnamed", method="GET", status="404") >= 1
    assert any(("method", "other") in labels for _, labels in samples)
    assert value(samples, "request_seconds_count", route="api-claim") >= 2
    words = {word for _, labels in samples for _, word in labels}
    assert not {word for word in words if "113" in word or "nowhere" in word or "BREW" in word}


@pytest.mark.django_db
def test_the_state_of_the_work_is_read_in_a_fixed_number_of_statements(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(18):
        readings.taken()
    desk = a_desk()
    editor = an_editor(desk)
    for _ in range(2):
        fall_late(a_claim(desk, by=editor), editor)
    a_claim(desk, State.IN_REVIEW, by=editor)
    raise_due_flags()
    with django_assert_num_queries(18):
        found = {reading.name: reading.values for reading in readings.taken()}
    assert found["flags_standing"]["late"] == 2
    assert set(found["flags_standing"]) == set(FlagKind)
    assert found["flags_raised"][""] >= 2
    assert found["webhook_deliveries_waiting"][""] == 0
    samples = scraped()
    assert value(samples, "database_up") == 1
    assert value(samples, "flags_standing", kind="late") == 2
    assert value(samples, "feed_horizon_age_seconds") >= 0
    others = ("sweep_lag_seconds", "alarms_due", "letters_waiting", "verify_age_seconds", "webhooks_failing")
    assert {f"claimdesk_{name}" for name in others} <= {name for name, _ in samples}


def test_the_age_of_the_seal_and_a_failed_try_are_told(db: None, settings: Any, tmp_path: Path) -> None:
    settings.SEAL_DIR = str(tmp_path / "not-there")
    sealing.seal_the_day()
    samples = scraped()
    assert math.isnan(value(samples, "seal_age_seconds"))
    assert value(samples, "seal_failed") == 1
    settings.SEAL_DIR = str(tmp_path)
    sealing.seal_the_day()
    samples = scraped()
    assert 0 <= value(samples, "seal_age_seconds") < 600
    assert value(samples, "seal_failed") == 0


def test_without_a_database_the_requests_are_told_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise OperationalError("away")

    monkeypatch.setattr(readings, "taken", away)
    scraped()  # a request is told of from the next one on
    samples = scraped()
    assert value(samples, "database_up") == 0
    assert any(name == "claimdesk_requests_total" for name, _ in samples)


def test_whoever_may_not_read_it_finds_nothing(settings: Any, db: None) -> None:
    settings.METRICS_TOKEN = "a-long-random-word"
    assert Client().get("/metrics").status_code == 404
    assert Client().get("/metrics", headers={"Authorization": "Bearer another"}).status_code == 404
    assert Client().get("/metrics", headers={"Authorization": "Bearer a-long-random-word"}).status_code == 200
    settings.METRICS_TOKEN = ""
    assert may_read("", "127.0.0.1")
    assert not may_read("", "10.0.0.7")
    settings.PRODUCTION = True
    assert not may_read("", "127.0.0.1")  # behind a proxy everybody seems to come from there


def test_the_stream_tells_how_many_listen() -> None:
    stream = LiveStream(most=7)
    assert parsed(page(Listening(stream))) == {}

    class Hub:
        clients, of, told, dropped, age = {1, 2}, {"somebody": 2}, 5, 1, 0.25

    stream.hub = Hub()  # type: ignore[assignment]  # what it would say
    samples = parsed(page(Listening(stream)))
    assert {name.removeprefix("claimdesk_stream_"): value for (name, _), value in samples.items()} == {
        "clients": 2,
        "listeners": 1,
        "room": 7,
        "look_age_seconds": 0.25,
        "hints_total": 5,
        "dropped_total": 1,
    }


def test_web_processes_add_up_what_they_count(tmp_path: Path) -> None:
    """Each in its own process, since the library chooses where it counts when it is imported."""
    counted = (
        "from verify_project.metrics.counting import REQUESTS, Counted\n"
        "from verify_project.metrics.page import page\n"
        "REQUESTS.labels('api-claims', 'GET', 200).inc()\n"
        "print(page(Counted()).decode())"
    )
    for total in (1.0, 2.0):
        told = subprocess.run(
            [sys.executable, "-c", counted],
            env=os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)},
            capture_output=True,
            check=True,
        )
        samples = parsed(told.stdout)
        assert value(samples, "requests_total", route="api-claims", method="GET", status="200") == total


@pytest.mark.django_db
def test_readyz_is_degraded_while_work_stands_still_and_a_monitor_may_ask_for_the_status() -> None:
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["status"], answer.json()["broker"]) == (200, "degraded", "ok")
    assert answer.json()["sweep_lag_seconds"] == 0
    assert Client().get("/readyz?strict=1").status_code == 503


@pytest.mark.django_db
def test_monitors_are_answered_over_plain_http_where_pages_lead_away_and_programs_are_refused(settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    statuses = [Client().get(path).status_code for path in ("/healthz", "/readyz", "/metrics", "/desk/")]
    assert statuses == [200, 200, 200, 301]
    claim = {"statement": "The ferry is late.", "language": "en"}
    refused = Client().post("/api/v1/claims", claim, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (403, "https_needed")  # a redirect would make it a GET
    assert refused.json()["request_id"] == refused.headers["X-Request-Id"] != ""
    assert Client().get("/api/v1/me", secure=True).json()["code"] == "not_signed_in"


def test_a_broker_that_hangs_or_is_away_is_told_within_two_seconds(
    settings: Any, monkeypatch: pytest.MonkeyPatch, db: None
) -> None:
    monkeypatch.setattr("verify_project.broker.PATIENCE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        settings.CELERY_BROKER_URL = f"redis://:secret@127.0.0.1:{deaf.getsockname()[1]}/0"
        begun = time.monotonic()
        answer = Client().get("/readyz")
        assert time.monotonic() - begun < 2
    assert (answer.status_code, answer.json()["broker"], answer.json()["status"]) == (200, "away", "degraded")
    assert b"secret" not in answer.content
    assert not broker_answers(settings.CELERY_BROKER_URL)
    assert not broker_answers("redis+socket:///no-broker-is-running")


def test_a_database_that_is_away_is_503(monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise OperationalError("connection is bad: password=secret")

    monkeypatch.setattr(health, "_looked_at", away)
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"status": "unavailable", "database": "away"})


@pytest.mark.django_db
@pytest.mark.parametrize(
    "older", ["ALTER TABLE claims_heartbeat RENAME TO was", "ALTER TABLE claims_heartbeat RENAME COLUMN ran_at TO was"]
)
def test_a_database_without_our_tables_is_503_and_says_what_is_missing(older: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(older)
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"status": "unavailable", "database": "not migrated"})


@pytest.mark.parametrize(
    ("celerys", "clients"),
    [
        ("redis+socket:///run/valkey.sock?virtual_host=3", "unix:///run/valkey.sock"),
        ("redis://:word@broker.example:6379/0", "redis://:word@broker.example:6379/0"),
        ("rediss://broker.example/1?ssl_cert_reqs=required", "rediss://broker.example/1"),
    ],
)
def test_the_address_of_the_broker_is_that_of_celery(celerys: str, clients: str) -> None:
    assert address(celerys) == clients
