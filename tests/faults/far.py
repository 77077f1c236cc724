"""What lies far away in a fault run: the site whose pages are read, the mail server and the receiver of webhooks.

Each of them can fail.
"""

from __future__ import annotations

import json
import re
import socketserver
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Literal

NUMBER = re.compile(rb"^message-id: <letter-(\d+)@", re.IGNORECASE | re.MULTILINE)
PACE = 0.03  # seconds that a webhook takes: so that there is often one on its way
REFUSED = 9  # one webhook in so many is refused, so that the later ones of its claim have to wait
PATIENCE = 15.0  # seconds after which a server that has fallen silent lets go
Mood = Literal["well", "away", "silent", "forgetful"]


@dataclass
class Temper:
    """How one of them behaves: well, away (refuses), silent (says nothing), forgetful (does it and never says so).

    `heard` is set whenever it was asked for something; `dwell` is how many seconds it then takes to answer.
    """

    mood: Mood = "well"
    dwell: float = 0.0
    heard: Event = field(default_factory=Event)

    def brood(self) -> bool:
        """Say nothing as long as it is silent; answers whether it serves anybody now."""
        until = time.monotonic() + PATIENCE
        while self.mood == "silent" and time.monotonic() < until:
            time.sleep(0.05)
        return self.mood in {"well", "forgetful"}

    def do(self) -> bool:
        """Take the time it takes; answers whether it says that it was done."""
        self.heard.set()
        time.sleep(self.dwell)
        return self.mood != "forgetful"


@dataclass
class Post:
    """One webhook that arrived: the event's name (claim.seq), the moments it came and was dealt with, UTC, and whether
    it was told then that it was taken.
    """

    name: str
    came: datetime
    taken: bool = False
    done: datetime | None = None


@dataclass
class Far:
    """All of them. `letters` counts how often the letter of each number was taken, `posts` are webhooks in order."""

    mail: Temper = field(default_factory=Temper)
    pages: Temper = field(default_factory=Temper)
    letters: Counter[int] = field(default_factory=Counter)
    hooks: Temper = field(default_factory=Temper)
    posts: list[Post] = field(default_factory=list)
    mail_port: int = 0
    pages_port: int = 0
    hooks_port: int = 0

    @property
    def environment(self) -> dict[str, str]:
        """Environment of processes that write to the one and read from the other."""
        return {"MAIL_URL": f"smtp://127.0.0.1:{self.mail_port}", "FETCH_DOOR": f"127.0.0.1:{self.pages_port}"}

    def link(self, path: str) -> str:
        """Address of a page."""
        return f"http://127.0.0.1:{self.pages_port}/{path}"

    def mend(self) -> None:
        """All behave well again."""
        for temper in (self.mail, self.pages, self.hooks):
            temper.mood, temper.dwell = "well", 0.0


def page(path: str) -> bytes:
    """What stands at an address: its own path, so that no page can be taken for another."""
    return json.dumps({"page": path}).encode()


class _Talk(socketserver.StreamRequestHandler):
    """One SMTP conversation, as far as a sender of letters needs it."""

    server: _Far

    def handle(self) -> None:
        if self.server.far.mail.brood():
            self._say("220 far")
            while (line := self.rfile.readline()) and self._answer(line.split(b" ")[0].strip().upper()):
                pass

    def _answer(self, word: bytes) -> bool:
        """Answer one line; answers whether the talk goes on."""
        if word == b"DATA":
            self._say("354 go on")
            if not self._take():
                return False
        self._say("221 bye" if word == b"QUIT" else "250 ok")
        return word != b"QUIT"

    def _take(self) -> bool:
        """Take one letter whole; answers whether it is acknowledged."""
        lines: list[bytes] = []
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            lines.append(line)
        found = NUMBER.search(b"".join(lines))
        if line and found:
            self.server.far.letters[int(found[1])] += 1
        return self.server.far.mail.do()

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


class _Quiet(BaseHTTPRequestHandler):
    """A request of which nobody is told."""

    server: _Web

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class calls it so
        pass


class _Page(_Quiet):
    """One page."""

    def do_GET(self) -> None:
        temper = self.server.far.pages
        well = temper.brood()
        if not temper.do():
            return
        body = page(self.path) if well else b"away"
        self.send_response(200 if well else 503)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class _Hook(_Quiet):
    """One receiver of webhooks, over connections that stay open."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        far = self.server.far
        body = self.rfile.read(int(self.headers["Content-Length"]))
        post = Post(str(json.loads(body)["data"]["id"]), datetime.now(UTC))
        far.posts.append(post)
        try:
            time.sleep(PACE)
            well = far.hooks.brood()
            if not far.hooks.do():
                self.close_connection = True
                return
            post.taken = well and len(far.posts) % REFUSED != 0
            self.send_response(200 if post.taken else 500 if well else 503)
            self.send_header("Content-Length", "0")
            self.end_headers()
        finally:
            post.done = datetime.now(UTC)


class _Far(socketserver.ThreadingTCPServer):
    """One of the servers, on a port of its own."""

    daemon_threads = True

    def __init__(self, far: Far, handler: type[socketserver.BaseRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.far = far

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever talked to it may be dead by the time they are answered."""


class _Web(_Far, ThreadingHTTPServer):
    """One that speaks HTTP."""


@contextmanager
def far_away() -> Iterator[Far]:
    """All of them on loopback until the block ends."""
    far = Far()
    with _Far(far, _Talk) as mail, _Web(far, _Page) as pages, _Web(far, _Hook) as hooks:
        far.mail_port, far.pages_port, far.hooks_port = mail.port, pages.port, hooks.port
        for server in (mail, pages, hooks):
            Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield far
        far.mend()
        for server in (mail, pages, hooks):
            server.shutdown()
