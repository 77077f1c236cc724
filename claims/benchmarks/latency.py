"""P3: how long after its moment a flag is durable, at a steady rate of moments, and what waiting for them costs.

The same moments fall due one after the other, first under the watch that sleeps until the next alarm, then under the
usual poll every five seconds. A flag counts as durable when the look that raised it has committed and returned.
"""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection

from claims.benchmarks.report import Report, against, middle
from claims.benchmarks.scratch import fill, scratch_database
from claims.models import Flag
from claims.services.sweep import Swept, raise_due_flags
from claims.services.watch import Watch

LEAD = timedelta(seconds=2)  # until the first moment
LAST = 1.0  # seconds of looking on after the last moment
POLL = 5.0
FLOOR, GOAL, GOAL_CPU = 1.0, 0.15, 0.10
DUE = """
UPDATE claims_alarm SET moment = %(from)s + (claim_id - %(first)s) * %(every)s * interval '1 second', wake_at = %(from)s
    + (claim_id - %(first)s) * %(every)s * interval '1 second' WHERE claim_id >= %(first)s AND claim_id < %(last)s
"""


@dataclass(frozen=True)
class _Measured:
    """Waits in seconds, the share of a core this process took, and the seconds of a look that raised something."""

    waits: list[float]
    share: float
    looked: float


def run(*, n: int, rate: int) -> Report:
    """`n` moments under each way of waiting, `rate` of them a second. Raises `ValueError` where that tells nothing."""
    if n < 100 or not 1 <= rate <= 1000:
        raise ValueError("At least 100 moments, 1 to 1000 a second (--n, --rate).")
    with scratch_database():
        fill(2 * n)
        ours = _watched(1, n, rate)
        peer = _polled(n + 1, n, rate)
    return _report(n, rate, ours, _p99(peer))


def _due_from(first: int, n: int, rate: int) -> datetime:
    """Let the alarms of `n` claims fall due one after the other; answers the last moment."""
    start, every = datetime.now(UTC) + LEAD, timedelta(seconds=1) / rate
    with connection.cursor() as cursor:
        cursor.execute(DUE, {"from": start, "every": every.total_seconds(), "first": first, "last": first + n})
        cursor.execute("VACUUM ANALYZE claims_alarm")
    return start + n * every


def _watched(first: int, n: int, rate: int) -> _Measured:
    """As the worker does it, heartbeat included."""
    last, watch = _due_from(first, n, rate), Watch()
    began, used = time.monotonic(), time.process_time()
    ends, took = _looking(last, watch.turn, lambda: watch.pause)
    share = (time.process_time() - used) / (time.monotonic() - began)
    return _Measured(_waits(first, n, ends), share, middle(took))


def _polled(first: int, n: int, rate: int) -> list[float]:
    ends, _ = _looking(_due_from(first, n, rate) + timedelta(seconds=POLL), raise_due_flags, lambda: POLL)
    return _waits(first, n, ends)


def _looking(
    last: datetime, look: Callable[[], Swept], pause: Callable[[], float]
) -> tuple[list[datetime], list[float]]:
    """Look and sleep until a second after `last`; answers when each look that raised something ended, and its time."""
    ends: list[datetime] = []
    took: list[float] = []
    until = last + timedelta(seconds=LAST)
    while datetime.now(UTC) < until:
        began = time.perf_counter()
        if look().raised:
            took.append(time.perf_counter() - began)
            ends.append(datetime.now(UTC))
        time.sleep(pause())
    return ends, took


def _waits(first: int, n: int, ends: list[datetime]) -> list[float]:
    """From each moment to the end of the look that raised its flag, seconds."""
    rows = list(Flag.objects.filter(claim__gte=first, claim__lt=first + n).values_list("moment", "raised_at"))
    if len(rows) != n:
        raise RuntimeError(f"expected {n} flags, found {len(rows)}")
    return [(ends[bisect_left(ends, raised)] - moment).total_seconds() for moment, raised in rows]


def _p99(waits: list[float]) -> float:
    return sorted(waits)[int(len(waits) * 0.99)]


def _report(n: int, rate: int, ours: _Measured, peer: float) -> Report:
    worst = _p99(ours.waits)
    return against(
        "latency",
        n,
        ours=worst,
        peer=peer,
        limit=ours.looked,
        floor=f"p99 at most {FLOOR} s",
        goal=f"p99 at most {GOAL} s at {GOAL_CPU:.0%} of a core",
        passed=worst <= FLOOR,
        more={
            "rate": rate,
            "p99_milliseconds": round(worst * 1e3, 1),
            "median_milliseconds": round(middle(ours.waits) * 1e3, 1),
            "share_of_a_core": round(ours.share, 3),
        },
    )
