"""Who reviews, and who is asking."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.article_shapes import DeskRef, desk_out
from claims.api.fields import DeskNamed
from claims.api.paging import Order, page_of
from claims.api.parameters import Paged, given, page_in
from claims.api.schema import page_response
from claims.api.times import rfc3339
from claims.api.views import ApiView
from claims.models import DeskRole, Membership, Scope
from reviews.models import Absence, AssignmentStatus, Reviewer
from reviews.models.assignment import LOADING_STATES


class ReviewerOut(serializers.Serializer[Any]):
    """Somebody who reviews."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    desks = serializers.ListField(child=serializers.CharField(), help_text="Keys of the desks.")
    languages = serializers.ListField(child=serializers.CharField())
    topics = serializers.ListField(child=serializers.CharField())
    limit = serializers.IntegerField()
    open = serializers.IntegerField(help_text="Claims that count against the limit now.")
    takes_work = serializers.BooleanField()
    away = serializers.BooleanField()


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


class Reviewers(ApiView):
    """Everybody who reviews on the caller's desks."""

    @extend_schema(parameters=[ReviewerFilters], responses={200: page_response(ReviewerOut)})
    def get(self, request: Request) -> Response:
        """List reviewers with their load."""
        asked = given(ReviewerFilters, request, desks=self.desks)
        desks = [asked["desk"].pk] if "desk" in asked else [desk.pk for desk in self.desks]
        here = Membership.objects.filter(user=OuterRef("user"), desk__in=desks, role=DeskRole.REVIEWER)
        rows = self._loaded(Reviewer.objects.filter(Exists(here)))
        return page_of(request, rows, page_in(asked), _reviewers_out, Order(descending=False))

    def _loaded(self, rows: QuerySet[Reviewer]) -> QuerySet[Reviewer]:
        loading = Q(assignments__status=AssignmentStatus.OPEN, assignments__claim__state__in=LOADING_STATES)
        away = Absence.objects.at(self.now).filter(reviewer=OuterRef("pk"))
        counted = rows.annotate(load=Count("assignments", filter=loading), away=Exists(away))
        return counted.select_related("user").prefetch_related("user__memberships__desk")


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
        }
        return Response(body)


def _role(row: Membership) -> dict[str, Any]:
    return {"desk": desk_out(row.desk), "role": str(row.role), "can_triage": row.can_triage}


def _reviewers_out(rows: Sequence[Reviewer]) -> list[dict[str, Any]]:
    return [
        {
            "id": row.pk,
            "name": str(row),
            "desks": sorted({one.desk.key for one in row.user.memberships.all() if one.role == DeskRole.REVIEWER}),
            "languages": list(row.languages),
            "topics": list(row.topics),
            "limit": row.limit,
            "open": row.load,  # type: ignore[attr-defined]  # annotated
            "takes_work": row.is_active,
            "away": row.away,  # type: ignore[attr-defined]  # annotated
        }
        for row in rows
    ]
