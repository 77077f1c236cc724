"""A body is taken in whole, a refusal reaches its caller while the body is on its way, and nobody holds us up."""

import json
import socket
from collections.abc import Iterable
from io import BytesIO
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.test import RequestFactory

from claims.models import Scope
from tests.factories import a_claim, a_desk, a_key
from verify_project import draining
from verify_project.draining import Announced, drained, measured, whole


def refusing(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """An application that answers without reading the body."""
    start_response("413 Content Too Large", [])
    return [b"too large"]


def answer(body: Any, most: int) -> Iterable[bytes]:
    return drained(refusing, most=most)({"wsgi.input": body}, lambda *_: lambda _: None)


@pytest.mark.parametrize(("size", "left"), [(0, 0), (100_000, 0), (300_000, 100_000)])
def test_what_was_not_read_is_taken_in_up_to_a_limit(size: int, left: int) -> None:
    body = BytesIO(b"x" * size)
    assert list(answer(body, 200_000)) == [b"too large"]
    assert len(body.read()) == left


def test_a_client_that_has_gone_harms_nothing() -> None:
    class Gone:
        def read(self, size: int) -> bytes:
            raise ConnectionResetError

    assert list(answer(Gone(), 10)) == [b"too large"]


def test_a_body_that_would_be_cut_off_anyway_is_not_waited_for() -> None:
    body = BytesIO(b"x" * 1000)
    environ = {"wsgi.input": body, "CONTENT_LENGTH": "201000"}
    assert list(drained(refusing, most=200_000)(environ, lambda *_: lambda _: None)) == [b"too large"]
    assert len(body.read()) == 1000


def test_a_client_that_falls_silent_is_waited_for_once_and_then_briefly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draining, "PATIENCE", 0.2)
    monkeypatch.setattr(draining, "PATIENCE_AFTER", 0.1)
    ours, theirs = socket.socketpair()
    waits: list[float | None] = []

    def reading(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        waits.append(ours.gettimeout())
        with pytest.raises(TimeoutError):
            environ["wsgi.input"].read(10)
        return [b"cut off"]

    with ours, theirs, ours.makefile("rb") as body:
        environ = {"wsgi.input": body, "CONTENT_LENGTH": "10", "gunicorn.socket": ours}
        assert list(drained(reading)(environ, lambda *_: lambda _: None)) == [b"cut off"]
        assert [*waits, ours.gettimeout()] == [0.2, None]


def echo(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """An application that reads as the framework does: as much as was announced."""
    return [environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))]


def sent(application: Any, body: Any, **environ: Any) -> tuple[list[str], bytes]:
    """What a request with this body gets: the statuses begun, and the answer."""
    statuses: list[str] = []

    def start(status: str, *_: Any) -> Any:
        statuses.append(status)

    told = {"HTTP_TRANSFER_ENCODING": "chunked", **environ, "wsgi.input": body}
    return statuses, b"".join(application(told, start))


def test_a_body_sent_in_chunks_has_a_length() -> None:
    assert sent(measured(echo), BytesIO(b"whole")) == ([], b"whole")
    assert sent(measured(echo), BytesIO(b"whole"), CONTENT_LENGTH="2") == ([], b"wh")
    assert sent(measured(echo, most=3), BytesIO(b"whole")) == ([], b"who")


def test_a_part_of_a_body_in_chunks_does_not_pass_for_the_whole() -> None:
    class Broken(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if block := super().read(size):
                return block
            raise TimeoutError

    assert sent(measured(echo), Broken(b"{}")) == (["400 Bad Request"], b"")


def test_the_framework_reads_a_body_sent_in_chunks() -> None:
    environ = RequestFactory().generic("POST", "/api/v1/nothing").environ | {"CONTENT_TYPE": "text/plain"}
    environ.pop("CONTENT_LENGTH", None)
    bodies: list[bytes] = []

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        bodies.append(WSGIRequest(environ).body)
        return []

    environ |= {"wsgi.input": BytesIO(b"in chunks"), "HTTP_TRANSFER_ENCODING": "chunked"}
    assert list(measured(application)(environ, lambda *_: lambda _: None)) == []
    assert bodies == [b"in chunks"]


def test_a_body_that_ends_before_its_announced_length_does_not_pass_for_the_whole() -> None:
    body = Announced(BytesIO(b"one\ntwo"), 7)
    assert (body.read(2), body.readline(9), body.read(99), body.read(1)) == (b"on", b"e\n", b"two", b"")
    assert Announced(BytesIO(b"more than announced"), 4).read(99) == b"more"
    for read in (Announced(BytesIO(b"part"), 5).read, Announced(BytesIO(b"part"), 5).readline):
        with pytest.raises(ConnectionResetError):
            read(99)


def framework(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """The site itself, without the signals by which the framework lets go of the database."""
    response = WSGIHandler().get_response(WSGIRequest(environ))
    start_response(f"{response.status_code} {response.reason_phrase}", [])
    return [response.getvalue()]


FORM = b'--b\r\nContent-Disposition: form-data; name="title"\r\n\r\nA letter\r\n--b--\r\n'


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "kind", "body", "then"),
    [
        ("/claims", "application/json", b'{"statement": "The ferry is late.", "language": "en"}', "201 Created"),
        ("/claims/{}/evidence", "multipart/form-data; boundary=b", FORM, "422 Unprocessable Entity"),
    ],
)
def test_a_call_that_broke_off_may_be_sent_again_under_its_key(path: str, kind: str, body: bytes, then: str) -> None:
    (_, shown), claim = a_key(*Scope), a_claim(a_desk())
    there = f"/api/v1{path.format(claim.pk)}"
    ours = {"HTTP_AUTHORIZATION": f"Bearer {shown}", "HTTP_IDEMPOTENCY_KEY": "once", "CONTENT_LENGTH": str(len(body))}
    called = RequestFactory().generic("POST", there, body, kind).environ | ours
    application = whole(framework)
    broken, refusal = sent(application, BytesIO(body[:-9]), **called)
    assert (broken, json.loads(refusal)["code"]) == (["400 Bad Request"], "body_cut_off")
    assert sent(application, BytesIO(body), **called)[0] == [then]
