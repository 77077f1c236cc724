"""The sweep's watch: sweep, sleep until the next alarm, sweep again; and how the watch itself is doing.

A beat tick every few seconds starts a watch of that length, so one process sleeps beside the alarms all the time
and a lost message costs one tick.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection

from claims.models import Alarm, Heartbeat
from claims.services.sweep import BEGINNING, Swept, raise_due_flags
from claims.services.transitions import database_time

HEARTBEAT = "sweep"
DELAYED_AFTER = timedelta(seconds=30)
# No transaction of ours lives this long, so no alarm older than this can still appear behind a finished sweep ...
OVERLAP = timedelta(minutes=15)
# ... and should one do so all the same, a sweep from the beginning finds it after this long.
FULL_EVERY = timedelta(minutes=10)


@dataclass
class Horizon:
    """Up to where sweeping is finished, kept by whoever sweeps repeatedly. A new one knows nothing and starts over."""

    finished_to: datetime = BEGINNING + OVERLAP
    full_at: datetime = BEGINNING

    def since(self, now: datetime) -> datetime:
        """From where the next sweep must look."""
        if now - self.full_at > FULL_EVERY:
            self.full_at = now
            return BEGINNING
        return self.finished_to - OVERLAP


@dataclass
class Watch:
    """A watch over the alarms. `nap` is the longest sleep in seconds: an alarm set meanwhile waits no longer."""

    nap: float = 0.4
    horizon: Horizon = field(default_factory=Horizon)

    def keep(self, seconds: float) -> Swept:
        """Sweep and sleep in turn for so many seconds; answers what was done."""
        ends, swept = time.monotonic() + seconds, Swept()
        _record_run(swept)
        while True:
            step = self.look()
            swept += step
            if step != Swept():
                _record_run(step)
            if time.monotonic() >= ends:
                return swept
            time.sleep(self._until_next())

    def look(self) -> Swept:
        """Sweep once, and remember up to where nothing is left."""
        now = database_time()
        since = self.horizon.since(now)
        swept = raise_due_flags(since=since)
        if not Alarm.objects.due(now, since).exists():
            self.horizon.finished_to = now
        return swept

    def _until_next(self) -> float:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT extract(epoch FROM wake_at - clock_timestamp())::float FROM claims_alarm "
                "WHERE NOT set_aside AND wake_at >= %s ORDER BY wake_at LIMIT 1",
                [self.horizon.finished_to],
            )
            row = cursor.fetchone()
        return self.nap if row is None else min(self.nap, max(0.02, row[0]))


def _record_run(swept: Swept) -> None:
    """Leave the heartbeat, under the database's clock."""
    detail = {"raised": swept.raised, "resumed": swept.resumed, "set_aside": swept.set_aside}
    Heartbeat.objects.update_or_create(
        name=HEARTBEAT, defaults={"ran_at": database_time(), "detail": {**detail, "lag": swept.lag.total_seconds()}}
    )


@dataclass(frozen=True)
class SweepHealth:
    """How the announcing is doing at `now`. `lag` is the age of the oldest moment not yet announced."""

    ran_at: datetime | None
    lag: timedelta
    waiting: int
    set_aside: int
    delayed: bool


def sweep_health(now: datetime) -> SweepHealth:
    """The last run, the lag and the counts, from rows alone. Delayed: no sweep for more than 30 seconds."""
    beat = Heartbeat.objects.filter(name=HEARTBEAT).first()
    due = Alarm.objects.due(now, BEGINNING)
    oldest = due.order_by("moment").values_list("moment", flat=True).first()
    ran_at = beat.ran_at if beat else None
    return SweepHealth(
        ran_at=ran_at,
        lag=now - oldest if oldest else timedelta(0),
        waiting=due.count(),
        set_aside=Alarm.objects.filter(set_aside=True).count(),
        delayed=ran_at is None or now - ran_at > DELAYED_AFTER,
    )
