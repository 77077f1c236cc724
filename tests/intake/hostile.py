"""A web server that does everything a reader of other people's pages must survive.

`python -m tests.intake.hostile` listens on a free port of 127.0.0.1, prints it, and serves until it is ended. Each
path is one fault; `PATHS` lists them with what the client must answer.
"""

from __future__ import annotations

import asyncio
import gzip
import sys
import zlib
from collections.abc import Awaitable, Callable, Iterator
from urllib.parse import unquote

PAGE = b"<!doctype html><title>An ordinary page</title><p>Nothing here is out of the ordinary.</p>"
MEBIBYTE = b"\0" * 1_048_576
WAIT = 600

# What the client must answer: the code of its refusal, or nothing when the page is read. A flood meets whichever
# limit comes first, that of bytes or, on a slow machine, that of time.
PATHS = {
    "ok": "",
    "gzip": "",
    "hops/5": "",
    "hops/6": "too_many_redirects",
    "loop": "too_many_redirects",
    "redirect-bomb": "",
    "silent": "too_slow",
    "slow-head": "too_slow",
    "drip": "too_slow",
    "endless": "too_large too_slow",
    "endless-chunked": "too_large too_slow",
    "chunk-lie": "not_understood",
    "length-lie": "too_large",
    "length-short": "not_understood",
    "huge-header": "not_understood",
    "many-headers": "not_understood",
    "continue-flood": "too_large",
    "gzip-bomb": "too_large too_slow",
    "gzip-nest": "not_understood",
    "gzip-broken": "not_understood",
    "gzip-cut": "not_understood",
    "gzip-and-more": "not_understood",
    "brotli": "not_understood",
    "not-http": "not_understood",
    "hang-up": "not_understood",
    "type-lie": "kind_not_kept",
    "status/403": "did_not_open",
    "status/500": "did_not_open",
    "to/file:///etc/passwd": "address_not_allowed",
    "to/http://169.254.169.254/latest/meta-data/": "address_not_public",
    "to/http://[::ffff:169.254.169.254]/": "address_not_public",
    "to/http://127.0.0.1:22/": "address_not_allowed",
    "to/http://user:word@127.0.0.1/": "address_not_allowed",
    "to/http://2852039166/": "address_not_public",
    "to/http://[::1": "address_not_allowed",
}


class Peer:
    """One visitor."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer

    async def send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def head(self, status: str = "200 OK", kind: str = "text/html; charset=utf-8", **more: str) -> None:
        named = {"Content-Type": kind, "Connection": "close"}
        named |= {name.replace("_", "-"): value for name, value in more.items()}
        lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in named.items())]
        await self.send(("\r\n".join(lines) + "\r\n\r\n").encode())

    async def page(self, body: bytes = PAGE, **head: str) -> None:
        await self.head(Content_Length=str(len(body)), **head)
        await self.send(body)

    async def forever(self, data: bytes, pause: float = 0) -> None:
        while True:
            await self.send(data)
            await asyncio.sleep(pause)


def zeros(mebibytes: int) -> Iterator[bytes]:
    """So many MiB of zeros as one gzip. After a full flush every further block packs into the same bytes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    yield packer.compress(MEBIBYTE) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(MEBIBYTE) + packer.flush(zlib.Z_FULL_FLUSH)
    for _ in range(mebibytes - 1):
        yield block


async def bomb(peer: Peer, **head: str) -> None:
    """10 GiB of zeros, in some 10 MB."""
    await peer.head(Content_Encoding="gzip", **head)
    for block in zeros(10_240):
        await peer.send(block)


async def slow_head(peer: Peer) -> None:
    for byte in b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX-Pad: " + b"a" * 500:
        await peer.send(bytes([byte]))
        await asyncio.sleep(1)


async def drip(peer: Peer) -> None:
    await peer.head()
    await peer.forever(b"x", pause=1)


async def endless(peer: Peer) -> None:
    await peer.head()
    await peer.forever(b"x" * 65_536)


