"""A receiver for the benchmark, in its own process: takes everything at once; at `/slow` says late that it is busy.

`python -m claims.benchmarks.receiver` prints its port, and ends with whoever started it.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import sys

SLOW = 3.0  # seconds until `/slow` answers
_LENGTH = re.compile(rb"content-length: *([0-9]+)", re.IGNORECASE)
BUSY = b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = _LENGTH.search(head)
            await reader.readexactly(int(length[1]) if length else 0)
            if head.startswith(b"POST /slow "):
                await asyncio.sleep(SLOW)
                writer.write(BUSY)
            else:
                writer.write(ANSWER)
    writer.close()


async def _listen() -> None:
    server = await asyncio.start_server(_serve, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_listen())
