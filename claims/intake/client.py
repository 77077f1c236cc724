"""The only code of the product that asks something of the outside world.

Each address is resolved once, all answers are checked, and the connection goes to a checked answer while Host and SNI
keep the name. Redirects are followed by hand, at most five, each through the same gate; their bodies are never read.
One deadline holds for the whole. Bytes are counted as they arrive and again as they unpack. No proxy of the
environment, no cookie, no password goes with it.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urljoin, urlsplit

from claims.addresses import AddressRefused, canonical_url
from claims.intake.gate import PORTS, all_public
from claims.intake.refusals import (
    AddressNotAllowed,
    AddressNotPublic,
    DidNotOpen,
    KindNotKept,
    NotUnderstood,
    TooLarge,
    TooManyRedirects,
)
from claims.intake.wire import Allowance, Pinned, Resolve, look_up, trust, within

if TYPE_CHECKING:
    from httpcore import Response

AGENT = "ClaimDesk (reads pages that people named as evidence)"
REDIRECTS = frozenset({301, 302, 303, 307, 308})
WINDOW_BITS = 31  # gzip with its header, nothing else
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]{2,40})""", re.ASCII | re.IGNORECASE)
Headers = tuple[tuple[str, str], ...]
Door = tuple[str, int]


@dataclass(frozen=True)
class Limits:
    """How much one errand may cost: seconds for the whole, bytes on the wire, bytes unpacked, redirects."""

    seconds: float = 8.0
    wire_bytes: int = 11 * 1024 * 1024  # the page, and what its transport adds
    body_bytes: int = 10 * 1024 * 1024
    redirects: int = 5


@dataclass(frozen=True)
class Answer:
    """What came back: where it was found in the end, its status, its headers as sent, its bytes unpacked."""

    url: str
    status: int
    headers: Headers
    body: bytes

    @property
    def media_type(self) -> str:
        """Type and subtype in lower case, without parameters; empty when none was sent."""
        return header(self.headers, "content-type").partition(";")[0].strip().lower()

    @property
    def charset(self) -> str:
        """How the text is written, as the host says it; empty when it does not."""
        found = _CHARSET.search(header(self.headers, "content-type"))
        return found[1] if found else ""


@dataclass(frozen=True)
class Errand:
    """What is asked. `kinds` are the media types taken, by prefix; empty means any."""

    url: str
    method: str = "GET"
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Client:
    """Runs errands. `door` is one host and port beyond the gate, for tests on this machine; None in production."""

    limits: Limits = Limits()
    door: Door | None = None
    resolve: Resolve = look_up

    def run(self, errand: Errand) -> Answer:
        """Run it to its end, redirects and all. Raises a `NotRead` with the reason why not."""
        allowance = Allowance.of(self.limits.seconds, self.limits.wire_bytes)
        url = errand.url
        for _ in range(self.limits.redirects + 1):
            found = self._ask(errand, url, allowance)
            if isinstance(found, Answer):
                return found
            url = _onwards(url, found)
        raise TooManyRedirects()

    def _ask(self, errand: Errand, url: str, allowance: Allowance) -> Answer | str:
        """One question: the answer, or the address it sends us on to."""
        import httpcore

        parts, port = parts_of(url)
        addresses = self.checked(parts, port, allowance)
        host = parts.hostname or ""
        connection = httpcore.HTTPConnection(
            httpcore.Origin(parts.scheme.encode(), host.encode(), port),
            ssl_context=trust() if parts.scheme == "https" else None,
            network_backend=Pinned(addresses, port, allowance),
        )
        target = httpcore.URL(scheme=parts.scheme.encode(), host=host.encode(), port=port, target=target_of(parts))
        headers = _headers(errand, parts)
        try:
            asked = connection.stream(
                errand.method, target, headers=headers, content=errand.body, extensions={"trace": allowance.follow}
            )
            with connection, asked as response:
                return self._read(errand, url, response)
        except (httpcore.ProtocolError, httpcore.NetworkError) as error:
            raise NotUnderstood() from error

    def checked(self, parts: SplitResult, port: int, allowance: Allowance) -> list[str]:
        """The addresses to connect to. The one look-up of this name; raises `AddressNotPublic`."""
        host = parts.hostname or ""
        if self.door is not None and (host, port) == self.door:
            return [host]
        if port not in PORTS:
            raise AddressNotAllowed()
        addresses = within(allowance, self.resolve, host, port)
        if not all_public(addresses):
            raise AddressNotPublic()
        return addresses

    def _read(self, errand: Errand, url: str, response: Response) -> Answer | str:
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers)
        onwards = header(headers, "location")
        if response.status in REDIRECTS and onwards and errand.method == "GET":
            return onwards
        if not 200 <= response.status < 300:
            raise DidNotOpen.with_status(response.status)
        answer = Answer(url, response.status, headers, b"")
        if errand.kinds and not answer.media_type.startswith(errand.kinds):
            raise KindNotKept()
        if header(headers, "content-length").isdigit() and int(header(headers, "content-length")) > self._most:
            raise TooLarge()
        return Answer(url, response.status, headers, self._unpacked(headers, response))

    @property
    def _most(self) -> int:
        return self.limits.body_bytes

    def _unpacked(self, headers: Headers, response: Response) -> bytes:
        coding = header(headers, "content-encoding").strip().lower() or "identity"
        if coding not in {"identity", "gzip"}:
            raise NotUnderstood()
        chunks = _chunks(response)
        unpacked = bytearray()
        for chunk in _inflated(chunks, self._most) if coding == "gzip" else chunks:
            unpacked += chunk
            if len(unpacked) > self._most:
                raise TooLarge()
        return bytes(unpacked)


