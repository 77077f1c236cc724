"""The sweep announces each passed moment once, whoever sweeps, and nobody can stop it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import partial
from threading import Thread
from time import monotonic, sleep
from typing import Any
from unittest.mock import ANY

import pytest
from django.db import connection

from claims.benchmarks.scratch import ALARMS, CLAIMS, HEADS
from claims.deadlines import TimeFlag
from claims.errors import DueTooEarly
from claims.lifecycle import Action, State, WaitingReason
from claims.models import Alarm, Claim, ClaimEvent, ClaimHead, Desk, Flag, User
from claims.services.sweep import ANNOUNCE, TAKE_DUE, Swept, raise_due_flags
from claims.services.transitions import locked
from reviews.services.acting import act
from tests.concurrency.crowd import at_once
from tests.factories import a_claim, ahead, dated, fall_late, fresh, now, viewer, with_ladder

pytestmark = pytest.mark.django_db

LONG_AGO = datetime.fromisoformat("2025-03-07T12:00:00+00:00")


def parked(claim: Claim, editor: User) -> datetime:
    """Park the claim for an instant; answers when the wait ended."""
    for milliseconds in (40, 400, 4000):  # a busy machine needs more than the moment a calm one does
        until = ahead(milliseconds=milliseconds)
        due = until + timedelta(days=1)
        try:
            act(claim.pk, Action.WAIT, viewer(editor), reason=WaitingReason.REPLY, until=until, due=due)
        except DueTooEarly:
            continue
        sleep(max(0.0, (until - ahead()).total_seconds()) + 0.01)
        return until
    raise RuntimeError("This machine is too busy to park a claim for four seconds.")


def test_it_raises_a_flag_once_with_the_moment_and_when_it_was_noticed(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, by=editor)
    due = fall_late(claim, editor)
    assert raise_due_flags().raised == 1
    assert raise_due_flags().raised == 0
    flag = Flag.objects.get(claim=claim)
    event = claim.events.get(type="claim.late")
    assert (flag.kind, flag.moment, event.occurred_at) == (TimeFlag.LATE, due, due)
    assert flag.raised_at == event.recorded_at > due
    assert (event.actor_kind, event.actor_name) == ("rule", "deadline sweep")
    assert (event.from_state, event.to_state) == (State.QUEUED, State.QUEUED)


def test_it_tells_how_long_an_alarm_has_waited(desk: Desk) -> None:
    a_claim(desk, own=dated(LONG_AGO))
    Alarm.objects.filter(kind=TimeFlag.DATE_PASSED).update(wake_at=ahead(hours=-2))
    assert timedelta(hours=2) < raise_due_flags().lag < timedelta(hours=2, minutes=2)


def test_a_date_long_past_when_it_was_set_has_not_waited(desk: Desk) -> None:
    a_claim(desk, own=dated(LONG_AGO))
    assert raise_due_flags().lag < timedelta(minutes=2)


def test_flagging_leaves_the_version_alone(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, by=editor)
    fall_late(claim, editor)
    version = fresh(claim).version
    raise_due_flags()
    assert fresh(claim).version == version


def test_nothing_is_raised_before_its_moment(desk: Desk) -> None:
    a_claim(desk, own=dated(ahead(days=9)))
    assert (raise_due_flags().raised, Flag.objects.count()) == (0, 0)


def test_several_moments_of_one_claim_each_have_their_event(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, by=editor, own=dated(LONG_AGO))
    fall_late(claim, editor)
    assert raise_due_flags().raised == 2
    assert set(claim.flag_log.values_list("kind", flat=True)) == {TimeFlag.LATE, TimeFlag.DATE_PASSED}


def test_a_batch_is_no_limit(desk: Desk, editor: User) -> None:
    for _ in range(5):
        a_claim(desk, by=editor, own=dated(LONG_AGO))
    assert raise_due_flags(batch=2).raised == 5


def test_a_wait_that_is_over_resumes_where_it_came_from(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, State.IN_REVIEW, by=editor)
    until = parked(claim, editor)
    assert raise_due_flags().resumed == 1
    assert (fresh(claim).state, fresh(claim).waiting_until) == (State.IN_REVIEW, None)
    event = claim.events.get(type="claim.resume")
    assert (event.occurred_at, event.actor_name) == (until, "deadline sweep")
    assert raise_due_flags().resumed == 0


@pytest.mark.django_db(transaction=True)
def test_a_claim_that_somebody_holds_is_left_to_the_next_sweep(desk: Desk, editor: User) -> None:
    waiting = a_claim(desk, by=editor)
    parked(waiting, editor)
    held_back, free = a_claim(desk, by=editor), a_claim(desk, by=editor, own=dated(LONG_AGO))
    fall_late(held_back, editor)
    swept = []

    def sweep() -> None:
        swept.append(raise_due_flags())
        connection.close()

    with locked(waiting.pk), locked(held_back.pk):
        thread, began = Thread(target=sweep), monotonic()
        thread.start()
        thread.join(5)
        assert monotonic() - began < 4
    assert [(one.raised, one.resumed) for one in swept] == [(1, 0)]
    assert list(Flag.objects.values_list("claim", flat=True)) == [free.pk]
    later = raise_due_flags()
    assert (later.raised, later.resumed) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_many_sweepers_raise_each_flag_once(desk: Desk, editor: User) -> None:
    claims = [a_claim(desk, by=editor, own=dated(LONG_AGO)) for _ in range(12)]
    swept = at_once(*[partial(raise_due_flags, batch=3)] * 4)
    assert sum(one.raised for one in swept if isinstance(one, Swept)) == Flag.objects.count() == len(claims)
    assert ClaimEvent.objects.filter(type="claim.date_passed").count() == len(claims)


def after_a_while() -> Swept:
    """What a sweep does once bad alarms are due to be tried again."""
    Alarm.objects.filter(attempts__gt=0).update(wake_at=LONG_AGO)
    return raise_due_flags()


def test_a_bad_alarm_is_set_aside_after_three_tries_and_stops_nobody(desk: Desk, editor: User) -> None:
    with_ladder(desk)  # no steps
    bad, good = (a_claim(desk, by=editor, own=dated(LONG_AGO)) for _ in range(2))
    ClaimHead.objects.filter(claim=bad).update(event_seq=0)
    assert raise_due_flags().raised == 1
    assert list(Flag.objects.values_list("claim", flat=True)) == [good.pk]
    assert raise_due_flags() == Swept(), "a bad alarm is left alone for a while, not tried again at once"
    swept = [after_a_while() for _ in range(2)]
    assert [one.set_aside for one in swept] == [0, 1]
    alarm = Alarm.objects.get(claim=bad, kind=TimeFlag.DATE_PASSED)
    assert (alarm.attempts, alarm.set_aside) == (3, True)
    assert "event_seq_once" in alarm.error
    assert after_a_while() == Swept()


def test_a_claim_confirmed_before_the_sweep_is_not_flagged_after_it(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, State.DECIDED, by=editor, own=dated(LONG_AGO))
    raise_due_flags()
    assert not claim.flag_log.exists()


def test_a_warning_that_was_put_off_is_dropped_when_late_is_announced(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, by=editor)
    fall_late(claim, editor)
    Alarm.objects.filter(claim=claim, kind=TimeFlag.DUE_SOON).update(wake_at=ahead(milliseconds=50), attempts=1)
    raise_due_flags()
    sleep(0.06)
    raise_due_flags()
    assert list(Flag.objects.filter(claim=claim).values_list("kind", flat=True)) == [TimeFlag.LATE]


def test_many_waits_that_end_together_delay_no_flag(desk: Desk, editor: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("claims.services.sweep.WAITS", 2)
    waits = [a_claim(desk, by=editor) for _ in range(5)]
    for claim in waits:
        parked(claim, editor)
    late = a_claim(desk, by=editor)
    fall_late(late, editor)
    assert raise_due_flags() == Swept(raised=1, escalated=1, resumed=5, lag=ANY)
    raised_at = Flag.objects.get(claim=late, kind=TimeFlag.LATE).raised_at
    resumed = ClaimEvent.objects.filter(type="claim.resume", claim__in=waits)
    assert [event.recorded_at > raised_at for event in resumed] == [True] * 5


def test_its_statements_walk_no_table_from_end_to_end() -> None:
    Desk.objects.create(pk=1, name="World", key="world")
    with connection.cursor() as cursor:
        for rows in (CLAIMS, HEADS, ALARMS):
            cursor.execute(rows, {"first": 1, "last": 20_000})
        cursor.execute("UPDATE claims_alarm SET wake_at = now() - interval '1 minute' WHERE claim_id < 50")
        cursor.execute("ANALYZE claims_alarm, claims_claim, claims_claimhead")
        given: dict[str, Any] = {"now": now(), "since": LONG_AGO, "batch": 1000, "only": None, "sweeper": "a sweep"}
        cursor.execute("SELECT id FROM claims_alarm ORDER BY id LIMIT 1000")
        given["taken"] = [number for (number,) in cursor.fetchall()]
        taking, announcing = _plan(TAKE_DUE, given), _plan(ANNOUNCE, given)
    assert "using alarm_next" in taking, taking
    assert "using alarm_once" in announcing, announcing
    # Flags and events are empty here, and heads so few that reading them takes less than looking a thousand up.
    walked = re.findall(r"Seq Scan on (claims_(?:alarm|claim))\b", taking + announcing)
    assert walked == [], (taking, announcing)


def _plan(statement: str, given: dict[str, Any]) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {statement}", given)
        return "\n".join(line for (line,) in cursor.fetchall())
