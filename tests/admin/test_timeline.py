"""The timeline on a claim's page: whose seat was taken, and which step was taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from claims.deadlines import Precision, own_date
from claims.lifecycle import Action, State
from claims.models import Claim, ClaimEvent, Desk, DeskRole, User
from claims.services.undoing import UNDOABLE_TYPES
from reviews.models import Assignment, Reviewer
from reviews.services.acting import Acting, act, acting_on
from reviews.services.assigning import decline, recuse, sources_of
from reviews.services.changewords import UNDONE, undone_step
from reviews.services.routing import pass_on
from tests import factories as make
from tests.admin.conftest import SignIn, page_of

POOL = "took {} off it; it is back in the pool"


def told_to(user: User, claim: Claim, signed: SignIn) -> list[tuple[str, str]]:
    """What happened, latest first, and why."""
    return [(entry.words, entry.why) for entry in signed(user).get(page_of(claim)).context["timeline"]]


def test_it_says_whose_seat_a_move_took_and_that_the_move_was_taken_back(
    signed: SignIn, reviewer: Reviewer, editor: User, desk: Desk, claim: Claim
) -> None:
    there = make.a_desk()
    make.joined(editor, there, DeskRole.EDITOR)
    act(claim.pk, Action.CHANGE_DESK, make.viewer(editor), desk=there, reason="They know the ministry.")
    act(claim.pk, Action.UNDO, make.viewer(editor))
    assert told_to(editor, claim, signed)[:3] == [
        ("You took back the move to another desk", ""),
        (f"You took {reviewer} off it; it is back in the pool", "The claim went to another desk."),
        (f"You gave it to the desk {there.name}", "They know the ministry."),
    ]
    colleague = make.an_editor(desk)
    assert told_to(colleague, claim, signed)[0][0] == f"{editor.full_name} took back the move to another desk"


def test_the_history_of_all_claims_is_told_in_the_same_sentences(
    signed: SignIn, editor: User, desk: Desk, claim: Claim
) -> None:
    act(claim.pk, Action.SET_PRIORITY, make.viewer(editor), priority=1, reason="The minister speaks tonight.")
    rows = signed(editor).get(reverse("admin:claims_claimevent_changelist")).content.decode()
    words = told_to(make.an_editor(desk), claim, signed)[0][0]
    assert editor.full_name in words
    assert words in rows
    assert "claim.set_priority" not in rows


def test_it_says_what_was_changed_about_its_own_date(signed: SignIn, editor: User, claim: Claim) -> None:
    own = own_date(date(2031, 5, 20), date(2031, 5, 20), Precision.DAY, "UTC")
    known: dict[str, Any] = {"own": own, "words": "in May", "zone_basis": "stated"}
    for change in ({}, {"words": "by 20 May"}, {"zone_basis": "desk"}, {"own": None}):
        known |= change
        act(claim.pk, Action.SET_OWN_DATE, make.viewer(editor), reason="It says so.", **known)
    assert [words for words, _why in told_to(editor, claim, signed)[:4]] == [
        "You took its own date away",
        "You changed how its own date is known",
        "You changed the words of its own date to “by 20 May”",
        "You set its own date to 20 May 2031 23:59",
    ]


@pytest.mark.parametrize(
    ("leave", "own", "for_another"),
    [
        (
            lambda acting, seat: pass_on(acting.held, seat, None, by=acting.by, note=""),
            "gave it back to the pool",
            POOL,
        ),
        (lambda acting, seat: decline(acting.held, seat, by=acting.by), "declined it", POOL),
        (
            lambda acting, seat: recuse(acting.held, seat, by=acting.by, source_id=min(sources_of(acting.held.claim))),
            "stepped back because of an interest",
            "took {} off it because of an interest",
        ),
    ],
)
def test_it_tells_leaving_a_seat_from_being_taken_off_it(
    signed: SignIn,
    desk: Desk,
    editor: User,
    *,
    leave: Callable[[Acting, Assignment], object],
    own: str,
    for_another: str,
) -> None:
    first, second = make.a_reviewer(desk), make.a_reviewer(desk)
    claim = make.a_claim(desk, State.QUEUED, by=editor)
    for reviewer, who in ((first, editor), (second, second)):
        seat = make.put_on(claim, reviewer, editor)
        with acting_on(claim.pk, make.viewer(who)) as acting:
            leave(acting, seat)
    words = [words for words, _why in told_to(editor, claim, signed)]
    assert f"You {for_another.format(first)}" in words
    assert f"{second} {own}" in words


def test_it_names_every_step_that_can_be_taken_back() -> None:
    assert UNDONE.keys() == UNDOABLE_TYPES


def test_a_step_that_is_not_known_is_the_last_one() -> None:
    assert undone_step(ClaimEvent(type="claim.undo", body='{"data": {"what": "claim.shelve"}}')) == "the last step"
    assert undone_step(ClaimEvent(type="claim.undo", body="{}")) == "the last step"
