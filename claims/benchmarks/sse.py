"""P12: what an open live stream costs one process, in time and memory, and how soon all of them are told.

Peer: each client asks `GET /events?after=…` once a second, counted without any server in front of it. Limit: writing
the same bytes to as many connections, and nothing else. The listeners are in another process, half people, half keys.
"""

from __future__ import annotations

import json
import logging
import os
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from django.db import connection, transaction
from django.test import Client

from claims.benchmarks.report import Report, load, middle
from claims.benchmarks.scratch import ENDS, EVENTS, fill, scratch_database
from claims.exports.feed import cursor_of
from claims.models import ClaimEvent, Desk, DeskRole, Membership, Scope, User
from claims.permissions import Viewer, viewer_for_key, viewer_for_user
from claims.services.keys import make_key
from claims.services.tickets import issue_ticket

FLOOR, GOAL = 2_000, 10_000
EACH = 50  # streams of one viewer
CLAIMS = 100
SECONDS = 12  # with a hint a second for everybody, and as long without
POLLS = 200
SOON = 5.0  # seconds
LINE = b'60\r\nid: 1000000-1000000\nevent: org.claimdesk.claim.late.v1\ndata: {"type":"claim.late","claim":1}\n\n\r\n'
SPARE = 200  # open files that are no streams


@dataclass(frozen=True)
class Measured:
    """What was seen of one process: seconds of a core a second, KiB a stream, delays of hints in seconds."""

    served: int
    seconds_to_open: float
    kib_each: float
    quiet: float
    busy: float
    delays: list[float]


def run(*, n: int) -> Report:
    """`n` clients on one process. Raises `ValueError` for too few, and for more than this machine lets one hold."""
    if not 100 <= n <= 15_000:
        raise ValueError("100 to 15,000 clients (--n).")
    _make_room(n + SPARE)
    with scratch_database():
        fill(CLAIMS)
        key, viewers = _viewers(n)
        with _stream() as (process, port):
            measured = _measure(process.pid, port, n, viewers)
        return _report(n, measured, _polling(key), _writing())


def _measure(pid: int, port: int, n: int, viewers: list[Viewer]) -> Measured:
    before = _memory(pid)
    with _listeners(port) as ears:
        for number in range(n):
            _say(ears, issue_ticket(viewers[number % len(viewers)])[0])
        begun = time.monotonic()
        _say(ears, "")
        served = int(_heard(ears).split()[1])
        opened = time.monotonic() - begun
        kib = (_memory(pid) - before) / max(1, served)
        used = _used(pid)
        time.sleep(SECONDS)
        quiet = (_used(pid) - used) / SECONDS
        used = _used(pid)
        told = dict(_happen() for _ in range(SECONDS))
        busy = (_used(pid) - used) / SECONDS
        time.sleep(SOON)
        _say(ears, "end")
        came: dict[str, list[float]] = json.loads(_heard(ears))
    if missing := [cursor for cursor in told if len(came.get(cursor, [])) != served]:
        raise RuntimeError(f"{len(missing)} of {len(told)} hints did not reach everybody.")
    delays = sorted(moment - told[cursor] for cursor in told for moment in came[cursor])
    return Measured(served, opened, kib, quiet, busy, delays)


def _make_room(files: int) -> None:
    """Let this process and those it starts hold so many connections. Raises `ValueError` where that may not be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < files:
        raise ValueError(f"One process may have {hard} files open here, and this needs {files}: raise `ulimit -Hn`.")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, files), hard))


def _viewers(n: int) -> tuple[str, list[Viewer]]:
    """Half of them people of the desk, half keys, each for `EACH` streams; and the secret of one key."""
    desk, found, shown = Desk.objects.get(), list[Viewer](), ""
    for number in range(-(-n // EACH)):
        if number % 2:
            user = User.objects.create(username=f"person-{number}", password="!")  # noqa: S106 - no password at all
            Membership.objects.create(user=user, desk=desk, role=DeskRole.REVIEWER)
            found.append(viewer_for_user(user))
        else:
            key, shown = make_key(name=f"key-{number}", scopes=[Scope.EVENTS_READ])
            found.append(viewer_for_key(key))
    return shown, found


@contextmanager
def _stream() -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """The live stream's own process on this database, ready."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    words = [sys.executable, "-m", "verify_project.stream", "--port", str(port)]
    environment = os.environ | {"DATABASE_URL": urlunsplit(address)}
    with subprocess.Popen(words, env=environment, stdin=subprocess.DEVNULL) as process:  # noqa: S603 - our own words
        try:
            while process.poll() is None and not _answers(port):
                time.sleep(0.1)
            yield process, port
        finally:
            process.terminate()


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


