"""Reads what is left of a request's body before the answer goes out.

A refusal is often ready long before the body has arrived. A server that answers and closes then resets the connection
while the client is still sending, and many clients report the reset instead of the refusal that explains it.
"""

from collections.abc import Iterable
from contextlib import suppress
from wsgiref.types import InputStream, StartResponse, WSGIApplication, WSGIEnvironment

MOST = 64 * 1024 * 1024  # bytes; whoever sends more is cut off
BLOCK = 64 * 1024


def drained(application: WSGIApplication, *, most: int = MOST) -> WSGIApplication:
    """The application, answering only when at most `most` bytes of what it left unread have been taken in."""

    def answering(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        response = application(environ, start_response)
        with suppress(OSError):  # the client has gone: there is nothing to wait for
            _drain(environ["wsgi.input"], most)
        return response

    return answering


def _drain(body: InputStream, most: int) -> None:
    left = most
    while left > 0 and (block := body.read(min(BLOCK, left))):
        left -= len(block)
