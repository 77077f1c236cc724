"""The ladder on real claims: each step once, never early, never for what is settled, whatever happens to the ladder."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.errors import Invalid, StaleVersion
from claims.ladders import DEFAULT, Step, Tell, Track
from claims.lifecycle import Action, DismissalReason
from claims.models import Alarm, Claim, ClaimEvent, ClaimHead, Desk, DeskRole, Escalation, Ladder, LadderStep, User
from claims.services.laddering import follow_ladders, set_ladder, written_down
from claims.services.ladders import read_ladders
from claims.services.sweep import Swept, raise_due_flags
from claims.services.transitions import database_time
from claims.tasks import ladders
from reviews.services.acting import act
from reviews.services.timeline import entries
from reviews.services.verifying import verify_everything
from tests.factories import (
    a_claim,
    a_desk,
    a_reviewer,
    ahead,
    dated,
    fall_late,
    fresh,
    joined,
    put_on,
    review_by,
    viewer,
    with_ladder,
)

pytestmark = pytest.mark.django_db
HOUR, MINUTE, SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)
TELL_AT_ONCE = Step("due", "review is due", Track.REVIEW_DUE, timedelta(0), Tell.REVIEWER)
TELL_LATER = Step("editor", "1 h late", Track.REVIEW_DUE, HOUR, Tell.EDITOR)


@pytest.fixture
def desk() -> Desk:
    return a_desk(name="World")


def as_if_due(claim: Claim, ago: timedelta) -> datetime:
    """As if the claim had been due so long ago all along, and nobody had swept since."""
    due = ahead() - ago
    Claim.objects.filter(pk=claim.pk).update(review_due_at=due)
    Alarm.objects.filter(claim=claim, kind="ladder_due").update(moment=due - 8 * HOUR, wake_at=due - 8 * HOUR)
    return due


def told(claim: Claim) -> list[str]:
    """The steps in the claim's history, in order."""
    return [event.data["step"] for event in claim.events.filter(type="claim.escalate").order_by("seq")]


def waits_for(claim: Claim, kind: str = "ladder_due") -> datetime | None:
    return Alarm.objects.filter(claim=claim, kind=kind).values_list("moment", flat=True).first()


def test_a_step_is_taken_once_with_its_moment_and_when_it_was_noticed(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, by=editor)
    due = fall_late(claim, editor)
    assert raise_due_flags().escalated == 1
    assert raise_due_flags().escalated == 0
    event, step = claim.events.get(type="claim.escalate"), Escalation.objects.get(claim=claim)
    assert event.data == {
        "step": "due",
        "name": "review is due",
        "track": "review_due",
        "tell": "reviewer",
        "act": "tell",
        "nth": 1,
        "desk": "World",
        "date": due.isoformat(),
        "moment": due.isoformat(),
    }
    assert (event.occurred_at, event.recorded_at, event.actor_name) == (due, step.taken_at, "deadline sweep")
    assert step.taken_at > step.moment == due
    assert waits_for(claim) == due + HOUR


def test_the_flag_comes_first_and_the_step_leaves_the_version_alone(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, by=editor)
    fall_late(claim, editor)
    version = fresh(claim).version
    raise_due_flags()
    last = list(claim.events.order_by("-seq").values_list("type", flat=True)[:2])
    assert (last, fresh(claim).version) == (["claim.escalate", "claim.late"], version)


@pytest.mark.parametrize(
    ("late", "key", "left_out", "then"),
    [
        (-HOUR, "remind", None, timedelta(0)),
        (3 * HOUR, "editor", ["8 h to review due", "review is due"], 24 * HOUR),
        (96 * HOUR, "reassign", ["8 h to review due", "review is due", "1 h late"], None),
    ],
)
def test_after_an_outage_the_latest_step_is_taken_and_names_those_passed_over(
    desk: Desk, late: timedelta, key: str, left_out: list[str] | None, then: timedelta | None
) -> None:
    claim = a_claim(desk)
    due = as_if_due(claim, late)
    assert raise_due_flags().escalated == 1
    assert (told(claim), raise_due_flags().escalated) == ([key], 0)
    event = claim.events.get(type="claim.escalate")
    assert event.data.get("passed_over") == left_out
    assert event.data.get("also_tell", []) == (["reviewer"] if left_out else [])
    assert waits_for(claim) == (None if then is None else due + then)


