"""Questions with the same words every time: worded by the ORM once in the life of a process.

To build and compile a query takes the ORM three times as long as to send it and to read the answer, and a step asks
some thirty of them, always the same. Here only the values are put in anew. What comes back is made by the ORM's own
iterators, so that the rows are those that the queryset would have answered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from inspect import signature
from typing import Any, Generic, TypeVar, TypeVarTuple, cast

from django.db import connections
from django.db.backends.postgresql.compiler import SQLCompiler
from django.db.models import Model, QuerySet
from django.db.models.sql import Query

from claims.models.prepared import Repeated

BEYOND = 2**63
Given = TypeVarTuple("Given")
Answer = TypeVar("Answer")
# What a parameter may be, with two stand-ins for the one at a place: what differs between them came from it. Words are
# written so that whoever trims, folds or splits them before they are sent is found out.
_STAND_INS: Mapping[str, Callable[[int], tuple[Any, Any]]] = {
    "int": lambda place: (31_001 + place, 32_001 + place),  # a small integer's column takes them as well
    "str": lambda place: (f" One\t {place}%\n", f" Other\t {place}%\n"),
    "datetime": lambda place: (datetime(2001, 1, 1 + place, tzinfo=UTC), datetime(2002, 1, 1 + place, tzinfo=UTC)),
    "list[int]": lambda place: ([31_001 + place], [32_001 + place]),
}
_MAKE: Mapping[str, Callable[[Any], Any]] = {"str": str}  # a choice is sent as the word it stands for


def worded(question: Callable[[*Given], QuerySet[Any, Answer]]) -> Worded[*Given, Answer]:
    """Let a question be worded when it is first asked, and never again.

    The function answers a `QuerySet` and looks at nothing it is given, since it is called with stand-ins. Its
    parameters are annotated as `int`, `str`, `datetime` or, for `any_of`, `list[int]`::

        @worded
        def standing_decisions(claim: int) -> QuerySet[Decision]:
            return Decision.objects.filter(claim=claim, standing=True)

        standing_decisions.one(held.claim.pk)
    """
    return Worded(question)


def hold(row: Model, relation: str, rows: Sequence[Model]) -> None:
    """Let `row.relation.all()` answer these rows, as it does where `prefetch_related` has asked for them."""
    held: Any = row
    manager = getattr(held, relation)
    known = manager.get_queryset()
    known._result_cache, known._prefetch_done = list(rows), True  # noqa: SLF001 - as `prefetch_related` does
    held.__dict__.setdefault("_prefetched_objects_cache", {})[relation] = known
    for one in rows:
        setattr(one, manager.field.name, row)


class Worded(Generic[*Given, Answer]):
    """A question that is worded when it is first asked; see `worded`."""

    def __init__(self, question: Callable[[*Given], QuerySet[Any, Answer]]) -> None:
        self.__doc__, self._question = question.__doc__, question
        self._kinds = [str(parameter.annotation) for parameter in signature(question).parameters.values()]
        self._words: _Words | None = None

    def __call__(self, *given: *Given) -> list[Answer]:
        """The rows, all read. Raises `TypeError` for None, which equals no value, and for another number of values."""
        if len(given) != len(self._kinds):
            raise TypeError(f"This question is asked with {len(self._kinds)} values, not with {len(given)}.")
        words = self._words = self._words or self._worded()
        return cast("list[Answer]", words.rows(given))

    def one(self, *given: *Given) -> Answer | None:
        """The first row, None when there is none."""
        rows = self(*given)
        return rows[0] if rows else None

    def _worded(self) -> _Words:
        """Word the question for two sets of stand-ins. Raises `ValueError` for one that asks with other values."""
        pairs = [(*_STAND_INS[kind](place), kind) for place, kind in enumerate(self._kinds)]
        rows, others = (self._question(*cast("Any", [pair[which] for pair in pairs])) for which in (0, 1))
        return _Words.of(rows, others, pairs)


class _Words:
    """The statement, its values in their order, and what the compiler found out about the columns."""

    def __init__(self, rows: Any, text: str, values: Sequence[Any], found: Mapping[str, Any]) -> None:
        self._rows, self._found = rows, found
        constants = {place: value for place, value in enumerate(values) if not isinstance(value, _Slot)}
        self._slots = [value for value in values if isinstance(value, _Slot)]
        self._statement = Repeated(text, constants, [slot.type for slot in self._slots])
        self._converters: Any = None

    @classmethod
    def of(cls, rows: Any, others: Any, pairs: Sequence[tuple[Any, Any, str]]) -> _Words:
        """From the question asked with the first, and with the second, of each pair. Raises `ValueError`."""
        if rows._prefetch_related_lookups:  # noqa: SLF001
            raise ValueError("This question takes more than one statement; ask for what is prefetched by itself.")
        (text, values, found), (other_text, other_values, _) = (_compiled(asked) for asked in (rows, others))
        if text != other_text:
            raise ValueError(f"The words of this question depend on what it is given: {text} – {other_text}")
        slots = [_slot(*both, pairs) for both in zip(values, other_values, strict=True)]
        if len({one.place for one in slots if isinstance(one, _Slot)}) < len(pairs):
            raise ValueError(f"This question is given what it does not ask with: {text}")
        return cls(rows, text, slots, found)

    def rows(self, given: Sequence[Any]) -> list[Any]:
        """The answer, as the queryset gives it."""
        if any(isinstance(one, int) and not -BEYOND <= one < BEYOND for one in given):
            return []  # as the ORM has it: no column holds such a number
        alias, values = self._rows.db, [slot.filled(given) for slot in self._slots]
        compiler = _Filled(self._rows.query, connections[alias], alias)
        if self._converters is None:
            columns = self._found["select"][: self._found["col_count"]]
            self._converters = super(_Filled, compiler).get_converters([column for column, *_ in columns])
        compiler.__dict__.update(self._found, converters=self._converters)
        compiler.statement = self._statement.with_values(connections[alias], values)
        filled: Any = QuerySet(self._rows.model, _FilledQuery(self._rows.query, compiler), alias)
        filled._fields = self._rows._fields
        return list(self._rows._iterable_class(filled))  # noqa: SLF001


@dataclass(frozen=True)
class _Slot:
    """A place of the statement where the value stands that is given at `place`, in the form the driver wants."""

    place: int
    made: Callable[[Any], Any]
    type: str

    def filled(self, given: Sequence[Any]) -> Any:
        if given[self.place] is None:
            raise TypeError("A worded question is asked with None, which equals no value.")
        return self.made(given[self.place])


class _Filled(SQLCompiler):
    """A compiler that was told the words."""

    statement: tuple[str, Sequence[Any]]
    converters: Mapping[int, Any]

    def as_sql(self, with_limits: bool = True, with_col_aliases: bool = False) -> Any:  # noqa: FBT001, FBT002
        """The statement and its values. Raises what Django raises where rows would be locked for no transaction."""
        if self.query.select_for_update and self.connection.get_autocommit():
            return super().as_sql(with_limits, with_col_aliases)
        return self.statement

    def get_converters(self, _: Any) -> Any:
        """How values of columns become those of fields, by place."""
        return self.converters


class _FilledQuery(Query):
    """A query whose compiler is there already."""

    def __init__(self, query: Query, compiler: _Filled) -> None:
        self.__dict__.update(query.__dict__)
        self._compiler = compiler

    def get_compiler(self, *_: Any, **__: Any) -> _Filled:
        return self._compiler


def _compiled(rows: QuerySet[Any, Any]) -> tuple[str, Sequence[Any], Mapping[str, Any]]:
    """Statement and values of a query, and the columns it answers."""
    compiler = rows.query.get_compiler(rows.db)
    text, values = compiler.as_sql()
    names = ("select", "klass_info", "annotation_col_map", "col_count", "has_extra_select")
    return text, values, {name: getattr(compiler, name) for name in names}


def _slot(value: Any, other: Any, pairs: Sequence[tuple[Any, Any, str]]) -> Any:
    """The constant that both statements have, or the slot where the stand-ins of one pair came out."""
    if value == other:
        return value
    for place, (one, another, kind) in enumerate(pairs):
        if (value, other) == (one, another):
            made = _MAKE.get(kind, type(value) if kind == "int" else _as_given)
            return _Slot(place, made, "bigint" if kind == "int" else "unknown")
        if (value, other) == ([one], [another]):
            return _Slot(place, _alone, "unknown")
    raise ValueError(f"This question does not ask with what it is given, but with {value}.")


def _as_given(value: Any) -> Any:
    return value


def _alone(value: Any) -> list[Any]:
    """As an array with one element is compared."""
    return [value]
