"""Webhooks and the log of their deliveries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.errors import NothingHere
from claims.api.examples import FEWER_TYPES, FROM_THE_FIRST, ROTATION
from claims.api.feedplaces import place_of
from claims.api.fields import Nothing, OneOf, checked
from claims.api.paging import Order, page_of
from claims.api.parameters import Listed, Paged, Parameters, WholeNumber, given, page_in
from claims.api.preconditions import expected_version, is_known, tag
from claims.api.repeating import ShownOnce, repeatable
from claims.api.schema import page_response, sent
from claims.api.views import ApiView, not_modified
from claims.api.webhook_shapes import (
    DeliveryOut,
    ReplayBody,
    RotateBody,
    WebhookBody,
    WebhookMadeOut,
    WebhookOut,
    WebhookPatch,
    deliveries_out,
    webhooks_out,
)
from claims.models import ApiKey, DeliveryState, Scope, Webhook
from claims.services.webhooks import (
    change_webhook,
    delete_webhook,
    deliveries_of,
    make_webhook,
    replay_from,
    rotate_secret,
    send_again,
    try_out,
    webhooks_of,
)

EXAMPLE = {
    "name": "Content system",
    "url": "https://cms.example/hooks/claim-desk",
    "types": ["org.claimdesk.claim.date_passed.v1", "org.claimdesk.claim.publish.v1"],
}


class DeliveryFilters(Paged):
    """Which deliveries."""

    several = frozenset({"state"})
    state = Listed(child=OneOf(DeliveryState.choices), required=False)
    claim = WholeNumber(required=False)


class WebhookView(ApiView):
    """What endpoints about webhooks share: a key needs a scope of its own, and finds only its own webhooks."""

    reads = writes = Scope.WEBHOOKS_MANAGE

    def webhook(self, number: int) -> Webhook:
        """One of the caller's webhooks. Raises `NothingHere`."""
        row = webhooks_of(self.viewer).filter(pk=number).first()
        if row is None:
            raise NothingHere(f"There is no webhook {number}.")
        return row


class Webhooks(WebhookView):
    """The webhooks of the caller."""

    @extend_schema(parameters=[Paged], responses={200: page_response(WebhookOut)})
    def get(self, request: Request) -> Response:
        """List webhooks: a key its own, an administrator all."""
        asked = given(Paged, request)
        return page_of(request, webhooks_of(self.viewer), page_in(asked), webhooks_out, Order(descending=False))

    @extend_schema(
        request=WebhookBody,
        responses={201: WebhookMadeOut},
        examples=[sent("Tell a content system of verdicts and of dates that passed", EXAMPLE)],
    )
    @repeatable
    def post(self, request: Request) -> Response:
        """Make a webhook. The answer shows its secret, this once."""
        told = checked(WebhookBody, request.data)
        number = told.pop("key", None)
        key = self._key(number) if number is not None else None
        after = place_of(told.pop("after")) if "after" in told else None
        made, secret = make_webhook(self.viewer, **told, key=key, after=after)
        return with_secret(self.webhook(made.pk), secret, status=201)

    def _key(self, number: int) -> ApiKey | None:
        """The key of this number, for whoever may name it: a key itself, an administrator any."""
        if self.viewer.key is not None:
            return self.viewer.key if number == self.viewer.key.pk else _no_key(number)
        return ApiKey.objects.filter(pk=number).first() or _no_key(number)


class OneWebhook(WebhookView):
    """One webhook."""

    http_method_names = (*ApiView.http_method_names, "delete")
    matched = frozenset({"PATCH", "DELETE"})
    tagged = True

    @extend_schema(responses={200: WebhookOut, 304: None})
    def get(self, request: Request, number: int) -> Response:
        """Read a webhook and how it fares."""
        given(Parameters, request)
        row = self.webhook(number)
        return not_modified(tag(row.version)) if is_known(request, row.version) else shown(row)

    @extend_schema(request=WebhookPatch, responses={200: WebhookOut}, examples=[sent("Fewer events", FEWER_TYPES)])
    def patch(self, request: Request, number: int) -> Response:
        """Change a webhook (merge patch), or switch it on or off."""
        version = expected_version(request, self.webhook(number).version)
        changes = checked(WebhookPatch, request.data, partial=True)
        return shown(change_webhook(number, changes, self.viewer, version=version))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, number: int) -> Response:
        """Delete a webhook with its log. What waits is not sent."""
        version = expected_version(request, self.webhook(number).version)
        delete_webhook(number, self.viewer, version=version)
        return Response(status=204)


