"""Who may change a desk's escalation ladder."""

from __future__ import annotations

from collections.abc import Sequence

from claims.errors import RoleMissing
from claims.ladders import Step
from claims.models import Desk, Ladder
from claims.permissions import Viewer
from claims.services.laddering import set_ladder
from reviews.services.rules import led_desks


def check_keeps_ladder(viewer: Viewer, desk: Desk) -> None:
    """Editors of the desk, administrators, and keys with `setup:manage` that reach it.

    Raises `RoleMissing`, `ScopeMissing`.
    """
    mine = led_desks(viewer)
    if mine is not None and desk.pk not in mine:
        raise RoleMissing("A desk's ladder: only for its editors and administrators.")


def change_ladder(desk: Desk, steps: Sequence[Step], viewer: Viewer, *, version: int | None = None) -> Ladder:
    """Give a desk these steps. Raises `RoleMissing`, `ScopeMissing`, `Invalid`, `StaleVersion`."""
    check_keeps_ladder(viewer, desk)
    return set_ladder(desk, steps, version=version)
