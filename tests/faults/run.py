"""One fault run: start the site, let people work, break things at random, mend, wait for the promise, look."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle
from pathlib import Path
from threading import Event
from typing import Any

import psycopg

from tests.faults.callers import Caller, Journal, bring_claims, edit_claims, review_claims, take_claims
from tests.faults.checks import broken_by_journal, left_to_do, over_their_limit, raised_early
from tests.faults.faults import FAULTS
from tests.faults.site import Site, a_site
from verify_project.runtime.places import CHECKOUT

AN_HOUR = 3600.0  # seconds
PROMISE = 60.0  # seconds after mending until everything due is announced
SHOWN = 5  # rows told of each broken promise that the callers' journal knows of
INTEGRATIONS, EDITORS, TAKERS = 2, 2, 2
ACTED_EVERY = (0.2, 1.2)  # seconds between two faults
DONE = """
SELECT 'flags', count(*) FROM claims_flag UNION ALL SELECT 'steps', count(*) FROM claims_escalation UNION ALL
SELECT 'pages', count(*) FROM claims_copy UNION ALL
SELECT 'letters', count(*) FROM reviews_message WHERE sent_at IS NOT NULL UNION ALL
SELECT 'webhooks', count(*) FROM claims_webhookdelivery WHERE state = 'delivered'
"""
MUTANTS = Path(__file__).with_name("mutants")


@dataclass(frozen=True)
class Plan:
    """How a run goes. `mutant` names a precaution that is taken out of the code, `sql` what goes with it.

    `clock_ahead` is how many seconds the second host's clock is ahead; None: an hour in every run with an odd seed.
    """

    seed: int
    seconds: float = 14.0
    mutant: str = ""
    sql: str = ""
    clock_ahead: float | None = None

    @property
    def second_clock(self) -> float:
        """Seconds by which the second host's clock is ahead."""
        return AN_HOUR * (self.seed % 2) if self.clock_ahead is None else self.clock_ahead


@dataclass
class Result:
    """What one run came to. `broken` maps the name of a promise to the number of rows that break it, `examples` to the
    first of them."""

    seed: int
    mutant: str = ""
    injected: Counter[str] = field(default_factory=Counter)
    broken: dict[str, int] = field(default_factory=dict)
    examples: dict[str, list[str]] = field(default_factory=dict)
    told: dict[str, int] = field(default_factory=dict)
    answers: Counter[str] = field(default_factory=Counter)
    done: dict[str, int] = field(default_factory=dict)  # flags, steps of ladders, pages, letters, webhooks: how many
    mended_in: float = 0.0  # seconds from mending until nothing due was left to do
    seconds: float = 0.0

    def line(self) -> str:
        """One line of JSON."""
        return json.dumps(vars(self))


def run(plan: Plan) -> Result:
    """Do one run. Raises only when the site does not start, or never comes back."""
    began, journal, result = time.monotonic(), Journal(), Result(plan.seed, plan.mutant)
    with a_site() as site:
        people = prepared(site, plan)
        site.start(mutated(plan.mutant), plan.second_clock)
        journal.letters, journal.posts = site.far.letters, site.far.posts
        under_load(site, callers(site, people, journal, plan.seed), plan, result, lambda: journal.is_worth_a_look)
        result.mended_in = round(done_all(site), 1)
        look(site, journal, result)
    result.told = {name: len(getattr(journal, name)) for name in ("claims", "reviews", "evidence", "steps")}
    result.answers = journal.answers
    result.seconds = round(time.monotonic() - began, 1)
    return result


def mutated(mutant: str) -> dict[str, str]:
    """Environment in which Python takes one precaution out of the product as it is loaded."""
    return {"PYTHONPATH": f"{MUTANTS}:{CHECKOUT}", "CLAIMDESK_MUTANT": mutant} if mutant else {}


def prepared(site: Site, plan: Plan) -> dict[str, Any]:
    """Tables and people; answers how they sign in."""
    hook = f"http://127.0.0.1:{site.far.hooks_port}/hook"
    for words in (["manage.py", "migrate", "-v0"], ["-m", "tests.faults.newsroom", hook]):
        done = site.manage(*words)
        if done.returncode:
            raise RuntimeError(done.stderr)
    if plan.sql:
        with psycopg.connect(site.cluster.url, autocommit=True) as connection:
            connection.execute(plan.sql.encode())
    people: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return people


