"""Who is on a claim: one person per seat, everybody may leave their own, and nobody is left behind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from claims.errors import ActionNotPossible, NotFound, RoleMissing, UnusableText
from claims.lifecycle import Action, DismissalReason, State, WaitingReason
from claims.models import Claim, Desk, DeskRole, Flag, FlagKind, Source, User
from claims.services.proposing import GivenStep
from claims.services.transitions import locked
from reviews.errors import InterestMissing, NotEligible, NoteMissing, NotOnIt, SeatTaken
from reviews.models import Assignment, AssignmentStatus, Interest, Part, Reviewer
from reviews.services.acting import act, acting_on
from reviews.services.assigning import ROUTER, assignment_of, decline, hand_over, recuse
from reviews.services.people import declare_interest
from reviews.services.reviewing import ask_second_opinion
from reviews.services.routing import check_eligible, give, pass_on, route_waiting, take
from tests.concurrency.crowd import at_once
from tests.factories import (
    a_claim,
    a_desk,
    a_reviewer,
    ahead,
    fresh,
    joined,
    open_assignment_of,
    profiled,
    put_on,
    review_by,
    second_opinion_asked,
    start,
    viewer,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def first(desk: Desk) -> Reviewer:
    return a_reviewer(desk)


@pytest.fixture
def second(desk: Desk) -> Reviewer:
    return a_reviewer(desk)


def left(claim: Claim, who: User | Reviewer, to: Reviewer | None = None, note: str = "") -> Assignment | None:
    """Whoever it is hands the claim's open seat over."""
    with acting_on(claim.pk, viewer(who)) as acting:
        return hand_over(acting.held, open_assignment_of(claim), by=acting.by, to=to, note=note)


def statuses(claim: Claim) -> list[str]:
    return list(claim.assignments.order_by("pk").values_list("status", flat=True))


def test_assigning_stays_in_the_state_and_tells_who(desk: Desk, editor: User, first: Reviewer) -> None:
    claim = a_claim(desk, by=editor)
    assignment = put_on(claim, first, editor)
    event = claim.events.get(type="claim.assign")
    assert (fresh(claim).state, assignment.seat, assignment.round) == (State.QUEUED, 1, 1)
    assert (event.data["name"], event.data["part"], event.data["rule"]) == (str(first), "review", "editor")


def test_a_seat_is_given_once(desk: Desk, editor: User, first: Reviewer, second: Reviewer) -> None:
    claim = a_claim(desk, by=editor)
    put_on(claim, first, editor)
    with pytest.raises(SeatTaken, match="Somebody else has this claim already"):
        put_on(claim, second, editor)
    assert statuses(claim) == ["open"]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_a_seat_at_once_one_gets_it(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, by=editor)
    reviewers = [a_reviewer(desk), a_reviewer(desk)]
    answers = at_once(*[partial(put_on, claim, reviewer, reviewer.user) for reviewer in reviewers])
    assert {type(answer) for answer in answers} == {Assignment, SeatTaken}
    assert statuses(claim) == ["open"]


def test_a_second_opinion_has_a_seat_for_somebody_else(
    desk: Desk, editor: User, first: Reviewer, second: Reviewer
) -> None:
    claim = a_claim(desk, State.SECOND_OPINION, by=editor, reviewer=first)
    with pytest.raises(NotEligible, match="is on this claim already"):
        put_on(claim, first, editor)
    assert put_on(claim, second, editor).seat == 2
    with pytest.raises(SeatTaken):
        put_on(claim, a_reviewer(desk), editor)


@pytest.mark.parametrize("state", [State.QUEUED, State.IN_REVIEW])
def test_an_adjudicator_is_not_named_where_nothing_is_to_settle(desk: Desk, editor: User, state: State) -> None:
    with pytest.raises(ActionNotPossible, match="only when the reviews differ"):
        put_on(a_claim(desk, state, by=editor), a_reviewer(desk), editor, part=Part.ADJUDICATION)


def test_assigning_clears_the_flag_that_nobody_can_take_it(desk: Desk, editor: User, first: Reviewer) -> None:
    claim = a_claim(desk, by=editor)
    with locked(claim.pk) as held:
        held.raise_flag(FlagKind.UNROUTABLE, by=ROUTER, reason="Everybody is away.")
    put_on(claim, first, editor)
    assert not claim.flag_log.filter(cleared_at__isnull=True).exists()


