"""Many claims in one call: what the call answers, costs and refuses."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.api.resting import collector_at_rest
from claims.models import Article, Claim, Desk, Scope, Source
from reviews.api import claim_making
from reviews.services.verifying import verify_everything
from tests.api.batches import PLAIN, batch
from tests.api.conftest import Answer, Api, with_key
from tests.concurrency.crowd import at_once
from tests.factories import QUOTE, TEXT, a_later_text, an_article


def test_with_atomic_one_refusal_refuses_all(api: Api, desk: Desk) -> None:
    bad = {**PLAIN, "priority": 7, "client_ref": "b-2"}
    answer = batch(api, PLAIN, bad, {"article": 10**15, "quote": QUOTE}, atomic=True)
    assert (answer.status, answer.code) == (422, "batch_refused")
    assert answer.pointers == ["/claims/1/priority", "/claims/2/article"]
    assert [(one["index"], one["client_ref"], one["status"]) for one in answer.body["results"]] == [
        (1, "b-2", 422),
        (2, None, 404),
    ]
    assert not Claim.objects.exists()
    assert batch(api, PLAIN, PLAIN, atomic=True).body["succeeded"] == 2


def test_names_of_the_sender_come_back_and_are_not_shared(api: Api, desk: Desk) -> None:
    answer = batch(api, {**PLAIN, "client_ref": "b-1"}, {**PLAIN, "client_ref": "b-1"}, {**PLAIN, "client_ref": 5}, 7)
    assert [(one["client_ref"], one["status"]) for one in answer.body["results"]] == [
        ("b-1", 201),
        ("b-1", 422),
        (None, 422),
        (None, 422),
    ]
    hidden = api.post("/claims:batchCreate", {"claims": [{**PLAIN, "client_ref": "\x00"}]}, Idempotency_Key="b-0")
    assert (hidden.status, hidden.body["results"][0]["client_ref"]) == (200, None)
    pointers = [one["problem"]["errors"][0]["pointer"] for one in answer.body["results"][1:]]
    assert pointers == ["/claims/1/client_ref", "/claims/2/client_ref", "/claims/3"]


def test_one_call_quotes_only_as_much_text_as_fits(api: Api, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claim_making, "TEXT_AT_ONCE", len(TEXT) + 10)
    first, second = (an_article(desk=desk).article.pk for _ in range(2))
    answer = batch(api, *({"article": article, "quote": QUOTE} for article in (first, second, second, first)))
    assert [one["status"] for one in answer.body["results"]] == [201, 422, 422, 201]
    assert "in another call" in answer.body["results"][1]["problem"]["detail"]
    later = a_later_text(Article.objects.get(pk=first), TEXT * 2)  # too much, and the earlier text is not taken for it
    both = batch(api, {"article": first, "quote": QUOTE}, {"article": first, "quote": QUOTE, "revision": 1})
    assert (later.number, [one["status"] for one in both.body["results"]]) == (2, [422, 201])
    assert batch(api, {"article": second, "quote": QUOTE, "revision": 1}).body["succeeded"] == 1


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/claims"),
        ({"claims": []}, "/claims"),
        ({"claims": {}}, "/claims"),
        ({"claims": [PLAIN] * 1001}, "/claims"),
        ({"claims": [PLAIN], "atomic": "yes"}, "/atomic"),
        ({"claims": [PLAIN], "items": []}, "/items"),
    ],
)
def test_a_call_that_is_none_is_refused_whole(api: Api, desk: Desk, body: Any, pointer: str) -> None:
    answer = api.post("/claims:batchCreate", body)
    assert (answer.status, answer.pointers) == (422, [pointer])
    assert not Claim.objects.exists()


def test_a_key_needs_the_scope_and_a_body_its_size(desk: Desk) -> None:
    assert batch(with_key(Scope.CLAIMS_READ), PLAIN).code == "scope_missing"
    large = json.dumps({"claims": [{**PLAIN, "statement": "x" * 1000}] * 1000 * 6}).encode()
    assert with_key()("POST", "/claims:batchCreate", None, large).code == "body_too_large"


def statements(api: Api, *items: Any) -> int:
    """How many the database is asked, without what begins and ends their transactions."""
    with CaptureQueriesContext(connection) as asked:
        batch(api, *items)
    return sum("SAVEPOINT" not in query["sql"] for query in asked)


def test_a_thousand_take_as_few_statements_as_one(desk: Desk) -> None:
    api, articles = with_key(), [an_article(desk=desk).article.pk for _ in range(3)]

    def items(many: int, *, accept: bool) -> Iterable[dict[str, Any]]:
        for number in range(many):
            chain = [{"source": f"Witness {number % 7}", "verb": "said"}, {"source": "a role", "kind": "unnamed"}]
            quoted = {"article": articles[number % 3], "quote": QUOTE, "chain": chain, "topics": [f"t{number % 5}"]}
            yield {**quoted, "accept": accept}

    batch(api, *items(7, accept=False))  # its witnesses are known from now on, and the key's use was noted
    asking = statements(api)  # who asks, and no more
    for accept in (False, True):
        few = statements(api, *items(1, accept=accept))
        assert statements(api, *items(1000, accept=accept)) == few
        assert few - asking <= (8 if not accept else 11)
    assert Claim.objects.count() == 2009


def test_the_collector_rests_only_while_claims_are_made(api: Api, desk: Desk) -> None:
    with collector_at_rest():
        batch(api, PLAIN)
        assert not gc.isenabled()
    assert gc.isenabled()
    batch(api, {})
    assert gc.isenabled()


def test_a_call_sent_twice_happens_once(api: Api, desk: Desk) -> None:
    first = api.post("/claims:batchCreate", {"claims": [PLAIN, {}]}, Idempotency_Key="b-1")
    again = api.post("/claims:batchCreate", {"claims": [PLAIN, {}]}, Idempotency_Key="b-1")
    assert (first.status, again.status, again.body) == (200, 200, first.body)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert api.post("/claims:batchCreate", {"claims": [PLAIN]}, Idempotency_Key="b-1").code == "idempotency_key_reused"
    assert Claim.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_calls_at_once_with_one_key_one_happens(api: Api, desk: Desk) -> None:
    outlet = {"source": "Harbour Mirror", "kind": "outlet"}
    items = [{"article": an_article(desk=desk).article.pk, "quote": QUOTE, "chain": [outlet]} for _ in range(20)]

    def send(key: str) -> Answer:
        return Api(dict(api.headers)).post("/claims:batchCreate", {"claims": items}, Idempotency_Key=key)

    answers = at_once(*[partial(send, key) for key in ("b-1", "b-1", "b-2")])
    statuses = sorted(answer.status for answer in answers if isinstance(answer, Answer))
    assert statuses in ([200, 200, 200], [200, 200, 409])  # the second came later, or while the first was running
    assert Claim.objects.count() == 40
    assert Source.objects.filter(name="Harbour Mirror").count() == 1
    assert verify_everything(timedelta(0)).broken == []
