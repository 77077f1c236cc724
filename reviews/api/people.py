"""Who reviews, and who is asking."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.article_shapes import DeskRef, desk_out
from claims.api.errors import Invalid, NothingHere
from claims.api.fields import LARGEST_ID, Body, DeskNamed, Number, Words, YesNo, checked
from claims.api.paging import Order, page_of
from claims.api.parameters import Paged, given, page_in
from claims.api.preconditions import expected_mark, tag
from claims.api.repeating import repeatable
from claims.api.schema import answered, page_response, sent
from claims.api.views import ApiView
from claims.exports.times import rfc3339
from claims.models import DeskRole, Membership, ReadingSize, Scope, Shortcuts, User
from claims.permissions import Viewer
from reviews.api import examples
from reviews.models import Reviewer
from reviews.permissions import check_keeps_profile, people_led_by, reviewers_seen_by
from reviews.services.loads import loaded
from reviews.services.people import (
    MOST_TAGS,
    NOT_THERE,
    add_reviewer,
    change_profile,
    check_may_add_reviewers,
    profile_mark,
)

ACCOUNT = frozenset({"id", "person", "name", "desks", "zone"})
COUNTED = dict.fromkeys(
    ("open", "late", "due_24h", "away", "away_until", "last_active"),
    "This follows from their claims, events and absences.",
)


class ReviewerOut(serializers.Serializer[Any]):
    """Somebody who reviews."""

    id = serializers.IntegerField()
    person = serializers.IntegerField(help_text="Number of the account.")
    name = serializers.CharField()
    desks = serializers.ListField(child=serializers.CharField(), help_text="Keys of the desks.")
    languages = serializers.ListField(child=serializers.CharField(), help_text="Languages they read, BCP 47.")
    writes = serializers.ListField(child=serializers.CharField(), help_text="Languages they write, BCP 47.")
    topics = serializers.ListField(child=serializers.CharField())
    limit = serializers.IntegerField()
    open = serializers.IntegerField(help_text="Claims that count against the limit now.")
    late = serializers.IntegerField(help_text="Of these, those past review due.")
    due_24h = serializers.IntegerField(help_text="Of these, those due within 24 hours.")
    takes_work = serializers.BooleanField()
    gives_second_opinions = serializers.BooleanField(help_text="Also: settles disagreements of others as a reviewer.")
    away = serializers.BooleanField()
    away_until = serializers.DateTimeField(allow_null=True)
    last_active = serializers.DateTimeField(
        allow_null=True, help_text="When they last did something to a claim, on any desk; null: never."
    )
    zone = serializers.CharField(help_text="The zone their hours are in, IANA name.")
    works_from = serializers.CharField(allow_null=True, help_text="On the clock of their zone; null: at any time.")
    works_until = serializers.CharField(allow_null=True, help_text="At or before works_from: the morning after.")
    workdays = serializers.ListField(child=serializers.IntegerField(), help_text="ISO weekdays, 1 is Monday.")


class ClockTime(serializers.TimeField):
    """A time of day: 09:00."""

    def __init__(self, **options: Any) -> None:
        super().__init__(format="%H:%M", input_formats=["%H:%M"], allow_null=True, required=False, **options)


@extend_schema_field({"type": ["integer", "string"], "examples": ["ines", 7]})
class PersonNamed(serializers.Field[User, Any, int, Any]):
    """A person by their number or user name. The context's `people` are those whom the caller may name."""

    def to_internal_value(self, data: Any) -> User:
        """The person."""
        people: QuerySet[User] = self.context["people"]
        found = None
        if isinstance(data, int) and not isinstance(data, bool) and 0 < data <= LARGEST_ID:
            found = people.filter(pk=data).first()
        elif isinstance(data, str) and "\0" not in data:
            found = people.filter(username=data).first()
        if found is None:
            raise serializers.ValidationError(NOT_THERE, code="not_found")
        return found

    def to_representation(self, value: User) -> int:
        """Their number."""
        return value.pk