def test_handing_over_to_a_person_needs_a_note_that_they_read_first(
    desk: Desk, editor: User, first: Reviewer, second: Reviewer
) -> None:
    claim = a_claim(desk, State.IN_REVIEW, by=editor, reviewer=first)
    with pytest.raises(NoteMissing, match="Write a note to the person you hand it to"):
        left(claim, first, second, "  ")
    with pytest.raises(UnusableText):
        left(claim, first, second, "a\u202eb")
    new = left(claim, first, second, "The registry answers tomorrow.")
    assert new is not None
    assert (new.reviewer, new.note, new.seat) == (second, "The registry answers tomorrow.", 1)
    assert (fresh(claim).state, statuses(claim)) == (State.IN_REVIEW, ["handed_over", "open"])


def test_a_claim_that_nobody_is_left_on_goes_back_to_the_queue(desk: Desk, editor: User, first: Reviewer) -> None:
    claim = a_claim(desk, State.IN_REVIEW, by=editor, reviewer=first)
    assert left(claim, first) is None
    assert (fresh(claim).state, statuses(claim)) == (State.QUEUED, ["handed_over"])


def test_a_second_opinion_stays_when_its_seat_is_left(
    desk: Desk, editor: User, first: Reviewer, second: Reviewer
) -> None:
    claim = a_claim(desk, State.SECOND_OPINION, by=editor, reviewer=first)
    put_on(claim, second, editor)
    left(claim, second)
    assert (fresh(claim).state, put_on(claim, a_reviewer(desk), editor).seat) == (State.SECOND_OPINION, 2)


def test_declining_gives_the_seat_back(desk: Desk, editor: User, first: Reviewer) -> None:
    claim = a_claim(desk, by=editor)
    assignment = put_on(claim, first, editor)
    with acting_on(claim.pk, viewer(first)) as acting:
        decline(acting.held, assignment, by=acting.by, note="I leave at noon.")
    assert (fresh(claim).state, statuses(claim)) == (State.QUEUED, ["declined"])
    assert claim.events.get(type="claim.decline").reason == "I leave at noon."


def test_a_seat_is_not_handed_to_whoever_has_it(desk: Desk, editor: User, first: Reviewer) -> None:
    claim = a_claim(desk, State.IN_REVIEW, by=editor, reviewer=first)
    with pytest.raises(NotEligible, match="has this claim already"):
        left(claim, editor, first, "Yours.")


def test_recusing_keeps_the_interest(desk: Desk, editor: User, first: Reviewer) -> None:
    claim = a_claim(desk, State.IN_REVIEW, by=editor, reviewer=first, chain=[GivenStep("Vera Lund", verb="said")])
    source = Source.objects.get(name="Vera Lund")
    with acting_on(claim.pk, viewer(first)) as acting:
        recuse(acting.held, open_assignment_of(claim), by=acting.by, source_id=source.pk, note="She is my aunt.")
    assert (fresh(claim).state, statuses(claim)) == (State.QUEUED, ["recused"])
    assert Interest.objects.get(reviewer=first).source == source


@pytest.mark.parametrize("named", ["nothing", "a stranger"])
def test_recusing_names_a_source_of_the_chain(desk: Desk, editor: User, first: Reviewer, named: str) -> None:
    claim = a_claim(desk, State.IN_REVIEW, by=editor, reviewer=first, chain=[GivenStep("Vera Lund", verb="said")])
    stranger = Source.objects.create(name="Somebody else", kind="person")
    source_id = stranger.pk if named == "a stranger" else None
    with acting_on(claim.pk, viewer(first)) as acting, pytest.raises(InterestMissing):
        recuse(acting.held, open_assignment_of(claim), by=acting.by, source_id=source_id)
    assert not Interest.objects.exists()


def test_recusing_from_a_claim_without_sources_asks_for_words(desk: Desk, editor: User, first: Reviewer) -> None:
    claim = a_claim(desk, State.IN_REVIEW, by=editor, reviewer=first, quote=None)
    with acting_on(claim.pk, viewer(first)) as acting, pytest.raises(InterestMissing, match="Say in words") as refused:
        recuse(acting.held, open_assignment_of(claim), by=acting.by, source_id=1)
    assert refused.value.pointer == "/note"


