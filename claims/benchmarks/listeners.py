"""Thousands of listeners of the live stream, in a process of their own.

`python -m claims.benchmarks.listeners PORT` reads a ticket from each line of its input and opens a stream with it, says
`open` and how many when all have begun, and after the line `end` prints for each hint when it came to whom, as JSON:
its cursor, and the moments (seconds of the machine's monotonic clock) in order.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from collections import defaultdict

PATH = "/api/v1/events/stream"
AT_ONCE = 200  # connections that are being made
WITHIN = 120.0  # seconds for all of them to be let in
HINT = re.compile(rb"id: (\d+-\d+)\nevent: ")
COME: defaultdict[str, list[float]] = defaultdict(list)


class Listener(asyncio.Protocol):
    """One open stream, which keeps nothing but when its hints came."""

    def __init__(self, ticket: str) -> None:
        self.ticket = ticket
        self.begun: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the stream."""
        request = f"GET {PATH}?ticket={self.ticket} HTTP/1.1\r\nHost: localhost\r\n\r\n"
        if isinstance(transport, asyncio.WriteTransport):
            transport.write(request.encode())

    def data_received(self, data: bytes) -> None:
        """Note what came."""
        now = time.monotonic()
        if not self.begun.done() and (b"\nretry: " in data or b" 200 " not in data[:16]):
            self.begun.set_result(b"\nretry: " in data)
        for cursor in HINT.findall(data):
            COME[cursor.decode()].append(now)

    def connection_lost(self, exc: Exception | None) -> None:
        """Somebody who is cut off before it began was not let in."""
        if not self.begun.done():
            self.begun.set_result(False)


async def _listen(port: int, tickets: list[str]) -> int:
    """Open a stream with each ticket; answers how many were let in."""
    loop, turn = asyncio.get_running_loop(), asyncio.Semaphore(AT_ONCE)

    async def come(ticket: str) -> bool:
        async with turn:
            try:
                _, listener = await loop.create_connection(lambda: Listener(ticket), "127.0.0.1", port)
                return await asyncio.wait_for(listener.begun, WITHIN)
            except (OSError, TimeoutError):
                return False

    return sum(await asyncio.gather(*(come(ticket) for ticket in tickets)))


async def main(port: int) -> None:
    """Listen until told to end."""
    loop = asyncio.get_running_loop()
    tickets: list[str] = []
    while line := (await loop.run_in_executor(None, sys.stdin.readline)).strip():
        tickets.append(line)
    sys.stdout.write(f"open {await _listen(port, tickets)}\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.readline)
    sys.stdout.write(json.dumps(COME) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
