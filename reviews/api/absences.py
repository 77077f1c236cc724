"""When reviewers are away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.errors import Invalid, NothingHere
from claims.api.fields import Body, Moment, Number, OneOf, Words, checked
from claims.api.paging import Order, page_of
from claims.api.parameters import Paged, WholeNumber, given, page_in
from claims.api.preconditions import expected_mark, tag
from claims.api.repeating import repeatable
from claims.api.schema import answered, page_response, sent
from claims.api.views import ApiView
from claims.exports.times import rfc3339
from claims.models import Scope
from reviews.api import examples
from reviews.models import Absence, Reviewer, Then
from reviews.permissions import check_keeps, reviewers_kept_by, reviewers_seen_by
from reviews.services.leaving import due_meanwhile
from reviews.services.people import (
    GivenAbsence,
    absence_mark,
    add_absence,
    change_absence,
    remove_absence,
)


class AbsenceOut(serializers.Serializer[Any]):
    """A time in which nothing new goes to somebody."""

    id = serializers.IntegerField()
    reviewer = serializers.IntegerField()
    name = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField(help_text="From here on they are back.")
    then = serializers.ChoiceField(Then.choices, help_text="What becomes of their open claims when it begins.")
    then_label = serializers.CharField()
    hand_over_to = serializers.IntegerField(allow_null=True)
    note = serializers.CharField(help_text="For the person and editors of their desks; empty for others.")
    due_meanwhile = serializers.ListField(
        child=serializers.IntegerField(), help_text="Their open claims that fall due while they are away."
    )


class AbsenceBody(Body):
    """An absence. `hand_over_to` goes with then=hand_over alone."""

    reviewer = Number(help_text="Number of the reviewer.")
    starts_at = Moment()
    ends_at = Moment()
    then = OneOf(Then.choices, required=False)
    hand_over_to = Number(required=False, allow_null=True, help_text="Number of the reviewer who takes over.")
    note = Words(longest=200, required=False, allow_blank=True)


class AbsencePatch(Body):
    """What can be said otherwise about an absence."""

    refused = dict.fromkeys(("id", "reviewer", "name"), "Make another absence for somebody else.")
    starts_at = Moment(required=False)
    ends_at = Moment(required=False)
    then = OneOf(Then.choices, required=False)
    hand_over_to = Number(required=False, allow_null=True)
    note = Words(longest=200, required=False, allow_blank=True)


class OfReviewer(Paged):
    """Whose."""

    reviewer = WholeNumber(required=False, help_text="Number of the reviewer.")


class PeopleView(ApiView):
    """What endpoints about absences and interests share."""

    writes = Scope.CLAIMS_READ  # people keep people: the services refuse keys
    http_method_names: Sequence[str] = (*ApiView.http_method_names, "delete")
    matched = frozenset({"PATCH", "DELETE"})

    def reviewer(self, number: int, pointer: str) -> Reviewer:
        """A reviewer the caller sees. Raises `Invalid`."""
        found = reviewers_seen_by(self.viewer).select_related("user").filter(pk=number).first()
        if found is None:
            raise Invalid("There is no such reviewer.", pointer=pointer)
        return found

    def given(self, told: dict[str, Any], reviewer: Reviewer) -> GivenAbsence:
        """An absence as the service takes it; without `then`, naming somebody means handing over."""
        to = told.pop("hand_over_to", None)
        told.setdefault("then", Then.HAND_OVER if to else Then.KEEP)
        return GivenAbsence(**told, hand_over_to=self.reviewer(to, "/hand_over_to") if to else None)

    def shape(self, rows: Sequence[Absence]) -> list[dict[str, Any]]:
        """Each an `AbsenceOut`; note and due claims are for those who keep the person's absences."""
        kept = set(reviewers_kept_by(self.viewer).values_list("pk", flat=True))
        due = due_meanwhile([row for row in rows if row.reviewer_id in kept], self.viewer, self.now)
        return [_absence_out(row, row.note if row.reviewer_id in kept else "", due.get(row.pk, [])) for row in rows]


