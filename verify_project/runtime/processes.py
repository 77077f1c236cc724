"""How children are started so that none outlives us and none of the servers runs as root."""

import ctypes
import os
import pwd
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)  # loaded here: a child between fork and exec must not import


@dataclass(frozen=True)
class Account:
    """User and group that a server runs as."""

    uid: int
    gid: int

    def give(self, path: Path) -> None:
        """Hand a directory to this account."""
        os.chown(path, self.uid, self.gid)


def server_account() -> Account | None:
    """`nobody` when we are root (PostgreSQL refuses root), otherwise ourselves: None."""
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam("nobody")
    return Account(entry.pw_uid, entry.pw_gid)


def die_with_parent(death_signal: signal.Signals = signal.SIGKILL) -> None:
    """Ask the kernel to signal this process when its parent ends, however that ends."""
    if hasattr(_libc, "prctl"):  # Linux
        _libc.prctl(PR_SET_PDEATHSIG, int(death_signal))


def before_exec(death_signal: signal.Signals, account: Account | None = None) -> Callable[[], None]:
    """What a child does first: drop its rights, then ask to die with its parent.

    The order matters: changing the user clears the death signal. The signal is sent when the
    *thread* that forked ends, so children are started from the main thread only.
    """
    parent = os.getpid()

    def prepare() -> None:
        if account:
            os.setgroups([])
            os.setgid(account.gid)
            os.setuid(account.uid)
            os.umask(0o077)
        die_with_parent(death_signal)
        if os.getppid() != parent:
            os._exit(1)

    return prepare


def wait_for_end(pid_file: Path, *, within: float) -> None:
    """Give a server whose keeper was killed the seconds it needs to shut down by itself."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        try:
            os.kill(int(pid_file.read_text().split()[0]), 0)
        except (OSError, ValueError, IndexError):
            return
        time.sleep(0.05)


def stop(process: subprocess.Popen[bytes], how: signal.Signals, *, within: float) -> None:
    """Ask one of our own children to end; after `within` seconds end it by force."""
    if process.poll() is not None:
        return
    process.send_signal(how)
    try:
        process.wait(within)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
