"""The database and the broker a command runs on: given, already running, or started here."""

import fcntl
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TextIO

from verify_project.runtime import places, processes
from verify_project.runtime.places import RuntimeProblem, Server, Servers
from verify_project.runtime.postgres import Cluster
from verify_project.runtime.valkey import Broker


@contextmanager
def servers(*, throwaway: bool = False) -> Iterator[Servers]:
    """Yield the addresses to use: those of the environment first, then this checkout's own.

    With `throwaway` new servers run in a temporary directory that is removed at the end, and
    the environment's addresses are left alone: tests must not meet a database of value.
    """
    if throwaway:
        with _temporary() as found:
            yield found
        return
    given = _from_environment()
    if given.database_url and given.broker_url:
        yield given
        return
    with _of_this_checkout(given) as found:
        yield found


def broker_in_environment() -> str:
    """BROKER_URL, or REDIS_URL where a host names it so."""
    return os.environ.get("BROKER_URL") or os.environ.get("REDIS_URL") or ""


def _from_environment() -> Servers:
    return Servers(os.environ.get("DATABASE_URL", ""), broker_in_environment())


@contextmanager
def _temporary() -> Iterator[Servers]:
    """Servers in a temporary directory, faster because they need not survive a power cut."""
    home = places.socket_directory()
    home.chmod(0o711)
    try:
        with _started(home, throwaway=True, given=Servers("", "")) as found:
            yield found
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _of_this_checkout(given: Servers) -> Iterator[Servers]:
    """Share the servers of this checkout: whoever comes first starts them and ends last."""
    data = places.make_private(places.data_directory(), mode=0o711)
    with _lock_file(data / "starting.lock") as starting, _lock_file(data / "using.lock") as using:
        fcntl.flock(starting, fcntl.LOCK_EX)
        if running := places.running_servers():
            fcntl.flock(using, fcntl.LOCK_SH)
            fcntl.flock(starting, fcntl.LOCK_UN)
            yield running
            return
        _sweep_up()
        with places.keeping(), _started(data, throwaway=False, given=given) as found:
            places.announce(found)
            fcntl.flock(starting, fcntl.LOCK_UN)
            try:
                yield found
            finally:
                fcntl.flock(starting, fcntl.LOCK_EX)
                _wait_for_others(using)


def _lock_file(path: Path) -> TextIO:
    try:
        return path.open("w")
    except OSError as error:
        raise RuntimeProblem(
            f"Cannot write {path} ({error.strerror}): "
            "give the folder back to yourself, or set CLAIMDESK_DATA to another."
        ) from error


def _sweep_up() -> None:
    """Remove the socket directory of a supervisor that was killed."""
    last = places.last_announced()
    if last and Path(last.sockets).name.startswith(places.SOCKETS_PREFIX):
        shutil.rmtree(last.sockets, ignore_errors=True)


def _wait_for_others(using: TextIO) -> None:
    """Hold the servers until the commands that share them have ended."""
    try:
        fcntl.flock(using, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("Another command still uses these servers; they stop when it ends.", file=sys.stderr)
        fcntl.flock(using, fcntl.LOCK_EX)


@contextmanager
def _started(home: Path, *, throwaway: bool, given: Servers) -> Iterator[Servers]:
    """Start what the environment does not name; stop it at the end, the database last."""
    account = processes.server_account()
    with ExitStack() as running:
        sockets = places.socket_directory()
        running.callback(shutil.rmtree, sockets, ignore_errors=True)
        if account:
            account.give(sockets)
        database_url, broker_url = given.database_url, given.broker_url
        started: list[Server] = []
        if not database_url:
            cluster = Cluster(home / "postgres", sockets, throwaway, account)
            running.callback(cluster.stop)
            cluster.start()
            database_url = cluster.url
            started.append(cluster)
        if not broker_url:
            broker = Broker(home / "valkey", sockets, account)
            running.callback(broker.stop)
            broker.start()
            broker_url = broker.url
            started.append(broker)
        yield Servers(database_url, broker_url, str(sockets), tuple(started))


def clean_data() -> str:
    """Remove this checkout's data and say so. Raises RuntimeProblem while it is in use."""
    if places.running_servers():
        raise RuntimeProblem("The servers are running: end `make run` first.")
    data = places.data_directory()
    if not data.exists():
        return f"There is no data in {data}."
    shutil.rmtree(data)
    return f"Removed {data}."
