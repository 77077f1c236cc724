"""Each claim of a batch is read, made or refused exactly as if it had been sent alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import models
from rest_framework import serializers

from claims.api.fields import checked
from claims.api.quick import QuickReader
from claims.ladders import DEFAULT
from claims.models import Alarm, Claim, ClaimEvent, ClaimHead, Desk, Flag, Scope, Source, SourceKind
from claims.services import transitions
from claims.services.bulk import places_for
from claims.services.proposals import SEAL
from claims.services.transitions import database_time
from reviews.api.claim_batch import BatchItem
from reviews.models import Course, DeadlinePolicy, DeskDefaults
from reviews.rules import Conditions, Outcomes
from reviews.services import bringing
from reviews.services.verifying import verify_everything
from tests.api.batches import PLAIN, Items, batch, everything
from tests.api.conftest import Api, signed_in, with_key
from tests.factories import QUOTE, a_desk, a_policy, a_reviewer, a_rule, an_article, an_editor, with_ladder


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
    """All rows that one claim has, without its own number and those of its sources, which its seal has."""
    claim = Claim.objects.get(pk=number)
    (head,) = ClaimHead.objects.filter(claim=claim)
    events = list(ClaimEvent.objects.filter(claim=claim))
    assert (head.event_seq, head.hash) == (events[-1].seq, events[-1].hash)
    told = [
        (
            columns(event, "claim_id", "body", "hash", "prev_hash"),
            {**event.content, "claim": 0, "data": {**event.data, "passage": 0, SEAL: len(event.data.get(SEAL, ""))}},
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


def compare(api: Api, items: Items) -> list[int]:
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
    ("who", "statuses"),
    [
        ("key of the desk", [201, 201, 201, 201, 201, 409]),
        ("key that may not accept", [201, 201, 201, 403, 403, 409]),
        ("reviewer", [201, 201, 201, 403, 403, 409]),
        ("triager", [201, 201, 201, 201, 201, 409]),
        ("editor", [201, 201, 201, 201, 201, 409]),
        ("outsider", [201, 422, 404, 422, 404, 409]),
    ],
)
def test_whoever_sends_them_may_do_what_they_may_alone(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, who: str, statuses: list[int]
) -> None:
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
    items: Items = {
        "proposed": PLAIN,
        "proposed here": {**PLAIN, "desk": desk.key},
        "quoted": {"article": there, "quote": QUOTE, "chain": [{"source": "Mira Vale"}]},
        "accepted": {**PLAIN, "desk": desk.key, "accept": True},
        "accepted with a quote": {"article": there, "quote": QUOTE, "accept": True},
        "accepted without a desk": {**PLAIN, "desk": None, "accept": True},
    }
    assert compare(callers[who](), items) == statuses


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
    items: Items = {
        "to another desk": {**PLAIN, "language": "uk", "desk": desk.key, "accept": True},
        "without a desk": {**PLAIN, "language": "uk-UA", "accept": True},
        "by its source": {**quoted, "chain": [{"source": "Nobody Yet"}]},
        "by its hedge": quoted,
        "by none": {**PLAIN, "desk": desk.key, "accept": True},
        "not accepted": {**PLAIN, "desk": desk.key},
    }
    assert compare(with_key(), items) == [201] * 6
    assert set(Course.objects.values_list("rule__priority", flat=True)) == {None, 1, 2}


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
