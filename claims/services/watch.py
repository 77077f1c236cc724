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
LEAST_NAP = 0.02
NEXT = (
    "SELECT clock_timestamp(), (SELECT wake_at FROM claims_alarm "
    "WHERE NOT set_aside AND wake_at >= %s ORDER BY wake_at LIMIT 1)"
)
# No transaction of ours lives this long, so no alarm older than this can still appear behind a finished sweep ...
OVERLAP = timedelta(minutes=15)
# ... and should one do so all the same, a sweep from the beginning finds it after this long.
FULL_EVERY = timedelta(minutes=10)


@dataclass
class Horizon:
    """Up to where sweeping is finished, kept by whoever sweeps repeatedly. A new one knows nothing and starts over."""

    finished_to: datetime = BEGINNING + OVERLAP
    full_at: float = float("-inf")

    def since(self) -> datetime:
        """From where the next look must start."""
        if time.monotonic() - self.full_at > FULL_EVERY.total_seconds():
            self.full_at = time.monotonic()
            return BEGINNING
        return self.finished_to - OVERLAP


@dataclass
class Watch:
    """A watch over the alarms. `nap` is the longest sleep in seconds: an alarm set meanwhile waits no longer."""

    nap: float = 0.4
    horizon: Horizon = field(default_factory=Horizon)
    pause: float = 0.0

    def keep(self, seconds: float) -> Swept:
        """Sweep and sleep in turn for so many seconds; answers what was done."""
        ends, swept = time.monotonic() + seconds, Swept()
        _record_run(swept)
        while True:
            swept += self.turn()
            if time.monotonic() >= ends:
                return swept
            time.sleep(self.pause)

    def turn(self) -> Swept:
        """Look once, and leave the heartbeat when there was something to do."""
        step = self.look()
        if step != Swept():
            _record_run(step)
        return step

    def look(self) -> Swept:
        """Sweep if anything is due; remember up to where nothing is left and how long to sleep."""
        since = self.horizon.since()
        now, following = _clock_and_next(since)
        if following is not None and following < now:
            self.pause = LEAST_NAP
            return raise_due_flags(since=since)
        self.horizon.finished_to = now
        ahead = self.nap if following is None else (following - now).total_seconds()
        self.pause = min(self.nap, max(LEAST_NAP, ahead))
        return Swept()


def _clock_and_next(since: datetime) -> tuple[datetime, datetime | None]:
    """The database's time and when the first alarm after `since` wakes: one look at the end of one index."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT, [since])
        now, following = cursor.fetchone()
    return now, following


def _record_run(swept: Swept) -> None:
    """Leave the heartbeat, under the database's clock."""
    detail = {
        "raised": swept.raised,
        "escalated": swept.escalated,
        "resumed": swept.resumed,
        "set_aside": swept.set_aside,
    }
    Heartbeat.objects.update_or_create(
        name=HEARTBEAT, defaults={"ran_at": database_time(), "detail": {**detail, "lag": swept.lag.total_seconds()}}
    )


@dataclass(frozen=True)
class SweepHealth:
    """How the announcing is doing at `now`. `lag` is how long the oldest alarm has waited to be taken."""

    ran_at: datetime | None
    lag: timedelta
    waiting: int
    set_aside: int
    delayed: bool


def sweep_health(now: datetime) -> SweepHealth:
    """The last run, the lag and the counts, from rows alone. Delayed: no sweep for more than 30 seconds."""
    beat = Heartbeat.objects.filter(name=HEARTBEAT).first()
    due = Alarm.objects.due(now, BEGINNING)
    oldest = due.order_by("wake_at").values_list("wake_at", flat=True).first()
    ran_at = beat.ran_at if beat else None
    return SweepHealth(
        ran_at=ran_at,
        lag=now - oldest if oldest else timedelta(0),
        waiting=due.count(),
        set_aside=Alarm.objects.filter(set_aside=True).count(),
        delayed=ran_at is None or now - ran_at > DELAYED_AFTER,
    )
