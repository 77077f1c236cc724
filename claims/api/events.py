"""The timeline of a claim, and the change feed: every change once, in order, resumable for ever."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from claims.actors import ActorKind
from claims.api.errors import BadCursor
from claims.api.feedplaces import place_of
from claims.api.paging import LARGEST_PAGE, PAGE, Order, page_of
from claims.api.parameters import EventType, Listed, Paged, Parameters, WholeNumber, given, page_in
from claims.api.schema import page_response
from claims.api.views import ApiView
from claims.exports.feed import Place, cursor_of, events_out
from claims.lifecycle import State
from claims.models import ClaimEvent, Scope
from claims.permissions import visible_claims


class ActorOut(serializers.Serializer[Any]):
    """Who did it: a person, a key or a named rule."""

    kind = serializers.ChoiceField(ActorKind.choices)
    id = serializers.IntegerField(allow_null=True)
    name = serializers.CharField()


class EventOut(serializers.Serializer[Any]):
    """One action on one claim. `hash` is SHA-256 over the hash before, a line feed and the body as kept."""

    id = serializers.CharField(help_text="Number of the claim and of the event in it, for example 113.4.")
    type = serializers.CharField(help_text="org.claimdesk.<noun>.<what>.v1")
    claim = serializers.IntegerField()
    seq = serializers.IntegerField()
    actor = ActorOut()
    from_state = serializers.ChoiceField([*State.choices, ("", "none")])
    to_state = serializers.ChoiceField(State.choices)
    reason = serializers.CharField()
    data = serializers.DictField()  # type: ignore[assignment]  # the metaclass takes fields off the class
    occurred_at = serializers.DateTimeField(help_text="When it became true.")
    recorded_at = serializers.DateTimeField(help_text="When it was noticed.")
    prev_hash = serializers.CharField()
    hash = serializers.CharField()
    cursor = serializers.CharField(help_text="Send it as `after` to go on behind this event.")


class FeedOut(serializers.Serializer[Any]):
    """A stretch of the change feed."""

    results = EventOut(many=True)
    cursor = serializers.CharField(help_text="Where to go on, also when nothing was new.")
    next = serializers.URLField(allow_null=True, help_text="Null when the feed is at its end for now.")


class FeedParameters(Parameters):
    """From where, and what."""

    several = frozenset({"types"})
    after = serializers.CharField(required=False, max_length=60, help_text="A cursor; left out: from the beginning.")
    types = Listed(child=EventType(), required=False, help_text="For example org.claimdesk.claim.late.v1.")
    limit = WholeNumber(most=LARGEST_PAGE, default=PAGE)


class ClaimEvents(ApiView):
    """The timeline of one claim."""

    @extend_schema(parameters=[Paged], responses={200: page_response(EventOut)})
    def get(self, request: Request, number: int) -> Response:
        """List what happened to a claim, oldest first."""
        asked = given(Paged, request)
        rows = ClaimEvent.objects.filter(claim=self.claim(number))
        return page_of(request, rows, page_in(asked), events_out, Order(descending=False))


class Events(ApiView):
    """The change feed of everything the caller sees."""

    reads = Scope.EVENTS_READ

    @extend_schema(parameters=[FeedParameters], responses={200: FeedOut})
    def get(self, request: Request) -> Response:
        """Read changes behind a cursor. Nothing is ever missed, repeated or out of order; poll with the last cursor."""
        asked = given(FeedParameters, request)
        begin = place_of(asked.get("after", ""))
        end = ClaimEvent.objects.end_of_feed()  # read first, so that the page never reaches behind it
        if begin > end:  # no end ever lay there, and what comes next might lie before it
            raise BadCursor("The cursor lies ahead of everything here, as after a restored backup. Start without it.")
        rows = _between(begin, end).filter(claim__in=visible_claims(self.viewer, self.now).values("pk"))
        if "types" in asked:
            rows = rows.filter(type__in=asked["types"])
        found = list(rows[: asked["limit"] + 1])
        shown, more = found[: asked["limit"]], len(found) > asked["limit"]
        last = (shown[-1].tx, shown[-1].pk) if more else end
        url = self._next(last) if more else None
        body = {"results": events_out(shown), "cursor": cursor_of(last), "next": url}
        return Response(body, headers={"Link": f'<{url}>; rel="next"'} if url else {})

    def _next(self, last: Place) -> str:
        given_ = self.request.query_params.copy()
        given_["after"] = cursor_of(last)
        return self.link(f"{self.request.path}?{given_.urlencode()}")


def _between(begin: Place, end: Place) -> QuerySet[ClaimEvent]:
    upto = Q(tx__lt=end[0]) | Q(tx=end[0], pk__lte=end[1])
    return ClaimEvent.objects.after(*begin).filter(upto)