async def endless_chunked(peer: Peer) -> None:
    await peer.head(Transfer_Encoding="chunked")
    await peer.forever(b"10000\r\n" + b"x" * 65_536 + b"\r\n")


async def chunk_lie(peer: Peer) -> None:
    await peer.head(Transfer_Encoding="chunked")
    await peer.send(b"FFFFFFFFFFFFFFFF\r\nabc\r\n")


async def length_lie(peer: Peer) -> None:
    await peer.head(Content_Length=str(10**12))
    await peer.send(PAGE)


async def length_short(peer: Peer) -> None:
    await peer.head(Content_Length=str(len(PAGE) + 10))
    await peer.send(PAGE)


async def many_headers(peer: Peer) -> None:
    await peer.send(b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: 1\r\n" % number for number in range(200_000)) + b"\r\n")


async def silent(peer: Peer) -> None:
    del peer
    await asyncio.sleep(WAIT)


async def hang_up(peer: Peer) -> None:
    del peer


FAULTS: dict[str, Callable[[Peer], Awaitable[None]]] = {
    "ok": lambda peer: peer.page(),
    "gzip": lambda peer: peer.page(gzip.compress(PAGE), Content_Encoding="gzip"),
    "loop": lambda peer: peer.page(b"", status="301 Moved", Location="/loop"),
    "redirect-bomb": lambda peer: bomb(peer, status="302 Found", Location="/ok"),
    "silent": silent,
    "slow-head": slow_head,
    "drip": drip,
    "endless": endless,
    "endless-chunked": endless_chunked,
    "chunk-lie": chunk_lie,
    "length-lie": length_lie,
    "length-short": length_short,
    "huge-header": lambda peer: peer.send(b"HTTP/1.1 200 OK\r\nX-Big: " + b"a" * 20_000_000 + b"\r\n\r\nok"),
    "many-headers": many_headers,
    "continue-flood": lambda peer: peer.forever(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
    "gzip-bomb": bomb,
    "gzip-nest": lambda peer: peer.page(gzip.compress(gzip.compress(PAGE)), Content_Encoding="gzip, gzip"),
    "gzip-broken": lambda peer: peer.page(b"\x1f\x8b\x08" + b"junk" * 10, Content_Encoding="gzip"),
    "gzip-cut": lambda peer: peer.page(gzip.compress(PAGE)[:-9], Content_Encoding="gzip"),
    "gzip-and-more": lambda peer: peer.page(gzip.compress(PAGE) + gzip.compress(PAGE), Content_Encoding="gzip"),
    "brotli": lambda peer: peer.page(b"\x0b\x02\x80", Content_Encoding="br"),
    "not-http": lambda peer: peer.send(b"+OK redis here\r\n-ERR\r\n"),
    "hang-up": hang_up,
    "type-lie": lambda peer: peer.page(kind="application/x-msdownload"),
    "cookie": lambda peer: peer.page(b"", status="302 Found", Location="/ok", Set_Cookie="sid=evil; Path=/"),
}


async def answer(peer: Peer, path: str) -> None:
    """Do what the path says."""
    name, _, more = path.lstrip("/").partition("/")
    if name in FAULTS:
        await FAULTS[name](peer)
    elif name == "to":  # a redirect to whatever follows
        await peer.page(b"", status="302 Found", Location=more)
    elif name == "hops":
        left = int(more)
        await (peer.page() if left == 0 else peer.page(b"", status="302 Found", Location=f"/hops/{left - 1}"))
    elif name == "status":
        await peer.page(status=f"{more} So")
    else:
        await peer.page(b"no such fault", status="404 Not Found")


async def visited(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        asked = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
        await answer(Peer(writer), unquote(asked.split(b" ")[1].decode().partition("?")[0]))
    except (ConnectionError, asyncio.IncompleteReadError, TimeoutError):
        return
    finally:
        writer.close()


async def serve() -> None:
    server = await asyncio.start_server(visited, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve())
