"""Works through rows one by one, so that a bad row stops no other."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import structlog
from django.db import DatabaseError, OperationalError
from django.db.models import Model, QuerySet

from claims.errors import ClaimDeskError

M = TypeVar("M", bound=Model)
log = structlog.get_logger(__name__)


def one_by_one(rows: QuerySet[M], work: Callable[[M], int], *, batch: int, failed: str) -> int:
    """Do `work` to `batch` of the rows, in their order; answers the sum of what it answered.

    A row that it fails for is logged as the event `failed` and left to the next pass. It does not count towards the
    batch: however many bad rows lie in front, those behind them have their turn.
    Raises `OperationalError` when the database is out of reach.
    """
    done = came_to = 0
    for row in rows.iterator(chunk_size=batch):
        try:
            came_to += work(row)
        except OperationalError:
            raise
        except (DatabaseError, ClaimDeskError):
            log.exception(failed, row=row.pk)
            continue
        done += 1
        if done == batch:
            break
    return came_to