def header(headers: Headers, name: str) -> str:
    """The first value of a header, empty when it was not sent."""
    return next((value for known, value in headers if known.lower() == name), "")


def _onwards(url: str, location: str) -> str:
    """Where a redirect leads. Raises `AddressNotAllowed` for what no address can be."""
    try:
        return urljoin(url, location)
    except ValueError as broken:
        raise AddressNotAllowed() from broken


def parts_of(url: str) -> tuple[SplitResult, int]:
    """The address taken apart. Raises `AddressNotAllowed` for what is no plain http or https address."""
    try:
        parts = urlsplit(_spelled(url))
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except (AddressRefused, ValueError) as refused:
        raise AddressNotAllowed() from refused
    if not parts.hostname or "%" in parts.hostname:  # a zone of this machine's own network
        raise AddressNotAllowed()
    return parts, port


def _spelled(url: str) -> str:
    """The address in ASCII. Its spelling is checked as that of an entered link is; its parameters all stay."""
    canonical = urlsplit(canonical_url(url))
    query = urlsplit(url.strip()).query
    plain = query if query.isascii() else canonical.query
    return canonical._replace(query=plain).geturl()


def target_of(parts: SplitResult) -> bytes:
    """Path and query as the request line has them."""
    return f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}".encode()


def _headers(errand: Errand, parts: SplitResult) -> list[tuple[str, str]]:
    own = {
        "Host": parts.netloc,
        "User-Agent": AGENT,
        "Accept": "text/html, application/xhtml+xml, */*;q=0.5",
        "Accept-Encoding": "gzip",
        "Connection": "close",
        **({"Content-Length": str(len(errand.body))} if errand.body else {}),
    }
    return list({**own, **errand.headers}.items())


def _chunks(response: Response) -> Iterator[bytes]:
    from httpcore import NetworkError, ProtocolError

    try:
        yield from response.iter_stream()
    except (ProtocolError, NetworkError) as error:
        raise NotUnderstood() from error


def _inflated(chunks: Iterator[bytes], most: int) -> Iterator[bytes]:
    """Unpack one gzip, never more than one byte above `most` at once. Raises `NotUnderstood` for a broken one."""
    unpacker = zlib.decompressobj(WINDOW_BITS)
    try:
        for chunk in chunks:
            yield unpacker.decompress(chunk, most + 1)
            if unpacker.unconsumed_tail:
                raise TooLarge()
            if unpacker.unused_data:
                raise NotUnderstood()
    except zlib.error as error:
        raise NotUnderstood() from error
    if not unpacker.eof:
        raise NotUnderstood()
