"""Takes articles in from their links, for whoever asked.

As with linked pages everything is in rows: a reader takes some that are due (`SKIP LOCKED`), moves their next attempt
ahead as its lease, and asks the outside world with no transaction open. The article and the end of the operation are
written in one transaction, and only if the lease is still the reader's own. So a reader may be killed at any moment:
the operation begins again, and its article is there once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from claims.errors import ClaimDeskError, SeveralFaults
from claims.exports.times import rfc3339
from claims.intake.client import Answer, Client, Errand
from claims.intake.egress import client
from claims.intake.pages import ReadPage, read_page
from claims.intake.refusals import DidNotOpen, NoAnswer, NotRead, TooSlow
from claims.intake.words import READABLE
from claims.models import Operation, OperationState, OperationStep
from claims.services.alone import in_turns
from claims.services.completing import completed
from claims.services.operations import maker_of, told_with
from claims.services.taking import notes_on, take_in_for
from claims.services.transitions import database_time

AT_ONCE = 3
BEGINS_FOR = 10.0  # seconds in which one run takes new rows; the last of them may take three times as long again
LEASE = timedelta(minutes=3)
AGAIN_IN = tuple(timedelta(seconds=seconds) for seconds in (15, 60, 300))
MOST = len(AGAIN_IN) + 1  # attempts
KEPT_FAILURES = 10
ALONE = 7_214_300_018  # any number that nobody else locks by
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})  # what a host answers that may answer otherwise soon
INTERRUPTED = "Reading was interrupted."
INSTEAD = "Paste the text instead."


@dataclass(frozen=True)
class Taken:
    """An operation as a reader took it. `lease` is the next attempt it wrote: while it stands, the row is its own."""

    number: int
    url: str
    lease: datetime


def import_articles() -> int:
    """Carry out what is due, some at a time, until nothing is or the run has lasted long enough; answers how many."""
    if not settings.FETCH_PAGES:
        return 0
    return in_turns(
        ALONE, seconds=BEGINS_FOR, at_once=AT_ONCE, take=take, ask=lambda one: fetched(one, client()), settle=carry_on
    )


def take(most: int) -> list[Taken]:
    """Take operations that are due, each with a lease that ends by itself. One that was begun too often ends here."""
    taken = []
    with transaction.atomic():
        now = database_time()
        for row in Operation.objects.due(now).select_for_update(skip_locked=True)[:most]:
            if row.state == OperationState.RUNNING:
                _note(row, "interrupted", f"{INTERRUPTED} {INSTEAD if row.attempts >= MOST else ''}".strip(), now)
            if row.attempts >= MOST:
                _end(row, OperationState.FAILED, now)
                continue
            row.state, row.step = OperationState.RUNNING, OperationStep.FETCH
            row.attempts += 1
            row.started_at = row.started_at or now
            row.next_attempt_at = lease = now + LEASE
            row.save(update_fields=["state", "step", "attempts", "started_at", "next_attempt_at", "failures"])
            taken.append(Taken(row.pk, row.url, lease))
    return taken


def fetched(one: Taken, by: Client) -> Answer | NotRead:
    """Fetch one page. No transaction is open, and the database is not asked."""
    try:
        return by.run(Errand(one.url, kinds=READABLE))
    except NotRead as refusal:
        return refusal


def carry_on(one: Taken, answer: Answer | NotRead) -> None:
    """Read the page and keep its article, or write down why not."""
    if isinstance(answer, NotRead):
        give_up(one, answer, sentence_of(answer), passing=is_passing(answer))
        return
    if not _reached(one, OperationStep.READ):
        return
    try:
        page = read_page(answer.body, answer.media_type, answer.charset)
        if _reached(one, OperationStep.KEEP):
            keep(one, page, answer.url)
    except ClaimDeskError as refusal:
        give_up(one, refusal, _sentences(refusal), passing=False)


def keep(one: Taken, page: ReadPage, found_at: str) -> None:
    """Take the article in and end the operation, both or neither. Raises what taking in refuses."""
    with transaction.atomic():
        row = _own(one)
        if row is None:
            return
        maker = maker_of(row, database_time())
        found, now = completed(told_with(row), page, found_at=found_at), database_time()
        taken, given = take_in_for(maker, found.article, stands_now=True), found.article
        row.revision = taken.revision
        said = notes_on(maker, taken.article, now, desk=given.desk, until=given.embargo_until)
        row.notes = [*found.notes, *said]
        row.is_new, row.is_new_text = taken.is_new, taken.is_new_text
        _end(row, OperationState.DONE, now)


def give_up(one: Taken, refusal: ClaimDeskError, sentence: str, *, passing: bool) -> None:
    """Write down why it failed: to be tried again soon where that may help, else for good."""
    with transaction.atomic():
        row = _own(one)
        if row is None:
            return
        now = database_time()
        _note(row, refusal.code, sentence, now)
        if passing and row.attempts < MOST:
            row.state, row.next_attempt_at = OperationState.QUEUED, now + AGAIN_IN[row.attempts - 1]
            row.save(update_fields=["state", "next_attempt_at", "failures"])
        else:
            _end(row, OperationState.FAILED, now)


def is_passing(refusal: NotRead) -> bool:
    """Whether the same page may open in a minute."""
    if isinstance(refusal, DidNotOpen):
        return refusal.facts.get("status") in PASSING
    return isinstance(refusal, (NoAnswer, TooSlow))


def sentence_of(refusal: NotRead) -> str:
    """Why the page was not read, and what to do: another way than for evidence."""
    return f"{refusal.what} {INSTEAD}"


def _sentences(refusal: ClaimDeskError) -> str:
    several: Sequence[ClaimDeskError] = refusal.faults if isinstance(refusal, SeveralFaults) else [refusal]
    return " ".join(filter(None, [word for one in several for word in (one.message, one.hint)]))


def _own(one: Taken) -> Operation | None:
    """The row, locked, if it is still this reader's."""
    rows = Operation.objects.select_for_update(of=("self",)).select_related("made_by", "key", "desk")
    return rows.filter(pk=one.number, state=OperationState.RUNNING, next_attempt_at=one.lease).first()


def _reached(one: Taken, step: OperationStep) -> bool:
    """Write down how far it has come; answers whether the row is still this reader's."""
    with transaction.atomic():
        row = _own(one)
        if row is not None:
            row.step = step
            row.save(update_fields=["step"])
    return row is not None


def _note(row: Operation, code: str, sentence: str, now: datetime) -> None:
    failure = {"step": row.step, "code": code, "detail": sentence, "at": rfc3339(now)}
    row.failures = [*row.failures, failure][-KEPT_FAILURES:]


def _end(row: Operation, state: OperationState, now: datetime) -> None:
    row.state, row.finished_at, row.next_attempt_at = state, now, None
    ended = ("state", "finished_at", "next_attempt_at", "failures", "notes", "revision", "is_new", "is_new_text")
    row.save(update_fields=list(ended))
