"""The steps of a claim: what somebody could do now, and doing it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.errors import Invalid
from claims.api.examples import DISMISSAL, PRIORITY
from claims.api.fields import checked
from claims.api.preconditions import expected_version
from claims.api.repeating import repeatable
from claims.api.schema import sent
from claims.deadlines import own_date
from claims.lifecycle import Action, DismissalReason, WaitingReason
from claims.models import Claim, Desk, Evidence
from claims.permissions import check_handles_claims, visible_claims
from claims.services.splitting import GivenPart
from reviews.api.action_bodies import BODIES
from reviews.api.claim_bodies import given_date
from reviews.api.claim_documents import ClaimOut
from reviews.api.claims import ClaimView
from reviews.services.acting import STEPS, Offer, act, offered

# One door per step. What is not in BODIES has another one, or none yet.
DOORS: Mapping[Action, tuple[str, str]] = {
    Action.EDIT: ("PATCH", ""),
    Action.ASSIGN: ("POST", "/assignments"),
    Action.HAND_OVER: ("POST", "/assignments"),
    Action.DECLINE: ("POST", "/assignments"),
    Action.RECUSE: ("POST", "/assignments"),
    Action.SUBMIT_REVIEW: ("POST", "/reviews"),
    Action.ASK_SECOND_OPINION: ("POST", "/reviews"),
    Action.ADJUDICATE: ("POST", "/reviews"),
}
ACTION_BODY = PolymorphicProxySerializer(
    component_name="AnyAction",
    serializers={str(action): body for action, body in BODIES.items()},
    resource_type_field_name="action",
)


class OfferOut(serializers.Serializer[Any]):
    """Whether the caller could take a step now; if not, the code and the sentence why."""

    action = serializers.ChoiceField(Action.choices)
    label = serializers.CharField()  # type: ignore[assignment]  # the metaclass takes fields off the class
    allowed = serializers.BooleanField()
    code = serializers.CharField()
    sentence = serializers.CharField()
    needs = serializers.CharField()
    method = serializers.CharField()
    href = serializers.URLField()


class OffersOut(serializers.Serializer[Any]):
    """Every step, in the order of the table."""

    results = OfferOut(many=True)


def door(action: Action, number: int) -> tuple[str, str]:
    """Method and path by which a step of this claim is taken."""
    method, behind = DOORS.get(action, ("POST", "/actions"))
    return method, f"/api/v1/claims/{number}{behind}"


class AllowedActions(ClaimView):
    """What the caller could do to a claim now."""

    @extend_schema(responses={200: OffersOut})
    def get(self, request: Request, number: int) -> Response:
        """List every step with whether it is allowed now, and the sentence why not."""
        self.claim(number)
        return Response({"results": [self._offer(offer, number) for offer in offered(number, self.viewer)]})

    def _offer(self, offer: Offer, number: int) -> dict[str, Any]:
        method, path = door(offer.action, number)
        return {
            "action": str(offer.action),
            "label": offer.label,
            "allowed": offer.allowed,
            "code": offer.code,
            "sentence": offer.sentence,
            "needs": offer.needs,
            "method": method,
            "href": self.link(path),
        }


class Actions(ClaimView):
    """The door for every step that is not a review or an assignment."""

    matched = frozenset({"POST"})
    tagged = True
    writes = None  # which scope a key needs depends on the step, so its roles decide

    @extend_schema(
        request=ACTION_BODY,
        responses={200: ClaimOut},
        examples=[sent("Dismiss it", DISMISSAL), sent("Put it first", PRIORITY)],
    )
    @repeatable
    def post(self, request: Request, number: int) -> Response:
        """Take a step. Needs If-Match. A step the state or a guard does not allow answers 409 with the sentence."""
        check_handles_claims(self.viewer)
        version = expected_version(request, self.acted_on(number, request.data).version)
        action = named_action(request.data)
        told = checked(BODIES[action], request.data, desks=self._desks_for(action))
        act(number, action, self.viewer, version=version, **self._given(action, told))
        return self.shown(number)

    def _desks_for(self, action: Action) -> list[Desk]:
        """A claim can be given to any desk, also to one whose claims the giver does not see."""
        return list(Desk.objects.all()) if action == Action.CHANGE_DESK and self.viewer.user else self.desks

    def _given(self, action: Action, told: dict[str, Any]) -> dict[str, Any]:
        """The step's own keyword arguments."""
        told.pop("action")
        return _RENAMED[action](self, told) if action in _RENAMED else told

    def dismissal(self, told: dict[str, Any]) -> dict[str, Any]:
        """A dismissal, with the claim it repeats."""
        told["reason"] = DismissalReason(told["reason"])
        if "duplicate_of" in told:
            told["duplicate_of"] = self._seen(told["duplicate_of"], "/duplicate_of")
        return told

    def merge(self, told: dict[str, Any]) -> dict[str, Any]:
        """A merge, with the claim that stays."""
        return told | {"into": self._seen(told["into"], "/into")}

    def _seen(self, number: int, pointer: str) -> Claim:
        claim = visible_claims(self.viewer, self.now).filter(pk=number).first()
        if claim is None:
            raise Invalid(f"There is no claim #{number}.", pointer=pointer)
        return claim

    def split(self, told: dict[str, Any]) -> dict[str, Any]:
        """The second claim, with the evidence that the caller sees and shares."""
        claim = self.claim(int(self.kwargs["number"]))
        wanted = set(told.get("evidence", ()))
        if unknown := sorted(wanted - self.evidence_shown(claim)):
            raise Invalid(f"There is no evidence {unknown[0]} on this claim.", pointer="/evidence")
        date = told.get("own_date")
        part = GivenPart(
            told["statement"],
            quote=told.get("quote", ""),
            own=given_date(date) if date else None,
            same_date="own_date" not in told,
            short_text=told.get("short_text", ""),
            evidence=list(Evidence.objects.filter(pk__in=wanted)),
        )
        return {"part": part}


