"""Lets a time-stamping authority sign what was kept (RFC 3161), where one is configured; without one nothing is said.

The same shape as reading pages: rows that are due are taken with a lease, the authority is asked with no transaction
open, and what it signed is verified before it is kept. The rows are made with the files (`stamprequests.py`).
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from claims.errors import FileDamaged
from claims.exports.warc import bytes_of
from claims.intake.authority import Authority, NotStamped, Stamped, imprint_of, stamp
from claims.intake.egress import client
from claims.intake.refusals import NotRead
from claims.models import Copy, Evidence, Snapshot, StampRequest, TimeStamp, Visibility
from claims.services.stamprequests import PROTECTED
from claims.services.transitions import database_time

BEGINS_FOR = 15.0  # seconds in which one run takes new rows; the last of them may take half as long again
LEASE = timedelta(minutes=3)
RETRIES = tuple(timedelta(minutes=count) for count in (3, 10, 60, 360, 1440))


def stamp_files() -> int:
    """Have signed what is not yet, one file after the other; answers how many were signed.

    An authority that does not answer is left alone until the next run: asking it for each file in turn would hold a
    worker's slot for nothing.
    """
    authority = configured()
    if authority is None:
        return 0
    signed, until = 0, time.monotonic() + BEGINS_FOR
    while time.monotonic() < until and (taken := take(1)):
        ((snapshot, lease),) = taken
        outcome = _asked(snapshot, authority)
        signed += settle(snapshot, lease, outcome, authority)
        if isinstance(outcome, NotRead) and not isinstance(outcome, NotStamped):
            break
    return signed


def configured() -> Authority | None:
    """The authority this site is set up with, None without one."""
    if not settings.TIMESTAMP_AUTHORITY_URL:
        return None
    return Authority(settings.TIMESTAMP_AUTHORITY_URL, Path(settings.TIMESTAMP_AUTHORITY_CERTIFICATES))


def take(most: int) -> list[tuple[Snapshot, datetime]]:
    """Take rows that are due, each with the end of its lease; those that nobody may see any more are set aside."""
    taken = list[tuple[Snapshot, datetime]]()
    with transaction.atomic():
        now = database_time()
        due = StampRequest.objects.filter(next_attempt_at__lte=now).order_by("next_attempt_at", "pk")
        free = due.select_for_update(skip_locked=True, of=("self",)).select_related("snapshot").annotate(shown=_shown())
        while len(taken) < most and (row := free.first()) is not None:
            if not row.shown:
                row.next_attempt_at, row.code = None, PROTECTED
                row.save(update_fields=["next_attempt_at", "code"])
                continue
            row.attempts += 1
            lease = now + max(LEASE, RETRIES[min(row.attempts, len(RETRIES)) - 1])
            row.next_attempt_at = lease
            row.save(update_fields=["attempts", "next_attempt_at"])
            taken.append((row.snapshot, lease))
    return taken


def _shown() -> Q:
    """Whether anything but protected evidence holds the file of a request."""
    shown = Evidence.objects.exclude(visibility=Visibility.PROTECTED)
    copies = Copy.objects.filter(snapshot=OuterRef("pk"), evidence__in=shown)
    return Q(Exists(shown.filter(snapshot=OuterRef("pk")))) | Q(Exists(copies))


def _asked(snapshot: Snapshot, authority: Authority) -> Stamped | NotRead | FileDamaged:
    try:
        return stamp(bytes_of(snapshot), authority, client())
    except (NotRead, FileDamaged) as refusal:
        return refusal


def settle(snapshot: Snapshot, lease: datetime, outcome: Stamped | NotRead | FileDamaged, authority: Authority) -> bool:
    """Write down what came of it, if the row is still this one's to write; answers whether it was signed."""
    with transaction.atomic():
        row = StampRequest.objects.select_for_update().get(pk=snapshot.pk)
        if row.next_attempt_at != lease:
            return False
        if isinstance(outcome, Stamped):
            TimeStamp.objects.create(
                snapshot=snapshot,
                authority=authority.url,
                stamped_at=outcome.at,
                token=outcome.token,
                kept_at=database_time(),
            )
            row.next_attempt_at, row.code = None, ""
        else:
            row.code = outcome.code
        row.save(update_fields=["next_attempt_at", "code"])
    return isinstance(outcome, Stamped)


def wrong_stamps() -> list[str]:
    """Signed times whose token was signed over something else than their file, by the file's SHA-256."""
    rows = TimeStamp.objects.select_related("snapshot").order_by("pk").iterator(chunk_size=500)
    return [row.snapshot.sha256 for row in rows if imprint_of(bytes(row.token)) != row.snapshot.sha256]
