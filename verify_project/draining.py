"""Takes in the whole body of a request: measures one sent in chunks, refuses one that ends before its announced length,
reads what is left before the answer goes out.

A body sent in chunks has no length, and to the framework no length is no body: it would be dropped without a word.

A refusal is often ready long before the body has arrived. A server that answers and closes then resets the connection
while the client is still sending, and many clients report the reset instead of the refusal that explains it.

A body that breaks off would be read to where it got. Its beginning would be judged in place of the whole, and the
answer kept for its Idempotency-Key: the same call sent again, whole, would be another one under that key, and refused.

Nobody holds a thread by announcing a body and falling silent.
"""

import socket
from collections.abc import Iterable
from contextlib import suppress
from tempfile import SpooledTemporaryFile
from typing import IO
from wsgiref.types import InputStream, StartResponse, WSGIApplication, WSGIEnvironment

MOST = 64 * 1024 * 1024  # bytes; whoever sends more is cut off
MOST_IN_CHUNKS = 32 * 1024 * 1024  # bytes, more than any body that is taken; the rest is drained
IN_MEMORY = 1024 * 1024  # bytes; a longer body sent in chunks waits on disk
BLOCK = 64 * 1024
PATIENCE = 20.0  # seconds between two parts of a body
PATIENCE_AFTER = 3.0  # the same once the answer is known
BROKEN_OFF = "The body ended before its announced length."


def drained(application: WSGIApplication, *, most: int = MOST) -> WSGIApplication:
    """The application, answering only when at most `most` bytes of what it left unread have been taken in."""

    def answering(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        _wait_at_most(PATIENCE, environ)
        response = application(environ, start_response)
        _wait_at_most(PATIENCE_AFTER, environ)
        if int(environ.get("CONTENT_LENGTH") or 0) <= most:
            with suppress(OSError):  # the client has gone: there is nothing to wait for
                _drain(environ["wsgi.input"], most)
        _wait_at_most(None, environ)  # a slow reader of a long answer is no silent one
        return response

    return answering


def measured(application: WSGIApplication, *, most: int = MOST_IN_CHUNKS) -> WSGIApplication:
    """The application, told the length of bodies sent in chunks; of more than `most` bytes it sees the first ones."""

    def answering(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if "chunked" not in environ.get("HTTP_TRANSFER_ENCODING", "").lower() or environ.get("CONTENT_LENGTH"):
            return application(environ, start_response)
        with SpooledTemporaryFile(IN_MEMORY) as whole:
            try:
                _copy(environ["wsgi.input"], whole, most)
            except OSError:  # cut off: a part must not pass for the whole
                start_response("400 Bad Request", [("Content-Length", "0"), ("Connection", "close")])
                return []
            length = whole.tell()
            whole.seek(0)
            return application({**environ, "wsgi.input": whole, "CONTENT_LENGTH": str(length)}, start_response)

    return answering


def whole(application: WSGIApplication) -> WSGIApplication:
    """The application, with bodies of which reading raises `OSError` when they end before their announced length."""

    def answering(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        return application({**environ, "wsgi.input": Announced(environ["wsgi.input"], length)}, start_response)

    return answering


class Announced:
    """A body of which so many bytes were announced."""

    def __init__(self, body: InputStream, length: int) -> None:
        self._body, self._left = body, length

    def read(self, size: int) -> bytes:
        """So many bytes, or those that are left of the announced. Raises `ConnectionResetError` when fewer come."""
        block = self._counted(self._body.read(min(size, self._left)))
        if len(block) < size and self._left:
            raise ConnectionResetError(BROKEN_OFF)
        return block

    def readline(self, size: int) -> bytes:
        """The same, up to the end of a line."""
        block = self._counted(self._body.readline(min(size, self._left)))
        if len(block) < size and self._left and not block.endswith(b"\n"):
            raise ConnectionResetError(BROKEN_OFF)
        return block

    def _counted(self, block: bytes) -> bytes:
        self._left -= len(block)
        return block


def _wait_at_most(seconds: float | None, environ: WSGIEnvironment) -> None:
    """Let reads of a client that has fallen silent fail; None waits for ever."""
    client = environ.get("gunicorn.socket")
    if isinstance(client, socket.socket):
        client.settimeout(seconds)


def _drain(body: InputStream, most: int) -> None:
    left = most
    while left > 0 and (block := body.read(min(BLOCK, left))):
        left -= len(block)


def _copy(body: InputStream, whole: IO[bytes], most: int) -> None:
    left = most
    while left > 0 and (block := body.read(min(BLOCK, left))):
        whole.write(block)
        left -= len(block)
