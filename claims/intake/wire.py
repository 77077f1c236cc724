"""Connections that go where we checked, and end when their time is over.

`httpcore` speaks HTTP over them. It is given a back end that connects to one checked address whatever the name means
by then, counts every byte, and measures every wait against one deadline for the whole: a server that sends a byte a
second makes each single read succeed, so a limit for each read would never be reached.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from claims.intake.refusals import CertificateNotTrusted, NameNotKnown, NoAnswer, NotUnderstood, TooLarge, TooSlow

if TYPE_CHECKING:
    from httpcore import SOCKET_OPTION, NetworkBackend, NetworkStream
else:  # `httpcore` asks for their methods alone; it is loaded where the first page is asked for
    NetworkBackend = NetworkStream = object

CONNECT = 5.0  # seconds for one address, so that the next one gets its turn
HEAD = 256 * 1024  # bytes before an answer has begun; each head alone may have 100 KiB, which `h11` sees to
Resolve = Callable[[str, int], list[str]]


@dataclass
class Allowance:
    """What is left of one errand: until when (seconds of the monotonic clock) and how many bytes may still arrive."""

    until: float
    bytes_left: int
    head_left: int | None = None  # while the head of an answer is read

    @classmethod
    def of(cls, seconds: float, most_bytes: int) -> Allowance:
        return cls(time.monotonic() + seconds, most_bytes)

    def seconds(self) -> float:
        """Seconds left. Raises `TooSlow` when there are none."""
        left = self.until - time.monotonic()
        if left <= 0:
            raise TooSlow()
        return left

    def arrived(self, count: int) -> None:
        """So many bytes came. Raises `TooLarge` when they were too many."""
        self.bytes_left -= count
        if self.head_left is not None:
            self.head_left -= count
        if self.bytes_left < 0 or (self.head_left or 0) < 0:
            raise TooLarge()

    def follow(self, step: str, _: object) -> None:
        """Be told where an errand is, as `httpcore` traces it.

        Whatever a host says before its answer ("100 Continue", any number of times) is read and thrown away there:
        ten megabytes of it would keep a processor busy for many seconds.
        """
        if "receive_response_headers" in step:
            self.head_left = HEAD if step.endswith("started") else None


def look_up(host: str, port: int) -> list[str]:
    """All addresses of a host, in the order the system prefers. Raises `NameNotKnown`."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NameNotKnown() from error
    return list(dict.fromkeys(str(row[4][0]) for row in found))


def within(allowance: Allowance, resolve: Resolve, host: str, port: int) -> list[str]:
    """Ask the resolver, which knows no limit of its own, no longer than is allowed. Raises `TooSlow`."""
    answered: list[list[str] | BaseException] = []

    def ask() -> None:
        try:
            answered.append(resolve(host, port))
        except Exception as error:  # noqa: BLE001 - it is raised again in the thread that asked
            answered.append(error)

    asking = threading.Thread(target=ask, daemon=True, name="look-up")
    asking.start()
    asking.join(allowance.seconds())
    if not answered:
        raise TooSlow()
    (found,) = answered
    if isinstance(found, BaseException):
        raise found
    return found


@cache
def trust() -> ssl.SSLContext:
    """Whom we believe: the usual authorities, and those the machine's owner has added."""
    import certifi

    context = ssl.create_default_context(cafile=certifi.where())
    context.load_default_certs()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


class Stream(NetworkStream):
    """One connection. Every wait is as long as the whole errand has left, whatever the caller asks for."""

    def __init__(self, sock: socket.socket, allowance: Allowance) -> None:
        self._sock, self._allowance = sock, allowance

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self._sock.settimeout(self._allowance.seconds())
        try:
            data = self._sock.recv(max_bytes)
        except TimeoutError as late:
            raise TooSlow() from late
        except OSError as error:
            raise NoAnswer() from error
        self._allowance.arrived(len(data))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._sock.settimeout(self._allowance.seconds())
        try:
            self._sock.sendall(buffer)  # its time limit holds for all of it
        except TimeoutError as late:
            raise TooSlow() from late
        except OSError as error:
            raise NoAnswer() from error

    def close(self) -> None:
        self._sock.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> Stream:
        self._sock.settimeout(self._allowance.seconds())
        try:
            secured = ssl_context.wrap_socket(self._sock, server_hostname=server_hostname)
        except ssl.SSLCertVerificationError as error:
            raise CertificateNotTrusted() from error
        except TimeoutError as late:
            raise TooSlow() from late
        except ssl.SSLError as error:
            raise NotUnderstood() from error
        except OSError as error:
            raise NoAnswer() from error
        return Stream(secured, self._allowance)

    def get_extra_info(self, info: str) -> Any:
        return self._sock if info == "socket" else None


class Pinned(NetworkBackend):
    """Connects to addresses that were checked, in their order, and to nothing else."""

    def __init__(self, addresses: Iterable[str], port: int, allowance: Allowance) -> None:
        self._addresses, self._port, self._allowance = tuple(addresses), port, allowance

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> Stream:
        for address in self._addresses:
            patience = min(CONNECT, self._allowance.seconds())
            try:
                return Stream(socket.create_connection((address, self._port), patience), self._allowance)
            except OSError:
                continue
        self._allowance.seconds()
        raise NoAnswer()
