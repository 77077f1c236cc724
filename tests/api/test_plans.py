"""Lists of claims follow an index, however many claims there are and however far a page lies."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.lifecycle import State
from claims.models import ChainStep, Desk, Source, SourceKind
from reviews.api.claim_filters import ORDERS
from tests.api.batches import batch
from tests.api.conftest import Api, signed_in, with_key
from tests.factories import QUOTE, a_claim, an_administrator, an_article, an_editor, evidence_for

# Tables that grow with the claims. Those of desks, people, policies and sources stay small beside them.
BIG = frozenset(
    {
        *("claims_claim", "claims_appearance", "claims_articlerevision", "claims_article", "claims_chainstep"),
        *("claims_claimevent", "claims_decision", "claims_evidence", "claims_flag"),
        *("reviews_assignment", "reviews_course"),
    }
)


@pytest.fixture
def filled(desk: Desk) -> Desk:
    editor = an_editor(desk)
    for state in (State.PROPOSED, State.QUEUED, State.IN_REVIEW, State.DECIDED):
        evidence_for(a_claim(desk, state, by=editor), by=editor)
    return desk


def plans(api: Api, path: str) -> tuple[list[tuple[str, Any]], str | None]:
    """Every statement about claims that a page takes, with its plan, and the path of the next page.

    Tables of a few rows are read whole and sorted whatever there is. Here both are made dear, as a million rows would:
    what still happens has no index to follow.
    """
    with CaptureQueriesContext(connection) as asked:
        answer = api.get(path)
    assert answer.status == 200, answer.body
    statements = [query["sql"] for query in asked if "claims_claim" in query["sql"]]
    found = []
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off")
        for statement in statements:
            cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}")
            (explained,) = cursor.fetchone()
            plan = json.loads(explained) if isinstance(explained, str) else explained
            found.append((statement, plan[0]["Plan"]))
        cursor.execute("RESET enable_seqscan; RESET enable_bitmapscan; RESET enable_sort")
    following = answer.body["next"]
    return found, following.split("/api/v1")[1] if following else None


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from nodes(inner)


def check_two_pages(api: Api, first: str) -> None:
    """No statement of the first page, nor of one behind a cursor, reads a big table whole or sorts claims."""
    path: str | None = first
    for _ in range(2):
        assert path
        explained, path = plans(api, path)
        assert len(explained) >= 2
        for statement, plan in explained:
            whole = [node for node in nodes(plan) if node["Node Type"] == "Seq Scan"]
            assert [node["Relation Name"] for node in whole if node["Relation Name"] in BIG] == [], (first, statement)
            if 'ORDER BY "claims_claim"' in statement:
                assert "Sort" not in {node["Node Type"] for node in nodes(plan)}, (first, statement)


def test_when_people_were_last_active_is_found_without_reading_all_events(filled: Desk) -> None:
    ((statement, plan),) = plans(signed_in(an_administrator()), "/reviewers")[0]
    assert "last_active" in statement
    events = [node for node in nodes(plan) if node.get("Relation Name") == "claims_claimevent"]
    assert {(node["Node Type"], node["Index Name"]) for node in events} == {("Index Only Scan", "event_by_person")}


@pytest.mark.parametrize("who", ["administrator", "editor", "key"])
def test_a_page_in_any_order_reads_no_big_table_whole_and_sorts_none(filled: Desk, who: str) -> None:
    callers = {"administrator": lambda: signed_in(an_administrator()), "editor": lambda: signed_in(an_editor(filled))}
    api = callers.get(who, with_key)()
    for sort in ORDERS:
        check_two_pages(api, f"/claims?limit=1&sort={sort}")


def test_sources_that_many_claims_name_are_not_each_looked_for_among_all(desk: Desk) -> None:
    names = [f"witness {number}" for number in range(950, 1000)]  # who was added last
    Source.objects.bulk_create(
        Source(name=f"Witness {number}", kind=SourceKind.PERSON, aliases=[f"W. {number}"]) for number in range(1000)
    )
    quoted = {"article": an_article(desk=desk).article.pk, "quote": QUOTE}
    with connection.cursor() as cursor, CaptureQueriesContext(connection) as asked:
        cursor.execute("ANALYZE claims_source")
        batch(with_key(), *({**quoted, "chain": [{"source": name}, {"source": f"New {name}"}]} for name in names))
        (statement,) = (sql for query in asked if names[0] in (sql := query["sql"]) and "INSERT" not in sql)
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}")
        (explained,) = cursor.fetchone()
    looked_at = sum(
        node["Actual Loops"] * (node["Actual Rows"] + node.get("Rows Removed by Filter", 0))
        for node in nodes(explained[0]["Plan"])
        if node.get("Relation Name") == "claims_source"
    )
    assert len(names) <= looked_at <= 3 * Source.objects.count()
    assert ChainStep.objects.filter(source__name__startswith="Witness").count() == len(names)
