"""Set-up that integrations read: sources and desks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.errors import NothingHere
from claims.api.examples import SOURCE
from claims.api.fields import Body, Number, OneOf, Words, checked
from claims.api.paging import Order, page_of
from claims.api.parameters import Paged, Search, given, page_in
from claims.api.repeating import repeatable
from claims.api.schema import page_response, sent
from claims.api.views import ApiView
from claims.models import Desk, DeskRole, Membership, Reliability, Source, SourceKind
from claims.permissions import desks_of
from claims.services.sources import GivenSource, add_source, check_may_set_up


class SourceOut(serializers.Serializer[Any]):
    """Who says things: an outlet, a person, an organisation, a document, an unnamed role."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    aliases = serializers.ListField(child=serializers.CharField())
    kind = serializers.ChoiceField(SourceKind.choices)
    kind_label = serializers.CharField()
    parent = serializers.IntegerField(allow_null=True)  # type: ignore[assignment]  # the metaclass takes fields off the class
    zone = serializers.CharField()
    reliability = serializers.ChoiceField(Reliability.choices)


class SourceBody(Body):
    """A source with its other names."""

    name = Words(longest=200)
    kind = OneOf(SourceKind.choices)
    aliases = serializers.ListField(child=Words(longest=200), required=False, max_length=50)
    parent = Number(required=False, allow_null=True, help_text="What it belongs to.")  # type: ignore[assignment]  # as above
    zone = Words(longest=64, required=False, allow_blank=True, help_text="IANA name.")
    reliability = OneOf(Reliability.choices, required=False)


class SourceFilters(Paged):
    """Which sources."""

    q = Search(required=False, help_text="Part of the name, or a whole alias.")
    kind = OneOf(SourceKind.choices, required=False)


class EditorOut(serializers.Serializer[Any]):
    """Somebody who edits a desk, with the number that `editor` of a claim's assignments takes."""

    id = serializers.IntegerField()
    name = serializers.CharField()


class DeskOut(serializers.Serializer[Any]):
    """A desk, its plain hours and its editors."""

    id = serializers.IntegerField()
    key = serializers.CharField()
    name = serializers.CharField()
    zone = serializers.CharField()
    due_hours = serializers.DictField(child=serializers.IntegerField(), help_text="Hours to review due, by priority.")
    minimum_minutes = serializers.IntegerField()
    warning_hours = serializers.IntegerField()
    min_origins = serializers.IntegerField(help_text="Distinct origins that confirmed and refuted need.")
    editors = EditorOut(many=True)


class Sources(ApiView):
    """Everybody who says things."""

    writes = None  # set-up is people's work: the service refuses keys

    @extend_schema(parameters=[SourceFilters], responses={200: page_response(SourceOut)})
    def get(self, request: Request) -> Response:
        """List sources."""
        asked = given(SourceFilters, request)
        rows = Source.objects.filter(**({"kind": asked["kind"]} if "kind" in asked else {}))
        if "q" in asked:
            rows = rows.filter(Q(name__icontains=asked["q"]) | Q(aliases__contains=[asked["q"]]))
        return page_of(request, rows, page_in(asked), _sources_out, Order(descending=False))

    @extend_schema(request=SourceBody, responses={201: SourceOut}, examples=[sent("A source", SOURCE)])
    @repeatable
    def post(self, request: Request) -> Response:
        """Add a source. For editors and administrators."""
        check_may_set_up(self.viewer)
        source = add_source(GivenSource(**checked(SourceBody, request.data)))
        return Response(source_row(source), status=201, headers={"Location": f"/api/v1/sources/{source.pk}"})


class OneSource(ApiView):
    """One source."""

    @extend_schema(responses={200: SourceOut})
    def get(self, request: Request, number: int) -> Response:
        """Read a source."""
        found = Source.objects.filter(pk=number).first()
        if found is None:
            raise NothingHere(f"There is no source {number}.")
        return Response(source_row(found))


class OneDesk(ApiView):
    """One desk."""

    @extend_schema(responses={200: DeskOut})
    def get(self, request: Request, number: int) -> Response:
        """Read a desk the caller sees."""
        found = [desk for desk in self.desks if desk.pk == number]
        if not found:
            raise NothingHere(f"There is no desk {number}.")
        return Response(_desks_out(found)[0])


class Desks(ApiView):
    """The caller's desks."""

    @extend_schema(parameters=[Paged], responses={200: page_response(DeskOut)})
    def get(self, request: Request) -> Response:
        """List the desks the caller sees."""
        asked = given(Paged, request)
        return page_of(request, desks_of(self.viewer), page_in(asked), _desks_out, Order(descending=False))


def source_row(source: Source) -> dict[str, Any]:
    """A `SourceOut`."""
    return {
        "id": source.pk,
        "name": source.name,
        "aliases": list(source.aliases),
        "kind": str(source.kind),
        "kind_label": source.get_kind_display(),
        "parent": source.parent_id,
        "zone": source.zone,
        "reliability": str(source.reliability),
    }


def _sources_out(rows: Sequence[Source]) -> list[dict[str, Any]]:
    return [source_row(row) for row in rows]


def _desks_out(rows: Sequence[Desk]) -> list[dict[str, Any]]:
    editors = _editors_of(rows)
    return [
        {
            "id": row.pk,
            "key": row.key,
            "name": row.name,
            "zone": row.zone,
            "due_hours": {str(priority): row.hours_for(priority) for priority in range(1, 5)},
            "minimum_minutes": row.minimum_minutes,
            "warning_hours": row.warning_hours,
            "min_origins": row.min_origins,
            "editors": editors[row.pk],
        }
        for row in rows
    ]


def _editors_of(desks: Sequence[Desk]) -> dict[int, list[dict[str, Any]]]:
    """The active editors of each desk by name, in one query."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    rows = Membership.objects.filter(desk__in=desks, role=DeskRole.EDITOR, user__is_active=True)
    for row in rows.select_related("user").order_by("user__first_name", "user__last_name", "user"):
        found[row.desk_id].append({"id": row.user_id, "name": row.user.full_name})
    return found
