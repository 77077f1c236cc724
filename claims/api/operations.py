"""Long work that was asked for, and how far it has come."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from math import ceil
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.article_shapes import DeskRef, desk_out
from claims.api.errors import NothingHere
from claims.api.fields import OneOf
from claims.api.paging import page_of
from claims.api.parameters import Listed, Paged, Parameters, given, page_in
from claims.api.repeating import repeatable
from claims.api.schema import page_response
from claims.api.views import ApiView
from claims.exports.times import rfc3339
from claims.models import Operation, OperationState, OperationStep, StepState
from claims.permissions import visible_articles
from claims.services.operations import try_again, visible_operations

LOOK_AGAIN = 2  # seconds after which it is worth asking how a running operation fares
KIND = "import_article"
RETRY_AFTER = OpenApiParameter(
    "Retry-After",
    int,
    OpenApiParameter.HEADER,
    description="Seconds after which to ask again; while it has not ended.",
    response=[200, 202],
)
LOCATION = OpenApiParameter(
    "Location", str, OpenApiParameter.HEADER, description="Where what was made is found.", response=[201, 202]
)


class OperationStepOut(serializers.Serializer[Any]):
    """One step and how far it has come."""

    name = serializers.ChoiceField(OperationStep.choices)
    state = serializers.ChoiceField(StepState.choices)


class OperationFailureOut(serializers.Serializer[Any]):
    """What went wrong at one attempt."""

    step = serializers.ChoiceField(OperationStep.choices)
    code = serializers.CharField(help_text="Stable.")
    detail = serializers.CharField(help_text="A sentence for a person.")
    at = serializers.DateTimeField()


class OperationCountsOut(serializers.Serializer[Any]):
    """How much of the work has come to what."""

    total = serializers.IntegerField()
    done = serializers.IntegerField()
    failed = serializers.IntegerField()


class OperationOut(serializers.Serializer[Any]):
    """The import of an article from its link. What it made is in `article` and `revision` once it is done."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField([KIND])
    state = serializers.ChoiceField(OperationState.choices)
    url = serializers.CharField(help_text="The link as it was given.")
    desk = DeskRef(allow_null=True)
    steps = OperationStepOut(many=True)
    counts = OperationCountsOut()
    attempts = serializers.IntegerField()
    failures = OperationFailureOut(many=True, help_text="Latest last. Another attempt may have succeeded since.")
    notes = serializers.ListField(
        child=serializers.CharField(),
        help_text="What was assumed about the page, and what its sender may not have meant.",
    )
    article = serializers.IntegerField(allow_null=True, help_text="Number of the article, once done.")
    revision = serializers.IntegerField(allow_null=True, help_text="Number of its text, once done.")
    is_new = serializers.BooleanField()
    is_new_text = serializers.BooleanField()
    asked_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    next_attempt_at = serializers.DateTimeField(allow_null=True, help_text="Null once it has ended.")


class OperationFilters(Paged):
    """Which operations."""

    several = frozenset({"state"})
    state = Listed(child=OneOf(OperationState.choices), required=False)


class OperationView(ApiView):
    """What endpoints about operations share."""

    def operation(self, number: int) -> Operation:
        """An operation the caller may see. Raises `NothingHere`."""
        found = visible_operations(self.viewer).filter(pk=number).first()
        if found is None:
            raise NothingHere(f"There is no operation {number}.")
        return found

    def shown(self, row: Operation, *, status: int = 200) -> Response:
        """One operation, and when to ask again."""
        return Response(self.rendered([row])[0], status=status, headers=asking_again(row, self.now))

    def rendered(self, rows: Sequence[Operation]) -> list[dict[str, Any]]:
        """Each an `OperationOut`. An article that the caller may not see (any more) is not named."""
        made = {row.revision.article_id for row in rows if row.revision is not None}
        seen = set(visible_articles(self.viewer, self.now).filter(pk__in=made).values_list("pk", flat=True))
        return [operation_out(row, seen) for row in rows]


class Operations(OperationView):
    """The operations of the caller."""

    @extend_schema(parameters=[OperationFilters], responses={200: page_response(OperationOut)})
    def get(self, request: Request) -> Response:
        """List operations, newest first: one's own, for editors those of their desks too, for administrators all."""
        asked = given(OperationFilters, request)
        rows = visible_operations(self.viewer)
        if "state" in asked:
            rows = rows.filter(state__in=asked["state"])
        return page_of(request, rows, page_in(asked), self.rendered)


class OneOperation(OperationView):
    """One operation."""

    @extend_schema(parameters=[RETRY_AFTER], responses={200: OperationOut})
    def get(self, request: Request, number: int) -> Response:
        """Read how far an operation has come."""
        given(Parameters, request)
        return self.shown(self.operation(number))


class OperationAgain(OperationView):
    """Another beginning of one operation."""

    @extend_schema(request=None, parameters=[RETRY_AFTER], responses={202: OperationOut})
    @repeatable
    def post(self, request: Request, number: int) -> Response:
        """Begin an import that failed anew."""
        self.operation(number)
        return self.shown(try_again(self.viewer, number), status=202)


def asking_again(row: Operation, now: datetime) -> dict[str, str]:
    """The header that says when to ask again; none once it has ended."""
    if row.next_attempt_at is None:
        return {}
    waits = row.state == OperationState.QUEUED and row.next_attempt_at > now
    seconds = ceil((row.next_attempt_at - now).total_seconds()) if waits else 0
    return {"Retry-After": str(max(seconds, LOOK_AGAIN))}


def operation_out(row: Operation, seen: Collection[int] = ()) -> dict[str, Any]:
    """An `OperationOut`. `seen` are the articles, by number, that the caller may see."""
    revision = row.revision if row.revision is not None and row.revision.article_id in seen else None
    return {
        "id": row.pk,
        "kind": KIND,
        "state": row.state,
        "url": row.url,
        "desk": desk_out(row.desk),
        "steps": [{"name": str(step), "state": str(state)} for step, state in row.steps],
        "counts": {
            "total": 1,
            "done": int(row.state == OperationState.DONE),
            "failed": int(row.state == OperationState.FAILED),
        },
        "attempts": row.attempts,
        "failures": list(row.failures),
        "notes": list(row.notes),
        "article": revision.article_id if revision else None,
        "revision": revision.number if revision else None,
        "is_new": row.is_new,
        "is_new_text": row.is_new_text,
        "asked_at": rfc3339(row.asked_at),
        "started_at": rfc3339(row.started_at),
        "finished_at": rfc3339(row.finished_at),
        "next_attempt_at": rfc3339(row.next_attempt_at),
    }
