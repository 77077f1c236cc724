"""Returning to the pool by the ladder: once, by its name, and only what is still late in the same hands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from time import sleep
from typing import Any

import pytest

from claims.errors import NotFound
from claims.ladders import Deed, Step, Tell, Track
from claims.lifecycle import Action, DismissalReason, State, WaitingReason
from claims.models import Claim, Desk, DeskRole, Escalation, User
from claims.services.escalating import take_steps
from claims.services.sweep import BEGINNING, raise_due_flags
from claims.services.transitions import Held, database_time
from reviews.models import Assignment, Reviewer
from reviews.services import escalation
from reviews.services.acting import act, acting_on
from reviews.services.assigning import hand_over
from reviews.services.escalation import carry_out
from reviews.services.routing import route_waiting
from reviews.services.timeline import entries
from reviews.tasks import escalations
from tests import factories as make
from tests.concurrency.crowd import at_once

pytestmark = pytest.mark.django_db
AT_ONCE = Step("return", "late", Track.REVIEW_DUE, timedelta(0), Tell.EDITOR, Deed.RETURN)


@pytest.fixture
def desk() -> Desk:
    return make.with_ladder(make.a_desk(name="World"), AT_ONCE)


@pytest.fixture
def late(desk: Desk, editor: User, reviewer: Reviewer) -> Claim:
    """A claim in review that fell late; the sweep has taken the step."""
    claim = make.a_claim(desk, State.IN_REVIEW, by=editor, reviewer=reviewer)
    make.fall_late(claim, editor)
    raise_due_flags()
    return make.fresh(claim)


def result_of(claim: Claim) -> str:
    step = Escalation.objects.get(claim=claim)
    assert step.acted_at is not None
    return step.result


def test_a_late_claim_goes_back_to_the_pool_once_and_says_why(late: Claim, reviewer: Reviewer) -> None:
    escalations()
    assert (carry_out(), result_of(late)) == (0, "returned to the pool")
    seat = Assignment.objects.get(claim=late)
    assert (seat.status, seat.reviewer, make.fresh(late).state) == ("handed_over", reviewer, State.QUEUED)
    told = late.events.get(type="claim.hand_over")
    assert (told.actor_name, told.reason) == ("escalation ladder", "late. Ladder of World desk")
    step = late.events.get(type="claim.escalate")
    assert entries([step], database_time(), None)[0].words == (
        "To be returned to the pool; tells the desk editor: late. Ladder of World desk"
    )


def test_a_claim_that_cannot_be_returned_stops_no_other(
    late: Claim, desk: Desk, editor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make.a_claim(desk, State.IN_REVIEW, by=editor, reviewer=make.a_reviewer(desk))
    make.fall_late(other, editor)
    raise_due_flags()
    with monkeypatch.context() as broken:
        broken.setattr(escalation, "hand_over", refusing(late))
        assert carry_out() == 1
    assert Escalation.objects.get(claim=late).acted_at is None
    assert (carry_out(), result_of(late), result_of(other)) == (1, "returned to the pool", "returned to the pool")


def refusing(claim: Claim) -> Callable[..., Assignment | None]:
    """Handing over as it is, but never this claim."""

    def refuse(held: Held, *seat: Assignment, **given: Any) -> Assignment | None:
        if held.claim == claim:
            raise NotFound
        return hand_over(held, *seat, **given)

    return refuse


def test_it_is_routed_to_somebody_else(late: Claim, desk: Desk, reviewer: Reviewer) -> None:
    other = make.a_reviewer(desk)
    carry_out()
    route_waiting()
    assert make.open_assignment_of(late).reviewer == other


def test_a_claim_nobody_is_on_stays_where_it_is(desk: Desk, editor: User) -> None:
    claim = make.a_claim(desk, by=editor)
    make.fall_late(claim, editor)
    raise_due_flags()
    assert (carry_out(), result_of(claim)) == (0, "nobody was on it")


def test_another_due_set_meanwhile_keeps_the_claim_where_it_is(late: Claim, editor: User) -> None:
    act(late.pk, Action.SET_DUE, make.viewer(editor), due=make.ahead(hours=5), reason="The source answers tonight.")
    assert (carry_out(), result_of(late)) == (0, "no longer late")
    assert make.open_assignment_of(late).status == "open"


def test_a_claim_that_went_to_another_desk_meanwhile_is_left_to_the_ladder_of_that_desk(
    late: Claim, editor: User, reviewer: Reviewer
) -> None:
    there = make.with_ladder(make.a_desk(name="City"))
    for person, role in ((editor, DeskRole.EDITOR), (reviewer.user, DeskRole.REVIEWER)):
        make.joined(person, there, role)
    act(late.pk, Action.CHANGE_DESK, make.viewer(editor), desk=there, reason="It is theirs.")
    assert (carry_out(), result_of(late)) == (0, "on another desk")
    assert make.open_assignment_of(late).reviewer == reviewer


def test_a_late_claim_whose_wait_is_over_but_not_ended_yet_is_returned_once_it_is(
    desk: Desk, editor: User, reviewer: Reviewer
) -> None:
    claim = make.a_claim(desk, State.IN_REVIEW, by=editor, reviewer=reviewer)
    until = make.ahead(milliseconds=300)
    act(claim.pk, Action.WAIT, make.viewer(editor), reason=WaitingReason.REPLY, until=until, due=until)
    sleep(0.35)
    take_steps(1, BEGINNING)  # as after an outage in which many waits ran out: a few at a time end behind the steps
    assert carry_out() == 0
    raise_due_flags()
    assert (carry_out(), result_of(claim)) == (1, "returned to the pool")


def test_a_dismissal_meanwhile_makes_it_needless(late: Claim, editor: User) -> None:
    act(late.pk, Action.DISMISS, make.viewer(editor), reason=DismissalReason.OFF_SUBJECT)
    assert (carry_out(), result_of(late)) == (0, "no longer late")


def test_whoever_was_put_on_it_after_the_step_keeps_it(late: Claim, desk: Desk, editor: User) -> None:
    newcomer = make.a_reviewer(desk)
    with acting_on(late.pk, make.viewer(editor)) as acting:
        seat = Assignment.objects.get(claim=late)
        hand_over(acting.held, seat, by=acting.by, to=newcomer, note="Yours now.")
    assert (carry_out(), result_of(late)) == (0, "nobody was on it")
    assert make.open_assignment_of(late).reviewer == newcomer


@pytest.mark.django_db(transaction=True)
def test_two_passes_at_once_take_each_person_off_once() -> None:
    desk = make.with_ladder(make.a_desk(), AT_ONCE)
    editor = make.an_editor(desk)
    for _ in range(4):
        claim = make.a_claim(desk, State.IN_REVIEW, by=editor)
        make.fall_late(claim, editor)
    raise_due_flags()
    counts = at_once(carry_out, carry_out, carry_out)
    assert sum(count for count in counts if isinstance(count, int)) == 4
    assert Assignment.objects.filter(status="handed_over").count() == 4
    assert Escalation.objects.filter(result="returned to the pool").count() == 4
