"""A statement that every page asks, worded by the ORM once for everybody who is alike, not once a page.

Wording the head of a page took three times as long as answering it. Here a statement is compiled for a stand-in with
numbers and a time of its own; whoever asks has theirs put in the places where the stand-in's came out. Each number
and time of the stand-in is known, so one that came out changed is refused, never sent as if it were theirs. The
database may keep its plan too, which takes nine tenths of the time that it needs for the head of a page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from claims.actors import Actor, ActorKind
from claims.models import User
from claims.models.prepared import Repeated
from claims.permissions import Viewer

ME = -1
FIRST_DESK = -2  # and downwards
MOST = 1000  # kinds of people whose statements are kept
NOW = datetime(2001, 2, 3, 4, 5, 6, 789, tzinfo=UTC)
Query = Callable[[Viewer, datetime], QuerySet[Any, Any]]
Times = Callable[[datetime], Mapping[str, datetime]]
"""The moments that a query compares with, by name, each of them another one."""


@dataclass(frozen=True)
class Slot:
    """A place of the statement: which of the asker's values stands there, in the form the driver wants."""

    name: object
    made: Callable[[Any], Any]


@dataclass(frozen=True)
class Statement:
    """Text of a statement, and its values: constants, and slots for those of whoever asks.

    Without a text it is known to have no answer, as for somebody without a desk. `planned` is the same for the database
    to keep.
    """

    text: str
    values: tuple[object, ...] = ()
    planned: Repeated | None = None

    def kept(self) -> Statement:
        """The same statement, planned once for each connection that it comes over again."""
        constants = {place: value for place, value in enumerate(self.values) if not isinstance(value, Slot)}
        slots = [value for value in self.values if isinstance(value, Slot)]
        types = ["bigint" if isinstance(slot.name, int) else "timestamptz" for slot in slots]
        return replace(self, planned=Repeated(self.text, constants, types)) if self.text else self

    def answer(self, given: Mapping[object, Any]) -> tuple[list[str], list[tuple[Any, ...]]]:
        """The names of its columns, and its rows."""
        if not self.text:
            return [], []
        values: Sequence[Any] = [one.made(given[one.name]) if isinstance(one, Slot) else one for one in self.values]
        text = self.text
        if self.planned:
            theirs = [value for value, one in zip(values, self.values, strict=True) if isinstance(one, Slot)]
            text, values = self.planned.with_values(connection, theirs)
        with connection.cursor() as cursor:
            cursor.execute(text, values)
            return [column.name for column in cursor.description], cursor.fetchall()


class Compiled:
    """A query of a person and a moment, with a statement for each kind of person: how many desks, which roles.

    The database keeps the plans of the first `planned` kinds. The plan of a page's head takes 2 MB of every connection.
    """

    def __init__(self, query: Query, times: Times, planned: int = 0) -> None:
        self._query, self._times, self._planned = query, times, planned
        self._known: dict[object, Statement] = {}

    def row_for(self, viewer: Viewer, now: datetime) -> dict[str, Any] | None:
        """The one row that the query answers this person at this moment, by column; None where there is none.

        Raises what `rows_for` raises.
        """
        names, rows = self._asked(viewer, now)
        if not rows:
            return None
        (row,) = rows
        return dict(zip(names, row, strict=True))

    def rows_for(self, viewer: Viewer, now: datetime) -> list[tuple[Any, ...]]:
        """What the query answers this person at this moment, as the database has it.

        Raises `ValueError` when it asks with other values than theirs.
        """
        return self._asked(viewer, now)[1]

    def _asked(self, viewer: Viewer, now: datetime) -> tuple[list[str], list[tuple[Any, ...]]]:
        desks = sorted((viewer.desks or frozenset()) | viewer.editor_of | viewer.reviewer_of | viewer.triager_of)
        stand_in = _stand_in(viewer, {desk: FIRST_DESK - place for place, desk in enumerate(desks)})
        kind = (stand_in.desks, stand_in.editor_of, stand_in.reviewer_of, stand_in.triager_of, viewer.is_administrator)
        if kind not in self._known:
            if len(self._known) == MOST:
                self._known.clear()
            made = self._compile(stand_in, len(desks))
            self._known[kind] = made.kept() if len(self._known) < self._planned else made
        given: dict[object, Any] = {ME: viewer.user.pk if viewer.user else 0}
        given.update(self._times(now).items())
        given |= {FIRST_DESK - place: desk for place, desk in enumerate(desks)}
        return self._known[kind].answer(given)

    def _compile(self, stand_in: Viewer, desks: int) -> Statement:
        names = {moment: name for name, moment in self._times(NOW).items()}
        try:
            text, values = self._query(stand_in, NOW).query.sql_with_params()
        except EmptyResultSet:
            return Statement("")
        return Statement(text, tuple(_slot(value, names, desks) for value in values))


def _stand_in(viewer: Viewer, numbers: Mapping[int, int]) -> Viewer:
    def renumbered(desks: frozenset[int]) -> frozenset[int]:
        return frozenset(numbers[desk] for desk in desks)

    return replace(
        viewer,
        actor=Actor(ActorKind.PERSON, "", ME),
        user=User(pk=ME, is_superuser=viewer.is_administrator),
        desks=None if viewer.desks is None else renumbered(viewer.desks),
        editor_of=renumbered(viewer.editor_of),
        reviewer_of=renumbered(viewer.reviewer_of),
        triager_of=renumbered(viewer.triager_of),
    )


def _slot(value: object, names: Mapping[datetime, str], desks: int) -> object:
    """The slot where a value of the stand-in came out, or the constant that it is."""
    if isinstance(value, datetime):
        if value not in names:
            raise ValueError(f"A compiled query compares with {value}, which is none of its times.")
        return Slot(names[value], lambda moment: moment)
    if isinstance(value, int) and value < 0:
        if not FIRST_DESK - desks < value <= ME:
            raise ValueError(f"A compiled query asks with {value}, which is no number of its stand-in.")
        return Slot(int(value), type(value))
    return value
