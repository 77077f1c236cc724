"""Somebody goes away: each of their open claims is settled once, as they said, whatever happens meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from time import sleep
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from claims.lifecycle import Action, State, WaitingReason
from claims.models import Claim, ClaimEvent, Desk, DeskRole, Flag, FlagKind, Membership, User
from claims.services.transitions import database_time
from reviews.models import Absence, Assignment, AssignmentStatus, DeskDefaults, Reviewer, Then
from reviews.services import stillness
from reviews.services.acting import act, acting_on
from reviews.services.assigning import hand_over, recuse
from reviews.services.leaving import due_meanwhile, hand_over_all, open_claims_of, settle_absences, take_back_standing
from reviews.services.people import GivenAbsence, change_absence, come_back, remove_absence
from reviews.services.pool import take_next
from reviews.services.routing import Routed, route_waiting
from reviews.services.stillness import Marked, flag_standstill, idle_since
from reviews.tasks import tend
from tests import factories as make
from tests.concurrency.crowd import broken_promises

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    return make.a_desk(name="World")


@pytest.fixture
def ines(desk: Desk) -> Reviewer:
    return make.profiled(make.joined(make.a_person("Ines"), desk, DeskRole.REVIEWER), limit=20)


@pytest.fixture
def omar(desk: Desk) -> Reviewer:
    return make.profiled(make.joined(make.a_person("Omar"), desk, DeskRole.REVIEWER), limit=3)


def away(reviewer: Reviewer, **given: Any) -> Absence:
    """An absence that began an hour ago and lasts three days."""
    times = {"starts_at": make.ahead(hours=-1), "ends_at": make.ahead(days=3)}
    return Absence.objects.create(reviewer=reviewer, **{**times, **given})


def held_by(reviewer: Reviewer) -> int:
    return Assignment.objects.open().filter(reviewer=reviewer).count()


def claims_of(reviewer: Reviewer, editor: User, desk: Desk, *states: State) -> list[Claim]:
    return [make.a_claim(desk, state, by=editor, reviewer=reviewer) for state in states]


def test_what_is_handed_over_goes_to_the_named_person_with_a_note_and_the_rest_to_the_pool(
    desk: Desk, editor: User, ines: Reviewer, omar: Reviewer
) -> None:
    claims_of(ines, editor, desk, *[State.IN_REVIEW] * 5)
    absence = away(ines, then=Then.HAND_OVER, hand_over_to=omar)
    assert settle_absences() == 5
    assert (held_by(ines), held_by(omar)) == (0, 3)
    back = absence.ends_at
    theirs = Assignment.objects.open().filter(reviewer=omar)
    assert set(theirs.values_list("note", flat=True)) == {
        f"Ines is away until {back.day} {back:%b}. You were named to take over."
    }
    given_up = set(Assignment.objects.filter(status=AssignmentStatus.HANDED_OVER).values_list("note", flat=True))
    assert f"Ines is away until {back.day} {back:%b}. Omar has reached the limit of 3 open claims." in given_up
    assert Claim.objects.filter(state=State.QUEUED).count() == 2
    assert set(ClaimEvent.objects.filter(type="claim.hand_over").values_list("actor_name", flat=True)) == {"absence"}
    assert settle_absences() == 0
    assert broken_promises() == {}


def test_what_goes_to_the_pool_is_routed_again_and_flagged_when_nobody_can_take_it(
    desk: Desk, editor: User, ines: Reviewer, omar: Reviewer
) -> None:
    claims_of(ines, editor, desk, *[State.IN_REVIEW] * 4)
    away(ines, then=Then.POOL)
    assert settle_absences() == 4
    assert route_waiting() == Routed(assigned=3, unroutable=1)
    assert held_by(omar) == 3
    assert Flag.objects.standing().get(kind=FlagKind.UNROUTABLE).reason == (
        "World desk has 2 reviewers: 1 at the limit of 3, 1 away."
    )
    assert broken_promises() == {}


def test_whoever_comes_back_may_have_again_what_they_gave_up_by_being_away(
    desk: Desk, editor: User, ines: Reviewer, omar: Reviewer
) -> None:
    routed, taken, declined = claims_of(ines, editor, desk, *[State.IN_REVIEW] * 3)
    with acting_on(declined.pk, make.viewer(ines)) as acting:
        assert acting.mine is not None
        hand_over(acting.held, acting.mine, by=acting.by)
    Reviewer.objects.filter(pk=omar.pk).update(is_active=False)
    away(ines, then=Then.POOL, starts_at=database_time())
    assert settle_absences() == 2
    assert route_waiting().assigned == 0
    assert come_back(ines, make.viewer(ines)) == 1
    assert take_next(make.viewer(ines)) in (routed, taken)
    assert route_waiting() == Routed(assigned=1, unroutable=1)
    assert held_by(ines) == 2
    assert not Assignment.objects.open().filter(claim=declined).exists()
    assert broken_promises() == {}


def test_an_absence_that_is_removed_or_moved_after_it_began_leaves_nothing_given_up(
    desk: Desk, editor: User, ines: Reviewer
) -> None:
    claims = claims_of(ines, editor, desk, State.IN_REVIEW, State.IN_REVIEW)
    absence = away(ines, then=Then.POOL)
    assert settle_absences() == 2
    later = GivenAbsence(starts_at=make.ahead(days=1), ends_at=make.ahead(days=2), then=Then.POOL)
    change_absence(absence, make.viewer(ines), later)
    assert take_next(make.viewer(ines)) in claims
    remove_absence(absence, make.viewer(ines))
    assert route_waiting().assigned == 1
    assert held_by(ines) == 2


@pytest.mark.parametrize("zone", ["America/New_York", "Australia/Lord_Howe"])
def test_an_absence_is_named_by_the_days_on_the_persons_own_clock(ines: Reviewer, zone: str) -> None:
    ines.user.zone = zone
    begins, ends = (datetime(2026, 11, day, 0 if day == 28 else 23, 59, tzinfo=ZoneInfo(zone)) for day in (28, 30))
    assert (
        str(Absence(reviewer=ines, starts_at=begins.astimezone(UTC), ends_at=ends.astimezone(UTC)))
        == "Ines: 2026-11-28 – 2026-11-30"
    )


def test_who_keeps_their_claims_keeps_them_and_they_are_marked(desk: Desk, editor: User, ines: Reviewer) -> None:
    claims_of(ines, editor, desk, State.IN_REVIEW, State.WAITING, State.DECIDED)
    absence = away(ines)
    tend()
    assert held_by(ines) == 2
    reasons = Flag.objects.standing().filter(kind=FlagKind.AWAY).values_list("reason", flat=True)
    assert list(reasons) == [f"Ines is away until {absence.ends_at.day} {absence.ends_at:%b}."] * 2
    assert flag_standstill() == Marked()
    absence.delete()
    assert flag_standstill() == Marked(cleared=2)
    assert broken_promises() == {}


def test_a_parked_claim_is_settled_when_its_wait_is_over(desk: Desk, editor: User, ines: Reviewer) -> None:
    (claim,) = claims_of(ines, editor, desk, State.WAITING)
    away(ines, then=Then.POOL)
    assert settle_absences() == 0
    act(claim.pk, Action.RESUME, make.viewer(editor))
    assert settle_absences() == 1
    assert make.fresh(claim).state == State.QUEUED


def test_an_absence_that_has_not_begun_or_is_over_settles_nothing(desk: Desk, editor: User, ines: Reviewer) -> None:
    claims_of(ines, editor, desk, State.IN_REVIEW)
    away(ines, then=Then.POOL, starts_at=make.ahead(hours=1))
    away(ines, then=Then.POOL, ends_at=make.ahead(minutes=-1))
    assert settle_absences() == 0


def test_whoever_is_named_but_has_an_interest_is_not_given_it(
    desk: Desk, editor: User, ines: Reviewer, omar: Reviewer
) -> None:
    (claim,) = claims_of(ines, editor, desk, State.IN_REVIEW)
    make.put_on(other := make.a_claim(desk, by=editor), omar, editor)
    outlet = claim.appearances.get().revision.article.outlet
    with acting_on(other.pk, make.viewer(omar)) as acting:
        assert acting.mine is not None
        recuse(acting.held, acting.mine, by=acting.by, source_id=other.appearances.get().revision.article.outlet_id)
    omar.interests.create(source=outlet)
    away(ines, then=Then.HAND_OVER, hand_over_to=omar)
    assert settle_absences() == 1
    assert held_by(omar) == 0
    assert make.fresh(claim).state == State.QUEUED


def test_several_claims_are_handed_over_each_as_its_own_step(
    desk: Desk, editor: User, ines: Reviewer, omar: Reviewer
) -> None:
    claims = claims_of(ines, editor, desk, State.IN_REVIEW, State.WAITING, State.IN_REVIEW, State.QUEUED)
    numbers = [claim.pk for claim in claims]
    handed = hand_over_all(ines, make.viewer(editor), to=omar, note="Ines is ill.", claims=numbers)
    assert handed.done == [numbers[0], numbers[2]]
    assert handed.refused == {
        "Hand over is possible only in Queued, In review or Second opinion; this claim is Waiting.": [numbers[1]],
        "There is no open assignment with this number on this claim.": [numbers[3]],
    }
    refused = hand_over_all(omar, make.viewer(ines), to=None, note="", claims=numbers[:1])
    assert refused.done == []
    assert held_by(omar) == 2


def test_the_open_claims_of_somebody_are_those_the_viewer_sees(desk: Desk, editor: User, ines: Reviewer) -> None:
    claims = claims_of(ines, editor, desk, State.IN_REVIEW, State.WAITING, State.DECIDED)
    now = make.now()
    assert {claim.pk for claim in open_claims_of(ines, make.viewer(editor), now)} == {one.pk for one in claims[:2]}
    stranger = make.viewer(make.an_editor(make.a_desk()))
    assert not open_claims_of(ines, stranger, now).exists()


def test_claims_that_fall_due_meanwhile_are_counted(desk: Desk, editor: User, ines: Reviewer) -> None:
    soon = make.a_claim(desk, State.IN_REVIEW, by=editor, reviewer=ines, review_due_at=make.ahead(hours=30))
    make.a_claim(desk, State.IN_REVIEW, by=editor, reviewer=ines, review_due_at=make.ahead(days=9))
    make.a_claim(desk, State.DECIDED, by=editor, reviewer=ines, review_due_at=make.ahead(hours=30))
    absence = away(ines, starts_at=make.ahead(days=1))
    assert due_meanwhile([absence], make.viewer(editor), make.now()) == {absence.pk: [soon.pk]}
    stranger = make.viewer(make.an_editor(make.a_desk()))
    assert due_meanwhile([absence], stranger, make.now()) == {absence.pk: []}


def test_on_a_desk_that_takes_claims_back_those_of_people_away_go_to_the_pool(
    desk: Desk, editor: User, ines: Reviewer
) -> None:
    (claim,) = claims_of(ines, editor, desk, State.IN_REVIEW)
    away(ines)
    assert take_back_standing() == 0
    DeskDefaults.objects.create(desk=desk, takes_back=True)
    assert take_back_standing() == 1
    assert make.fresh(claim).state == State.QUEUED
    assert broken_promises() == {}


@pytest.mark.parametrize("plan", [{"then": Then.HAND_OVER}, {"then": Then.POOL, "hand_over_to": "self"}])
def test_an_absence_hands_over_to_somebody_exactly_when_it_says_so(ines: Reviewer, plan: dict[str, Any]) -> None:
    if plan.get("hand_over_to"):
        plan = {**plan, "hand_over_to": ines}
    with pytest.raises(IntegrityError), transaction.atomic():
        away(ines, **plan)


def test_nobody_hands_over_to_themselves(ines: Reviewer) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        away(ines, then=Then.HAND_OVER, hand_over_to=ines)


def test_parking_somebodys_claim_keeps_it_theirs(desk: Desk, editor: User, ines: Reviewer) -> None:
    (claim,) = claims_of(ines, editor, desk, State.IN_REVIEW)
    until = make.ahead(hours=2)
    due = make.ahead(hours=4)
    act(claim.pk, Action.WAIT, make.viewer(editor), reason=WaitingReason.REPLY, until=until, due=due)
    away(ines, then=Then.POOL)
    tend()
    assert held_by(ines) == 1


def test_whoever_took_over_lately_is_not_idle_for_what_others_left_undone(
    desk: Desk, editor: User, ines: Reviewer, omar: Reviewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    DeskDefaults.objects.create(desk=desk, takes_back=True)
    (claim,) = claims_of(ines, editor, desk, State.IN_REVIEW)
    sleep(0.3)
    away(ines, then=Then.HAND_OVER, hand_over_to=omar)
    assert settle_absences() == 1
    began = claim.events.get(type="claim.start").recorded_at
    monkeypatch.setattr(stillness, "IDLE_AFTER", database_time() - began)
    sleep(0.05)
    assert idle_since(database_time()).get() == claim
    assert take_back_standing() == 0
    assert make.open_assignment_of(claim).reviewer == omar
    monkeypatch.setattr(stillness, "IDLE_AFTER", timedelta(0))
    assert take_back_standing() == 1
    assert make.fresh(claim).state == State.QUEUED


@pytest.mark.parametrize("how", ["account closed", "off the desk"])
def test_what_somebody_holds_who_cannot_come_back_to_it_goes_back_to_the_pool(
    desk: Desk, editor: User, ines: Reviewer, omar: Reviewer, how: str
) -> None:
    held, parked = claims_of(ines, editor, desk, State.IN_REVIEW, State.WAITING)
    (others,) = claims_of(omar, editor, desk, State.IN_REVIEW)
    if how == "account closed":
        User.objects.filter(pk=ines.user_id).update(is_active=False)
    else:
        Membership.objects.filter(user=ines.user).delete()
    tend()
    assert (held_by(ines), held_by(omar)) == (1, 1)
    assert make.fresh(held).state == State.QUEUED
    told = ClaimEvent.objects.get(type="claim.hand_over")
    assert (told.actor_name, told.reason) == ("departure", "Ines does not work on this desk any more.")
    act(parked.pk, Action.RESUME, make.viewer(editor))
    tend()
    assert held_by(ines) == 0
    assert make.fresh(others).state == State.IN_REVIEW
    assert broken_promises() == {}
