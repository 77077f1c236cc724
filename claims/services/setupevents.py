"""Writes down what is done with the set-up, for every door alike: the services that keep things call it.

So a change by a key leaves the same trace as one in the admin, whose history pages read these rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Any

from claims.actors import Actor
from claims.models import Desk, SetUpEvent, SetUpStep, Source, User


def write_down_made(about: Source | Desk | User, says: Mapping[str, Any], *, by: Actor, reason: str = "") -> None:
    """Keep who made a thing and what it says, in the transaction that makes it. A `User` stands for their profile."""
    _write_down(about, SetUpStep.MADE, {name: [None, _plain(value)] for name, value in says.items()}, by, reason)


def write_down_changed(
    about: Source | Desk | User,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    by: Actor,
    reason: str = "",
    looked_at: frozenset[str] = frozenset(),
) -> None:
    """Keep who changed a thing, in the transaction of the change. What left it as it was is no change.

    `looked_at` are columns that somebody set anew with a reason: they are kept although they say the same.
    """
    changes = {
        name: [_plain(before[name]), _plain(value)]
        for name, value in after.items()
        if before[name] != value or name in looked_at
    }
    if changes:
        _write_down(about, SetUpStep.CHANGED, changes, by, reason)


def _write_down(
    about: Source | Desk | User, step: SetUpStep, changes: Mapping[str, list[Any]], by: Actor, reason: str
) -> None:
    named = {"source": about} if isinstance(about, Source) else {"desk" if isinstance(about, Desk) else "person": about}
    SetUpEvent.objects.create(
        **named, step=step, changes=changes, reason=reason, actor_kind=by.kind, actor_id=by.id, actor_name=by.name
    )


def _plain(value: Any) -> Any:
    """A value as JSON keeps it; times of day as clocks show them."""
    if isinstance(value, time):
        return value.isoformat(timespec="minutes")
    return list(value) if isinstance(value, tuple) else value
