"""A body is taken in whole, a refusal reaches its caller while the body is on its way, and nobody holds us up."""

import socket
from collections.abc import Iterable
from io import BytesIO
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.test import RequestFactory

from verify_project import draining
from verify_project.draining import drained, measured


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


def sent(application: Any, body: Any, **environ: str) -> tuple[list[str], bytes]:
    """What a request with this body gets: the statuses begun, and the answer."""
    statuses: list[str] = []

    def start(status: str, *_: Any) -> Any:
        statuses.append(status)

    told = {"wsgi.input": body, "HTTP_TRANSFER_ENCODING": "chunked", **environ}
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