@contextmanager
def _listeners(port: int) -> Iterator[subprocess.Popen[str]]:
    words = [sys.executable, "-m", "claims.benchmarks.listeners", str(port)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - as above
        try:
            yield process
        finally:
            process.terminate()


def _say(process: subprocess.Popen[str], line: str) -> None:
    if process.stdin is not None:
        process.stdin.write(f"{line}\n")
        process.stdin.flush()


def _heard(process: subprocess.Popen[str]) -> str:
    if process.stdout is None:
        raise RuntimeError("The listeners have no pipe.")
    return process.stdout.readline()


def _happen() -> tuple[str, float]:
    """Something happens to a claim that everybody sees; its cursor, and when it was there. A second goes by."""
    begun = time.monotonic()
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in (EVENTS, ENDS):
            cursor.execute(statement, {"first": 1, "last": 1})
    then = time.monotonic()
    event = ClaimEvent.objects.latest("pk")
    time.sleep(max(0.0, begun + 1 - time.monotonic()))
    return cursor_of((event.tx, event.pk)), then


def _memory(pid: int) -> int:
    """KiB that a process holds for itself."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_Dirty:"))


def _used(pid: int) -> float:
    """Seconds of a core that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _polling(key: str) -> float:
    """Seconds of a core for one poll of the feed that finds nothing, without a server and without the database's."""
    client, headers = Client(SERVER_NAME="localhost"), {"Authorization": f"Bearer {key}"}
    after = client.get("/api/v1/events?limit=1", headers=headers).json()["cursor"]
    logging.disable(logging.INFO)  # a line for each would cost more than the answer
    begun = time.process_time()
    for _ in range(POLLS):
        if client.get(f"/api/v1/events?after={after}", headers=headers).status_code != 200:
            raise RuntimeError("The feed cannot be polled.")
    used = time.process_time() - begun
    logging.disable(logging.NOTSET)
    return used / POLLS


def _writing() -> float:
    """Seconds of a core to write one hint to one connection, by the bare system call."""
    times = []
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as near,
        server.accept()[0] as far,
    ):
        for _ in range(50):
            begun = time.process_time()
            for _ in range(50):
                near.send(LINE)
            times.append((time.process_time() - begun) / 50)
            far.recv(1 << 20)
    return middle(times)


def _report(n: int, seen: Measured, peer: float, limit: float) -> Report:
    ours = seen.busy / max(1, seen.served)
    return Report(
        name="sse",
        n=n,
        ours=ours,
        peer=peer,
        limit=limit,
        ratio_to_peer=round(peer / ours, 1),
        ratio_to_limit=round(limit / ours, 2),
        floor=f"{FLOOR:,} clients on one process, all of them told within 5 seconds",
        goal=f"{GOAL:,} clients at 22 % of a core and 11 KiB each",
        passed=seen.served == n >= FLOOR and seen.delays[-1] < SOON,
        load=load(),
        more={
            "clients": seen.served,
            "opened_a_second": round(seen.served / seen.seconds_to_open),
            "kib_each": round(seen.kib_each, 1),
            "core_percent_when_quiet": round(100 * seen.quiet, 1),
            "core_percent_with_a_hint_a_second_for_all": round(100 * seen.busy, 1),
            "hint_seconds_median": round(middle(seen.delays), 2),
            "hint_seconds_last": round(seen.delays[-1], 2),
        },
    )
