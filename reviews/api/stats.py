"""The dashboard's numbers: each with its definition, its value, and the claims behind it."""

from __future__ import annotations

from dataclasses import fields
from functools import cached_property
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.errors import BadParameter, NothingHere
from claims.api.fields import DeskNamed, OneOf
from claims.api.paging import Order
from claims.api.parameters import Paged, Parameters, Search, WholeNumber, given, page_in
from claims.api.schema import page_response
from claims.api.views import ApiView
from claims.errors import Invalid
from claims.exports.times import rfc3339
from claims.hedges import Kind
from claims.verdicts import Outcome, So
from reviews.api.claim_documents import ClaimOut
from reviews.api.claim_pages import claim_page
from reviews.dashboard.filters import SAID_ONLY, Age, Filters, Period, read_filters
from reviews.dashboard.number import Number
from reviews.dashboard.numbers import NUMBERS, counts, newsroom_zone
from reviews.trackrecord import Part

NULLABLE = frozenset({"review_due_at", "first_review_due_at", "confirm_by"})


class StatFilters(Parameters):
    """What the numbers are narrowed to; the same as on the dashboard."""

    desk = DeskNamed(required=False, help_text="Number or key.")
    language = Search(required=False)
    outlet = WholeNumber(required=False)
    reviewer = Search(required=False, help_text="Number of a reviewer, or nobody.")
    age = OneOf(Age.choices, required=False)
    source = WholeNumber(required=False, help_text="A source the claim came through, the outlet included.")  # type: ignore[assignment]  # the metaclass takes fields off the class
    role = OneOf(Part.choices, required=False, help_text="What the source did with it.")
    outcome = OneOf(Outcome.choices, required=False, help_text="What became of a dated claim.")
    hedge = OneOf([(kind.value, kind.value) for kind in Kind], required=False, help_text="Of its first quote.")
    likelihood = Search(required=False, help_text="Range of the hedge in percent, for example 55-80, or none.")
    decided_within = OneOf(Period.choices, required=False, help_text="How long ago its verdict was given, at most.")
    verdict = OneOf([*So.choices, (SAID_ONLY, "Too early")], required=False)
    zone = Search(required=False, help_text="IANA name of the zone in which days start; otherwise the newsroom's.")


class StatListFilters(StatFilters, Paged):
    """The same, and paging."""


class StatOut(serializers.Serializer[Any]):
    """One number."""

    key = serializers.ChoiceField(sorted(NUMBERS))
    title = serializers.CharField()
    definition = serializers.CharField()
    value = serializers.IntegerField()
    href = serializers.URLField(help_text="The claims behind it, exactly as many.")


class StatsOut(serializers.Serializer[Any]):
    """All numbers, of one moment."""

    now = serializers.DateTimeField()
    zone = serializers.CharField()
    results = StatOut(many=True)


class StatsView(ApiView):
    """What both endpoints share."""

    def filters(self, asked: dict[str, Any]) -> Filters:
        """The narrowings as the numbers take them."""
        names = {field.name for field in fields(Filters)}
        given_ = {name: str(getattr(value, "pk", value)) for name, value in asked.items() if name in names}
        try:
            return read_filters(given_, "" if "zone" in given_ else self.zone)
        except Invalid as refused:
            raise BadParameter(refused.message) from refused

    @cached_property
    def zone(self) -> str:
        """The newsroom's zone."""
        return newsroom_zone()


class Stats(StatsView):
    """Every number of the dashboard."""

    @extend_schema(parameters=[StatFilters], responses={200: StatsOut})
    def get(self, request: Request) -> Response:
        """Read all numbers. Lateness is computed from the clock, whether or not alerts are delayed."""
        filters = self.filters(given(StatFilters, request, desks=self.desks))
        values = counts(self.viewer, filters, self.now)
        rows = [self._row(number, values[key]) for key, number in NUMBERS.items()]
        return Response({"now": rfc3339(self.now), "zone": filters.zone, "results": rows})

    def _row(self, number: Number, value: int) -> dict[str, Any]:
        asked = self.request.query_params.urlencode()
        return {
            "key": number.key,
            "title": str(number.title),
            "definition": str(number.definition),
            "value": value,
            "href": self.link(f"/api/v1/stats/{number.key}" + (f"?{asked}" if asked else "")),
        }


class OneStat(StatsView):
    """One number, as the list behind it."""

    @extend_schema(parameters=[StatListFilters], responses={200: page_response(ClaimOut)})
    def get(self, request: Request, key: str) -> Response:
        """List the claims behind a number; `count=exact` is the number."""
        number = NUMBERS.get(key)
        if number is None:
            raise NothingHere(f"There is no number {key}. There are {', '.join(NUMBERS)}.")
        asked = given(StatListFilters, request, desks=self.desks)
        rows = number.claims(self.viewer, self.filters(asked), self.now)
        return claim_page(self, request, rows, page_in(asked), _order(number))


def _order(number: Number) -> Order:
    column = number.order[0]
    name = column.removeprefix("-")
    return Order(name, descending=column.startswith("-"), nullable=name in NULLABLE)
