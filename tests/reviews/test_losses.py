"""Whoever loses a claim by what somebody else did is told so, each time, and once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.ladders import Deed, Step, Tell, Track
from claims.lifecycle import Action, DismissalReason, State, WaitingReason
from claims.models import Claim, ClaimEvent, Desk, DeskRole, Membership, Source, User
from claims.services.sweep import raise_due_flags
from reviews.models import Absence, Assignment, Notice, Part, PolicyKind, Reviewer, Then
from reviews.noticing import ByMail, NoticeReason, Way
from reviews.rules import Conditions, Outcomes
from reviews.services.acting import act, acting_on
from reviews.services.assigning import decline, hand_over, recuse
from reviews.services.notice_list import choose_ways, is_past, notices_of
from reviews.services.notice_words import done_about
from reviews.services.notices import tell
from reviews.services.pool import take_next
from reviews.services.queue import summary_for
from reviews.services.resettling import ask_to_apply, settle_asked
from reviews.tasks import escalations, tend
from tests import factories as make
from tests.concurrency.crowd import broken_promises

pytestmark = pytest.mark.django_db
LOST = NoticeReason.TAKEN_OFF
HARBOUR = "You know the harbour better."


@pytest.fixture
def desk() -> Desk:
    return make.a_desk(name="World")


@pytest.fixture
def editor(desk: Desk) -> User:
    return make.joined(make.a_person("Edith"), desk, DeskRole.EDITOR)


@pytest.fixture
def reviewer(desk: Desk) -> Reviewer:
    return make.a_reviewer(desk, limit=50)


@pytest.fixture
def claim(desk: Desk, editor: User, reviewer: Reviewer) -> Claim:
    """In review by the reviewer, who was told of it."""
    claim = make.a_claim(desk, State.IN_REVIEW, by=editor, reviewer=reviewer)
    hear()
    return claim


def hear() -> None:
    """Tell of everything that has happened."""
    tell(list(ClaimEvent.objects.order_by("id")))


def losses(who: User | Reviewer) -> list[str]:
    """What the person reads of claims they lost, the first first."""
    user = who.user if isinstance(who, Reviewer) else who
    rows = notices_of(make.viewer(user)).filter(reason=LOST).order_by("id")
    return [str(done_about(row, in_sight=True)) for row in rows]


def taken_off(claim: Claim, by: User, to: Reviewer | None = None, note: str = "") -> None:
    """The editor gives the claim's open seat to somebody, or back to the pool."""
    with acting_on(claim.pk, make.viewer(by)) as acting:
        hand_over(acting.held, make.open_assignment_of(claim), by=acting.by, to=to, note=note)


def taken_back(claim: Claim, by: User) -> None:
    act(claim.pk, Action.UNDO, make.viewer(by))


def handed_to_another(claim: Claim, editor: User) -> None:
    assert claim.desk is not None
    another = make.profiled(make.joined(make.a_person("Ben"), claim.desk, DeskRole.REVIEWER))
    taken_off(claim, editor, another, HARBOUR)


def declined_for_them(claim: Claim, editor: User) -> None:
    with acting_on(claim.pk, make.viewer(editor)) as acting:
        decline(acting.held, make.open_assignment_of(claim), by=acting.by, note="It is to be done at night.")


def recused_for_them(claim: Claim, editor: User) -> None:
    source = Source.objects.get(articles__revisions__appearances__claim=claim)
    with acting_on(claim.pk, make.viewer(editor)) as acting:
        recuse(
            acting.held, make.open_assignment_of(claim), by=acting.by, source_id=source.pk, note="She is their aunt."
        )


def dismissed(claim: Claim, editor: User) -> None:
    act(claim.pk, Action.DISMISS, make.viewer(editor), reason=DismissalReason.OFF_SUBJECT)


def merged(claim: Claim, editor: User) -> None:
    assert claim.desk is not None
    act(claim.pk, Action.MERGE, make.viewer(editor), into=make.a_claim(claim.desk, by=editor))


def moved(claim: Claim, editor: User) -> None:
    act(claim.pk, Action.CHANGE_DESK, make.viewer(editor), desk=make.a_desk(name="Sport"), reason="They know it.")


def parked_and_moved(claim: Claim, editor: User) -> None:
    until = make.ahead(hours=2)
    act(claim.pk, Action.WAIT, make.viewer(editor), reason=WaitingReason.REPLY, until=until, due=until)
    moved(claim, editor)


EDITORS_STEPS = (
    (taken_off, "Edith took you off it; it is back in the pool"),
    (handed_to_another, f"Edith handed it over to Ben: {HARBOUR}"),
    (declined_for_them, "Edith took you off it; it is back in the pool: It is to be done at night."),
    (recused_for_them, "Edith took you off it; it is back in the pool"),
    (dismissed, "Edith dismissed it: Not about the article's subject"),
    (merged, "Edith merged it into #"),
    (moved, "Edith took you off it; it is back in the pool: The claim went to another desk."),
    (parked_and_moved, "Edith gave it to the desk Sport: They know it."),
)


