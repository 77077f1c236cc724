"""The second judgement that a policy wants from an editor, and editors who settle a disagreement."""

from __future__ import annotations

import pytest

from claims.errors import ActionNotPossible, EvidenceMissing, OriginsTooFew, RoleMissing
from claims.lifecycle import Action, State
from claims.models import Claim, Decision, Desk, DeskRole, User
from claims.services.proposing import GivenStep
from claims.verdicts import Answers
from reviews.errors import InterestMissing, NotEligible, NoteMissing, SeatTaken
from reviews.models import Absence, Assignment, AssignmentStatus, Interest, Part, PolicyKind, Review, Reviewer, Then
from reviews.services.acting import act, acting_on
from reviews.services.assigning import assignment_of, decline, recuse
from reviews.services.editing import profile_of, take_as_editor
from reviews.services.leaving import settle_absences
from reviews.services.people import come_back
from reviews.services.reading import readable_reviews
from reviews.services.reviewing import ask_second_opinion
from reviews.services.routing import give, pass_on, route_waiting, wanting_people
from reviews.services.seats import wanting_an_editor
from tests.concurrency.crowd import broken_promises
from tests.factories import (
    CONFIRMED,
    UNPROVEN,
    a_claim,
    a_desk,
    a_desk_with,
    a_policy,
    a_reviewer,
    ahead,
    an_editor,
    evidence_for,
    fresh,
    joined,
    put_on,
    review_by,
    viewer,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    return a_desk_with(a_policy(PolicyKind.WITH_EDITOR, 2))


@pytest.fixture
def claim(desk: Desk, editor: User, reviewer: Reviewer) -> Claim:
    """Judged by the reviewer; the editor's seat waits."""
    claim = a_claim(desk, by=an_editor(desk), chain=[GivenStep("Somebody")])
    for site in ("one", "two"):
        evidence_for(claim, url=f"https://{site}.example/report")
    put_on(claim, reviewer, editor)
    review_by(claim, reviewer)
    return fresh(claim)


def judged_by(claim: Claim, editor: User, answers: Answers = UNPROVEN) -> None:
    review_by(claim, profile_of(editor), answers)


def seat_of(claim: Claim, part: Part) -> Assignment:
    return Assignment.objects.open().get(claim=claim, part=part)


def leave(claim: Claim, who: User, way: str) -> None:
    with acting_on(claim.pk, viewer(who)) as acting:
        seat = assignment_of(acting.held, None, acting.mine)
        if way == "recuse":
            source = claim.appearances.get().chain.get().source_id
            recuse(acting.held, seat, by=acting.by, source_id=source)
        else:
            decline(acting.held, seat, by=acting.by)


def test_an_editor_without_a_profile_gives_the_second_judgement_and_it_decides(claim: Claim, editor: User) -> None:
    assert claim.state == State.SECOND_OPINION
    take_as_editor(claim.pk, viewer(editor))
    judged_by(claim, editor)
    assert fresh(claim).state == State.DECIDED
    assert list(Assignment.objects.filter(claim=claim).order_by("pk").values_list("part", "status")) == [
        ("review", "completed"),
        ("editor", "completed"),
    ]


def test_a_profile_made_for_an_editor_takes_no_routed_work(claim: Claim, desk: Desk, editor: User) -> None:
    take_as_editor(claim.pk, viewer(editor))
    assert not profile_of(editor).is_active
    joined(editor, desk, DeskRole.REVIEWER)
    other = a_claim(desk, by=an_editor(desk))
    route_waiting()
    assert Assignment.objects.get(claim=other).reviewer != profile_of(editor)


def test_the_editors_seat_is_not_in_the_pool(claim: Claim, desk: Desk) -> None:
    a_reviewer(desk)
    assert not wanting_people().filter(pk=claim.pk).exists()
    assert wanting_an_editor(Claim.objects.all()).filter(pk=claim.pk).exists()
    assert route_waiting().assigned == 0


def test_the_editors_seat_opens_when_the_reviewers_judgement_is_in(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, by=editor)
    with pytest.raises(ActionNotPossible, match="opens when the reviewer's judgement is in"):
        take_as_editor(claim.pk, viewer(editor))
    assert not wanting_an_editor(Claim.objects.all()).exists()


def test_no_seat_waits_for_an_editor_where_the_policy_asks_none() -> None:
    desk = a_desk()
    editor = an_editor(desk)
    with pytest.raises(ActionNotPossible, match="asks no editor"):
        take_as_editor(a_claim(desk, by=editor).pk, viewer(editor))


def test_a_reviewer_does_not_take_the_editors_seat(claim: Claim, desk: Desk) -> None:
    with pytest.raises(RoleMissing):
        take_as_editor(claim.pk, viewer(a_reviewer(desk)))


def test_the_editor_is_not_the_reviewer(desk: Desk) -> None:
    both = joined(an_editor(desk), desk, DeskRole.REVIEWER)
    claim = a_claim(desk, by=an_editor(desk))
    profile = Reviewer.objects.create(user=both, languages=["en"])
    put_on(claim, profile, both)
    review_by(claim, profile)
    with pytest.raises(NotEligible, match="already on this claim"):
        take_as_editor(claim.pk, viewer(both))


def test_an_editor_who_entered_the_claim_does_not_judge_it_where_the_desk_says_so(reviewer: Reviewer) -> None:
    desk = a_desk_with(a_policy(PolicyKind.WITH_EDITOR, 2), makers_may_review=False)
    editor, person = an_editor(desk), a_reviewer(desk)
    claim = a_claim(desk, by=editor)
    put_on(claim, person, editor)
    review_by(claim, person)
    with pytest.raises(NotEligible, match="entered this claim"):
        take_as_editor(claim.pk, viewer(editor))


def test_an_editor_with_an_interest_does_not_judge(claim: Claim, editor: User) -> None:
    Interest.objects.create(reviewer=profile_of(editor), source_id=claim.appearances.get().chain.get().source_id or 0)
    with pytest.raises(NotEligible, match="declared an interest in Somebody"):
        take_as_editor(claim.pk, viewer(editor))


def test_the_seat_is_taken_once(claim: Claim, desk: Desk, editor: User) -> None:
    take_as_editor(claim.pk, viewer(editor))
    with pytest.raises(SeatTaken):
        take_as_editor(claim.pk, viewer(an_editor(desk)))


def test_an_editor_in_the_seat_reads_nothing_before_judging(claim: Claim, editor: User) -> None:
    assert not readable_reviews(claim, viewer(editor)).exists()
    take_as_editor(claim.pk, viewer(editor))
    assert not readable_reviews(claim, viewer(editor)).exists()


@pytest.mark.parametrize("way", ["decline", "recuse"])
def test_the_editor_leaves_and_another_takes_the_seat(claim: Claim, desk: Desk, editor: User, way: str) -> None:
    take_as_editor(claim.pk, viewer(editor))
    leave(claim, editor, way)
    assert fresh(claim).state == State.SECOND_OPINION
    another = an_editor(desk)
    take_as_editor(claim.pk, viewer(another))
    judged_by(claim, another)
    assert fresh(claim).state == State.DECIDED


def test_an_editor_who_declined_may_change_their_mind_and_one_who_recused_may_not(claim: Claim, editor: User) -> None:
    take_as_editor(claim.pk, viewer(editor))
    leave(claim, editor, "decline")
    take_as_editor(claim.pk, viewer(editor))
    leave(claim, editor, "recuse")
    with pytest.raises(NotEligible, match="stepped back"):
        take_as_editor(claim.pk, viewer(editor))


def test_the_editors_seat_is_handed_to_an_editor_with_a_note_and_to_nobody_else(
    claim: Claim, desk: Desk, editor: User
) -> None:
    take_as_editor(claim.pk, viewer(editor))
    another = profile_of(an_editor(desk))
    for to, note, refusal in ((a_reviewer(desk), "Please.", NotEligible), (another, "", NoteMissing)):
        with pytest.raises(refusal), acting_on(claim.pk, viewer(editor)) as acting:
            pass_on(acting.held, assignment_of(acting.held, None, acting.mine), to, by=acting.by, note=note)
    with acting_on(claim.pk, viewer(editor)) as acting:
        pass_on(acting.held, assignment_of(acting.held, None, acting.mine), another, by=acting.by, note="I am away.")
    assert seat_of(claim, Part.EDITOR).reviewer == another
    review_by(claim, another)
    assert fresh(claim).state == State.DECIDED


def test_an_editor_names_another(claim: Claim, desk: Desk, editor: User) -> None:
    another = profile_of(an_editor(desk))
    give(claim, another, viewer(editor), chosen_by="named", part=Part.EDITOR)
    assert seat_of(claim, Part.EDITOR).reviewer == another


def test_a_difference_with_the_editor_goes_to_a_third_who_may_be_an_editor(
    claim: Claim, desk: Desk, editor: User
) -> None:
    take_as_editor(claim.pk, viewer(editor))
    judged_by(claim, editor, CONFIRMED)
    assert wanting_an_editor(Claim.objects.all()).filter(pk=claim.pk).exists()
    with pytest.raises(NotEligible, match="already on this claim"):
        take_as_editor(claim.pk, viewer(editor))
    third = an_editor(desk)
    take_as_editor(claim.pk, viewer(third))
    assert seat_of(claim, Part.ADJUDICATION).reviewer == profile_of(third)
    assert not wanting_an_editor(Claim.objects.all()).filter(pk=claim.pk).exists()
    judged_by(claim, third, CONFIRMED)
    assert fresh(claim).state == State.DECIDED


def test_an_adjudicator_who_finds_an_interest_steps_back(claim: Claim, desk: Desk, editor: User) -> None:
    take_as_editor(claim.pk, viewer(editor))
    judged_by(claim, editor, CONFIRMED)
    third = an_editor(desk)
    take_as_editor(claim.pk, viewer(third))
    with pytest.raises(InterestMissing), acting_on(claim.pk, viewer(third)) as acting:
        recuse(acting.held, assignment_of(acting.held, None, acting.mine), by=acting.by, source_id=None)
    leave(claim, third, "recuse")
    assert fresh(claim).state == State.SECOND_OPINION
    give(claim, a_reviewer(desk), viewer(editor), chosen_by="named", part=Part.ADJUDICATION)
    assert seat_of(claim, Part.ADJUDICATION).status == AssignmentStatus.OPEN


def test_another_desk_keeps_its_own_editor_and_lets_the_others_go(claim: Claim, desk: Desk, editor: User) -> None:
    elsewhere = a_desk()
    take_as_editor(claim.pk, viewer(editor))
    joined(editor, elsewhere, DeskRole.EDITOR)
    act(claim.pk, Action.CHANGE_DESK, viewer(editor), desk=elsewhere, reason="It is theirs.")
    assert seat_of(claim, Part.EDITOR).reviewer == profile_of(editor)
    third = a_desk()
    mover = joined(an_editor(elsewhere), third, DeskRole.EDITOR)
    act(claim.pk, Action.CHANGE_DESK, viewer(mover), desk=third, reason="No, theirs.")
    assert not Assignment.objects.open().filter(claim=claim).exists()


def test_a_reopened_claim_wants_reviewer_and_editor_again(claim: Claim, desk: Desk, editor: User) -> None:
    take_as_editor(claim.pk, viewer(editor))
    judged_by(claim, editor)
    act(claim.pk, Action.REOPEN, viewer(editor), reason="New figures.")
    assert wanting_people().filter(pk=claim.pk).exists()
    again = a_reviewer(desk)
    put_on(claim, again, editor)
    review_by(claim, again)
    assert fresh(claim).state == State.SECOND_OPINION
    take_as_editor(claim.pk, viewer(editor))
    judged_by(claim, editor)
    assert fresh(claim).state == State.DECIDED
    assert Decision.objects.filter(claim=claim).count() == 2


def test_nothing_new_goes_to_an_editor_who_is_away(claim: Claim, desk: Desk, editor: User) -> None:
    times = {"starts_at": ahead(hours=-1), "ends_at": ahead(days=3)}
    Absence.objects.create(reviewer=profile_of(editor), then=Then.POOL, **times)
    with pytest.raises(NotEligible, match="away until"):
        take_as_editor(claim.pk, viewer(editor))
    with pytest.raises(NotEligible, match="away until"):
        give(claim, profile_of(editor), viewer(an_editor(desk)), chosen_by="named", part=Part.EDITOR)
    come_back(profile_of(editor), viewer(editor))
    take_as_editor(claim.pk, viewer(editor))
    assert settle_absences() == 0
    assert seat_of(claim, Part.EDITOR).reviewer == profile_of(editor)


ONE_REGISTRY = "There is only one registry."


@pytest.fixture
def single(reviewer: Reviewer) -> Claim:
    """In review, on one origin where the desk asks for two."""
    strict = a_desk_with(a_policy(PolicyKind.WITH_EDITOR, 2), min_origins=2)
    joined(reviewer.user, strict, DeskRole.REVIEWER)
    claim = a_claim(strict, State.IN_REVIEW, by=an_editor(strict), reviewer=reviewer)
    evidence_for(claim)
    return claim


@pytest.fixture
def one_origin(single: Claim, reviewer: Reviewer) -> Claim:
    """The same, confirmed by the reviewer; the editor's seat waits."""
    review_by(single, reviewer, CONFIRMED, exception_reason="I think one is enough.")
    return fresh(single)


def new_editor(claim: Claim) -> User:
    assert claim.desk is not None
    return an_editor(claim.desk)


def new_reviewer(claim: Claim) -> Reviewer:
    assert claim.desk is not None
    return a_reviewer(claim.desk)


def test_the_editor_who_confirms_it_answers_for_the_number_of_origins(one_origin: Claim) -> None:
    editor = new_editor(one_origin)
    take_as_editor(one_origin.pk, viewer(editor))
    with pytest.raises(OriginsTooFew, match="needs evidence from 2 distinct origins"):
        judged_by(one_origin, editor, CONFIRMED)
    review_by(one_origin, profile_of(editor), CONFIRMED, exception_reason=ONE_REGISTRY)
    assert Decision.objects.get(claim=one_origin).exception_reason == ONE_REGISTRY
    reasons = Review.objects.order_by("pk").values_list("exception_reason", flat=True)
    assert list(reasons) == ["", ONE_REGISTRY]
    assert broken_promises() == {}


def test_without_any_evidence_no_editor_makes_up_for_it(desk: Desk, editor: User, reviewer: Reviewer) -> None:
    claim = a_claim(desk, by=an_editor(desk))
    put_on(claim, reviewer, editor)
    with pytest.raises(EvidenceMissing):
        review_by(claim, reviewer, CONFIRMED)


def test_an_exception_is_kept_until_somebody_asked_later_has_judged_too(single: Claim, reviewer: Reviewer) -> None:
    editor, another = new_editor(single), new_editor(single)
    with acting_on(single.pk, viewer(another)) as acting:
        ask_second_opinion(acting.held, None, None, by=acting.by, why="I want another pair of eyes.")
    review_by(single, reviewer, CONFIRMED)
    take_as_editor(single.pk, viewer(editor))
    review_by(single, profile_of(editor), CONFIRMED, exception_reason=ONE_REGISTRY)
    second = new_reviewer(single)
    put_on(single, second, another)
    review_by(single, second, CONFIRMED)
    assert Decision.objects.get(claim=single).exception_reason == ONE_REGISTRY


def test_whoever_settles_it_needs_an_exception_of_an_editor(one_origin: Claim) -> None:
    editor, another = new_editor(one_origin), new_editor(one_origin)
    take_as_editor(one_origin.pk, viewer(editor))
    judged_by(one_origin, editor, UNPROVEN)
    settling = new_reviewer(one_origin)
    put_on(one_origin, settling, another, part=Part.ADJUDICATION)
    with pytest.raises(OriginsTooFew):
        review_by(one_origin, settling, CONFIRMED)  # the reviewer had no exception to give


def test_whoever_settles_it_may_side_with_an_editor_who_made_an_exception(single: Claim, reviewer: Reviewer) -> None:
    editor, another = new_editor(single), new_editor(single)
    review_by(single, reviewer, UNPROVEN)
    take_as_editor(single.pk, viewer(editor))
    review_by(single, profile_of(editor), CONFIRMED, exception_reason=ONE_REGISTRY)
    settling = new_reviewer(single)
    put_on(single, settling, another, part=Part.ADJUDICATION)
    review_by(single, settling, CONFIRMED)
    assert Decision.objects.get(claim=single).exception_reason == ONE_REGISTRY
    assert broken_promises() == {}
