"""`make run`: everything starts, comes back when it dies, and leaves nothing behind."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.error import HTTPError

import pytest

from tests.running import AS_INSTALLED, free_port, wait_until
from tests.runtime.families import Born, alive, described, everybody, offspring
from tests.runtime.test_servers import ADDRESSES
from verify_project.runtime.places import CHECKOUT, RuntimeProblem
from verify_project.runtime.site import check_port, stream_port, welcome_text

READY_WITHIN = 90.0  # seconds; with a busy machine and every migration


@dataclass
class Site:
    """A running `manage.py up`."""

    process: subprocess.Popen[bytes]
    log: Path
    port: int
    data: Path

    def said(self) -> str:
        """Its log so far."""
        return self.log.read_text(errors="replace")

    def is_ready(self) -> bool:
        """Has it printed the block with the addresses?"""
        return "Claim Desk is ready" in self.said() or self.process.poll() is not None

    def family(self) -> set[Born]:
        """Every process it has started, and those they have started."""
        return offspring(self.process.pid)

    def get(self, path: str) -> int:
        """Status of a page."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as response:
            return int(response.status)


class Start(Protocol):
    """Starts the whole site, or starts it again with the data that it left."""

    def __call__(self) -> Site: ...


@pytest.fixture
def start() -> Iterator[Start]:
    """A starter of the site with data of its own; what a test did not end is killed."""
    made = Path(tempfile.mkdtemp(prefix="site-", dir="/tmp"))
    made.chmod(0o711)
    environment = {name: value for name, value in os.environ.items() if name not in ADDRESSES}
    environment |= AS_INSTALLED | {"CLAIMDESK_DATA": str(made / "data"), "WEB_WORKERS": "1"}
    with ExitStack() as ending:
        ending.callback(shutil.rmtree, made, ignore_errors=True)

        def started() -> Site:
            port, log = free_port(), Path(tempfile.mkstemp(dir=made, prefix="log-")[1])
            with log.open("wb") as file:
                process = subprocess.Popen(
                    [sys.executable, "manage.py", "up"],
                    cwd=CHECKOUT,
                    env=environment | {"PORT": str(port), "STREAM_PORT": str(free_port())},
                    stdout=file,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            site = Site(process, log, port, made / "data")
            ending.callback(killed, site)
            wait_until(site.is_ready, within=READY_WITHIN)
            assert site.is_ready(), site.said()
            return site

        yield started


def killed(site: Site) -> None:
    """End what still runs of it."""
    family = site.family()
    site.process.kill()
    site.process.wait()
    wait_until(lambda: not alive(family), within=20)


@pytest.mark.slow
def test_whatever_dies_comes_back_ctrl_c_ends_them_all_and_so_does_the_death_of_their_keeper(start: Start) -> None:
    site = start()
    assert site.get("/healthz") == 200
    assert ready(site)
    assert site.get("/metrics") == 200
    with pytest.raises(HTTPError, match="Unauthorized") as led_on:
        site.get("/api/v1/events/stream")
    assert led_on.value.url.endswith("/api/v1/events/stream")
    assert f":{site.port}/" not in led_on.value.url
    led_on.value.close()
    for program, name in ((b"gunicorn", "web"), (b"postgres", "database"), (b"valkey", "broker")):
        born = child(site, program)
        os.kill(born[0], signal.SIGKILL)
        back = wait_until(lambda born=born, of=program: child(site, of) not in {(0, 0), born}, within=READY_WITHIN)
        assert back, site.said()
        wait_until(lambda: ready(site), within=READY_WITHIN)
        assert ready(site), site.said()
        assert f"{name:<9} | ended with status -9; starting it again" in site.said()
    family = site.family()
    assert len(family) > 8  # web, workers with their pools, beat, the servers with theirs
    site.process.send_signal(signal.SIGINT)
    assert site.process.wait(40) == 0, site.said()
    assert not alive(family), described(family)
    assert "everything has ended" in site.said()

    again = start()
    family = again.family()
    assert len(family) > 8
    again.process.kill()
    wait_until(lambda: not alive(family), within=20)
    assert not alive(family), described(family)


def child(site: Site, program: bytes) -> Born:
    """A child of the site that runs this program; (0, 0) while there is none."""
    children = (born for born, parent in everybody() if parent == site.process.pid)
    return next((born for born in children if program in Path(f"/proc/{born[0]}/cmdline").read_bytes()), (0, 0))


def ready(site: Site) -> bool:
    """Does the site reach its database?"""
    try:
        return site.get("/readyz") == 200
    except OSError:
        return False


def test_a_port_in_use_gets_one_sentence_with_the_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(RuntimeProblem, match=f"Port {port} cannot be used .*make run PORT=8001"):
            check_port(port)


def test_the_stream_has_a_port_beside_that_of_the_pages_or_the_one_that_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("STREAM_PORT", raising=False)
    assert [stream_port(port) for port in (8000, 8001, 65500)] == [8100, 8101, 65400]
    monkeypatch.setenv("STREAM_PORT", "9000")
    assert stream_port(8000) == 9000
    with pytest.raises(RuntimeProblem, match="PORT and STREAM_PORT are both 9000"):
        stream_port(9000)
    monkeypatch.setenv("STREAM_PORT", "here")
    with pytest.raises(RuntimeProblem, match="STREAM_PORT must be a number; this says here"):
        stream_port(8000)
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(RuntimeProblem, match="cannot be used .*make run STREAM_PORT=8101"),
    ):
        check_port(taken.getsockname()[1], "STREAM_PORT")


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_a_port_that_cannot_be_is_one_sentence(port: int) -> None:
    with pytest.raises(RuntimeProblem, match="PORT must be between 1 and 65535"):
        check_port(port)


def test_the_welcome_says_where_to_go_and_how_to_get_in() -> None:
    text = welcome_text(8123, "editor / words\nkey vk_1_x", 4.2)
    for words in (
        "127.0.0.1:8123/admin/",
        "127.0.0.1:8123/desk/",
        "127.0.0.1:8123/api/docs",
        "editor / words",
        "vk_1_x",
    ):
        assert words in text
