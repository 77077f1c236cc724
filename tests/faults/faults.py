"""What goes wrong, each as something done to a running site. Some of them mend themselves, the rest `mend` heals."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable

from tests.faults.site import Part, Site

Fault = Callable[[Site, random.Random], None]


def any_part(site: Site, chance: random.Random) -> Part:
    """One of the product's processes."""
    return site.parts[chance.choice(sorted(site.parts))]


def kill(site: Site, chance: random.Random) -> None:
    """kill -9 for a process and all it started; it is started again."""
    part = any_part(site, chance)
    part.kill()
    time.sleep(chance.uniform(0, 0.5))
    part.start()


def kill_child(site: Site, chance: random.Random) -> None:
    """kill -9 for a child of the web or a worker, which the product itself replaces."""
    site.parts[chance.choice(["web", "worker", "slow", "deadlines", "deadlines-2"])].kill_child()


def freeze(site: Site, chance: random.Random) -> None:
    """SIGSTOP for a while: whoever wakes up again believes that no time has passed."""
    part = any_part(site, chance)
    part.signal_all(signal.SIGSTOP)
    time.sleep(chance.uniform(0.3, 3))
    part.signal_all(signal.SIGCONT)


def stop_postgres(site: Site, chance: random.Random) -> None:
    """PostgreSQL goes without a checkpoint, or as in a power cut, and recovers."""
    chance.choice([site.stop_immediately, site.power_cut])()
    time.sleep(chance.uniform(0, 1))
    site.cluster.start()


def cut_postgres(site: Site, chance: random.Random) -> None:
    """Every connection to PostgreSQL ends at once."""
    del chance
    site.database.tell("cut")


def silence_postgres(site: Site, chance: random.Random) -> None:
    """The network to PostgreSQL carries nothing for a while, then the connections are gone."""
    site.database.tell("hold")
    time.sleep(chance.uniform(0.3, 2))
    site.database.tell("cut")


def empty_broker(site: Site, chance: random.Random) -> None:
    """Everything in the broker is deleted."""
    del chance
    with site.broker_client() as broker:
        broker.flushall()


def silence_broker(site: Site, chance: random.Random) -> None:
    """The broker answers nothing for a while."""
    site.messages.tell("hold")
    time.sleep(chance.uniform(1, 4))
    site.messages.tell(chance.choice(["pass", "cut"]))


def stop_beats(site: Site, chance: random.Random) -> None:
    """No beat at all for a while."""
    beats = [site.parts["beat"], site.parts["beat-2"]]
    for beat in beats:
        beat.kill()
    time.sleep(chance.uniform(1, 3))
    for beat in beats:
        beat.start()


FAULTS: dict[str, Fault] = {
    fault.__name__: fault
    for fault in (
        kill,
        kill_child,
        freeze,
        stop_postgres,
        cut_postgres,
        silence_postgres,
        empty_broker,
        silence_broker,
        stop_beats,
    )
}
