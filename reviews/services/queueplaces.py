"""Where a claim stands in somebody's own queue, and which one comes after it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from claims.permissions import Viewer
from reviews.services.queue import order_of_mine


@dataclass(frozen=True)
class Place:
    """Where the claim stands in the reader's own queue; numbers are 1-based, 0 when it is not in it."""

    number: int
    of: int
    previous: int | None
    next: int | None


def place_of(claim_id: int, viewer: Viewer, now: datetime) -> Place:
    """Where the claim stands; one that stands nowhere is followed by the first of the queue."""
    mine = order_of_mine(viewer, now)
    if claim_id not in mine:
        return Place(0, len(mine), None, mine[0] if mine else None)
    at = mine.index(claim_id)
    after = mine[at + 1] if at + 1 < len(mine) else None
    return Place(at + 1, len(mine), mine[at - 1] if at else None, after)


def next_of_mine(claim_id: int, viewer: Viewer, now: datetime) -> int | None:
    """The claim to open after this one: the one behind it in the reader's queue, else the first other one."""
    mine = order_of_mine(viewer, now)
    if claim_id in mine:
        at = mine.index(claim_id)
        return next(iter([*mine[at + 1 :], *mine[:at]]), None)
    return mine[0] if mine else None
