"""A claim in review of which nobody did anything for two days is marked, until somebody does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from claims.lifecycle import Action, DismissalReason, State
from claims.models import Claim, Desk, Flag, FlagKind, User
from claims.services.flagging import raise_flags
from claims.services.transitions import locked
from reviews.models import Absence, DeskDefaults, Reviewer
from reviews.services import leaving, stillness
from reviews.services.acting import act
from reviews.services.assigning import hand_over
from reviews.services.leaving import take_back_standing
from reviews.services.stillness import Marked, flag_standstill, idle_since
from tests import factories as make
from tests.concurrency.crowd import broken_promises

pytestmark = pytest.mark.django_db


@pytest.fixture
def claim(desk: Desk, editor: User, reviewer: Reviewer) -> Claim:
    return make.a_claim(desk, State.IN_REVIEW, by=editor, reviewer=reviewer)


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if two days were over as soon as they begin."""
    monkeypatch.setattr(stillness, "IDLE_AFTER", timedelta(0))


def test_it_counts_48_hours_from_the_last_thing_a_person_did(claim: Claim) -> None:
    began = claim.events.get(type="claim.start").recorded_at
    two_days = timedelta(hours=48)
    assert not idle_since(began + two_days).exists()
    assert idle_since(began + two_days + timedelta(microseconds=1)).get() == claim
    with locked(claim.pk) as held:
        held.record("claim.late", by=stillness.WATCHER)
    assert idle_since(began + two_days + timedelta(microseconds=1)).get() == claim


@pytest.mark.parametrize("state", [State.QUEUED, State.WAITING, State.SECOND_OPINION, State.DECIDED])
def test_only_claims_in_review_stand_still(desk: Desk, state: State) -> None:
    make.a_claim(desk, state)
    assert not idle_since(make.ahead(days=9)).exists()


def test_it_is_marked_once_and_cleared_when_it_goes_on(at_once: None, claim: Claim, editor: User) -> None:
    assert [flag_standstill(), flag_standstill()] == [Marked(raised=1), Marked()]
    flag = Flag.objects.standing().get(claim=claim, kind=FlagKind.IDLE)
    assert flag.reason.startswith("Nobody has done anything since ")
    act(claim.pk, Action.DISMISS, make.viewer(editor), reason=DismissalReason.OFF_SUBJECT)
    assert not Flag.objects.standing().exists()
    assert flag_standstill() == Marked()
    assert broken_promises() == {}


def test_the_mark_goes_when_somebody_does_something(
    claim: Claim, editor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stillness, "IDLE_AFTER", timedelta(0))
    flag_standstill()
    monkeypatch.setattr(stillness, "IDLE_AFTER", timedelta(hours=48))
    act(claim.pk, Action.SET_PRIORITY, make.viewer(editor), priority=1, reason="It matters.")
    assert flag_standstill() == Marked(cleared=1)
    (event,) = claim.events.filter(type="claim.clear_flag")
    assert event.data == {"kind": "idle"}
    assert broken_promises() == {}


def test_a_pass_clears_no_mark_that_another_has_made_since_it_looked(
    claim: Claim, reviewer: Reviewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    raised = iter([True])

    def raise_in_turns(*found: Any, **given: Any) -> int:
        if next(raised, False):  # the first pass has looked; now its reviewer goes away, and another pass comes
            Absence.objects.create(reviewer=reviewer, starts_at=make.now(), ends_at=make.ahead(days=1))
            assert flag_standstill() == Marked(raised=1)
        return raise_flags(*found, **given)

    monkeypatch.setattr(stillness, "raise_flags", raise_in_turns)
    assert flag_standstill() == Marked()
    assert Flag.objects.standing().get(claim=claim).kind == FlagKind.AWAY


def test_a_desk_may_take_claims_back_that_stand_still(at_once: None, claim: Claim, desk: Desk) -> None:
    assert take_back_standing() == 0
    DeskDefaults.objects.create(desk=desk, takes_back=True)
    assert take_back_standing() == 1
    assert make.fresh(claim).state == State.QUEUED
    told: dict[str, Any] = claim.events.get(type="claim.hand_over").content
    assert (told["actor_name"], told["reason"]) == ("standstill", "Nobody did anything for 2 days.")
    assert take_back_standing() == 0
    assert broken_promises() == {}


def test_a_desk_that_stops_taking_claims_back_keeps_those_that_a_pass_has_not_come_to(
    at_once: None, desk: Desk, editor: User, reviewer: Reviewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    claims = [make.a_claim(desk, State.IN_REVIEW, by=editor, reviewer=reviewer) for _ in range(2)]
    defaults = DeskDefaults.objects.create(desk=desk, takes_back=True)

    def stop(*seat: Any, **given: Any) -> None:
        hand_over(*seat, **given)
        DeskDefaults.objects.filter(pk=defaults.pk).update(takes_back=False)

    monkeypatch.setattr(leaving, "hand_over", stop)
    assert take_back_standing() == 1
    assert [make.fresh(claim).state for claim in claims] == [State.QUEUED, State.IN_REVIEW]
