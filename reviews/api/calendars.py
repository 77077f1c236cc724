"""Working calendars and deadline policies: by when a verdict is wanted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.errors import NothingHere
from claims.api.fields import Body, Number, Words, YesNo, checked
from claims.api.paging import Order, page_of
from claims.api.parameters import Paged, Parameters, given, page_in
from claims.api.preconditions import expected_version, is_known, tag
from claims.api.repeating import repeatable
from claims.api.schema import answered, page_response, sent
from claims.api.views import not_modified
from reviews.api import examples
from reviews.api.rules import SetUpView
from reviews.models import DeadlinePolicy, WorkCalendar
from reviews.models.calendar import DAYS, MOST_CLOSED, office_hours
from reviews.services.calendars import add, change, check_keeps_calendars

Row = TypeVar("Row", WorkCalendar, DeadlinePolicy)
POLICY_FIELDS = (
    *("key", "name", "hours_1", "hours_2", "hours_3", "hours_4", "hours_of_work", "before_own_date_hours"),
    *("at_most_hours", "in_working_hours", "is_active"),
)


class Spans(serializers.ListField):
    """The hours of one day."""

    def __init__(self, **more: Any) -> None:
        super().__init__(child=Words(longest=13), max_length=12, required=False, **more)


class HoursBody(Body):
    """Hours by day. A day left out is free."""

    mon = Spans(help_text='For example ["09:00-12:30", "13:00-18:00"]; a day may end at 24:00.')
    tue = Spans()
    wed = Spans()
    thu = Spans()
    fri = Spans()
    sat = Spans()
    sun = Spans()


class CalendarBody(Body):
    """When a desk works."""

    name = Words(longest=80)
    zone = Words(longest=64, required=False, default="UTC", help_text="IANA name such as Europe/Kyiv.")
    hours = HoursBody(required=False, help_text="Weekdays 09:00 to 18:00 when left out. Replaced as a whole.")
    country = Words(
        longest=2, required=False, default="", allow_blank=True, help_text="Whose public holidays are free: UA, US."
    )
    subdivision = Words(longest=10, required=False, default="", allow_blank=True, help_text="A part of the country.")
    closed = serializers.ListField(
        child=serializers.DateField(), max_length=MOST_CLOSED, required=False, help_text="Free days of its own."
    )


class HoursOut(serializers.Serializer[Any]):
    """Hours by day."""

    mon = serializers.ListField(child=serializers.CharField())
    tue = serializers.ListField(child=serializers.CharField())
    wed = serializers.ListField(child=serializers.CharField())
    thu = serializers.ListField(child=serializers.CharField())
    fri = serializers.ListField(child=serializers.CharField())
    sat = serializers.ListField(child=serializers.CharField())
    sun = serializers.ListField(child=serializers.CharField())


class CalendarOut(serializers.Serializer[Any]):
    """One working calendar."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    zone = serializers.CharField()
    hours = HoursOut()
    country = serializers.CharField()
    subdivision = serializers.CharField()
    closed = serializers.ListField(child=serializers.DateField())
    version = serializers.IntegerField(help_text="Also the ETag.")


class Calendars(SetUpView):
    """The working calendars."""

    @extend_schema(parameters=[Paged], responses={200: page_response(CalendarOut)})
    def get(self, request: Request) -> Response:
        """List the working calendars."""
        asked = given(Paged, request)
        return page_of(request, WorkCalendar.objects.all(), page_in(asked), _calendars_out, Order(descending=False))

    @extend_schema(
        request=CalendarBody,
        responses={201: CalendarOut},
        examples=[sent("A calendar", examples.CALENDAR), answered("Made", examples.CALENDAR_MADE, 201)],
    )
    @repeatable
    def post(self, request: Request) -> Response:
        """Make a calendar. For administrators."""
        check_keeps_calendars(self.viewer)
        told = {"hours": office_hours(), **_plain(checked(CalendarBody, request.data))}
        made = add(WorkCalendar(**told), self.viewer)
        return _shown(made, _calendars_out([made])[0], status=201, location=f"/api/v1/calendars/{made.pk}")


class OneCalendar(SetUpView):
    """One working calendar."""

    tagged = True

    @extend_schema(responses={200: CalendarOut, 304: None})
    def get(self, request: Request, number: int) -> Response:
        """Read a calendar."""
        given(Parameters, request)
        row = _found(WorkCalendar.objects.filter(pk=number).first(), f"There is no calendar {number}.")
        return (
            not_modified(tag(row.version)) if is_known(request, row.version) else _shown(row, _calendars_out([row])[0])
        )

    @extend_schema(
        request=CalendarBody, responses={200: CalendarOut}, examples=[sent("Closed on more days", examples.CLOSED)]
    )
    def patch(self, request: Request, number: int) -> Response:
        """Change a calendar (merge patch), for claims accepted from now on. For administrators."""
        check_keeps_calendars(self.viewer)
        row = _found(WorkCalendar.objects.filter(pk=number).first(), f"There is no calendar {number}.")
        version = expected_version(request, row.version)
        changes = _plain(checked(CalendarBody, request.data, partial=True))
        changed = change(WorkCalendar, number, changes, self.viewer, version=version)
        return _shown(changed, _calendars_out([changed])[0])


class Hours(serializers.IntegerField):
    """A number of hours."""

    def __init__(self, **more: Any) -> None:
        super().__init__(min_value=1, max_value=24 * 365, required=False, **more)


