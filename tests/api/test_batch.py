"""Many claims in one call: each is made or refused exactly as if it had been sent alone."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from rest_framework import serializers

from claims.api.fields import checked
from claims.api.quick import QuickReader
from claims.api.resting import collector_at_rest
from claims.ladders import DEFAULT
from claims.models import Alarm, Article, Claim, ClaimEvent, ClaimHead, Desk, Flag, Scope, Source, SourceKind
from claims.services import transitions
from claims.services.bulk import places_for
from claims.services.transitions import database_time
from reviews.api import claim_making
from reviews.api.claim_batch import BatchItem
from reviews.models import Course, DeadlinePolicy, DeskDefaults
from reviews.rules import Conditions, Outcomes
from reviews.services import bringing
from reviews.services.verifying import verify_everything
from tests.api.conftest import Answer, Api, signed_in, with_key
from tests.concurrency.crowd import at_once
from tests.factories import (
    QUOTE,
    TEXT,
    a_desk,
    a_later_text,
    a_policy,
    a_reviewer,
    a_rule,
    ahead,
    an_article,
    an_editor,
    now,
    with_ladder,
)

TWICE = "The ferry may be late. She said so. The ferry may be late."
PLAIN = {"statement": "The minister will resign.", "language": "en"}


def batch(api: Api, *items: Any, **more: Any) -> Answer:
    return api.post("/claims:batchCreate", {"claims": list(items), **more})


def everything(desk: Desk) -> dict[str, dict[str, Any]]:
    """Claims as people send them and as nobody should, by what is special about them."""
    quoted: dict[str, Any] = {"article": an_article(desk=desk).article.pk, "quote": QUOTE}
    twice = {"article": an_article(desk=desk, text=TWICE).article.pk, "quote": "The ferry may be late."}
    embargoed = an_article(embargo_until=ahead(days=1)).article.pk
    changed = an_article(desk=desk).article
    a_later_text(changed, TEXT.replace("next week", "tomorrow"))
    day = {"until": "2026-11-27", "precision": "week", "zone": "Europe/Kyiv", "words": "next week"}
    Source.objects.create(name="Mira Vale", kind=SourceKind.PERSON, aliases=["M. Vale"])
    chain = [
        {"source": "mira vale", "kind": "person", "verb": "said"},
        {"source": "M. Vale", "on_record": True},
        {"source": "Somebody New", "link": "https://gazette.example/a?utm_source=x"},
        {"source": "SOMEBODY NEW", "kind": "person"},
        {"source": "Harbour Post", "kind": "outlet"},
        {"source": "a person close to her", "kind": "unnamed"},
        {"source": "a person close to her", "kind": "unnamed", "implied": True},
        {"note": "The article does not say who told it."},
    ]
    accept = {**PLAIN, "accept": True, "desk": desk.key}
    return {
        "a bare statement": PLAIN,
        "the same once more": PLAIN,
        "a statement with words of every script": {**PLAIN, "statement": "Міністерка \U0001f3f4 піде.\nNo — “likely”."},
        "a statement that is not in its one form": {**PLAIN, "statement": " Cafe\u0301 closes. ", "short_text": " x "},
        "a quote": quoted,
        "a quote with everything": {
            **quoted,
            "statement": "She will resign.",
            "language": "pt-BR",
            "desk": desk.pk,
            "topics": ["Politics", "politics", 'with "quotes", {braces} and \\'],
            "priority": 1,
            "short_text": "She goes",
            "selection_reason": "Many asked.",
            "own_date": day,
            "hedge": ["is likely to"],
            "chain": chain,
        },
        "a quote that stands twice": twice,
        "one of two places by its start": {**twice, "quote": {"exact": "The ferry may be late.", "start": 36}},
        "one of two places by what stands before": {**twice, "quote": {**twice, "exact": twice["quote"]}},
        "words before it": {**twice, "quote": {"exact": "The ferry may be late.", "prefix": "She said so. "}},
        "a quote that is not there": {**quoted, "quote": "The minister is likely to stay"},
        "a quote of blanks": {**quoted, "quote": " "},
        "a quote of an earlier text": {"article": changed.pk, "revision": 1, "quote": QUOTE, "accept": True},
        "a quote of a text that is not there": {**quoted, "revision": 7},
        "an article that is not there": {"article": 10**15, "quote": QUOTE},
        "an article under embargo": {"article": embargoed, "quote": QUOTE},
        "a quote without its article": {"quote": QUOTE, "language": "en"},
        "a chain without a quote": {**PLAIN, "chain": chain},
        "a step that says nothing": {**quoted, "chain": [*chain[:3], {"verb": "said"}]},
        "a link that is none": {**quoted, "chain": [{"source": "X", "link": "javascript:alert(1)"}]},
        "accepted": accept,
        "accepted, due when asked": {**accept, "review_due_at": ahead(days=3).isoformat(), "own_date": day},
        "accepted, due in the past": {**accept, "review_due_at": (now() - timedelta(days=1)).isoformat()},
        "accepted with a quote": {**quoted, "accept": True, "chain": chain[:1]},
        "accepted without a desk": {**PLAIN, "accept": True},
        "due without being accepted": {**PLAIN, "review_due_at": ahead(days=3).isoformat()},
        "a time without a zone": {**accept, "review_due_at": "2026-12-24T18:00:00"},
        "a date without its zone": {**PLAIN, "own_date": {"until": "2026-11-27"}},
        "a date in a zone that is none": {**PLAIN, "own_date": {**day, "zone": "Europe/Atlantis"}},
        "a date that ends before it begins": {**PLAIN, "own_date": {**day, "from": "2026-12-30"}},
        "no date": {**PLAIN, "own_date": None},
        "text that turns round": {**PLAIN, "statement": "The minister \u202ewill resign."},
        "a NUL": {**quoted, "quote": "The minister\u0000"},
        "half a character": {**PLAIN, "short_text": "\ud800"},
        "nothing visible": {**PLAIN, "statement": "\u200b"},
        "a name that is none": {**PLAIN, "titel": "x", "__proto__": 1},
        "what the desk sets": {**PLAIN, "state": "decided", "id": 7},
        "wrong kinds": {**PLAIN, "priority": "1", "topics": "x", "accept": "yes", "statement": 5, "chain": {}},
        "no priority": {**PLAIN, "priority": 5},
        "too long": {**PLAIN, "statement": "x" * 1001},
        "a language that is none": {**PLAIN, "language": "English please"},
        "another desk": {**PLAIN, "desk": a_desk().key},
        "a desk that is none": {**PLAIN, "desk": "moon"},
        "nothing": {},
    }


def frozen_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The database tells both ways the same time, so that what they write can be compared to the microsecond."""
    at = database_time()
    monkeypatch.setattr(transitions, "database_time", lambda: at)
    monkeypatch.setattr(bringing, "places_for", lambda claims: replace(places_for(claims), now=at))


