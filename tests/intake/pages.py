"""A small web server of this machine whose pages a test changes as it goes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

ARTICLE = """<!doctype html><html><head><title>{title}</title></head><body><article><h1>{title}</h1>
<p>{text}</p><p>The council met on Monday and heard both sides of the matter at length.</p></article></body></html>"""

# One that says of itself what an article needs.
FERRY = """<html lang="en"><head><title>Ferry may stop</title><meta property="og:site_name" content="Harbour Post">
<meta property="article:published_time" content="2026-11-20T10:00:00+02:00"></head>
<body><article><p>The ferry will probably stop in December, two officials said.</p></article></body></html>"""


@dataclass
class Site:
    """What it shows: a status, a body and its type for every path; everything asked of it."""

    port: int = 0
    status: int = 200
    kind: str = "text/html; charset=utf-8"
    body: bytes = b""
    pause: float = 0.0  # seconds until it answers
    asked: list[str] = field(default_factory=list)

    @property
    def door(self) -> str:
        return f"127.0.0.1:{self.port}"

    def link(self, path: str = "report") -> str:
        return f"http://{self.door}/{path}"

    def article(self, text: str, title: str = "The report") -> None:
        """From now on it shows an article with these words."""
        self.status, self.body = 200, ARTICLE.format(title=title, text=text).encode()

    def closed(self, status: int) -> None:
        """From now on it answers with this status."""
        self.status = status


@contextmanager
def site() -> Iterator[Site]:
    """Serve until the block ends."""
    shown = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            shown.asked.append(self.path)
            time.sleep(shown.pause)
            self.send_response(shown.status)
            self.send_header("Content-Type", shown.kind)
            self.send_header("Content-Length", str(len(shown.body)))
            self.end_headers()
            with suppress(ConnectionError):  # whoever asked may be dead by now
                self.wfile.write(shown.body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class calls it so
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        shown.port = server.server_address[1]
        shown.article("The bridge will be closed from March, the council says.")
        serving = Thread(target=server.serve_forever, daemon=True)
        serving.start()
        yield shown
        server.shutdown()
        serving.join()
