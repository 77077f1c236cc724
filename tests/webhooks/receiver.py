"""A receiver of webhooks on this machine that behaves as its address says, and remembers what it got."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ANSWERS = {"/error": 500, "/gone": 410}
STUCK = 30.0  # seconds after which even a hanging handler ends


@dataclass(frozen=True)
class Got:
    """One request: its path, its headers in lower case, its body, and which connection it came by."""

    path: str
    headers: dict[str, str]
    body: bytes
    connection: int

    @property
    def read(self) -> Any:
        return json.loads(self.body)


@dataclass
class Receiver:
    """Where it listens, what it got; `answers` are the statuses of the next requests, 200 when there is none left.

    What hangs is let go once so many requests (`let_go_after`) came to a path.
    """

    port: int = 0
    got: list[Got] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    retry_after: str = ""
    let_go: threading.Event = field(default_factory=threading.Event)
    let_go_after: tuple[str, int] = ("", 0)

    @property
    def door(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, path: str = "hook") -> str:
        """`hang` answers when it is let go, `drip` a byte at a time, `redirect` leads to a metadata service."""
        return f"http://{self.door}/{path}"

    def at(self, path: str) -> list[Got]:
        return [one for one in self.got if one.path == f"/{path}"]

    @property
    def events(self) -> list[str]:
        """The feed's numbers of the events it got, in order."""
        return [one.read["data"]["id"] for one in self.got]


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, shown: Receiver) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.shown = shown
        shown.port = int(self.server_address[1])


class _Handler(BaseHTTPRequestHandler):
    """What becomes of one request."""

    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        shown = self.server.shown
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        shown.got.append(Got(self.path, headers, body, self.client_address[1]))
        path, count = shown.let_go_after
        if count and len([one for one in shown.got if one.path == path]) >= count:
            shown.let_go.set()
        with suppress(ConnectionError):
            ways = {"/hang": self._hang, "/drip": self._drip, "/redirect": self._redirect}
            ways.get(self.path, lambda: self._reply(ANSWERS.get(self.path)))()

    def _reply(self, status: int | None = None) -> None:
        shown, answer = self.server.shown, b"thank you"
        self.send_response(status or (shown.answers.pop(0) if shown.answers else 200))
        if shown.retry_after:
            self.send_header("Retry-After", shown.retry_after)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def _hang(self) -> None:
        self.server.shown.let_go.wait(STUCK)
        self._reply()

    def _drip(self) -> None:
        while not self.server.shown.let_go.wait(0.05):
            self.wfile.write(b"H")
            self.wfile.flush()

    def _redirect(self) -> None:
        self.send_response(302)
        self.send_header("Location", "http://169.254.169.254/latest/meta-data/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class calls it so
        pass


@contextmanager
def receiver() -> Iterator[Receiver]:
    """Listen until the block ends."""
    shown = Receiver()
    with _Server(shown) as server:
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        serving.start()
        yield shown
        shown.let_go.set()
        server.shutdown()
        serving.join()
