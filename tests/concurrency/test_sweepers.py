"""Any number of sweepers, killed, late or at once: each moment is announced exactly once."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from claims.ladders import Step, Tell, Track
from claims.lifecycle import Action, State
from claims.models import Alarm, Claim, ClaimEvent, Desk, Escalation, Flag
from claims.permissions import Viewer
from claims.services.laddering import follow_ladders, set_ladder
from claims.services.sweep import Swept, raise_due_flags
from claims.services.transitions import locked
from reviews.services.acting import act, acting_on
from reviews.services.reviewing import submit_review
from tests import factories as make
from tests.concurrency.crowd import at_once, broken_promises, tables_through, through, waiting_for_locks
from tests.conftest import StartCelery
from tests.copies import copies_of
from tests.running import own_database_url, started, wait_until

pytestmark = pytest.mark.django_db(transaction=True)
CLAIMS, SWEEPERS, RUNS = 500, 8, 20
MOVED = {"claims_are_as_they_were_left"}  # what verify says of a due that the test moved past every step


def claims_due_soon(desk: Desk, number: int) -> None:
    """So many claims of one article in the queue of the desk."""
    copies_of(make.a_claim(desk), number - 1)


def let_time_pass(moment: datetime) -> None:
    """As if every claim's review due had been `moment` all along, and nobody had announced it yet."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE claims_claim SET review_due_at = %s", [moment])
        cursor.execute("DELETE FROM claims_alarm")
        cursor.execute(
            "INSERT INTO claims_alarm (claim_id, kind, moment, wake_at, attempts, set_aside, error) "
            "SELECT id, 'late', %s, %s, 0, false, '' FROM claims_claim",
            [moment, moment],
        )


