"""Fields of request bodies and addresses. They check form; rules are the services' business.

Every word that comes in is cleaned here, so that nothing reaches a table with a character that hides or reorders.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, ClassVar

from django.utils.dateparse import parse_date, parse_datetime
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from claims.deadlines import aware, kept_year
from claims.errors import ClaimDeskError, NaiveTime
from claims.models import Desk
from claims.plaintext import TextRefused, clean, clean_line

Read = Callable[[Any], Any]  # reads one value as a field of ours would
LARGEST_ID = 2**63 - 1
# RFC 3339 (which lets a blank stand for the T); seconds may be left out, and a missing offset has its own sentence. The
# reader behind it takes week dates, times without separators and digits of other scripts too: nobody means those.
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}([Tt ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?([Zz]|[+-]\d{2}:\d{2})?)?", re.ASCII)
A_DAY_OR_MOMENT = (
    "Write a date, for example 2026-11-27, or a time with its offset, for example 2026-11-27T18:00:00+02:00."
)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class Body(serializers.Serializer[Any]):
    """An object with named members. Unknown names are refused, those of `refused` with a sentence of their own."""

    default_error_messages = {"null": "Send a JSON object."}
    refused: ClassVar[Mapping[str, str]] = {}
    whole: ClassVar[bool] = False  # whether a change sends all of it too

    def to_internal_value(self, data: Any) -> Any:
        """The checked members. All faults are reported together."""
        if not isinstance(data, Mapping):
            raise serializers.ValidationError({"non_field_errors": ["Send a JSON object."]}, code="invalid")
        if self.partial:
            data = {name: self._patched(name, value) for name, value in data.items()}
        faults: dict[str, Any] = {name: [self._unknown(name)] for name in data if name not in self.fields}
        if isinstance(self.parent, serializers.ListField | serializers.ListSerializer):
            faults |= self._missing(data)
        try:
            found = super().to_internal_value(data)
        except serializers.ValidationError as refused:
            faults |= refused.detail if isinstance(refused.detail, dict) else {"non_field_errors": refused.detail}
        if faults:
            raise serializers.ValidationError(faults)
        return found

    def _missing(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """What a list's object lacks. In a patch the framework asks nothing of it, although lists are sent whole."""
        needed = serializers.Field.default_error_messages["required"]
        missing = [name for name, field in self.fields.items() if field.required and name not in data]
        return {name: [serializers.ErrorDetail(str(needed), code="required")] for name in missing}

    def _patched(self, name: str, value: Any) -> Any:
        return empty_of(self.fields[name]) if value is None and name in self.fields else value

    def _unknown(self, name: str) -> serializers.ErrorDetail:
        if name in self.refused:
            return serializers.ErrorDetail(self.refused[name], code="read_only")
        return serializers.ErrorDetail(f'There is no field "{name[:60]}" here.', code="unknown_field")


def empty_of(field: serializers.Field[Any, Any, Any, Any]) -> str | list[Any] | None:
    """What null leaves of a member in a merge patch (RFC 7396); None where it is null itself or may not be empty."""
    if field.allow_null:
        return None
    if isinstance(field, serializers.CharField):
        return "" if field.allow_blank else None
    return [] if isinstance(field, serializers.ListField) and field.allow_empty and not field.min_length else None


class Nothing(Body):
    """No members at all: the address says everything."""


def checked(kind: type[Body], data: Any, *, partial: bool = False, **context: Any) -> dict[str, Any]:
    """The checked members of a body, or of a merge patch (`partial`). Raises ValidationError with every fault."""
    if data is None:
        raise serializers.ValidationError(Body.default_error_messages["null"], code="invalid")
    body = kind(data=data, partial=partial, context=context)
    body.is_valid(raise_exception=True)
    return dict(body.validated_data)


class Words(serializers.CharField):
    """Clean text: one line, or several with `lines`. Lengths are code points. `one` names an item of a list."""

    def __init__(self, *, longest: int, lines: bool = False, one: str = "text", **options: Any) -> None:
        super().__init__(trim_whitespace=False, **options)
        self.longest, self.lines, self.one = longest, lines, one
        # The framework's own checks would report some characters before ours can name them.
        self.validators = []

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """The text in one form, or the sentence that says which character stands in the way."""
        if not isinstance(data, str):
            if data is serializers.empty or data is None:
                return super().run_validation(data)
            raise serializers.ValidationError("Send a string.", code="invalid")
        found = self._cleaned(data)
        if not found.strip() and not self.allow_blank:
            raise serializers.ValidationError("This is needed.", code="blank")
        return found

    def _cleaned(self, data: str) -> str:
        try:
            cleaner = clean if self.lines else clean_line
            return cleaner(data, field=self.field_name or self.one, max_length=self.longest)
        except TextRefused as refused:
            raise serializers.ValidationError(refused.message, code="unusable_text") from refused


@extend_schema_field({"type": "string", "format": "date-time"})
class Moment(serializers.Field[datetime, Any, str, Any]):
    """An RFC 3339 time with its offset. A time without one is refused, never guessed."""

    def to_internal_value(self, data: Any) -> datetime:
        """The moment in UTC."""
        return moment_in(data)

    def to_representation(self, value: datetime) -> str:
        """The same moment as text."""
        return value.isoformat()


