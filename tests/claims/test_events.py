"""The history: append-only by the database's own refusal, and a chain that shows what was changed behind its back."""

from __future__ import annotations

import json

import pytest
from django.db import DatabaseError, connection, transaction

from claims.lifecycle import Action, State
from claims.models import Claim, ClaimEvent, ClaimHead, chained
from claims.services.sweep import raise_due_flags
from reviews.services.acting import act
from tests.factories import a_claim, a_desk, ahead, an_editor, dated, fall_late, now, viewer

pytestmark = pytest.mark.django_db


def chain_holds(claim: Claim) -> bool:
    """Whether every event's hash follows from the one before, up to the head."""
    before = ""
    for number, event in enumerate(claim.events.order_by("seq"), 1):
        if (event.seq, event.prev_hash, event.hash) != (number, before, chained(before, event.body)):
            return False
        before = event.hash
    head = ClaimHead.objects.get(claim=claim)
    return (head.event_seq, head.hash) == (claim.events.count(), before)


@pytest.mark.parametrize("state", State)
def test_the_chain_holds_in_every_state(state: State) -> None:
    assert chain_holds(a_claim(a_desk(), state, own=dated(ahead(days=2))))


def test_the_chain_goes_on_through_the_sweep() -> None:
    desk = a_desk()
    editor = an_editor(desk)
    claim = a_claim(desk, by=editor, own=dated(now().replace(year=2025)))
    fall_late(claim, editor)
    raise_due_flags()
    act(claim.pk, Action.SET_PRIORITY, viewer(editor), priority=1, reason="It leads the page.")
    assert set(claim.events.values_list("type", flat=True)) >= {"claim.late", "claim.date_passed"}
    assert chain_holds(claim)


def test_every_column_of_an_event_repeats_what_was_hashed() -> None:
    desk = a_desk()
    editor = an_editor(desk)
    claim = a_claim(desk, State.DECIDED, by=editor)
    fall_late(a_claim(desk, by=editor), editor)
    raise_due_flags()
    for event in ClaimEvent.objects.all():
        said = json.loads(event.body)
        columns = (event.claim_id, event.seq, event.type, event.actor_kind, event.actor_id, event.actor_name)
        assert columns == tuple(said[key] for key in ("claim", "seq", "type", "actor_kind", "actor_id", "actor_name"))
        assert (event.from_state, event.to_state) == (said["from"], said["to"])
    assert claim.events.count() > 3


def test_the_body_is_json_with_sorted_keys() -> None:
    event = a_claim(a_desk()).events.first()
    assert event is not None
    assert list(event.content) == sorted(event.content)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE claims_claimevent SET actor_name = 'somebody else'",
        "DELETE FROM claims_claimevent",
        "UPDATE claims_articlerevision SET text = 'other words'",
        "DELETE FROM claims_articlerevision",
        "DELETE FROM claims_decision",
        "UPDATE claims_decision SET why = 'for other reasons'",
        "UPDATE claims_decision SET so = 'confirmed'",
        "UPDATE reviews_review SET so = 'confirmed'",
        "DELETE FROM reviews_review",
    ],
)
def test_the_database_refuses_to_rewrite_what_was_recorded(statement: str) -> None:
    a_claim(a_desk(), State.DECIDED)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert ClaimEvent.objects.exists()


@pytest.mark.parametrize("table", ["claims_claimevent", "claims_articlerevision", "reviews_review"])
def test_the_database_refuses_to_empty_the_history(table: str) -> None:
    a_claim(a_desk(), State.DECIDED)
    statements = f"SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL claimdesk.may_truncate = 'off'; TRUNCATE {table} CASCADE"
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statements)
    assert ClaimEvent.objects.exists()


def test_the_feed_answers_only_what_came_after() -> None:
    desk = a_desk()
    editor = an_editor(desk)
    claim = a_claim(desk, by=editor)
    last = ClaimEvent.objects.order_by("tx", "pk").last()
    assert last is not None
    seen = ClaimEvent.objects.after(0, 0).values_list("pk", flat=True)
    assert last.pk not in seen, "the running transaction may still gain a predecessor"
    assert claim.events.count() == 2
