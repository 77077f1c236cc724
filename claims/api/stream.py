"""The live stream as this process knows it: where it is, and tickets for it. `claims.stream` serves it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpResponseRedirect
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.errors import StreamElsewhere
from claims.api.feedplaces import place_of
from claims.api.parameters import EventType, Listed, Parameters, given
from claims.api.repeating import ShownOnce, repeatable
from claims.api.views import ApiView
from claims.exports.times import rfc3339
from claims.models import Scope
from claims.services.tickets import issue_ticket

PATH = "/api/v1/events/stream"
STREAM = OpenApiResponse(
    OpenApiTypes.STR,
    description=(
        "An event stream that stays open. Each event is named by its type; its `id` is a cursor of the change feed and "
        'its data `{"type": …, "claim": …}`. `reset` means: read everything anew. An id without data is where to go on '
        "from; a comment every 15 seconds says that the stream lives."
    ),
)
ELSEWHERE = OpenApiResponse(
    None, description="The stream is at `Location`: without a proxy it has a port of its own. The query goes with it."
)
LAST_ID = OpenApiParameter(
    "Last-Event-ID", str, OpenApiParameter.HEADER, description="The last id that came in; goes before `after`."
)


class StreamParameters(Parameters):
    """From where, what, and by which ticket."""

    several = frozenset({"types"})
    after = serializers.CharField(required=False, max_length=60, help_text="A cursor; left out: from now on.")
    types = Listed(child=EventType(), required=False, help_text="For example org.claimdesk.claim.late.v1.")
    ticket = serializers.CharField(required=False, max_length=400, help_text="From `POST /events/stream:ticket`.")


class TicketOut(serializers.Serializer[Any]):
    """Opens the live stream and nothing else, until `expires_at`. Ask for a new one each time."""

    ticket = serializers.CharField(allow_null=True, help_text="Shown once; null when the call is repeated.")
    expires_at = serializers.DateTimeField()
    href = serializers.URLField(allow_null=True, help_text="The stream with this ticket.")


class EventStream(ApiView):
    """The live stream. Another process serves it."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    reads = None
    refuses = frozenset({404})

    @extend_schema(
        parameters=[StreamParameters, LAST_ID],
        responses={(200, "text/event-stream"): STREAM, 307: ELSEWHERE},
        auth=[{"key": []}, {"session": []}, {"ticket": []}],  # type: ignore[list-item]  # the library passes them on
    )
    def get(self, request: Request) -> HttpResponseRedirect:
        """Be told at once that something happened. Hints say which claim and what; read the rest from `/events`."""
        asked = given(StreamParameters, request)
        place_of(asked.get("after", ""))
        if not settings.STREAM_PORT:
            raise StreamElsewhere()
        address, query = address_of_stream(request), request.META["QUERY_STRING"]
        return HttpResponseRedirect(f"{address}?{query}" if query else address, preserve_request=True)


class StreamTicket(ApiView):
    """A ticket for the live stream."""

    writes = Scope.EVENTS_READ

    @extend_schema(request=None, responses={200: TicketOut})
    @repeatable
    def post(self, request: Request) -> Response:
        """Get a ticket for the live stream, for a browser that can send no header with it. It is good for a minute."""
        given(Parameters, request)
        ticket, until = issue_ticket(self.viewer)
        kept = {"ticket": None, "expires_at": rfc3339(until), "href": None}
        href = f"{address_of_stream(request)}?ticket={ticket}"
        return ShownOnce({**kept, "ticket": ticket, "href": href}, kept=kept)


def address_of_stream(request: Request) -> str:
    """Where the stream is for whoever reached us: at the same place, or without a proxy at a port of its own."""
    if not settings.STREAM_PORT:
        return request.build_absolute_uri(PATH)
    host = urlsplit(f"//{request.get_host()}").hostname
    return f"{request.scheme}://{f'[{host}]' if ':' in str(host) else host}:{settings.STREAM_PORT}{PATH}"
