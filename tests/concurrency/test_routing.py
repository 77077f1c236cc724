"""Bulk routing and people going away, with several at it at once: no seat twice, nobody over their limit, none lost."""

from __future__ import annotations

import sys
from collections import Counter
from functools import partial
from pathlib import Path

import pytest

from claims.lifecycle import Action, State
from claims.models import Claim, Flag, FlagKind
from reviews.benchmarks.route import broken_promises as broken_by_bulk
from reviews.benchmarks.rows import fill
from reviews.models import Absence, Assignment, AssignmentStatus, Reviewer, Then
from reviews.services.acting import act, acting_on
from reviews.services.leaving import settle_absences
from reviews.services.reviewing import start_if_queued, submit_review
from reviews.services.routing import Routed, route_waiting
from tests import factories as make
from tests.concurrency.crowd import at_once, broken_promises
from tests.running import started, wait_until

pytestmark = pytest.mark.django_db(transaction=True)
TWELVE = 12


def route_often() -> Routed:
    passes = [route_waiting() for _ in range(6)]
    return Routed(sum(one.assigned for one in passes), passes[-1].unroutable)


def test_of_several_routers_on_thousands_none_gives_a_seat_twice_or_more_than_somebody_takes() -> None:
    claims, people = 2000, 200
    fill(people=people, claims=claims, room=claims - claims // 10)
    Claim.objects.update(state=State.QUEUED)
    answers = at_once(*[route_often] * 3)
    given = sum(answer.assigned for answer in answers if isinstance(answer, Routed))
    held = Assignment.objects.open()
    assert given == held.count() == held.values("claim").distinct().count()
    assert claims * 0.8 < given < claims
    loads = Counter(held.values_list("reviewer", flat=True))
    limits = dict(Reviewer.objects.values_list("pk", "limit"))
    assert all(load <= limits[reviewer] for reviewer, load in loads.items())
    flagged = Flag.objects.standing().filter(kind=FlagKind.UNROUTABLE)
    assert flagged.values("claim").distinct().count() == flagged.count() == claims - given
    assert broken_by_bulk() == []


def test_a_router_at_work_while_people_change_gives_nothing_they_cannot_take() -> None:
    fill(people=100, claims=1000, room=1100)
    Claim.objects.update(state=State.QUEUED)
    leaving, narrowed = (list(Reviewer.objects.order_by("pk")[start : start + 20]) for start in (0, 20))

    def change() -> None:
        for gone, narrow in zip(leaving, narrowed, strict=True):
            Absence.objects.create(reviewer=gone, starts_at=make.ahead(hours=-1), ends_at=make.ahead(days=1))
            Reviewer.objects.filter(pk=narrow.pk).update(limit=2)

    at_once(route_often, route_often, change)
    absences = dict(Absence.objects.values_list("reviewer", "pk"))
    before = Counter(Assignment.objects.open().values_list("reviewer", flat=True))
    at_once(route_often, route_often)
    after = Counter(Assignment.objects.open().values_list("reviewer", flat=True))
    assert all(after[pk] == before[pk] for pk in absences)
    assert all(after[one.pk] <= max(2, before[one.pk]) for one in narrowed)
    assert broken_by_bulk() == []


def going_away(then: Then = Then.POOL) -> tuple[Reviewer, Reviewer, list[Claim]]:
    """Somebody with twelve open claims who is away now, a colleague, and the claims."""
    desk = make.a_desk()
    editor, quote = make.an_editor(desk), make.a_quote(make.an_article().revision)
    gone, colleague = make.a_reviewer(desk, limit=TWELVE), make.a_reviewer(desk, limit=TWELVE)
    claims = [make.a_claim(desk, State.IN_REVIEW, by=editor, reviewer=gone, quote=quote) for _ in range(TWELVE)]
    to = colleague if then == Then.HAND_OVER else None
    times = {"starts_at": make.ahead(hours=-1), "ends_at": make.ahead(days=1)}
    Absence.objects.create(reviewer=gone, then=then, hand_over_to=to, **times)
    return gone, colleague, claims


def given_up(reviewer: Reviewer) -> Counter[int]:
    """How often each claim was handed over by somebody."""
    rows = Assignment.objects.filter(reviewer=reviewer, status=AssignmentStatus.HANDED_OVER)
    return Counter(rows.values_list("claim", flat=True))


def test_twelve_claims_of_somebody_going_away_are_each_settled_once_by_several_passes_at_once() -> None:
    gone, colleague, claims = going_away(Then.HAND_OVER)
    answers = at_once(*[settle_absences] * 4)
    assert sum(answer for answer in answers if isinstance(answer, int)) == TWELVE
    assert given_up(gone) == Counter(claim.pk for claim in claims)
    assert Assignment.objects.open().filter(reviewer=colleague).count() == TWELVE
    assert broken_promises() == {}


def test_an_acceptance_undone_while_routing_is_at_work_leaves_nobody_on_the_claim() -> None:
    desk = make.a_desk()
    editor, reviewer = make.an_editor(desk), make.a_reviewer(desk)
    claims = [make.a_claim(desk, State.PROPOSED, by=editor) for _ in range(6)]

    def begin(claim: Claim) -> None:
        with acting_on(claim.pk, make.viewer(reviewer)) as acting:
            start_if_queued(acting.held, by=acting.by)

    for claim in claims:
        act(claim.pk, Action.ACCEPT, make.viewer(editor))
        at_once(route_often, partial(act, claim.pk, Action.UNDO, make.viewer(editor)), partial(begin, claim))
        state, seats = make.fresh(claim).state, Assignment.objects.open().filter(claim=claim).count()
        assert (state, seats) in {(State.PROPOSED, 0), (State.IN_REVIEW, 1)}
    assert broken_promises() == {}


def decide(claim: Claim, reviewer: Reviewer) -> None:
    with acting_on(claim.pk, make.viewer(reviewer)) as acting:
        submit_review(acting.held, acting.mine, make.UNPROVEN, by=acting.by)


def test_one_of_the_twelve_decided_meanwhile_is_decided_or_handed_over_and_never_both() -> None:
    gone, _, claims = going_away()
    at_once(settle_absences, *[partial(decide, claim, gone) for claim in claims[-3:]])
    settle_absences()
    decided = set(Claim.objects.filter(state=State.DECIDED).values_list("pk", flat=True))
    left = given_up(gone)
    assert set(left) | decided == {claim.pk for claim in claims}
    assert not set(left) & decided
    assert set(left.values()) == {1}
    assert broken_promises() == {}


SETTLING = """
import time
import django; django.setup()
from reviews.services import leaving
at_once = leaving.hand_over
def slowly(*args, **given):
    time.sleep(0.4)
    return at_once(*args, **given)
leaving.hand_over = slowly
print('ready', flush=True)
leaving.settle_absences()
"""


def test_a_worker_killed_among_the_twelve_leaves_the_rest_to_the_next(tmp_path: Path) -> None:
    gone, _, claims = going_away()
    with started([sys.executable, "-c", SETTLING], tmp_path / "settling.log") as worker:
        worker.wait_for("ready")
        wait_until(lambda: len(given_up(gone)) >= 2, within=30, every=0.01)
        worker.kill()
    done = len(given_up(gone))
    assert 2 <= done < TWELVE
    wait_until(lambda: settle_absences() >= 0 and len(given_up(gone)) == TWELVE, within=20, every=0.1)
    assert given_up(gone) == Counter(claim.pk for claim in claims)
    assert broken_promises() == {}
