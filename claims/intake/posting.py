"""POSTs to one receiver, one after the other over one connection, through the same gate as everything we ask.

The name is resolved and judged for every connection, and the connection goes to a judged address. No redirect is
followed, no proxy or cookie goes along. One deadline holds for a whole POST, its answer included, however slowly that
drips. Of an answer only the status, the wish to be left alone and the first bytes are read; whatever is not plain and
short costs the connection, never more.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from claims.intake.client import Client, parts_of, target_of
from claims.intake.refusals import AddressNotAllowed, NoAnswer, NotRead, NotUnderstood
from claims.intake.wire import Allowance, Pinned, Stream, trust

AGENT = "ClaimDesk (webhooks)"
LONGEST_HEAD = 16 * 1024
READ_AT_ONCE = 16 * 1024
ANSWER_READ = 4 * 1024  # bytes of an answer that are read at most; a longer one ends the connection
_STATUS = re.compile(rb"HTTP/1\.([01]) ([1-5][0-9]{2})(?: [^\r\n]*)?")
_LENGTH = re.compile(rb"[0-9]{1,9}")
_BODILESS = frozenset({204, 304})


@dataclass(frozen=True)
class Terms:
    """What one POST may cost: seconds for the whole, bytes of the answer with its head."""

    seconds: float = 15.0
    wire_bytes: int = 64 * 1024


@dataclass(frozen=True)
class Reply:
    """What a receiver answered: its status, the first bytes of its answer, the value of its Retry-After, our wait."""

    status: int
    body: bytes
    retry_after: str
    seconds: float


class Line:
    """A connection to one receiver that is made when it is needed. Use it as a context; posts are made in order."""

    def __init__(self, client: Client, url: str, terms: Terms | None = None) -> None:
        self._client, self._url, self._terms = client, url, terms or Terms()
        self._stream: Stream | None = None
        self._head = b""
        self._allowance = Allowance.of(0, 0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hang_up()

    def post(self, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Send one body and read the answer. Raises a `NotRead` with the reason when there is none.

        A kept connection that the receiver closed meanwhile is made anew, once: the body may then arrive twice.
        """
        began = time.monotonic()
        self._allowance.until = began + self._terms.seconds
        was_open = self._stream is not None
        try:
            status, answer, again = self._ask(body, headers)
        except NoAnswer:
            if not was_open:
                raise
            status, answer, again = self._ask(body, headers)
        return Reply(status, answer, again, time.monotonic() - began)

    def _ask(self, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes, str]:
        self._allowance.bytes_left = self._terms.wire_bytes
        try:
            stream = self._stream or self._dial()
            lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
            stream.write(self._head + f"{lines}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            read = _Answer(stream)
            status, keeps, again = read.head()
            found = read.body(status)
        except NotRead:
            self._hang_up()
            raise
        if not (keeps and read.ended):
            self._hang_up()
        return status, found, again

    def _dial(self) -> Stream:
        """Connect to a judged address. Raises `AddressNotAllowed` for what is neither https nor a door of tests."""
        parts, port = parts_of(self._url)
        host = parts.hostname or ""
        if parts.scheme != "https" and (host, port) != self._client.door:
            raise AddressNotAllowed()
        addresses = self._client.checked(parts, port, self._allowance)
        stream = Pinned(addresses, port, self._allowance).connect_tcp(host, port)
        self._stream = stream
        if parts.scheme == "https":
            self._stream = stream = stream.start_tls(trust(), host)
        target = target_of(parts).decode()
        self._head = f"POST {target} HTTP/1.1\r\nHost: {parts.netloc}\r\nUser-Agent: {AGENT}\r\n".encode()
        return stream

    def _hang_up(self) -> None:
        if self._stream is not None:
            self._stream.close()
            self._stream = None


class _Answer:
    """Reads one answer. `ended` says whether it was read to its end, so that another may follow it."""

    def __init__(self, stream: Stream) -> None:
        self._stream, self._buffer, self.ended = stream, b"", False
        self._headers: dict[bytes, bytes] = {}

    def head(self) -> tuple[int, bool, str]:
        """The status, whether the receiver keeps the connection, and its Retry-After. Raises `NotUnderstood`."""
        while True:
            first, *lines = self._head_lines()
            found = _STATUS.fullmatch(first)
            if found is None:
                raise NotUnderstood()
            status = int(found[2])
            if status >= 200:
                break
        self._headers = {}
        for line in lines:
            name, colon, value = line.partition(b":")
            if not colon or name.strip().lower() in self._headers:
                self._headers[b"connection"] = b"close"  # nothing that is unclear is built upon
            self._headers.setdefault(name.strip().lower(), value.strip())
        keeps = found[1] == b"1" and b"close" not in self._headers.get(b"connection", b"").lower()
        return status, keeps, self._headers.get(b"retry-after", b"").decode("latin-1")

    def _head_lines(self) -> list[bytes]:
        while b"\r\n\r\n" not in self._buffer:
            if len(self._buffer) > LONGEST_HEAD or not self._more():
                raise NotUnderstood() if self._buffer else NoAnswer()
        head, self._buffer = self._buffer.split(b"\r\n\r\n", 1)
        return head.split(b"\r\n")

    def body(self, status: int) -> bytes:
        """The first bytes of the body, as many as are read."""
        if status in _BODILESS:
            self.ended = not self._buffer
            return b""
        if b"transfer-encoding" in self._headers:
            return self._chunked()
        length = self._headers.get(b"content-length", b"")
        if _LENGTH.fullmatch(length):
            self._fill(min(int(length), ANSWER_READ))
            self.ended = len(self._buffer) == int(length)
            return self._buffer[: int(length)][:ANSWER_READ]
        self._fill(ANSWER_READ)
        return self._buffer[:ANSWER_READ]

    def _chunked(self) -> bytes:
        """The chunks of a short answer put together. What is longer, or no chunks at all, is left where it is."""
        found = b""
        while len(found) < ANSWER_READ:
            while b"\r\n" not in self._buffer and len(self._buffer) < ANSWER_READ and self._more():
                pass
            size, _, rest = self._buffer.partition(b"\r\n")
            if not re.fullmatch(rb"[0-9a-fA-F]{1,6}", size):
                return found
            self._buffer, length = rest, int(size, 16)
            self._fill(min(length, ANSWER_READ) + 2)
            if length == 0:
                self.ended = self._buffer == b"\r\n"
                return found
            found += self._buffer[: min(length, ANSWER_READ)]
            self._buffer = self._buffer[length + 2 :]
        return found[:ANSWER_READ]

    def _fill(self, count: int) -> None:
        while len(self._buffer) < count and self._more():
            pass

    def _more(self) -> bool:
        data = self._stream.read(READ_AT_ONCE)
        self._buffer += data
        return bool(data)
