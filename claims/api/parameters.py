"""Parameters in the address: each has a type, an unknown one is refused by name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar
from urllib.parse import unquote_to_bytes

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from claims.api.errors import BadParameter
from claims.api.fields import LARGEST_ID, Moment, OneOf, Words
from claims.api.paging import LARGEST_PAGE, PAGE, Page
from claims.api.problems import faults_of
from claims.exports.feed import kept_type
from claims.services.articles import NO_TAG, is_language_tag
from claims.webhooks.kinds import EVENT_TYPES, no_such

NO_UTF8 = "Its bytes are no UTF-8. Write each character as the percent-encoded bytes of its UTF-8."


class Parameters(serializers.Serializer[Any]):
    """The parameters of one endpoint. Those in `several` may repeat, or hold values between commas."""

    several: ClassVar[frozenset[str]] = frozenset()


class WholeNumber(serializers.IntegerField):
    """A number in digits, such as a row has: what reads otherwise, as 1.0 does, was meant for something else."""

    def __init__(self, *, most: int = LARGEST_ID, **options: Any) -> None:
        super().__init__(min_value=1, max_value=most, **options)

    def to_internal_value(self, data: Any) -> int:
        """The number."""
        if not re.fullmatch("[0-9]+", str(data)):
            self.fail("invalid")
        return int(super().to_internal_value(data))


class Paged(Parameters):
    """What every list takes."""

    limit = WholeNumber(most=LARGEST_PAGE, default=PAGE, help_text="Rows on a page, at most 100.")
    cursor = serializers.CharField(required=False, max_length=600, help_text="Where the page begins; from `next`.")
    count = OneOf(["exact"], required=False, help_text="`exact` counts all rows, which costs time.")


class Search(Words):
    """Words to look for."""

    def __init__(self, **options: Any) -> None:
        super().__init__(longest=200, **options)


class LanguageTag(Search):
    """A language by its tag (BCP 47). What is none would find nothing and not say why."""

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """The tag, or the sentence that claims and articles are refused with."""
        tag = super().run_validation(data)
        if not is_language_tag(tag):
            raise serializers.ValidationError(NO_TAG.format(tag), code="invalid")
        return tag


class EventType(Search):
    """A type of event by its public name. A misspelt one would wait for ever for what never comes."""

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """The type as it is kept ("claim.late")."""
        name = super().run_validation(data)
        kept = kept_type(name)
        if kept not in EVENT_TYPES:
            raise serializers.ValidationError(no_such(name), code="not_a_choice")
        return kept


class Whether(serializers.BooleanField):
    """Written out: true or false."""

    def to_internal_value(self, data: Any) -> bool:
        """The answer."""
        if data not in ("true", "false"):
            raise serializers.ValidationError("Must be true or false.", code="invalid")
        return bool(data == "true")


class Listed(serializers.ListField):
    """Several values; the row matches when it has one of them. None at all is a slip, and refused."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_empty=False, **options)


@extend_schema_field({"type": "string", "format": "date-time"})
class Instant(Moment):
    """A moment in the address. A plus sign that was not escaped arrives as a blank and is read as what was meant."""

    def to_internal_value(self, data: Any) -> Any:
        """The moment in UTC."""
        text = str(data)
        return super().to_internal_value(text.replace(" ", "+") if text.count(" ") == 1 and "T" in text else text)


def given(kind: type[Parameters], request: Request, **context: Any) -> dict[str, Any]:
    """The checked parameters of a request. Raises `BadParameter` with every fault."""
    request.parameters_read = True  # type: ignore[attr-defined]  # ours, for `refuse_unread`
    fields = kind().fields
    faults: list[dict[str, Any]] = []
    values: dict[str, Any] = {}
    unreadable = set(_unreadable(request.META.get("QUERY_STRING", "")))
    for name, found in request.query_params.lists():
        if name in unreadable:
            faults.append(_fault(name, "invalid", NO_UTF8))
        elif name not in fields:
            faults.append(_fault(name, "unknown_parameter", f"There is no such parameter; there is {_names(fields)}."))
        elif name in kind.several:
            values[name] = [part for value in found for part in value.split(",") if part != ""]
        elif len(found) > 1:
            faults.append(_fault(name, "repeated_parameter", "Give this once."))
        else:
            values[name] = found[0]
    parameters = kind(data=values, context=context)
    if not parameters.is_valid():
        for fault in faults_of(parameters.errors):
            name = fault["pointer"].split("/")[1]
            if name not in unreadable:
                faults.append(_fault(name, fault["code"], _bare(name, fault["detail"])))
    if faults:
        raise BadParameter(_sentence(faults), listed=faults)
    return dict(parameters.validated_data)


def refuse_unread(request: Request) -> None:
    """Refuse parameters that the endpoint never looked at. Raises `BadParameter`."""
    if not getattr(request, "parameters_read", False):
        given(Parameters, request)


def page_in(parameters: Mapping[str, Any]) -> Page:
    """The paging part of checked parameters."""
    return Page(parameters["limit"], parameters.get("cursor", ""), parameters.get("count") == "exact")


def _fault(name: str, code: str, detail: str) -> dict[str, Any]:
    return {"parameter": name[:60], "code": code, "detail": detail}


def _unreadable(query: str) -> Iterator[str]:
    """The parameters whose bytes are no UTF-8. Read with marks in their place they would look for something else."""
    for part in query.encode("latin-1", "replace").split(b"&"):
        name, _, value = part.partition(b"=")
        try:
            unquote_to_bytes(value).decode()
        except UnicodeDecodeError:
            yield unquote_to_bytes(name.replace(b"+", b" ")).decode(errors="replace")


def _bare(name: str, sentence: str) -> str:
    """A sentence about a text without its field, since the name of the parameter stands before it."""
    for label in (name.replace("_", " ").capitalize(), "Text"):
        if sentence.startswith(f"{label}: "):
            bare = sentence.removeprefix(f"{label}: ")
            return bare[0].upper() + bare[1:]
    return sentence


def _names(fields: Mapping[str, Any]) -> str:
    return ", ".join(sorted(fields)) or "none"


def _sentence(faults: list[dict[str, Any]]) -> str:
    if len(faults) == 1:
        return f"{faults[0]['parameter']}: {faults[0]['detail']}"
    return f"{len(faults)} parameters need attention."
