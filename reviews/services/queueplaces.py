"""Where a claim stands in somebody's own queue, and which one comes after it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Left

from claims.permissions import Viewer
from reviews.services.compiled import Compiled
from reviews.services.queue import Order, View, claims_in, ordered, parked

BEGINNING = 80  # letters of a statement by which somebody knows a claim


@dataclass(frozen=True)
class Place:
    """Where the claim stands in the reader's own queue; numbers are 1-based, 0 when it is not in it.

    `next_words` is how the next one begins, in `next_language`; empty where it waits for something.
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
    numbers = [row[0] for row in mine]
    at = numbers.index(claim_id) if claim_id in numbers else -1
    after, words, language, parks = mine[at + 1] if at + 1 < len(mine) else (None, "", "", 0)
    return Place(at + 1, len(mine), numbers[at - 1] if at > 0 else None, after, "" if parks else words, language)


def next_of_mine(claim_id: int, viewer: Viewer, now: datetime) -> int | None:
    """The claim to open after this one: the one behind it in the reader's queue, else the first other one.

    One that waits for something is opened only where nothing else is left.
    """
    mine = [(number, parks) for number, _words, _language, parks in _order_of_mine(viewer, now)]
    at = next((place for place, (number, _parks) in enumerate(mine) if number == claim_id), -1)
    others = [*mine[at + 1 :], *mine[: max(at, 0)]]
    return min(others, key=lambda other: other[1], default=(None, 0))[0]


def _order_of_mine(viewer: Viewer, now: datetime) -> list[tuple[int, str, str, int]]:
    """One's own claims in the order of the queue: number, how it begins, language, whether it waits (1 or 0)."""
    return _MINE.rows_for(viewer, now)


def _mine_in_order(viewer: Viewer, now: datetime) -> QuerySet[Any, Any]:
    mine = ordered(claims_in(View.MINE, viewer, now), Order.DUE, now)
    return mine.values_list("pk", Left("statement", BEGINNING), "language", parked(now))


_MINE = Compiled(_mine_in_order, lambda now: {"now": now}, planned=8)
