"""What may be sent about a claim."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Literal

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers

from claims.api.fields import Body, DayOrMoment, DeskNamed, Moment, Number, OneOf, Read, Words, YesNo, checked
from claims.deadlines import Precision, ZoneBasis, own_date, zone_named
from claims.errors import ClaimDeskError
from claims.models import SourceKind
from claims.services.proposing import GivenDate, GivenStep


class QuoteBody(Body):
    """The exact words. `prefix`, `suffix` or `start` decide where they stand when they stand more than once."""

    exact = Words(longest=4000, lines=True)
    prefix = Words(longest=400, lines=True, required=False, allow_blank=True)
    suffix = Words(longest=400, lines=True, required=False, allow_blank=True)
    start = Number(least=0, most=1_000_000, required=False, allow_null=True, help_text="Code points.")


class QuoteGiven(serializers.Field[dict[str, Any], Any, Any, Any]):
    """The quote as a string, or as an object that says where it stands."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """The members of a `QuoteBody`."""
        return checked(QuoteBody, _as_object(data))

    def reads_like(self, reader: Callable[[Any], Read]) -> Read:
        """How a `QuickReader` reads it."""
        read = reader(QuoteBody())
        return lambda data: read(_as_object(data))


def _as_object(quote: Any) -> Any:
    return {"exact": quote} if isinstance(quote, str) else quote


class QuoteGivenSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]  # half-typed library
    """Either form in the API document."""

    target_class = "reviews.api.claim_bodies.QuoteGiven"

    def map_serializer_field(
        self, auto_schema: AutoSchema, direction: Literal["request", "response"]
    ) -> dict[str, Any]:
        """A string or an object."""
        body = auto_schema.resolve_serializer(QuoteBody, direction).ref
        return {"oneOf": [{"type": "string", "minLength": 1, "maxLength": 4000}, body]}


class ChainStepBody(Body):
    """One step of the chain. A step nobody stated has a note instead of a source."""

    source = Words(longest=200, required=False, allow_blank=True)  # type: ignore[assignment]  # the metaclass takes fields off the class
    kind = OneOf(SourceKind.choices, required=False, default=SourceKind.PERSON)
    verb = Words(longest=120, required=False, allow_blank=True, help_text="As printed.")
    named = YesNo(required=False, default=True)
    on_record = YesNo(required=False, allow_null=True, default=None)
    implied = YesNo(required=False, default=False)
    link = Words(longest=2000, required=False, allow_blank=True)
    note = Words(longest=300, required=False, allow_blank=True)


class ZoneName(Words):
    """A time zone by its IANA name."""

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """The name, or the sentence that there is no such zone."""
        name = super().run_validation(data)
        try:
            zone_named(name)
        except ClaimDeskError as refused:
            raise serializers.ValidationError(f"{refused.message} {refused.hint}", code=refused.code) from refused
        return name


class OwnDateBody(Body):
    """The claim's own date: from the period of `from` to the end of that of `until`, in `zone`."""

    until = DayOrMoment(help_text="Plain dates, or times with an offset for precision minute.")
    precision = OneOf(Precision.choices, required=False, default=Precision.DAY)
    zone = ZoneName(longest=64, help_text="IANA name, for example Europe/Kyiv.")
    zone_basis = OneOf(ZoneBasis.choices, required=False, default=ZoneBasis.STATED)
    words = Words(longest=200, required=False, allow_blank=True, help_text="As printed: next week.")

    def get_fields(self) -> dict[str, Any]:
        """`from` is a word of the language, so it cannot be written as a name above."""
        return {"from": DayOrMoment(required=False, help_text="Left out: the same as until."), **super().get_fields()}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse what is no window, at the member that is wrong where one alone is."""
        if whole := _why_none(attrs, attrs.get("from", attrs["until"]), attrs["until"], attrs["zone"]):
            ends = {
                name: _why_none(attrs, attrs[name], attrs[name], "UTC") for name in ("from", "until") if name in attrs
            }
            faults: dict[str, Any] = {name: [fault] for name, fault in ends.items() if fault}
            raise serializers.ValidationError(faults or {"non_field_errors": [whole]})
        return attrs


def _why_none(told: dict[str, Any], first: date, last: date, zone: str) -> serializers.ErrorDetail | None:
    """Why there is no such window; None when there is."""
    try:
        own_date(first, last, Precision(told["precision"]), zone)
    except ClaimDeskError as refused:
        return serializers.ErrorDetail(f"{refused.message} {refused.hint}".strip(), code=refused.code)
    return None


class ClaimBody(Body):
    """A claim: a statement, or an article and a quote (then the quote is the statement)."""

    refused = dict.fromkeys(
        ("id", "version", "state", "flags", "verdict", "assignees", "created_at", "updated_at", "links"),
        "The desk's work sets this; it cannot be sent.",
    )
    statement = Words(longest=1000, lines=True, required=False)
    article = Number(required=False, help_text="Number of the article the quote stands in.")
    revision = Number(required=False, most=1_000_000, help_text="Number of its text; otherwise the newest.")
    quote = QuoteGiven(required=False)
    chain = serializers.ListField(child=ChainStepBody(), required=False, max_length=20)
    hedge = serializers.ListField(
        child=Words(longest=60, one="hedge_word"),
        required=False,
        max_length=10,
        help_text="As printed; left out: read from the quote.",
    )
    own_date = OwnDateBody(required=False, allow_null=True)
    language = Words(longest=16, required=False, help_text="Otherwise the article's.")
    desk = DeskNamed(required=False, allow_null=True)
    topics = serializers.ListField(child=Words(longest=40, one="topic"), required=False, max_length=20)
    priority = Number(most=4, required=False, help_text="1 is highest; otherwise 3.")
    short_text = Words(longest=75, required=False, allow_blank=True)
    selection_reason = Words(longest=300, required=False, allow_blank=True)
    review_due_at = Moment(required=False, allow_null=True, help_text="With accept; otherwise the desk's hours.")
    accept = YesNo(required=False, default=False, help_text="Take it into the queue at once.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse bodies whose parts do not belong together."""
        faults: dict[str, Any] = {}
        if not {"statement", "quote", "article"} & attrs.keys():
            faults["statement"] = ["Give a statement, or an article and a quote."]
        if "quote" in attrs and "article" not in attrs:
            faults["article"] = ["A quote stands in an article. Name it."]
        if "article" in attrs and "quote" not in attrs:
            faults["quote"] = ["Give the words in the article that make the claim."]
        for name in ("chain", "hedge", "revision"):
            if name in attrs and "quote" not in attrs:
                faults[name] = ["This goes with a quote."]
        if "language" not in attrs and "article" not in attrs:
            faults["language"] = ["Send it where no article is named, whose language it would be."]
        if attrs.get("review_due_at") and not attrs["accept"]:
            faults["review_due_at"] = ["Review due is set when a claim is accepted. Send accept as well."]
        if faults:
            raise serializers.ValidationError(faults)
        return attrs


