"""Lists: filters, order, cursors, and a number of queries that does not grow with the page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from claims.api.feedplaces import place_of
from claims.exports.feed import cursor_of
from claims.lifecycle import State
from claims.models import Claim, Desk, Visibility
from claims.services.proposing import GivenStep
from reviews.models import Reviewer
from tests.api.conftest import Api, signed_in, with_key
from tests.factories import (
    a_claim,
    a_desk,
    a_quote,
    a_reviewer,
    ahead,
    an_article,
    an_editor,
    dated,
    evidence_for,
    fall_late,
    now,
    put_on,
)


def found(api: Api, query: str) -> list[int]:
    answer = api.get(f"/claims?{query}")
    assert answer.status == 200, answer.body
    return [row["id"] for row in answer.body["results"]]


def walked(api: Api, path: str) -> list[int]:
    """Every number of a list, page by page along `next`."""
    numbers: list[int] = []
    while path:
        answer = api.get(path)
        numbers += [row["id"] for row in answer.body["results"]]
        url = answer.body["next"]
        first, *further = answer.headers["Link"].split(", ")
        assert further == ([f'<{url}>; rel="next"'] if url else [])
        assert api.get(first.partition(">")[0].split("/api/v1")[1]).body["results"][0]["id"] == numbers[0]
        path = url.split("/api/v1")[1] if url else ""
    return numbers


def test_pages_follow_each_other_without_gap_or_repetition(api: Api, desk: Desk) -> None:
    claims = [a_claim(desk, State.PROPOSED) for _ in range(7)]
    assert walked(api, "/claims?limit=3") == [claim.pk for claim in reversed(claims)]
    assert walked(api, "/claims?limit=3&sort=created") == [claim.pk for claim in claims]


def test_a_language_is_found_however_it_is_written(api: Api) -> None:
    claims = [a_claim(a_desk(), State.PROPOSED, language=language) for language in ("EN", "en", "en-gb", "pt-BR")]
    assert walked(api, "/claims?language=en") == [claims[1].pk, claims[0].pk]
    assert walked(api, "/claims?language=EN-GB,PT-br") == [claims[3].pk, claims[2].pk]


@pytest.mark.parametrize("sort", ["due", "-due", "own_date", "-own_date"])
def test_rows_without_a_date_come_last_and_none_is_lost(api: Api, desk: Desk, sort: str) -> None:
    editor = an_editor(desk)
    dates = [ahead(days=2), ahead(days=1), None, ahead(days=1), None]
    for date in dates:
        claim_date: dict[str, Any] = {"own": dated(date)} if date else {}
        a_claim(desk, State.QUEUED if date else State.PROPOSED, by=editor, review_due_at=date, **claim_date)
    numbers = walked(api, f"/claims?limit=2&sort={sort}")
    assert sorted(numbers) == sorted(Claim.objects.values_list("pk", flat=True))
    column = "review_due_at" if sort.endswith("due") else "confirm_by"
    values = [getattr(Claim.objects.get(pk=pk), column) for pk in numbers]
    assert values[-2:] == [None, None]
    assert values[:3] == sorted(values[:3], reverse=sort.startswith("-"))


def test_a_row_that_is_added_meanwhile_disturbs_nothing(api: Api, desk: Desk) -> None:
    claims = [a_claim(desk, State.PROPOSED) for _ in range(4)]
    first = api.get("/claims?limit=2").body
    a_claim(desk, State.PROPOSED)
    second = api.get(first["next"].split("/api/v1")[1]).body
    assert [row["id"] for row in first["results"] + second["results"]] == [claim.pk for claim in reversed(claims)]


def test_a_cursor_of_another_list_is_refused(api: Api, desk: Desk) -> None:
    for _ in range(3):
        a_claim(desk, State.PROPOSED)
    cursor = api.get("/claims?limit=1").body["next"].split("cursor=")[1]
    assert api.get(f"/claims?limit=2&cursor={cursor}").status == 200
    for other in (f"/claims?sort=due&cursor={cursor}", f"/articles?cursor={cursor}", "/claims?cursor=made-up"):
        answer = api.get(other)
        assert (answer.status, answer.code) == (400, "bad_cursor")


def test_rows_are_counted_only_when_asked(api: Api, desk: Desk) -> None:
    for _ in range(3):
        a_claim(desk, State.PROPOSED)
    assert "count" not in api.get("/claims?limit=1").body
    assert api.get("/claims?limit=1&count=exact").body["count"] == 3


def test_unknown_and_unusable_parameters_are_named(api: Api, desk: Desk) -> None:
    answer = api.get("/claims?stat=queued&limit=500&state=late&due_after=2026-11-20T10:00:00&outlet=x&sort=id&limit=1")
    assert (answer.status, answer.code) == (400, "bad_parameter")
    named = {fault["parameter"] for fault in answer.body["errors"]}
    assert named == {"stat", "limit", "state", "due_after", "outlet", "sort"}


@pytest.mark.parametrize("written", ["1.0", "+1", "1_0", " 1", "１"])
def test_a_number_is_written_in_digits(api: Api, written: str) -> None:
    answer = api.get(f"/claims?{urlencode({'outlet': written})}")
    assert answer.body["errors"] == [{"parameter": "outlet", "code": "invalid", "detail": "Send a whole number."}]


@pytest.mark.parametrize("query", ["state=", "state=,", "topic=", "desk=", "due_after="])
def test_a_filter_without_a_value_is_a_slip(api: Api, desk: Desk, query: str) -> None:
    a_claim(desk)
    assert api.get(f"/claims?{query}").code == "bad_parameter"


@pytest.mark.parametrize("path", ["/claims", "/articles"])
def test_a_language_that_is_no_tag_is_refused_with_the_sentence_of_bodies(api: Api, path: str) -> None:
    asked, sent = (
        api.get(f"{path}?language=english"),
        api.post("/claims", {"statement": "It rains.", "language": "english"}),
    )
    assert (asked.code, sent.pointers) == ("bad_parameter", ["/language"])
    assert asked.body["detail"] == f"language: {sent.body['detail']}"
    assert api.get(f"{path}?language=pt-BR").body["results"] == []


def test_a_plus_that_was_not_escaped_is_read_as_meant(api: Api, desk: Desk) -> None:
    claim = a_claim(desk)
    assert found(api, "created_after=2020-01-01T00:00:00+02:00") == [claim.pk]


def a_claim_to_find(desk: Desk, reviewer: Reviewer) -> Claim:
    """A claim with something for every filter, and the reviewer on it."""
    editor = an_editor(desk)
    claim = a_claim(
        desk,
        by=editor,
        quote=a_quote(an_article(desk=desk).revision),
        chain=[GivenStep("Mira Vale")],
        topics=["politics"],
        language="uk",
        priority=1,
        statement="The harbour master will resign.",
        own=dated(ahead(hours=30)),
        review_due_at=ahead(hours=90),
    )
    put_on(claim, reviewer, editor)
    return claim


def an_hour_ago() -> str:
    return (now() - timedelta(hours=1)).isoformat().replace("+", "%2B")


def queries_that_find(claim: Claim, desk: Desk, reviewer: Reviewer) -> list[str]:
    quote, earlier = claim.appearances.get(), an_hour_ago()
    article = quote.revision.article
    return [
        f"desk={desk.key}",
        f"desk={desk.pk}",
        "topic=politics,sport",
        "language=uk",
        f"outlet={article.outlet_id}",
        f"source={quote.chain.get().source_id}",
        f"article={article.pk}",
        f"assignee={reviewer.pk}",
        "priority=1&priority=2",
        "flag=date_near",
        f"own_date_after={ahead(hours=29).isoformat()}&own_date_before={ahead(hours=31).isoformat()}",
        f"due_after={ahead(hours=80).isoformat()}",
        f"desk={desk.key}&created_after={earlier}&updated_after={earlier}",
        "q=harbour",
        f"state=queued,in_review&desk={desk.key}",
    ]


def queries_that_find_nothing() -> list[str]:
    return [
        "flag=late",
        "state=decided",
        "verdict=confirmed",
        "q=harbor",
        f"created_before={an_hour_ago()}",
        f"due_before={ahead(hours=10).isoformat()}",
        "decided_after=2020-01-01T00:00:00Z",
    ]


def test_every_filter_finds_what_it_names(api: Api, desk: Desk) -> None:
    reviewer = a_reviewer(desk)
    wanted = a_claim_to_find(desk, reviewer)
    a_claim(a_desk())
    for query in queries_that_find(wanted, desk, reviewer):
        assert found(api, query) == [wanted.pk], query
    for query in queries_that_find_nothing():
        assert found(api, query) == [], query
    assert found(signed_in(reviewer.user), "assignee=me") == [wanted.pk]
    assert found(api, "assignee=me") == []
    assert wanted.pk not in found(api, "assignee=none")


def test_decided_claims_are_found_by_verdict_and_time(api: Api, desk: Desk) -> None:
    decided = a_claim(desk, State.DECIDED)
    a_claim(desk)
    assert found(api, "verdict=unproven") == [decided.pk]
    assert found(api, f"decided_after={(now() - timedelta(minutes=5)).isoformat()}") == [decided.pk]
    assert found(api, f"decided_before={(now() - timedelta(minutes=5)).isoformat()}") == []


def test_lateness_is_computed_although_no_sweep_has_run(api: Api, desk: Desk) -> None:
    editor = an_editor(desk)
    claim = a_claim(desk, by=editor)
    fall_late(claim, editor)
    assert found(api, "flag=late") == [claim.pk]
    flag = api.get("/claims").body["results"][0]["flags"][0]
    assert (flag["kind"], flag["label"]) == ("late", "Late")
    assert api.get("/flags").body["results"] == []


def a_full_claim(desk: Desk, editor: Any) -> None:
    """A claim with everything that a row shows."""
    reviewer = a_reviewer(desk)
    chain = [GivenStep("Mira Vale"), GivenStep("The ministry", "organisation")]
    claim = a_claim(desk, State.DECIDED, by=editor, reviewer=reviewer, chain=chain, own=dated(ahead(days=9)))
    evidence_for(claim, by=editor)
    put_on(a_claim(desk, by=editor), reviewer, editor)


Path = Callable[[Claim], str]
LISTS: list[Path] = [
    lambda claim: "/claims",
    lambda claim: "/claims?flag=late,date_passed&count=exact",
    lambda claim: "/articles",
    lambda claim: "/flags",
    lambda claim: "/sources",
    lambda claim: "/reviewers",
    lambda claim: "/stats/open",
    lambda claim: "/events",
    lambda claim: f"/claims/{claim.pk}/evidence",
    lambda claim: f"/claims/{claim.pk}/events",
    lambda claim: f"/claims/{claim.pk}/assignments",
    lambda claim: f"/claims/{claim.pk}/reviews",
    lambda claim: f"/claims/{claim.pk}/decisions",
]


def queries(api: Api, path: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert api.get(path).status == 200
    return len(asked)


def test_no_list_asks_once_per_row(desk: Desk) -> None:
    editor = an_editor(desk)
    api = signed_in(editor)
    a_full_claim(desk, editor)
    claim = Claim.objects.filter(state=State.DECIDED).get()
    api.get("/claims")
    few = {path(claim): queries(api, path(claim)) for path in LISTS}
    for _ in range(4):
        a_full_claim(desk, editor)
        evidence_for(claim, by=editor)
    many = {path(claim): queries(api, path(claim)) for path in LISTS}
    assert many == few
    assert max(many.values()) <= 20


def test_one_source_and_one_desk_read_as_in_their_lists(desk: Desk) -> None:
    api, elsewhere = with_key(desks=(desk,)), a_desk()
    made = signed_in(an_editor(desk)).post("/sources", {"name": "Harbour authority", "kind": "organisation"})
    assert api.get(made.headers["Location"].removeprefix("/api/v1")).body == made.body
    assert [api.get(f"/desks/{desk.pk}").body] == api.get("/desks").body["results"]
    assert api.get(f"/desks/{elsewhere.pk}").code == "not_found"
    assert api.get("/sources/999999").code == "not_found"


def test_protected_evidence_is_absent_and_not_counted(desk: Desk) -> None:
    claim, editor = a_claim(desk), an_editor(desk)
    evidence_for(claim, by=editor)
    hidden = evidence_for(claim, by=editor, visibility=Visibility.PROTECTED)
    reader = with_key()
    assert reader.get(f"/claims/{claim.pk}").body["evidence_count"] == 1
    assert len(reader.get(f"/claims/{claim.pk}/evidence").body["results"]) == 1
    assert reader.get(f"/evidence/{hidden.pk}").code == "not_found"
    assert signed_in(editor).get(f"/claims/{claim.pk}").body["evidence_count"] == 2
    assert signed_in(editor).get(f"/evidence/{hidden.pk}").status == 200


@given(st.integers(0, 2**63 - 1), st.integers(0, 2**63 - 1))
def test_a_place_in_the_feed_survives_the_wire(tx: int, pk: int) -> None:
    assert place_of(cursor_of((tx, pk))) == (tx, pk)
