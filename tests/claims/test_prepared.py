"""Statements that come again are prepared: planned once for a connection, whatever happens in between."""

from __future__ import annotations

import pytest
from django.db import NotSupportedError, ProgrammingError, connection, connections, transaction
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from claims.lifecycle import State
from claims.models import Source, SourceKind
from claims.models import prepared as prepared_module
from claims.models.making import new
from claims.models.prepared import Repeated
from claims.models.worded import worded
from claims.models.writing import insert
from reviews.models import Review
from tests import factories as make

pytestmark = pytest.mark.django_db
TEXT = "SELECT %s || '%%', %s * 2"
CONSTANT = "it's 100 % %s"


def doubling() -> Repeated:
    """Asks for twice a number, with a constant and a percent sign beside it."""
    return Repeated(TEXT, constants={0: CONSTANT}, types=["bigint"])


def ask(statement: Repeated, *values: object) -> tuple[object, ...]:
    with connection.cursor() as cursor:
        cursor.execute(*statement.with_values(connection, values))
        found: tuple[object, ...] = cursor.fetchone()
    return found


def kept(words: str) -> list[tuple[str, int]]:
    """What is prepared on the connection with these words in it: the statement, and how often it was used."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT statement, generic_plans + custom_plans FROM pg_prepared_statements"
            " WHERE strpos(statement, %s) > 0 ORDER BY prepare_time",
            [words],
        )
        found: list[tuple[str, int]] = cursor.fetchall()
    return found


def test_a_statement_is_sent_whole_once_and_by_its_name_from_then_on() -> None:
    statement = doubling()
    with CaptureQueriesContext(connection) as sent:
        answers = [ask(statement, number) for number in (1, 2, 3)]
    assert answers == [(f"{CONSTANT}%", number) for number in (2, 4, 6)]
    whole, *by_name = [query["sql"] for query in sent]
    assert whole == "SELECT 'it''s 100 % %s' || '%', 1 * 2"
    assert by_name == [f"EXECUTE {statement.name}(2)", f"EXECUTE {statement.name}(3)"]
    ((text, used),) = kept(statement.name)
    assert (text, used) == (f"PREPARE {statement.name} (bigint) AS SELECT 'it''s 100 % %s' || '%', $1 * 2", 2)


def test_what_is_prepared_outlives_a_rollback() -> None:
    statement = doubling()
    ask(statement, 1)
    with transaction.atomic():
        ask(statement, 2)
        transaction.set_rollback(True)
    with pytest.raises(ProgrammingError), transaction.atomic():
        ask(Repeated("SELECT no_such_column"))
    assert ask(statement, 3) == (f"{CONSTANT}%", 6)
    assert [used for _, used in kept(statement.name)] == [2]


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_is_opened_anew_knows_nothing_of_the_old_one() -> None:
    statement = doubling()
    assert [ask(statement, 1), ask(statement, 1)] == [(f"{CONSTANT}%", 2)] * 2
    assert len(kept("$1 * 2")) >= 1
    connections.close_all()
    assert kept("$1 * 2") == []
    assert [ask(statement, 1), ask(statement, 1)] == [(f"{CONSTANT}%", 2)] * 2
    assert [used for _, used in kept("$1 * 2")] == [1]


@pytest.mark.django_db(transaction=True)
def test_a_column_that_is_migrated_while_a_process_goes_on_costs_it_one_answer() -> None:
    statement = Repeated("SELECT word FROM scratch WHERE word = %s")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE scratch AS SELECT 'five'::varchar(5) AS word")
    try:
        assert [ask(statement, "five"), ask(statement, "five")] == [("five",)] * 2
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE scratch ALTER word TYPE varchar(9)")
        with pytest.raises(NotSupportedError):
            ask(statement, "five")
        connection.close_if_unusable_or_obsolete()  # as at the end of every request and task
        assert [ask(statement, "five"), ask(statement, "five")] == [("five",)] * 2
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE scratch")


@pytest.mark.django_db(transaction=True)
def test_a_preparation_that_was_cut_short_is_not_tried_again() -> None:
    statement = doubling()
    ask(statement, 1)
    with connection.cursor() as cursor:
        cursor.execute(f"PREPARE {statement.name} AS SELECT 1")  # as where the answer to our own was never read
    with pytest.raises(ProgrammingError, match="already exists"):
        ask(statement, 2)
    assert [ask(statement, number) for number in (2, 3)] == [(f"{CONSTANT}%", 4), (f"{CONSTANT}%", 6)]


def test_a_connection_keeps_only_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared_module, "MOST", 0)
    statement = doubling()
    with CaptureQueriesContext(connection) as sent:
        assert [ask(statement, 1) for _ in range(3)] == [(f"{CONSTANT}%", 2)] * 3
    assert [query["sql"] for query in sent] == ["SELECT 'it''s 100 % %s' || '%', 1 * 2"] * 3


def test_a_question_of_a_step_is_planned_with_its_constants_and_finds_nothing_beyond_a_column() -> None:
    @worded
    def answers(claim: int, round_number: int) -> QuerySet[Review]:
        return Review.objects.filter(claim=claim, round=round_number, said="not_checked").order_by("why")

    claim = make.a_claim(make.a_desk(), State.DECIDED)
    numbers = (1, 2**15, 2**31, 2**63 - 1, -(2**63), 1)
    assert [len(answers(claim.pk, number)) for number in numbers] == [1, 0, 0, 0, 0, 1]
    ((text, used),) = kept('ORDER BY "reviews_review"."why"')
    assert "= 'not_checked'" in text
    assert used == len(numbers) - 1


def test_a_row_that_is_written_again_and_again_is_written_by_name() -> None:
    with CaptureQueriesContext(connection) as sent:
        for number in range(4):
            insert(new(Source, name=f"Harbour Post {number}", kind=SourceKind.OUTLET, aliases=["100 %", "%s", "'"]))
    assert [source.aliases for source in Source.objects.filter(name__startswith="Harbour Post ")] == [
        ["100 %", "%s", "'"]
    ] * 4
    assert [query["sql"].split("(")[0] for query in sent][-2:] == [sent[-1]["sql"].split("(")[0]] * 2
    assert sent[-1]["sql"].startswith("EXECUTE insert_claims_source_")
