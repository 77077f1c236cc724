"""What a list of the admin is narrowed to, as chips with an address each that is without it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import template
from django.utils.translation import gettext

register = template.Library()


@dataclass(frozen=True)
class Active:
    """An active filter: what it is about, its value in words, and the address without it."""

    title: str
    value: str
    without: str


@register.simple_tag
def active_filters(changelist: Any) -> list[Active]:
    """The active filters of a `ChangeList`; the words searched for are one of them."""
    found = [_active(changelist, spec) for spec in changelist.filter_specs if spec.used_parameters and _value(spec)]
    if changelist.query:
        found.append(Active(gettext("words"), changelist.query, changelist.get_query_string(remove=["q", "p"])))
    return found


def _active(changelist: Any, spec: Any) -> Active:
    names = [name for name in changelist.params | spec.used_parameters if name in spec.expected_parameters()]
    return Active(str(spec.title), _value(spec), changelist.get_query_string(remove=[*names, "p"]))


def _value(spec: Any) -> str:
    given = next(iter(spec.used_parameters.values()), "")
    value = given[0] if isinstance(given, list) and given else given
    pairs = (pair for pair in getattr(spec, "lookup_choices", ()) if isinstance(pair, tuple) and len(pair) == 2)
    return {str(key): str(label) for key, label in pairs}.get(str(value), str(value or ""))