class DeadlinePolicyBody(Body):
    """How review due is counted. See the page on deadlines for the order in which these are applied."""

    key = serializers.SlugField(max_length=40, help_text="Rules name it.")
    name = Words(longest=80)
    hours_1 = Hours(help_text="Hours at priority 1, the highest.")
    hours_2 = Hours()
    hours_3 = Hours()
    hours_4 = Hours()
    hours_of_work = YesNo(required=False, help_text="Those are hours of work; else they count day and night.")
    before_own_date_hours = Number(
        required=False, allow_null=True, help_text="A claim with a date of its own ahead is due so long before it."
    )
    at_most_hours = Hours(allow_null=True, help_text="Never later than so long after acceptance.")
    in_working_hours = YesNo(required=False, help_text="Moved back to the last working moment before.")
    calendar = Number(required=False, allow_null=True, help_text="Number of the working calendar.")
    is_active = YesNo(required=False, help_text="Whether desks and rules can choose it.")


class CalendarRef(serializers.Serializer[Any]):
    """A calendar, named."""

    id = serializers.IntegerField()
    name = serializers.CharField()


class DeadlinePolicyOut(serializers.Serializer[Any]):
    """One deadline policy."""

    id = serializers.IntegerField()
    key = serializers.CharField()
    name = serializers.CharField()
    hours_1 = serializers.IntegerField()
    hours_2 = serializers.IntegerField()
    hours_3 = serializers.IntegerField()
    hours_4 = serializers.IntegerField()
    hours_of_work = serializers.BooleanField()
    before_own_date_hours = serializers.IntegerField(allow_null=True)
    at_most_hours = serializers.IntegerField(allow_null=True)
    in_working_hours = serializers.BooleanField()
    calendar = CalendarRef(allow_null=True)
    is_active = serializers.BooleanField()
    version = serializers.IntegerField(help_text="Also the ETag.")


class DeadlinePolicies(SetUpView):
    """The deadline policies."""

    @extend_schema(parameters=[Paged], responses={200: page_response(DeadlinePolicyOut)})
    def get(self, request: Request) -> Response:
        """List the deadline policies."""
        asked = given(Paged, request)
        rows = DeadlinePolicy.objects.select_related("calendar")
        return page_of(request, rows, page_in(asked), _policies_out, Order(descending=False))

    @extend_schema(
        request=DeadlinePolicyBody,
        responses={201: DeadlinePolicyOut},
        examples=[sent("A deadline policy", examples.DEADLINES), answered("Made", examples.DEADLINES_MADE, 201)],
    )
    @repeatable
    def post(self, request: Request) -> Response:
        """Make a deadline policy. For administrators."""
        check_keeps_calendars(self.viewer)
        made = add(DeadlinePolicy(**_with_calendar(checked(DeadlinePolicyBody, request.data))), self.viewer)
        return _shown(made, _policies_out([made])[0], status=201, location=f"/api/v1/deadline_policies/{made.pk}")


class OneDeadlinePolicy(SetUpView):
    """One deadline policy."""

    tagged = True

    @extend_schema(responses={200: DeadlinePolicyOut, 304: None})
    def get(self, request: Request, number: int) -> Response:
        """Read a deadline policy."""
        given(Parameters, request)
        row = self._policy(number)
        return (
            not_modified(tag(row.version)) if is_known(request, row.version) else _shown(row, _policies_out([row])[0])
        )

    @extend_schema(
        request=DeadlinePolicyBody, responses={200: DeadlinePolicyOut}, examples=[sent("Sooner", examples.SOONER)]
    )
    def patch(self, request: Request, number: int) -> Response:
        """Change a deadline policy (merge patch), for claims accepted from now on. For administrators."""
        check_keeps_calendars(self.viewer)
        version = expected_version(request, self._policy(number).version)
        changes = _with_calendar(checked(DeadlinePolicyBody, request.data, partial=True))
        changed = change(DeadlinePolicy, number, changes, self.viewer, version=version)
        return _shown(changed, _policies_out([changed])[0])

    def _policy(self, number: int) -> DeadlinePolicy:
        row = DeadlinePolicy.objects.select_related("calendar").filter(pk=number).first()
        return _found(row, f"There is no deadline policy {number}.")


def _found(row: Row | None, sentence: str) -> Row:
    if row is None:
        raise NothingHere(sentence)
    return row


def _plain(told: dict[str, Any]) -> dict[str, Any]:
    """Hours as they are kept: every day named."""
    if "hours" in told:
        told["hours"] = {day: list(told["hours"].get(day, [])) for day in DAYS}
    return told


def _with_calendar(told: dict[str, Any]) -> dict[str, Any]:
    if told.get("calendar") is not None:
        number = told["calendar"]
        told["calendar"] = _found(WorkCalendar.objects.filter(pk=number).first(), f"There is no calendar {number}.")
    return told


def _shown(row: Any, body: dict[str, Any], *, status: int = 200, location: str = "") -> Response:
    headers = {"ETag": tag(row.version)} | ({"Location": location} if location else {})
    return Response(body, status=status, headers=headers)


def _calendars_out(rows: Sequence[WorkCalendar]) -> list[dict[str, Any]]:
    return [
        {
            "id": row.pk,
            "name": row.name,
            "zone": row.zone,
            "hours": {day: row.hours.get(day, []) for day in DAYS},
            "country": row.country,
            "subdivision": row.subdivision,
            "closed": [day.isoformat() for day in row.closed],
            "version": row.version,
        }
        for row in rows
    ]


def _policies_out(rows: Sequence[DeadlinePolicy]) -> list[dict[str, Any]]:
    return [
        {
            "id": row.pk,
            **{name: getattr(row, name) for name in POLICY_FIELDS},
            "calendar": {"id": row.calendar.pk, "name": row.calendar.name} if row.calendar else None,
            "version": row.version,
        }
        for row in rows
    ]
