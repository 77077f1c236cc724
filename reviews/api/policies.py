"""Review policies: how many judge a claim, and how many of them must agree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.errors import NothingHere
from claims.api.fields import Body, OneOf, Words, YesNo, checked
from claims.api.paging import Order, page_of
from claims.api.parameters import Paged, given, page_in
from claims.api.preconditions import expected_mark, is_known, tag
from claims.api.repeating import repeatable
from claims.api.schema import answered, page_response, sent
from claims.api.views import ApiView, not_modified
from claims.models import Scope
from reviews.api import examples
from reviews.models import PolicyKind, ReviewPolicy
from reviews.models.policy import MOST_JUDGES
from reviews.services.policies import (
    GivenPolicy,
    add_policy,
    change_policy,
    check_keeps_policies,
    mark_of,
    used_policies,
)


class Judges(serializers.IntegerField):
    """A number of people."""

    def __init__(self, **more: Any) -> None:
        super().__init__(min_value=1, max_value=MOST_JUDGES, required=False, **more)


class PolicyBody(Body):
    """A policy. With one reviewer, and with reviewer and editor, the numbers follow from the kind."""

    key = serializers.SlugField(max_length=40, help_text="Stands for good; rules name it.")
    name = Words(longest=80, help_text="Said under every verdict that the policy asks for.")
    kind = OneOf(PolicyKind.choices)
    judges = Judges(help_text="How many are asked; independent: 2 to 7.")
    agreeing = Judges(help_text="How many of them must agree; all, when left out.")
    is_active = YesNo(required=False, default=True, help_text="Whether desks and rules can choose it.")


class PolicyPatch(Body):
    """What can be changed. What a policy asks stays as it is once a claim was settled under it."""

    name = Words(longest=80, required=False)
    kind = OneOf(PolicyKind.choices, required=False)
    judges = Judges()
    agreeing = Judges()
    is_active = YesNo(required=False)


class PolicyOut(serializers.Serializer[Any]):
    """One policy."""

    id = serializers.IntegerField()
    key = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(PolicyKind.choices)
    kind_label = serializers.CharField()
    judges = serializers.IntegerField()
    agreeing = serializers.IntegerField()
    is_active = serializers.BooleanField()
    in_use = serializers.BooleanField(help_text="A claim was settled under it: what it asks stays as it is.")


class Policies(ApiView):
    """The review policies."""

    writes = Scope.SETUP_MANAGE

    @extend_schema(parameters=[Paged], responses={200: page_response(PolicyOut)})
    def get(self, request: Request) -> Response:
        """List the review policies."""
        asked = given(Paged, request)
        return page_of(request, ReviewPolicy.objects.all(), page_in(asked), _policies_out, Order(descending=False))

    @extend_schema(
        request=PolicyBody,
        responses={201: PolicyOut},
        examples=[sent("A review policy", examples.POLICY), answered("Made", examples.POLICY_MADE, 201)],
    )
    @repeatable
    def post(self, request: Request) -> Response:
        """Make a policy. For administrators."""
        check_keeps_policies(self.viewer)
        told = checked(PolicyBody, request.data)
        policy = add_policy(GivenPolicy(**told | {"kind": PolicyKind(told["kind"])}), self.viewer)
        location = f"/api/v1/policies/{policy.pk}"
        return _shown(policy, status=201, headers={"Location": location})


class OnePolicy(ApiView):
    """One review policy."""

    writes = Scope.SETUP_MANAGE
    tagged = True

    @extend_schema(responses={200: PolicyOut, 304: None})
    def get(self, request: Request, number: int) -> Response:
        """Read a policy."""
        policy = self._policy(number)
        if is_known(request, mark_of(policy)):
            return not_modified(tag(mark_of(policy)))
        return _shown(policy)

    @extend_schema(request=PolicyPatch, responses={200: PolicyOut}, examples=[sent("Retire it", examples.RETIRED)])
    def patch(self, request: Request, number: int) -> Response:
        """Change a policy (merge patch). For administrators."""
        check_keeps_policies(self.viewer)
        mark = expected_mark(request, mark_of(self._policy(number)))
        changes = checked(PolicyPatch, request.data, partial=True)
        if "kind" in changes:
            changes["kind"] = PolicyKind(changes["kind"])
        return _shown(change_policy(number, changes, self.viewer, mark))

    def _policy(self, number: int) -> ReviewPolicy:
        found = ReviewPolicy.objects.filter(pk=number).first()
        if found is None:
            raise NothingHere(f"There is no review policy {number}.")
        return found


def _shown(policy: ReviewPolicy, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    body = _policies_out([policy])[0]
    return Response(body, status=status, headers={"ETag": tag(mark_of(policy)), **(headers or {})})


def _policies_out(rows: Sequence[ReviewPolicy]) -> list[dict[str, Any]]:
    used = used_policies([row.pk for row in rows])
    return [
        {
            "id": row.pk,
            "key": row.key,
            "name": row.name,
            "kind": str(row.kind),
            "kind_label": row.get_kind_display(),
            "judges": row.judges,
            "agreeing": row.agreeing,
            "is_active": row.is_active,
            "in_use": row.pk in used,
        }
        for row in rows
    ]
