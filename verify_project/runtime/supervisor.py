"""Keeps a handful of processes running and their lines in one log.

Each child is in a session of its own, so that Ctrl-C reaches only us and we end them in order. One that ends is started
again, not more often than every `RESTART_FLOOR` seconds.

Each asks the kernel to end it by force should we be killed. At SIGTERM a Celery worker first says that it ends, into a
log that has gone with us; it fails at that, takes it for the loss of its broker, and looks for one for ever.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from verify_project.runtime.places import RuntimeProblem, Server
from verify_project.runtime.processes import before_exec

RESTART_FLOOR = 2.0  # seconds between two starts of one child
STOP_WITHIN = 15.0  # seconds for all children together
FEWEST_LIVES = 3  # starts without ever becoming ready before we give up
_print_lock = threading.Lock()


def say(name: str, line: str) -> None:
    """Print one line of the log under the name of who said it."""
    with _print_lock:
        try:
            print(f"{name:<9} | {line}", flush=True)
        except OSError:  # the terminal is gone; keep serving
            sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123 - for the rest of our life


@dataclass
class Child:
    """One process to keep running."""

    name: str
    command: list[str]
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    lives: int = 0
    mourned: bool = field(default=False, repr=False)

    def start(self) -> None:
        """Start it. Only the main thread may: the kernel ties the child to the thread."""
        self.process = subprocess.Popen(
            self.command,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=before_exec(signal.SIGKILL),
        )
        self.started = time.monotonic()
        self.lives += 1
        self.mourned = False
        threading.Thread(target=self._relay, args=[self.process], daemon=True).start()

    def keep_running(self) -> None:
        """Start it again when it has ended and the floor has passed."""
        status = self.process.poll() if self.process else None
        if status is None:
            return
        if not self.mourned:
            self.mourned = True
            self._end_group()  # what it had started would hold its port, or its tasks
            say(self.name, f"ended with status {status}; starting it again")
        if time.monotonic() - self.started >= RESTART_FLOOR:
            self.start()

    def end(self) -> None:
        """Ask it to finish what it is doing and end."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)

    def bury(self, deadline: float) -> None:
        """Wait until `deadline` (monotonic seconds), then end it and all it started by force."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            say(self.name, "did not end in time and was stopped")
        self._end_group()

    def _end_group(self) -> None:
        """End by force whatever is left of its session, itself included."""
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        self.process.wait()

    def _relay(self, process: subprocess.Popen[bytes]) -> None:
        for line in process.stdout or []:
            say(self.name, line.decode(errors="replace").rstrip())


def keep_server(server: Server) -> None:
    """Start a server again when it has ended. Raises RuntimeProblem when it does not come back.

    What outlives a killed database holds its memory for a moment, and it cannot start beside that.
    """
    status = server.process.poll() if server.process else None
    if status is None:
        return
    say(server.name, f"ended with status {status}; starting it again")
    for _ in range(FEWEST_LIVES - 1):
        try:
            server.start()
        except RuntimeProblem as problem:
            say(server.name, str(problem))
            time.sleep(RESTART_FLOOR)
        else:
            return
    server.start()


def supervise(
    children: list[Child],
    *,
    is_ready: Callable[[], bool],
    when_ready: Callable[[], None],
    servers: Sequence[Server] = (),
) -> None:
    """Run the children, and the servers they stand on, until SIGINT or SIGTERM, then end the children.

    Raises RuntimeProblem when one of them keeps ending before the site was ever ready, or a server does not come back.
    """
    ended = threading.Event()
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, lambda *_: ended.set())
    ready = False
    try:
        for child in children:
            child.start()
        while not ended.wait(0.2):
            for server in servers:
                keep_server(server)
            for child in children:
                child.keep_running()
                if not ready and child.lives > FEWEST_LIVES:
                    raise RuntimeProblem(f"{child.name} does not start; its lines above say why.")
            if not ready and is_ready():
                ready = True
                when_ready()
    finally:
        _end(children)


def _end(children: list[Child]) -> None:
    """Ctrl-C a second time changes nothing: they are being ended already."""
    deadline = time.monotonic() + STOP_WITHIN
    for child in children:
        child.end()
    for child in children:
        child.bury(deadline)
