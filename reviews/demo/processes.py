"""A real Celery worker and a real beat for as long as the story takes; both are ended by their process ids."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings

CELERY = [sys.executable, "-m", "celery", "--quiet", "--skip-checks", "--app", "verify_project"]
WORKER = ["worker", "-Q", "deadlines,work,slow", "-c", "2", "-n", "demo@%h", "--without-gossip", "--without-mingle"]
READY_WITHIN, STOP_WITHIN = 40.0, 15.0  # seconds
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


@dataclass(frozen=True)
class Celery:
    """The running worker; its lines go to `log`."""

    worker: subprocess.Popen[bytes]
    log: Path

    def said(self) -> str:
        """Everything the worker has printed so far."""
        return self.log.read_text(errors="replace")

    def wait_until_ready(self) -> None:
        """Wait for the worker to take tasks. Raises `TimeoutError` with its last lines when it does not."""
        ready = wait_for(lambda: "ready." in self.said() or self.worker.poll() is not None, READY_WITHIN)
        if not ready or self.worker.poll() is not None:
            raise TimeoutError(f"The Celery worker did not start:\n{self.said()[-2000:]}")


def wait_for(true: Callable[[], bool], seconds: float, every: float = 0.1) -> bool:
    """Wait until `true()` holds, at most so many seconds; answers whether it does."""
    until = time.monotonic() + seconds
    while not true():
        if time.monotonic() > until:
            return False
        time.sleep(every)
    return True


@contextmanager
def celery_running() -> Iterator[Celery]:
    """Start both; end both when the block ends, whichever way it does."""
    with TemporaryDirectory(prefix="claimdesk-demo-") as folder, ExitStack() as running:
        place = Path(folder)
        beat = ["beat", "--schedule", str(place / "beat"), "--pidfile="]
        worker = running.enter_context(_process([*CELERY, *WORKER, "--loglevel", "INFO"], place / "worker.log"))
        running.enter_context(_process([*CELERY, *beat], place / "beat.log"))
        yield Celery(worker, place / "worker.log")


@contextmanager
def _process(words: list[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    # Words come from this module alone. The death signal ends the child should we be killed with -9.
    with log.open("wb") as lines:
        process = subprocess.Popen(  # noqa: S603 - see above
            words,
            cwd=settings.BASE_DIR,
            env=os.environ | {"CLAIMDESK_PROCESS": "worker", "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=lines,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_end_with_parent,  # noqa: PLW1509 - the demo has one thread
        )
    try:
        yield process
    finally:
        _stop(process)


def _end_with_parent() -> None:
    if hasattr(_libc, "prctl"):  # Linux
        _libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM))


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(STOP_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