@pytest.mark.parametrize("leave", [hand_over, decline, recuse])
def test_nobody_but_an_editor_takes_others_off(
    desk: Desk, editor: User, first: Reviewer, second: Reviewer, leave: object
) -> None:
    claim = a_claim(desk, by=editor)
    mine = put_on(claim, first, editor)
    more = {"source_id": None} if leave is recuse else {}
    assert callable(leave)
    with acting_on(claim.pk, viewer(second)) as acting, pytest.raises(RoleMissing):
        leave(acting.held, mine, by=acting.by, **more)
    assert statuses(claim) == ["open"]


def test_a_reviewer_on_a_claim_does_not_take_the_other_one_off(
    desk: Desk, editor: User, first: Reviewer, second: Reviewer
) -> None:
    claim = a_claim(desk, State.IN_REVIEW, by=editor, reviewer=first)
    act_second_opinion(claim, editor)
    put_on(claim, second, editor)
    theirs = Assignment.objects.get(claim=claim, reviewer=first)
    with acting_on(claim.pk, viewer(second)) as acting, pytest.raises(RoleMissing, match="somebody else's seat"):
        decline(acting.held, theirs, by=acting.by)
    with acting_on(claim.pk, viewer(editor)) as acting:
        decline(acting.held, theirs, by=acting.by)
    assert statuses(claim) == ["declined", "open"]


def act_second_opinion(claim: Claim, editor: User) -> None:
    """The editor asks for a second opinion without a review of their own."""
    with acting_on(claim.pk, viewer(editor)) as acting:
        ask_second_opinion(acting.held, None, None, by=acting.by, why="It leads the page.")


def test_an_action_names_the_seat_it_is_about_or_means_ones_own(
    desk: Desk, editor: User, first: Reviewer, second: Reviewer
) -> None:
    claim, other = a_claim(desk, by=editor), a_claim(desk, by=editor)
    with locked(claim.pk) as held, pytest.raises(NotOnIt, match="Nobody is on this claim"):
        assignment_of(held, None, None)
    mine, theirs = put_on(claim, first, editor), put_on(other, second, editor)
    with locked(claim.pk) as held:
        assert assignment_of(held, None, mine) == assignment_of(held, mine.pk, None) == mine
        assert assignment_of(held, None, None) == mine
        with pytest.raises(NotFound):
            assignment_of(held, theirs.pk, mine)


def test_a_dismissal_withdraws_assignments_and_its_undoing_gives_them_back(
    desk: Desk, editor: User, first: Reviewer
) -> None:
    claim = a_claim(desk, State.IN_REVIEW, by=editor, reviewer=first)
    act(claim.pk, Action.DISMISS, viewer(editor), reason=DismissalReason.OFF_SUBJECT)
    assert statuses(claim) == ["withdrawn"]
    act(claim.pk, Action.UNDO, viewer(editor))
    assignment = Assignment.objects.get(claim=claim)
    assert (fresh(claim).state, assignment.status, assignment.ended_at) == (State.IN_REVIEW, "open", None)


def test_another_desk_takes_strangers_off_and_keeps_colleagues(desk: Desk, editor: User, first: Reviewer) -> None:
    there = a_desk()
    both = a_reviewer(desk)
    joined(both.user, there, DeskRole.REVIEWER)
    stranger, colleague = (a_claim(desk, State.IN_REVIEW, by=editor, reviewer=one) for one in (first, both))
    for claim in (stranger, colleague):
        act(claim.pk, Action.CHANGE_DESK, viewer(editor), desk=there, reason="It is theirs.")
    assert (fresh(stranger).state, statuses(stranger)) == (State.QUEUED, ["handed_over"])
    assert (fresh(colleague).state, statuses(colleague)) == (State.IN_REVIEW, ["open"])


def test_a_waiting_claim_that_changes_desk_leaves_nobody_behind(desk: Desk, editor: User, first: Reviewer) -> None:
    claim = a_claim(desk, State.IN_REVIEW, by=editor, reviewer=first)
    until = ahead(hours=2)
    due = until + timedelta(hours=1)
    act(claim.pk, Action.WAIT, viewer(editor), reason=WaitingReason.REPLY, until=until, due=due)
    act(claim.pk, Action.CHANGE_DESK, viewer(editor), desk=a_desk(), reason="It is theirs.")
    assert (fresh(claim).state, statuses(claim)) == (State.WAITING, [AssignmentStatus.WITHDRAWN])


