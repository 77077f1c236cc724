"""Real workers on a real broker: they sweep, and they come back when the broker does.

Other versions of Celery, kombu and redis-py have been seen to exit, or to live on and hear
nothing, after the loss of the broker. Their pins are lifted together, and only if this passes.
"""

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import pytest

from claims.models import Heartbeat
from tests.conftest import StartCelery
from tests.running import beat_words, started, wait_until, worker_words
from tests.runtime.families import alive, described, everybody, offspring
from verify_project.runtime import places, processes
from verify_project.runtime.valkey import Broker

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


BROKER_AWAY = 4.0  # seconds: long enough for the worker to notice while its task still runs
RECOVERED = 8.0  # seconds: more than the tick that was running could account for


def last_sweep() -> datetime | None:
    """When a sweep last left its heartbeat."""
    return Heartbeat.objects.filter(name="sweep").values_list("ran_at", flat=True).first()


@pytest.fixture
def broker() -> Iterator[Broker]:
    """A broker of this test's own, to be killed."""
    account, home, sockets = processes.server_account(), places.socket_directory(), places.socket_directory()
    home.chmod(0o711)
    if account:
        account.give(sockets)
    broker = Broker(home / "valkey", sockets, account)
    broker.start()
    yield broker
    broker.stop()


def test_beat_and_a_worker_sweep_by_themselves(celery_worker_process: StartCelery) -> None:
    worker = celery_worker_process(beat=True)
    wait_until(lambda: last_sweep() is not None, within=20)
    assert last_sweep() is not None, worker.said()


def test_a_worker_survives_the_broker_killed_while_a_task_runs(broker: Broker, tmp_path: Path) -> None:
    environment = {"BROKER_URL": broker.url}
    words = worker_words(queues="deadlines", slots=1, name="survivor")
    with ExitStack() as running:
        worker = running.enter_context(started(words, tmp_path / "worker.log", **environment))
        running.enter_context(started(beat_words(tmp_path / "beat"), tmp_path / "beat.log", **environment))
        wait_until(lambda: last_sweep() is not None, within=40)
        assert broker.process, "the fixture has started it"
        broker.process.kill()  # the sweep sleeps inside its tick: a task is running
        broker.process.wait()
        time.sleep(BROKER_AWAY)
        seen = last_sweep()
        assert seen is not None, worker.said()
        broker.start()
        wait_until(lambda: sweeps_again(since=seen), within=60)
        assert worker.process.poll() is None, worker.said()
        assert sweeps_again(since=seen), worker.said()


KEEPER = """
import os
from verify_project.runtime.site import children
from verify_project.runtime.supervisor import supervise
(deadlines,) = [child for child in children(dict(os.environ), 8000) if child.name == "deadlines"]
supervise([deadlines], is_ready=lambda: False, when_ready=lambda: None)
"""


def test_a_worker_ends_when_its_keeper_is_killed_even_one_that_stands_still(broker: Broker, tmp_path: Path) -> None:
    with started([sys.executable, "-c", KEEPER], tmp_path / "keeper.log", BROKER_URL=broker.url) as keeper:
        keeper.wait_for(" ready.")
        family = offspring(keeper.process.pid)
        assert len(family) >= 2  # the worker and its pool
        (worker,) = (pid for (pid, _), parent in everybody() if parent == keeper.process.pid)
        os.kill(worker, signal.SIGSTOP)
        keeper.kill()
        assert wait_until(lambda: not alive(family), within=20), described(family)


def sweeps_again(*, since: datetime) -> bool:
    """Has a tick run that was sent after the broker came back, not only the one that was running?"""
    last = last_sweep()
    return last is not None and (last - since).total_seconds() > RECOVERED