class ReviewerPatch(Body):
    """What can be changed about a reviewer: one's own languages and hours; the rest by editors of their desks."""

    refused = COUNTED | dict.fromkeys(ACCOUNT, "An administrator changes this on the person's own page.")
    languages = serializers.ListField(child=Words(longest=16, one="language"), required=False, max_length=MOST_TAGS)
    writes = serializers.ListField(child=Words(longest=16, one="language"), required=False, max_length=MOST_TAGS)
    topics = serializers.ListField(child=Words(longest=40, one="topic"), required=False, max_length=MOST_TAGS)
    limit = Number(required=False, most=1000)
    takes_work = YesNo(required=False, source="is_active")
    gives_second_opinions = YesNo(required=False)
    works_from = ClockTime()
    works_until = ClockTime()
    workdays = serializers.ListField(child=Number(most=7), required=False, max_length=7)


class ReviewerBody(ReviewerPatch):
    """A profile for somebody who reviews on a desk already."""

    refused = COUNTED | dict.fromkeys(ACCOUNT - {"person"}, "An administrator changes this on the person's own page.")
    person = PersonNamed(help_text="Number or user name of the account.")
    languages = serializers.ListField(
        child=Words(longest=16, one="language"), max_length=MOST_TAGS, help_text="BCP 47; they read them."
    )


class ReviewerFilters(Paged):
    """Which reviewers."""

    desk = DeskNamed(required=False, help_text="Number or key.")


class DeskRoleOut(serializers.Serializer[Any]):
    """What somebody is on a desk."""

    desk = DeskRef()
    role = serializers.ChoiceField(DeskRole.choices)
    can_triage = serializers.BooleanField()


class MeOut(serializers.Serializer[Any]):
    """Who the caller is and what they may."""

    kind = serializers.ChoiceField(["person", "key"])
    id = serializers.IntegerField()
    name = serializers.CharField()
    is_administrator = serializers.BooleanField()
    scopes = serializers.ListField(child=serializers.ChoiceField(Scope.choices), help_text="Of a key.")
    roles = DeskRoleOut(many=True, help_text="Of a person.")
    desks = DeskRef(many=True, help_text="The desks whose rows are seen.")
    all_desks = serializers.BooleanField()
    reviewer = serializers.IntegerField(allow_null=True, help_text="Number as a reviewer.")
    expires_at = serializers.DateTimeField(allow_null=True, help_text="Of a key.")
    zone = serializers.CharField(allow_null=True, help_text="Of a person: where they read clocks, an IANA name.")
    reading_size = serializers.ChoiceField(ReadingSize.choices, allow_null=True, help_text="Of a person.")
    shortcuts = serializers.ChoiceField(Shortcuts.choices, allow_null=True, help_text="Of a person: when keys act.")


class Reviewers(ApiView):
    """Everybody who reviews on the caller's desks."""

    writes = Scope.SETUP_MANAGE

    @extend_schema(parameters=[ReviewerFilters], responses={200: page_response(ReviewerOut)})
    def get(self, request: Request) -> Response:
        """List reviewers with their load."""
        asked = given(ReviewerFilters, request, desks=self.desks)
        desks = [asked["desk"].pk] if "desk" in asked else [desk.pk for desk in self.desks]
        here = Membership.objects.filter(user=OuterRef("user"), desk__in=desks, role=DeskRole.REVIEWER)
        rows = loaded(Reviewer.objects.filter(Exists(here)), self.now)
        return page_of(request, rows, page_in(asked), _reviewers_out, Order(descending=False))

    @extend_schema(
        request=ReviewerBody,
        responses={201: ReviewerOut},
        examples=[sent("A reviewer", examples.REVIEWER), answered("Made", examples.REVIEWER_MADE, 201)],
    )
    @repeatable
    def post(self, request: Request) -> Response:
        """Begin the profile of somebody who reviews on a desk. For editors of that desk and administrators."""
        check_may_add_reviewers(self.viewer)
        told = checked(ReviewerBody, request.data, people=people_led_by(self.viewer))
        made = add_reviewer(told.pop("person"), self.viewer, told)
        shown = loaded(Reviewer.objects.filter(pk=made.pk), self.now).get()
        headers = {"ETag": tag(profile_mark(made)), "Location": f"/api/v1/reviewers/{made.pk}"}
        return Response(_reviewers_out([shown])[0], status=201, headers=headers)


