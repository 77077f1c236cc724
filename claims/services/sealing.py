"""Seals the record: what the history of every claim ends with, once a day, to be kept outside the database.

A chain of hashes misses whoever owns the database, switches its triggers off and rewrites a whole chain. A copy of its
end that lies elsewhere they cannot rewrite: `claims.services.heldseals` holds the database against it.

A seal is plain text. The last line is the SHA-256 of all before it (`head -n -1 FILE | sha256sum`):

    claim-desk-seal 1 made=2026-11-28T00:03:12.123456Z claims=2 before=none
    1 3 5f1e…
    4 7 90ab…
    sha256 77c0…

A line between is a claim's number, the number of its last event and the hash of that, in the order of claims, all as of
one moment. `before` is the SHA-256 of the seal before, so that none can be put in its place later.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from hashlib import sha256
from itertools import chain
from pathlib import Path
from secrets import token_hex

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count, Window

from claims.models import ClaimHead, Heartbeat, Seal
from claims.services.patience import statements_within
from claims.services.transitions import database_time

HEARTBEAT = "seal"
BATCH = 2000
log = structlog.get_logger(__name__)


def write_seal(write: Callable[[bytes], object], *, day: date | None = None) -> Seal:
    """Seal the record as of now: hand each line of the seal to `write`, then keep its row.

    The row comes last, so that a long seal holds back no reader of the change feed. Raises `IntegrityError` where
    the seal of this day is there.
    """
    digest = sha256()
    with statements_within(None):  # however many claims there are; a task ends
        made_at = database_time()
        claims, lines = _ends()
        for line in chain([_header(made_at, claims)], lines):
            digest.update(line)
            write(line)
        seal = Seal.objects.create(made_at=made_at, day=day, claims=claims, sha256=digest.hexdigest())
        write(f"sha256 {seal.sha256}\n".encode())
    return seal


def _header(made_at: datetime, claims: int) -> bytes:
    before = Seal.objects.values_list("sha256", flat=True).last() or "none"
    made = made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return f"claim-desk-seal 1 made={made} claims={claims} before={before}\n".encode()


def _ends() -> tuple[int, Iterator[bytes]]:
    """How many claims there are and a line for each: one statement, so one moment, read as it is written."""
    heads = ClaimHead.objects.filter(event_seq__gt=0).order_by("claim_id").annotate(of=Window(Count("*")))
    rows = heads.values_list("claim_id", "event_seq", "hash", "of").iterator(chunk_size=BATCH)
    first = next(rows, None)
    if first is None:
        return 0, iter(())
    return first[3], (f"{claim} {seq} {end}\n".encode() for claim, seq, end, _ in chain([first], rows))


def seal_to(path: Path, *, day: date | None = None) -> Seal:
    """Seal the record into a new file. File and row are there both, whole and on the disk, or neither.

    Raises `OSError` where the file cannot be written, `FileExistsError` among them: no seal is written over.
    """
    if path.exists():
        raise FileExistsError(f"{path} is there already.")
    part, placed = path.with_name(f".{path.name}.{token_hex(4)}"), False
    try:
        with transaction.atomic():
            with part.open("xb") as file:
                seal = write_seal(file.write, day=day)
                file.flush()
                os.fsync(file.fileno())
            part.rename(path)
            placed = True
            _put_on_disk(path.parent)
    except BaseException:
        (path if placed else part).unlink(missing_ok=True)
        raise
    return seal


def _put_on_disk(directory: Path) -> None:
    """The name of a new file is lasting once its directory is."""
    opened = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def seal_the_day() -> Seal | None:
    """Make the seal of this day unless there is one; into a file of `SEAL_DIR` where that is set.

    What a disk refuses is told on the dashboard and tried again: without its file the day has no seal.
    """
    now = database_time()
    if Seal.objects.filter(day=now.date()).exists():
        return None
    try:
        seal = _sealed(now)
    except IntegrityError:
        return None  # somebody else was quicker
    except OSError as refused:
        log.exception("seal_not_written", directory=settings.SEAL_DIR)
        _remember(now, {"failed": str(refused)})
        return None
    _remember(seal.made_at, {"claims": seal.claims, "sha256": seal.sha256})
    return seal


def _sealed(now: datetime) -> Seal:
    if not settings.SEAL_DIR:
        return write_seal(len, day=now.date())  # nobody keeps its lines; the row has their SHA-256
    return seal_to(Path(settings.SEAL_DIR) / f"seal-{now:%Y-%m-%dT%H%M%SZ}.txt", day=now.date())


def _remember(now: datetime, detail: dict[str, int | str]) -> None:
    Heartbeat.objects.update_or_create(name=HEARTBEAT, defaults={"ran_at": now, "detail": detail})