def test_a_reminder_to_the_reviewer_and_one_to_the_editor_at_the_same_moment_are_both_sent(desk: Desk) -> None:
    to_both = [Step(who, "8 h to go", Track.REVIEW_DUE, -8 * HOUR, who) for who in (Tell.REVIEWER, Tell.EDITOR)]
    claim = a_claim(with_ladder(desk, *to_both))
    as_if_due(claim, -7 * HOUR)
    assert raise_due_flags().escalated == 2
    assert (told(claim), waits_for(claim)) == (["reviewer", "editor"], None)


def test_the_timeline_says_whom_a_step_tells_and_by_which_ladder(desk: Desk) -> None:
    claim = a_claim(desk)
    as_if_due(claim, 3 * HOUR)
    raise_due_flags()
    event = claim.events.get(type="claim.escalate")
    assert entries([event], database_time(), None)[0].words == (
        "Tells the desk editor: 1 h late. Ladder of World desk (passed over: 8 h to review due, review is due)"
    )


def test_its_own_date_is_told_again_every_week(desk: Desk) -> None:
    claim = a_claim(desk, own=dated(ahead(days=3)))
    weeks_ago = ahead(days=-15)
    Claim.objects.filter(pk=claim.pk).update(confirm_from=weeks_ago - HOUR, confirm_by=weeks_ago)
    Alarm.objects.filter(claim=claim, kind="ladder_date").update(moment=weeks_ago, wake_at=weeks_ago)
    raise_due_flags()
    event = claim.events.get(type="claim.escalate")
    assert (event.data["step"], event.data["nth"], event.data["passed_over"]) == (
        "weekly",
        2,
        ["its own date has passed"],
    )
    assert waits_for(claim, "ladder_date") == weeks_ago + timedelta(days=21)


def test_a_decision_a_dismissal_and_another_due_each_end_the_waiting(desk: Desk, editor: User) -> None:
    claim, reviewer = a_claim(desk, by=editor), a_reviewer(desk)
    due = ahead(days=2)
    act(claim.pk, Action.SET_DUE, viewer(editor), due=due, reason="Later.")
    assert waits_for(claim) == due - 8 * HOUR
    act(claim.pk, Action.DISMISS, viewer(editor), reason=DismissalReason.OFF_SUBJECT)
    assert waits_for(claim) is None
    act(claim.pk, Action.RESTORE, viewer(editor))
    assert waits_for(claim) == due - 8 * HOUR
    put_on(claim, reviewer, editor)
    review_by(claim, reviewer)
    assert waits_for(claim) is None


def test_a_step_taken_for_a_date_is_not_taken_again_when_the_date_comes_back(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, by=editor)
    due = fall_late(claim, editor)
    raise_due_flags()
    act(claim.pk, Action.SET_DUE, viewer(editor), due=ahead(days=3), reason="Later.")
    act(claim.pk, Action.UNDO, viewer(editor))
    raise_due_flags()
    assert (told(claim), waits_for(claim)) == (["due"], due + HOUR)


def test_another_date_has_its_own_steps(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, by=editor)
    for _ in range(2):
        fall_late(claim, editor)
        raise_due_flags()
    assert told(claim) == ["due", "due"]