class WebhookTest(WebhookView):
    """A test of one webhook."""

    @extend_schema(request=None, responses={201: DeliveryOut})
    @repeatable
    def post(self, request: Request, number: int) -> Response:
        """Let a test be sent within seconds. It tells of nothing; what came of it is in the log."""
        self.webhook(number)
        checked(Nothing, request.data)
        return Response(deliveries_out([try_out(number, self.viewer)])[0], status=201)


class WebhookSecret(WebhookView):
    """The secret of one webhook."""

    tagged = True

    @extend_schema(request=RotateBody, responses={200: WebhookMadeOut}, examples=[sent("Two days to change", ROTATION)])
    @repeatable
    def post(self, request: Request, number: int) -> Response:
        """Make a new secret, shown this once. Until the overlap ends deliveries are signed with both."""
        self.webhook(number)
        told = checked(RotateBody, request.data)
        overlap = timedelta(hours=told["overlap_hours"])
        row, secret = rotate_secret(number, self.viewer, overlap=overlap)
        return with_secret(row, secret)


class WebhookReplay(WebhookView):
    """A webhook's place in the change feed."""

    tagged = True

    @extend_schema(request=ReplayBody, responses={200: WebhookOut}, examples=[sent("From the first", FROM_THE_FIRST)])
    @repeatable
    def post(self, request: Request, number: int) -> Response:
        """Tell everything behind a cursor, what was told already again under the same number. Ahead of it, skip."""
        self.webhook(number)
        place = place_of(checked(ReplayBody, request.data)["after"])
        return shown(replay_from(number, place, self.viewer))


class Deliveries(WebhookView):
    """The log of one webhook."""

    @extend_schema(parameters=[DeliveryFilters], responses={200: page_response(DeliveryOut)})
    def get(self, request: Request, number: int) -> Response:
        """List deliveries, newest first. Those that are over stay for thirty days."""
        asked = given(DeliveryFilters, request)
        rows = deliveries_of(self.viewer).filter(webhook=self.webhook(number))
        if "state" in asked:
            rows = rows.filter(state__in=asked["state"])
        if "claim" in asked:
            rows = rows.filter(claim=asked["claim"])
        return page_of(request, rows, page_in(asked), deliveries_out)


class DeliveryAgain(WebhookView):
    """One delivery."""

    @extend_schema(request=None, responses={200: DeliveryOut})
    @repeatable
    def post(self, request: Request, number: int) -> Response:
        """Send one delivery again, at once, with ten attempts anew."""
        checked(Nothing, request.data)
        return Response(deliveries_out([send_again(number, self.viewer)])[0])


def _no_key(number: int) -> ApiKey:
    raise serializers.ValidationError({"key": [serializers.ErrorDetail(f"There is no key {number}.", "not_found")]})


def shown(row: Webhook) -> Response:
    """One webhook with its tag."""
    return Response(webhooks_out([row])[0], headers={"ETag": tag(row.version)})


def with_secret(row: Webhook, secret: str, *, status: int = 200) -> Response:
    """One webhook with its secret, which is not kept for repeated calls."""
    body: dict[str, Any] = webhooks_out([row])[0]
    headers = {"ETag": tag(row.version)} | ({"Location": f"/api/v1/webhooks/{row.pk}"} if status == 201 else {})
    return ShownOnce({**body, "secret": secret}, kept={**body, "secret": None}, status=status, headers=headers)
