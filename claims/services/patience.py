"""How long the database may think about a statement, where that differs from what the process allows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from time import monotonic
from typing import Any

import psycopg
from django.db import OperationalError, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

BROKEN_BY = 0.5  # seconds in which a living server has let us know that a connection no longer stands


@contextmanager
def statements_within(seconds: int | None) -> Iterator[None]:
    """A transaction in which no statement takes longer than so many seconds, or each as long as it likes (None).

    A statement that is cut off raises `OperationalError`.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{seconds or 0}s"])
        yield


@contextmanager
def answered_within(seconds: float, asked: BaseDatabaseWrapper) -> Iterator[None]:
    """A block in which all that is asked of a connection is answered within so many seconds together.

    Whatever waits longer raises `OperationalError`, and the connection is closed: the next to ask gets another.

    The server's own limits do not hold where its processes stand still, and neither keepalives nor `tcp_user_timeout`
    notice, since its system goes on acknowledging what is sent. So it is the client that stops waiting: the driver's
    `Connection.wait()`, through which every statement goes, takes a limit.

    Where there is no connection one is made, for which the driver waits two seconds even when told less.
    """
    begun = monotonic()
    with _waiting_until(begun + seconds, asked):
        asked.close_if_health_check_failed()
    if asked.connection is None:
        if monotonic() - begun > BROKEN_BY:
            raise OperationalError("The database did not say whether the connection stands.")
        _connect_within(seconds, asked)
    with _waiting_until(begun + seconds, asked):
        yield


@contextmanager
def _waiting_until(end: float, asked: BaseDatabaseWrapper) -> Iterator[None]:
    """A block in which an open connection is waited for until this moment of the monotonic clock and no longer."""
    held = asked.connection
    if held is None:
        yield
        return
    wait = held.wait

    def wait_until_end(generator: Any) -> Any:
        try:
            return wait(generator, timeout=max(0.0, end - monotonic()))
        except psycopg.OperationalError:
            if monotonic() >= end:
                held.close()  # what it was asked may still be answered one day, and nobody would know to what
            raise

    held.wait = wait_until_end
    try:
        yield
    finally:
        del held.wait  # that of its class is back


def _connect_within(seconds: float, asked: BaseDatabaseWrapper) -> None:
    usual = asked.settings_dict
    asked.settings_dict = usual | {"OPTIONS": usual["OPTIONS"] | {"connect_timeout": ceil(seconds)}}
    try:
        asked.ensure_connection()
    finally:
        asked.settings_dict = usual