class ClaimPatch(Body):
    """What can be changed about a claim's words. Everything else is a step of its own."""

    refused = {
        **dict.fromkeys(
            ("state", "desk", "priority", "review_due_at", "own_date", "waiting", "dismissal"),
            "Changed by a step: POST to the claim's actions.",
        ),
        **dict.fromkeys(("verdict",), "A verdict follows from reviews: POST to the claim's reviews."),
        **dict.fromkeys(("assignees",), "POST to the claim's assignments."),
        **dict.fromkeys(("quote", "chain", "article", "revision"), "The quote and its chain are kept as they were."),
        **dict.fromkeys(
            ("id", "version", "flags", "evidence_count", "created_at", "updated_at", "accepted_at", "links"),
            "This cannot be written.",
        ),
    }
    statement = Words(longest=1000, lines=True, required=False)
    short_text = Words(longest=75, required=False, allow_blank=True)
    language = Words(longest=16, required=False)
    topics = serializers.ListField(child=Words(longest=40, one="topic"), required=False, max_length=20)
    selection_reason = Words(longest=300, required=False, allow_blank=True)


def given_date(told: dict[str, Any]) -> GivenDate:
    """The own date as the services take it."""
    first: date | datetime = told.get("from", told["until"])
    return GivenDate(
        first=first,
        last=told["until"],
        precision=Precision(told["precision"]),
        zone=told["zone"],
        zone_basis=told["zone_basis"],
        words=told.get("words", ""),
    )


def given_step(told: dict[str, Any]) -> GivenStep:
    """A step of the chain as the services take it."""
    return GivenStep(**told)