def named_action(data: Any) -> Action:
    """The action a body names. Raises `Invalid`, with the right door where this is not it."""
    name = data.get("action") if isinstance(data, Mapping) else None
    if not isinstance(name, str) or name not in Action.values:
        listed = ", ".join(BODIES)
        raise Invalid(f"Name the action: one of {listed}.", pointer="/action")
    action = Action(name)
    if action in DOORS:
        method, behind = DOORS[action]
        raise Invalid(
            f"{action.label} has a door of its own: {method} /api/v1/claims/{{id}}{behind}.", pointer="/action"
        )
    if action not in STEPS:
        raise Invalid(f"{action.label} is not a step that can be asked for.", pointer="/action")
    return action


def _due(told: dict[str, Any]) -> dict[str, Any]:
    if "review_due_at" in told:
        told["due"] = told.pop("review_due_at")
    return told


def _waiting(told: dict[str, Any]) -> dict[str, Any]:
    told["until"] = told.pop("waiting_until")
    told["reason"] = WaitingReason(told["reason"])
    return _due(told)


def _own_date(told: dict[str, Any]) -> dict[str, Any]:
    if told["own_date"] is None:
        return {"own": None, "reason": told["reason"]}
    date = given_date(told["own_date"])
    own = own_date(date.first, date.last, date.precision, date.zone)
    return {"own": own, "reason": told["reason"], "words": date.words, "zone_basis": date.zone_basis}


_RENAMED: Mapping[Action, Callable[[Actions, dict[str, Any]], dict[str, Any]]] = {
    Action.ACCEPT: lambda _, told: _due(told),
    Action.DISMISS: Actions.dismissal,
    Action.SPLIT: Actions.split,
    Action.MERGE: Actions.merge,
    Action.WAIT: lambda _, told: _waiting(told),
    Action.SET_DUE: lambda _, told: _due(told),
    Action.SET_OWN_DATE: lambda _, told: _own_date(told),
}
