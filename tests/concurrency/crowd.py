"""People and processes that act at the same instant, each on a database connection of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from threading import Barrier
from typing import TypeVar

from django.db import connection, connections

from claims.errors import ClaimDeskError
from claims.models.prepared import Repeated
from claims.services.patience import statements_within
from claims.services.verifying import Query, record_invariants
from reviews.services.verifying import work_invariants
from verify_project.room import with_room

Answer = TypeVar("Answer")
PATIENCE = 60.0  # seconds until a crowd that hangs fails its test
OF_THE_TABLES = {"guards_are_in_place", "guards_of_the_work_are_in_place"}


def at_once(*acts: Callable[[], Answer]) -> list[Answer | ClaimDeskError]:
    """Do all of them at the same instant; answers, or the refusal, in the order given. Other errors are raised."""
    gate = Barrier(len(acts))

    def one(act: Callable[[], Answer]) -> Answer | ClaimDeskError:
        gate.wait(PATIENCE)
        try:
            return with_room(act)
        except ClaimDeskError as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as crowd:
        return list(crowd.map(one, acts, timeout=PATIENCE))


def refusals(answers: Iterable[object]) -> list[str]:
    """The sentences of those who were refused."""
    return [answer.message for answer in answers if isinstance(answer, ClaimDeskError)]


def broken_promises(patience: timedelta = timedelta(0)) -> dict[str, list[str]]:
    """Every promise that the rows break now, with the rows. What passed within `patience` may wait to be announced.

    No test that asks takes a guard out of the tables, so that is not looked at, which takes a quarter of the time.
    """
    promises = [one for one in (*record_invariants(patience), *work_invariants()) if one.name not in OF_THE_TABLES]
    by_statement = {one.name: one.breaches.sql for one in promises if isinstance(one.breaches, Query)}
    with statements_within(None):
        found = _breaches_by(tuple(by_statement.items()))
        found |= {one.name: one.breaches() for one in promises if one.name not in by_statement}
    return {name: rows for name, rows in found.items() if rows}


def _breaches_by(statements: tuple[tuple[str, str], ...]) -> dict[str, list[str]]:
    """What all of these find, asked at once and planned once, which takes longer than a look at the rows of a test."""
    found: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(*_asked_together(statements).with_values(connection, []))
        for name, row in cursor.fetchall():
            found.setdefault(name, []).append(row)
    return found


@cache
def _asked_together(statements: tuple[tuple[str, str], ...]) -> Repeated:
    parts = [f"SELECT '{name}' AS promise, breach::text FROM ({sql}) AS breach" for name, sql in statements]  # noqa: S608 - our own files
    return Repeated(" UNION ALL ".join(parts).replace("%", "%%"))


@contextmanager
def tables_through(body: str, *tables: str) -> Iterator[None]:
    """Until the block ends there is a way to these tables on which the PL/pgSQL `body` is done before each row.

    A statement that goes `through` it has taken its snapshot by then, and no lock yet.
    """
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA way")
        cursor.execute(
            f"CREATE FUNCTION way.passes() RETURNS boolean LANGUAGE plpgsql AS $$BEGIN {body} RETURN true; END$$"
        )
        for table in tables:
            cursor.execute(f"CREATE VIEW way.{table} AS SELECT * FROM public.{table} WHERE way.passes()")  # noqa: S608 - tables of ours
        try:
            yield
        finally:
            cursor.execute("DROP SCHEMA way CASCADE")


def through(work: Callable[[], Answer]) -> Answer:
    """Do it with the connection going that way to the tables; it goes so until it is closed."""
    with connection.cursor() as cursor:
        cursor.execute("SET search_path TO way, public")
    return work()


def waiting_for_locks() -> int:
    """How many statements of this database wait for a lock now, also when asked again within a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        (number,) = cursor.fetchone()
    return int(number)
