"""The history cannot be rewritten, and a reader of the change feed misses nothing however many write."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from threading import Event

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from claims.actors import rule
from claims.models import Claim, ClaimEvent
from claims.services.transitions import locked
from tests import factories as make
from tests.concurrency.crowd import at_once, broken_promises
from tests.running import wait_until

pytestmark = pytest.mark.django_db(transaction=True)
WRITERS, EACH = 6, 40
COMES_WITHIN = 40.0  # seconds
SOMEBODY = rule("writer")

Cursor = tuple[int, int]
Page = Callable[[Cursor], Sequence[ClaimEvent]]


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE claims_claimevent SET actor_name = 'Somebody else'",
        "DELETE FROM claims_claimevent",
        "TRUNCATE claims_claimevent CASCADE",
    ],
)
def test_events_cannot_be_changed_removed_or_emptied_by_sql(sql: str) -> None:
    make.a_claim(make.a_desk())
    before = list(ClaimEvent.objects.values_list("pk", "hash"))
    with pytest.raises(DatabaseError, match=r"Cannot update or delete|append-only"), connection.cursor() as cursor:
        cursor.execute(sql)
    assert list(ClaimEvent.objects.values_list("pk", "hash")) == before != []


def safe_page(after: Cursor) -> Sequence[ClaimEvent]:
    return list(ClaimEvent.objects.after(*after)[:50])


def naive_page(after: Cursor) -> Sequence[ClaimEvent]:
    """What a reader gets who trusts that numbers appear in order. They do not."""
    return list(ClaimEvent.objects.filter(pk__gt=after[1]).order_by("pk")[:50])


def write(claim: Claim, *, slowly: float = 0) -> None:
    """Record an event of the claim, and hold the transaction open for so many seconds."""
    with locked(claim.pk) as held:
        held.record("claim.seen", by=SOMEBODY)
        time.sleep(slowly)


def follow(page: Page, done: Event) -> list[int]:
    """Read page after page from the beginning until everything was written and the last of it has come.

    What is committed may come a little later: the feed waits for every transaction that began before.
    """
    seen: list[int] = []
    after: Cursor = (0, 0)
    until = time.monotonic() + COMES_WITHIN
    while time.monotonic() < until:
        everything = ClaimEvent.objects.count() if done.is_set() else None
        rows = page(after)
        seen += [row.pk for row in rows]
        after = (rows[-1].tx, rows[-1].pk) if rows else after
        if len(seen) == everything:
            break
    return seen


def read_while_written(page: Page) -> tuple[list[int], set[int]]:
    """What a reader saw while many wrote, and what there was."""
    desk = make.a_desk()
    claims = [make.a_claim(desk) for _ in range(WRITERS)]
    done, left = Event(), list(range(WRITERS))

    def keep_writing(claim: Claim) -> None:
        for number in range(EACH):
            write(claim, slowly=0.002 * (number % 3))
        left.pop()
        if not left:
            done.set()

    _, *answers = at_once(*[partial(keep_writing, claim) for claim in claims], partial(follow, page, done))
    seen = next(answer for answer in answers if isinstance(answer, list))
    return seen, set(ClaimEvent.objects.values_list("pk", flat=True))


def test_the_feed_misses_nothing_and_repeats_nothing_while_many_write() -> None:
    seen, there = read_while_written(safe_page)
    assert len(seen) == len(set(seen))
    assert set(seen) == there
    assert len(there) >= WRITERS * EACH


def test_a_reader_who_trusts_the_numbers_misses_what_is_committed_late() -> None:
    desk = make.a_desk()
    slow, quick = make.a_claim(desk), make.a_claim(desk)
    start = ClaimEvent.objects.order_by("pk").last()
    assert start is not None
    between: dict[str, list[int]] = {}

    def write_quickly_meanwhile() -> None:
        time.sleep(0.3)
        write(quick)
        for name, page in (("naive", naive_page), ("safe", safe_page)):
            between[name] = [row.claim_id for row in page((start.tx, start.pk))]

    at_once(partial(write, slow, slowly=0.8), write_quickly_meanwhile)
    assert between == {"naive": [quick.pk], "safe": []}
    wait_until(lambda: len(safe_page((start.tx, start.pk))) == 2, within=COMES_WITHIN)
    assert sorted(row.claim_id for row in safe_page((start.tx, start.pk))) == [slow.pk, quick.pk]
    naive_cursor = ClaimEvent.objects.get(claim=quick, type="claim.seen")
    assert list(naive_page((naive_cursor.tx, naive_cursor.pk))) == []


def test_an_event_is_written_with_its_change_or_not_at_all() -> None:
    claim = make.a_claim(make.a_desk())
    before = ClaimEvent.objects.filter(claim=claim).count()
    with pytest.raises(RuntimeError, match="power"), transaction.atomic(), locked(claim.pk) as held:
        held.record("claim.seen", by=SOMEBODY)
        raise RuntimeError("the power went")
    assert ClaimEvent.objects.filter(claim=claim).count() == before


def test_an_event_of_an_older_transaction_is_told_behind_those_it_waited_for() -> None:
    claim = make.a_claim(make.a_desk())
    begun, written = Event(), Event()

    def older() -> None:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_current_xact_id()")  # as a call does that keeps its Idempotency-Key first
            begun.set()
            assert written.wait(COMES_WITHIN)
            write(claim)

    def younger() -> None:
        assert begun.wait(COMES_WITHIN)
        write(claim)
        written.set()

    at_once(older, younger)
    told = list(ClaimEvent.objects.order_by("tx", "pk").values_list("seq", flat=True))
    assert told == sorted(told)
    assert len(told) == 4
    assert broken_promises() == {}


@contextmanager
def writing_elsewhere() -> Iterator[None]:
    """A transaction that writes, in another database of the same server."""
    with psycopg.connect(**{**connection.get_connection_params(), "dbname": "postgres"}) as other:
        other.execute("SELECT pg_current_xact_id()")
        yield
        other.rollback()


def test_what_other_databases_of_the_server_write_does_not_hold_the_feed_back() -> None:
    with writing_elsewhere():
        claim = make.a_claim(make.a_desk())
        last = claim.events.latest("pk")
        assert ClaimEvent.objects.end_of_feed() == (last.tx, last.pk)


def test_a_reader_who_writes_is_told_nothing_of_their_own_transaction() -> None:
    claim = make.a_claim(make.a_desk())
    last = claim.events.latest("pk")
    with locked(claim.pk) as held:
        held.record("claim.seen", by=SOMEBODY)
        assert ClaimEvent.objects.end_of_feed() == (last.tx, last.pk)
