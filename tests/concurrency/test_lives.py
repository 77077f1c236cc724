"""A newsroom lives at random, everybody at once: whatever people, routing and sweeps do together, verify finds nothing.

They read most tables by way of views in which some rows take a while. So what is committed between the beginning of a
statement and the rows it reads or locks is met within seconds, instead of once in many nights of a real newsroom.
"""

from __future__ import annotations

import copy
import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from threading import Event

import pytest

from claims.lifecycle import State
from claims.models import Alarm, Claim, User
from claims.services.sweep import raise_due_flags
from reviews.services.acting import acting_on
from reviews.services.reviewing import start_if_queued
from tests import factories as make
from tests.concurrency.crowd import at_once, broken_promises, tables_through, through
from tests.reviews.test_life import Newsroom, check_announced, check_once, check_swept

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE, STEPS, SWEEPERS = 6, 30, 2
SLOW_TABLES = (  # not the heads: the sweep writes each where it lies, which a view does not tell
    "claims_alarm",
    "claims_claim",
    "claims_decision",
    "claims_escalation",
    "claims_evidence",
    "claims_flag",
    "reviews_assignment",
    "reviews_course",
    "reviews_review",
)
SOME_TAKE_A_WHILE = "IF random() < 0.08 THEN PERFORM pg_sleep(random() * 0.01); END IF;"
MOVES = {
    State.PROPOSED: ["accept"],
    State.QUEUED: ["set_due", "set_own_date", "route", "start", "start", "start", "change_desk", "undo"],
    State.IN_REVIEW: ["set_due", "set_own_date", "second", "wait", "undo", "leave", "change_desk", "review"],
    State.WAITING: ["resume", "set_own_date", "resume", "undo"],
    State.SECOND_OPINION: ["set_due", "second", "undo", "adjudicator", "review", "leave"],
    State.DECIDED: ["reopen"],
    State.DISMISSED: ["restore"],
}


class Busy(Newsroom):
    """A newsroom in which claims move among the open states while their dates pass."""

    def somebody(self, claim: int) -> User:
        del claim
        return self.editors[0]

    def soon(self) -> datetime:
        return make.now() + timedelta(milliseconds=self.dice.randrange(20, 150))

    @property
    def steps(self) -> dict[str, Callable[[int], object]]:
        return super().steps | {"start": self.start}

    def start(self, claim: int) -> None:
        """Whoever is on it starts the review."""
        with acting_on(claim, make.viewer(self.holder(claim))) as acting:
            start_if_queued(acting.held, by=acting.by)

    def move(self) -> None:
        """One step that its claim's state suggests; a refusal is fine."""
        claim = self.dice.choice(self.claims)
        state = State(Claim.objects.values_list("state", flat=True).get(pk=claim))
        self.take(self.dice.choice(MOVES[state]), claim)

    def for_one(self, seed: int) -> Busy:
        """The same newsroom as somebody lives in it with their own dice."""
        own = copy.copy(self)
        own.dice, own.taken = random.Random(seed), Counter()  # noqa: S311 - a life, not a secret
        return own


def live(newsroom: Busy) -> None:
    for _ in range(STEPS):
        newsroom.move()


def sweep_until(over: Event) -> None:
    while not over.is_set():
        raise_due_flags()


def test_whatever_people_and_sweeps_do_at_once_every_promise_holds() -> None:
    newsroom, over = Busy(1), Event()
    people = [newsroom.for_one(seed) for seed in range(PEOPLE)]
    with tables_through(SOME_TAKE_A_WHILE, *SLOW_TABLES), ThreadPoolExecutor(1) as crowd:
        sweeping = crowd.submit(at_once, *[partial(through, partial(sweep_until, over))] * SWEEPERS)
        try:
            at_once(*[partial(through, partial(live, person)) for person in people])
        finally:
            over.set()
            sweeping.result(60)
    assert broken_promises() == {}
    assert [alarm.error for alarm in Alarm.objects.exclude(error="")] == []
    for claim in Claim.objects.filter(pk__in=newsroom.claims).select_related("desk"):
        check_announced(claim)
    check_swept(newsroom.claims)
    check_once(newsroom.claims)
    assert broken_promises() == {}
    taken = sum((person.taken for person in people), Counter[str]())
    assert taken["start"] > 0, taken
