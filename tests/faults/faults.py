"""What goes wrong, each as something done to a running site. Some of them mend themselves, the rest `mend` heals."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable

import psycopg

from tests.faults.far import Mood, Temper
from tests.faults.site import Part, Site

Fault = Callable[[Site, random.Random], None]
CAUGHT_WITHIN = 2.0  # seconds in which somebody should come by who is to be caught
WAITING_ON_THE_LADDER = """
SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'INSERT INTO%claims_escalation%'
"""


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
    site.parts[
        chance.choice(["web", "worker", "slow", "webhooks", "webhooks-2", "deadlines", "deadlines-2"])
    ].kill_child()


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


def kill_on_the_ladder(site: Site, chance: random.Random) -> None:
    """kill -9 for whoever sweeps while a step of a ladder is being written: its statement waits for a lock of ours."""
    del chance
    try:
        with psycopg.connect(site.cluster.url) as lock:
            lock.execute("LOCK TABLE claims_escalation IN SHARE MODE")
            if caught(lambda: site.one(WAITING_ON_THE_LADDER) > 0):
                for name in ("deadlines", "deadlines-2"):
                    site.parts[name].kill_child()
    except psycopg.OperationalError:
        return  # the lock ended with a server that has just been stopped


def kill_while_it_waits(site: Site, chance: random.Random) -> None:
    """kill -9 for whoever has sent a letter or a webhook, or asked for a page, and waits for the answer."""
    temper = chance.choice([site.far.mail, site.far.pages, site.far.hooks])
    temper.dwell = 0.5
    temper.heard.clear()
    waiting = ("webhooks", "webhooks-2") if temper is site.far.hooks else ("slow", "slow")
    if temper.heard.wait(CAUGHT_WITHIN):
        for name in waiting:  # one of two children waits
            site.parts[name].kill_child()
            time.sleep(0.05)
    temper.dwell = 0.0


def upset_mail(site: Site, chance: random.Random) -> None:
    """The mail server is away, says nothing, or takes letters and never says that it did."""
    _upset(site.far.mail, chance, ["away", "silent", "forgetful"])


def upset_pages(site: Site, chance: random.Random) -> None:
    """The site whose pages are read is away, says nothing, or hangs up."""
    _upset(site.far.pages, chance, ["away", "silent", "forgetful"])


def upset_hooks(site: Site, chance: random.Random) -> None:
    """Whoever receives webhooks is away, says nothing, or takes them and never says that it did, until some came."""
    site.far.hooks.heard.clear()
    site.far.hooks.mood = chance.choice(["away", "silent", "forgetful"])
    site.far.hooks.heard.wait(CAUGHT_WITHIN)
    time.sleep(chance.uniform(0.5, 1.5))
    site.far.hooks.mood = "well"


def _upset(temper: Temper, chance: random.Random, moods: list[Mood]) -> None:
    temper.mood = chance.choice(moods)
    time.sleep(chance.uniform(0.5, 2.5))
    temper.mood = "well"


def caught(true: Callable[[], bool]) -> bool:
    """Wait a while for something to be so; answers whether it was."""
    until = time.monotonic() + CAUGHT_WITHIN
    while not (is_so := true()) and time.monotonic() < until:
        time.sleep(0.02)
    return is_so


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
        kill_on_the_ladder,
        kill_while_it_waits,
        upset_mail,
        upset_pages,
        upset_hooks,
    )
}
