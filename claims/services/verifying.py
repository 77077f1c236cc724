"""Looks whether everything that must always hold still does: one query per promise, which must return no row.

Nothing here trusts the code that wrote the rows. What only the work knows is added by `reviews.services.verifying`,
which calls this module with its own queries and guards.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.files.storage import storages
from django.db import DataError, connection
from django.db.models import Max

from claims.models import Alarm, Heartbeat, Seal, Snapshot
from claims.services.guards import broken_guards
from claims.services.patience import statements_within
from claims.services.rehashing import Found, state_of, still_broken
from claims.services.stamping import wrong_stamps
from claims.services.sweep import BEGINNING
from claims.services.transitions import database_time
from claims.services.watch import sweep_health

HEARTBEAT = "verify"
SHOWN = 5  # broken rows kept of each invariant; the number counts all up to MOST
MOST = 1000
PROMISE = timedelta(seconds=60)  # a moment is announced within this, after any outage
SEALED = timedelta(days=2)  # a seal is made every day
REHASHED = 64 * 1024 * 1024  # bytes of kept files that one run reads again

_BLOCK = re.compile(r"-- name: (?P<name>\w+)\n-- (?P<sentence>.+)\n(?P<sql>(?:(?!-- name:).*\n)+)")


@dataclass(frozen=True)
class Invariant:
    """One promise: its name, the sentence people read, and how its breaches are found, as readable rows."""

    name: str
    sentence: str
    breaches: Callable[[], list[str]]


@dataclass(frozen=True)
class Breach:
    """A broken promise: how many rows break it (counted up to 1,000) and the first of them."""

    name: str
    sentence: str
    rows: int
    examples: Sequence[str]


@dataclass(frozen=True)
class Verified:
    """What one run found. `unannounced` counts passed moments that nobody announces because nothing sweeps now.

    `sealed_at` is when the last seal was made. What seals kept elsewhere say is `claims.services.heldseals`' to find.
    """

    ran_at: datetime
    checked: int
    seconds: float
    broken: Sequence[Breach] = field(default_factory=list)
    unannounced: int = 0
    sealed_at: datetime | None = None

    @property
    def holds(self) -> bool:
        return not self.broken

    @property
    def lacks_seals(self) -> bool:
        """Whether no seal was made for more than two days, or ever."""
        return self.sealed_at is None or self.ran_at - self.sealed_at > SEALED


def invariants_in(path: Path) -> Iterator[Invariant]:
    """The invariants of an SQL file: `-- name:`, one comment line with the sentence, the query."""
    for block in _BLOCK.finditer(path.read_text()):
        yield Invariant(block["name"], block["sentence"], Query(block["sql"].strip().rstrip(";")))


@dataclass(frozen=True)
class Query:
    """Finds the breaches of a promise by SQL."""

    sql: str

    def __call__(self) -> list[str]:
        """The rows that break it. Rows so broken that the query cannot read them are a breach as well."""
        try:
            with statements_within(None):  # looking at every row may take long; the task ends
                return self.rows()
        except DataError as unreadable:
            return [f"a row cannot be read: {str(unreadable).splitlines()[0]}"]

    def rows(self) -> list[str]:
        """The same within a transaction of the caller, who asks for many. Raises `DataError` for what is unreadable."""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM ({self.sql}) AS breach LIMIT {MOST}")  # noqa: S608 - our own files
            names = [column.name for column in cursor.description or ()]
            return [_told(names, row) for row in cursor.fetchall()]


def _told(names: Iterable[str], row: Iterable[Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in zip(names, row, strict=True) if value is not None)


def record_invariants(patience: timedelta) -> list[Invariant]:
    """The record's own promises. `patience` is how long to wait for a running sweep to announce what is due."""
    return [
        *invariants_in(Path(__file__).with_name("invariants.sql")),
        Invariant("guards_are_in_place", "Every constraint, unique index and trigger is there.", broken_guards),
        Invariant("files_are_kept", "Every kept file is there with its bytes.", broken_files),
        Invariant(
            "signed_times_are_of_their_files", "Every signed time was signed over its file's hash.", wrong_stamps
        ),
        Invariant("files_read_as_kept", "What the last reading of all kept files found is put right.", still_broken),
        Invariant(
            "moments_are_announced_in_time",
            "While sweeping runs, no passed moment waits longer than 60 seconds for its flag.",
            lambda: unannounced_moments(patience),
        ),
    ]


def verify(more: Iterable[Invariant] = (), *, patience: timedelta = PROMISE) -> Verified:
    """Look at every promise of the record and at `more`, and leave what was found as a heartbeat."""
    began, invariants = time.monotonic(), [*record_invariants(patience), *more]
    found = [(invariant, invariant.breaches()) for invariant in invariants]
    now = database_time()
    verified = Verified(
        ran_at=now,
        checked=len(invariants),
        seconds=round(time.monotonic() - began, 3),
        broken=[Breach(each.name, each.sentence, len(rows), rows[:SHOWN]) for each, rows in found if rows],
        unannounced=Alarm.objects.due(now - PROMISE, BEGINNING).count(),
        sealed_at=Seal.objects.filter(made_at__lte=now).aggregate(last=Max("made_at"))["last"],
    )
    _remember(verified)
    return verified


def _remember(verified: Verified) -> None:
    broken = {breach.name: breach.rows for breach in verified.broken}
    detail = {"broken": broken, "checked": verified.checked, "seconds": verified.seconds}
    Heartbeat.objects.update_or_create(name=HEARTBEAT, defaults={"ran_at": verified.ran_at, "detail": detail})


def unannounced_moments(patience: timedelta) -> list[str]:
    """Alarms that a running sweep leaves lying. Whether it runs at all is `watch.sweep_health`'s to say.

    After an outage much is due at once, so what is late is given `patience` before it counts.
    """
    now = database_time()
    if sweep_health(now).delayed:
        return []
    late = list(Alarm.objects.due(now - PROMISE, BEGINNING).values_list("pk", flat=True)[:MOST])
    until = time.monotonic() + patience.total_seconds()
    while late and time.monotonic() < until:
        time.sleep(0.5)
        late = list(Alarm.objects.due(now - PROMISE, BEGINNING).filter(pk__in=late).values_list("pk", flat=True))
    return [str(alarm) for alarm in Alarm.objects.filter(pk__in=late)]


def broken_files() -> list[str]:
    """Kept files that are missing or have another size; of the newest also those whose bytes changed."""
    broken, left = [], REHASHED
    for snapshot in Snapshot.objects.order_by("-pk").iterator(chunk_size=MOST):
        size = _size_of(snapshot)
        if size != snapshot.size:
            broken.append(f"{snapshot.sha256} is missing" if size is None else f"{snapshot.sha256} has {size} bytes")
        elif left >= size:
            left -= size
            if state_of(snapshot) != Found.AS_KEPT:
                broken.append(f"{snapshot.sha256} holds other bytes")
    return broken


def _size_of(snapshot: Snapshot) -> int | None:
    try:
        return storages["evidence"].size(snapshot.path)
    except FileNotFoundError:
        return None
