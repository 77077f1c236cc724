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

Which file it stands in, and when its row is kept: `claims.services.sealfiles`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from hashlib import sha256
from itertools import chain
from pathlib import Path

import structlog
from django.conf import settings
from django.db import IntegrityError
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Window
from django.db.models.fields.json import KeyTextTransform

from claims.models import ClaimHead, Heartbeat, Seal
from claims.services.patience import statements_within
from claims.services.sealfiles import LeftBeside, because, finish, in_turn, new_file
from claims.services.transitions import database_time

HEARTBEAT = "seal"
BATCH = 2000
log = structlog.get_logger(__name__)


def write_seal(write: Callable[[bytes], object], put_on_disk: Callable[[], None], *, daily: bool = False) -> Seal:
    """Seal the record as of now: hand each line of the seal to `write`, `put_on_disk`, then keep its row.

    The row comes last: none is kept of what was not written, and a long seal holds back no reader of the change feed.
    """
    digest = sha256()
    with in_turn(), statements_within(None):  # however many claims there are; a task ends
        made_at = database_time()
        claims, lines = _ends()
        for line in chain([_header(made_at, claims)], lines):
            digest.update(line)
            write(line)
        write(f"sha256 {digest.hexdigest()}\n".encode())
        put_on_disk()
        day = _day_of(made_at) if daily else None
        return Seal.objects.create(made_at=made_at, day=day, claims=claims, sha256=digest.hexdigest())


def _day_of(made_at: datetime) -> date | None:
    """The day that a seal is the daily one of; none where a row says so that was not made on that day."""
    day = made_at.date()
    return None if Seal.objects.filter(day=day).exists() else day


def _header(made_at: datetime, claims: int) -> bytes:
    before = Seal.objects.filter(made_at__lte=made_at).order_by("made_at", "pk").last()
    made = made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return f"claim-desk-seal 1 made={made} claims={claims} before={before.sha256 if before else 'none'}\n".encode()


def _ends() -> tuple[int, Iterator[bytes]]:
    """How many claims there are and a line for each: one statement, so one moment, read as it is written."""
    heads = ClaimHead.objects.filter(event_seq__gt=0).order_by("claim_id").annotate(of=Window(Count("*")))
    rows = heads.values_list("claim_id", "event_seq", "hash", "of").iterator(chunk_size=BATCH)
    first = next(rows, None)
    if first is None:
        return 0, iter(())
    return first[3], (f"{claim} {seq} {end}\n".encode() for claim, seq, end, _ in chain([first], rows))


def seal_to(path: Path, *, daily: bool = False) -> Seal:
    """Seal the record into a new file.

    Raises `OSError` where the file cannot be written, `FileExistsError` among them: no seal is written over.
    """
    with in_turn(), new_file(path) as new:
        return write_seal(new.file.write, new.put_on_disk, daily=daily)


def seal_the_day() -> Seal | None:
    """Make the seal of this day unless there is one; into a file of `SEAL_DIR` where that is set.

    What a disk refuses is told on the dashboard and tried again: without its file the day has no seal.
    """
    try:
        with in_turn():
            return _seal_the_day(database_time())
    except IntegrityError:
        return None  # a process of an older version, which waits for no turn, was quicker
    except OSError as refused:
        log.exception("seal_not_written", directory=settings.SEAL_DIR)
        _remember(database_time(), {"failed": _told(refused)})
        return None


def _seal_the_day(now: datetime) -> Seal | None:
    if settings.SEAL_DIR:
        finish(Path(settings.SEAL_DIR))
    if (there := _made_today(now)) is not None:
        if Heartbeat.objects.filter(name=HEARTBEAT, detail__has_key="failed").exists():
            _remember_made(there)
        return None
    if settings.SEAL_DIR:
        seal = seal_to(Path(settings.SEAL_DIR) / f"seal-{now:%Y-%m-%dT%H%M%SZ}.txt", daily=True)
    else:
        seal = write_seal(len, lambda: None, daily=True)  # nobody keeps its lines; the row has their SHA-256
    _remember_made(seal)
    return seal


def daily_seals(now: datetime) -> QuerySet[Seal]:
    """The daily ones that were made until now, in their order.

    A row that lies ahead is none of them: somebody wrote it by hand, or the server's clock was wrong. Where one
    claims a day, that day's own seal is the one that the task remembers.
    """
    remembered = Heartbeat.objects.filter(name=HEARTBEAT).values(sum=KeyTextTransform("sha256", "detail"))
    daily = Q(day__isnull=False) | Q(sha256__in=remembered)
    return Seal.objects.filter(daily, made_at__lte=now).order_by("made_at", "pk")


def _made_today(now: datetime) -> Seal | None:
    """This day's seal. A row after which others were made that say an earlier moment was not made when it says."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    made_before = Seal.objects.filter(pk__gt=OuterRef("pk"), made_at__lt=OuterRef("made_at"))
    of_today = daily_seals(now).filter(Q(day=now.date()) | Q(day=None), made_at__gte=midnight)
    return of_today.exclude(Exists(made_before)).last()


def _told(refused: OSError) -> str:
    if isinstance(refused, LeftBeside):
        return str(refused)
    if isinstance(refused, TimeoutError):
        return f"The daily seal could not be made: {because(refused)}."
    return f"Daily seals cannot be written to SEAL_DIR, {settings.SEAL_DIR}: {because(refused)}."


def _remember_made(seal: Seal) -> None:
    _remember(seal.made_at, {"claims": seal.claims, "sha256": seal.sha256})


def _remember(now: datetime, detail: dict[str, int | str]) -> None:
    Heartbeat.objects.update_or_create(name=HEARTBEAT, defaults={"ran_at": now, "detail": detail})
