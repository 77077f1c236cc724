"""Where the live stream is, and tickets for it."""

from __future__ import annotations

from typing import Any

import pytest

from claims.models import Scope
from claims.services.tickets import listener_by, listener_of
from tests.api.conftest import Api, signed_in, with_key
from tests.factories import a_desk, an_editor, now, viewer

pytestmark = pytest.mark.django_db


def test_a_ticket_is_given_to_whoever_may_read_the_feed() -> None:
    editor = an_editor(a_desk())
    answer = signed_in(editor).post("/events/stream:ticket", None)
    assert answer.status == 200
    assert answer.body["href"].endswith(f"/api/v1/events/stream?ticket={answer.body['ticket']}")
    assert listener_by(answer.body["ticket"], now()) == listener_of(viewer(editor))
    assert with_key(Scope.EVENTS_READ).post("/events/stream:ticket", None).status == 200
    assert with_key(Scope.CLAIMS_READ).post("/events/stream:ticket", None).code == "scope_missing"
    assert Api().post("/events/stream:ticket", None).code == "not_signed_in"


def test_a_repeated_call_does_not_show_the_ticket_again(api: Api) -> None:
    first, again = (api.post("/events/stream:ticket", None, Idempotency_Key="a") for _ in range(2))
    assert first.body["ticket"]
    assert (again.body["ticket"], again.body["href"]) == (None, None)
    assert again.body["expires_at"] == first.body["expires_at"]


def test_without_a_proxy_the_stream_is_at_a_port_of_its_own(settings: Any) -> None:
    settings.STREAM_PORT = 8100
    answer = Api()("GET", "/events/stream?after=5-1&ticket=x")
    assert answer.status == 307
    assert answer.headers["Location"] == "http://testserver:8100/api/v1/events/stream?after=5-1&ticket=x"
    near = Api()("GET", "/events/stream", Host="[::1]:8000")
    assert near.headers["Location"] == "http://[::1]:8100/api/v1/events/stream"
    ticket = signed_in(an_editor(a_desk())).post("/events/stream:ticket", None)
    assert ticket.body["href"].startswith("http://testserver:8100/api/v1/events/stream?ticket=")


def test_a_proxy_that_does_not_lead_to_the_stream_is_told(settings: Any) -> None:
    settings.STREAM_PORT = None
    assert Api()("GET", "/events/stream").code == "stream_elsewhere"
    for query, code in (("after=x", "bad_cursor"), ("types=late", "bad_parameter"), ("since=1", "bad_parameter")):
        assert Api()("GET", f"/events/stream?{query}").code == code
