"""Several people want the same claim at the same instant: one gets it, the others get a sentence."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Event
from time import sleep

import pytest
from django.db import transaction
from django.db.models import Count

from claims.lifecycle import Action, State
from claims.models import Claim, ClaimEvent, Decision, Desk, Flag, User
from claims.permissions import Viewer
from claims.services.transitions import locked
from claims.verdicts import Answers, Said, So
from reviews.models import Absence, Assignment, AssignmentStatus, Part, PolicyKind, Review, Reviewer, Then
from reviews.services.acting import act, acting_on
from reviews.services.editing import profile_of, take_as_editor
from reviews.services.people import GivenAbsence, add_absence, declare_interest
from reviews.services.pool import take_next
from reviews.services.reviewing import ask_second_opinion, submit_review
from reviews.services.routing import Routed, route_waiting
from tests import factories as make
from tests.api.conftest import signed_in
from tests.concurrency.crowd import at_once, broken_promises, refusals, waiting_for_locks
from tests.copies import copies_of
from tests.running import wait_until

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 10


def submit(claim: Claim, viewer: Viewer, version: int | None) -> int:
    """The viewer, who is on the claim, records "unproven"; answers the number of the review."""
    with acting_on(claim.pk, viewer, version) as acting:
        return submit_review(acting.held, acting.mine, make.UNPROVEN, by=acting.by).pk


def test_a_verdict_given_in_two_windows_at_once_is_one_decision() -> None:
    desk = make.a_desk()
    reviewer = make.a_reviewer(desk, limit=ROUNDS)
    viewer = make.viewer(reviewer)
    for _ in range(ROUNDS):
        claim = make.a_claim(desk, State.IN_REVIEW, reviewer=reviewer)
        answers = at_once(*[partial(submit, claim, viewer, claim.version)] * 2)
        assert refusals(answers) == ["Somebody changed this since you read it. Read it again, then repeat your change."]
        assert Decision.objects.filter(claim=claim).count() == Review.objects.filter(claim=claim).count() == 1
    assert broken_promises() == {}


def test_two_reviewers_deciding_at_once_without_a_version_are_told_apart_by_the_lock() -> None:
    desk = make.a_desk()
    reviewer = make.a_reviewer(desk, limit=ROUNDS)
    viewer = make.viewer(reviewer)
    for _ in range(ROUNDS):
        claim = make.a_claim(desk, State.IN_REVIEW, reviewer=reviewer)
        answers = at_once(*[partial(submit, claim, viewer, None)] * 3)
        assert refusals(answers) == ["Your review of this claim is recorded, and stays as it was submitted."] * 2
        assert Decision.objects.filter(claim=claim).count() == 1
    assert broken_promises() == {}


def test_two_blind_reviews_submitted_at_once_come_to_one_decision() -> None:
    desk = make.a_desk()
    editor, people = make.an_editor(desk), [make.a_reviewer(desk, limit=ROUNDS) for _ in range(2)]
    for _ in range(ROUNDS):
        claim = make.a_claim(desk, State.IN_REVIEW, by=editor, reviewer=people[0])
        with acting_on(claim.pk, make.viewer(editor)) as acting:
            ask_second_opinion(acting.held, None, None, by=acting.by, why="It matters.")
        make.put_on(claim, people[1], editor)
        answers = at_once(*[partial(submit, claim, make.viewer(person), None) for person in people])
        assert refusals(answers) == []
        assert make.fresh(claim).state == State.DECIDED
        assert Decision.objects.filter(claim=claim).count() == 1
    assert broken_promises() == {}


def test_of_two_editors_with_the_same_version_one_is_told_that_it_is_stale() -> None:
    desk = make.a_desk()
    claim = make.a_claim(desk)
    editors = [make.viewer(make.an_editor(desk)) for _ in range(4)]
    for place in range(ROUNDS):
        version, priority = make.fresh(claim).version, 1 + place % 2
        acts = [
            partial(act, claim.pk, Action.SET_PRIORITY, who, version=version, priority=priority, reason="It matters.")
            for who in editors
        ]
        assert len(refusals(at_once(*acts))) == len(editors) - 1
        assert make.fresh(claim).version == version + 1
    assert broken_promises() == {}


def test_of_fifty_takers_each_gets_another_claim_or_a_sentence() -> None:
    desk, takers, waiting = make.a_desk(), 50, 30
    editor, quote = make.an_editor(desk), make.a_quote(make.an_article().revision)
    copies_of(make.a_claim(desk, by=editor, quote=quote), waiting - 1)
    viewers = [make.viewer(make.a_reviewer(desk)) for _ in range(takers)]
    answers = at_once(*[partial(take_next, viewer) for viewer in viewers])
    taken = [answer.pk for answer in answers if isinstance(answer, Claim)]
    assert sorted(taken) == sorted(Claim.objects.values_list("pk", flat=True))
    assert refusals(answers) == ["No claim waits in the pool that you can take."] * (takers - waiting)
    assert Assignment.objects.filter(status=AssignmentStatus.OPEN).values("reviewer").distinct().count() == waiting
    assert broken_promises() == {}


def test_what_somebody_holds_is_passed_over_and_waited_for_when_nothing_else_is_left() -> None:
    desk = make.a_desk()
    urgent, other = make.a_claim(desk, priority=1), make.a_claim(desk)
    takers = [partial(take_next, make.viewer(make.a_reviewer(desk))) for _ in range(2)]
    with locked(urgent.pk):
        assert at_once(takers[0]) == [other]
    gone = Event()

    def hold() -> None:
        with locked(urgent.pk):
            gone.set()
            sleep(0.3)

    def take() -> Claim:
        gone.wait(10)
        return takers[1]()

    assert at_once(hold, take) == [None, urgent]


def test_with_several_routers_nobody_gets_more_than_their_limit_and_no_claim_two_people() -> None:
    desk, limit, people, waiting = make.a_desk(), 4, 5, 26
    editor, quote = make.an_editor(desk), make.a_quote(make.an_article().revision)
    reviewers = [make.a_reviewer(desk, limit=limit) for _ in range(people)]
    copies_of(make.a_claim(desk, by=editor, quote=quote), waiting - 1)
    takers = [partial(take_next, make.viewer(reviewer)) for reviewer in reviewers]
    answers = at_once(*[route_waiting] * 4, *takers)
    at_once(*[route_waiting] * 4)
    held = Assignment.objects.filter(status=AssignmentStatus.OPEN)
    assert any(isinstance(answer, Routed) and answer.assigned for answer in answers)
    assert held.count() == held.values("claim").distinct().count() == limit * people
    assert {row["n"] for row in held.values("reviewer").annotate(n=Count("pk"))} == {limit}
    flagged = Flag.objects.standing().filter(kind="unroutable")
    assert flagged.count() == flagged.values("claim").distinct().count() == waiting - limit * people
    assert broken_promises() == {}


def test_a_claim_moved_by_many_at_once_keeps_one_history() -> None:
    desk = make.a_desk()
    claim, editors = make.a_claim(desk), [make.viewer(make.an_editor(desk)) for _ in range(6)]

    def move(viewer: Viewer) -> None:
        for hours in range(1, 6):
            act(claim.pk, Action.SET_DUE, viewer, due=make.ahead(hours=hours), reason="The source answers then.")

    at_once(*[partial(move, viewer) for viewer in editors])
    moves = ClaimEvent.objects.filter(claim=claim, type="claim.set_due")
    assert moves.count() == 30
    assert broken_promises() == {}


def split_claim(desk: Desk, editor: User) -> Claim:
    """Two reviewers of the desk differ on it."""
    claim = make.a_claim(desk, State.SECOND_OPINION, by=editor)
    second = make.a_reviewer(desk)
    for site in ("one", "two"):
        make.evidence_for(claim, url=f"https://{site}.example/{claim.pk}")
    make.put_on(claim, second, editor)
    make.review_by(claim, second, make.CONFIRMED)
    return make.fresh(claim)


def test_of_editors_who_want_to_settle_a_disagreement_at_once_one_does() -> None:
    desk = make.a_desk()
    maker, editors = make.an_editor(desk), [make.viewer(make.an_editor(desk)) for _ in range(4)]
    for _ in range(ROUNDS):
        claim = split_claim(desk, maker)
        answers = at_once(*[partial(take_as_editor, claim.pk, who) for who in editors])
        assert refusals(answers) == ["Somebody else has this claim already."] * (len(editors) - 1)
        assert Assignment.objects.open().get(claim=claim).part == Part.ADJUDICATION
    assert broken_promises() == {}


def test_a_disagreement_settled_twice_at_once_is_one_decision_and_a_sentence() -> None:
    desk = make.a_desk()
    maker, editor = make.an_editor(desk), make.an_editor(desk)
    for _ in range(ROUNDS):
        claim = split_claim(desk, maker)
        take_as_editor(claim.pk, make.viewer(editor))
        answers = at_once(*[partial(submit, claim, make.viewer(editor), None)] * 2)
        assert refusals(answers) == ["Your review of this claim is recorded, and stays as it was submitted."]
        assert make.fresh(claim).state == State.DECIDED
        assert Decision.objects.filter(claim=claim).count() == 1
    assert broken_promises() == {}


def test_independent_reviews_submitted_at_once_decide_once_and_let_the_others_go() -> None:
    desk = make.a_desk_with(make.a_policy(PolicyKind.INDEPENDENT, 4, 2))
    editor, people = make.an_editor(desk), [make.a_reviewer(desk, limit=ROUNDS) for _ in range(4)]
    for _ in range(ROUNDS):
        claim = make.a_claim(desk, by=editor)
        for person in people:
            make.put_on(claim, person, editor)
        answers = at_once(*[partial(submit, claim, make.viewer(person), None) for person in people])
        gone = "Your judgement is not needed any more: enough agreed, or an adjudicator settles it."
        assert refusals(answers) == [gone] * 2
        assert Decision.objects.filter(claim=claim).count() == 1
        assert Review.objects.filter(claim=claim).count() == 2
    assert broken_promises() == {}


def test_two_who_hand_over_to_each_other_at_once_do_not_wait_for_each_other() -> None:
    desk = make.a_desk()
    people = [make.a_reviewer(desk) for _ in range(2)]
    for place in range(ROUNDS):
        begins, ends = make.ahead(days=place + 1), make.ahead(days=place + 2)
        plans = [
            partial(add_absence, one, make.viewer(one), GivenAbsence(begins, ends, Then.HAND_OVER, other))
            for one, other in (people, people[::-1])
        ]
        assert refusals(at_once(*plans)) == []
    assert Absence.objects.count() == 2 * ROUNDS


def test_two_who_ask_each_other_for_a_second_opinion_at_once_do_not_wait_for_each_other() -> None:
    desk = make.a_desk()
    editor, both = make.an_editor(desk), [make.a_reviewer(desk, limit=2 * ROUNDS) for _ in range(2)]
    for _ in range(ROUNDS):
        claims = [make.a_claim(desk, State.IN_REVIEW, by=editor, reviewer=one) for one in both]
        asked = [partial(ask, *one) for one in zip(claims, both, reversed(both), strict=True)]
        assert refusals(at_once(*asked)) == []
        assert [make.open_assignment_of(claim).reviewer for claim in claims] == both[::-1]
    assert broken_promises() == {}


def ask(claim: Claim, reviewer: Reviewer, of: Reviewer) -> None:
    """The reviewer of the claim asks a colleague for a second opinion, with their own review."""
    with acting_on(claim.pk, make.viewer(reviewer)) as acting:
        why = "Please look at the second source."
        ask_second_opinion(acting.held, acting.mine, make.UNPROVEN, by=acting.by, why=why, of=of)


def test_an_interest_that_is_being_declared_is_waited_for_by_a_judgement_and_by_a_seat() -> None:
    desk = make.a_desk()
    editor, judge, other = make.an_editor(desk), make.a_reviewer(desk), make.a_reviewer(desk)
    claim, waiting = make.a_claim(desk, State.IN_REVIEW, by=editor, reviewer=judge), make.a_claim(desk, by=editor)
    outlets = [one.appearances.get().revision.article.outlet for one in (claim, waiting)]
    with ThreadPoolExecutor(2) as crowd:
        with transaction.atomic():
            for person, outlet in zip((judge, other), outlets, strict=True):
                declare_interest(person, make.viewer(person), outlet)
            acts = crowd.map(
                at_once,
                [partial(submit, claim, make.viewer(judge), None), partial(put_on, waiting, other, editor)],
            )
            assert wait_until(lambda: waiting_for_locks() == 2, within=20)
        answers = [answer for one in acts for answer in one]
    assert refusals(answers) == [
        f"You have declared an interest in {outlets[0]}. Step back from this claim.",
        f"{other}: has declared an interest in {outlets[1]}.",
    ]
    assert broken_promises() == {}


def put_on(claim: Claim, reviewer: Reviewer, editor: User) -> int:
    """The editor puts somebody on a claim; answers the number of the assignment."""
    return make.put_on(claim, reviewer, editor).pk


def test_an_editor_who_is_named_and_takes_the_seat_themselves_at_once_has_one_profile() -> None:
    desk = make.a_desk()
    editor, other = make.an_editor(desk), make.an_editor(desk)
    claim = make.a_claim(desk, State.SECOND_OPINION, by=editor)
    second = make.a_reviewer(desk)
    make.put_on(claim, second, editor)
    make.evidence_for(claim, by=second)
    make.review_by(claim, second, Answers(Said.NOT_CHECKED, So.PARTLY, "Half of it can be shown, the rest cannot."))
    body = {"action": "assign", "editor": other.pk, "part": Part.ADJUDICATION}
    with ThreadPoolExecutor(1) as crowd:
        with locked(claim.pk):
            named = crowd.submit(at_once, partial(name, claim, editor, body))
            assert wait_until(lambda: waiting_for_locks() == 1, within=20)
            profile_of(other)  # as whoever takes the seat under the claim's lock does
        assert named.result(60) == [201]
    assert Assignment.objects.open().get(claim=claim).reviewer == profile_of(other)


def name(claim: Claim, editor: User, body: dict[str, object]) -> int:
    """The editor puts somebody on the claim through the API; answers the status."""
    return signed_in(editor).post(f"/claims/{claim.pk}/assignments", body).status