def columns(row: models.Model, *without: str) -> dict[str, Any]:
    fields = [field for field in row._meta.local_concrete_fields if not field.generated]
    return {
        field.attname: getattr(row, field.attname) for field in fields if field.attname not in {*without, "id", "tx"}
    }


def kept(number: int) -> dict[str, Any]:
    """All rows that one claim has, without its own number."""
    claim = Claim.objects.get(pk=number)
    (head,) = ClaimHead.objects.filter(claim=claim)
    events = list(ClaimEvent.objects.filter(claim=claim))
    assert (head.event_seq, head.hash) == (events[-1].seq, events[-1].hash)
    told = [
        (
            columns(event, "claim_id", "body", "hash", "prev_hash"),
            {**event.content, "claim": 0, "data": {**event.data, "passage": 0}},
        )
        for event in events
    ]
    quotes = [
        (
            columns(quote, "claim_id"),
            [(columns(step, "appearance_id", "source_id"), named(step.source)) for step in chain],
        )
        for quote in claim.appearances.all()
        for chain in [quote.chain.select_related("source")]
    ]
    return {
        "claim": columns(claim),
        "events": told,
        "quotes": quotes,
        "alarms": [columns(row, "claim_id") for row in Alarm.objects.filter(claim=claim).order_by("kind")],
        "courses": [columns(row, "claim_id") for row in Course.objects.filter(claim=claim)],
        "flags": [columns(row, "claim_id") for row in Flag.objects.filter(claim=claim)],
    }


def named(source: Source | None) -> tuple[str, str] | None:
    return (source.name, source.kind) if source else None


def refusal(body: dict[str, Any], within: str = "") -> dict[str, Any]:
    """A problem without what differs from call to call."""
    assert all(fault["pointer"].startswith(within) for fault in body.get("errors", ()))
    faults = [{**fault, "pointer": fault["pointer"].removeprefix(within)} for fault in body.get("errors", ())]
    return {**body, "errors": faults, "request_id": ""}


def compare(api: Api, items: dict[str, dict[str, Any]]) -> list[int]:
    """Send everything one by one, then in one call; answers the statuses once both came to the same."""
    alone = {name: api.post("/claims", item) for name, item in items.items()}
    sources = Source.objects.filter(kind__in=[SourceKind.PERSON, SourceKind.OUTLET]).count()
    answer = batch(api, *items.values())
    assert answer.status == 200, answer.body
    assert Source.objects.filter(kind__in=[SourceKind.PERSON, SourceKind.OUTLET]).count() == sources
    results = answer.body["results"]
    assert [result["index"] for result in results] == list(range(len(items)))
    for (name, single), result in zip(alone.items(), results, strict=True):
        assert result["status"] == single.status, (name, result, single.body)
        if single.status == 201:
            assert result["etag"] == single.etag, name
            assert result["location"] == f"/api/v1/claims/{result['id']}"
            assert kept(result["id"]) == kept(single.body["id"]), name
        else:
            assert refusal(result["problem"], f"/claims/{result['index']}") == refusal(single.body), name
    made = sum(result["status"] == 201 for result in results)
    assert (answer.body["succeeded"], answer.body["failed"]) == (made, len(items) - made)
    assert Claim.objects.count() == 2 * made
    return [result["status"] for result in results]


