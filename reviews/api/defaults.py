"""A desk's defaults: which policies hold where no routing rule says otherwise."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.article_shapes import DeskRef, desk_out
from claims.api.errors import NothingHere
from claims.api.fields import Body, Number, YesNo, checked
from claims.api.parameters import Parameters, given
from claims.api.preconditions import expected_version, is_known, tag
from claims.api.schema import sent
from claims.api.views import not_modified
from claims.models import Desk
from reviews.api import examples
from reviews.api.rules import SetUpView
from reviews.models import DeskDefaults
from reviews.services.defaults import check_may_set_defaults, defaults_of, set_defaults


class DefaultsBody(Body):
    """What a desk does where no rule says otherwise. Policies are numbers; null takes one away."""

    review_policy = Number(required=False, allow_null=True)
    deadline_policy = Number(required=False, allow_null=True)
    takes_back = YesNo(required=False)


class PolicyRef(serializers.Serializer[Any]):
    """A policy, named."""

    id = serializers.IntegerField()
    name = serializers.CharField()


class DefaultsOut(serializers.Serializer[Any]):
    """A desk's defaults. Null: one reviewer, the desk's plain hours."""

    desk = DeskRef()
    review_policy = PolicyRef(allow_null=True)
    deadline_policy = PolicyRef(allow_null=True)
    takes_back = serializers.BooleanField(
        help_text="Claims that stand still, and those of people who are away, go back to the pool by themselves."
    )
    version = serializers.IntegerField(help_text="Also the ETag; 0 before anybody has set any.")


class OneDeskDefaults(SetUpView):
    """What a desk does where no rule says otherwise."""

    tagged = True

    @extend_schema(responses={200: DefaultsOut, 304: None})
    def get(self, request: Request, number: int) -> Response:
        """Read a desk's defaults."""
        given(Parameters, request)
        found = defaults_of(self._desk(number))
        if is_known(request, found.version):
            return not_modified(tag(found.version))
        return _shown(found)

    @extend_schema(
        request=DefaultsBody, responses={200: DefaultsOut}, examples=[sent("Take idle work back", examples.DEFAULTS)]
    )
    def patch(self, request: Request, number: int) -> Response:
        """Change them (merge patch), for claims accepted from now on. For the desk's editors and administrators."""
        desk = self._desk(number)
        check_may_set_defaults(self.viewer, desk)
        before = defaults_of(desk)
        version = expected_version(request, before.version)
        told = checked(DefaultsBody, request.data, partial=True)
        now = {name: told.get(name, getattr(before, f"{name}_id")) for name in ("review_policy", "deadline_policy")}
        back = told.get("takes_back", before.takes_back)
        return _shown(set_defaults(desk, self.viewer, **now, takes_back=back, version=version))

    def _desk(self, number: int) -> Desk:
        found = next((desk for desk in self.desks if desk.pk == number), None)
        if found is None:
            raise NothingHere(f"There is no desk {number}.")
        return found


def _shown(found: DeskDefaults) -> Response:
    body = {
        "desk": desk_out(found.desk),
        "review_policy": _policy(found.review_policy),
        "deadline_policy": _policy(found.deadline_policy),
        "takes_back": found.takes_back,
        "version": found.version,
    }
    return Response(body, headers={"ETag": tag(found.version)})


def _policy(row: Any) -> dict[str, Any] | None:
    return {"id": row.pk, "name": row.name} if row else None
