"""What a look at the alarms costs, without a clock: pages touched, however many alarms wait."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from claims.benchmarks.scratch import ALARMS, CLAIMS, HEADS
from claims.models import Desk
from claims.services.escalating import DUE
from claims.services.sweep import TAKE_DUE
from claims.services.transitions import database_time
from claims.services.watch import NEXT, OVERLAP

pytestmark = pytest.mark.django_db
STEPS = ALARMS.replace("'late'", "'ladder_due'")


def filled(first: int, last: int) -> None:
    """Claims with these numbers, each with a flag and a step of its ladder that wait for a month to pass."""
    with connection.cursor() as cursor:
        for statement in (CLAIMS, HEADS, ALARMS, STEPS):
            cursor.execute(statement, {"first": first, "last": last})
        cursor.execute("ANALYZE claims_alarm, claims_claim, claims_claimhead")


def pages(statement: str, given: Any) -> int:
    """Pages of tables and indexes that the statement reads."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", given)
        (plan,) = cursor.fetchone()[0]
    return int(plan["Plan"]["Shared Hit Blocks"]) + int(plan["Plan"]["Shared Read Blocks"])


def looked() -> dict[str, int]:
    """What each statement of an idle look reads."""
    now = database_time()
    since = now - OVERLAP
    given = {"now": now, "since": since, "batch": 1000, "only": None}
    return {
        "next": pages(NEXT, [since]),
        "flags": pages(TAKE_DUE, given),
        "steps": pages(DUE, given),
    }


def test_an_idle_look_reads_the_same_pages_however_many_alarms_wait() -> None:
    Desk.objects.create(pk=1, name="World", key="world")
    filled(1, 300)
    looked()
    few = looked()
    filled(301, 12_000)
    looked()
    many = looked()
    assert all(many[name] <= few[name] + 6 for name in few), (few, many)  # an index is a level or two deeper
    assert max(many.values()) < 60, many


def test_alarms_in_an_hour_are_not_read_before() -> None:
    Desk.objects.create(pk=1, name="World", key="world")
    filled(1, 3_000)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE claims_alarm SET wake_at = now() + interval '1 hour'")
        cursor.execute("ANALYZE claims_alarm")
    looked()
    assert max(looked().values()) < 60