class OneReviewer(ApiView):
    """One reviewer."""

    writes = Scope.SETUP_MANAGE
    tagged = True

    @extend_schema(responses={200: ReviewerOut})
    def get(self, request: Request, number: int) -> Response:
        """Read a reviewer's profile and load. The tag is the profile's; load changes without it."""
        reviewer = self._reviewer(number)
        return self._answer(reviewer)

    @extend_schema(request=ReviewerPatch, responses={200: ReviewerOut}, examples=[sent("Other hours", examples.HOURS)])
    def patch(self, request: Request, number: int) -> Response:
        """Change a profile (merge patch). For the person themselves and editors of their desks."""
        reviewer = self._reviewer(number)
        check_keeps_profile(self.viewer, reviewer, ())
        seen = expected_mark(request, profile_mark(reviewer))
        changes = checked(ReviewerPatch, request.data, partial=True)
        change_profile(reviewer, self.viewer, changes, seen=seen)
        return self._answer(self._reviewer(number))

    def _reviewer(self, number: int) -> Reviewer:
        found = loaded(reviewers_seen_by(self.viewer), self.now).filter(pk=number).first()
        if found is None:
            raise NothingHere(f"There is no reviewer {number}.")
        return found

    def _answer(self, reviewer: Reviewer) -> Response:
        return Response(_reviewers_out([reviewer])[0], headers={"ETag": tag(profile_mark(reviewer))})


class Me(ApiView):
    """Who am I?"""

    reads = None  # every live key may ask what it is

    @extend_schema(responses={200: MeOut})
    def get(self, request: Request) -> Response:
        """Say who is asking, and what they may."""
        viewer = self.viewer
        user, key = viewer.user, viewer.key
        body = {
            "kind": str(viewer.actor.kind),
            "id": viewer.actor.id,
            "name": viewer.actor.name,
            "is_administrator": viewer.is_administrator,
            "scopes": sorted(viewer.scopes),
            "roles": [_role(row) for row in user.memberships.select_related("desk")] if user else [],
            "desks": [desk_out(desk) for desk in self.desks],
            "all_desks": viewer.desks is None,
            "reviewer": Reviewer.objects.filter(user=user).values_list("pk", flat=True).first() if user else None,
            "expires_at": rfc3339(key.expires_at) if key else None,
            **{name: getattr(user, name) if user else None for name in ("zone", "reading_size", "shortcuts")},
        }
        return Response(body)


def reviewer_named(viewer: Viewer, number: int | None, pointer: str) -> Reviewer:
    """The reviewer whom a body names, when the caller sees them. Raises `Invalid`."""
    rows = Reviewer.objects.select_related("user").filter(pk=number) if number else Reviewer.objects.none()
    if viewer.desks is not None:
        rows = rows.filter(user__memberships__desk__in=sorted(viewer.desks)).distinct()
    found = rows.first()
    if found is None:
        raise Invalid("There is no such reviewer.", pointer=pointer)
    return found


def _role(row: Membership) -> dict[str, Any]:
    return {"desk": desk_out(row.desk), "role": str(row.role), "can_triage": row.can_triage}


def _reviewers_out(rows: Sequence[Reviewer]) -> list[dict[str, Any]]:
    return [
        {
            "id": row.pk,
            "person": row.user_id,
            "name": str(row),
            "desks": sorted({one.desk.key for one in row.user.memberships.all() if one.role == DeskRole.REVIEWER}),
            "languages": list(row.languages),
            "writes": list(row.writes),
            "topics": list(row.topics),
            "limit": row.limit,
            "open": row.load,  # type: ignore[attr-defined]  # annotated
            "late": row.late,  # type: ignore[attr-defined]  # annotated
            "due_24h": row.due_24h,  # type: ignore[attr-defined]  # annotated
            "takes_work": row.is_active,
            "gives_second_opinions": row.gives_second_opinions,
            "away": row.away_until is not None,  # type: ignore[attr-defined]  # annotated
            "away_until": rfc3339(row.away_until),  # type: ignore[attr-defined]  # annotated
            "last_active": rfc3339(row.last_active),  # type: ignore[attr-defined]  # annotated
            "zone": row.user.zone,
            "works_from": _clock(row.works_from),
            "works_until": _clock(row.works_until),
            "workdays": list(row.workdays),
        }
        for row in rows
    ]


def _clock(at: time | None) -> str | None:
    return at.isoformat(timespec="minutes") if at else None
