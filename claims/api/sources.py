"""Sources: everybody who says things."""

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
from claims.api.events import ActorOut
from claims.api.examples import OTHER_SOURCE, SOURCE, SOURCE_MADE
from claims.api.fields import Body, Number, OneOf, Words, checked
from claims.api.paging import Order, page_of
from claims.api.parameters import Paged, Search, given, page_in
from claims.api.preconditions import expected_mark, is_known, tag
from claims.api.repeating import repeatable
from claims.api.schema import answered, page_response, sent
from claims.api.views import ApiView, not_modified
from claims.exports.feed import actor_out
from claims.exports.times import rfc3339
from claims.models import Reliability, Scope, SetUpEvent, Source, SourceKind
from claims.permissions import visible_sources
from claims.services.sources import GivenSource, add_source, change_source, check_may_set_up, source_mark


class GradingOut(serializers.Serializer[Any]):
    """That somebody set the reliability of a source, or looked at it anew and left it."""

    before = serializers.ChoiceField(Reliability.choices)
    after = serializers.ChoiceField(Reliability.choices)
    reason = serializers.CharField()
    by = ActorOut()
    at = serializers.DateTimeField()


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
    reliability_history = GradingOut(many=True, help_text="How it came to be, oldest first; it begins with F.")


class SourceBody(Body):
    """A source with its other names."""

    refused = {
        "id": "Its number stands for good.",
        "kind_label": "The label follows from the kind.",
        "reliability_history": "It is written down as the reliability is set.",
    }
    name = Words(longest=200)
    kind = OneOf(SourceKind.choices)
    aliases = serializers.ListField(child=Words(longest=200, one="alias"), required=False, max_length=50)
    parent = Number(required=False, allow_null=True, help_text="What it belongs to.")  # type: ignore[assignment]  # the metaclass takes fields off the class
    zone = Words(longest=64, required=False, allow_blank=True, help_text="IANA name.")
    reliability = OneOf(Reliability.choices, required=False)
    reliability_reason = Words(
        longest=300,
        required=False,
        allow_blank=True,
        help_text="Why; needed with another reliability. With the same one it says that it was looked at anew.",
    )


class SourceFilters(Paged):
    """Which sources."""

    q = Search(required=False, help_text="Part of the name, or a whole alias.")
    kind = OneOf(SourceKind.choices, required=False)


class Sources(ApiView):
    """Everybody who says things."""

    writes = Scope.SETUP_MANAGE

    @extend_schema(parameters=[SourceFilters], responses={200: page_response(SourceOut)})
    def get(self, request: Request) -> Response:
        """List sources."""
        asked = given(SourceFilters, request)
        rows = visible_sources(self.viewer, self.now).filter(**({"kind": asked["kind"]} if "kind" in asked else {}))
        if "q" in asked:
            rows = rows.filter(Q(name__icontains=asked["q"]) | Q(aliases__contains=[asked["q"]]))
        return page_of(request, rows, page_in(asked), _sources_out, Order(descending=False))

    @extend_schema(
        request=SourceBody,
        responses={201: SourceOut},
        examples=[sent("A source", SOURCE), answered("A source", SOURCE_MADE, 201)],
    )
    @repeatable
    def post(self, request: Request) -> Response:
        """Add a source. For editors and administrators."""
        check_may_set_up(self.viewer)
        told = checked(SourceBody, request.data)
        why = told.pop("reliability_reason", "")
        source = add_source(GivenSource(**told), self.viewer, why=why)
        return _shown(source, status=201, headers={"Location": f"/api/v1/sources/{source.pk}"})


class OneSource(ApiView):
    """One source."""

    writes = Scope.SETUP_MANAGE
    tagged = True

    @extend_schema(responses={200: SourceOut, 304: None})
    def get(self, request: Request, number: int) -> Response:
        """Read a source."""
        source = self._source(number)
        if is_known(request, source_mark(source)):
            return not_modified(tag(source_mark(source)))
        return _shown(source)

    @extend_schema(request=SourceBody, responses={200: SourceOut}, examples=[sent("Other names", OTHER_SOURCE)])
    def patch(self, request: Request, number: int) -> Response:
        """Say otherwise what a source is (merge patch). For editors and administrators."""
        check_may_set_up(self.viewer)
        seen = expected_mark(request, source_mark(self._source(number)))
        changes = checked(SourceBody, request.data, partial=True)
        why = changes.pop("reliability_reason", "")
        return _shown(change_source(number, changes, self.viewer, seen=seen, why=why))

    def _source(self, number: int) -> Source:
        found = visible_sources(self.viewer, self.now).filter(pk=number).first()
        if found is None:
            raise NothingHere(f"There is no source {number}.")
        return found


def _source_row(source: Source, gradings: Sequence[SetUpEvent]) -> dict[str, Any]:
    return {
        "id": source.pk,
        "name": source.name,
        "aliases": list(source.aliases),
        "kind": str(source.kind),
        "kind_label": source.get_kind_display(),
        "parent": source.parent_id,
        "zone": source.zone,
        "reliability": str(source.reliability),
        "reliability_history": [_grading(one) for one in gradings],
    }


def _grading(event: SetUpEvent) -> dict[str, Any]:
    before, after = event.grades
    return {
        "before": before,
        "after": after,
        "reason": event.reason,
        "by": actor_out(event),
        "at": rfc3339(event.recorded_at),
    }


def _shown(source: Source, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(
        _sources_out([source])[0], status=status, headers={"ETag": tag(source_mark(source)), **(headers or {})}
    )


def _sources_out(rows: Sequence[Source]) -> list[dict[str, Any]]:
    gradings: dict[int | None, list[SetUpEvent]] = defaultdict(list)
    for event in SetUpEvent.objects.graded().filter(source__in=rows):
        gradings[event.source_id].append(event)
    return [_source_row(row, gradings[row.pk]) for row in rows]
