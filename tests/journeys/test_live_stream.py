"""The live stream as it runs: its own process, and clients that we did not write."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
from django.db import connection
from httpx_sse import ServerSentEvent, connect_sse

from claims.models import ApiKey, Membership, Scope
from claims.services.keys import revoke_key
from tests.factories import a_desk, a_key
from tests.journeys.caller import Caller
from tests.journeys.conftest import Site
from tests.running import Running, free_port, started, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
WITHIN = 20.0


@dataclass
class Listener:
    """Somebody who listens until the stream ends, or they hang up."""

    url: str
    sent: dict[str, Any]
    events: list[ServerSentEvent] = field(default_factory=list)
    status: int = 0
    problem: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.thread = Thread(target=self._listen, daemon=True)
        self.thread.start()
        assert wait_until(lambda: self.status, within=WITHIN), self.url

    def _listen(self) -> None:
        with (
            httpx.Client(timeout=WITHIN) as client,
            connect_sse(client, "GET", self.url, **self.sent) as source,
        ):
            if source.response.status_code != 200:
                self.problem = json.loads(source.response.read())
                self.status = source.response.status_code
                return
            self.status = 200
            for event in source.iter_sse():
                if event.data:
                    self.events.append(event)

    @property
    def is_over(self) -> bool:
        return not self.thread.is_alive()

    def heard(self) -> list[tuple[str, str, int]]:
        """Cursor, type and claim of each hint."""
        return [(event.id, event.event, json.loads(event.data)["claim"]) for event in self.events]

    def hears(self, count: int) -> None:
        wait_until(lambda: len(self.events) >= count, within=WITHIN)
        assert len(self.events) == count, self.heard()

    def ends(self) -> None:
        self.thread.join(WITHIN)
        assert self.is_over


@dataclass
class LiveStream:
    """The process, and where it is."""

    process: Running
    port: int

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}/api/v1/events/stream"

    def by_key(self, shown: str, **query: str) -> Listener:
        return Listener(self.url, {"headers": {"Authorization": f"Bearer {shown}"}, "params": query})

    def by_session(self, caller: Caller, **headers: str) -> Listener:
        cookies = {cookie.name: cookie.value or "" for cookie in caller.cookies}
        return Listener(self.url, {"cookies": cookies, "headers": headers})

    def by_ticket(self, caller: Caller, **query: str) -> Listener:
        ticket = caller.post("/events/stream:ticket", {}).body["ticket"]
        return Listener(self.url, {"params": {"ticket": ticket, **query}})


@contextmanager
def live_stream(tmp_path: Path) -> Iterator[LiveStream]:
    port = free_port()
    words = [sys.executable, "-m", "verify_project.stream", "--port", str(port)]
    with started(words, tmp_path / "stream.log") as process:
        assert wait_until(lambda: _answers(port), within=WITHIN), process.said()
        yield LiveStream(process, port)


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://localhost:{port}/healthz").status_code == 200
    except httpx.TransportError:
        return False


def made(caller: Caller, desk: str) -> int:
    body = {"statement": "The ferry sails again.", "language": "en", "desk": desk}
    return int(caller.made("/claims", body)["id"])


def feed_of(caller: Caller) -> list[tuple[str, str, int]]:
    return [(one["cursor"], one["type"], one["claim"]) for one in caller.get("/events?limit=100")["results"]]


def lose_connections() -> None:
    """What a database that starts again does to whoever is connected."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE application_name = 'claimdesk-stream' AND datname = current_database()"
        )
        assert cursor.fetchone()[0] == 1


def test_hints_reach_whoever_may_have_them_as_long_as_they_may(site: Site, tmp_path: Path) -> None:
    city = a_desk(name="City", key="city")
    integration, (own, shown), (_, elsewhere) = site.integration(), a_key(*Scope), a_key(*Scope, desks=(city,))
    with live_stream(tmp_path) as stream:
        everything = stream.by_key(shown)
        reviewer = stream.by_session(site.reviewer(), Origin=f"http://localhost:{stream.port}")
        other = stream.by_ticket(Caller(site.url, key=elsewhere))
        first = made(integration, "world")
        integration.made(f"/claims/{first}/actions", {"action": "accept"}, version=1)
        for listener in (everything, reviewer):
            listener.hears(2)
            assert listener.heard() == feed_of(integration)
        assert all(set(json.loads(event.data)) == {"type", "claim"} for event in everything.events)

        lose_connections()
        second = made(integration, "city")
        everything.hears(3)
        other.hears(1)
        assert other.heard() == feed_of(Caller(site.url, key=elsewhere))
        assert [claim for *_, claim in other.heard()] == [second]

        came_back = _come_back(stream, shown, everything)
        _are_refused(stream, site)
        Membership.objects.filter(user=site.reviewer_user.user).delete()
        _loses_the_key(own, everything, lambda: made(integration, "world"))
        assert (len(reviewer.events), reviewer.is_over) == (2, False)
        assert not other.is_over
        stream.process.process.send_signal(signal.SIGTERM)
        for listener in (other, reviewer, *came_back):
            listener.ends()
        assert wait_until(lambda: stream.process.process.poll() is not None, within=WITHIN)
        assert "Traceback" not in stream.process.said()


def _come_back(stream: LiveStream, shown: str, everything: Listener) -> list[Listener]:
    """Somebody with the last id they had, with one that is too far, and with an interest in one type only."""
    again = stream.by_key(shown, after=everything.events[0].id)
    accepted = stream.by_key(shown, after="0-0", types="org.claimdesk.claim.accept.v1")
    lost = stream.by_key(shown, after=f"{2**40}-1")
    again.hears(2)
    accepted.hears(1)
    assert wait_until(lambda: lost.events, within=WITHIN)
    assert again.heard() == everything.heard()[1:]
    assert [type_ for _, type_, _ in accepted.heard()] == ["org.claimdesk.claim.accept.v1"]
    assert [event.event for event in lost.events] == ["reset"]
    assert json.loads(lost.events[0].data) == {"cursor": everything.events[-1].id}
    return [again, accepted, lost]


def _are_refused(stream: LiveStream, site: Site) -> None:
    """Nobody, a page of somebody else, and a word that is no ticket."""
    refused = {
        "not_signed_in": Listener(stream.url, {}),
        "origin_refused": stream.by_session(site.editor(), Origin="https://elsewhere.example"),
        "ticket_refused": Listener(stream.url, {"params": {"ticket": "x"}}),
    }
    assert {code: one.problem["code"] for code, one in refused.items()} == {code: code for code in refused}


def _loses_the_key(key: ApiKey, everything: Listener, happens: Callable[[], object]) -> None:
    happens()
    everything.hears(4)
    revoke_key(key)
    happens()
    everything.ends()
    assert len(everything.events) == 4
