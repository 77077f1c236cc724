"""Desks: who the work belongs to, and by when it is due there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.errors import NothingHere
from claims.api.examples import DESK, DESK_MADE, OTHER_HOURS
from claims.api.fields import Body, Number, Words, YesNo, checked
from claims.api.paging import Order, page_of
from claims.api.parameters import Paged, given, page_in
from claims.api.preconditions import expected_mark, tag
from claims.api.repeating import repeatable
from claims.api.schema import answered, page_response, sent
from claims.api.views import ApiView
from claims.models import Desk, DeskRole, Membership, Scope
from claims.permissions import desks_of
from claims.services.desks import add_desk, change_desk, check_keeps_desks, check_may_add_desks, desk_mark

QUARTER = 90  # days: nothing is due later than that
PRIORITIES = ("1", "2", "3", "4")


class EditorOut(serializers.Serializer[Any]):
    """Somebody who edits a desk, with the number that `editor` of a claim's assignments takes."""

    id = serializers.IntegerField()
    name = serializers.CharField()


class DueHoursOut(serializers.Serializer[Any]):
    """Hours to review due, by priority."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """A member for each priority: its name is no name of an attribute."""
        return {priority: serializers.IntegerField() for priority in PRIORITIES}


class DeskOut(serializers.Serializer[Any]):
    """A desk, its plain hours and its editors."""

    id = serializers.IntegerField()
    key = serializers.CharField()
    name = serializers.CharField()
    zone = serializers.CharField()
    due_hours = DueHoursOut(help_text="Hours to review due, by priority.")
    minimum_minutes = serializers.IntegerField()
    warning_hours = serializers.IntegerField()
    min_origins = serializers.IntegerField(help_text="Distinct origins that confirmed and refuted need.")
    makers_may_review = serializers.BooleanField(help_text="Whether people review claims they entered themselves.")
    editors = EditorOut(many=True)


class DueHoursBody(Body):
    """Hours by priority, 1 is the highest. What is left out stays."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """A member for each priority."""
        return {priority: Number(required=False, most=24 * QUARTER) for priority in PRIORITIES}


class DeskBody(Body):
    """A desk. What is left out is as the admin offers it."""

    refused = {
        "id": "Its number stands for good.",
        "editors": "Who is on a desk is kept on the people's own pages, by administrators.",
    }
    key = serializers.SlugField(max_length=40, help_text="Addresses, rules and filters name it.")
    name = Words(longest=80)
    zone = Words(longest=64, required=False, help_text="IANA name such as Europe/Kyiv.")
    due_hours = DueHoursBody(required=False)
    minimum_minutes = Number(least=0, most=24 * 60 * QUARTER, required=False, help_text="Nothing is due sooner.")
    warning_hours = Number(least=0, most=24 * QUARTER, required=False, help_text="Of warning before review due.")
    min_origins = Number(most=32767, required=False, help_text="Distinct origins for confirmed and refuted.")
    makers_may_review = YesNo(required=False)


class OneDesk(ApiView):
    """One desk."""

    writes = Scope.SETUP_MANAGE
    tagged = True

    @extend_schema(responses={200: DeskOut})
    def get(self, request: Request, number: int) -> Response:
        """Read a desk the caller sees. The tag is that of its own settings; its editors change without it."""
        return _shown(self._desk(number))

    @extend_schema(request=DeskBody, responses={200: DeskOut}, examples=[sent("Other hours", OTHER_HOURS)])
    def patch(self, request: Request, number: int) -> Response:
        """Change a desk (merge patch), for what is accepted and judged from now on. For administrators."""
        check_keeps_desks(self.viewer)
        seen = expected_mark(request, desk_mark(self._desk(number)))
        changes = _columns(checked(DeskBody, request.data, partial=True))
        return _shown(change_desk(number, changes, self.viewer, seen=seen))

    def _desk(self, number: int) -> Desk:
        found = desks_of(self.viewer).filter(pk=number).first()
        if found is None:
            raise NothingHere(f"There is no desk {number}.")
        return found


class Desks(ApiView):
    """The caller's desks."""

    writes = Scope.SETUP_MANAGE

    @extend_schema(parameters=[Paged], responses={200: page_response(DeskOut)})
    def get(self, request: Request) -> Response:
        """List the desks the caller sees."""
        asked = given(Paged, request)
        return page_of(request, desks_of(self.viewer), page_in(asked), _desks_out, Order(descending=False))

    @extend_schema(
        request=DeskBody,
        responses={201: DeskOut},
        examples=[sent("A desk", DESK), answered("A desk", DESK_MADE, 201)],
    )
    @repeatable
    def post(self, request: Request) -> Response:
        """Make a desk. For administrators, and keys that are not confined to desks."""
        check_may_add_desks(self.viewer)
        desk = add_desk(Desk(**_columns(checked(DeskBody, request.data))), self.viewer)
        return _shown(desk, status=201, headers={"Location": f"/api/v1/desks/{desk.pk}"})


def _columns(told: Mapping[str, Any]) -> dict[str, Any]:
    """A checked body as the row has it."""
    hours = {f"due_hours_{priority}": number for priority, number in told.get("due_hours", {}).items()}
    return {name: value for name, value in told.items() if name != "due_hours"} | hours


def _shown(desk: Desk, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(_desks_out([desk])[0], status=status, headers={"ETag": tag(desk_mark(desk)), **(headers or {})})


def _desks_out(rows: Sequence[Desk]) -> list[dict[str, Any]]:
    editors = _editors_of(rows)
    return [
        {
            "id": row.pk,
            "key": row.key,
            "name": row.name,
            "zone": row.zone,
            "due_hours": {priority: row.hours_for(int(priority)) for priority in PRIORITIES},
            "minimum_minutes": row.minimum_minutes,
            "warning_hours": row.warning_hours,
            "min_origins": row.min_origins,
            "makers_may_review": row.makers_may_review,
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