def callers(site: Site, people: dict[str, Any], journal: Journal, seed: int) -> list[Callable[[Event], None]]:
    """Everybody who uses the site, each with their own chance."""

    def somebody(name: str, work: Callable[[Caller], None], **who: str) -> Callable[[Event], None]:
        chance = random.Random(f"{seed} {name}")  # noqa: S311 - repeatable, nothing secret
        return lambda stopped: work(Caller(site.port, journal, stopped, chance, name, **who))

    bring, reviewing = partial(bring_claims, desk=people["desk"]), partial(review_claims, link=site.far.link)
    return [
        *(somebody(f"integration{n}", bring, key=people["key"]) for n in range(INTEGRATIONS)),
        *(somebody(f"reviewer{n}", reviewing, session=who) for n, who in enumerate(people["reviewers"])),
        *(somebody(f"taker{n}", take_claims, session=who) for n, who in enumerate(people["reviewers"][:TAKERS])),
        *(somebody(f"editor{n}", edit_claims, session=people["editor"]) for n in range(EDITORS)),
        lambda stopped: watch(site, journal, stopped),
    ]


def watch(site: Site, journal: Journal, stopped: Event) -> None:
    """Look again and again for what nobody may ever see: by the database's own clock a flag whose moment lies ahead,
    and somebody who has more than they take."""
    while not stopped.wait(0.5):
        try:
            with psycopg.connect(site.cluster.url) as connection:
                journal.early |= raised_early(connection)
                journal.overfull |= over_their_limit(connection)
        except psycopg.OperationalError:
            continue


def under_load(
    site: Site, people: list[Callable[[Event], None]], plan: Plan, result: Result, enough: Callable[[], bool]
) -> None:
    """Let everybody work while things break at random; in the end nobody works and everything is mended.

    On a busy machine it goes on until `enough` was done, at most three times as long.
    """
    chance, stopped = random.Random(plan.seed), Event()  # noqa: S311 - repeatable, nothing secret
    names = cycle(chance.sample(sorted(FAULTS), len(FAULTS)))  # each comes up before any comes up again
    with ThreadPoolExecutor(len(people)) as crowd:
        works = [crowd.submit(work, stopped) for work in people]
        began = time.monotonic()
        try:
            while (spent := time.monotonic() - began) < plan.seconds or (spent < 3 * plan.seconds and not enough()):
                time.sleep(chance.uniform(*ACTED_EVERY))
                name = next(names)
                FAULTS[name](site, chance)
                site.database.tell("ambush COMMIT")
                result.injected[name] += 1
        finally:
            result.injected["lost reply to COMMIT"] = site.database.tell("pass")["ambushed"]
            site.mend()
            stopped.set()
        for work in works:
            work.result(PROMISE)


def done_all(site: Site) -> float:
    """Wait until nothing due is left to do, at most as long as promised; answers the seconds it took."""
    began = time.monotonic()
    while time.monotonic() - began < PROMISE:
        site.mend()
        soon = site.one("SELECT count(*) FROM claims_alarm WHERE moment < clock_timestamp() + interval '10 s'")
        with psycopg.connect(site.cluster.url) as connection:
            if not soon and not left_to_do(connection):
                break
        time.sleep(0.5)
    return time.monotonic() - began


def look(site: Site, journal: Journal, result: Result) -> None:
    """Ask the product's own verify, then compare the tables with what the callers wrote down.

    On a busy machine further moments pass while verify looks: what follows from them is waited for, too.
    """
    done = site.manage("manage.py", "verify", "--json")
    verified = json.loads(done.stdout)
    result.broken = {breach["name"]: breach["rows"] for breach in verified["broken"]}
    result.examples = {breach["name"]: breach["examples"] for breach in verified["broken"]}
    done_all(site)
    with psycopg.connect(site.cluster.url) as connection:
        found = broken_by_journal(connection, journal)
        result.broken |= {name: len(rows) for name, rows in found.items()}
        result.examples |= {name: [str(row) for row in rows[:SHOWN]] for name, rows in found.items()}
        result.done = {what: int(number) for what, number in connection.execute(DONE)}
