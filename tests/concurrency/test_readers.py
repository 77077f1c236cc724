"""Readers of pages, killed or many at once: nothing is lost, nothing is kept twice."""

from __future__ import annotations

from typing import Any

import pytest

from claims.models import Claim, ClaimEvent, Copy, Fetch, FetchState
from claims.services.fetching import Taken, read_pages, take
from tests import factories as make
from tests.concurrency.crowd import at_once, broken_promises
from tests.conftest import StartCelery
from tests.intake.pages import Site
from tests.running import wait_until

pytestmark = pytest.mark.django_db(transaction=True)
READERS, LINKS = 6, 40


@pytest.fixture
def claim(transactional_db: None) -> Claim:
    return make.a_claim(make.a_desk())


def kept(claim: Claim) -> int:
    return ClaimEvent.objects.filter(claim=claim, type="evidence.kept").count()


@pytest.mark.slow
def test_a_real_worker_reads_a_link_soon_after_it_was_added(
    claim: Claim, far: Site, celery_worker_process: StartCelery
) -> None:
    celery_worker_process(queues="slow", beat=True)
    make.evidence_for(claim, url=far.link())
    wait_until(Copy.objects.exists, within=30)
    assert (Copy.objects.count(), kept(claim), far.asked) == (1, 1, ["/report"])
    assert broken_promises() == {}


@pytest.mark.slow
def test_a_worker_killed_while_it_reads_loses_nothing_and_keeps_nothing_twice(
    claim: Claim, far: Site, celery_worker_process: StartCelery
) -> None:
    item = make.evidence_for(claim, url=far.link())
    far.pause = 5.0
    worker = celery_worker_process(queues="slow", beat=True)
    wait_until(lambda: far.asked, within=30)
    worker.kill()
    far.pause = 0.0
    row = Fetch.objects.get(evidence=item)
    assert (row.state, row.attempts, kept(claim)) == (FetchState.WAITING, 1, 0)
    assert row.next_attempt_at is not None
    assert row.next_attempt_at > make.now()
    Fetch.objects.update(next_attempt_at=make.ahead(seconds=-1))  # as if its lease had ended
    wait_until(lambda: (read_pages(), Copy.objects.exists())[1], within=20)
    assert (Copy.objects.count(), kept(claim)) == (1, 1)
    assert broken_promises() == {}


def test_many_readers_at_once_never_take_the_same_row(claim: Claim, far: Site) -> None:
    for number in range(LINKS):
        make.evidence_for(claim, url=far.link(str(number)))
    answers: list[Any] = at_once(*[lambda: take(LINKS // READERS + 1)] * READERS)
    taken: list[Taken] = [one for answer in answers for one in answer]
    assert len({one.evidence for one in taken}) == len(taken)
    assert len(taken) == LINKS
