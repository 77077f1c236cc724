"""The product's own processes on servers of their own, each of which can be broken and mended.

Two hosts' worth: web and ordinary worker, and two of beat, deadline worker and sender of webhooks each; the slow
worker, which reads pages and sends letters, is of the second host. That one's clock can be wrong, where a compiler is
found. Servers are reached over proxies; pages, mail and the receiver of webhooks are served by the run itself.
Everything is ended by its process id.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import psycopg
import redis

from tests.faults.far import Far, far_away
from tests.faults.wallclock import clock_off_by
from tests.running import free_port
from verify_project.runtime import places, processes
from verify_project.runtime.places import CHECKOUT, Servers
from verify_project.runtime.postgres import Cluster
from verify_project.runtime.processes import before_exec
from verify_project.runtime.site import answers, children, environment_of_children
from verify_project.runtime.valkey import Broker

READY_WITHIN = 90.0
APP, HURRIED = "verify_project", "tests.faults.hurried"  # as which app a beat and a sender of webhooks run
HURRY = frozenset({"beat", "webhooks"})


@dataclass
class Part:
    """One process of the product with whatever it starts; in a session of its own."""

    name: str
    command: Sequence[str | Path]
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it. From the main thread only: the kernel ends the child with the thread."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=CHECKOUT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=before_exec(signal.SIGKILL),
            )

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def signal_all(self, sign: signal.Signals) -> None:
        """Send a signal to it and all it started."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, sign)
            except ProcessLookupError:
                return

    def kill(self) -> None:
        """kill -9 for it and all it started at once."""
        self.signal_all(signal.SIGKILL)
        if self.process is not None:
            self.process.wait()

    def kill_child(self) -> bool:
        """kill -9 for one process it started, as the kernel does when memory runs out; False when there is none."""
        if self.process is None:
            return False
        children = children_of(self.process.pid)
        if children:
            os.kill(children[0], signal.SIGKILL)
        return bool(children)


