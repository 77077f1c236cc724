"""The one writer: it locks, looks again, checks, writes the named fields and records one event."""

from __future__ import annotations

from datetime import timedelta
from threading import Event, Thread

import pytest
from django.db import connection

from claims.actors import rule
from claims.errors import ActionNotPossible, NotFound, RoleMissing, StaleVersion
from claims.lifecycle import Action, Role, State
from claims.models import Claim, ClaimEvent, FlagKind
from claims.services import steps
from claims.services.transitions import database_time, locked
from reviews.services.acting import act
from tests.factories import (
    a_claim,
    a_desk,
    a_reviewer,
    ahead,
    an_editor,
    evidence_for,
    fresh,
    now,
    put_on,
    viewer,
)

pytestmark = pytest.mark.django_db


def test_the_time_of_a_step_is_the_databases() -> None:
    claim = a_claim(a_desk())
    before = database_time()
    with locked(claim.pk) as held:
        assert before < held.now < database_time()
        assert held.now.utcoffset() == timedelta(0)


def test_a_claim_that_is_not_there_is_not_found() -> None:
    with pytest.raises(NotFound, match="There is no claim #999999"), locked(999999):
        pass


def test_a_version_that_somebody_changed_since_is_refused() -> None:
    claim = a_claim(a_desk())
    with pytest.raises(StaleVersion) as refused, locked(claim.pk, claim.version - 1):
        pass
    assert refused.value.facts == {"current": claim.version, "expected": claim.version - 1}
    assert refused.value.status == 412


def test_one_step_is_one_event_that_says_who_from_where_to_where_and_what_changed() -> None:
    desk = a_desk()
    editor = an_editor(desk)
    claim = a_claim(desk, by=editor)
    due = ahead(hours=5)
    count = claim.events.count()
    act(claim.pk, Action.SET_DUE, viewer(editor), due=due, reason="The minister speaks tonight.")
    event = claim.events.last()
    assert event is not None
    assert claim.events.count() == count + 1
    assert (event.type, event.actor_kind, event.actor_id, event.actor_name) == (
        "claim.set_due",
        "person",
        editor.pk,
        editor.full_name,
    )
    assert (event.from_state, event.to_state, event.reason) == ("queued", "queued", "The minister speaks tonight.")
    assert claim.review_due_at is not None
    assert event.data["changes"] == {"review_due_at": [claim.review_due_at.isoformat(), due.isoformat()]}


def test_a_refused_step_writes_nothing() -> None:
    desk = a_desk()
    claim = a_claim(desk)
    count = claim.events.count()
    with pytest.raises(RoleMissing):
        act(claim.pk, Action.SET_PRIORITY, viewer(a_reviewer(desk)), priority=1, reason="I say so.")
    with pytest.raises(ActionNotPossible):
        act(claim.pk, Action.REOPEN, viewer(an_editor(desk)), reason="Again.")
    assert (fresh(claim).version, claim.events.count()) == (claim.version, count)


def test_a_failure_after_the_step_takes_everything_back() -> None:
    desk = a_desk()
    editor = an_editor(desk)
    claim = a_claim(desk, by=editor)
    count = claim.events.count()
    by = viewer(editor).actor.having(Role.EDITOR)

    def fail_after_the_step() -> None:
        with locked(claim.pk) as held:
            steps.set_due(held, by=by, due=ahead(hours=2), reason="Sooner.")
            raise ConnectionError

    with pytest.raises(ConnectionError):
        fail_after_the_step()
    assert (fresh(claim).review_due_at, claim.events.count()) == (claim.review_due_at, count)


