"""P2: what a look with nothing to do costs as the number of alarms grows, and right after a backlog.

Two tables of alarms stand side by side, one a hundred times the other, and looks at them take turns. The peer walks
the large table without an index. The backlog is a tenth of all alarms, announced just now and not vacuumed yet: its
dead index entries must not be walked.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection

from claims.benchmarks.report import Report, load, middle, seconds
from claims.benchmarks.scratch import scratch_database
from claims.models import Alarm
from claims.services.transitions import database_time
from claims.services.watch import Watch

REPEATS = 15
LOOKS = 50
FLOOR, GOAL = 1.5, 1.1
TABLES = """
ALTER TABLE claims_alarm SET (autovacuum_enabled = false);
CREATE SCHEMA small;
CREATE TABLE small.claims_alarm (LIKE claims_alarm INCLUDING ALL)
"""
FILL = """
INSERT INTO claims_alarm (claim_id, kind, moment, wake_at, attempts, set_aside, error)
SELECT n, 'late', at, at, 0, false, ''
  FROM generate_series(%(first)s, %(last)s) n, LATERAL (SELECT %(from)s + n * interval '1 millisecond' AS at) alarm
"""
NO_INDEX = "SET enable_indexscan = off; SET enable_bitmapscan = off; SET enable_indexonlyscan = off"
INDEX = "RESET enable_indexscan; RESET enable_bitmapscan; RESET enable_indexonlyscan"


@dataclass(frozen=True)
class Pair:
    """Seconds for one look at the small and at the large table, medians of looks that took turns."""

    small: float
    large: float


def run(*, due: int, n: int) -> Report:
    """Looks at `n` alarms and at `n` / 100 of them; `due` plays no part here. Raises `ValueError` below 10,000."""
    if n < 10_000:
        raise ValueError(f"{n} alarms are too few to tell (and --due {due} plays no part); --n is at least 10000.")
    with scratch_database():
        _tables(n)
        calm, unindexed = _taking_turns(), _unindexed()
        _backlog(n)
        after = _taking_turns()
    return _report(n, calm, after, unindexed)


def _tables(n: int) -> None:
    """Claims would only take disk: a look reads nothing but alarms, so those alone are filled in."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname FROM pg_constraint WHERE conrelid = 'claims_alarm'::regclass AND contype = 'f'")
        for (name,) in cursor.fetchall():
            cursor.execute(f'ALTER TABLE claims_alarm DROP CONSTRAINT "{name}"')
        cursor.execute(TABLES)
        ahead = database_time() + timedelta(days=30)
        cursor.execute(FILL, {"first": 1, "last": n, "from": ahead})
        with _small():
            cursor.execute(FILL, {"first": 1, "last": n // 100, "from": ahead})
        cursor.execute("VACUUM ANALYZE claims_alarm")
        cursor.execute("VACUUM ANALYZE small.claims_alarm")


@contextmanager
def _small() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SET search_path TO small, public")
        yield
        cursor.execute("RESET search_path")


def _taking_turns() -> Pair:
    watch = Watch()
    small: list[float] = []
    large: list[float] = []
    for _ in range(REPEATS):
        with _small():
            small.append(_looks(watch))
        large.append(_looks(watch))
    return Pair(middle(small), middle(large))


def _looks(watch: Watch) -> float:
    watch.look()
    return seconds(lambda: [watch.look() for _ in range(LOOKS)]) / LOOKS


def _unindexed() -> float:
    now = database_time()
    with connection.cursor() as cursor:
        cursor.execute(NO_INDEX)
        took = middle([seconds(lambda: Alarm.objects.due(now, now.replace(year=1900)).exists()) for _ in range(3)])
        cursor.execute(INDEX)
    return took


def _backlog(n: int) -> None:
    """A tenth of the alarms fell due during an outage, was announced, and has not been vacuumed."""
    with connection.cursor() as cursor:
        since = database_time() - timedelta(hours=9)
        cursor.execute(FILL, {"first": n + 1, "last": n + n // 10, "from": since - timedelta(milliseconds=n)})
        cursor.execute("DELETE FROM claims_alarm WHERE claim_id > %s", [n])


def _report(n: int, calm: Pair, after: Pair, unindexed: float) -> Report:
    worst = max(calm.large / calm.small, after.large / after.small)
    return Report(
        name="idle",
        n=n,
        ours=calm.large,
        peer=unindexed,
        limit=calm.small,
        ratio_to_peer=round(unindexed / calm.large, 1),
        ratio_to_limit=round(worst, 2),
        floor=f"at most {FLOOR} times a hundredth of the alarms, also after a backlog",
        goal=f"at most {GOAL} times, and 0.5 ms",
        passed=worst <= FLOOR,
        load=load(),
        more={
            "small_n": n // 100,
            "ratio_calm": round(calm.large / calm.small, 2),
            "ratio_after_backlog": round(after.large / after.small, 2),
            "milliseconds_calm": round(calm.large * 1e3, 3),
            "milliseconds_after_backlog": round(after.large * 1e3, 3),
        },
    )
