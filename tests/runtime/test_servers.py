"""Our own PostgreSQL and Valkey: private, durable, shared in one checkout, gone with their keeper."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.running import wait_until
from verify_project.runtime import places
from verify_project.runtime.places import CHECKOUT, RuntimeProblem
from verify_project.runtime.postgres import Cluster
from verify_project.runtime.servers import clean_data, servers

pytestmark = pytest.mark.slow
ADDRESSES = ("DATABASE_URL", "BROKER_URL", "REDIS_URL")


@contextmanager
def long_path() -> Iterator[Path]:
    """A data directory that is not there yet, in a path too long for sockets."""
    with tempfile.TemporaryDirectory(dir="/tmp") as made:
        Path(made).chmod(0o711)
        deep = Path(made) / ("deep" * 30) / ("down" * 10)
        deep.parent.mkdir(mode=0o711)
        yield deep


def is_ours(data: Path, patch: pytest.MonkeyPatch) -> Path:
    """Make it this checkout's, with no address in the environment."""
    patch.setenv("CLAIMDESK_DATA", str(data))
    for name in ADDRESSES:
        patch.delenv(name, raising=False)
    return data


@pytest.fixture
def data(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Another data directory, not there yet, and no address in the environment."""
    with long_path() as path:
        yield is_ours(path, monkeypatch)


@pytest.fixture(scope="module")
def begun() -> Iterator[Path]:
    """A data directory that was used before: making a cluster takes longer than all that is asked of it."""
    with long_path() as path:
        with pytest.MonkeyPatch.context() as patch:
            is_ours(path, patch)
            with servers():
                pass
        yield path


@pytest.fixture
def kept(begun: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same, as the test before left it: each leaves it whole."""
    assert living([str(begun)]) == []
    return is_ours(begun, monkeypatch)


def ask(url: str, sql: str) -> list[tuple[object, ...]]:
    """Run one statement and return its rows, if it has any."""
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(sql.encode())
        return cursor.fetchall() if cursor.description else []


def runtime(*words: str) -> subprocess.Popen[str]:
    """Start `python -m verify_project.runtime …`."""
    line = [sys.executable, "-m", "verify_project.runtime", *words]
    pipe = subprocess.PIPE
    return subprocess.Popen(line, cwd=CHECKOUT, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


def living(marks: list[str]) -> list[str]:
    """Command lines of living processes that name one of these."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if any(mark in line for mark in marks) and entry.parent.name != str(os.getpid()):
            found.append(line)
    return found


def test_data_stays_from_one_start_to_the_next(data: Path) -> None:
    with servers() as found:
        ask(found.database_url, "create table kept as select 42 as n")
    with servers() as found:
        assert ask(found.database_url, "select n from kept") == [(42,)]
    assert clean_data() == f"Removed {data}."
    assert not data.exists()


def test_a_second_command_shares_the_servers_of_the_first(kept: Path) -> None:
    with servers() as found:
        second = runtime("with", "--", sys.executable, "-c", "import os; print(os.environ['DATABASE_URL'])")
        output, _ = second.communicate(timeout=30)
        assert output.strip() == found.database_url
        with pytest.raises(RuntimeProblem, match="end `make run` first"):
            clean_data()
    assert places.running_servers() is None
    assert kept.exists()


def test_the_first_command_waits_for_those_that_share_its_servers(kept: Path) -> None:
    assert kept
    asks = "import os, psycopg; input(); psycopg.connect(os.environ['DATABASE_URL']).close(); print('asked')"
    with servers():
        second = runtime("with", "--", sys.executable, "-uc", f"print('started'); {asks}")
        assert second.stdout
        assert second.stdout.readline() == "started\n"
        threading.Timer(0.5, second.communicate, ["go\n"]).start()
    with second:
        assert second.wait(30) == 0


def test_no_server_outlives_a_killed_keeper(kept: Path) -> None:
    keeper = runtime("with", "--", "sh", "-c", "echo $DATABASE_URL; exec sleep 60")
    assert keeper.stdout
    url = keeper.stdout.readline().strip()
    ask(url, "create table if_killed as select 1 as n")
    sockets = re.sub(r".*host=", "", url)
    assert living([str(kept), sockets])
    keeper.kill()
    keeper.communicate()
    wait_until(lambda: not living([str(kept), sockets]), within=10)
    assert living([str(kept), sockets]) == []
    with servers() as found:
        assert ask(found.database_url, "select n from if_killed") == [(1,)]
        assert not Path(sockets).exists()


def test_the_exit_status_of_the_command_is_passed_on(kept: Path) -> None:
    assert kept
    with runtime("with", "--", "sh", "-c", "exit 7") as command:
        assert command.wait(30) == 7


def test_a_signal_to_the_wrapper_ends_command_and_servers(kept: Path) -> None:
    wrapper = runtime("with", "--", "sh", "-c", "echo $DATABASE_URL; exec sleep 60")
    assert wrapper.stdout
    wrapper.stdout.readline()
    wrapper.send_signal(signal.SIGTERM)
    wrapper.communicate(timeout=30)
    assert living([str(kept)]) == []


SIGNALLED_AT_A_FORK = """
import os, signal, sys
from verify_project.runtime.__main__ import main

os.register_at_fork(after_in_parent=lambda: os.kill(os.getpid(), signal.SIGTERM))
sys.argv = ["runtime", "with", "--", "sleep", "60"]
sys.exit(main())
"""


def test_a_signal_to_the_wrapper_is_not_lost_while_it_starts_its_command(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert data
    for name, given in (("DATABASE_URL", "postgres://db.example.org/x"), ("BROKER_URL", "redis://broker.example.org")):
        monkeypatch.setenv(name, given)
    ended = subprocess.run([sys.executable, "-c", SIGNALLED_AT_A_FORK], cwd=CHECKOUT, timeout=30, check=False)
    assert ended.returncode == 128 + signal.SIGTERM


def test_throwaway_servers_ignore_the_addresses_given(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://db.example.org/of_value")
    with servers(throwaway=True) as found:
        home = Path(found.sockets)
        assert ask(found.database_url, "select current_setting('fsync')") == [("off",)]
    assert not home.exists()
    assert not data.exists()


def test_the_data_of_another_major_version_is_not_touched(kept: Path) -> None:
    version = kept / "postgres" / "PG_VERSION"
    ours = version.read_text()
    version.write_text("17\n")
    with pytest.raises(RuntimeProblem, match="written by PostgreSQL 17"), servers():
        pytest.fail("it started on data it cannot read")
    version.write_text(ours)


def test_strangers_cannot_reach_the_sockets(kept: Path) -> None:
    assert kept
    with servers() as found:
        assert Path(found.sockets).stat().st_mode & 0o077 == 0


def test_no_binaries_gets_one_sentence(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verify_project.runtime.postgres._wheel_programs", lambda _: None)
    monkeypatch.setattr("verify_project.runtime.postgres._system_programs", lambda: None)
    with pytest.raises(RuntimeProblem, match="No PostgreSQL here"):
        Cluster(data / "postgres", data).programs.exists()


def test_data_that_cannot_be_written_gets_one_sentence(data: Path) -> None:
    (data / "starting.lock").mkdir(parents=True)
    with pytest.raises(RuntimeProblem, match=r"Cannot write .*starting\.lock .*CLAIMDESK_DATA"), servers():
        pass


def test_a_plain_user_needs_no_system_directory() -> None:
    if os.geteuid() != 0:
        pytest.skip("we are one: every other test here shows it")
    with tempfile.TemporaryDirectory(dir="/tmp") as made:
        home = Path(made)
        shutil.chown(home, "nobody")
        if subprocess.run(["test", "-x", sys.executable], user="nobody", extra_groups=[], check=False).returncode:
            pytest.skip("a plain user may not run this Python")
        done = subprocess.run(
            [sys.executable, "-m", "verify_project.runtime", "with", "--", "sh", "-c", "echo $DATABASE_URL"],
            cwd=CHECKOUT,
            user="nobody",
            extra_groups=[],
            capture_output=True,
            text=True,
            check=False,
            env={"PATH": os.environ["PATH"], "CLAIMDESK_DATA": str(home / "data"), "HOME": str(home)},
        )
        assert done.returncode == 0, done.stderr
        assert (home / "data/postgres/PG_VERSION").owner() == "nobody"


ORPHANED = """
import os
from verify_project import celery

def status(do):
    child = os.fork()
    if not child:
        os._exit(do())
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

def pool():
    celery.end_with_worker()
    return 0

celery.keep_pool()
print(status(pool), status(lambda: status(pool)))
"""


def test_a_process_of_a_pool_whose_worker_went_while_it_was_made_ends_at_once() -> None:
    done = subprocess.run([sys.executable, "-c", ORPHANED], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    assert done.stdout == "0 1\n"
