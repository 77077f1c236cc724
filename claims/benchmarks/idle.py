"""P2: what a sweep with nothing to do costs, as the number of alarms grows, and right after a backlog.

Ours over the larger table against ours over a hundredth of it; the peer walks the table without an index. The
backlog is a tenth of all alarms, announced just now and not vacuumed yet: its dead index entries must not be walked.
"""

from __future__ import annotations

from django.db import connection

from claims.benchmarks.report import Report, load, middle, seconds
from claims.benchmarks.scratch import scratch_database
from claims.models import Alarm
from claims.services.transitions import database_time
from claims.services.watch import Watch

REPEATS = 5
SWEEPS = 20
FLOOR, GOAL = 1.5, 1.1
FILL = """
INSERT INTO claims_alarm (claim_id, kind, moment, wake_at, attempts, set_aside, error)
SELECT n, 'late', at, at, 0, false, '' FROM generate_series(%(first)s, %(last)s) n,
       LATERAL (SELECT now() + interval '30 days' + n * interval '1 second' AS at) moment
"""


def run(*, due: int, n: int) -> Report:
    """Idle sweeps over `n` alarms and over `n` / 100. `due` is not used; the backlog is a tenth of `n`."""
    with scratch_database():
        _alarms_only()
        _grow(1, n // 100)
        small = _idle(Watch())
        _grow(n // 100 + 1, n)
        watch = Watch()
        large, unindexed = _idle(watch), _unindexed()
        _backlog(n // 10, watch)
        after = _idle(watch)
    return _report(n, small, large, after, unindexed)


def _alarms_only() -> None:
    """Ten million claims would only take disk: an idle sweep reads nothing but alarms."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname FROM pg_constraint WHERE conrelid = 'claims_alarm'::regclass AND contype = 'f'")
        for (name,) in cursor.fetchall():
            cursor.execute(f'ALTER TABLE claims_alarm DROP CONSTRAINT "{name}"')
        cursor.execute("ALTER TABLE claims_alarm SET (autovacuum_enabled = false)")


def _grow(first: int, last: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(FILL, {"first": first, "last": last})
        cursor.execute("VACUUM ANALYZE claims_alarm")


def _idle(watch: Watch) -> float:
    watch.look()
    return middle([seconds(lambda: [watch.look() for _ in range(SWEEPS)]) / SWEEPS for _ in range(REPEATS)])


def _unindexed() -> float:
    with connection.cursor() as cursor:
        cursor.execute("SET enable_indexscan = off; SET enable_bitmapscan = off; SET enable_indexonlyscan = off")
        now = database_time()
        took = middle([seconds(lambda: Alarm.objects.due(now, now.replace(year=1900)).exists()) for _ in range(3)])
        cursor.execute("RESET enable_indexscan; RESET enable_bitmapscan; RESET enable_indexonlyscan")
    return took


def _backlog(size: int, watch: Watch) -> None:
    """A tenth of the alarms fell due, was announced and is gone, but not vacuumed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE claims_alarm SET wake_at = now() - interval '1 hour' + claim_id * interval '1 microsecond' "
            "WHERE claim_id <= %s",
            [size],
        )
        cursor.execute("DELETE FROM claims_alarm WHERE claim_id <= %s", [size])
    watch.look()


def _report(n: int, small: float, large: float, after: float, unindexed: float) -> Report:
    worst = max(large, after)
    return Report(
        name="idle",
        n=n,
        ours=large,
        peer=unindexed,
        limit=small,
        ratio_to_peer=round(unindexed / large, 1),
        ratio_to_limit=round(worst / small, 2),
        floor=f"at most {FLOOR} times a hundredth of the alarms, also after a backlog",
        goal=f"at most {GOAL} times",
        passed=worst / small <= FLOOR,
        load=load(),
        more={
            "small_n": n // 100,
            "seconds_small": small,
            "seconds_after_backlog": after,
            "ratio_after_backlog": round(after / small, 2),
        },
    )
