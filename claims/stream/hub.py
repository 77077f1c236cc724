"""Reads the feed once a second and tells every open stream what it may hear.

A stream is its place among the recent hints, nothing is queued for it: one that is slow to take what it was sent lags
behind, and is cut off when it takes nothing for a while. What is told to one is made once for all that see the same.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection

from claims.hints import KEPT, Eyes, Place, Recent
from claims.services import hinting
from claims.stream import messages
from claims.stream.clients import Client

EVERY = 1.0  # seconds between two looks at the feed
HEARTBEAT = 15.0  # seconds after which a silent stream says that it lives
PATIENCE = 30.0  # seconds in which a client has to take something of what waits for it
LIFE = 1800.0  # seconds, about; then a stream ends and its client comes back
SESSIONS_EVERY = 10.0  # seconds between two looks whether people are still signed in
RETRY = (2_000, 8_000)  # milliseconds: not all come back at once
AT_ONCE = 200  # hints in one piece
log = logging.getLogger(__name__)
T = TypeVar("T")


class Hub:
    """All open streams of this process. The database is asked by one thread, one question at a time."""

    def __init__(self, *, kept: int = KEPT) -> None:
        self.kept = kept
        self.recent: Recent | None = None
        self.clients: set[Client] = set()
        self.of: Counter[tuple[str, int]] = Counter()
        self.told = self.dropped = 0
        self.looked = self.checked = float("-inf")
        self.is_away = False
        self._made: dict[tuple[Place, Eyes, frozenset[str]], tuple[bytes, int, Place]] = {}
        self._ending: set[asyncio.Task[None]] = set()
        self._thread = ThreadPoolExecutor(1, "database")
        self._clock = asyncio.get_running_loop().time

    @property
    def age(self) -> float:
        """Seconds since the feed was read."""
        return self._clock() - self.looked

    async def ask(self, work: Callable[[], T]) -> T:
        """The answer of the database. Raises OperationalError or InterfaceError while it is away."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, partial(_asked, work))

    async def keep(self) -> None:
        """Look and tell once a second, until cancelled. While the database hangs everybody still hears that we live."""
        looking: asyncio.Task[None] | None = None
        try:
            while True:
                begun = self._clock()
                if looking is None or looking.done():
                    looking = asyncio.create_task(self._look_or_wait())
                await asyncio.wait({looking}, timeout=EVERY)
                if looking.done():
                    looking.result()  # a fault of ours ends the process
                self.tell()
                await asyncio.sleep(max(0.05, begun + EVERY - self._clock()))
        finally:
            if looking is not None:
                looking.cancel()

    async def _look_or_wait(self) -> None:
        """Look; a database that is away is asked again at the next turn, and told of once."""
        try:
            await self.look()
        except (OperationalError, InterfaceError) as failed:
            if not self.is_away:
                log.warning("The live stream waits for the database: %s", failed)
            self.is_away = True
        else:
            self.is_away = False

    async def look(self) -> None:
        """Take in what the feed has gained. What everybody sees is judged anew before anybody is told of it."""
        if self.recent is None:
            self.recent = await self.ask(partial(hinting.recent_hints, self.kept))
        while True:
            news = await self.ask(partial(hinting.news_behind, self.recent.end))
            if news.hints:
                await self._judge()
                self.recent.add(*news)
            if len(news.hints) < hinting.BATCH:
                break
            self.tell()
        if self._clock() - self.checked > SESSIONS_EVERY:
            await self._judge()
            await self._end_signed_out()
            self.checked = self._clock()
        self.looked = self._clock()

    async def _judge(self) -> None:
        listeners = {client.listener for client in self.clients}
        eyes = await self.ask(partial(hinting.eyes_of, listeners)) if listeners else {}
        for client in [one for one in self.clients if one.listener in listeners]:
            if client.listener in eyes:
                client.eyes = eyes[client.listener]
            else:
                self.end(client)

    async def _end_signed_out(self) -> None:
        sessions = {client.session for client in self.clients if client.session}
        ended = sessions - await self.ask(partial(hinting.still_signed_in, sessions)) if sessions else frozenset()
        for client in [one for one in self.clients if one.session in ended]:
            self.end(client)

    async def look_again(self, after: Place | None) -> None:
        """Read where the claims stand now that somebody who comes back is told of: they may have moved since."""
        if self.recent is None or after is None or not self.recent.reaches(after):
            return
        if claims := self.recent.claims_behind(after):
            self.recent.sights.update(await self.ask(partial(hinting.sights_of, claims)))

    def join(self, client: Client, eyes: Eyes, after: Place | None, *, known: bool = True) -> None:
        """Begin to tell a client whose response has begun: what is behind `after`, or what comes from now on.

        A cursor that is not `known` to this database, or older than what is kept, begins with a reset.
        """
        if self.recent is None:
            raise RuntimeError("clients are let in when the feed has been read")
        end, first = self.recent.end, messages.opening(random.randint(*RETRY))  # noqa: S311  # spread, not secret
        client.eyes, client.place = eyes, end if after is None or not known else after
        client.until = self._clock() + LIFE * random.uniform(0.9, 1.1)  # noqa: S311  # as above
        self.clients.add(client)
        self.of[client.who] += 1
        self._write(client, first if known else first + messages.reset(end))

    def leave(self, client: Client) -> None:
        """Forget a client: its connection has ended, or is about to."""
        if client not in self.clients:
            return
        self.clients.discard(client)
        self.of[client.who] -= 1
        if not self.of[client.who]:
            del self.of[client.who]
        if client.sending is not None:
            client.sending.cancel()

    def end(self, client: Client) -> None:
        """End a stream from our side. Whoever has not taken what it was sent yet is cut off."""
        if client.sending is not None:
            client.abort()
        else:
            task = asyncio.get_running_loop().create_task(client.finish())
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)
        self.leave(client)

    def close(self) -> None:
        """End every stream."""
        for client in list(self.clients):
            self.end(client)

    def tell(self) -> None:
        """Write to everybody for whom there is something, and to the silent that we live."""
        self._made.clear()
        now = self._clock()
        for client in list(self.clients):
            if client.sending is not None:
                if now - client.wrote > PATIENCE:
                    self.dropped += 1
                    self.end(client)
            elif now > client.until:
                self.end(client)
            elif chunk := self._next(client) or self._alive(client, now):
                self._write(client, chunk)

    def _next(self, client: Client) -> bytes:
        """What this client is told next, nothing when there is nothing; its place moves on."""
        recent = self.recent
        if recent is None or client.place >= recent.end:
            return b""
        if not recent.reaches(client.place):
            client.place = client.told = recent.end
            return messages.reset(recent.end)
        found = (client.place, client.eyes, client.types)
        if found not in self._made:
            self._made[found] = _made(recent, *found)
        chunk, count, client.place = self._made[found]
        if chunk:
            client.told = client.place
            self.told += count
        return chunk

    def _alive(self, client: Client, now: float) -> bytes:
        if now - client.wrote < HEARTBEAT:
            return b""
        if client.told >= client.place:
            return messages.ALIVE
        client.told = client.place
        return messages.reached(client.place)

    def _write(self, client: Client, chunk: bytes) -> None:
        client.wrote = self._clock()
        client.sending = asyncio.get_running_loop().create_task(self._deliver(client, chunk))

    async def _deliver(self, client: Client, chunk: bytes) -> None:
        """Send a piece, and what has come behind it."""
        send, clock = client.send, self._clock
        while chunk:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
            client.wrote = clock()
            chunk = self._next(client)
        client.sending = None


def _made(recent: Recent, place: Place, eyes: Eyes, types: frozenset[str]) -> tuple[bytes, int, Place]:
    """The next piece behind `place` for all who see the same: its lines, how many hints, and the place behind it."""
    hints = recent.told(recent.behind(place), eyes, types)
    piece = hints[:AT_ONCE]
    return messages.told(piece), len(piece), piece[-1].place if len(hints) > AT_ONCE else recent.end


def _asked(work: Callable[[], T]) -> T:
    try:
        return work()
    except (OperationalError, InterfaceError):
        connection.close()  # the next question opens another
        raise
