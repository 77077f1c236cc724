"""The whole way through the API: an article, a claim, evidence, a verdict, the feed."""

from __future__ import annotations

import pytest

from claims.models import Desk
from tests.api.conftest import Api, signed_in
from tests.factories import QUOTE, TEXT, a_reviewer, an_editor

ARTICLE = {
    "outlet": "Harbour Post",
    "headline": "Minister may go",
    "url": "https://harbour.example/minister?utm_source=mail",
    "language": "en",
    "published_at": "2026-11-20T10:00:00+02:00",
    "text": TEXT,
}
WHY = "Two reports that know nothing of each other say the same."

TOLD = {
    "statement": "The minister will resign.",
    "quote": QUOTE,
    "chain": [
        {"source": "Harbour Post", "kind": "outlet"},
        {"source": "a person close to her", "kind": "unnamed"},
    ],
    "own_date": {"until": "2026-12-04", "precision": "week", "zone": "Europe/Kyiv", "words": "next week"},
    "accept": True,
}


@pytest.mark.django_db(transaction=True)
def test_an_article_becomes_a_claim_with_a_verdict(api: Api, desk: Desk) -> None:
    reviewer, editor = a_reviewer(desk), an_editor(desk)
    made = api.post("/articles", {**ARTICLE, "desk": desk.key})
    assert made.status == 201, made.body
    assert made.body["url"] == "https://harbour.example/minister"
    claim = api.post("/claims", {**TOLD, "article": made.body["id"]})
    assert claim.status == 201, claim.body
    assert claim.body["state"] == "queued"
    assert claim.body["state_label"] == "Queued"
    assert claim.body["quote"]["exact"] == QUOTE
    assert claim.body["own_date"]["confirm_by"] == "2026-12-06T21:59:59.999999Z"
    number = claim.body["id"]
    put = signed_in(editor).post(f"/claims/{number}/assignments", {"action": "assign", "reviewer": reviewer.pk})
    assert put.status == 201, put.body
    assert [one["reviewer"] for one in put.body["assignees"]] == [reviewer.pk]
    person = signed_in(reviewer.user)
    for site in ("one", "two"):
        item = {"kind": "link", "question": "so", "stance": "supports", "url": f"https://{site}.example/a"}
        added = person.post(f"/claims/{number}/evidence", item)
        assert added.status == 201, added.body
    assert person.get(f"/claims/{number}").body["state"] == "in_review"
    answers = {"said": "not_checked", "so": "confirmed", "outcome": "by_date", "why": WHY}
    decided = person.post(f"/claims/{number}/reviews", answers, If_Match=person.get(f"/claims/{number}").etag)
    assert decided.status == 201, decided.body
    assert decided.body["claim"]["verdict"]["so_label"] == "Confirmed"
    assert api.get(f"/claims/{number}/decisions").body["results"][0]["standing"] is True
    feed = api.get("/events").body["results"]
    assert [event["type"].split(".")[3] for event in feed][:2] == ["propose", "accept"]
    assert feed[-1]["type"] == "org.claimdesk.decision.make.v1"