@pytest.mark.parametrize(("step", "words"), EDITORS_STEPS)
def test_a_step_of_an_editor_that_takes_somebody_off_is_told_to_them_alone(
    claim: Claim, editor: User, reviewer: Reviewer, step: Callable[[Claim, User], None], words: str
) -> None:
    step(claim, editor)
    hear()
    hear()
    (said,) = losses(reviewer)
    assert said.startswith(words)
    assert set(Notice.objects.filter(reason=LOST).values_list("user", "claim")) == {(reviewer.user_id, claim.pk)}
    assert broken_promises() == {}


@pytest.mark.parametrize("step", [taken_off, dismissed, moved, parked_and_moved])
def test_an_editor_who_takes_themselves_off_is_told_nothing(desk: Desk, step: Callable[[Claim, User], None]) -> None:
    both = make.profiled(make.joined(make.an_editor(desk), desk, DeskRole.REVIEWER))
    claim = make.a_claim(desk, State.IN_REVIEW, by=make.an_editor(desk), reviewer=both)
    hear()
    step(claim, both.user)
    hear()
    assert losses(both) == []


def test_nobody_is_told_of_a_seat_they_gave_back(claim: Claim, reviewer: Reviewer) -> None:
    with acting_on(claim.pk, make.viewer(reviewer)) as acting:
        hand_over(acting.held, make.open_assignment_of(claim), by=acting.by)
    hear()
    assert losses(reviewer) == []


def test_a_return_by_the_ladder_is_told_by_the_name_of_its_step(desk: Desk, editor: User, reviewer: Reviewer) -> None:
    at_once = Step("return", "late", Track.REVIEW_DUE, timedelta(0), Tell.EDITOR, Deed.RETURN)
    make.with_ladder(desk, at_once)
    claim = make.a_claim(desk, State.IN_REVIEW, by=editor, reviewer=reviewer)
    hear()
    make.fall_late(claim, editor)
    raise_due_flags()
    escalations()
    hear()
    assert losses(reviewer) == ["It went back to the pool: late. Ladder of World desk"]


def test_an_absence_that_hands_over_is_told_with_who_has_the_claim_now(
    claim: Claim, desk: Desk, reviewer: Reviewer
) -> None:
    another = make.a_reviewer(desk)
    begins, ends = make.ahead(hours=-1), make.ahead(days=1)
    Absence.objects.create(reviewer=reviewer, starts_at=begins, ends_at=ends, then=Then.HAND_OVER, hand_over_to=another)
    tend()
    hear()
    (said,) = losses(reviewer)
    assert said.startswith(f"It was handed over to {another}: ")


def test_a_rule_that_brings_a_claim_to_another_desk_is_told(claim: Claim, reviewer: Reviewer) -> None:
    there, administrator = make.a_desk(), make.an_administrator()
    version = make.a_rule(Conditions(), Outcomes(desk=there.pk), by=administrator)
    ask_to_apply(version, "Ada")
    settle_asked()
    hear()
    assert make.fresh(claim).desk == there
    assert losses(reviewer) == ["It went back to the pool: The claim went to another desk."]


def test_whose_judgement_is_not_needed_any_more_is_told_without_a_word_of_the_others(editor: User) -> None:
    desk = make.a_desk_with(make.a_policy(PolicyKind.INDEPENDENT, 3, 2))
    editor = make.an_editor(desk)
    first, second, third = (make.a_reviewer(desk) for _ in range(3))
    claim = make.a_claim(desk, by=editor)
    for one in (first, second, third):
        make.put_on(claim, one, editor)
    hear()
    for one in (first, second):
        make.review_by(claim, one)
    hear()
    assert make.fresh(claim).state == State.DECIDED
    assert losses(third) == ["Your judgement is not needed any more: enough agreed, or an adjudicator settles it."]
    assert losses(first) == losses(second) == []


def test_of_several_who_lose_a_claim_in_one_moment_each_is_told_once() -> None:
    desk = make.a_desk_with(make.a_policy(PolicyKind.INDEPENDENT, 2))
    editor, both = make.an_editor(desk), [make.a_reviewer(desk) for _ in range(2)]
    claim = make.a_claim(desk, by=editor)
    for one in both:
        make.put_on(claim, one, editor)
    hear()
    moved(claim, editor)
    hear()
    told = Notice.objects.filter(reason=LOST).values_list("user", flat=True)
    assert sorted(told) == sorted(one.user_id for one in both)


def test_each_loss_is_told_also_a_second_one_on_the_same_day(claim: Claim, editor: User, reviewer: Reviewer) -> None:
    taken_off(claim, editor)
    hear()
    make.put_on(claim, reviewer, editor)
    Assignment.objects.open().filter(claim=claim).update(assigned_at=make.ahead(minutes=-1))
    dismissed(claim, editor)
    hear()
    assert losses(reviewer) == [
        "Edith took you off it; it is back in the pool",
        "Edith dismissed it: Not about the article's subject",
    ]
    assert "people_are_told_once_a_day" not in broken_promises()


