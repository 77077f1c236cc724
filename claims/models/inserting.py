"""Rows of several tables in one statement: what thousands of saves would write, in the time of a few.

Each column is sent as one JSON text: quoting thousands of values for an array costs more than writing their rows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.models import BooleanField, DateTimeField, Field, ForeignKey, IntegerField, JSONField, Model
from django.db.models.expressions import DatabaseDefault

AnyField = Field[Any, Any]
_PLAIN: dict[type[AnyField], str] = {DateTimeField: "timestamptz", BooleanField: "boolean", IntegerField: "bigint"}


def insert_together(*tables: Sequence[Model]) -> None:
    """Insert unsaved rows, in one statement; each argument holds rows of one model, none of them empty in part.

    Columns that the database fills in itself are left to it: generated ones, and defaults of its own and numbers where
    rows have none. Foreign keys are looked at when the transaction ends, so the order of the tables is free.
    """
    parts: list[str] = []
    values: list[Any] = []
    for rows in filter(None, tables):
        text, given = _insert(rows)
        parts.append(f"rows_{len(parts)} AS ({text})")
        values += given
    if parts:
        with connection.cursor() as cursor:
            cursor.execute(f"WITH {', '.join(parts)} SELECT", values)


def _insert(rows: Sequence[Model]) -> tuple[str, list[Any]]:
    """The statement for one table: a JSON array for each column, or one value where it is alike in all rows."""
    fields = _written(rows[0])
    picked: list[str] = []
    values: list[Any] = []
    arrays: list[str] = []
    columns: list[Any] = []
    for field, column in zip(fields, zip(*map(_values_of(fields), map(vars, rows)), strict=True), strict=True):
        cast, written = _form(field)
        if column.count(column[0]) == len(column):
            picked.append(f"%s::{cast}")
            values.append(written(column[0]))
        else:
            picked.append(f"c{len(arrays)}::{cast}")
            arrays.append("json_array_elements_text(%s::json)")
            texts = column if written is _as_it_is else [written(value) for value in column]
            columns.append(json.dumps(texts, ensure_ascii=False, default=str))
    names = ", ".join(f'"{field.column}"' for field in fields)
    places = ", ".join(f"c{number}" for number in range(len(arrays)))
    given = f"ROWS FROM ({', '.join(arrays)}) AS given ({places})" if arrays else "generate_series(1, %s)"
    table = rows[0]._meta.db_table  # noqa: SLF001 - Django documents it
    text = f'INSERT INTO "{table}" ({names}) SELECT {", ".join(picked)} FROM {given}'  # noqa: S608 - names of our models
    return text, [*values, *(columns or [len(rows)])]


def _written(row: Model) -> list[AnyField]:
    """The columns that a row brings itself."""
    return [
        field
        for field in row._meta.local_concrete_fields  # noqa: SLF001 - Django documents it
        if not field.generated
        and not isinstance(vars(row)[field.attname], DatabaseDefault)
        and not (field.primary_key and row.pk is None)
    ]


def _values_of(fields: Sequence[AnyField]) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
    """What takes the values out of the attributes of a row, which has all of them: it was never read."""
    return itemgetter(*(field.attname for field in fields))


def _form(field: AnyField) -> tuple[str, Callable[[Any], Any]]:
    """To which type a column's values are cast, and how each is written.

    No lengths: what is too long is refused by the table; a cast would cut it off.
    """
    target = field.target_field if isinstance(field, ForeignKey) else field
    if isinstance(target, ArrayField):
        return "text[]", _array
    if isinstance(target, JSONField):
        return "jsonb", _json
    return next((name for kind, name in _PLAIN.items() if isinstance(target, kind)), "text"), _as_it_is


def _as_it_is(value: Any) -> Any:
    return value


def _json(value: Any) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)


def _array(words: Sequence[str]) -> str:
    """A list of words as PostgreSQL writes an array."""
    quoted = (word.replace("\\", "\\\\").replace('"', '\\"') for word in words)
    return "{" + ",".join(f'"{word}"' for word in quoted) + "}"
