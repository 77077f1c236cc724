"""Compares the tables with what the callers of a fault run were told. Each check answers the rows that break it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import psycopg

from tests.faults.callers import Journal

Connection = psycopg.Connection[tuple[Any, ...]]
EARLY = "SELECT id FROM claims_flag WHERE kind <> 'unroutable' AND moment > clock_timestamp()"


def raised_early(connection: Connection) -> set[int]:
    """Flags that are there although their moment lies ahead, by the database's clock."""
    return {int(row[0]) for row in connection.execute(EARLY)}


def lost_claims(connection: Connection, journal: Journal) -> Sequence[object]:
    """Acknowledged claims that are not there under their number with their words."""
    rows = connection.execute("SELECT id, statement FROM claims_claim").fetchall()
    there = {number: str(statement) for number, statement in rows}
    return [words for words, number in journal.claims.items() if f" {words} " not in there.get(number, "")]


def doubled_claims(connection: Connection, journal: Journal) -> Sequence[object]:
    """Words that were sent under one Idempotency-Key and became more than one claim."""
    rows = connection.execute("SELECT statement, count(*) FROM claims_claim GROUP BY 1 HAVING count(*) > 1")
    return [row[0] for row in rows if any(f" {words} " in row[0] for words in journal.tried)]


def lost_reviews(connection: Connection, journal: Journal) -> Sequence[object]:
    """Acknowledged verdicts that are not there."""
    there = set(connection.execute("SELECT id, claim_id FROM reviews_review").fetchall())
    return [review for review in journal.reviews.items() if review not in there]


def lost_evidence(connection: Connection, journal: Journal) -> Sequence[object]:
    """Acknowledged evidence that is not there."""
    there = set(connection.execute("SELECT id, claim_id FROM claims_evidence").fetchall())
    return [item for item in journal.evidence.items() if item not in there]


def lost_steps(connection: Connection, journal: Journal) -> Sequence[object]:
    """Acknowledged steps without exactly one event that gives their reason."""
    rows = connection.execute(
        "SELECT body::json ->> 'reason', claim_id, count(*) FROM claims_claimevent "
        "WHERE actor_kind = 'person' GROUP BY 1, 2"
    )
    there = {(reason, claim): times for reason, claim, times in rows}
    return [step for step in journal.steps.items() if there.get(step) != 1]


def left_unannounced(connection: Connection, journal: Journal) -> Sequence[object]:
    """Moments that have passed and still wait, or were set aside, after the time we promise."""
    del journal
    return connection.execute("SELECT * FROM claims_alarm WHERE set_aside OR wake_at < clock_timestamp()").fetchall()


CHECKS: dict[str, Callable[[Connection, Journal], Sequence[object]]] = {
    "no_acknowledged_claim_is_lost": lost_claims,
    "one_claim_for_one_key": doubled_claims,
    "no_acknowledged_verdict_is_lost": lost_reviews,
    "no_acknowledged_evidence_is_lost": lost_evidence,
    "no_acknowledged_step_is_lost": lost_steps,
    "everything_due_was_announced": left_unannounced,
    "no_flag_before_its_moment": lambda _, journal: sorted(journal.early),
}


def broken_by_journal(connection: Connection, journal: Journal) -> dict[str, int]:
    """The broken promises, with the number of rows that break each."""
    found = {name: len(check(connection, journal)) for name, check in CHECKS.items()}
    return {name: rows for name, rows in found.items() if rows}
