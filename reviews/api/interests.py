"""What reviewers may not judge: the sources they have declared an interest in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.errors import Invalid, NothingHere
from claims.api.fields import Body, Number, Words, checked
from claims.api.paging import Order, page_of
from claims.api.parameters import given, page_in
from claims.api.preconditions import expected_mark, tag
from claims.api.repeating import repeatable
from claims.api.schema import answered, page_response, sent
from claims.exports.times import rfc3339
from claims.models import Source
from claims.permissions import Viewer, visible_sources
from reviews.api import examples
from reviews.api.absences import OfReviewer, PeopleView
from reviews.models import Interest
from reviews.permissions import reviewers_kept_by
from reviews.services.people import declare_interest, withdraw_interest


class InterestOut(serializers.Serializer[Any]):
    """A source whose claims somebody does not judge."""

    id = serializers.IntegerField()
    reviewer = serializers.IntegerField()
    name = serializers.CharField()
    source = serializers.IntegerField()  # type: ignore[assignment]  # the metaclass takes fields off the class
    source_name = serializers.CharField()
    note = serializers.CharField()
    declared_at = serializers.DateTimeField()


class InterestBody(Body):
    """Somebody has an interest in a source."""

    reviewer = Number(help_text="Number of the reviewer.")
    source = Number(help_text="Number of the source.")  # type: ignore[assignment]  # the metaclass takes fields off the class
    note = Words(longest=300, required=False, allow_blank=True, help_text="What the interest is.")


class Interests(PeopleView):
    """Declared interests: one's own, and those of the people whose desks the caller edits."""

    @extend_schema(parameters=[OfReviewer], responses={200: page_response(InterestOut)})
    def get(self, request: Request) -> Response:
        """List declared interests."""
        asked = given(OfReviewer, request)
        rows = _interests_kept_by(self.viewer, self.now)
        if "reviewer" in asked:
            rows = rows.filter(reviewer=asked["reviewer"])
        return page_of(request, rows, page_in(asked), _interests_out, Order(descending=False))

    @extend_schema(
        request=InterestBody,
        responses={201: InterestOut},
        examples=[sent("Interest", examples.INTEREST), answered("Made", examples.INTEREST_MADE, 201)],
    )
    @repeatable
    def post(self, request: Request) -> Response:
        """Declare an interest. From now on nothing that came through the source goes to this person."""
        told = checked(InterestBody, request.data)
        reviewer = self.reviewer(told["reviewer"], "/reviewer")
        source = Source.objects.filter(pk=told["source"]).first()
        if source is None:
            raise Invalid("There is no such source.", pointer="/source")
        made = declare_interest(reviewer, self.viewer, source, told.get("note", ""))
        return Response(_interests_out([made])[0], status=201, headers={"Location": f"/api/v1/interests/{made.pk}"})


class OneInterest(PeopleView):
    """One declared interest."""

    tagged = True

    @extend_schema(responses={200: InterestOut})
    def get(self, request: Request, number: int) -> Response:
        """Read a declared interest. It never changes, so its tag is its number."""
        found = self._interest(number)
        return Response(_interests_out([found])[0], headers={"ETag": tag(found.pk)})

    @extend_schema(responses={204: None})
    def delete(self, request: Request, number: int) -> Response:
        """Withdraw an interest. For editors of the person's desks: nobody lifts their own."""
        found = self._interest(number)
        expected_mark(request, str(found.pk))
        withdraw_interest(found, self.viewer)
        return Response(status=204)

    def _interest(self, number: int) -> Interest:
        found = _interests_kept_by(self.viewer, self.now).filter(pk=number).first()
        if found is None:
            raise NothingHere(f"There is no interest {number}.")
        return found


def _interests_kept_by(viewer: Viewer, now: datetime) -> QuerySet[Interest]:
    """Less those in a source that the viewer does not see: it would be named."""
    kept, seen = reviewers_kept_by(viewer).values("pk"), visible_sources(viewer, now).values("pk")
    return Interest.objects.filter(reviewer__in=kept, source__in=seen).select_related("reviewer__user", "source")


def _interests_out(rows: Sequence[Interest]) -> list[dict[str, Any]]:
    return [
        {
            "id": row.pk,
            "reviewer": row.reviewer_id,
            "name": str(row.reviewer),
            "source": row.source_id,
            "source_name": row.source.name,
            "note": row.note,
            "declared_at": rfc3339(row.declared_at),
        }
        for row in rows
    ]