def let_ladders_pass(moment: datetime) -> None:
    """The same for the ladders: every claim has been due at `moment`, and a ladder waits for its first step since."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE claims_claim SET review_due_at = %s", [moment])
        cursor.execute("DELETE FROM claims_alarm")
        cursor.execute(
            "INSERT INTO claims_alarm (claim_id, kind, moment, wake_at, attempts, set_aside, error) "
            "SELECT id, 'ladder_due', %s, %s, 0, false, '' FROM claims_claim",
            [moment, moment],
        )


def climbed(moment: datetime) -> tuple[int, int]:
    """Steps of the moment, and the events of ladders in all."""
    return Escalation.objects.filter(date=moment).count(), ClaimEvent.objects.filter(type="claim.escalate").count()


def announced(moment: datetime) -> tuple[int, int, int]:
    """Flags of the moment, their events, and the claims that have both."""
    flags = Flag.objects.filter(kind="late", moment=moment)
    events = ClaimEvent.objects.filter(type="claim.late", occurred_at=moment)
    both = flags.filter(claim__in=events.values("claim"))
    return flags.count(), events.count(), both.values("claim").distinct().count()


def test_eight_sweepers_at_once_announce_five_hundred_moments_once_each_in_twenty_runs() -> None:
    claims_due_soon(make.a_desk(), CLAIMS)
    for run in range(RUNS):
        moment = make.ahead(hours=run - RUNS)
        let_time_pass(moment)
        answers = at_once(*[raise_due_flags] * SWEEPERS)
        assert sum(answer.raised for answer in answers if isinstance(answer, Swept)) == CLAIMS
        assert announced(moment) == (CLAIMS, CLAIMS, CLAIMS)
    assert ClaimEvent.objects.filter(type="claim.late").count() == CLAIMS * RUNS
    assert set(broken_promises()) <= {*MOVED, "no_flag_for_a_moved_date", "flags_stand_while_true"}


def test_eight_sweepers_at_once_take_each_step_of_each_ladder_once() -> None:
    claims_due_soon(make.a_desk(), 100)
    for run in range(1, 5):
        moment = make.ahead(hours=-2 - run)
        let_ladders_pass(moment)
        answers = at_once(*[lambda: raise_due_flags(batch=20)] * SWEEPERS)
        assert sum(answer.escalated for answer in answers if isinstance(answer, Swept)) == 100
        assert climbed(moment) == (100, 100 * run)
    assert set(broken_promises()) <= {*MOVED, "no_step_after_settling", "every_moment_is_awaited"}


SWEEPING = """
import django; django.setup()
from claims.permissions import Viewer
from claims.services.sweep import raise_due_flags
raise_due_flags(); print('ready', flush=True)
while True: raise_due_flags(batch=5)
"""


def test_a_sweeper_killed_in_the_middle_leaves_the_rest_to_the_next(tmp_path: Path) -> None:
    claims_due_soon(make.a_desk(), CLAIMS)
    moment = make.ahead(hours=-1)
    with started([sys.executable, "-c", SWEEPING], tmp_path / "sweeper.log") as sweeper:
        sweeper.wait_for("ready")
        let_time_pass(moment)
        wait_until(lambda: Flag.objects.count() > 0, within=20, every=0.002)
        sweeper.kill()
    assert 0 < Flag.objects.count() < CLAIMS
    assert finished(moment) == (CLAIMS, CLAIMS, CLAIMS)
    assert set(broken_promises()) <= {*MOVED, "no_flag_for_a_moved_date"}


def test_a_sweeper_killed_among_the_steps_of_ladders_leaves_the_rest_to_the_next(tmp_path: Path) -> None:
    claims_due_soon(make.a_desk(), CLAIMS)
    moment = make.ahead(hours=-2)
    with started([sys.executable, "-c", SWEEPING], tmp_path / "sweeper.log") as sweeper:
        sweeper.wait_for("ready")
        let_ladders_pass(moment)
        wait_until(Escalation.objects.exists, within=20, every=0.002)
        sweeper.kill()
    assert 0 < Escalation.objects.count() < CLAIMS
    wait_until(lambda: (raise_due_flags(), Escalation.objects.count())[1] >= CLAIMS, within=20)
    assert climbed(moment) == (CLAIMS, CLAIMS)
    assert set(broken_promises()) <= {*MOVED, "no_step_after_settling", "every_moment_is_awaited"}


@contextmanager
def flags_locked() -> Iterator[None]:
    """Nobody can write a flag until the block ends, so a sweep stands still in the middle of its statement."""
    with psycopg.connect(own_database_url()) as other:
        other.execute("LOCK TABLE claims_flag IN SHARE MODE")
        yield


def a_worker_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND application_name LIKE '%worker' AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone()[0])


@pytest.mark.slow
def test_a_worker_killed_inside_its_statement_has_announced_nothing(celery_worker_process: StartCelery) -> None:
    claims_due_soon(make.a_desk(), CLAIMS)
    moment = make.ahead(hours=-1)
    let_time_pass(moment)
    with flags_locked():
        worker = celery_worker_process(queues="deadlines", beat=True)
        wait_until(a_worker_waits, within=30)
        assert a_worker_waits()
        worker.kill()
    assert finished(moment) == (CLAIMS, CLAIMS, CLAIMS)
    assert set(broken_promises()) <= {*MOVED, "no_flag_for_a_moved_date"}


def finished(moment: datetime) -> tuple[int, int, int]:
    """Sweep until the statement of whoever was killed has let its rows go."""
    wait_until(lambda: (raise_due_flags(), Flag.objects.count())[1] >= CLAIMS, within=20)
    return announced(moment)


def due_one_after_another(claims: list[Claim], editor: Viewer) -> list[datetime]:
    """Move the review dues of the claims to moments 30 ms apart, as soon as moving all of them allows."""
    began = make.now()
    act(claims[0].pk, Action.SET_DUE, editor, due=make.ahead(days=1), reason="To see how long this takes here.")
    first = make.now() + 4 * len(claims) * (make.now() - began) + timedelta(seconds=1)
    dues = [first + timedelta(milliseconds=30 * place) for place in range(len(claims))]
    for claim, due in zip(claims, dues, strict=True):
        act(claim.pk, Action.SET_DUE, editor, due=due, reason="The source answers then.")
    return dues


def test_a_claim_decided_in_the_instant_it_is_swept_is_never_flagged_afterwards() -> None:
    desk, number = make.a_desk(), 40
    editor, reviewer = make.an_editor(desk), make.a_reviewer(desk, limit=number)
    claims = [make.a_claim(desk, State.IN_REVIEW, by=editor, reviewer=reviewer) for _ in range(number)]
    dues = due_one_after_another(claims, make.viewer(editor))

    def decide() -> None:
        for claim, due in zip(claims, dues, strict=True):
            time.sleep(max(0.0, (due - make.now()).total_seconds()))
            with acting_on(claim.pk, make.viewer(reviewer)) as acting:
                submit_review(acting.held, acting.mine, make.UNPROVEN, by=acting.by)

    def sweep() -> None:
        while make.now() < dues[-1] + timedelta(milliseconds=200):
            raise_due_flags(since=dues[0])

    at_once(decide, sweep, sweep)
    assert Claim.objects.filter(state=State.DECIDED).count() == number
    assert broken_promises() == {}
    late_after = [
        (before.claim_id, after.seq)
        for before, after in pairwise(ClaimEvent.objects.order_by("claim", "seq"))
        if before.claim_id == after.claim_id and before.to_state == State.DECIDED and after.type == "claim.late"
    ]
    assert late_after == []


@contextmanager
def alarms_held_up() -> Iterator[Callable[[], None]]:
    """Whoever reads alarms `through` the tables has looked at them and waits before the first row.

    Answers what lets them go on, at the latest when the block ends.
    """
    waiting = "PERFORM pg_advisory_xact_lock_shared(7);"
    with tables_through(waiting, "claims_alarm"), psycopg.connect(own_database_url()) as other:
        other.execute("SELECT pg_advisory_xact_lock(7)")
        yield other.commit


def test_a_moment_is_announced_in_the_state_the_claim_has_come_to_while_the_sweep_was_looking_at_it() -> None:
    desk = make.a_desk()
    editor, reviewer = make.an_editor(desk), make.a_reviewer(desk)
    claim = make.a_claim(desk, State.QUEUED, by=editor)
    make.put_on(claim, reviewer, editor)
    make.fall_late(claim, editor)
    with alarms_held_up() as let_go, ThreadPoolExecutor(1) as crowd:
        sweeping = crowd.submit(at_once, partial(through, raise_due_flags))
        assert wait_until(lambda: waiting_for_locks() == 1, within=20)
        make.start(claim, reviewer)
        let_go()
        (swept,) = sweeping.result(60)
    assert isinstance(swept, Swept)
    assert swept.raised == 1
    late = ClaimEvent.objects.get(claim=claim, type="claim.late")
    assert (late.from_state, late.to_state) == (State.IN_REVIEW, State.IN_REVIEW)
    assert broken_promises() == {}


def test_a_bad_alarm_is_set_aside_after_three_tries_and_the_line_goes_on() -> None:
    claims_due_soon(make.a_desk(), 10)
    moment = make.ahead(hours=-1)
    let_time_pass(moment)
    bad = Claim.objects.order_by("pk").first()
    assert bad is not None
    with connection.cursor() as cursor:
        cursor.execute("UPDATE claims_claimhead SET event_seq = event_seq - 1 WHERE claim_id = %s", [bad.pk])
    assert raise_due_flags().raised == 9
    tries = []
    for _ in range(3):
        Alarm.objects.update(wake_at=moment)
        tries.append(raise_due_flags().set_aside)
    assert tries == [0, 1, 0]
    alarm = Alarm.objects.get()
    assert (alarm.claim_id, alarm.attempts, alarm.set_aside) == (bad.pk, 3, True)
    assert "event_seq_once" in alarm.error


def test_after_days_without_a_sweep_everything_is_announced_once() -> None:
    desk = make.a_desk()
    claims_due_soon(desk, 20)
    moment = make.ahead(days=-4)
    let_time_pass(moment)
    assert raise_due_flags().raised == 20
    assert raise_due_flags() == Swept()
    flag = Flag.objects.first()
    assert flag is not None
    event = ClaimEvent.objects.get(claim=flag.claim, type="claim.late")
    assert event.occurred_at == moment
    assert event.recorded_at == flag.raised_at > moment + timedelta(days=3)


def test_a_claim_that_somebody_holds_follows_a_changed_ladder_once_they_are_done_and_the_others_do_at_once() -> None:
    desk = make.a_desk()
    held, others = make.a_claim(desk), {make.a_claim(desk).pk for _ in range(3)}
    set_ladder(desk, [Step("late", "1 h late", Track.REVIEW_DUE, timedelta(hours=1), Tell.EDITOR)])
    with ThreadPoolExecutor(1) as crowd:
        with locked(held.pk):
            following = crowd.submit(at_once, follow_ladders)
            assert wait_until(lambda: waiting_for_locks() == 1, within=20)
            assert waiting_an_hour() == others
        assert following.result(60) == [4]
    assert waiting_an_hour() == others | {held.pk}
    assert broken_promises() == {}


def waiting_an_hour() -> set[int]:
    """The claims whose ladder waits for an hour after review due."""
    rows = Alarm.objects.filter(kind="ladder_due").select_related("claim")
    return {row.claim_id for row in rows if row.moment - (row.claim.review_due_at or row.moment) == timedelta(hours=1)}