@pytest.mark.parametrize("step", [taken_off, handed_to_another, declined_for_them, dismissed, merged, moved])
def test_a_step_that_is_undone_before_it_was_read_is_not_told(
    claim: Claim, editor: User, reviewer: Reviewer, step: Callable[[Claim, User], None]
) -> None:
    step(claim, editor)
    taken_back(claim, editor)
    hear()
    assert Assignment.objects.open().filter(claim=claim, reviewer=reviewer).exists()
    assert losses(reviewer) == []


def test_what_was_told_of_a_step_that_is_undone_is_no_longer_so(claim: Claim, editor: User, reviewer: Reviewer) -> None:
    dismissed(claim, editor)
    hear()
    (told,) = notices_of(make.viewer(reviewer)).filter(reason=LOST)
    assert not is_past(told)
    taken_back(claim, editor)
    hear()
    (told,) = notices_of(make.viewer(reviewer)).filter(reason=LOST)
    assert is_past(told)


def test_whoever_had_a_seat_for_a_moment_is_told_of_its_loss_if_they_knew_of_it(
    desk: Desk, editor: User, reviewer: Reviewer
) -> None:
    unknown, known, long_held = (make.a_claim(desk, by=editor) for _ in range(3))
    make.put_on(known, reviewer, editor)
    hear()
    make.put_on(unknown, reviewer, editor)
    make.put_on(long_held, reviewer, editor)
    Assignment.objects.filter(claim=long_held).update(assigned_at=make.ahead(seconds=-6))
    for one in (unknown, known, long_held):
        taken_off(one, editor)
    hear()
    told = Notice.objects.filter(reason=LOST).values_list("claim", flat=True)
    assert set(told) == {known.pk, long_held.pk}


def test_what_somebody_took_from_the_pool_themselves_is_told_when_it_is_taken_from_them(
    desk: Desk, editor: User, reviewer: Reviewer
) -> None:
    claim = make.a_claim(desk, by=editor)
    take_next(make.viewer(reviewer))
    Assignment.objects.filter(claim=claim).update(assigned_at=make.ahead(hours=-1))
    taken_off(claim, editor)
    hear()
    assert len(losses(reviewer)) == 1


def test_an_adjudicator_who_is_taken_off_is_told_and_the_editors_hear_what_it_means(
    desk: Desk, editor: User, reviewer: Reviewer
) -> None:
    second, settling = make.a_reviewer(desk), make.a_reviewer(desk)
    claim = make.a_claim(desk, State.SECOND_OPINION, by=editor, reviewer=reviewer)
    make.put_on(claim, second, editor)
    for _ in range(2):
        make.evidence_for(claim)
    make.review_by(claim, second, make.CONFIRMED)
    make.put_on(claim, settling, editor, part=Part.ADJUDICATION)
    hear()
    other = make.an_editor(desk)
    taken_off(claim, other)
    hear()
    assert losses(settling) == [f"{other.get_full_name()} took you off it; it is back in the pool"]
    unsettled = Notice.objects.filter(reason=NoticeReason.UNSETTLED).values_list("user", flat=True)
    assert {editor.pk, other.pk} & set(unsettled) == {editor.pk}


def test_a_person_may_choose_not_to_be_told(claim: Claim, editor: User, reviewer: Reviewer) -> None:
    choose_ways(reviewer.user, ways={LOST: Way(in_app=False, by_mail=ByMail.OFF)}, times={})
    dismissed(claim, editor)
    hear()
    assert losses(reviewer) == []


def test_a_claim_out_of_sight_is_told_by_its_number_and_counted(claim: Claim, editor: User, reviewer: Reviewer) -> None:
    make.joined(reviewer.user, make.a_desk(), DeskRole.REVIEWER)
    before = summary_for(make.viewer(reviewer), make.now()).unread
    moved(claim, editor)
    hear()
    (told,) = notices_of(make.viewer(reviewer))
    assert (told.claim_id, told.reason) == (claim.pk, LOST)
    assert str(done_about(told, in_sight=False)) == "It is not open to you any more."
    assert (before, summary_for(make.viewer(reviewer), make.now()).unread) == (1, 1)
    assert list(notices_of(make.viewer(reviewer), only_in_sight=True)) == []


def test_whoever_leaves_the_desk_is_told_of_the_claims_that_went_back(claim: Claim, reviewer: Reviewer) -> None:
    Membership.objects.filter(user=reviewer.user).delete()
    make.joined(reviewer.user, make.a_desk(), DeskRole.REVIEWER)
    tend()
    hear()
    assert [row.claim_id for row in notices_of(make.viewer(reviewer))] == [claim.pk]


def test_many_losses_are_told_in_as_many_queries_as_one(desk: Desk, editor: User, reviewer: Reviewer) -> None:
    def queries(number: int) -> int:
        made = [make.a_claim(desk, State.IN_REVIEW, by=editor, reviewer=reviewer) for _ in range(number)]
        hear()
        for one in made:
            dismissed(one, editor)
        events = list(ClaimEvent.objects.filter(claim__in=made, type="claim.dismiss"))
        with CaptureQueriesContext(connection) as captured:
            tell(events)
        assert Notice.objects.filter(reason=LOST, claim__in=made).count() == number
        return len(captured)

    assert queries(1) == queries(8)
