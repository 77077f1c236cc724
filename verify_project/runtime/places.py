"""Where this checkout keeps what it starts: data, sockets, programs.

As a plain user everything lies under `var/` in the checkout. As root the servers run as
`nobody`, who may not be able to enter the checkout, so they get a system directory that
survives a reboot. Nothing here imports Django: settings read this module.
"""

import fcntl
import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Protocol

CHECKOUT = Path(__file__).resolve().parent.parent.parent
SOCKETS_PREFIX = "claimdesk-"
LONGEST_SOCKET_PARENT = 60  # a socket's whole path may not pass 107 bytes


class RuntimeProblem(Exception):
    """Something on this machine keeps the servers from starting; the message says what."""


class Server(Protocol):
    """A server of our own: a database or a broker."""

    process: subprocess.Popen[bytes] | None

    @property
    def name(self) -> str:
        """What it is called in the log."""

    def start(self) -> None:
        """Start it, also again after it has ended; raises RuntimeProblem. Only from the main thread."""


@dataclass(frozen=True)
class Servers:
    """Addresses of a database and a broker, the socket directory if they are our own, and those we started."""

    database_url: str
    broker_url: str
    sockets: str = ""
    started: tuple[Server, ...] = field(default=(), compare=False)


def system_directory() -> Path:
    """The directory for what root keeps: programs, and data of every checkout."""
    system = Path("/var/lib")
    if os.access(system, os.W_OK):
        return system / "claimdesk"
    return Path(tempfile.gettempdir()) / "claimdesk-root"


def data_directory() -> Path:
    """The directory that holds this checkout's data; `CLAIMDESK_DATA` names another."""
    if named := os.environ.get("CLAIMDESK_DATA"):
        return Path(named).resolve()
    if os.geteuid() != 0:
        return CHECKOUT / "var"
    mark = sha256(str(CHECKOUT).encode()).hexdigest()[:10]
    return system_directory() / f"{CHECKOUT.name[:30]}-{mark}"


def make_private(path: Path, *, mode: int = 0o700) -> Path:
    """Make a directory of our own, or raise RuntimeProblem when it is somebody else's."""
    try:
        path.mkdir(mode=mode, parents=True, exist_ok=True)
    except OSError as error:
        raise RuntimeProblem(
            f"Cannot make the folder {path} ({error.strerror}): run from a folder you may "
            "write to, or set CLAIMDESK_DATA to one."
        ) from error
    if path.lstat().st_uid != os.geteuid() or path.is_symlink():
        raise RuntimeProblem(f"{path} belongs to another user: set CLAIMDESK_DATA to another folder.")
    path.chmod(mode)
    return path


def socket_directory() -> Path:
    """A new short private directory; deep checkouts would pass the limit for socket paths."""
    parent = tempfile.gettempdir()
    short = parent if len(parent) <= LONGEST_SOCKET_PARENT else "/tmp"  # noqa: S108 - mkdtemp makes it private
    return Path(tempfile.mkdtemp(prefix=SOCKETS_PREFIX, dir=short))


def announce(servers: Servers) -> None:
    """Let other commands of this checkout find the servers."""
    fresh = _state_file().with_suffix(".new")
    told = {"database_url": servers.database_url, "broker_url": servers.broker_url, "sockets": servers.sockets}
    fresh.write_text(json.dumps(told))
    fresh.replace(_state_file())


def last_announced() -> Servers | None:
    """What the last supervisor wrote; its servers may be gone."""
    try:
        return Servers(**json.loads(_state_file().read_text()))
    except (OSError, ValueError, TypeError):
        return None


def running_servers() -> Servers | None:
    """The embedded servers of this checkout, while a living process keeps them."""
    return last_announced() if _is_kept() else None


@contextmanager
def keeping() -> Iterator[None]:
    """Mark the servers as ours for as long as this process lives, however it ends."""
    with _keeper_file().open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        _state_file().unlink(missing_ok=True)  # of one that was killed
        try:
            yield
        finally:
            _state_file().unlink(missing_ok=True)


def _is_kept() -> bool:
    """A lock cannot outlive its process, as a process id in a file can."""
    try:
        with _keeper_file().open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _state_file() -> Path:
    return data_directory() / "servers.json"


def _keeper_file() -> Path:
    return data_directory() / "keeper.lock"