def children_of(pid: int) -> list[int]:
    """Process ids of the direct children."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(words[1]) == pid:
            found.append(int(stat.parent.name))
    return sorted(found)


@dataclass
class Gate:
    """A proxy in front of one server."""

    port: int
    control: int

    def tell(self, line: str) -> dict[str, int]:
        """Send one command; answers how things stand."""
        with socket.create_connection(("127.0.0.1", self.control), 5) as talk:
            talk.sendall(f"{line}\n".encode())
            with talk.makefile() as answer:
                told: dict[str, int] = json.loads(answer.readline())
        return told


@dataclass
class Site:
    """All of it, running."""

    home: Path
    cluster: Cluster
    broker: Broker
    database: Gate
    messages: Gate
    far: Far
    port: int = field(default_factory=free_port)
    parts: dict[str, Part] = field(default_factory=dict)

    @property
    def direct(self) -> dict[str, str]:
        """Environment that reaches the servers past the proxies."""
        return environment_of_children(Servers(self.cluster.url, self.broker.url)) | {
            "CLAIMDESK_DATA": str(self.home),
            "PYTHONPATH": str(CHECKOUT),
            "WEBHOOK_DOORS": f"127.0.0.1:{self.far.hooks_port}",
        }

    @property
    def proxied(self) -> dict[str, str]:
        """Environment of the product's processes: both servers over TCP, through the proxies."""
        return self.direct | {
            "DATABASE_URL": f"postgres://postgres@127.0.0.1:{self.database.port}/claimdesk",
            "BROKER_URL": f"redis://127.0.0.1:{self.messages.port}/0",
            "WEB_WORKERS": "1",
            "WORKER_SLOTS": "1",
            "SLOW_SLOTS": "2",
            **self.far.environment,
        }

    def manage(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        """Run a program of the product to its end, past the proxies and without any mutant."""
        line = [sys.executable, *words]
        return subprocess.run(line, cwd=CHECKOUT, env=self.direct, capture_output=True, text=True, check=False)

    def start(self, extra: dict[str, str], clock_ahead: float) -> None:
        """Start the product's processes, as `make run` does, and the second host with its clock (seconds ahead)."""
        ahead = clock_off_by(clock_ahead, self.home) if clock_ahead else {}
        for child in children(self.proxied | extra, self.port):
            there = child.environment | (ahead if child.name == "slow" else {})
            command = [HURRIED if word == APP and child.name in HURRY else word for word in child.command]
            self._keep(Part(child.name, command, there, self.home / f"{child.name}.log"))
            if child.name in {"deadlines", "webhooks", "beat"}:
                part = self.parts[child.name]
                command = [self._second(str(word)) for word in part.command]
                name = f"{child.name}-2"
                log = self.home / f"{name}.log"
                self._keep(replace(part, name=name, command=command, environment=part.environment | ahead, log=log))
        for part in self.parts.values():
            part.start()
        self.wait_until_ready()

    def _keep(self, part: Part) -> None:
        self.parts[part.name] = part

    def _second(self, word: str) -> str:
        folder = {str(self.home / "beat"): str(self.home / "beat-2")}
        return folder.get(word, word.replace("@%h", "-2@%h"))

    def wait_until_ready(self) -> None:
        """Wait until the web answers, every worker is ready and a sweep has run."""
        until = time.monotonic() + READY_WITHIN
        while not self._is_ready():
            if time.monotonic() > until:
                raise TimeoutError(f"the site never became ready:\n{self.last_words()}")
            time.sleep(0.2)

    def _is_ready(self) -> bool:
        workers = [part for name, part in self.parts.items() if "worker" in part.command]
        swept = self.one("SELECT count(*) FROM claims_heartbeat") > 0
        return swept and answers(self.port) and all("ready." in part.log.read_text() for part in workers)

    def last_words(self) -> str:
        """The ends of all logs."""
        return "\n".join(f"{part.name}: {part.log.read_text()[-600:]}" for part in self.parts.values())

    def one(self, sql: str) -> int:
        """A number from the database, past the proxies."""
        with psycopg.connect(self.cluster.url) as connection:
            row = connection.execute(sql).fetchone()
        return int(row[0]) if row else 0

    def broker_client(self) -> redis.Redis:
        """A client of the broker, past the proxy."""
        return redis.Redis(unix_socket_path=str(self.broker.socket))

    def mend(self) -> None:
        """Heal everything: servers up, bytes flowing, processes awake and running."""
        self.far.mend()
        for gate in (self.database, self.messages):
            gate.tell("pass")
        for part in self.parts.values():
            part.signal_all(signal.SIGCONT)
            if not part.is_running:
                part.start()

    def end(self) -> None:
        """End every process of the product."""
        for part in self.parts.values():
            part.kill()

    def power_cut(self) -> None:
        """End PostgreSQL as a power cut does: the parent stopped first, then every process at once."""
        parent = self.cluster.process
        if parent is None:
            return
        parent.send_signal(signal.SIGSTOP)
        for pid in [*children_of(parent.pid), parent.pid]:
            os.kill(pid, signal.SIGKILL)
        parent.wait()
        (self.cluster.data / "postmaster.pid").unlink(missing_ok=True)

    def stop_immediately(self) -> None:
        """PostgreSQL's immediate shutdown: no checkpoint, recovery at the next start."""
        if self.cluster.process is not None:
            processes.stop(self.cluster.process, signal.SIGQUIT, within=20)


@contextmanager
def a_site() -> Iterator[Site]:
    """Servers, tables and proxies; the product is started by the caller. All of it ends with the block."""
    home = places.socket_directory()
    home.chmod(0o711)
    sockets = places.socket_directory()
    with ExitStack() as ends, environment(CLAIMDESK_DATA=str(home)):
        for folder in (home, sockets):
            ends.callback(shutil.rmtree, folder, ignore_errors=True)
        account = processes.server_account()
        if account:
            account.give(sockets)
        cluster = Cluster(home / "postgres", sockets, throwaway=True, account=account)
        broker = Broker(home / "valkey", sockets, account)
        for server in (cluster, broker):
            ends.callback(server.stop)
            server.start()
        database, messages = (_gate(ends, home, where) for where in (sockets / ".s.PGSQL.5432", broker.socket))
        site = Site(home, cluster, broker, database, messages, ends.enter_context(far_away()))
        ends.callback(site.end)
        yield site


@contextmanager
def environment(**named: str) -> Iterator[None]:
    """These variables are set inside the block."""
    before = {name: os.environ.get(name) for name in named}
    os.environ.update(named)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def _gate(ends: ExitStack, home: Path, where: Path) -> Gate:
    gate = Gate(free_port(), free_port())
    command = [sys.executable, "-m", "tests.faults.proxy", str(gate.port), str(where), str(gate.control)]
    proxy = Part(where.name, command, dict(os.environ), home / f"proxy{where.suffix}.log")
    proxy.start()
    ends.callback(proxy.kill)
    until = time.monotonic() + 20
    while "ready" not in proxy.log.read_text() and time.monotonic() < until:
        time.sleep(0.05)
    return gate
