"""Reads every kept file again once a day and compares it with the SHA-256 it was kept under.

A report row is the only state: it grows as files are read, in stretches of some seconds, so a reading of any length
may be stopped at any moment and goes on where it was. What was found stays on the report, shows on the dashboard, and
breaks a promise of `manage.py verify` until it is put right.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import IntegrityError, transaction

from claims.exports.warc import digest_of
from claims.models import FileCheck, Heartbeat, Snapshot
from claims.services.transitions import database_time

HEARTBEAT = "kept files"
EVERY = timedelta(hours=24)
LEASE = timedelta(minutes=5)
STRETCH = 20.0  # seconds that one call reads
BATCH = 50


class Found(StrEnum):
    """How a file was found."""

    AS_KEPT = "as kept"
    MISSING = "missing"
    UNREADABLE = "unreadable"
    DIFFERENT = "different"


def state_of(snapshot: Snapshot) -> Found:
    """Read one file and compare it with its hash. What a failing disk refuses is a finding, and the reading goes on."""
    try:
        digest = digest_of(snapshot)
    except FileNotFoundError:
        return Found.MISSING
    except OSError:
        return Found.UNREADABLE
    return Found.AS_KEPT if digest == snapshot.sha256 else Found.DIFFERENT


def check_files(stretch: float = STRETCH) -> FileCheck | None:
    """Go on with the running check, or begin one when the last began a day ago; answers it, None when it rests."""
    check = _take()
    if check is None:
        return None
    lease, until = check.lease_until, time.monotonic() + stretch
    while rows := list(Snapshot.objects.filter(pk__gt=check.upto).order_by("pk")[:BATCH]):
        for snapshot in rows:
            _note(check, snapshot)
            if time.monotonic() > until:
                break
        if time.monotonic() > until:
            break
    with transaction.atomic():
        if not FileCheck.objects.select_for_update().filter(pk=check.pk, lease_until=lease).exists():
            return None  # this reader slept past its lease, and somebody else went on
        check.lease_until = None
        if not Snapshot.objects.filter(pk__gt=check.upto).exists():
            check.finished_at = now = database_time()
            _remember(check, now)
        check.save(update_fields=["upto", "files", "bytes", "missing", "differing", "lease_until", "finished_at"])
    return check


def _take() -> FileCheck | None:
    """The check to go on with, under a lease of one's own."""
    with transaction.atomic():
        now = database_time()
        check = FileCheck.objects.select_for_update(skip_locked=True).filter(finished_at=None).first()
        if check is None:
            return _begin()
        if check.lease_until is not None and check.lease_until > now:
            return None
        check.lease_until = now + LEASE
        check.save(update_fields=["lease_until"])
        return check


def _begin() -> FileCheck | None:
    """A new check when it is time, unless somebody else begins one or is at one in this moment."""
    now = database_time()
    if FileCheck.objects.filter(began_at__gt=now - EVERY).exists():
        return None
    try:
        with transaction.atomic():
            return FileCheck.objects.create(began_at=now, lease_until=now + LEASE)
    except IntegrityError:
        return None


def _note(check: FileCheck, snapshot: Snapshot) -> None:
    state = state_of(snapshot)
    check.upto = snapshot.pk
    check.files += 1
    check.bytes += snapshot.size
    if state in {Found.MISSING, Found.UNREADABLE}:
        check.missing.append(snapshot.sha256)
    elif state == Found.DIFFERENT:
        check.differing.append(snapshot.sha256)


def _remember(check: FileCheck, now: datetime) -> None:
    detail = {
        "files": check.files,
        "bytes": check.bytes,
        "missing": len(check.missing),
        "differing": len(check.differing),
    }
    Heartbeat.objects.update_or_create(name=HEARTBEAT, defaults={"ran_at": now, "detail": detail})


def still_broken() -> list[str]:
    """What the last finished check found and nobody has put right, each as "SHA-256 is missing" or "… different"."""
    last = FileCheck.objects.filter(finished_at__isnull=False).first()
    if last is None:
        return []
    rows = Snapshot.objects.filter(sha256__in=last.broken).order_by("pk")
    return [f"{row.sha256} is {state}" for row in rows if (state := state_of(row)) != Found.AS_KEPT]
