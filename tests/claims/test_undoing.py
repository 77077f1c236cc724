"""A person takes back their last step, for a minute, while nothing has happened since; history keeps both."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from claims.actors import Actor, ActorKind, rule
from claims.errors import NotFound, NotUndoable
from claims.lifecycle import Action, DismissalReason, State, WaitingReason
from claims.models import Claim, Desk, DeskRole, Flag, FlagKind, User
from claims.services.sweep import raise_due_flags
from claims.services.transitions import locked
from claims.services.undoing import WINDOW, undo, undoable
from reviews.models import Assignment, Course, PolicyKind, Reviewer
from reviews.services.acting import act, acting_on
from reviews.services.assigning import assign, decline, recuse
from reviews.services.routing import pass_on, route_waiting
from reviews.services.seats import asked_of
from reviews.services.verifying import verify_everything
from tests.factories import (
    a_claim,
    a_desk,
    a_desk_with,
    a_policy,
    a_reviewer,
    ahead,
    an_administrator,
    an_editor,
    dated,
    evidence_for,
    fresh,
    joined,
    now,
    put_on,
    review_by,
    start,
    viewer,
)

pytestmark = pytest.mark.django_db

KEPT = {"version", "updated_at"}


def columns(claim: Claim) -> dict[str, object]:
    row = Claim.objects.filter(pk=claim.pk).values().get()
    return {name: value for name, value in row.items() if name not in KEPT}


def _waiting() -> dict[str, Any]:
    until = ahead(hours=3)
    return {"reason": WaitingReason.REPLY, "until": until, "due": until + timedelta(hours=1), "note": "The ministry."}


STEPS: dict[str, tuple[State, Action, Callable[[], dict[str, Any]]]] = {
    "accept": (State.PROPOSED, Action.ACCEPT, dict),
    "dismiss": (State.QUEUED, Action.DISMISS, lambda: {"reason": DismissalReason.OFF_SUBJECT}),
    "dismiss a waiting one": (State.WAITING, Action.DISMISS, lambda: {"reason": DismissalReason.OFF_SUBJECT}),
    "restore": (State.DISMISSED, Action.RESTORE, dict),
    "wait": (State.IN_REVIEW, Action.WAIT, _waiting),
    "resume": (State.WAITING, Action.RESUME, dict),
    "set_due": (State.QUEUED, Action.SET_DUE, lambda: {"due": ahead(hours=2), "reason": "Sooner."}),
    "set_own_date": (State.QUEUED, Action.SET_OWN_DATE, lambda: {"own": None, "reason": "She named none."}),
    "change_desk": (State.QUEUED, Action.CHANGE_DESK, lambda: {"desk": a_desk(), "reason": "It is theirs."}),
    "set_priority": (State.QUEUED, Action.SET_PRIORITY, lambda: {"priority": 1, "reason": "It leads the page."}),
    "edit": (State.QUEUED, Action.EDIT, lambda: {"changes": {"statement": "Other words.", "topics": ["budget"]}}),
}


@pytest.mark.parametrize("name", STEPS)
def test_undoing_writes_back_every_column(desk: Desk, name: str) -> None:
    state, action, given = STEPS[name]
    editor = an_editor(desk)
    claim = a_claim(desk, state, by=editor, own=dated(ahead(days=3)))
    before, alarms = columns(claim), set(claim.alarms.values_list("kind", "moment"))
    person = viewer(editor)
    act(claim.pk, action, person, **given())
    assert columns(claim) != before
    with locked(claim.pk) as held:
        undo(held, by=person.actor)
    assert columns(claim) == before
    assert set(claim.alarms.values_list("kind", "moment")) == alarms


def test_the_undoing_is_an_event_that_names_what_it_took_back(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, by=editor)
    done = act(claim.pk, Action.SET_PRIORITY, viewer(editor), priority=1, reason="It leads the page.")
    event = act(claim.pk, Action.UNDO, viewer(editor))
    assert (event.data["undone"], event.data["what"]) == (done.seq, "claim.set_priority")
    assert event.data["changes"] == {"priority": [1, 3]}
    assert claim.events.filter(pk=done.pk).exists()
    assert fresh(claim).version == claim.version + 2


def test_nothing_is_undone_twice(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, by=editor)
    act(claim.pk, Action.SET_PRIORITY, viewer(editor), priority=1, reason="It leads the page.")
    act(claim.pk, Action.UNDO, viewer(editor))
    with pytest.raises(NotUndoable, match="Undoing cannot be undone. Take the step again."):
        act(claim.pk, Action.UNDO, viewer(editor))


def test_the_step_that_is_meant_is_undone_and_no_other(desk: Desk, editor: User) -> None:
    claim, person = a_claim(desk, by=editor), viewer(editor)
    first = act(claim.pk, Action.SET_PRIORITY, person, priority=1, reason="It leads the page.")
    then = act(claim.pk, Action.SET_PRIORITY, person, priority=2, reason="It does not.")
    with pytest.raises(NotUndoable, match="Something else was done since. Take the opposite step instead."):
        act(claim.pk, Action.UNDO, person, seq=first.seq)
    act(claim.pk, Action.UNDO, person, seq=then.seq)
    with pytest.raises(NotUndoable, match="This step was taken back already."):
        act(claim.pk, Action.UNDO, person, seq=then.seq)
    assert fresh(claim).priority == 1


def test_a_claim_that_is_not_there_is_refused_by_its_number(editor: User) -> None:
    for who in (editor, an_administrator()):
        with pytest.raises(NotFound, match="There is no claim #999999."):
            act(999_999, Action.UNDO, viewer(who))


def test_a_step_is_undone_only_by_whoever_took_it(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, by=editor)
    act(claim.pk, Action.SET_PRIORITY, viewer(editor), priority=1, reason="It leads the page.")
    with pytest.raises(NotUndoable, match="the last step was not yours"):
        act(claim.pk, Action.UNDO, viewer(an_editor(desk)))


def test_a_key_with_the_number_of_the_person_takes_nothing_of_theirs_back(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, by=editor)
    act(claim.pk, Action.SET_PRIORITY, viewer(editor), priority=1, reason="It matters.")
    key = Actor(ActorKind.KEY, "Integration", editor.pk, frozenset(viewer(editor).actor.roles))
    with locked(claim.pk) as held, pytest.raises(NotUndoable):
        undo(held, by=key)
    assert fresh(claim).priority == 1


def test_a_step_is_undone_for_a_minute_and_no_longer(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, by=editor)
    act(claim.pk, Action.SET_PRIORITY, viewer(editor), priority=1, reason="It leads the page.")
    person = viewer(editor).actor
    with locked(claim.pk) as held:
        held.now = claim.events.latest("seq").recorded_at + WINDOW
        assert undoable(held, person).type == "claim.set_priority"
        held.now += timedelta(microseconds=1)
        with pytest.raises(NotUndoable, match="Only for 60 seconds. Take the opposite step instead"):
            undoable(held, person)


def test_a_step_is_not_undone_after_something_else_happened(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, by=editor)
    act(claim.pk, Action.SET_PRIORITY, viewer(editor), priority=1, reason="It leads the page.")
    put_on(claim, a_reviewer(desk), an_editor(desk))
    with pytest.raises(NotUndoable, match="Something else has happened since"):
        act(claim.pk, Action.UNDO, viewer(editor))


def routed(claim: Claim) -> Assignment:
    """The seat that routing has just given."""
    assert route_waiting().assigned == 1
    return seat_of(claim)


def test_an_acceptance_is_undone_together_with_the_seat_that_routing_gave_since(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, State.PROPOSED, by=editor)
    before = columns(claim)
    a_reviewer(desk)
    act(claim.pk, Action.ACCEPT, viewer(editor))
    seat = routed(claim)
    event = act(claim.pk, Action.UNDO, viewer(editor))
    assert event.data["taken_off"] == [{"assignment": seat.pk, "name": str(seat.reviewer)}]
    assert columns(claim) == before
    assert Assignment.objects.get(pk=seat.pk).status == "withdrawn"
    assert not Course.objects.filter(claim=claim).exists()
    assert verify_everything(timedelta(0)).broken == []
    act(claim.pk, Action.ACCEPT, viewer(editor))
    assert routed(claim).reviewer == seat.reviewer


def test_an_acceptance_is_undone_together_with_the_flag_that_nobody_can_take_it(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, State.PROPOSED, by=editor)
    act(claim.pk, Action.ACCEPT, viewer(editor))
    assert route_waiting().unroutable == 1
    act(claim.pk, Action.UNDO, viewer(editor))
    assert not Flag.objects.standing().filter(claim=claim).exists()
    assert verify_everything(timedelta(0)).broken == []


def _declined(claim: Claim, reviewer: Reviewer) -> None:
    with acting_on(claim.pk, viewer(reviewer)) as acting:
        decline(acting.held, seat_of(claim), by=acting.by)
    route_waiting()


ACTED: dict[str, Callable[[Claim, Reviewer], object]] = {
    "began": start,
    "declined": _declined,
    "judged": review_by,
    "evidence": lambda claim, reviewer: evidence_for(claim, by=reviewer),
}


@pytest.mark.parametrize("acted", ACTED)
def test_an_acceptance_is_not_undone_once_whom_routing_chose_has_acted(desk: Desk, editor: User, acted: str) -> None:
    claim = a_claim(desk, State.PROPOSED, by=editor)
    reviewer = a_reviewer(desk)
    act(claim.pk, Action.ACCEPT, viewer(editor))
    routed(claim)
    ACTED[acted](claim, reviewer)
    with pytest.raises(NotUndoable, match="Something else has happened since"):
        act(claim.pk, Action.UNDO, viewer(editor))


def test_leaving_is_undone_after_routing_found_somebody_else(desk: Desk, editor: User) -> None:
    reviewer = a_reviewer(desk)
    claim = a_claim(desk, State.IN_REVIEW, by=editor, reviewer=reviewer)
    mine, other = seat_of(claim), a_reviewer(desk)
    with acting_on(claim.pk, viewer(reviewer)) as acting:
        decline(acting.held, mine, by=acting.by)
    assert routed(claim).reviewer == other
    act(claim.pk, Action.UNDO, viewer(reviewer))
    assert (fresh(claim).state, seat_of(claim)) == (State.IN_REVIEW, mine)
    assert verify_everything(timedelta(0)).broken == []


def test_a_step_that_routing_has_nothing_to_do_with_is_not_undone_over_it(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, by=editor)
    a_reviewer(desk)
    act(claim.pk, Action.SET_PRIORITY, viewer(editor), priority=1, reason="It leads the page.")
    routed(claim)
    with pytest.raises(NotUndoable, match="Something else has happened since"):
        act(claim.pk, Action.UNDO, viewer(editor))


def test_what_the_clock_announced_since_does_not_stand_in_the_way(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, by=editor)
    before = columns(claim)
    act(claim.pk, Action.SET_DUE, viewer(editor), due=ahead(hours=1), reason="Sooner.")
    raise_due_flags()
    assert Flag.objects.standing().get(claim=claim).kind == "due_soon"
    act(claim.pk, Action.UNDO, viewer(editor))
    assert columns(claim) == before
    assert not Flag.objects.standing().filter(claim=claim).exists()
    assert verify_everything(timedelta(0)).broken == []


@pytest.mark.parametrize("state", [State.DECIDED, State.SECOND_OPINION])
def test_a_judgement_is_not_undone(desk: Desk, state: State) -> None:
    reviewer = a_reviewer(desk)
    claim = a_claim(desk, state, reviewer=reviewer)
    with pytest.raises(NotUndoable):
        act(claim.pk, Action.UNDO, viewer(reviewer))


def test_the_flags_that_a_dismissal_cleared_stand_again(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, by=editor)
    with locked(claim.pk) as held:
        held.raise_flag(FlagKind.UNROUTABLE, by=rule("routing"), reason="Everybody is away.")
    act(claim.pk, Action.DISMISS, viewer(editor), reason=DismissalReason.OFF_SUBJECT)
    assert not Flag.objects.standing().filter(claim=claim).exists()
    act(claim.pk, Action.UNDO, viewer(editor))
    assert Flag.objects.standing().get(claim=claim).reason == "Everybody is away."


def test_a_moved_own_date_comes_back_with_its_window(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, by=editor, own=dated(now()))
    act(claim.pk, Action.SET_OWN_DATE, viewer(editor), own=None, reason="She named none.")
    act(claim.pk, Action.UNDO, viewer(editor))
    back = fresh(claim)
    assert (back.confirm_from, back.confirm_by) == (claim.confirm_from, claim.confirm_by)


def seat_of(claim: Claim) -> Assignment:
    return Assignment.objects.filter(claim=claim, status="open").get()


def test_a_hand_over_to_a_person_is_undone_and_the_seat_given_back_with_its_note(desk: Desk, editor: User) -> None:
    first, second = a_reviewer(desk), a_reviewer(desk)
    claim = a_claim(desk, by=editor)
    with acting_on(claim.pk, viewer(editor)) as acting:
        assign(acting.held, first, by=acting.by, chosen_by="editor", note="You know the ministry.")
    start(claim, first)
    with acting_on(claim.pk, viewer(first)) as acting:
        assert acting.mine is not None
        pass_on(acting.held, acting.mine, second, by=acting.by, note="I am away tomorrow.")
    assert seat_of(claim).reviewer == second
    act(claim.pk, Action.UNDO, viewer(first))
    back = seat_of(claim)
    assert (back.reviewer, back.note, back.ended_at) == (first, "You know the ministry.", None)
    assert Assignment.objects.get(claim=claim, reviewer=second).status == "withdrawn"
    assert fresh(claim).state == State.IN_REVIEW
    assert verify_everything(timedelta(0)).broken == []


@pytest.mark.parametrize("way", ["decline", "to the pool"])
def test_leaving_a_claim_is_undone_as_long_as_nobody_else_has_it(desk: Desk, editor: User, way: str) -> None:
    reviewer = a_reviewer(desk)
    claim = a_claim(desk, State.IN_REVIEW, by=editor, reviewer=reviewer)
    for last in (False, True):
        with acting_on(claim.pk, viewer(reviewer)) as acting:
            assert acting.mine is not None
            if way == "decline":
                decline(acting.held, acting.mine, by=acting.by)
            else:
                pass_on(acting.held, acting.mine, None, by=acting.by, note="")
        assert fresh(claim).state == State.QUEUED
        if not last:
            act(claim.pk, Action.UNDO, viewer(reviewer))
            assert (fresh(claim).state, seat_of(claim).reviewer) == (State.IN_REVIEW, reviewer)
    put_on(claim, a_reviewer(desk), editor)
    with pytest.raises(NotUndoable, match="Something else has happened since"):
        act(claim.pk, Action.UNDO, viewer(reviewer))
    assert verify_everything(timedelta(0)).broken == []


def test_a_dismissal_gives_the_seats_back(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, State.IN_REVIEW, by=editor)
    seat = seat_of(claim)
    act(claim.pk, Action.DISMISS, viewer(editor), reason=DismissalReason.OFF_SUBJECT)
    act(claim.pk, Action.UNDO, viewer(editor))
    assert seat_of(claim) == seat


def test_a_change_of_desk_that_took_people_off_is_undone_with_them(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, State.IN_REVIEW, by=editor)
    seat, there = seat_of(claim), joined(editor, a_desk(), DeskRole.EDITOR)
    act(claim.pk, Action.CHANGE_DESK, viewer(there), desk=Desk.objects.latest("pk"), reason="It is theirs.")
    assert fresh(claim).state == State.QUEUED
    act(claim.pk, Action.UNDO, viewer(editor))
    assert (fresh(claim).desk, fresh(claim).state, seat_of(claim)) == (desk, State.IN_REVIEW, seat)
    assert verify_everything(timedelta(0)).broken == []


def test_reopening_is_undone_and_the_same_decision_stands_again(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, State.DECIDED, by=editor)
    act(claim.pk, Action.REOPEN, viewer(editor), reason="The wrong claim.")
    act(claim.pk, Action.UNDO, viewer(editor))
    assert (fresh(claim).state, fresh(claim).round) == (State.DECIDED, 1)
    assert claim.decisions.get().standing
    assert verify_everything(timedelta(0)).broken == []


REFUSED: dict[str, tuple[str, str]] = {
    "submit_review": ("reviewer", "A review stays as it was submitted"),
    "publish": ("editor", "Correct or withdraw it"),
    "assign": ("editor", "Hand the claim over or decline it instead"),
    "evidence": ("editor", "Evidence stays in the record"),
    "propose": ("editor", "Dismiss it instead"),
    "second opinion": ("reviewer", "A second opinion was asked for"),
    "recuse": ("reviewer", "The interest stays declared"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_each_step_that_cannot_be_undone_says_what_to_do_instead(desk: Desk, editor: User, what: str) -> None:
    reviewer = a_reviewer(desk)
    states = {"submit_review": State.DECIDED, "publish": State.DECIDED, "second opinion": State.SECOND_OPINION}
    claim = a_claim(
        desk, states.get(what, State.PROPOSED if what == "propose" else State.QUEUED), by=editor, reviewer=reviewer
    )
    if what == "publish":
        act(claim.pk, Action.PUBLISH, viewer(editor))
    if what in {"assign", "recuse"}:
        put_on(claim, reviewer, editor)
    if what == "evidence":
        evidence_for(claim, by=editor)
    if what == "recuse":
        outlet = claim.appearances.get().revision.article.outlet_id
        with acting_on(claim.pk, viewer(reviewer)) as acting:
            assert acting.mine is not None
            recuse(acting.held, acting.mine, by=acting.by, source_id=outlet)
    who, sentence = REFUSED[what]
    with pytest.raises(NotUndoable, match=sentence):
        act(claim.pk, Action.UNDO, viewer(editor if who == "editor" else reviewer))


def test_a_claim_of_before_there_were_policies_has_none_again_when_a_change_of_desk_is_undone(
    desk: Desk, editor: User
) -> None:
    claim = a_claim(desk, by=editor)
    Course.objects.filter(claim=claim).delete()
    there = a_desk_with(a_policy(PolicyKind.INDEPENDENT, 2))
    act(claim.pk, Action.CHANGE_DESK, viewer(editor), desk=there, reason="It is theirs.")
    assert asked_of(fresh(claim)).judges == 2
    act(claim.pk, Action.UNDO, viewer(editor))
    assert asked_of(fresh(claim)).judges == 1