def test_a_desk_that_gets_a_late_claim_is_told_by_its_own_ladder_and_the_first_desk_not_again(
    desk: Desk, editor: User
) -> None:
    other = a_desk(name="City")
    joined(editor, other, DeskRole.EDITOR)
    claim = a_claim(desk, by=editor)
    fall_late(claim, editor)
    raise_due_flags()
    for to in (other, desk):
        act(claim.pk, Action.CHANGE_DESK, viewer(editor), desk=to, reason="It is theirs.")
        raise_due_flags()
    desks = [event.data["desk"] for event in claim.events.filter(type="claim.escalate").order_by("seq")]
    assert (told(claim), desks) == (["due", "due"], ["World", "City"])
    assert verify_everything(timedelta(0)).broken == []


def test_a_reminder_whose_moment_had_passed_when_the_claim_came_is_not_sent(desk: Desk) -> None:
    claim = a_claim(desk, priority=1)  # due in four hours
    raise_due_flags()
    assert (told(claim), waits_for(claim)) == ([], claim.review_due_at)


def test_a_bad_row_is_set_aside_after_three_tries_and_stops_nobody(desk: Desk) -> None:
    bad, good = a_claim(desk), a_claim(desk)
    Alarm.objects.exclude(kind="ladder_due").delete()
    for claim in (bad, good):
        as_if_due(claim, 3 * HOUR)
    ClaimHead.objects.filter(claim=bad).update(event_seq=0)
    assert raise_due_flags().escalated == 1
    assert (told(bad), told(good)) == ([], ["editor"])
    tries = []
    for _ in range(2):
        Alarm.objects.filter(attempts__gt=0).update(wake_at=ahead(hours=-1))
        tries.append(raise_due_flags().set_aside)
    alarm = Alarm.objects.get(claim=bad)
    assert (tries, alarm.set_aside, "event_seq_once" in alarm.error) == ([0, 1], True, True)


def test_a_batch_costs_the_same_number_of_queries_however_many_claims_are_in_it(desk: Desk) -> None:
    counts = []
    for number in (2, 9):
        for _ in range(number):
            as_if_due(a_claim(desk), 3 * HOUR)
        Alarm.objects.exclude(kind="ladder_due").delete()
        with CaptureQueriesContext(connection) as queries:
            assert raise_due_flags().escalated == number
        counts.append(len(queries))
    assert counts[0] == counts[1]


# Changing the ladder


def test_a_new_desk_gets_the_products_own_ladder_written_down(desk: Desk) -> None:
    ladders()
    rows = [row.rule for row in Ladder.objects.get(desk=desk).steps.all()]
    assert {step.key: step for step in rows} == {step.key: step for step in DEFAULT}


def test_claims_follow_a_changed_ladder(desk: Desk) -> None:
    claim = a_claim(desk)
    assert claim.review_due_at is not None
    set_ladder(desk, [TELL_LATER])
    assert follow_ladders() == 1
    assert waits_for(claim) == claim.review_due_at + HOUR
    set_ladder(desk, [])
    assert follow_ladders() == 1
    assert waits_for(claim) is None


def test_following_goes_on_where_it_was_stopped(desk: Desk) -> None:
    claims = [a_claim(desk) for _ in range(5)]
    set_ladder(desk, [TELL_LATER])
    assert [follow_ladders(batch=2, seconds=0) for _ in range(3)] == [2, 2, 1]
    assert [waits_for(claim) for claim in claims] == [(claim.review_due_at or ahead()) + HOUR for claim in claims]
    assert follow_ladders() == 0


def test_many_claims_follow_in_as_many_statements_as_few(desk: Desk) -> None:
    counts = []
    for more, step in ((2, TELL_LATER), (3, replace(TELL_LATER, offset=2 * HOUR))):
        for _ in range(more):
            a_claim(desk)
        set_ladder(desk, [step])
        with CaptureQueriesContext(connection) as asked:
            assert follow_ladders() == Claim.objects.count()
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_a_ladder_is_followed_until_every_transaction_that_read_the_old_one_has_ended(desk: Desk) -> None:
    set_ladder(desk, [TELL_LATER])
    follow_ladders()
    assert [ladder.desk for ladder in Ladder.objects.to_follow()] == [desk]
    Ladder.objects.update(changed_at=ahead(minutes=-2))
    follow_ladders()
    assert not Ladder.objects.to_follow().exists()


