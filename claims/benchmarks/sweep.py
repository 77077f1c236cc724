"""P1: seconds per raised flag, with its chained event, when few of many alarms are due.

Peer: the shape of a program that takes one due row at a time and claims it by a conditional update. Limit: the same
durable rows written by plain statements over a known list of claims, hashing included, with nothing to find or lock.
"""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import connection, transaction

from claims.actors import rule
from claims.benchmarks.report import Report, against, middle, seconds
from claims.benchmarks.scratch import ENDS, EVENTS, fill, scratch_database
from claims.models import Alarm, ClaimEvent, Flag
from claims.services.sweep import raise_due_flags
from claims.services.transitions import locked

REPEATS = 5
FLOOR_PEER, FLOOR_LIMIT, GOAL_PEER, GOAL_LIMIT = 40, 2.0, 100, 1.3
SWEEPER = rule("benchmark")


def run(*, due: int, n: int) -> Report:
    """Raise `due` flags among `n` alarms five times each way. Raises `ValueError` when `n` holds too few claims."""
    if n < due * REPEATS * 3:
        raise ValueError(f"{due} due alarms need at least {due * REPEATS * 3} claims; raise --n.")
    ours: list[float] = []
    peer: list[float] = []
    limit: list[float] = []
    with scratch_database():
        fill(n)
        for step in range(REPEATS):
            first = step * due * 3 + 1
            ours.append(_timed(first, due, _ours))
            peer.append(_timed(first + due, due, _one_at_a_time))
            limit.append(_timed(first + 2 * due, due, lambda at=first + 2 * due: _plainly(at, due)))
        _check(due)
    return _report(due, n, middle(ours) / due, middle(peer) / due, middle(limit) / due)


def _timed(first: int, due: int, work: object) -> float:
    """Let `due` alarms from claim `first` on fall due, then time the work on them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE claims_alarm SET moment = now() - interval '1 minute', wake_at = now() - interval '1 second' "
            "WHERE claim_id >= %s AND claim_id < %s",
            [first, first + due],
        )
        cursor.execute("VACUUM ANALYZE claims_alarm")
        cursor.execute("CHECKPOINT")
    if not callable(work):
        raise TypeError("work must be callable")
    return seconds(work)


def _ours() -> None:
    raise_due_flags()


def _one_at_a_time() -> None:
    while True:
        now = datetime.now(UTC)
        alarm = Alarm.objects.filter(wake_at__lt=now, set_aside=False).order_by("wake_at").first()
        if alarm is None:
            return
        with transaction.atomic():
            taken = Alarm.objects.filter(pk=alarm.pk, moment=alarm.moment).delete()[0]
            if taken:
                Flag.objects.create(claim_id=alarm.claim_id, kind=alarm.kind, moment=alarm.moment, raised_at=now)
                with locked(alarm.claim_id) as held:
                    held.record(f"claim.{alarm.kind}", by=SWEEPER, occurred_at=alarm.moment)


FLAGS = """
INSERT INTO claims_flag (claim_id, kind, moment, raised_at, reason, cleared_by)
SELECT n, 'late', now() - interval '1 minute', now(), '', '' FROM generate_series(%(first)s, %(last)s) n
"""
PLAIN = (FLAGS, EVENTS, ENDS, "DELETE FROM claims_alarm WHERE claim_id BETWEEN %(first)s AND %(last)s")


def _plainly(first: int, due: int) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in PLAIN:
            cursor.execute(statement, {"first": first, "last": first + due - 1})


def _check(due: int) -> None:
    """The three ways did the same work; a benchmark of less would mean nothing."""
    expected = due * REPEATS * 3
    found = (Flag.objects.count(), ClaimEvent.objects.count())
    if found != (expected, expected):
        raise RuntimeError(f"expected {expected} flags and events, found {found}")


def _report(due: int, n: int, ours: float, peer: float, limit: float) -> Report:
    to_peer, to_limit = peer / ours, ours / limit
    return against(
        "sweep",
        n,
        ours=ours,
        peer=peer,
        limit=limit,
        floor=f"at least {FLOOR_PEER} times the peer, at most {FLOOR_LIMIT} times the limit",
        goal=f"at least {GOAL_PEER} times the peer, at most {GOAL_LIMIT} times the limit",
        passed=to_peer >= FLOOR_PEER and to_limit <= FLOOR_LIMIT,
        more={"due": due, "microseconds_per_flag": round(ours * 1e6, 1)},
    )
