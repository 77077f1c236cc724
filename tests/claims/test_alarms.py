"""Alarms and flags stay true through every step, and nothing is announced twice for one moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from claims.deadlines import DATE_NEAR, OwnDate, Precision, TimeFlag
from claims.lifecycle import Action, DismissalReason, State, WaitingReason
from claims.models import Claim, Desk, Flag, User
from claims.services.sweep import raise_due_flags
from claims.verdicts import Outcome
from reviews.services.acting import act
from tests.factories import (
    UNPROVEN,
    a_claim,
    a_desk,
    a_reviewer,
    ahead,
    dated,
    fall_late,
    fresh,
    now,
    open_assignment_of,
    put_on,
    review_by,
    viewer,
)

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
LONG_AGO = datetime.fromisoformat("2025-03-07T12:00:00+00:00")


def alarms(claim: Claim) -> dict[str, datetime]:
    return dict(claim.alarms.values_list("kind", "moment"))


def announced(claim: Claim) -> list[tuple[str, bool]]:
    """Every flag in the log with whether it stands, oldest first."""
    rows = Flag.objects.filter(claim=claim).order_by("pk").values_list("kind", "cleared_at")
    return [(kind, cleared is None) for kind, cleared in rows]


def told(claim: Claim) -> list[str]:
    """The announcements in the claim's history, in order."""
    types = [f"claim.{kind}" for kind in TimeFlag.values]
    return [kind.removeprefix("claim.") for kind in claim.events.filter(type__in=types).values_list("type", flat=True)]


def test_an_accepted_claim_has_an_alarm_for_each_moment_to_come(desk: Desk) -> None:
    claim = a_claim(desk, own=dated(ahead(days=9)))
    assert claim.review_due_at is not None
    assert claim.confirm_by is not None
    assert alarms(claim) == {
        TimeFlag.DUE_SOON: claim.review_due_at - 8 * HOUR,
        TimeFlag.LATE: claim.review_due_at,
        TimeFlag.DATE_NEAR: claim.confirm_by - DATE_NEAR,
        TimeFlag.DATE_PASSED: claim.confirm_by,
        "ladder_due": claim.review_due_at - 8 * HOUR,
        "ladder_date": claim.confirm_by - 48 * HOUR,
    }


@pytest.mark.parametrize("state", State)
def test_the_alarms_of_every_state_are_those_of_its_dates(desk: Desk, state: State) -> None:
    claim = a_claim(desk, state, own=dated(ahead(days=9)))
    expected = {
        State.PROPOSED: set(),
        State.DISMISSED: set(),
        State.DECIDED: {TimeFlag.DATE_PASSED, "ladder_date"},
        State.WAITING: {*TimeFlag, "ladder_due", "ladder_date", "wait_over"},
    }
    assert set(alarms(claim)) == expected.get(state, {*TimeFlag, "ladder_due", "ladder_date"})


def test_alarms_follow_the_dates(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, by=editor)
    due = ahead(hours=30)
    act(claim.pk, Action.SET_DUE, viewer(editor), due=due, reason="The minister speaks tonight.")
    assert alarms(claim) == {TimeFlag.DUE_SOON: due - 8 * HOUR, TimeFlag.LATE: due, "ladder_due": due - 8 * HOUR}


def test_another_desk_warns_by_its_own_hours(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, by=editor)
    act(claim.pk, Action.CHANGE_DESK, viewer(editor), desk=a_desk(warning_hours=2), reason="It is theirs.")
    assert claim.review_due_at is not None
    assert alarms(claim)[TimeFlag.DUE_SOON] == claim.review_due_at - 2 * HOUR


def test_an_alarm_for_a_past_moment_wakes_the_sweep_at_once(desk: Desk) -> None:
    alarm = a_claim(desk, own=dated(LONG_AGO)).alarms.get(kind=TimeFlag.DATE_PASSED)
    assert now() - timedelta(minutes=1) < alarm.wake_at <= now()
    assert alarm.moment < LONG_AGO + timedelta(minutes=1)


def test_no_forerunner_is_set_for_what_has_come_already(desk: Desk) -> None:
    assert TimeFlag.DATE_NEAR not in alarms(a_claim(desk, own=dated(LONG_AGO)))


def test_deciding_clears_late(desk: Desk, editor: User) -> None:
    claim, reviewer = a_claim(desk, by=editor), a_reviewer(desk)
    put_on(claim, reviewer, editor)
    fall_late(claim, editor)
    raise_due_flags()
    review_by(claim, reviewer)
    flag = Flag.objects.get(claim=claim, kind=TimeFlag.LATE)
    assert flag.cleared_at is not None
    assert (flag.cleared_by, alarms(claim)) == ("claim.submit_review", {})


def _decided_and_reopened(claim: Claim, editor: User, desk: Desk) -> None:
    reviewer = a_reviewer(desk)
    put_on(claim, reviewer, editor)
    review_by(claim, reviewer)
    act(claim.pk, Action.REOPEN, viewer(editor), reason="New figures.")


def _dismissed_and_restored(claim: Claim, editor: User, desk: Desk) -> None:
    act(claim.pk, Action.DISMISS, viewer(editor), reason=DismissalReason.OFF_SUBJECT)
    act(claim.pk, Action.RESTORE, viewer(editor))


def _dismissed_and_undone(claim: Claim, editor: User, desk: Desk) -> None:
    act(claim.pk, Action.DISMISS, viewer(editor), reason=DismissalReason.OFF_SUBJECT)
    act(claim.pk, Action.UNDO, viewer(editor))