def test_a_step_added_for_what_has_passed_announces_no_old_moment(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, by=editor)
    with_ladder(desk, TELL_AT_ONCE)
    fall_late(claim, editor)
    raise_due_flags()
    set_ladder(desk, [TELL_AT_ONCE, Step("chief", "at once, too", Track.REVIEW_DUE, timedelta(0), Tell.EDITOR)])
    follow_ladders()
    raise_due_flags()
    assert told(claim) == ["due"]


@pytest.mark.parametrize(("due_was_set", "taken"), [(-HOUR, ["remind"]), (-10 * SECOND, [])])
def test_a_new_reminder_whose_moment_passes_before_the_claims_follow_is_sent_where_it_was_owed(
    desk: Desk, due_was_set: timedelta, taken: list[str]
) -> None:
    claim = a_claim(desk)
    set_ladder(desk, [Step("remind", "8 h to go", Track.REVIEW_DUE, -8 * HOUR, Tell.REVIEWER)])
    Ladder.objects.update(changed_at=ahead(minutes=-1))
    LadderStep.objects.update(since=ahead(minutes=-1))
    due = ahead(hours=8) - 30 * SECOND
    Claim.objects.update(review_due_at=due, updated_at=ahead() + due_was_set)
    Alarm.objects.filter(kind="ladder_due").update(moment=due, wake_at=due)
    follow_ladders()
    raise_due_flags()
    follow_ladders()
    assert (told(claim), raise_due_flags().escalated) == (taken, 0)


def test_a_step_that_only_changes_its_words_goes_on_and_tells_under_the_new_ones(desk: Desk) -> None:
    written_down(desk)
    claim = a_claim(desk)
    as_if_due(claim, 3 * HOUR)
    renamed = [Step(one.key, one.name.upper(), one.track, one.offset, one.tell, one.act, one.every) for one in DEFAULT]
    set_ladder(desk, renamed)
    follow_ladders()
    raise_due_flags()
    assert claim.events.get(type="claim.escalate").data["name"] == "1 H LATE"


def test_a_sweep_that_meets_an_alarm_of_the_old_ladder_takes_nothing_early(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, by=editor)
    due = fall_late(claim, editor)
    set_ladder(desk, [TELL_LATER])
    assert raise_due_flags().escalated == 0
    assert (told(claim), waits_for(claim)) == ([], due + HOUR)


def test_a_ladder_changed_by_somebody_else_meanwhile_is_not_overwritten(desk: Desk) -> None:
    seen = written_down(desk).version
    set_ladder(desk, [TELL_LATER], version=seen)
    with pytest.raises(StaleVersion):
        set_ladder(desk, [], version=seen)
    with pytest.raises(Invalid):
        set_ladder(desk, [TELL_LATER, TELL_LATER])
    assert [row.key for row in Ladder.objects.get(desk=desk).steps.all()] == ["editor"]


def test_ladders_are_read_in_three_queries_however_many_claims(desk: Desk) -> None:
    claims = [a_claim(desk) for _ in range(3)]
    written_down(desk)
    with CaptureQueriesContext(connection) as queries:
        read_ladders(claims)
    assert len(queries) == 3


def test_nothing_is_left_for_a_second_sweep(desk: Desk) -> None:
    for _ in range(3):
        as_if_due(a_claim(desk, own=dated(ahead(hours=-2))), 30 * HOUR)
    assert raise_due_flags(batch=1).escalated == 6
    assert raise_due_flags() == Swept()
    assert ClaimEvent.objects.filter(type="claim.escalate").count() == Escalation.objects.count() == 6
