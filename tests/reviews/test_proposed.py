"""What a claim was made of is sealed: verify names the claim of which somebody rewrote any of it, however they did.

No step that people or rules take makes it say so, as the event of each has what stood before.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.postgres.fields import ArrayField
from django.db import connection, transaction
from django.db.models import BooleanField, DateTimeField, Field, ForeignKey, IntegerField, Model

from claims.deadlines import OwnDate, Precision, ZoneBasis
from claims.lifecycle import Action, DismissalReason, State, WaitingReason
from claims.models import Appearance, ChainStep, Claim, Desk, DeskRole, SourceKind, User
from claims.services.proposals import SEAL
from claims.services.proposing import GivenDate, GivenStep
from claims.services.sources import change_source
from claims.services.splitting import GivenPart
from claims.services.verifying import record_invariants
from reviews.services.acting import act
from reviews.services.verifying import verify_everything
from tests import factories as make

pytestmark = pytest.mark.django_db
PROMISE = "claims_are_as_they_were_proposed"
AS_LEFT = "claims_are_as_they_were_left"
# What is no part of what was proposed: numbers of rows, when a claim was last changed, and what `history_is_one_path`
# and `version_counts_changes` hold.
ELSEWHERE = {"id", "state", "version", "updated_at"}
CHAIN = (
    GivenStep("Harbour Post", SourceKind.OUTLET),
    GivenStep("A person close to her", SourceKind.UNNAMED, 'said – "so"', on_record=False, link="https://a.example/"),
    GivenStep(note="Nobody says who told her.\\", implied=True),
)


UNSEALED = "UPDATE claims_claimevent SET body = '{}' WHERE id = {}"
OTHER_TEXT = "UPDATE claims_claim SET short_text = 'Other' WHERE id = {}"


@pytest.fixture
def claim(desk: Desk, editor: User) -> Claim:
    return a_whole_claim(desk, editor, State.PROPOSED)


def a_whole_claim(desk: Desk, editor: User, state: State) -> Claim:
    """A claim with all that can be proposed."""
    moment = make.ahead(days=3, microseconds=7)
    return make.a_claim(
        desk,
        state,
        by=editor,
        statement='The minister "will" resign \\ next week – été, 港 🚢\nor so.',
        chain=CHAIN,
        own=GivenDate(moment, moment, Precision.MINUTE, "Europe/Kyiv", ZoneBasis.SPEAKER, "next week"),
        topics=("politics", "élections"),
        priority=2,
        short_text="Minister",
        selection_reason="It leads the page.",
        review_due_at=make.ahead(days=2, microseconds=1),
    )


def breaches(*names: str) -> list[str]:
    return [
        row for one in record_invariants(timedelta(0)) if one.name in (names or {PROMISE}) for row in one.breaches()
    ]


def by_hand(*statements: str) -> list[str]:
    """What verify says of it once rows were changed past every trigger and constraint; then it is as it was."""
    before = transaction.savepoint()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        for model in (Claim, Appearance, ChainStep):
            for constraint in model._meta.constraints:
                if type(constraint).__name__ == "CheckConstraint":
                    cursor.execute(f"ALTER TABLE {model._meta.db_table} DROP CONSTRAINT {constraint.name}")
        for statement in statements:
            cursor.execute(statement)
            assert cursor.rowcount > 0, statement
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
    found = breaches(PROMISE, AS_LEFT)
    transaction.savepoint_rollback(before)
    return found


def changed(table: type[Model], change: str, where: str) -> list[str]:
    """The same of a change to some rows of a table."""
    return by_hand(f"UPDATE {table._meta.db_table} SET {change} WHERE {where}")  # noqa: S608 - our own words


def columns(model: type[Model]) -> list[Field[Any, Any]]:
    fields = model._meta.local_concrete_fields
    return [field for field in fields if not field.generated and field.name not in ELSEWHERE]


def another(field: Field[Any, Any]) -> str:
    """SQL for another value than a column has."""
    name = f'"{field.column}"'
    if isinstance(field, BooleanField):
        return f"NOT coalesce({name}, false)"
    if isinstance(field, DateTimeField):
        return f"coalesce({name}, now()) + interval '1 microsecond'"
    if isinstance(field, ArrayField):
        return f"array_append({name}, 'more')"
    if isinstance(field, IntegerField | ForeignKey):
        return f"coalesce({name}, 0) + {1_000_000 if field.is_relation else 7}"
    return f"left('x' || {name}, {field.max_length or 5000})"


def rows_of(claim: Claim) -> dict[type[Model], str]:
    """One row of each table that tells of the claim."""
    return {
        Claim: f"id = {claim.pk}",
        Appearance: f"claim_id = {claim.pk}",
        ChainStep: f"id = {claim.appearances.get().chain.get(order=2).pk}",
    }


@pytest.mark.parametrize("state", [State.PROPOSED, State.QUEUED])
def test_each_column_that_is_rewritten_is_noticed(desk: Desk, editor: User, state: State) -> None:
    claim = a_whole_claim(desk, editor, state)
    make.a_claim(desk, by=editor)
    assert breaches(PROMISE, AS_LEFT) == []
    missed = [
        field
        for model, where in rows_of(claim).items()
        for field in columns(model)
        if not any(
            row.startswith(f"claim {claim.pk}") for row in changed(model, f'"{field.column}" = {another(field)}', where)
        )
    ]
    assert missed == []


def test_exactly_the_claim_is_named(claim: Claim, desk: Desk, editor: User) -> None:
    make.a_claim(desk, by=editor)
    assert changed(Claim, "short_text = 'Other'", f"id = {claim.pk}") == [f"claim {claim.pk}"]


REWRITINGS = {
    "a step is taken out": 'DELETE FROM claims_chainstep WHERE {steps} AND "order" = 3',
    "a step is added": 'INSERT INTO claims_chainstep (appearance_id, "order", verb, named, implied, link, note) '
    "SELECT id, 4, '', true, false, '', 'Nobody.' FROM claims_appearance WHERE claim_id = {claim}",
    "steps change places": 'UPDATE claims_chainstep SET "order" = 9 - "order" WHERE {steps}',
    "the quote is taken out": "DELETE FROM claims_appearance WHERE claim_id = {claim}",
    "a quote is added": 'INSERT INTO claims_appearance (claim_id, revision_id, exact, prefix, suffix, start, "end", '
    "hedge_words, hedge_kind, hedge_scale, is_first) "
    "SELECT claim_id, revision_id, 'The', '', '', 0, 3, '{{}}', 'none', '', false FROM claims_appearance "
    "WHERE claim_id = {claim}",
    "its own date is taken away": "UPDATE claims_claim SET confirm_from = NULL, confirm_by = NULL WHERE id = {claim}",
    "review due is taken away": "UPDATE claims_claim SET review_due_at = NULL WHERE id = {claim}",
}


@pytest.mark.parametrize("how", REWRITINGS)
def test_rows_that_come_or_go_are_noticed(claim: Claim, how: str) -> None:
    steps = f"appearance_id = {claim.appearances.get().pk}"
    assert by_hand(REWRITINGS[how].format(claim=claim.pk, steps=steps)) == [f"claim {claim.pk}"]


def test_what_steps_changed_is_held_as_well(claim: Claim, editor: User) -> None:
    act(claim.pk, Action.EDIT, make.viewer(editor), changes={"statement": "She resigns."})
    act(claim.pk, Action.EDIT, make.viewer(editor), changes={"statement": claim.statement})
    assert breaches(PROMISE, AS_LEFT) == []
    assert changed(Claim, "statement = 'She resigns.'", f"id = {claim.pk}") != []
    assert changed(Claim, "language = 'uk'", f"id = {claim.pk}") == [f"claim {claim.pk}"]


def test_whatever_people_do_verify_is_silent(claim: Claim, desk: Desk, editor: User) -> None:
    there = make.a_desk()
    make.joined(editor, there, DeskRole.EDITOR)
    person = make.viewer(editor)
    moment, later = make.ahead(days=5), make.ahead(days=6)
    own = OwnDate(moment, later, Precision.DAY, "UTC")
    words = {"statement": "She goes.", "short_text": "", "language": "uk", "topics": [], "selection_reason": "Other."}
    other = make.a_claim(desk, by=editor)
    steps: list[tuple[Action, dict[str, Any]]] = [
        (Action.EDIT, {"changes": words}),
        (Action.UNDO, {}),
        (Action.EDIT, {"changes": words}),
        (Action.SET_OWN_DATE, {"own": own, "reason": "She said so."}),
        (Action.SET_OWN_DATE, {"own": None, "reason": "No, she did not."}),
        (Action.UNDO, {}),
        (Action.SET_DUE, {"due": make.ahead(days=4), "reason": "Later."}),
        (Action.SET_PRIORITY, {"priority": 1, "reason": "It leads the page."}),
        (Action.CHANGE_DESK, {"desk": there, "reason": "It is theirs."}),
        (Action.UNDO, {}),
        (Action.ACCEPT, {}),
        (Action.UNDO, {}),
        (Action.ACCEPT, {"desk": there, "due": make.ahead(days=7)}),
        (Action.WAIT, {"reason": WaitingReason.REPLY, "until": moment, "due": later}),
        (Action.RESUME, {}),
        (Action.SPLIT, {"part": GivenPart("She denied it.", quote="The minister")}),
        (Action.DISMISS, {"reason": DismissalReason.OFF_SUBJECT}),
        (Action.RESTORE, {}),
        (Action.MERGE, {"into": other}),
        (Action.UNDO, {}),
        (Action.DISMISS, {"reason": DismissalReason.DUPLICATE, "duplicate_of": other}),
        (Action.RESTORE, {}),
    ]
    for action, given in steps:
        act(claim.pk, action, person, **given)
        assert (action, breaches(PROMISE, AS_LEFT)) == (action, [])
    assert verify_everything(timedelta(0)).broken == []


def test_a_decided_claim_that_is_reopened_is_as_it_was_proposed(desk: Desk, editor: User) -> None:
    claim = make.a_claim(desk, State.DECIDED, by=editor)
    act(claim.pk, Action.REOPEN, make.viewer(editor), reason="There is something new.")
    assert breaches() == []


def test_each_part_of_a_split_claim_is_sealed_for_itself(desk: Desk, editor: User) -> None:
    first = a_whole_claim(desk, editor, State.QUEUED)
    dated = make.dated(make.ahead(hours=5))
    act(first.pk, Action.SPLIT, make.viewer(editor), part=GivenPart("She denied it.", quote="The minister", own=dated))
    act(first.pk, Action.SPLIT, make.viewer(editor), part=GivenPart("She will go."))
    parts = list(first.parts.values_list("pk", flat=True))
    assert (len(parts), breaches()) == (2, [])
    for part in parts:
        assert changed(Appearance, "hedge_kind = 'x'", f"claim_id = {part}") == [f"claim {part}"]
        assert changed(Claim, "confirm_read_by = 'x'", f"id = {part}") == [f"claim {part}"]


def test_a_claim_of_nothing_but_words_is_sealed(desk: Desk, editor: User) -> None:
    claim = make.a_claim(desk, State.PROPOSED, by=editor, quote=None)
    assert breaches() == []
    assert changed(Claim, "statement = 'Other'", f"id = {claim.pk}") == [f"claim {claim.pk}"]


def test_of_a_claim_from_before_there_were_seals_verify_says_nothing(claim: Claim) -> None:
    event = claim.events.get(seq=1)
    older = json.dumps({**event.content, "data": {"quote": event.data["quote"]}}, ensure_ascii=False)
    change = UNSEALED.format(older.replace("'", "''"), event.pk)
    assert by_hand(change, OTHER_TEXT.format(claim.pk)) == []
    assert by_hand(OTHER_TEXT.format(claim.pk)) == [f"claim {claim.pk}"]


def test_the_seal_confirms_no_guess_at_the_former_name_of_a_source(claim: Claim) -> None:
    """It holds the number of the source: renaming one to protect it leaves nothing to guess at, and breaks nothing."""
    source = claim.appearances.get().chain.get(order=2).source
    assert source is not None
    person = make.viewer(make.an_administrator())
    change_source(source.pk, {"name": "Somebody", "kind": SourceKind.PERSON, "aliases": []}, person)
    assert breaches() == []


def test_two_claims_that_are_alike_have_one_seal(desk: Desk, editor: User) -> None:
    """So it says nothing that the claim itself does not, no number that only some may know of."""
    quote, due = make.a_quote(make.an_article().revision), make.ahead(days=1)
    alike = [make.a_claim(desk, State.PROPOSED, by=editor, quote=quote, review_due_at=due) for _ in range(2)]
    assert len({claim.events.get(seq=1).data[SEAL] for claim in alike}) == 1
