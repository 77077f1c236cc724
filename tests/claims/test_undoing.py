"""A person takes back their last step, for a minute, while nothing has happened since; history keeps both."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from claims.actors import rule
from claims.errors import NotUndoable
from claims.lifecycle import Action, DismissalReason, State, WaitingReason
from claims.models import Claim, Desk, Flag, FlagKind, User
from claims.services.transitions import locked
from claims.services.undoing import WINDOW, undo, undoable
from reviews.services.acting import act
from tests.factories import a_claim, a_desk, a_reviewer, ahead, an_editor, dated, fresh, now, put_on, viewer

pytestmark = pytest.mark.django_db

KEPT = {"version", "updated_at"}


@pytest.fixture
def desk() -> Desk:
    return a_desk()


@pytest.fixture
def editor(desk: Desk) -> User:
    return an_editor(desk)


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
    with pytest.raises(NotUndoable, match="This step cannot be undone"):
        act(claim.pk, Action.UNDO, viewer(editor))


def test_a_step_is_undone_only_by_whoever_took_it(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, by=editor)
    act(claim.pk, Action.SET_PRIORITY, viewer(editor), priority=1, reason="It leads the page.")
    with pytest.raises(NotUndoable, match="the last step was not yours"):
        act(claim.pk, Action.UNDO, viewer(an_editor(desk)))


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
