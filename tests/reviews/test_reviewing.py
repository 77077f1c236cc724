"""Judgements and what follows: agreement decides, difference waits for somebody who is neither."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from claims.errors import (
    ActionNotPossible,
    AnswerMissing,
    EvidenceMissing,
    NotUndoable,
    OriginsTooFew,
    OutcomeMissing,
    ReasonMissing,
    RoleMissing,
    UnusableText,
)
from claims.lifecycle import Action, State
from claims.models import Claim, Decision, Desk, DeskRole, Flag, FlagKind, Scope, User
from claims.services.proposing import GivenStep
from claims.verdicts import Answers, Outcome, Question, Said, So, Stance
from reviews.errors import NotEligible, NotOnIt
from reviews.models import Assignment, Part, Review, Reviewer
from reviews.services.acting import act, acting_on
from reviews.services.assigning import decline, hand_over
from reviews.services.reading import readable_reviews
from reviews.services.reviewing import answers_of, ask_second_opinion, submit_review
from reviews.services.verifying import work_invariants
from tests.factories import (
    CONFIRMED,
    REFUTED,
    UNPROVEN,
    a_claim,
    a_desk,
    a_key,
    a_reviewer,
    ahead,
    an_editor,
    dated,
    evidence_for,
    fresh,
    joined,
    profiled,
    put_on,
    review_by,
    second_opinion_asked,
    viewer,
)

pytestmark = pytest.mark.django_db

LEAVING: dict[str, Callable[..., object]] = {"hand over": hand_over, "decline": decline}
SAID = Answers(Said.ACCURATE, So.UNPROVEN, UNPROVEN.why)


@pytest.fixture
def desk() -> Desk:
    return a_desk(min_origins=1)


@pytest.fixture
def first(desk: Desk) -> Reviewer:
    return a_reviewer(desk)


@pytest.fixture
def second(desk: Desk) -> Reviewer:
    return a_reviewer(desk)


@pytest.fixture
def split(desk: Desk, editor: User, first: Reviewer, second: Reviewer) -> Claim:
    """A claim on which two reviewers differ."""
    claim = a_claim(desk, State.IN_REVIEW, by=editor, reviewer=first)
    evidence_for(claim, Stance.SUPPORTS)
    second_opinion_asked(claim, first, CONFIRMED)
    put_on(claim, second, editor)
    review_by(claim, second)
    return claim


def test_one_review_decides_where_nobody_asked_for_more(desk: Desk, editor: User, first: Reviewer) -> None:
    claim = a_claim(desk, by=editor)
    put_on(claim, first, editor)
    item = evidence_for(claim)
    review_by(claim, first, CONFIRMED)
    decision = Decision.objects.get(claim=claim)
    assert (fresh(claim).state, decision.so, decision.said) == (State.DECIDED, So.CONFIRMED, Said.NOT_CHECKED)
    assert (decision.standing, decision.number, list(decision.evidence.all())) == (True, 1, [item])
    assert Assignment.objects.get(claim=claim).status == "completed"
    kinds = list(claim.events.values_list("type", flat=True))
    assert kinds[-3:] == ["claim.start", "claim.submit_review", "decision.make"]


def test_a_submission_tells_neither_verdict_nor_words(desk: Desk, editor: User, first: Reviewer) -> None:
    claim = a_claim(desk, State.IN_REVIEW, by=editor, reviewer=first)
    evidence_for(claim)
    second_opinion_asked(claim, first, CONFIRMED)
    told = " ".join(claim.events.values_list("body", flat=True))
    assert So.CONFIRMED.value not in told
    assert CONFIRMED.why not in told


def test_the_decision_reveals(desk: Desk, editor: User, first: Reviewer) -> None:
    claim = a_claim(desk, State.DECIDED, by=editor, reviewer=first)
    event = claim.events.get(type="decision.make")
    assert (event.data["so"], event.data["why"]) == (So.UNPROVEN, UNPROVEN.why)
    submitted = claim.events.get(type="claim.submit_review")
    assert {"so", "said", "why"} & submitted.data.keys() == set()


def test_the_decision_seals_every_review_of_its_round(split: Claim, desk: Desk, editor: User) -> None:
    words = 'Neither is right: "noon", said the harbour – \\ midnight.\nBoth logs, \t été, 港 🚢 say so.'
    third = a_reviewer(desk)
    put_on(split, third, editor, part=Part.ADJUDICATION)
    review_by(split, third, replace(UNPROVEN, why=words))
    told = split.events.get(type="decision.make").data["reviews"]
    assert told == {str(row.pk): row.seal() for row in Review.objects.filter(claim=split)}
    assert len(told) == 3
    (promise,) = (one for one in work_invariants() if one.name == "reviews_are_as_sealed")
    assert promise.breaches() == []


def test_two_who_agree_decide(desk: Desk, editor: User, first: Reviewer, second: Reviewer) -> None:
    claim = a_claim(desk, State.SECOND_OPINION, by=editor, reviewer=first)
    assert not Decision.objects.filter(claim=claim).exists()
    put_on(claim, second, editor)
    review_by(claim, second)
    assert fresh(claim).state == State.DECIDED
    assert Decision.objects.get(claim=claim).so == So.UNPROVEN


def test_two_who_differ_stay_and_are_flagged(split: Claim) -> None:
    assert fresh(split).state == State.SECOND_OPINION
    assert not Decision.objects.filter(claim=split).exists()
    assert Flag.objects.standing().get(claim=split).kind == FlagKind.SPLIT


def test_an_adjudicator_settles_it_alone(split: Claim, desk: Desk, editor: User) -> None:
    judge = a_reviewer(desk)
    put_on(split, judge, editor, part=Part.ADJUDICATION)
    review_by(split, judge, CONFIRMED)
    assert fresh(split).state == State.DECIDED
    assert Decision.objects.get(claim=split).so == So.CONFIRMED
    assert split.events.filter(type="claim.adjudicate").count() == 1
    assert not Flag.objects.standing().filter(claim=split).exists()
    assert not Assignment.objects.open().filter(claim=split).exists()


def test_an_adjudicator_is_none_of_the_reviewers(split: Claim, editor: User, first: Reviewer) -> None:
    with pytest.raises(NotEligible):
        put_on(split, first, editor, part=Part.ADJUDICATION)


@pytest.mark.parametrize("leave", LEAVING)
def test_an_adjudicator_may_leave_and_another_takes_the_seat(
    split: Claim, desk: Desk, editor: User, leave: str
) -> None:
    judge = a_reviewer(desk)
    seat = put_on(split, judge, editor, part=Part.ADJUDICATION)
    with acting_on(split.pk, viewer(judge)) as acting:
        LEAVING[leave](acting.held, seat, by=acting.by)
    assert fresh(split).state == State.SECOND_OPINION
    assert put_on(split, a_reviewer(desk), editor, part=Part.ADJUDICATION).part == Part.ADJUDICATION


def test_an_editor_may_ask_for_a_second_opinion_without_a_review(
    desk: Desk, editor: User, first: Reviewer, second: Reviewer
) -> None:
    claim = a_claim(desk, State.IN_REVIEW, by=editor, reviewer=first)
    with acting_on(claim.pk, viewer(editor)) as acting:
        assert ask_second_opinion(acting.held, None, None, by=acting.by, why="It leads the page.") is None
    review_by(claim, first)
    assert fresh(claim).state == State.SECOND_OPINION
    put_on(claim, second, editor)
    review_by(claim, second)
    assert fresh(claim).state == State.DECIDED


def test_whoever_is_asked_by_name_for_a_second_opinion_has_the_seat_at_once(
    desk: Desk, editor: User, first: Reviewer, second: Reviewer
) -> None:
    claim = a_claim(desk, State.IN_REVIEW, by=editor, reviewer=first)
    with acting_on(claim.pk, viewer(first)) as acting:
        ask_second_opinion(acting.held, acting.mine, UNPROVEN, by=acting.by, why="You know the port.", of=second)
    seat = Assignment.objects.open().get(claim=claim)
    assert (seat.reviewer, seat.seat, seat.rule) == (second, 2, "asked by name for a second opinion")
    assert [event.type for event in claim.events.order_by("-seq")[:2]] == ["claim.assign", "claim.ask_second_opinion"]
    assert not readable_reviews(fresh(claim), viewer(second)).exists()
    with pytest.raises(NotUndoable, match="A second opinion was asked for, and somebody may be judging"):
        act(claim.pk, Action.UNDO, viewer(first))
    review_by(claim, second, UNPROVEN)
    assert fresh(claim).state == State.DECIDED


def test_asking_somebody_who_cannot_give_a_second_opinion_keeps_nothing(
    desk: Desk, editor: User, first: Reviewer
) -> None:
    claim = a_claim(desk, State.IN_REVIEW, by=editor, reviewer=first)
    firm = a_reviewer(desk, gives_second_opinions=False)
    for one, words in ((firm, "does not give second opinions"), (first, "already on this claim")):
        with pytest.raises(NotEligible, match=words), acting_on(claim.pk, viewer(first)) as acting:
            ask_second_opinion(acting.held, acting.mine, UNPROVEN, by=acting.by, why="It is close.", of=one)
    assert (fresh(claim).state, Review.objects.exists()) == (State.IN_REVIEW, False)


def test_a_reviewer_asks_for_a_second_opinion_only_with_their_own(desk: Desk, editor: User, first: Reviewer) -> None:
    claim = a_claim(desk, State.IN_REVIEW, by=editor, reviewer=first)
    with acting_on(claim.pk, viewer(first)) as acting, pytest.raises(ReasonMissing, match="Your own review goes with"):
        ask_second_opinion(acting.held, acting.mine, None, by=acting.by, why="I want another pair of eyes.")
    with acting_on(claim.pk, viewer(first)) as acting, pytest.raises(ReasonMissing):
        ask_second_opinion(acting.held, acting.mine, UNPROVEN, by=acting.by, why=" ")
    with acting_on(claim.pk, viewer(a_reviewer(desk))) as acting, pytest.raises(NotOnIt):
        ask_second_opinion(acting.held, acting.mine, UNPROVEN, by=acting.by, why="Why not.")
    assert not Review.objects.exists()


def test_somebody_who_is_not_on_it_does_not_review(desk: Desk, editor: User) -> None:
    with pytest.raises(NotOnIt, match="You are not on this claim. Take it first"):
        review_by(a_claim(desk, by=editor), a_reviewer(desk))


def test_a_review_is_submitted_once(desk: Desk, editor: User, first: Reviewer) -> None:
    claim = a_claim(desk, State.SECOND_OPINION, by=editor, reviewer=first)
    with pytest.raises(NotOnIt):
        review_by(claim, first)
    assert Review.objects.filter(claim=claim).count() == 1


def test_a_waiting_claim_is_not_decided(desk: Desk, editor: User, first: Reviewer) -> None:
    claim = a_claim(desk, State.WAITING, by=editor, reviewer=first)
    with pytest.raises(ActionNotPossible):
        review_by(claim, first)
    assert not Review.objects.exists()


def test_own_voice_is_set_when_the_chain_has_one_step_and_nobody_looked(desk: Desk, editor: User) -> None:
    steps = [GivenStep("Harbour Post", "outlet"), GivenStep("Vera Lund", verb="said")]
    for chain, said in ((steps[:1], Said.OWN_VOICE), (steps, Said.NOT_CHECKED), ([], Said.NOT_CHECKED)):
        claim = a_claim(desk, State.DECIDED, by=editor, chain=chain)
        assert Decision.objects.get(claim=claim).said == said


def test_a_look_at_what_was_said_is_not_overwritten(desk: Desk, editor: User, first: Reviewer) -> None:
    claim = a_claim(desk, State.IN_REVIEW, by=editor, reviewer=first, chain=[GivenStep("Harbour Post", "outlet")])
    evidence_for(claim, question=Question.SAID)
    review_by(claim, first, SAID)
    assert Decision.objects.get(claim=claim).said == Said.ACCURATE


def test_too_early_decides_what_was_said_and_leaves_the_date_open(desk: Desk, editor: User, first: Reviewer) -> None:
    claim = a_claim(desk, State.IN_REVIEW, by=editor, reviewer=first, own=dated(ahead(days=3)))
    evidence_for(claim, question=Question.SAID)
    review_by(claim, first, replace(SAID, so=None, too_early=True))
    decided = fresh(claim)
    assert (decided.state, Decision.objects.get(claim=claim).so) == (State.DECIDED, "")
    assert set(claim.alarms.values_list("kind", flat=True)) == {"date_passed", "ladder_date"}


def test_too_early_has_no_outcome(desk: Desk, editor: User, first: Reviewer) -> None:
    claim = a_claim(desk, State.IN_REVIEW, by=editor, reviewer=first, own=dated(ahead(days=3)))
    evidence_for(claim, question=Question.SAID)
    with pytest.raises(OutcomeMissing, match="no outcome yet"):
        review_by(claim, first, replace(SAID, so=None, too_early=True, outcome=Outcome.BY_DATE))


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        (replace(UNPROVEN, why="Too short."), ReasonMissing),
        (replace(UNPROVEN, why="a" * 601), UnusableText),
        (replace(UNPROVEN, why="Nothing \u202eto be found anywhere."), UnusableText),
        (replace(UNPROVEN, so=None), AnswerMissing),
        (CONFIRMED, EvidenceMissing),
        (replace(UNPROVEN, said=Said.ALTERED), EvidenceMissing),
        (replace(UNPROVEN, outcome=Outcome.LATER), OutcomeMissing),
    ],
)
def test_a_refused_review_leaves_nothing_behind(
    desk: Desk, editor: User, first: Reviewer, answers: Answers, error: type[Exception]
) -> None:
    claim = a_claim(desk, by=editor)
    put_on(claim, first, editor)
    count = claim.events.count()
    with pytest.raises(error):
        review_by(claim, first, answers)
    assert (fresh(claim).state, claim.events.count(), Review.objects.count()) == (State.QUEUED, count, 0)


def test_whoever_has_judged_already_is_told_so(desk: Desk, editor: User, first: Reviewer, second: Reviewer) -> None:
    claim = a_claim(desk, State.IN_REVIEW, by=editor, reviewer=first)
    second_opinion_asked(claim, first)
    with pytest.raises(NotOnIt, match="Your review of this claim is recorded, and stays as it was submitted"):
        review_by(claim, first)
    with pytest.raises(NotOnIt, match="You are not on this claim"):
        review_by(claim, second)


def test_only_an_editor_accepts_fewer_origins_and_says_why(editor: User) -> None:
    strict = a_desk(min_origins=2)
    reviewer = a_reviewer(strict)
    boss = profiled(joined(an_editor(strict), strict, DeskRole.REVIEWER))
    plain, excepted = (a_claim(strict, State.IN_REVIEW, reviewer=one) for one in (reviewer, boss))
    for claim in (plain, excepted):
        evidence_for(claim)
    with pytest.raises(OriginsTooFew, match="needs evidence from 2 distinct origins"):
        review_by(plain, reviewer, CONFIRMED, exception_reason="There is only one registry.")
    review_by(excepted, boss, CONFIRMED, exception_reason="There is only one registry.")
    assert Decision.objects.get(claim=excepted).exception_reason == "There is only one registry."


def test_an_exception_from_somebody_who_may_not_make_one_is_not_kept(desk: Desk, editor: User, first: Reviewer) -> None:
    claim = a_claim(desk, State.IN_REVIEW, by=editor, reviewer=first)
    evidence_for(claim, Stance.CONTRADICTS)
    review_by(claim, first, REFUTED, exception_reason="I say so.")
    assert Decision.objects.get(claim=claim).exception_reason == ""


def test_a_reopened_claim_is_reviewed_anew_by_the_same_person_too(desk: Desk, editor: User, first: Reviewer) -> None:
    claim = a_claim(desk, State.IN_REVIEW, by=editor, reviewer=first)
    old = evidence_for(claim)
    review_by(claim, first, CONFIRMED)
    act(claim.pk, Action.REOPEN, viewer(editor), reason="New figures.")
    put_on(claim, first, editor)
    new = evidence_for(claim, Stance.CONTRADICTS)
    review_by(claim, first, REFUTED)
    earlier, standing = Decision.objects.filter(claim=claim).order_by("number")
    assert (earlier.standing, standing.standing, standing.supersedes) == (False, True, earlier)
    assert (set(earlier.evidence.all()), set(standing.evidence.all())) == ({old}, {old, new})
    assert list(Review.objects.filter(claim=claim).values_list("round", flat=True)) == [1, 2]


def test_an_editor_who_also_reviews_decides_as_a_reviewer(desk: Desk) -> None:
    both = joined(an_editor(desk), desk, DeskRole.REVIEWER)
    claim = a_claim(desk, State.DECIDED, by=both, reviewer=profiled(both))
    assert claim.events.get(type="claim.submit_review").actor_id == both.pk


def test_nobody_submits_with_a_key(desk: Desk, editor: User, first: Reviewer) -> None:
    claim = a_claim(desk, State.IN_REVIEW, by=editor, reviewer=first)
    key, _ = a_key(*Scope)
    mine = Assignment.objects.get(claim=claim)
    with pytest.raises(RoleMissing), acting_on(claim.pk, viewer(key)) as acting:
        submit_review(acting.held, mine, UNPROVEN, by=acting.by)
    assert (fresh(claim).state, Review.objects.count()) == (State.IN_REVIEW, 0)


def test_the_answers_of_a_stored_review_are_those_given(desk: Desk, editor: User, first: Reviewer) -> None:
    claim = a_claim(desk, State.IN_REVIEW, by=editor, reviewer=first, own=dated(ahead(days=3)))
    given = replace(UNPROVEN, outcome=Outcome.UNKNOWN)
    assert answers_of(review_by(claim, first, given)) == given
