"""Keeps desks: their names, their plain hours, and what verdicts need there.

A change counts for what is accepted and judged from then on; no running work is moved.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from claims.errors import ClaimDeskError, Invalid, NotFound, StaleVersion
from claims.models import Desk
from claims.permissions import Viewer, check_sets_up, desks_of
from claims.services.articles import name_line
from claims.services.rows import check_columns, mark_of
from claims.services.setupevents import write_down_changed, write_down_made

COLUMNS = (
    *("key", "name", "zone", "due_hours_1", "due_hours_2", "due_hours_3", "due_hours_4"),
    *("minimum_minutes", "warning_hours", "min_origins", "makers_may_review"),
)
ADMINISTRATORS = "Desks: only for administrators."


class DeskKnown(ClaimDeskError):
    """There is a desk of this name or key already; capital letters make no other.

    Names and keys of desks are unique without regard to capital letters. Choose another one.
    """

    code = "desk_known"


def check_keeps_desks(viewer: Viewer) -> None:
    """Desks are kept by administrators and by keys with `setup:manage`. Raises `RoleMissing`, `ScopeMissing`."""
    check_sets_up(viewer, ADMINISTRATORS)


def check_may_add_desks(viewer: Viewer) -> None:
    """The same, less keys that are confined to desks: they would not see what they made.

    Raises `RoleMissing`, `ScopeMissing`.
    """
    check_sets_up(viewer, ADMINISTRATORS, confined="A new desk: no key that is confined to desks makes one.")


def usable_desk(row: Desk) -> None:
    """Clean a desk's words and say what is wrong. Raises `DeskKnown`, `Invalid`, `UnusableText` at the field."""
    row.name = name_line(row.name, "name", 80)
    check_columns(row, unique=False)
    if row.key.isdigit():
        raise Invalid("A key of digits alone would be taken for a number. Add a letter.", pointer="/key")
    for name in ("key", "name"):
        if Desk.objects.filter(**{f"{name}__iexact": getattr(row, name)}).exclude(pk=row.pk).exists():
            raise DeskKnown(pointer=f"/{name}")


def add_desk(row: Desk, viewer: Viewer) -> Desk:
    """Keep a new desk. Raises what `check_may_add_desks` and `usable_desk` refuse; then nothing is written."""
    check_may_add_desks(viewer)
    try:
        with transaction.atomic():
            usable_desk(row)
            row.save(force_insert=True)
            write_down_made(row, _says(row), by=viewer.actor)
    except IntegrityError as taken:
        raise DeskKnown() from taken
    return row


def change_desk(number: int, changes: Mapping[str, Any], viewer: Viewer, *, seen: str | None = None) -> Desk:
    """Change named columns of a desk the caller sees. `seen` is the mark they have read.

    Raises `NotFound`, `StaleVersion`, what `check_keeps_desks` and `usable_desk` refuse; then nothing is written.
    """
    check_keeps_desks(viewer)
    try:
        with transaction.atomic():
            desk = desks_of(viewer).select_for_update(no_key=True).filter(pk=number).first()
            if desk is None:
                raise NotFound(f"There is no desk {number}.")
            if seen is not None and seen != desk_mark(desk):
                raise StaleVersion(current=desk_mark(desk), sent=seen)
            before = _says(desk)
            written = [name for name, value in changes.items() if getattr(desk, name) != value]
            for name in written:
                setattr(desk, name, changes[name])
            usable_desk(desk)
            desk.save(update_fields=written)
            write_down_changed(desk, before, _says(desk), by=viewer.actor)
            return desk
    except IntegrityError as taken:
        raise DeskKnown() from taken


def desk_mark(desk: Desk) -> str:
    """A mark of everything a desk says of itself; its people are kept on their own pages."""
    return mark_of(*_says(desk).values())


def _says(desk: Desk) -> dict[str, Any]:
    return {name: getattr(desk, name) for name in COLUMNS}
