"""The change feed: every change once, in order, resumable, and blind where reviews are."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from claims.lifecycle import Action, State
from claims.models import ClaimEvent, Desk, Scope, Visibility
from claims.models.event import chained
from claims.verdicts import Said, So
from reviews.services.acting import act
from tests.api.conftest import Api, signed_in, with_key
from tests.factories import (
    UNPROVEN,
    a_claim,
    a_desk,
    a_quote,
    a_reviewer,
    ahead,
    an_article,
    an_editor,
    evidence_for,
    put_on,
    second_opinion_asked,
    start,
    viewer,
)

pytestmark = pytest.mark.django_db(transaction=True)


def read(api: Api, query: str = "") -> tuple[list[str], str]:
    """Everything behind a cursor, along `next`; and the cursor to go on with."""
    ids, path, cursor = [], f"/events?{query}", ""
    while path:
        answer = api.get(path)
        assert answer.status == 200, answer.body
        ids += [event["id"] for event in answer.body["results"]]
        cursor, url = answer.body["cursor"], answer.body["next"]
        assert answer.headers.get("Link") == (f'<{url}>; rel="next"' if url else None)
        path = url.split("/api/v1")[1] if url else ""
    return ids, cursor


def test_the_feed_has_every_event_once_in_order(api: Api, desk: Desk) -> None:
    a_claim(desk, State.DECIDED)
    a_claim(desk, State.DISMISSED)
    kept = [f"{event.claim_id}.{event.seq}" for event in ClaimEvent.objects.order_by("tx", "pk")]
    assert read(api, "limit=3")[0] == kept
    assert read(api)[0] == kept


def test_it_goes_on_where_the_reader_stopped(api: Api, desk: Desk) -> None:
    a_claim(desk)
    before, cursor = read(api)
    assert before
    assert read(api, f"after={cursor}") == ([], cursor)
    claim = a_claim(desk, State.PROPOSED)
    assert read(api, f"after={cursor}")[0] == [f"{claim.pk}.1"]


def test_types_are_narrowed_and_the_cursor_moves_all_the_same(api: Api, desk: Desk) -> None:
    claim = a_claim(desk)
    ids, cursor = read(api, "types=org.claimdesk.claim.accept.v1,org.claimdesk.claim.dismiss.v1")
    assert ids == [f"{claim.pk}.2"]
    assert read(api, f"after={cursor}")[0] == []


@pytest.mark.parametrize("query", ["types=claim.accept", "types=org.claimdesk.accept.v1", "kind=x", "limit=0"])
def test_an_unusable_parameter_is_refused(api: Api, query: str) -> None:
    assert api.get(f"/events?{query}").code == "bad_parameter"


def test_a_misspelt_type_is_refused_since_it_would_never_be_heard_of(api: Api) -> None:
    sentence = 'There is no type of event "org.claimdesk.claim.lat.v1".'
    for path in ("/events", "/events/stream"):
        answer = api.get(f"{path}?types=org.claimdesk.claim.late.v1,org.claimdesk.claim.lat.v1")
        assert (answer.status, answer.code, answer.body["detail"]) == (400, "bad_parameter", f"types: {sentence}")
        assert answer.body["errors"] == [{"parameter": "types", "code": "not_a_choice", "detail": sentence}]
    told = api.post("/webhooks", {"name": "x", "url": "https://cms.example/", "types": ["org.claimdesk.claim.lat.v1"]})
    assert told.body["detail"] == sentence


@pytest.mark.parametrize("cursor", ["x", "1", "1-", "-1", "1-2-3", "9" * 30 + "-1", "\u0661-1"])
def test_a_cursor_that_is_none_is_refused(api: Api, cursor: str) -> None:
    assert api.get(f"/events?after={cursor}").code == "bad_cursor"


def test_a_cursor_that_lies_ahead_is_refused_since_what_comes_might_lie_before_it(api: Api, desk: Desk) -> None:
    a_claim(desk)
    tx, number = map(int, read(api)[1].split("-"))
    ahead_of_us = api.get(f"/events?after={tx}-{number + 1}")
    assert (ahead_of_us.status, ahead_of_us.code) == (400, "bad_cursor")
    assert "ahead of everything here" in ahead_of_us.body["detail"]


def test_the_reader_sees_only_claims_of_their_desks(desk: Desk) -> None:
    mine = a_claim(desk, State.PROPOSED)
    a_claim(a_desk())
    assert read(with_key(desks=(desk,)))[0] == [f"{mine.pk}.1"]


def test_what_is_under_embargo_is_in_no_list(desk: Desk) -> None:
    taken = an_article(desk=desk, embargo_until=ahead(hours=1))
    claim = a_claim(desk, quote=a_quote(taken.revision))
    everywhere, confined = with_key(), with_key(desks=(desk,))
    assert read(everywhere)[0] == []
    assert everywhere.get("/claims").body["results"] == []
    assert everywhere.get(f"/articles/{taken.article.pk}").code == "not_found"
    assert everywhere.get(f"/claims/{claim.pk}/events").code == "not_found"
    assert confined.get(f"/claims/{claim.pk}").status == 200


def test_what_is_under_embargo_is_not_told_by_the_claim_it_was_merged_into(desk: Desk) -> None:
    taken, editor = an_article(desk=desk, embargo_until=ahead(hours=1)), an_editor(desk)
    hidden = a_claim(desk, by=editor, quote=a_quote(taken.revision), statement="Nobody may know of this yet.")
    stays = a_claim(desk, by=editor)
    act(hidden.pk, Action.MERGE, viewer(editor), into=stays)
    events = with_key().get(f"/claims/{stays.pk}/events").body["results"]
    assert events[-1]["type"] == "org.claimdesk.claim.absorb.v1"
    assert "Nobody may know" not in str(events)


def test_each_event_can_be_checked_against_the_one_before(api: Api, desk: Desk) -> None:
    claim = a_claim(desk, State.DECIDED)
    events = api.get(f"/claims/{claim.pk}/events").body["results"]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    bodies = {event.seq: event.body for event in ClaimEvent.objects.filter(claim=claim)}
    prev = ""
    for event in events:
        assert event["prev_hash"] == prev
        prev = chained(prev, bodies[event["seq"]])
        assert event["hash"] == prev


def test_a_submission_says_nothing_of_the_verdict_anywhere(api: Api, desk: Desk) -> None:
    first, second, editor = a_reviewer(desk), a_reviewer(desk), an_editor(desk)
    claim = a_claim(desk, by=editor)
    put_on(claim, first, editor)
    start(claim, first)
    second_opinion_asked(claim, first, UNPROVEN)
    put_on(claim, second, editor)
    for reader in (api, signed_in(second.user), signed_in(an_editor(desk))):
        for path in (f"/claims/{claim.pk}", f"/claims/{claim.pk}/events", "/events", f"/claims/{claim.pk}/decisions"):
            text = json.dumps(reader.get(path).body)
            assert UNPROVEN.why not in text
            assert '"unproven"' not in text
        assert reader.get(f"/claims/{claim.pk}/reviews").body["results"] == []
    own = signed_in(first.user).get(f"/claims/{claim.pk}/reviews").body["results"]
    assert [(row["reviewer"], row["so"]) for row in own] == [(first.pk, "unproven")]
    told = {"said": Said.NOT_CHECKED, "so": So.UNPROVEN, "why": UNPROVEN.why}
    done = signed_in(second.user).post(f"/claims/{claim.pk}/reviews", told, If_Match="*")
    assert done.body["claim"]["state"] == "decided"
    assert len(api.get(f"/claims/{claim.pk}/reviews").body["results"]) == 2
    assert UNPROVEN.why in json.dumps(api.get("/events").body)


def test_a_protected_item_is_only_a_number_in_the_feed(api: Api, desk: Desk) -> None:
    claim = a_claim(desk)
    evidence_for(
        claim, visibility=Visibility.PROTECTED, title="The minister's own letter", url="https://leak.example/1"
    )
    text = json.dumps(api.get("/events").body)
    assert "letter" not in text
    assert "leak.example" not in text


def test_the_feed_needs_its_own_scope(desk: Desk) -> None:
    assert with_key(Scope.CLAIMS_READ).get("/events").code == "scope_missing"
    assert with_key(Scope.EVENTS_READ).get("/events").status == 200


def test_the_log_of_announcements_lists_what_was_raised(api: Api, desk: Desk) -> None:
    from claims.services.sweep import raise_due_flags
    from tests.factories import fall_late

    editor = an_editor(desk)
    claim = a_claim(desk, by=editor)
    due = fall_late(claim, editor)
    raise_due_flags()
    row = api.get(f"/flags?kind=late&standing=true&claim={claim.pk}&desk={desk.key}").body["results"][0]
    assert (row["kind_label"], row["claim"]) == ("Late", claim.pk)
    assert row["moment"] == due.isoformat().replace("+00:00", "Z")
    assert api.get("/flags?standing=false&kind=late").body["results"] == []
    assert (due - timedelta(0)).isoformat()[:10] in row["raised_at"]
