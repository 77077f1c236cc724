"""How many judge a claim: what a policy and a second opinion ask for, and when a seat is to be given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from claims.errors import ActionNotPossible
from claims.lifecycle import Action, DismissalReason, State
from claims.models import Claim, ClaimEvent, Decision, Desk, Flag, User
from claims.services.transitions import locked
from claims.verdicts import Answers, Stance
from reviews.consensus import Asked
from reviews.errors import NotOnIt, SeatTaken
from reviews.models import Assignment, AssignmentStatus, Part, PolicyKind, Reviewer, SecondOpinion
from reviews.services.acting import act, acting_on
from reviews.services.assigning import assignment_of, decline
from reviews.services.reviewing import ask_second_opinion
from reviews.services.routing import route_waiting, wanting_people
from reviews.services.seats import asked_of, free_seats
from tests.factories import (
    CONFIRMED,
    REFUTED,
    UNPROVEN,
    a_claim,
    a_desk,
    a_desk_with,
    a_policy,
    a_reviewer,
    an_editor,
    evidence_for,
    fresh,
    put_on,
    review_by,
    second_opinion_asked,
    viewer,
)

pytestmark = pytest.mark.django_db


def desk_of(kind: PolicyKind, judges: int, agreeing: int | None = None) -> tuple[Desk, User, list[Reviewer]]:
    """A desk under this policy, its editor, and one reviewer more than it asks."""
    desk = a_desk_with(a_policy(kind, judges, agreeing))
    return desk, an_editor(desk), [a_reviewer(desk) for _ in range(judges + 1)]


def judged(claim: Claim, editor: User, people: Sequence[Reviewer], *answers: Answers) -> Claim:
    """All of these people are put on the claim; the first of them answer."""
    for person in people:
        put_on(claim, person, editor)
    for person, answer in zip(people, answers, strict=False):
        review_by(claim, person, answer)
    return fresh(claim)


def free(claim: Claim, part: Part = Part.REVIEW) -> list[int]:
    with locked(claim.pk) as held:
        return free_seats(held, part)


def open_seats(claim: Claim) -> int:
    return Assignment.objects.open().filter(claim=claim).count()


@pytest.mark.parametrize(
    ("kind", "judges", "agreeing", "asked"),
    [
        (PolicyKind.ONE, 1, 1, Asked()),
        (PolicyKind.WITH_EDITOR, 2, 2, Asked(1, editor=True, agreeing=2)),
        (PolicyKind.INDEPENDENT, 2, 2, Asked(2, agreeing=2)),
        (PolicyKind.INDEPENDENT, 5, 3, Asked(5, agreeing=3)),
    ],
)
def test_a_policy_says_whom_a_claim_asks(kind: PolicyKind, judges: int, agreeing: int, asked: Asked) -> None:
    desk, editor, _ = desk_of(kind, judges, agreeing)
    claim = a_claim(desk, by=editor)
    assert asked_of(claim) == asked
    assert asked.judges == judges
    assert free(claim) == list(range(1, asked.reviewers + 1))


def test_a_claim_of_a_desk_without_a_policy_asks_one_reviewer() -> None:
    claim = a_claim(a_desk())
    assert asked_of(claim) == Asked()
    assert free(claim) == [1]


@pytest.mark.parametrize("kind", PolicyKind)
def test_a_second_opinion_is_one_seat_more_whatever_the_policy(kind: PolicyKind) -> None:
    judges = 1 if kind == PolicyKind.ONE else 2
    desk, editor, people = desk_of(kind, judges)
    claim = a_claim(desk, State.SECOND_OPINION, by=editor, reviewer=people[0])
    assert asked_of(claim).judges == judges + 1
    assert asked_of(claim).agreeing == judges + 1


@pytest.mark.parametrize("kind", PolicyKind)
@pytest.mark.parametrize("state", [state for state in State if state not in {State.PROPOSED, State.DECIDED}])
def test_many_claims_want_the_people_that_each_of_them_wants(kind: PolicyKind, state: State) -> None:
    judges = {PolicyKind.ONE: 1, PolicyKind.WITH_EDITOR: 2, PolicyKind.INDEPENDENT: 3}[kind]
    desk, editor, people = desk_of(kind, judges)
    claim = a_claim(desk, state, by=editor, reviewer=people[0])
    worked_on = claim.state in {State.QUEUED, State.IN_REVIEW, State.SECOND_OPINION}
    assert wanting_people().filter(pk=claim.pk).exists() == (worked_on and bool(free(claim)))


def test_the_router_fills_every_seat_with_another_person() -> None:
    desk, editor, _ = desk_of(PolicyKind.INDEPENDENT, 3)
    claim = a_claim(desk, by=editor)
    for _ in range(4):
        route_waiting()
    seats = Assignment.objects.open().filter(claim=claim)
    assert sorted(seats.values_list("seat", flat=True)) == [1, 2, 3]
    assert len(set(seats.values_list("reviewer", flat=True))) == 3
    assert not wanting_people().filter(pk=claim.pk).exists()


def test_there_is_no_seat_beyond_those_asked_for() -> None:
    desk, editor, people = desk_of(PolicyKind.INDEPENDENT, 2)
    claim = a_claim(desk, by=editor)
    for person in people[:2]:
        put_on(claim, person, editor)
    with pytest.raises(SeatTaken):
        put_on(claim, people[2], editor)


def test_as_many_as_must_agree_decide_and_the_others_are_not_needed() -> None:
    desk, editor, people = desk_of(PolicyKind.INDEPENDENT, 3, 2)
    claim = judged(a_claim(desk, by=editor), editor, people[:3], UNPROVEN)
    assert claim.state == State.SECOND_OPINION
    review_by(claim, people[1])
    assert fresh(claim).state == State.DECIDED
    assert Assignment.objects.get(claim=claim, reviewer=people[2]).status == AssignmentStatus.WITHDRAWN
    with pytest.raises(NotOnIt):
        review_by(claim, people[2])


def test_the_first_review_that_differs_ends_the_round_however_many_agreed_and_closes_the_seats() -> None:
    desk, editor, people = desk_of(PolicyKind.INDEPENDENT, 5, 4)
    claim = a_claim(desk, by=editor)
    for site in ("one", "two"):
        evidence_for(claim, url=f"https://{site}.example/report")
    judged(claim, editor, people[:4], UNPROVEN, UNPROVEN, CONFIRMED)
    assert fresh(claim).state == State.SECOND_OPINION
    assert Flag.objects.standing().filter(claim=claim, kind="split").exists()
    assert open_seats(claim) == 0
    assert free(claim) == []
    assert not wanting_people().filter(pk=claim.pk).exists()
    assert not Decision.objects.filter(claim=claim).exists()


def test_whoever_lost_their_seat_to_a_difference_may_settle_it() -> None:
    desk, editor, people = desk_of(PolicyKind.INDEPENDENT, 3)
    claim = a_claim(desk, by=editor)
    evidence_for(claim, url="https://one.example/report")
    evidence_for(claim, url="https://two.example/report")
    judged(claim, editor, people[:3], UNPROVEN, CONFIRMED)
    put_on(claim, people[2], editor, part=Part.ADJUDICATION)
    review_by(claim, people[2], CONFIRMED)
    assert fresh(claim).state == State.DECIDED


@pytest.mark.parametrize(
    "again",
    [
        pytest.param((Action.REOPEN, {"reason": "New figures."}), id="reopened"),
        pytest.param((Action.DISMISS, {"reason": DismissalReason.OFF_SUBJECT}), id="restored"),
    ],
)
def test_a_new_round_wants_its_seats_again_and_no_second_opinion_of_the_last(
    again: tuple[Action, dict[str, Any]],
) -> None:
    desk, editor, people = desk_of(PolicyKind.INDEPENDENT, 2)
    claim = a_claim(desk, State.SECOND_OPINION, by=editor, reviewer=people[0])
    if again[0] == Action.REOPEN:
        judged(claim, editor, people[1:], UNPROVEN, UNPROVEN)
    act(claim.pk, again[0], viewer(editor), **again[1])
    if again[0] == Action.DISMISS:
        act(claim.pk, Action.RESTORE, viewer(editor))
    assert fresh(claim).round == 2
    assert asked_of(fresh(claim)) == Asked(2, agreeing=2)
    assert free(fresh(claim)) == [1, 2]
    assert wanting_people().filter(pk=claim.pk).exists()


def test_one_of_three_who_leaves_is_replaced_and_the_others_stay() -> None:
    desk, editor, people = desk_of(PolicyKind.INDEPENDENT, 3)
    claim = judged(a_claim(desk, by=editor), editor, people[:3], UNPROVEN)
    with acting_on(claim.pk, viewer(people[1])) as acting:
        decline(acting.held, assignment_of(acting.held, None, acting.mine), by=acting.by)
    assert fresh(claim).state == State.SECOND_OPINION
    assert free(claim) == [2]
    put_on(claim, people[3], editor)
    for person in people[2:]:
        review_by(claim, person)
    assert fresh(claim).state == State.DECIDED


def test_the_words_with_which_a_reviewer_asks_for_another_stay_with_their_review() -> None:
    desk = a_desk()
    editor, first = an_editor(desk), a_reviewer(desk)
    claim = a_claim(desk, State.IN_REVIEW, by=editor, reviewer=first)
    review = second_opinion_asked(claim, first)
    event = ClaimEvent.objects.get(claim=claim, type="claim.ask_second_opinion")
    assert event.reason == ""
    assert SecondOpinion.objects.get(claim=claim, review=review).why == "I want another pair of eyes."


def test_an_editor_who_has_not_judged_says_why_in_the_history() -> None:
    desk = a_desk()
    editor = an_editor(desk)
    claim = a_claim(desk, State.IN_REVIEW, by=editor)
    with acting_on(claim.pk, viewer(editor)) as acting:
        ask_second_opinion(acting.held, acting.mine, None, by=acting.by, why="It names a head of state.")
    event = ClaimEvent.objects.get(claim=claim, type="claim.ask_second_opinion")
    assert event.reason == SecondOpinion.objects.get(claim=claim).why == "It names a head of state."


def test_a_changed_desk_default_moves_no_running_claim() -> None:
    desk, editor, _ = desk_of(PolicyKind.INDEPENDENT, 3)
    claim = a_claim(desk, by=editor)
    desk.defaults.review_policy = a_policy()
    desk.defaults.save(update_fields=["review_policy"])
    assert asked_of(fresh(claim)).reviewers == 3
    assert asked_of(a_claim(desk, by=editor)).reviewers == 1


def test_a_difference_is_never_outvoted() -> None:
    desk, editor, people = desk_of(PolicyKind.INDEPENDENT, 3, 2)
    claim = a_claim(desk, by=editor)
    for site, stance in zip(
        "abcd", [Stance.SUPPORTS, Stance.SUPPORTS, Stance.CONTRADICTS, Stance.CONTRADICTS], strict=True
    ):
        evidence_for(claim, stance, url=f"https://{site}.example/report")
    judged(claim, editor, people[:3], CONFIRMED, REFUTED)
    assert fresh(claim).state == State.SECOND_OPINION
    with pytest.raises(NotOnIt):
        review_by(claim, people[2], CONFIRMED)


def test_a_second_opinion_is_asked_for_once_in_a_round() -> None:
    desk = a_desk()
    editor = an_editor(desk)
    claim = a_claim(desk, State.SECOND_OPINION, by=editor)
    with pytest.raises(ActionNotPossible), acting_on(claim.pk, viewer(editor)) as acting:
        ask_second_opinion(acting.held, acting.mine, None, by=acting.by, why="Again.")
    assert SecondOpinion.objects.filter(claim=claim).count() == 1


def test_an_undone_dismissal_gives_every_seat_back_and_no_more() -> None:
    desk, editor, people = desk_of(PolicyKind.INDEPENDENT, 3)
    claim = judged(a_claim(desk, by=editor), editor, people[:3], UNPROVEN)
    before = set(Assignment.objects.filter(claim=claim).values_list("reviewer", "seat", "status"))
    act(claim.pk, Action.DISMISS, viewer(editor), reason=DismissalReason.OFF_SUBJECT)
    assert open_seats(claim) == 0
    act(claim.pk, Action.UNDO, viewer(editor))
    assert set(Assignment.objects.filter(claim=claim).values_list("reviewer", "seat", "status")) == before
    assert free(claim) == []
    for person in people[1:3]:
        review_by(claim, person)
    assert fresh(claim).state == State.DECIDED


def test_an_undone_dismissal_of_a_disagreement_wants_its_adjudicator_and_no_reviewer() -> None:
    desk, editor, people = desk_of(PolicyKind.INDEPENDENT, 3)
    claim = a_claim(desk, by=editor)
    for site in ("one", "two"):
        evidence_for(claim, url=f"https://{site}.example/report")
    judged(claim, editor, people[:3], UNPROVEN, CONFIRMED)
    put_on(claim, people[3], editor, part=Part.ADJUDICATION)
    act(claim.pk, Action.DISMISS, viewer(editor), reason=DismissalReason.OFF_SUBJECT)
    act(claim.pk, Action.UNDO, viewer(editor))
    assert Flag.objects.standing().filter(claim=claim, kind="split").exists()
    assert Assignment.objects.open().get(claim=claim).part == Part.ADJUDICATION
    assert free(claim) == []
    review_by(claim, people[3], CONFIRMED)
    assert fresh(claim).state == State.DECIDED
