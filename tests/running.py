"""Starts the product's own processes for tests that must not pretend: celery workers and beat."""

import asyncio
import os
import signal
import socket
import subprocess
import time
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import redis
from django.conf import settings
from django.db import connection

from verify_project.runtime.places import CHECKOUT
from verify_project.runtime.processes import before_exec
from verify_project.runtime.site import CELERY

START_WITHIN = 30.0  # seconds
STOP_WITHIN = 15.0
AS_INSTALLED = {"PYTHONPATH": str(CHECKOUT / "tests" / "installed")}  # without what the tools of development bring


@dataclass
class Running:
    """A process of the product and the file its lines go to."""

    process: subprocess.Popen[bytes]
    log: Path

    def said(self) -> str:
        """Everything it has printed so far."""
        return self.log.read_text(errors="replace")

    def wait_for(self, words: str) -> None:
        """Wait until it has printed `words`; fail with its log when it does not."""
        wait_until(lambda: words in self.said() or self.process.poll() is not None, within=START_WITHIN)
        assert words in self.said(), f"never said {words!r}:\n{self.said()}"

    def kill(self) -> None:
        """kill -9, as the kernel does when memory runs out."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """End it the polite way, by force when that takes too long."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            self.kill()


def wait_until(true: object, *, within: float, every: float = 0.05) -> bool:
    """Wait until the callable `true` answers yes, or `within` seconds have passed; answers whether it came true."""
    assert callable(true)
    deadline = time.monotonic() + within
    while not (came := bool(true())) and time.monotonic() < deadline:
        time.sleep(every)
    return came


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def own_database_url() -> str:
    """Address of the database this test runs on, for another process."""
    given = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(given._replace(path=f"/{connection.settings_dict['NAME']}"))


def broker_number() -> int:
    """Each pytest worker has a database number of its own in the broker."""
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) + 1


def own_broker_url() -> str:
    """Address of this pytest worker's part of the broker."""
    return f"{settings.BROKER_URL}?virtual_host={broker_number()}"


def broker_client() -> redis.Redis:
    """A client of this pytest worker's part of the broker, to look into it or to empty it."""
    url = settings.BROKER_URL.replace("redis+socket://", "unix://")
    return redis.Redis.from_url(f"{url}?db={broker_number()}")


@contextmanager
def started(words: list[str], log: Path, **environment: str) -> Iterator[Running]:
    """Start a process of the product on this test's database and broker; stop it at the end."""
    known = {"DATABASE_URL": own_database_url(), "BROKER_URL": own_broker_url(), "PYTHONUNBUFFERED": "1"}
    with log.open("wb") as file:
        process = subprocess.Popen(
            words,
            cwd=CHECKOUT,
            env=os.environ | AS_INSTALLED | known | environment,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=before_exec(signal.SIGTERM),
        )
    running = Running(process, log)
    try:
        yield running
    finally:
        running.stop()


def worker_words(*, queues: str, slots: int, name: str) -> list[str]:
    """Command line of a worker as the supervisor starts it."""
    options = ["-Q", queues, "-c", str(slots), "-n", f"{name}@%h", "--loglevel", "INFO"]
    return [*CELERY, "worker", *options, "--without-gossip", "--without-mingle"]


def beat_words(schedule: Path) -> list[str]:
    """Command line of beat with a schedule file of its own."""
    return [*CELERY, "beat", "--schedule", str(schedule), "--pidfile="]


def in_a_loop(story: Coroutine[Any, Any, None]) -> None:
    """Run it in an event loop of a thread of its own: where a browser test ran before, this thread has one already."""
    with ThreadPoolExecutor(1) as aside:
        aside.submit(asyncio.run, story).result()