class Absences(PeopleView):
    """When the reviewers of the caller's desks are away."""

    @extend_schema(parameters=[OfReviewer], responses={200: page_response(AbsenceOut)})
    def get(self, request: Request) -> Response:
        """List absences, also those that are over."""
        asked = given(OfReviewer, request)
        rows = _absences(reviewers_seen_by(self.viewer))
        if "reviewer" in asked:
            rows = rows.filter(reviewer=asked["reviewer"])
        return page_of(request, rows, page_in(asked), self.shape, Order(descending=False))

    @extend_schema(
        request=AbsenceBody,
        responses={201: AbsenceOut},
        examples=[sent("Two weeks", examples.ABSENCE), answered("Made", examples.ABSENCE_MADE, 201)],
    )
    @repeatable
    def post(self, request: Request) -> Response:
        """Mark somebody as away. `due_meanwhile` says which of their claims to hand over."""
        told = checked(AbsenceBody, request.data)
        reviewer = self.reviewer(told.pop("reviewer"), "/reviewer")
        made = add_absence(reviewer, self.viewer, self.given(told, reviewer))
        return Response(
            self.shape([made])[0],
            status=201,
            headers={"Location": f"/api/v1/absences/{made.pk}", "ETag": tag(absence_mark(made))},
        )


class OneAbsence(PeopleView):
    """One absence."""

    tagged = True

    @extend_schema(responses={200: AbsenceOut})
    def get(self, request: Request, number: int) -> Response:
        """Read an absence."""
        return self._answer(self._absence(number))

    @extend_schema(
        request=AbsencePatch, responses={200: AbsenceOut}, examples=[sent("Back sooner", examples.BACK_SOONER)]
    )
    def patch(self, request: Request, number: int) -> Response:
        """Change an absence (merge patch)."""
        absence = self._absence(number)
        check_keeps(self.viewer, absence.reviewer)
        seen = expected_mark(request, absence_mark(absence))
        told = checked(AbsencePatch, request.data, partial=True)
        stood: dict[str, Any] = {
            "starts_at": absence.starts_at,
            "ends_at": absence.ends_at,
            "then": absence.then,
            "hand_over_to": absence.hand_over_to_id,
            "note": absence.note,
        }
        if "then" in told and told["then"] != Then.HAND_OVER:
            stood["hand_over_to"] = None
        changed = change_absence(absence, self.viewer, self.given(stood | told, absence.reviewer), seen=seen)
        return self._answer(changed)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, number: int) -> Response:
        """Remove an absence: somebody is not away after all. To come back early, move its end instead."""
        absence = self._absence(number)
        check_keeps(self.viewer, absence.reviewer)
        remove_absence(absence, self.viewer, seen=expected_mark(request, absence_mark(absence)))
        return Response(status=204)

    def _absence(self, number: int) -> Absence:
        found = _absences(reviewers_seen_by(self.viewer)).filter(pk=number).first()
        if found is None:
            raise NothingHere(f"There is no absence {number}.")
        return found

    def _answer(self, absence: Absence) -> Response:
        return Response(self.shape([absence])[0], headers={"ETag": tag(absence_mark(absence))})


def _absences(reviewers: QuerySet[Reviewer]) -> QuerySet[Absence]:
    rows = Absence.objects.filter(reviewer__in=reviewers.values("pk"))
    return rows.select_related("reviewer__user", "hand_over_to__user")


def _absence_out(row: Absence, note: str, due: list[int]) -> dict[str, Any]:
    return {
        "id": row.pk,
        "reviewer": row.reviewer_id,
        "name": str(row.reviewer),
        "starts_at": rfc3339(row.starts_at),
        "ends_at": rfc3339(row.ends_at),
        "then": str(row.then),
        "then_label": row.get_then_display(),
        "hand_over_to": row.hand_over_to_id,
        "note": note,
        "due_meanwhile": due,
    }