def _moved_and_undone(claim: Claim, editor: User, desk: Desk) -> None:
    act(claim.pk, Action.SET_DUE, viewer(editor), due=ahead(days=3), reason="Later.")
    assert announced(claim) == [("late", False)]
    act(claim.pk, Action.UNDO, viewer(editor))


def _parked_and_undone(claim: Claim, editor: User, desk: Desk) -> None:
    until = ahead(days=3)
    act(claim.pk, Action.WAIT, viewer(editor), reason=WaitingReason.REPLY, until=until, due=until)
    act(claim.pk, Action.UNDO, viewer(editor))


@pytest.mark.parametrize(
    "there_and_back",
    [_decided_and_reopened, _dismissed_and_restored, _dismissed_and_undone, _moved_and_undone, _parked_and_undone],
)
def test_a_moment_announced_once_is_never_announced_again(
    desk: Desk, editor: User, there_and_back: Callable[[Claim, User, Desk], None]
) -> None:
    claim = a_claim(desk, by=editor)
    fall_late(claim, editor)
    raise_due_flags()
    assert (announced(claim), told(claim)) == ([("late", True)], ["late"])
    there_and_back(claim, editor, desk)
    assert announced(claim) == [("late", True)], "it is late again, so the flag stands again at once"
    raise_due_flags()
    assert (announced(claim), told(claim)) == ([("late", True)], ["late"])


def test_an_own_date_moved_there_and_back_is_announced_once(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, by=editor, own=dated(LONG_AGO))
    raise_due_flags()
    act(claim.pk, Action.SET_OWN_DATE, viewer(editor), own=None, reason="Not a date.")
    assert announced(claim) == [("date_passed", False)]
    act(claim.pk, Action.SET_OWN_DATE, viewer(editor), own=_window(claim), reason="As it was.")
    raise_due_flags()
    assert (announced(claim), told(claim)) == ([("date_passed", True)], ["date_passed"])


def _window(claim: Claim) -> OwnDate:
    assert claim.confirm_from is not None
    assert claim.confirm_by is not None
    return OwnDate(claim.confirm_from, claim.confirm_by, Precision.MINUTE, "UTC")


def test_a_forerunner_is_not_raised_after_its_successor_was(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, by=editor)
    fall_late(claim, editor)
    raise_due_flags()
    _decided_and_reopened(claim, editor, desk)
    raise_due_flags()
    assert told(claim) == ["late"]


def test_a_new_moment_is_announced_anew(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, by=editor)
    for _ in range(2):
        fall_late(claim, editor)
        raise_due_flags()
    assert told(claim) == ["late", "late"]
    assert announced(claim) == [("late", False), ("late", True)]


def test_late_closes_due_soon(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, by=editor)
    act(claim.pk, Action.SET_DUE, viewer(editor), due=ahead(minutes=30), reason="Now.")
    raise_due_flags()
    assert announced(claim) == [("due_soon", True)]
    fall_late(claim, editor)
    raise_due_flags()
    assert told(claim) == ["due_soon", "late"]
    assert announced(claim) == [("due_soon", False), ("late", True)]


def test_unproven_before_the_own_date_does_not_silence_it(desk: Desk) -> None:
    claim = a_claim(desk, State.DECIDED, own=dated(ahead(days=3)))
    assert set(alarms(claim)) == {TimeFlag.DATE_PASSED, "ladder_date"}
    assert claim.confirm_by is not None
    later = claim.confirm_by + timedelta(seconds=1)
    standing = claim.decisions.get()
    assert claim.time_flags(later, standing) == [TimeFlag.DATE_PASSED]
    assert list(Claim.objects.date_passed(later)) == [claim]


def test_unproven_after_the_own_date_silences_it(desk: Desk, editor: User) -> None:
    claim, reviewer = a_claim(desk, by=editor, own=dated(LONG_AGO)), a_reviewer(desk)
    raise_due_flags()
    put_on(claim, reviewer, editor)
    review_by(claim, reviewer, replace(UNPROVEN, outcome=Outcome.UNKNOWN))
    assert (alarms(claim), announced(claim)) == ({}, [("date_passed", False)])
    assert not Claim.objects.date_passed(now()).exists()


def test_moving_the_date_ahead_of_an_unproven_verdict_makes_it_speak_again(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, State.DECIDED, by=editor, own=dated(LONG_AGO))
    assert alarms(claim) == {}
    window = _window(a_claim(desk, own=dated(ahead(days=2))))
    act(claim.pk, Action.SET_OWN_DATE, viewer(editor), own=window, reason="She named another day.")
    assert alarms(claim) == {TimeFlag.DATE_PASSED: window.confirm_by, "ladder_date": window.confirm_by}


@pytest.mark.parametrize("state", [State.PROPOSED, State.DISMISSED])
def test_proposed_and_dismissed_claims_are_never_flagged(desk: Desk, state: State) -> None:
    claim = a_claim(desk, state, own=dated(LONG_AGO))
    raise_due_flags()
    assert (announced(claim), told(claim)) == ([], [])
    assert not Claim.objects.date_passed(now()).exists()


def test_a_dismissal_withdraws_the_work_and_clears_what_stood(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, State.IN_REVIEW, by=editor, own=dated(LONG_AGO))
    raise_due_flags()
    assert open_assignment_of(claim).status == "open"
    act(claim.pk, Action.DISMISS, viewer(editor), reason=DismissalReason.OFF_SUBJECT)
    assert (alarms(claim), announced(claim)) == ({}, [("date_passed", False)])
    assert list(fresh(claim).assignments.values_list("status", flat=True)) == ["withdrawn"]
