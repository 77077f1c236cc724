"""One process at a time, and some hosts at a time: what waits for others takes one worker's slot, never all of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from django.db import connection

Row = TypeVar("Row")
Found = TypeVar("Found")


@contextmanager
def alone(number: int) -> Iterator[bool]:
    """Whether nobody else is in a block with this number; held until the block ends. Being alone is not relied on."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
        (free,) = cursor.fetchone()
    try:
        yield free
    finally:
        if free:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [number])


def in_turns(
    number: int,
    *,
    seconds: float,
    at_once: int,
    take: Callable[[int], list[Row]],
    ask: Callable[[Row], Found],
    settle: Callable[[Row, Found], None],
) -> int:
    """Take rows, ask the outside world for each in a thread of its own, settle what came back; answers how many.

    Goes on until nothing is due or `seconds` have passed; does nothing while another process with this number does.
    `take` and `settle` use the database, `ask` must not.
    """
    done = 0
    with alone(number) as free:
        until = time.monotonic() + seconds
        while free and time.monotonic() < until and (taken := take(at_once)):
            with ThreadPoolExecutor(at_once) as readers:
                found = list(readers.map(ask, taken))
            for one, outcome in zip(taken, found, strict=True):
                settle(one, outcome)
            done += len(taken)
    return done
