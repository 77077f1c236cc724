"""Keeps working calendars and deadline policies. A change counts for claims accepted from then on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db import transaction

from claims.errors import NotFound, StaleVersion
from claims.permissions import Viewer, check_sets_up
from claims.services.rows import check_columns
from reviews.models import DeadlinePolicy, WorkCalendar

Kept = TypeVar("Kept", WorkCalendar, DeadlinePolicy)


def check_keeps_calendars(viewer: Viewer) -> None:
    """They are every desk's: for administrators, and keys of the whole newsroom.

    Raises `RoleMissing`, `ScopeMissing`.
    """
    confined = "Calendars and deadline policies are every desk's: no key of single desks changes them."
    check_sets_up(viewer, "Calendars and deadline policies: only for administrators.", confined=confined)


def add(row: Kept, viewer: Viewer) -> Kept:
    """Keep a new calendar or policy. Raises `Invalid` and what `check_keeps_calendars` refuses."""
    check_keeps_calendars(viewer)
    check_columns(row)
    row.save(force_insert=True)
    return row


def change(
    kind: type[Kept], number: int, changes: Mapping[str, Any], viewer: Viewer, *, version: int | None = None
) -> Kept:
    """Change named fields of one. Raises `NotFound`, `StaleVersion`, `Invalid`, `RoleMissing`, `ScopeMissing`."""
    check_keeps_calendars(viewer)
    with transaction.atomic():
        row = kind.objects.select_for_update().filter(pk=number).first()
        if row is None:
            raise NotFound("There is none with this number.")
        if version is not None and row.version != version:
            raise StaleVersion(current=row.version, expected=version)
        written: list[str] = [name for name, value in changes.items() if getattr(row, name) != value]
        for name in written:
            setattr(row, name, changes[name])
        if written:
            row.version += 1
            check_columns(row)
            row.save(update_fields=[*written, "version"])
    return row
