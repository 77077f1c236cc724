"""The table of steps, against a copy written out by hand: state by action by role, and where each step leads."""

from __future__ import annotations

import pytest

from claims.errors import ActionNotPossible, RoleMissing
from claims.lifecycle import OPEN_STATES, TRANSITIONS, Action, Role, State, check

LETTERS = dict(zip("PQRWSDX", State, strict=True))
EVERY = "PQRWSDX"
MAY: dict[str, dict[str, str]] = {
    "accept": {"editor": "P", "triager": "P", "key_triage": "P"},
    "dismiss": {"editor": "PQRWS", "triager": "P", "on_it": "QR"},
    "restore": {"editor": "X"},
    "assign": {"system": "QRS", "editor": "QRS", "reviewer": "QRS"},
    "start": {"on_it": "Q"},
    "hand_over": {"on_it": "QRS", "editor": "QRS", "adjudicator": "S"},
    "decline": {"on_it": "QRS", "editor": "QRS", "adjudicator": "S"},
    "recuse": {"on_it": "QRS", "editor": "QRS", "adjudicator": "S"},
    "wait": {"on_it": "QR", "editor": "QR"},
    "resume": {"on_it": "W", "editor": "W", "system": "W"},
    "ask_second_opinion": {"on_it": "R", "editor": "R"},
    "submit_review": {"on_it": "RS"},
    "adjudicate": {"adjudicator": "S"},
    "reopen": {"editor": "D", "administrator": "D"},
    "set_due": {"editor": "PQRWSD", "on_it": "PQRWSD", "triager": "P"},
    "set_own_date": {"editor": "PQRWSD", "on_it": "PQRWSD", "triager": "P"},
    "change_desk": {"editor": "PQRWSD", "triager": "P"},
    "set_priority": {"editor": "PQRWSD", "triager": "P"},
    "settle": {"system": "QRWS"},
    "edit": {"editor": "PQRWSX", "triager": "P", "key_maker": "P"},
    "split": {"editor": "PQR", "triager": "P"},
    "merge": {"editor": "PQR", "triager": "P"},
    "publish": {"editor": "D"},
    "correct": {"editor": "D"},
    "withdraw": {"editor": "D"},
    "raise_flag": {"system": EVERY},
    "clear_flag": {"system": EVERY},
    "undo": {"same_person": EVERY},
}
LEADS_TO: dict[str, str] = {
    "propose": "P",
    "accept": "Q",
    "dismiss": "X",
    "restore": "Q",
    "start": "R",
    "hand_over": "QRS",
    "decline": "QRS",
    "recuse": "QRS",
    "wait": "W",
    "resume": "QR",
    "ask_second_opinion": "S",
    "submit_review": "SD",
    "adjudicate": "D",
    "reopen": "R",
    "merge": "X",
    "undo": EVERY,
}
MAKERS = {Role.KEY_WRITE, Role.REVIEWER, Role.EDITOR, Role.SYSTEM}


def test_the_copy_names_every_step() -> None:
    assert {*MAY, "propose"} == set(Action.values) == {str(action) for action in TRANSITIONS}


@pytest.mark.parametrize("action", sorted(MAY))
@pytest.mark.parametrize("letter", EVERY)
def test_each_role_may_do_exactly_what_the_table_says(action: str, letter: str) -> None:
    state = LETTERS[letter]
    possible = any(letter in letters for letters in MAY[action].values())
    for role in Role:
        expected = "yes" if letter in MAY[action].get(role, "") else "no role" if possible else "no state"
        assert answer(Action(action), state, role) == expected, (action, state, role)


def answer(action: Action, state: State | None, *roles: Role) -> str:
    """What the table says to somebody with these roles."""
    try:
        check(action, state, frozenset(roles))
    except ActionNotPossible:
        return "no state"
    except RoleMissing:
        return "no role"
    return "yes"


@pytest.mark.parametrize("role", Role)
def test_a_claim_is_proposed_by_people_keys_and_rules_alone(role: Role) -> None:
    assert answer(Action.PROPOSE, None, role) == ("yes" if role in MAKERS else "no role")


@pytest.mark.parametrize("state", State)
def test_a_claim_that_exists_is_not_proposed_again(state: State) -> None:
    with pytest.raises(ActionNotPossible, match="makes a new claim; this one exists"):
        check(Action.PROPOSE, state, frozenset(Role))


@pytest.mark.parametrize("action", Action)
def test_each_step_leads_where_the_table_says(action: Action) -> None:
    assert TRANSITIONS[action].targets == {LETTERS[letter] for letter in LEADS_TO.get(action, "")}


def test_the_open_states_are_the_accepted_ones_that_want_a_verdict() -> None:
    assert {LETTERS[letter] for letter in "QRWS"} == OPEN_STATES


def test_the_refusal_of_a_state_names_the_states_in_which_it_would_be_possible() -> None:
    with pytest.raises(ActionNotPossible) as refused:
        check(Action.WAIT, State.DECIDED, frozenset({Role.EDITOR}))
    assert refused.value.message == "Wait is possible only in Queued or In review; this claim is Decided."
    assert (refused.value.code, refused.value.status) == ("action_not_possible", 409)


def test_the_refusal_of_a_role_names_only_who_may_in_this_state() -> None:
    with pytest.raises(RoleMissing) as refused:
        check(Action.DISMISS, State.WAITING, frozenset({Role.ON_IT, Role.TRIAGER}))
    assert refused.value.message == "Dismiss: only for editor of its desk."
    with pytest.raises(RoleMissing, match="reviewer with the right to triage or editor of its desk"):
        check(Action.DISMISS, State.PROPOSED, frozenset({Role.REVIEWER}))


@pytest.mark.parametrize("state", State)
def test_a_key_never_reviews_or_decides(state: State) -> None:
    keys = {Role.KEY_WRITE, Role.KEY_TRIAGE, Role.KEY_MAKER, Role.KEY_EVIDENCE}
    judging = {Action.START, Action.SUBMIT_REVIEW, Action.ADJUDICATE, Action.ASK_SECOND_OPINION, Action.ASSIGN}
    assert {answer(action, state, *keys) for action in judging} <= {"no role", "no state"}
