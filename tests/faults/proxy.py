"""A small proxy in front of a server's Unix socket that can break the connections through it.

    python -m tests.faults.proxy PORT SOCKET CONTROL_PORT

Each line sent to the control port sets what it does; the answer is one line of JSON (open connections, cuts):

    pass        forward both ways; ends a hold, and what was held flows on
    cut         end every open connection now, accept new ones
    hold        keep connections open and move no byte: the other side has gone silent
    ambush W    the next time a client sends the bytes W (COMMIT), forward them, wait, then end that connection:
                the change is made, and the client never hears of it
"""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import dataclass, field

AMBUSH_WAIT = 0.03  # seconds: time for the server to do what it was sent


@dataclass
class Proxy:
    """Everything that passes through one port."""

    socket: str
    moving: asyncio.Event = field(default_factory=asyncio.Event)
    open: set[asyncio.StreamWriter] = field(default_factory=set)
    word: bytes = b""
    cuts: int = 0
    ambushed: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Connect a client to the server and move bytes both ways until either ends."""
        try:
            down, up = await asyncio.open_unix_connection(self.socket)
        except OSError:
            writer.transport.abort()
            return
        self.open |= {writer, up}
        await asyncio.gather(self._move(reader, up, writer, is_up=True), self._move(down, writer, up, is_up=False))
        self.open -= {writer, up}

    async def _move(
        self, source: asyncio.StreamReader, into: asyncio.StreamWriter, back: asyncio.StreamWriter, *, is_up: bool
    ) -> None:
        try:
            while data := await source.read(65536):
                await self.moving.wait()
                into.write(data)
                await into.drain()
                if is_up and self.word and self.word in data:
                    await self._spring(into, back)
        except OSError:
            pass
        finally:
            into.close()

    async def _spring(self, *both: asyncio.StreamWriter) -> None:
        self.word, self.ambushed = b"", self.ambushed + 1
        await asyncio.sleep(AMBUSH_WAIT)
        for writer in both:
            writer.transport.abort()

    def obey(self, line: str) -> None:
        """Do what one line of the control port says."""
        command, _, word = line.strip().partition(" ")
        if command == "hold":
            self.moving.clear()
            return
        if command == "ambush":
            self.word = word.encode()
        if command == "cut":
            self._cut()
        self.moving.set()

    def _cut(self) -> None:
        self.cuts += len(self.open)
        for writer in list(self.open):
            writer.transport.abort()

    async def control(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read commands, answer each with how things stand."""
        while line := (await reader.readline()).decode():
            self.obey(line)
            told = {"open": len(self.open), "cuts": self.cuts, "ambushed": self.ambushed}
            writer.write((json.dumps(told) + "\n").encode())
            await writer.drain()
        writer.close()


async def main(port: int, socket: str, control: int) -> None:
    """Serve until ended from outside."""
    proxy = Proxy(socket)
    proxy.moving.set()
    door = await asyncio.start_server(proxy.serve, "127.0.0.1", port)
    desk = await asyncio.start_server(proxy.control, "127.0.0.1", control)
    print("ready", flush=True)
    await asyncio.gather(door.serve_forever(), desk.serve_forever())


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
