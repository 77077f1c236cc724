"""A refusal reaches its caller even when the body it refuses is still on its way."""

from collections.abc import Iterable
from io import BytesIO
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest

from verify_project.draining import drained


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
