"""A mail server on loopback: takes letters, refuses addresses, or greets nobody."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

from django.test import override_settings


class _Talk(socketserver.StreamRequestHandler):
    server: Postbox

    def handle(self) -> None:
        self._say("220 postbox")
        while line := self.rfile.readline().decode().strip():
            word = line.split(" ")[0].upper()
            if word == "RCPT" and self.server.refuses:
                self._say(self.server.refuses)
            elif word == "DATA":
                self._say("354 go on")
                self.server.letters.append(self._letter())
                self._say("250 kept")
            elif word == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 ok")

    def _letter(self) -> EmailMessage:
        lines: list[bytes] = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line)
        read = message_from_bytes(b"".join(lines), policy=policy.default)
        assert isinstance(read, EmailMessage)
        return read

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


class Postbox(socketserver.ThreadingTCPServer):
    """`letters` are those taken; `refuses` is the reply to every address, empty for none."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.letters: list[EmailMessage] = []
        self.refuses = ""

    @property
    def port(self) -> int:
        return int(self.server_address[1])


@contextmanager
def mail_settings(port: int) -> Iterator[None]:
    """Send by the real SMTP client to this port."""
    smtp = "django.core.mail.backends.smtp.EmailBackend"
    with override_settings(MAIL_ENABLED=True, EMAIL_BACKEND=smtp, EMAIL_HOST="127.0.0.1", EMAIL_PORT=port):
        yield


@contextmanager
def postbox() -> Iterator[Postbox]:
    """A mail server that takes letters, and settings that send to it."""
    with Postbox() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            with mail_settings(server.port):
                yield server
        finally:
            server.shutdown()
            thread.join()
