"""The application as a server calls it, before anybody is let in."""

from __future__ import annotations

import asyncio
import json
import resource
from collections.abc import MutableMapping
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from claims.api.errors import NotSignedIn, Unavailable
from claims.hints import Eyes, Recent
from claims.stream import application
from claims.stream.application import PATH, LiveStream
from claims.stream.door import Door, LetIn
from claims.stream.hub import Hub
from tests.running import in_a_loop
from tests.stream.test_hub import EDITOR

Answer = tuple[int, dict[bytes, bytes], Any]


def asked(
    path: str = PATH,
    method: str = "GET",
    *,
    most: int = 5,
    read: bool = True,
    host: bytes = b"localhost",
    query: bytes = b"",
) -> Answer:
    """What the process answers to one request: status, headers, and the body, as JSON where it is that."""
    sent: list[MutableMapping[str, Any]] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.disconnect"}

    async def run() -> None:
        stream = LiveStream(most=most)
        stream.hub = Hub()
        stream.hub.recent = Recent((0, 0)) if read else None
        stream.door = Door(stream.hub)
        headers = [(b"host", host)]
        scope = {"type": "http", "path": path, "method": method, "headers": headers, "query_string": query}
        await stream(scope, receive, send)

    in_a_loop(run())
    text = b"".join(message.get("body", b"") for message in sent)
    return sent[0]["status"], dict(sent[0]["headers"]), json.loads(text) if text.startswith(b"{") else text


@pytest.mark.parametrize(
    ("path", "method", "options", "status", "code"),
    [
        ("/api/v1/events", "GET", {}, 404, "not_found"),
        (PATH, "POST", {}, 405, "method_not_allowed"),
        (PATH, "GET", {"read": False}, 503, "unavailable"),
        (PATH, "GET", {"most": 0}, 503, "streams_full"),
        (PATH, "GET", {"host": b"elsewhere.example"}, 400, "bad_request"),
        (PATH, "GET", {"host": b"[not an address"}, 400, "bad_request"),
        (PATH, "GET", {"host": b""}, 400, "bad_request"),
    ],
)
def test_a_refusal_is_a_problem_as_everywhere(
    path: str, method: str, options: dict[str, Any], status: int, code: str
) -> None:
    found, headers, body = asked(path, method, **options)
    assert (found, body["status"], body["code"]) == (status, status, code)
    assert headers[b"content-type"] == b"application/problem+json"
    assert body["request_id"].encode() == headers[b"x-request-id"]
    assert (b"retry-after" in headers) == (status == 503)


def test_a_parameter_that_is_not_usable_is_named_as_everywhere() -> None:
    _, _, body = asked(PATH, query=b"types=org.claimdesk.claim.lat.v1")
    assert [fault["parameter"] for fault in body["errors"]] == ["types"]


def test_it_says_that_it_lives_and_which_methods_it_takes() -> None:
    assert asked("/healthz")[::2] == (200, {"status": "ok"})
    status, headers, body = asked(PATH, "OPTIONS")
    assert (status, headers[b"allow"], body) == (204, b"GET, OPTIONS", b"")


def test_one_person_may_have_only_so_many_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    async def let_in(*_: object) -> LetIn:
        return LetIn(EDITOR, Eyes(None, is_key=False), is_known=True)

    monkeypatch.setattr(Door, "let_in", let_in)
    status, headers, _ = asked()
    assert (status, headers[b"content-type"]) == (200, b"text/event-stream; charset=utf-8")
    assert headers[b"x-accel-buffering"] == b"no"
    monkeypatch.setattr(application, "MOST_OF_ONE", 0)
    status, headers, body = asked()
    assert (status, body["code"], headers[b"retry-after"]) == (429, "too_many_streams", b"60")


@pytest.mark.parametrize("failure", [OperationalError("password=secret"), ValueError("secret")])
def test_what_fails_inside_is_told_without_a_word_of_it(failure: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise failure

    monkeypatch.setattr("claims.stream.door.database_time", fail)
    status, _, body = asked()
    assert status == (503 if isinstance(failure, OperationalError) else 500)
    assert "secret" not in json.dumps(body)


def test_whoever_is_not_let_in_is_told_how_to_sign_in(monkeypatch: pytest.MonkeyPatch) -> None:
    async def let_in(*_: object) -> LetIn:
        raise NotSignedIn()

    monkeypatch.setattr(Door, "let_in", let_in)
    status, headers, _ = asked()
    assert (status, headers[b"www-authenticate"]) == (401, b'Bearer realm="Claim Desk"')


def test_nobody_waits_at_the_door_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    async def hang(*_: object) -> None:
        await asyncio.sleep(60)

    monkeypatch.setattr(Door, "let_in", hang)
    monkeypatch.setattr(application, "WITHIN", 0.01)
    assert asked()[2]["detail"] == str(Unavailable())


def test_a_benchmark_that_cannot_be_is_refused_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError, match=r"100 to 15,000 clients \(--n\)\."):
        call_command("bench", "sse", n=99)
    monkeypatch.setattr(resource, "getrlimit", lambda _: (256, 1024))
    with pytest.raises(CommandError, match=r"may have 1024 files open here, and this needs 2200: raise `ulimit -Hn`\."):
        call_command("bench", "sse", n=2000)
