"""One open stream, and the writing to it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from claims.hints import Eyes, Place
from claims.services.hinting import Listener

Send = Callable[[dict[str, Any]], Awaitable[None]]


class Client:
    """Somebody who listens: `place` is how far they were told, `told` the last id they were sent.

    `wrote` is when they last took something, in seconds of the loop's clock. `abort` cuts the connection without
    waiting for what it has not taken.
    """

    __slots__ = (
        *("abort", "eyes", "listener", "place", "send", "sending", "session", "told", "types", "until", "wrote"),
    )

    def __init__(
        self,
        listener: Listener,
        *,
        send: Send,
        abort: Callable[[], None],
        session: str = "",
        types: frozenset[str] = frozenset(),
    ) -> None:
        self.listener, self.session, self.types, self.send, self.abort = listener, session, types, send, abort
        self.eyes = Eyes(frozenset(), is_key=False)
        self.place: Place = (0, 0)
        self.told: Place = (0, 0)
        self.until = self.wrote = 0.0
        self.sending: asyncio.Task[None] | None = None

    @property
    def who(self) -> tuple[str, int]:
        """The person or key, for counting."""
        return self.listener.kind, self.listener.number

    async def finish(self) -> None:
        """Send the end of the stream. The client comes back by itself, with the last id it has."""
        await self.send({"type": "http.response.body", "body": b"", "more_body": False})
