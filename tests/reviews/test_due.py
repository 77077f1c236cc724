"""Review due by a desk's deadline policy: through every door, with its words, and what a person says wins."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from claims.lifecycle import Action, DismissalReason, State, WaitingReason
from claims.models import Claim, ClaimEvent, Desk, User
from claims.services.transitions import database_time
from reviews.models import DeadlinePolicy, DeskDefaults, WorkCalendar
from reviews.services.acting import act
from reviews.services.due import due_after_wait
from reviews.services.timeline import entries
from tests import factories as make

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
ALWAYS = {day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}


@pytest.fixture
def policy(desk: Desk) -> DeadlinePolicy:
    """24 h before its own date, at most 4 days, in the hours of a desk that always works."""
    calendar = WorkCalendar.objects.create(name="World desk", zone="Europe/Kyiv", hours=ALWAYS)
    made = DeadlinePolicy.objects.create(
        key="world",
        name="World, weekdays",
        hours_3=30,
        before_own_date_hours=24,
        at_most_hours=96,
        in_working_hours=True,
        calendar=calendar,
    )
    DeskDefaults.objects.create(desk=desk, deadline_policy=made)
    return made


def accepted(claim: Claim) -> ClaimEvent:
    return claim.events.get(type="claim.accept")


def test_an_accepted_claim_is_due_as_the_desks_policy_counts(policy: DeadlinePolicy, desk: Desk) -> None:
    claim = make.a_claim(desk)
    assert claim.review_due_at == claim.first_review_due_at == accepted(claim).recorded_at + 30 * HOUR
    assert accepted(claim).data["due_why"] == "30 h at priority 3, working hours of World desk"
    assert claim.course.deadline_policy == policy


def test_a_claim_with_a_date_of_its_own_is_due_before_it(policy: DeadlinePolicy, desk: Desk) -> None:
    claim = make.a_claim(desk, own=make.dated(make.ahead(days=3)))
    assert claim.confirm_by is not None
    assert claim.review_due_at == claim.confirm_by - 24 * HOUR
    words = entries([accepted(claim)], database_time(), None)[0].words
    assert words.endswith(": 24 h before its own date, working hours of World desk")
    assert "accepted it into the queue. Review due " in words


def test_a_desk_without_a_policy_counts_its_plain_hours(desk: Desk) -> None:
    claim = make.a_claim(desk, priority=2)
    assert claim.review_due_at == accepted(claim).recorded_at + 12 * HOUR
    assert accepted(claim).data["due_why"] == "12 h at priority 2"


def test_what_was_asked_for_wins_over_the_policy(policy: DeadlinePolicy, desk: Desk) -> None:
    wished = make.ahead(hours=50)
    claim = make.a_claim(desk, review_due_at=wished)
    assert (claim.review_due_at, accepted(claim).data["due_why"]) == (wished, "as it was asked for")


def test_a_wish_that_has_passed_by_then_does_not(policy: DeadlinePolicy, desk: Desk, editor: User) -> None:
    claim = make.a_claim(desk, State.PROPOSED, by=editor)
    Claim.objects.filter(pk=claim.pk).update(review_due_at=make.ahead(hours=-1))
    act(claim.pk, Action.ACCEPT, make.viewer(editor))
    assert accepted(claim).data["due_why"].startswith("30 h at priority 3")


def test_what_the_accepting_person_says_wins_over_all(policy: DeadlinePolicy, desk: Desk, editor: User) -> None:
    claim = make.a_claim(desk, State.PROPOSED, by=editor, review_due_at=make.ahead(hours=50))
    due = make.ahead(hours=7)
    act(claim.pk, Action.ACCEPT, make.viewer(editor), due=due)
    assert make.fresh(claim).review_due_at == due
    assert accepted(claim).data["due_why"] == f"set by {editor.full_name}"


def test_a_dismissed_proposal_that_is_restored_is_settled_then(
    policy: DeadlinePolicy, desk: Desk, editor: User
) -> None:
    claim = make.a_claim(desk, State.PROPOSED, by=editor)
    act(claim.pk, Action.DISMISS, make.viewer(editor), reason=DismissalReason.OFF_SUBJECT)
    event = act(claim.pk, Action.RESTORE, make.viewer(editor))
    claim = make.fresh(claim)
    assert claim.review_due_at == claim.first_review_due_at == event.recorded_at + 30 * HOUR
    assert (claim.course.deadline_policy, event.data["due_why"][:4]) == (policy, "30 h")
    words = entries([event], database_time(), None)[0].words
    assert words.endswith(": 30 h at priority 3, working hours of World desk")


def _moved(claim: Claim, editor: User) -> None:
    act(claim.pk, Action.SET_DUE, make.viewer(editor), due=make.ahead(days=9), reason="The archive is closed.")


def _parked(claim: Claim, editor: User) -> None:
    until = make.ahead(days=2)
    act(claim.pk, Action.WAIT, make.viewer(editor), reason=WaitingReason.REPLY, until=until, due=until + HOUR)


def _dismissed_and_restored(claim: Claim, editor: User) -> None:
    act(claim.pk, Action.DISMISS, make.viewer(editor), reason=DismissalReason.OFF_SUBJECT)
    act(claim.pk, Action.RESTORE, make.viewer(editor))


def _given_away(claim: Claim, editor: User) -> None:
    act(claim.pk, Action.CHANGE_DESK, make.viewer(editor), desk=make.a_desk(), reason="It is theirs.")


def _dated_anew(claim: Claim, editor: User) -> None:
    act(claim.pk, Action.SET_OWN_DATE, make.viewer(editor), own=None, reason="No date.") if claim.confirm_by else None
    act(claim.pk, Action.SET_PRIORITY, make.viewer(editor), priority=1, reason="It is on the front page.")


@pytest.mark.parametrize("later", [_moved, _parked, _dismissed_and_restored, _given_away, _dated_anew])
def test_on_time_is_measured_against_the_first_due_whatever_happens_later(
    policy: DeadlinePolicy, desk: Desk, editor: User, later: object
) -> None:
    claim = make.a_claim(desk, by=editor, own=make.dated(make.ahead(days=3)))
    first = claim.first_review_due_at
    assert first is not None
    assert callable(later)
    later(claim, editor)
    assert make.fresh(claim).first_review_due_at == first


def test_the_due_to_suggest_after_a_wait_is_counted_from_its_end(policy: DeadlinePolicy, desk: Desk) -> None:
    until = make.ahead(days=2)
    assert due_after_wait(make.a_claim(desk), until) == until + 30 * HOUR
    assert due_after_wait(make.a_claim(make.a_desk()), until) == until + timedelta(days=1)


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"hours": {"mon": ["22:00-06:00"]}}, '"22:00-06:00" runs over midnight.'),
        ({"hours": {}}, "This calendar has less than an hour of work a week, or too little within ten years."),
        ({"hours": {"noday": []}}, "Hours are kept by day: mon, tue, wed, thu, fri, sat, sun."),
        ({"hours": {"mon": "09:00-18:00"}}, 'The hours of a day are a list such as ["09:00-12:30", "13:00-18:00"].'),
        ({"hours": ["mon"]}, "Hours are kept by day: mon, tue, wed, thu, fri, sat, sun."),
        ({"country": "XX"}, 'No holidays are known for the country "XX".'),
        (
            {"closed": [date(2026, 1, 1) + timedelta(days=n) for n in range(401)]},
            "A calendar keeps at most 400 closed days.",
        ),
    ],
)
def test_a_calendar_nobody_could_work_by_is_refused_with_a_sentence(columns: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValidationError) as refused:
        WorkCalendar(name="World desk", **columns).full_clean()
    assert refused.value.messages == [sentence]


def test_working_hours_need_a_calendar() -> None:
    made = DeadlinePolicy(key="world", name="World", in_working_hours=True)
    with pytest.raises(ValidationError, match="Counting working hours needs a work calendar"):
        made.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        made.save()


def test_a_changed_policy_moves_no_claim_that_was_accepted(policy: DeadlinePolicy, desk: Desk) -> None:
    claim = make.a_claim(desk)
    before: datetime | None = claim.review_due_at
    DeadlinePolicy.objects.update(hours_3=5)
    assert make.fresh(claim).review_due_at == before
