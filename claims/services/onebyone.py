"""Works through rows one by one, so that a bad row stops no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from time import monotonic
from typing import TypeVar

import psycopg
import structlog
from django.db import DatabaseError, OperationalError
from django.db.models import Model, QuerySet

from claims.errors import ClaimDeskError

PATIENCE = 15.0  # seconds that a step on many claims takes at most: proxies give up on a page after 30
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


class Busy(ClaimDeskError):
    """Somebody else is writing this at the moment. Ask again in a second.

    Somebody holds what is to be written at this instant, and nothing was done. Ask again after `Retry-After`, under
    the same Idempotency-Key.
    """

    code = "busy"
    status = 503


@dataclass(frozen=True)
class Stepped:
    """What became of several claims: which the step was taken on, which refused it by why, and which had no time."""

    done: list[int] = field(default_factory=list)
    refused: dict[str, list[int]] = field(default_factory=dict)
    left: list[int] = field(default_factory=list)


def step_on_each(claims: Iterable[int], step: Callable[[int], object]) -> Stepped:
    """Take a step on each claim, in a transaction of its own, for as long as somebody waits for an answer.

    What one refuses, or somebody else holds, stops no other. Raises nothing that concerns a single claim, and
    `OperationalError` when the database is out of reach.
    """
    stepped, ends = Stepped(), monotonic() + PATIENCE
    for number in claims:
        if monotonic() > ends:
            stepped.left.append(number)
            continue
        try:
            step(number)
        except ClaimDeskError as refusal:
            stepped.refused.setdefault(refusal.message, []).append(number)
        except OperationalError as failed:
            if not isinstance(failed.__cause__, psycopg.errors.LockNotAvailable):
                raise
            stepped.refused.setdefault(Busy().message, []).append(number)
        else:
            stepped.done.append(number)
    return stepped
