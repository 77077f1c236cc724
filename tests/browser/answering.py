"""What the server of pages is asked and has not answered yet: it goes on when the one who asked is gone."""

from collections.abc import Iterator
from threading import Condition
from typing import Any

from pytest_django.live_server_helper import LiveServer

PATIENCE = 30.0  # seconds for what was asked to be answered


class Answering:
    """Counts the requests in work at a server of pages, from their first step to the end of their answer."""

    def __init__(self, server: LiveServer) -> None:
        self._changed, self._open = Condition(), 0
        self._application: Any = server.thread.httpd.get_app()
        server.thread.httpd.set_app(self._answered)

    def _answered(self, environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        self._count(1)
        try:
            answer = self._application(environ, start_response)
            try:
                yield from answer
            finally:
                answer.close()
        finally:
            self._count(-1)

    def _count(self, more: int) -> None:
        with self._changed:
            self._open += more
            self._changed.notify_all()

    def wait(self) -> None:
        """Wait until everything is answered; raises `AssertionError` when that takes too long."""
        with self._changed:
            done = self._changed.wait_for(lambda: self._open == 0, PATIENCE)
        assert done, f"{self._open} requests of a browser were not answered in {PATIENCE:g} s"