@extend_schema_field({"type": "string", "examples": ["2026-11-27", "2026-11-27T18:00:00+02:00"]})
class DayOrMoment(serializers.Field[date, Any, str, Any]):
    """A plain date, or an RFC 3339 time with its offset."""

    def to_internal_value(self, data: Any) -> date | datetime:
        """A date where only a date was written, else the moment."""
        try:
            return kept_year(_date_or_moment(data))
        except ClaimDeskError as refused:
            raise serializers.ValidationError(refused.message, code=refused.code) from refused
        except (ValueError, OverflowError) as unread:
            raise serializers.ValidationError(A_DAY_OR_MOMENT, code="invalid") from unread

    def to_representation(self, value: date) -> str:
        """The same as text."""
        return value.isoformat()


def moment_in(data: Any) -> datetime:
    """The moment a text names, in UTC. Raises the framework's ValidationError."""
    try:
        return aware(_read(data))
    except NaiveTime as naive:
        raise serializers.ValidationError(naive.message, code=naive.code) from naive
    except ClaimDeskError as refused:
        raise serializers.ValidationError(refused.message, code=refused.code) from refused
    except (ValueError, OverflowError) as unread:
        sentence = "Write a time with its offset, for example 2026-11-27T18:00:00+02:00."
        raise serializers.ValidationError(sentence, code="invalid") from unread


def _read(data: Any) -> datetime:
    written = isinstance(data, str) and _MOMENT.fullmatch(data)
    found = parse_datetime(written.group().replace(" ", "T").upper()) if written else None
    if found is None:
        raise ValueError
    return found


def _date_or_moment(data: Any) -> date | datetime:
    if not (isinstance(data, str) and _DAY.fullmatch(data)):
        return aware(_read(data))
    found = parse_date(data)
    if found is None:
        raise ValueError
    return found


class OneOf(serializers.ChoiceField):
    """One of the keys of an enumeration. The refusal lists them."""

    def to_internal_value(self, data: Any) -> Any:
        """The key."""
        if isinstance(data, str) and data in self.choices:
            return data
        listed = [str(choice) for choice in self.choices if choice != ""]
        told = f"one of {', '.join(listed)}" if listed[1:] else f"“{listed[0]}”"
        raise serializers.ValidationError(f"Must be {told}.", code="not_a_choice")

    def reads_like(self, reader: Callable[[Any], Read]) -> Read:
        """How a `QuickReader` reads it: a key at once, anything else the plain way."""
        keys = frozenset(self.choices) - {""}
        return lambda data: data if type(data) is str and data in keys else self.run_validation(data)


class Number(serializers.IntegerField):
    """A whole number between `least` and `most`. Strings and fractions are not numbers in a body."""

    def __init__(self, *, least: int = 1, most: int = LARGEST_ID, **options: Any) -> None:
        super().__init__(min_value=least, max_value=most, **options)
        self._least, self._most = least, most

    def to_internal_value(self, data: Any) -> int:
        """The number."""
        if isinstance(data, bool) or not isinstance(data, int):
            raise serializers.ValidationError("Send a whole number.", code="invalid")
        return data

    def reads_like(self, reader: Callable[[Any], Read]) -> Read:
        """How a `QuickReader` reads it: a number between the bounds at once, anything else the plain way."""
        least, most = self._least, self._most
        return lambda data: data if type(data) is int and least <= data <= most else self.run_validation(data)


class YesNo(serializers.BooleanField):
    """true or false, nothing that merely looks like it."""

    def to_internal_value(self, data: Any) -> bool:
        """The answer."""
        if not isinstance(data, bool):
            raise serializers.ValidationError("Send true or false.", code="invalid")
        return data


@extend_schema_field({"type": ["integer", "string"], "examples": ["world", 1]})
class DeskNamed(serializers.Field[Desk, Any, int, Any]):
    """A desk by its number or its key. The context's `desks` are those the caller sees; no other exists for them."""

    def to_internal_value(self, data: Any) -> Desk:
        """The desk."""
        desks: Sequence[Desk] = self.context["desks"]
        for desk in desks:
            if (isinstance(data, str) and data in {desk.key, str(desk.pk)}) or (
                isinstance(data, int) and not isinstance(data, bool) and data == desk.pk
            ):
                return desk
        listed = ", ".join(desk.key for desk in desks) or "none"
        raise serializers.ValidationError(f"There is no such desk. You see {listed}.", code="not_found")

    def reads_like(self, reader: Callable[[Any], Read]) -> Read:
        """How a `QuickReader` reads it: many bodies name few desks, and each is looked for once."""
        found: dict[tuple[type, Any], Any] = {}

        def read(data: Any) -> Any:
            if type(data) not in (int, str):
                return self.run_validation(data)
            if (type(data), data) not in found:
                found[type(data), data] = self.run_validation(data)
            return found[type(data), data]

        return read

    def to_representation(self, value: Desk) -> int:
        """Its number."""
        return value.pk
