"""Where a claim stands in somebody's own queue, and which one comes after it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Left

from claims.permissions import Viewer
from reviews.services.compiled import Compiled
from reviews.services.queue import Order, View, claims_in, ordered

BEGINNING = 80  # letters of a statement by which somebody knows a claim


@dataclass(frozen=True)
class Place:
    """Where the claim stands in the reader's own queue; numbers are 1-based, 0 when it is not in it.

    `next_words` is how the next one begins, in `next_language`.
    """

    number: int
    of: int
    previous: int | None
    next: int | None
    next_words: str = ""
    next_language: str = ""


def place_of(claim_id: int, viewer: Viewer, now: datetime) -> Place:
    """Where the claim stands; one that stands nowhere is followed by the first of the queue."""
    mine = _order_of_mine(viewer, now)
    numbers = [number for number, _words, _language in mine]
    at = numbers.index(claim_id) if claim_id in numbers else -1
    after, words, language = mine[at + 1] if at + 1 < len(mine) else (None, "", "")
    return Place(at + 1, len(mine), numbers[at - 1] if at > 0 else None, after, words, language)


def next_of_mine(claim_id: int, viewer: Viewer, now: datetime) -> int | None:
    """The claim to open after this one: the one behind it in the reader's queue, else the first other one."""
    mine = [number for number, _words, _language in _order_of_mine(viewer, now)]
    if claim_id in mine:
        at = mine.index(claim_id)
        return next(iter([*mine[at + 1 :], *mine[:at]]), None)
    return mine[0] if mine else None


def _order_of_mine(viewer: Viewer, now: datetime) -> list[tuple[int, str, str]]:
    """One's own claims in the order of the queue, for previous and next: number, how it begins, language."""
    return _MINE.rows_for(viewer, now)


def _mine_in_order(viewer: Viewer, now: datetime) -> QuerySet[Any, Any]:
    mine = ordered(claims_in(View.MINE, viewer, now), Order.DUE, now)
    return mine.values_list("pk", Left("statement", BEGINNING), "language")


_MINE = Compiled(_mine_in_order, lambda now: {"now": now}, planned=8)
