"""Each step of the record: what it needs, what it writes, and the sentence with which it refuses."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from claims.deadlines import Precision, own_date
from claims.errors import (
    DeskMissing,
    DueTooEarly,
    DuplicateNotPossible,
    Invalid,
    NoOwnDate,
    ReasonMissing,
    RoleMissing,
    UnusableText,
)
from claims.lifecycle import Action, DismissalReason, State, WaitingReason
from claims.models import Claim, Decision, Desk, Scope, User
from claims.services.proposing import GivenClaim, propose
from reviews.models import Assignment
from reviews.services.acting import act
from tests.factories import (
    a_claim,
    a_desk,
    a_key,
    a_reviewer,
    ahead,
    an_administrator,
    dated,
    fall_late,
    fresh,
    maker,
    now,
    put_on,
    viewer,
)

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
NEW_YEAR = own_date(date(2026, 12, 31), date(2026, 12, 31), Precision.DAY, "Europe/Kyiv")


@pytest.fixture
def desk() -> Desk:
    return a_desk(min_origins=1)


def test_accepting_sets_review_due_from_the_desks_hours_of_its_priority(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, by=editor, priority=1)
    assert claim.accepted_at is not None
    assert claim.review_due_at == claim.first_review_due_at == claim.accepted_at + 4 * HOUR


def test_review_due_is_never_before_the_desks_minimum(editor: User) -> None:
    hasty = a_desk(due_hours_1=1, minimum_minutes=90)
    claim = a_claim(hasty, priority=1)
    assert claim.accepted_at is not None
    assert claim.review_due_at == claim.accepted_at + 1.5 * HOUR


def test_accepting_needs_a_desk(desk: Desk, editor: User) -> None:
    claim = propose(GivenClaim("Prices will fall.", "en"), maker(editor, None))
    with pytest.raises(DeskMissing, match="A claim needs a desk before it can be queued"):
        act(claim.pk, Action.ACCEPT, viewer(editor))
    act(claim.pk, Action.ACCEPT, viewer(editor), desk=desk)
    assert (fresh(claim).state, fresh(claim).desk) == (State.QUEUED, desk)


def test_a_review_due_that_is_given_must_lie_ahead(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, State.PROPOSED, by=editor)
    with pytest.raises(DueTooEarly, match="Review due must lie ahead"):
        act(claim.pk, Action.ACCEPT, viewer(editor), due=now())
    due = ahead(minutes=5)
    act(claim.pk, Action.ACCEPT, viewer(editor), due=due)
    assert fresh(claim).first_review_due_at == due


def test_a_key_that_triages_accepts(desk: Desk) -> None:
    claim = a_claim(desk, State.PROPOSED)
    key, _ = a_key(Scope.CLAIMS_TRIAGE)
    act(claim.pk, Action.ACCEPT, viewer(key))
    assert fresh(claim).state == State.QUEUED


def test_a_dismissal_for_another_reason_says_which(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, by=editor)
    with pytest.raises(ReasonMissing) as refused:
        act(claim.pk, Action.DISMISS, viewer(editor), reason=DismissalReason.OTHER, note="  ")
    assert refused.value.pointer == "/note"
    act(claim.pk, Action.DISMISS, viewer(editor), reason=DismissalReason.OTHER, note="The outlet jokes.")
    assert (fresh(claim).state, fresh(claim).dismissal_note) == (State.DISMISSED, "The outlet jokes.")


def test_a_duplicate_names_the_claim_it_repeats_and_not_itself(desk: Desk, editor: User) -> None:
    claim, other = a_claim(desk, by=editor), a_claim(desk, by=editor)
    with pytest.raises(ReasonMissing, match="Name the claim that this one repeats"):
        act(claim.pk, Action.DISMISS, viewer(editor), reason=DismissalReason.DUPLICATE)
    with pytest.raises(DuplicateNotPossible, match="A claim does not repeat itself"):
        act(claim.pk, Action.DISMISS, viewer(editor), reason=DismissalReason.DUPLICATE, duplicate_of=claim)
    act(claim.pk, Action.DISMISS, viewer(editor), reason=DismissalReason.DUPLICATE, duplicate_of=other)
    assert list(other.duplicates.all()) == [claim]


@pytest.mark.parametrize(
    ("note", "words"), [("a\u202eb", "RIGHT-TO-LEFT OVERRIDE"), ("a\x00b", "NULL"), ("a" * 301, "Shorten it by 1")]
)
def test_a_note_that_cannot_be_kept_is_refused(desk: Desk, editor: User, note: str, words: str) -> None:
    claim = a_claim(desk, by=editor)
    with pytest.raises(UnusableText, match=words):
        act(claim.pk, Action.DISMISS, viewer(editor), reason=DismissalReason.OTHER, note=note)
    with pytest.raises(UnusableText):
        act(claim.pk, Action.SET_DUE, viewer(editor), due=ahead(hours=1), reason=note * 3)
    assert fresh(claim).state == State.QUEUED


def test_a_restored_claim_is_queued_with_the_due_it_had(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, by=editor)
    due = fall_late(claim, editor)
    act(claim.pk, Action.DISMISS, viewer(editor), reason=DismissalReason.OFF_SUBJECT)
    act(claim.pk, Action.RESTORE, viewer(editor))
    restored = fresh(claim)
    assert (restored.state, restored.review_due_at, restored.dismissal_reason) == (State.QUEUED, due, "")


def test_a_claim_dismissed_before_it_was_accepted_gets_its_due_when_restored(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, State.PROPOSED, by=editor)
    act(claim.pk, Action.DISMISS, viewer(editor), reason=DismissalReason.OFF_SUBJECT)
    act(claim.pk, Action.RESTORE, viewer(editor))
    restored = fresh(claim)
    assert restored.accepted_at is not None
    assert restored.review_due_at == restored.first_review_due_at == restored.accepted_at + 24 * HOUR


def test_a_claim_restored_from_a_second_opinion_has_its_seats_free_again(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, State.SECOND_OPINION, by=editor)
    act(claim.pk, Action.DISMISS, viewer(editor), reason=DismissalReason.OFF_SUBJECT)
    act(claim.pk, Action.RESTORE, viewer(editor))
    assignment = put_on(claim, a_reviewer(desk), editor)
    assert (assignment.seat, assignment.round) == (1, 2)


def test_waiting_sets_a_new_due_so_that_the_clock_never_stops(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, State.IN_REVIEW, by=editor)
    until = ahead(days=3)
    act(claim.pk, Action.WAIT, viewer(editor), reason=WaitingReason.REPLY, until=until, due=until + HOUR)
    waiting = fresh(claim)
    assert (waiting.state, waiting.waiting_until, waiting.review_due_at) == (State.WAITING, until, until + HOUR)
    assert (waiting.waiting_from, waiting.is_open) == (State.IN_REVIEW, True)


def test_a_wait_ends_ahead_of_now_and_not_after_its_due(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, by=editor)
    with pytest.raises(DueTooEarly, match="The wait must end ahead of now"):
        act(claim.pk, Action.WAIT, viewer(editor), reason=WaitingReason.REPLY, until=now(), due=ahead(days=1))
    until = ahead(days=1)
    with pytest.raises(DueTooEarly, match="must not lie before the end of the wait"):
        act(claim.pk, Action.WAIT, viewer(editor), reason=WaitingReason.REPLY, until=until, due=until - HOUR)


def test_review_due_of_a_claim_that_waits_stays_behind_the_end_of_the_wait(desk: Desk, editor: User) -> None:
    claim, person = a_claim(desk, by=editor), viewer(editor)
    until = ahead(hours=6)
    act(claim.pk, Action.WAIT, person, reason=WaitingReason.REPLY, until=until, due=until + HOUR)
    too_soon: dict[str, Any] = {"due": until - timedelta(microseconds=1), "reason": "Sooner."}
    with pytest.raises(DueTooEarly) as refused:
        act(claim.pk, Action.SET_DUE, person, **too_soon)
    assert (refused.value.message, refused.value.pointer) == (
        "This claim waits, and would be late before its wait is over. Choose a later moment, or end the wait first.",
        "/review_due_at",
    )
    act(claim.pk, Action.SET_DUE, person, due=until, reason="As soon as it is over.")
    assert fresh(claim).review_due_at == until
    act(claim.pk, Action.RESUME, person)
    act(claim.pk, Action.SET_DUE, person, **too_soon)
    assert fresh(claim).review_due_at == too_soon["due"]


@pytest.mark.parametrize("reason", [WaitingReason.OTHER, WaitingReason.OTHER_CLAIM])
def test_waiting_for_something_else_says_for_what(desk: Desk, editor: User, reason: WaitingReason) -> None:
    claim = a_claim(desk, by=editor)
    until = ahead(days=1)
    with pytest.raises(ReasonMissing):
        act(claim.pk, Action.WAIT, viewer(editor), reason=reason, until=until, due=until)
    act(claim.pk, Action.WAIT, viewer(editor), reason=reason, until=until, due=until, note="The hearing.")
    assert fresh(claim).waiting_note == "The hearing."


@pytest.mark.parametrize("state", [State.QUEUED, State.IN_REVIEW])
def test_a_claim_resumes_where_it_came_from(desk: Desk, editor: User, state: State) -> None:
    claim = a_claim(desk, state, by=editor)
    until = ahead(days=1)
    act(claim.pk, Action.WAIT, viewer(editor), reason=WaitingReason.REPLY, until=until, due=until)
    act(claim.pk, Action.RESUME, viewer(editor))
    resumed = fresh(claim)
    assert (resumed.state, resumed.waiting_until, resumed.waiting_reason) == (state, None, "")


def test_moving_review_due_keeps_the_first_one_and_needs_a_reason(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, by=editor)
    with pytest.raises(ReasonMissing, match="Give a reason"):
        act(claim.pk, Action.SET_DUE, viewer(editor), due=ahead(hours=2), reason=" ")
    with pytest.raises(DueTooEarly):
        act(claim.pk, Action.SET_DUE, viewer(editor), due=now(), reason="At once.")
    due = ahead(hours=2)
    act(claim.pk, Action.SET_DUE, viewer(editor), due=due, reason="The minister speaks tonight.")
    assert (fresh(claim).review_due_at, fresh(claim).first_review_due_at) == (due, claim.first_review_due_at)


def test_review_due_of_a_decided_claim_may_be_moved_as_the_table_says(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, State.DECIDED, by=editor)
    due = ahead(hours=2)
    act(claim.pk, Action.SET_DUE, viewer(editor), due=due, reason="Before it is opened again.")
    assert fresh(claim).review_due_at == due
    assert not claim.alarms.exists()


def test_an_own_date_is_set_with_its_window_and_words_and_taken_away_whole(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, by=editor)
    said: dict[str, Any] = {
        "own": NEW_YEAR,
        "words": "by the new year",
        "zone_basis": "speaker",
        "reason": "She said so.",
    }
    act(claim.pk, Action.SET_OWN_DATE, viewer(editor), **said)
    after = fresh(claim)
    assert (after.confirm_from, after.confirm_by) == (NEW_YEAR.confirm_from, NEW_YEAR.confirm_by)
    assert (after.confirm_words, after.confirm_zone, after.confirm_precision) == (
        "by the new year",
        "Europe/Kyiv",
        "day",
    )
    assert after.confirm_read_by == editor.full_name
    act(claim.pk, Action.SET_OWN_DATE, viewer(editor), own=None, reason="She meant another year.")
    bare = fresh(claim)
    own = {field.name: getattr(bare, field.name) for field in Claim._meta.fields if field.name.startswith("confirm_")}
    assert {value for value in own.values() if value} == set()


def test_an_own_date_that_is_not_there_is_not_taken_away(desk: Desk, editor: User) -> None:
    with pytest.raises(NoOwnDate):
        act(a_claim(desk, by=editor).pk, Action.SET_OWN_DATE, viewer(editor), own=None, reason="None.")


def test_whoever_may_not_set_a_date_is_told_so_before_whether_there_is_one(desk: Desk, editor: User) -> None:
    with pytest.raises(RoleMissing):
        act(a_claim(desk, by=editor).pk, Action.SET_OWN_DATE, viewer(a_reviewer(desk)), own=None, reason="None.")


def test_a_change_of_date_counts_from_the_article_when_it_did(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, by=editor, own=dated(ahead(days=5)))
    assert claim.confirm_counted_from == claim.appearances.get().revision.article.published_at
    act(claim.pk, Action.SET_OWN_DATE, viewer(editor), own=NEW_YEAR, reason="She meant the year.")
    assert fresh(claim).confirm_counted_from == claim.confirm_counted_from
    assert fresh(claim).confirm_words == "next week"


@pytest.mark.parametrize("priority", [0, 5, -1])
def test_a_priority_that_there_is_not_is_refused(desk: Desk, editor: User, priority: int) -> None:
    with pytest.raises(Invalid, match=r"Priority is 1 \(highest\) to 4"):
        act(a_claim(desk, by=editor).pk, Action.SET_PRIORITY, viewer(editor), priority=priority, reason="So.")


def test_a_new_priority_leaves_review_due(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, by=editor)
    act(claim.pk, Action.SET_PRIORITY, viewer(editor), priority=1, reason="It leads the page.")
    assert (fresh(claim).priority, fresh(claim).review_due_at) == (1, claim.review_due_at)


def test_editing_cleans_the_words_as_making_does(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, by=editor)
    words = {"statement": " The minister stays. ", "topics": ["Politics", "budget", "politics"], "short_text": "Stays"}
    act(claim.pk, Action.EDIT, viewer(editor), changes=words)
    edited = fresh(claim)
    assert (edited.statement, edited.topics, edited.short_text) == (
        "The minister stays.",
        ["budget", "politics"],
        "Stays",
    )
    assert edited.version == claim.version + 1


@pytest.mark.parametrize("name", ["state", "version", "review_due_at", "round", "made_by_user"])
def test_editing_reaches_no_other_column(desk: Desk, editor: User, name: str) -> None:
    claim = a_claim(desk, by=editor)
    with pytest.raises(Invalid) as refused:
        act(claim.pk, Action.EDIT, viewer(editor), changes={name: State.DECIDED})
    assert (refused.value.pointer, fresh(claim).state) == (f"/{name}", State.QUEUED)


@pytest.mark.parametrize("changes", [{"statement": " "}, {"statement": "a\u2066b"}, {"short_text": "a" * 76}])
def test_an_edit_that_a_new_claim_would_not_survive_is_refused(
    desk: Desk, editor: User, changes: dict[str, object]
) -> None:
    claim = a_claim(desk, by=editor)
    with pytest.raises(Invalid):
        act(claim.pk, Action.EDIT, viewer(editor), changes=changes)
    assert fresh(claim).statement == claim.statement


def test_the_key_that_made_a_claim_edits_it_while_it_is_proposed(desk: Desk, editor: User) -> None:
    key, _ = a_key(Scope.CLAIMS_WRITE, Scope.CLAIMS_READ)
    other, _ = a_key(Scope.CLAIMS_WRITE)
    claim = propose(GivenClaim("Prices will fall.", "en", desk=desk), maker(key, desk))
    with pytest.raises(RoleMissing):
        act(claim.pk, Action.EDIT, viewer(other), changes={"statement": "Prices rise."})
    act(claim.pk, Action.EDIT, viewer(key), changes={"statement": "Prices will fall in May."})
    act(claim.pk, Action.ACCEPT, viewer(editor))
    with pytest.raises(RoleMissing):
        act(claim.pk, Action.EDIT, viewer(key), changes={"statement": "Prices will fall in June."})
    assert fresh(claim).statement == "Prices will fall in May."


@pytest.mark.parametrize("who", ["editor", "administrator"])
def test_reopening_ends_the_standing_decision_and_begins_a_new_round(desk: Desk, editor: User, who: str) -> None:
    claim = a_claim(desk, State.DECIDED, by=editor)
    person = editor if who == "editor" else an_administrator()
    with pytest.raises(ReasonMissing):
        act(claim.pk, Action.REOPEN, viewer(person), reason="")
    act(claim.pk, Action.REOPEN, viewer(person), reason="The ministry has published figures.")
    reopened = fresh(claim)
    assert (reopened.state, reopened.round) == (State.IN_REVIEW, claim.round + 1)
    assert list(Decision.objects.filter(claim=claim).values_list("number", "standing")) == [(1, False)]
    assert not Assignment.objects.open().filter(claim=claim).exists()


def test_reopening_leaves_what_is_published(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, State.DECIDED, by=editor)
    at = datetime(2026, 11, 1, tzinfo=UTC)
    Decision.objects.filter(claim=claim).update(published_at=at)
    act(claim.pk, Action.REOPEN, viewer(editor), reason="The ministry has published figures.")
    assert list(Decision.objects.filter(claim=claim).values_list("standing", "published_at")) == [(False, at)]
