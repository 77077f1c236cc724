"""Reads the pages that links lead to, and looks later whether they still open.

Everything is in rows: a reader takes some that are due (`SKIP LOCKED`), moves their next attempt ahead as its lease,
and asks the outside world with no transaction open. What came back is written under the claim's lock, in one
transaction with its event, and only if the lease is still the reader's own. So a reader may be killed at any moment:
nothing is lost, because the row comes up again, and nothing is kept twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO

from django.conf import settings
from django.db import transaction

from claims.actors import rule
from claims.intake.client import Answer, Client, Errand
from claims.intake.egress import client
from claims.intake.refusals import NothingThere, NotRead
from claims.intake.words import Words, words_of
from claims.models import Copy, Evidence, Fetch, FetchState, Snapshot, Visibility
from claims.services.alone import in_turns
from claims.services.evidence import keep_file
from claims.services.linkflags import keep_flags
from claims.services.looks import is_watched
from claims.services.readings import tell_copy, told_reading
from claims.services.stamprequests import request_stamps
from claims.services.transitions import Held, database_time, locked

READER = rule("page reader")
AT_ONCE = 3
BEGINS_FOR = 15.0  # seconds in which one run takes new rows; the last of them may take as long again
LEASE = timedelta(minutes=3)
RETRIES = tuple(timedelta(minutes=count) for count in (1, 10, 60, 360, 1440))
CHECK_EVERY = timedelta(days=7)
CHECK_AGAIN = timedelta(hours=25)  # two failures count only when they are at least a day apart
A_DAY = timedelta(days=1)
ALONE = 7_214_300_017  # any number that nobody else locks by
WRITTEN = ("state", "code", "sentence", "attempts", "failing_since", "checked_at", "next_attempt_at")
KINDS = (
    *("text/", "application/xhtml+xml", "application/pdf", "application/json", "application/xml"),
    *("application/rss+xml", "application/atom+xml", "image/", "audio/", "video/"),
)


@dataclass(frozen=True)
class Taken:
    """A row as a reader took it. `lease` is the next attempt it wrote: while it stands, the row is this reader's."""

    evidence: int
    claim: int
    url: str
    lease: datetime


@dataclass(frozen=True)
class Page:
    """What was read: the answer, its bytes as kept, its words."""

    answer: Answer
    snapshot: Snapshot
    words: Words


def read_pages() -> int:
    """Read what is due, some rows at a time, until nothing is or the run has lasted long enough; answers how many."""
    if not settings.FETCH_PAGES:
        return 0
    return in_turns(
        ALONE, seconds=BEGINS_FOR, at_once=AT_ONCE, take=take, ask=lambda one: ask(one, client()), settle=settle
    )


def take(most: int) -> list[Taken]:
    """Take rows that are due, the most urgent first, each with a lease that ends by itself."""
    with transaction.atomic():
        now, rows = database_time(), list[Fetch]()
        for part in Fetch.objects.by_urgency(now):
            rows += _leased(part.select_for_update(skip_locked=True)[: most - len(rows)], now)
        items = Evidence.objects.in_bulk([row.pk for row in rows])
    return [
        Taken(row.pk, items[row.pk].claim_id, items[row.pk].url, row.next_attempt_at)
        for row in rows
        if row.next_attempt_at is not None
    ]


def _leased(due: Iterable[Fetch], now: datetime) -> list[Fetch]:
    rows = list(due)
    for row in rows:
        row.attempts += 1
        row.next_attempt_at = now + max(LEASE, _again_in(row.attempts))
        row.save(update_fields=["attempts", "next_attempt_at"])
    return rows


def _again_in(attempts: int) -> timedelta:
    return RETRIES[min(attempts, len(RETRIES)) - 1]


def ask(one: Taken, by: Client) -> tuple[Answer, Words] | NotRead:
    """Read one page. No transaction is open, and the database is not asked."""
    try:
        answer = by.run(Errand(one.url, kinds=KINDS))
        if not answer.body:
            raise NothingThere()
    except NotRead as refusal:
        return refusal
    return answer, words_of(answer.body, answer.media_type)


def settle(one: Taken, outcome: tuple[Answer, Words] | NotRead) -> None:
    """Write down what came of it, unless the lease ended and somebody else took the row meanwhile."""
    page = None
    if not isinstance(outcome, NotRead):
        answer, words = outcome
        page = Page(answer, keep_file(BytesIO(answer.body), answer.media_type), words)
    with locked(one.claim) as held:
        row = Fetch.objects.select_for_update(of=("self",)).select_related("evidence").get(pk=one.evidence)
        if row.next_attempt_at != one.lease:
            return
        if isinstance(outcome, NotRead):
            _failed(held, row, outcome)
        elif page is not None:
            _opened(held, row, page)
        row.save(update_fields=WRITTEN)
        keep_flags(held, by=READER)


def _opened(held: Held, row: Fetch, page: Page) -> None:
    """The page is there. It is kept when it is the first copy, or when its words differ from the last one's."""
    last = Copy.objects.filter(evidence=row.evidence_id).order_by("-number").first()
    if last is None or differs(last, page):
        _keep(held, row.evidence, page, 1 if last is None else last.number + 1)
    row.state, row.code, row.sentence = FetchState.KEPT, "", ""
    row.attempts, row.failing_since, row.checked_at = 0, None, held.now
    row.next_attempt_at = held.now + CHECK_EVERY if is_watched(held.claim, row.evidence) else None


def differs(last: Copy, page: Page) -> bool:
    """Whether a reader would notice. Pages change their advertisements with every look; only their words count."""
    if last.text or page.words.text:
        return last.text.split() != page.words.text.split()
    return last.snapshot_id != page.snapshot.pk


def _keep(held: Held, item: Evidence, page: Page, number: int) -> None:
    answer, words = page.answer, page.words
    Copy.objects.create(
        evidence=item,
        number=number,
        snapshot=page.snapshot,
        url=answer.url[:4000],
        status=answer.status,
        headers=[list(pair) for pair in answer.headers],
        media_type=answer.media_type[:120],
        title=words.title,
        text=words.text,
        fetched_at=held.now,
    )
    if item.snapshot_id is None:
        item.snapshot, item.media_type = page.snapshot, page.snapshot.media_type
        item.save(update_fields=["snapshot", "media_type"])
    request_stamps(item, [page.snapshot.pk], held.now)
    tell_copy(held, item, number, page.snapshot.sha256, by=READER)


def _failed(held: Held, row: Fetch, refusal: NotRead) -> None:
    """The page did not open. The first failure of a link that never opened is told, the others only count."""
    row.code, row.sentence, row.checked_at = refusal.code, refusal.message[:300], held.now
    has_copy = row.state in {FetchState.KEPT, FetchState.GONE}
    if has_copy:
        since = row.failing_since = row.failing_since or held.now
        gone = held.now - since >= A_DAY
        row.state = FetchState.GONE if gone else FetchState.KEPT
        again = held.now + (CHECK_EVERY if gone else CHECK_AGAIN)
        row.next_attempt_at = again if is_watched(held.claim, row.evidence) else None
    else:
        if row.state != FetchState.FAILED and row.failing_since is None:
            held.record("evidence.failed", by=READER, data=told_reading(row.evidence, code=refusal.code))
        row.state, row.failing_since = FetchState.FAILED, row.failing_since or held.now
        over = refusal.final or row.attempts > len(RETRIES) or row.evidence.visibility == Visibility.PROTECTED
        row.next_attempt_at = None if over else held.now + _again_in(row.attempts)
