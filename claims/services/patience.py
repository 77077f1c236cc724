"""How long the database may think about a statement, where that differs from what the process allows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def statements_within(seconds: int | None) -> Iterator[None]:
    """A transaction in which no statement takes longer than so many seconds, or each as long as it likes (None).

    A statement that is cut off raises `OperationalError`.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{seconds or 0}s"])
        yield