def test_each_is_made_or_refused_as_if_it_were_alone(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    frozen_time(monkeypatch)
    policy = DeadlinePolicy.objects.create(key="world", name="World", before_own_date_hours=24)
    DeskDefaults.objects.create(desk=with_ladder(desk, *DEFAULT), review_policy=a_policy(), deadline_policy=policy)
    statuses = compare(with_key(), everything(desk))
    assert set(statuses) == {201, 404, 409, 422}
    assert statuses.count(201) >= 14
    assert verify_everything(timedelta(0)).broken == []


@pytest.mark.parametrize(
    "who", ["key of the desk", "key that may not accept", "reviewer", "triager", "editor", "outsider"]
)
def test_whoever_sends_them_may_do_what_they_may_alone(desk: Desk, monkeypatch: pytest.MonkeyPatch, who: str) -> None:
    frozen_time(monkeypatch)
    callers = {
        "key of the desk": lambda: with_key(desks=(desk,)),
        "key that may not accept": lambda: with_key(Scope.CLAIMS_WRITE),
        "reviewer": lambda: signed_in(a_reviewer(desk).user),
        "triager": lambda: signed_in(a_reviewer(desk, can_triage=True).user),
        "editor": lambda: signed_in(an_editor(desk)),
        "outsider": lambda: signed_in(a_reviewer(a_desk()).user),
    }
    there = an_article(desk=desk).article.pk
    items: dict[str, dict[str, Any]] = {
        "proposed": PLAIN,
        "proposed here": {**PLAIN, "desk": desk.key},
        "quoted": {"article": there, "quote": QUOTE, "chain": [{"source": "Mira Vale"}]},
        "accepted": {**PLAIN, "desk": desk.key, "accept": True},
        "accepted with a quote": {"article": there, "quote": QUOTE, "accept": True},
        "accepted without a desk": {**PLAIN, "desk": None, "accept": True},
    }
    compare(callers[who](), items)


def test_rules_settle_each_as_if_it_were_alone(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    frozen_time(monkeypatch)
    other, outlet = a_desk(), Source.objects.create(name="The Group", kind=SourceKind.ORGANISATION)
    policy = DeadlinePolicy.objects.create(key="fast", name="Fast")
    taken = an_article(desk=desk)
    Source.objects.filter(pk=taken.article.outlet_id).update(parent=outlet)
    a_rule(Conditions(languages=("uk",)), Outcomes(desk=other.pk, priority=1))
    a_rule(Conditions(sources=(outlet.pk,), source_kinds=("person",)), Outcomes(skills=("politics",), priority=2))
    a_rule(Conditions(hedged=True), Outcomes(deadline_policy=policy.pk, review_policy=a_policy().pk))
    quoted = {"article": taken.article.pk, "quote": QUOTE, "accept": True}
    items: dict[str, dict[str, Any]] = {
        "to another desk": {**PLAIN, "language": "uk", "desk": desk.key, "accept": True},
        "without a desk": {**PLAIN, "language": "uk-UA", "accept": True},
        "by its source": {**quoted, "chain": [{"source": "Nobody Yet"}]},
        "by its hedge": quoted,
        "by none": {**PLAIN, "desk": desk.key, "accept": True},
        "not accepted": {**PLAIN, "desk": desk.key},
    }
    assert compare(with_key(), items) == [201] * 6
    assert set(Course.objects.values_list("rule__priority", flat=True)) == {None, 1, 2}


def test_with_atomic_one_refusal_refuses_all(api: Api, desk: Desk) -> None:
    bad = {**PLAIN, "priority": 7, "client_ref": "b-2"}
    answer = batch(api, PLAIN, bad, {"article": 10**15, "quote": QUOTE}, atomic=True)
    assert (answer.status, answer.code) == (422, "batch_refused")
    assert answer.pointers == ["/claims/1/priority"]
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


NASTY: tuple[Any, ...] = (
    *(None, "", " ", "x", "en", "x" * 5000, "a\u202eb", "\ud800", "line\nbreak", "Cafe\u0301", "2026-11-27", "moon"),
    *(0, 1, -1, 5, 2**70, 1.5, True, False, [], {}, [[]], [None], ["x"], ["x"] * 30, {"exact": "x"}, {"source": "x"}),
    *([{"source": "x"}], [{"source": 1}], {"until": "2026-11-27", "zone": "UTC"}, "2026-11-27T10:00:00Z"),
)


def test_bodies_are_read_quickly_as_they_are_read_plainly() -> None:
    desks = [Desk(pk=1, key="moon")]
    plain = BatchItem(context={"desks": desks})
    reader = QuickReader(plain)
    whole = {"article": 1, "quote": {"exact": "x"}, "chain": [], "accept": True}
    for name in map(str, plain.fields):
        for value in NASTY:
            for start in (whole, PLAIN):
                body: dict[str, Any] = {**start, name: value}
                quickly, plainly = outcome(reader.read, body), outcome(partial(checked, BatchItem, desks=desks), body)
                assert quickly == plainly, (name, value)


def outcome(read: Callable[[Any], Any], body: dict[str, Any]) -> Any:
    try:
        return read(body)
    except serializers.ValidationError as refused:
        return refused.detail
