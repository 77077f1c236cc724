"""A hint waits for every transaction that may still write before it, so that nobody who listens misses one."""

from __future__ import annotations

from threading import Event

import pytest

from claims.actors import rule
from claims.exports.feed import Place
from claims.hints import Hint
from claims.models import Claim, ClaimEvent
from claims.services.hinting import news_behind, recent_hints
from claims.services.transitions import locked
from tests.api.conftest import everything_is_final
from tests.concurrency.crowd import at_once
from tests.factories import a_claim, a_desk
from tests.running import wait_until

WITHIN = 20.0  # seconds


def write(claim: Claim, *, begun: Event, go_on: Event) -> list[Hint]:
    """Record an event of the claim, and let the transaction end when somebody says so. Hears nothing."""
    with locked(claim.pk) as held:
        held.record("claim.seen", by=rule("writer"))
        begun.set()
        go_on.wait(WITHIN)
    return []


def heard_behind(place: Place, number: int) -> list[Hint]:
    """So many hints behind the place, once they are told: whatever ends beside them holds them back for a moment."""
    told: list[Hint] = []

    def hears() -> bool:
        told[:] = news_behind(place).hints
        return len(told) >= number

    assert wait_until(hears, within=WITHIN)
    return told


@pytest.mark.django_db(transaction=True)
def test_no_hint_overtakes_one_that_is_committed_late() -> None:
    desk = a_desk()
    slow, quick = a_claim(desk), a_claim(desk)
    everything_is_final()
    place, begun, go_on, now = ClaimEvent.objects.end_of_feed(), Event(), Event(), Event()
    now.set()

    def listen() -> list[Hint]:
        begun.wait(WITHIN)
        write(quick, begun=Event(), go_on=now)
        assert ClaimEvent.objects.filter(claim=quick, type="claim.seen").exists()
        heard = news_behind(place).hints
        go_on.set()
        return heard

    assert at_once(lambda: write(slow, begun=begun, go_on=go_on), listen) == [[], []]
    told = heard_behind(place, 2)
    assert [hint.claim for hint in told] == [slow.pk, quick.pk]
    assert [hint.place for hint in told] == sorted(hint.place for hint in told)
    assert recent_hints(1).hints[-1] == told[-1]