def test_a_claim_goes_back_to_whoever_gave_it_away_when_they_are_named_and_by_routing_never(
    desk: Desk, editor: User, first: Reviewer, second: Reviewer
) -> None:
    claim = a_claim(desk, State.IN_REVIEW, by=editor, reviewer=first)
    for giver, to in ((first, second), (second, first)):
        with acting_on(claim.pk, viewer(giver)) as acting:
            assert acting.mine is not None
            pass_on(acting.held, acting.mine, to, by=acting.by, note="Yours, I think.")
    with acting_on(claim.pk, viewer(first)) as acting:
        decline(acting.held, open_assignment_of(claim), by=acting.by)
    assert route_waiting().unroutable == 1
    (flag,) = Flag.objects.standing().filter(claim=claim)
    assert flag.reason == f"{desk.name} desk has 2 reviewers: 2 gave this claim up before."
    assert take(claim.pk, viewer(first)) == claim


def test_starting_is_an_event_of_its_own_and_happens_once(desk: Desk, editor: User, first: Reviewer) -> None:
    claim = a_claim(desk, by=editor)
    put_on(claim, first, editor)
    start(claim, first)
    start(claim, first)
    assert claim.events.filter(type="claim.start").count() == 1
    assert fresh(claim).state == State.IN_REVIEW


def test_nobody_is_put_on_a_claim_who_could_not_be_routed_there(desk: Desk, editor: User, first: Reviewer) -> None:
    claim = a_claim(desk, by=editor, chain=[GivenStep("Vera Lund", verb="said")])
    Interest.objects.create(reviewer=first, source=Source.objects.get(name="Vera Lund"))
    for one, words in ((first, "interest"), (profiled(editor), "not a reviewer of this desk")):
        with pytest.raises(NotEligible, match=words):
            give(claim, one, viewer(editor), chosen_by="the editor")
    with pytest.raises(NotEligible, match="not a reviewer of this desk"):
        check_eligible(claim, a_reviewer(a_desk()))
    assert not Assignment.objects.exists()


def test_recusing_from_a_claim_may_name_its_outlet(desk: Desk, editor: User, first: Reviewer) -> None:
    claim = a_claim(desk, State.IN_REVIEW, by=editor, reviewer=first)
    outlet = claim.appearances.get().revision.article.outlet
    with acting_on(claim.pk, viewer(first)) as acting:
        recuse(acting.held, open_assignment_of(claim), by=acting.by, source_id=outlet.pk)
    assert Interest.objects.get(reviewer=first).source == outlet


def test_the_words_of_a_recusal_stay_out_of_the_history(desk: Desk, editor: User, first: Reviewer) -> None:
    claim = a_claim(desk, State.IN_REVIEW, by=editor, reviewer=first, chain=[GivenStep("Vera Lund", verb="said")])
    source = Source.objects.get(name="Vera Lund")
    with acting_on(claim.pk, viewer(first)) as acting:
        recuse(acting.held, open_assignment_of(claim), by=acting.by, source_id=source.pk, note="She is my aunt.")
    assert not any("aunt" in event.body for event in claim.events.all())
    assert Assignment.objects.get(claim=claim).note == "She is my aunt."


@pytest.mark.parametrize("judge", [review_by, second_opinion_asked])
def test_an_interest_declared_after_one_got_the_claim_keeps_one_from_judging_it(
    desk: Desk, editor: User, first: Reviewer, judge: Callable[[Claim, Reviewer], object]
) -> None:
    claim = a_claim(desk, State.IN_REVIEW, by=editor, reviewer=first, chain=[GivenStep("Vera Lund", verb="said")])
    declare_interest(first, viewer(first), Source.objects.get(name="Vera Lund"), "She is my aunt.")
    with pytest.raises(NotEligible, match="You have declared an interest in Vera Lund. Step back from this claim."):
        judge(claim, first)
    assert (fresh(claim).state, statuses(claim)) == (State.IN_REVIEW, ["open"])
