"""The ASGI application of the live stream: `GET /api/v1/events/stream` and `GET /healthz`, nothing else."""

from __future__ import annotations

import asyncio
import json
import logging
import signal
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from uuid import uuid4

from claims.api.errors import MethodNotAllowed, NothingHere, ServerError, StreamsFull, TooManyStreams, Unavailable
from claims.stream.clients import Client, Send
from claims.stream.door import Asked, Door, asked_in
from claims.stream.hub import Hub

PATH = "/api/v1/events/stream"
ALLOWED = ("GET", "OPTIONS")
WITHIN = 10.0  # seconds in which somebody is let in
MOST_OF_ONE = 100  # open streams of one person or key
AGAIN = {"Retry-After": "5"}
LATER = {"Retry-After": "60"}
STREAM = (
    *(("content-type", "text/event-stream; charset=utf-8"), ("cache-control", "private, no-cache, no-transform")),
    ("x-accel-buffering", "no"),  # a proxy that gathers lines would make hints late
    *(("vary", "Cookie, Origin"), ("x-content-type-options", "nosniff")),
)
Scope = MutableMapping[str, Any]
log = logging.getLogger(__name__)
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


class LiveStream:
    """One process of the live stream: at most `most` streams at once. It reads the feed for the whole of its life."""

    def __init__(self, *, most: int = 10_000) -> None:
        self.most = most
        self.hub: Hub | None = None
        self.door: Door | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the life of the process."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        self.hub = Hub()
        self.door = Door(self.hub)
        reading = asyncio.create_task(self.hub.keep())
        reading.add_done_callback(_end_with)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        reading.cancel()
        await send({"type": "lifespan.shutdown.complete"})

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if scope["path"] == PATH and scope["method"] == "OPTIONS":
                await _say(send, 204, None, "", {"Allow": ", ".join(ALLOWED)})
            elif scope["path"] == "/healthz":
                await _say(send, 200, {"status": "ok"}, "application/json", {})
            else:
                await self._stream(scope, receive, send)
        except Exception as failed:  # noqa: BLE001  # every failure has the same form
            await _refuse(send, failed)

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        hub, client = await self._begin(scope, send)
        try:
            while (await receive())["type"] != "http.disconnect":
                pass
        finally:
            hub.leave(client)

    async def _begin(self, scope: Scope, send: Send) -> tuple[Hub, Client]:
        """Let somebody in and begin their response. What was needed for that is not kept while they listen."""
        if scope["path"] != PATH:
            raise NothingHere()
        if scope["method"] != "GET":
            raise MethodNotAllowed.but(ALLOWED)
        asked = asked_in(dict(scope["headers"]), scope["query_string"])
        hub, door = self.hub, self.door
        if hub is None or door is None or hub.recent is None:
            raise Unavailable(headers=AGAIN)
        if len(hub.clients) >= self.most:
            raise StreamsFull(headers=LATER)
        try:
            async with asyncio.timeout(WITHIN):
                found = await door.let_in(asked)
                await hub.look_again(asked.after)
        except TimeoutError:
            raise Unavailable(headers=AGAIN) from None
        abort = scope.get("abort", _nothing)
        client = Client(found.listener, send=send, abort=abort, session=asked.session, types=asked.types)
        if hub.of[client.who] >= MOST_OF_ONE:
            raise TooManyStreams(headers=LATER)
        await send({"type": "http.response.start", "status": 200, "headers": _headers(asked)})
        hub.join(client, found.eyes, asked.after, known=found.is_known)
        return hub, client


def _end_with(reading: asyncio.Task[None]) -> None:
    """A process that no longer reads the feed ends, so that another is started in its place."""
    if not reading.cancelled() and (failed := reading.exception()):
        log.error("The live stream failed", exc_info=failed)
        signal.raise_signal(signal.SIGTERM)


def _nothing() -> None:
    """For servers that cannot cut a connection."""


def _headers(asked: Asked) -> list[tuple[bytes, bytes]]:
    """Of a stream that is let in. Another port of ours is another origin to a browser."""
    own = [("access-control-allow-origin", asked.origin), ("access-control-allow-credentials", "true")]
    found = [*STREAM, ("x-request-id", str(uuid4())), *(own if asked.origin else [])]
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in found]


async def _refuse(send: Send, failed: Exception) -> None:
    # Imported here since it brings the REST framework: only when needed.
    from claims.api.problems import MEDIA_TYPE, headers_of, problem, refusal_of

    refusal = refusal_of(failed)
    if isinstance(refusal, ServerError):
        log.error("The live stream failed", exc_info=failed)
    name = str(uuid4())
    body = {**problem(refusal, refusal.facts.get("listed", ())), "request_id": name}  # type: ignore[arg-type]  # facts are loose
    await _say(send, refusal.status, body, MEDIA_TYPE, {**headers_of(refusal), "X-Request-Id": name})


async def _say(send: Send, status: int, body: dict[str, Any] | None, kind: str, headers: dict[str, str]) -> None:
    content = json.dumps(body, ensure_ascii=False).encode() if body is not None else b""
    of_body = {"Content-Type": kind, "Content-Length": str(len(content))} if content else {}
    told = {**of_body, "Cache-Control": "no-store", **headers}
    lines = [(name.lower().encode(), value.encode()) for name, value in told.items()]
    await send({"type": "http.response.start", "status": status, "headers": lines})
    await send({"type": "http.response.body", "body": content})
