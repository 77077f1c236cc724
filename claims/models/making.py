"""Unsaved rows by the thousand, at a tenth of what the framework takes to make one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from django.db.models import ForeignKey, Model
from django.db.models.base import ModelState

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class _Shape:
    """What a row of a model has before anybody says otherwise: plain defaults, those made anew, and its relations.

    A relation has the name of its column and the name under which the row keeps what it is related to.
    """

    usual: Mapping[str, Any]
    made: Mapping[str, Callable[[], Any]]
    relations: Mapping[str, tuple[str, str]]


@cache
def _shape(model: type[Model]) -> _Shape:
    fields = [field for field in model._meta.local_concrete_fields if not field.generated]  # noqa: SLF001 - Django documents it
    made = {field.attname: field.get_default for field in fields if field.has_default() and callable(field.default)}
    usual = {field.attname: field.get_default() for field in fields if field.attname not in made}
    relations = {field.name: (field.attname, field.cache_name) for field in fields if isinstance(field, ForeignKey)}
    return _Shape(usual, made, relations)


def new(model: type[M], **columns: Any) -> M:
    """The row that `model(**columns)` makes. No signal tells of it; we use none."""
    shape, row = _shape(model), model.__new__(model)
    state = row._state = ModelState()  # noqa: SLF001 - what `Model.__init__` does
    values, related = row.__dict__, state.fields_cache
    values.update(shape.usual)
    values.update(columns)
    for name, (column, kept) in shape.relations.items():
        if name in columns:
            other = related[kept] = values.pop(name)
            values[column] = None if other is None else other.pk
    for name, made in shape.made.items():
        if name not in columns:
            values[name] = made()
    return row