def test_what_a_person_edits_raises_the_version_and_nothing_else_does() -> None:
    desk = a_desk()
    editor = an_editor(desk)
    claim = a_claim(desk, by=editor)
    put_on(claim, a_reviewer(desk), editor)
    evidence_for(claim, by=editor)
    with locked(claim.pk) as held:
        held.raise_flag(FlagKind.UNROUTABLE, by=rule("test"), reason="Nobody reads Ukrainian.")
        held.clear_flag(FlagKind.UNROUTABLE, by=rule("test"))
    assert fresh(claim).version == claim.version
    act(claim.pk, Action.SET_PRIORITY, viewer(editor), priority=1, reason="It leads the page.")
    assert fresh(claim).version == claim.version + 1


def test_saying_what_is_already_so_is_recorded_and_leaves_the_version() -> None:
    desk = a_desk()
    editor = an_editor(desk)
    claim = a_claim(desk, by=editor)
    act(claim.pk, Action.SET_PRIORITY, viewer(editor), priority=claim.priority, reason="It stays at three.")
    event = claim.events.last()
    assert event is not None
    assert (event.type, "changes" in event.data) == ("claim.set_priority", False)
    assert fresh(claim).version == claim.version


def test_a_flag_that_is_not_the_clocks_is_raised_once_for_one_reason() -> None:
    claim = a_claim(a_desk())
    for reason in ("Nobody reads Ukrainian.", "Nobody reads Ukrainian.", "Everybody is away."):
        with locked(claim.pk) as held:
            held.raise_flag(FlagKind.UNROUTABLE, by=rule("test"), reason=reason)
    standing = claim.flag_log.filter(cleared_at__isnull=True).values_list("reason", flat=True)
    assert list(standing) == ["Everybody is away."]
    assert claim.events.filter(type="claim.raise_flag").count() == 2


def test_clearing_a_flag_that_does_not_stand_records_nothing() -> None:
    claim = a_claim(a_desk())
    with locked(claim.pk) as held:
        held.clear_flag(FlagKind.SPLIT, by=rule("test"))
    assert not claim.events.filter(type="claim.clear_flag").exists()


def test_an_event_keeps_when_it_became_true_apart_from_when_it_was_noticed() -> None:
    claim = a_claim(a_desk())
    moment = now() - timedelta(hours=3)
    with locked(claim.pk) as held:
        event = held.record("claim.late", by=rule("test"), occurred_at=moment)
    stored = ClaimEvent.objects.get(pk=event.pk)
    assert (stored.occurred_at, stored.recorded_at) == (moment, held.now)


@pytest.mark.django_db(transaction=True)
def test_whoever_comes_second_waits_and_sees_what_the_first_did() -> None:
    desk = a_desk()
    editor = an_editor(desk)
    claim = a_claim(desk, by=editor)
    reached, seen = Event(), list[int]()

    def second() -> None:
        reached.set()
        try:
            with locked(claim.pk) as held:
                seen.append(held.claim.priority)
        finally:
            connection.close()

    thread = Thread(target=second)
    with locked(claim.pk) as held:
        thread.start()
        reached.wait(5)
        thread.join(0.2)
        assert not seen
        by = viewer(editor).actor.having(Role.EDITOR)
        steps.set_priority(held, by=by, priority=1, reason="It leads the page.")
    thread.join(5)
    assert seen == [1]


def test_two_steps_from_the_same_version_are_not_both_taken() -> None:
    desk = a_desk()
    editor = an_editor(desk)
    claim = a_claim(desk, by=editor)
    act(claim.pk, Action.SET_PRIORITY, viewer(editor), version=claim.version, priority=1, reason="First.")
    with pytest.raises(StaleVersion):
        act(claim.pk, Action.SET_PRIORITY, viewer(editor), version=claim.version, priority=2, reason="Second.")
    assert Claim.objects.get(pk=claim.pk).priority == 1


def test_a_step_never_leads_where_the_table_does_not() -> None:
    claim = a_claim(a_desk(), State.IN_REVIEW)
    with locked(claim.pk) as held, pytest.raises(ValueError, match="never leads to"):
        held.take(Action.SUBMIT_REVIEW, by=viewer(an_editor(a_desk())).actor.having(Role.ON_IT), to=State.QUEUED)
