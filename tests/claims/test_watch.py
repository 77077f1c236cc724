"""The sweep sleeps beside its alarms, remembers where it is finished, and says how it is doing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
from django.db import connection

from claims.lifecycle import Action
from claims.models import Alarm, Flag, Heartbeat
from claims.services.sweep import BEGINNING
from claims.services.transitions import database_time
from claims.services.watch import FULL_EVERY, OVERLAP, Horizon, Watch, sweep_health
from reviews.services.acting import act
from tests.factories import a_claim, a_desk, ahead, an_editor, dated, fall_late, now, viewer, with_ladder

pytestmark = pytest.mark.django_db

LONG_AGO = datetime(2025, 3, 7, 12, tzinfo=UTC)


def test_without_a_sweep_alerts_are_delayed() -> None:
    health = sweep_health(now())
    assert (health.ran_at, health.delayed, health.waiting, health.lag) == (None, True, 0, timedelta(0))


def test_alerts_are_delayed_after_thirty_seconds_without_a_sweep() -> None:
    Watch().keep(0)
    ran_at = Heartbeat.objects.get(name="sweep").ran_at
    assert not sweep_health(ran_at + timedelta(seconds=30)).delayed
    assert sweep_health(ran_at + timedelta(seconds=30, microseconds=1)).delayed


def test_the_lag_is_how_long_the_oldest_alarm_has_waited() -> None:
    a_claim(with_ladder(a_desk()), own=dated(LONG_AGO))
    set_at = Alarm.objects.get(kind="date_passed").wake_at
    later = ahead(seconds=5)
    health = sweep_health(later)
    assert (health.waiting, health.lag) == (1, later - set_at)
    Watch().keep(0)
    assert (sweep_health(later).waiting, sweep_health(later).lag) == (0, timedelta(0))


def test_an_alarm_set_aside_is_counted_apart() -> None:
    a_claim(with_ladder(a_desk()), own=dated(LONG_AGO))
    Alarm.objects.filter(kind="date_passed").update(set_aside=True)
    health = sweep_health(ahead(seconds=5))
    assert (health.waiting, health.set_aside) == (0, 1)


def test_the_heartbeat_says_what_was_done() -> None:
    a_claim(a_desk(), own=dated(LONG_AGO))
    assert Watch().keep(0).raised == 1
    detail = Heartbeat.objects.get(name="sweep").detail
    assert (detail["raised"], detail["resumed"], detail["set_aside"]) == (1, 0, 0)
    assert 0 < detail["lag"] < 60


@pytest.mark.django_db(transaction=True)
def test_a_moment_that_comes_during_the_watch_is_announced_within_a_second() -> None:
    desk = a_desk()
    editor = an_editor(desk)
    claim = a_claim(desk, by=editor)

    def watch() -> None:
        Watch().keep(1.5)
        connection.close()

    thread = Thread(target=watch)
    thread.start()
    due = ahead(milliseconds=500)
    act(claim.pk, Action.SET_DUE, viewer(editor), due=due, reason="Now.")
    thread.join(10)
    flag = Flag.objects.get(claim=claim, kind="late")
    assert flag.raised_at - due < timedelta(seconds=1)


def test_a_watch_does_not_walk_what_it_has_finished() -> None:
    watch = Watch()
    watch.look()
    finished = watch.horizon.finished_to
    assert database_time() - finished < timedelta(seconds=10)
    assert watch.horizon.since() == finished - OVERLAP


def test_a_watch_looks_from_the_beginning_now_and_then() -> None:
    horizon = Horizon(finished_to=now())
    assert [horizon.since() == BEGINNING for _ in range(2)] == [True, False]
    horizon.full_at -= FULL_EVERY.total_seconds() + 1
    assert [horizon.since() == BEGINNING for _ in range(2)] == [True, False]


def test_an_alarm_set_for_a_moment_long_past_is_not_missed_by_a_running_watch() -> None:
    watch = Watch()
    watch.look()
    desk = a_desk()
    editor = an_editor(desk)
    late = a_claim(desk, by=editor)
    a_claim(desk, by=editor, own=dated(LONG_AGO))
    fall_late(late, editor)
    assert watch.look().raised == 2
