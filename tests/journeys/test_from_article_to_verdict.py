"""The whole way over HTTP: an integration brings an article, the worker routes its claim, a reviewer decides it."""

from __future__ import annotations

from typing import Any

import pytest

from reviews.newsroom.retelling import HEADLINE, TEXT
from tests.conftest import StartCelery
from tests.journeys.caller import Caller
from tests.journeys.conftest import Site
from tests.running import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

ARTICLE = {
    "outlet": "RBC-Ukraine",
    "headline": HEADLINE,
    "language": "en",
    "published_at": "2025-11-22T12:00:00+02:00",
    "published_zone": "Europe/Kyiv",
    "desk": "world",
    "text": TEXT,
}
FERRY = {
    "outlet": "Harbour Post",
    "headline": "Ferry back in service",
    "language": "en",
    "published_at": "2026-11-20T10:00:00+02:00",
    "desk": "world",
    "text": "The ferry Solvinda is likely to sail again, a harbour pilot said. The old lock stays shut.",
}
WHY = "Two logs that know nothing of each other show that she has sailed."


def claim_on(article: int, statement: str, quote: str, **more: Any) -> dict[str, Any]:
    return {"statement": statement, "article": article, "quote": quote, **more}


def feed_of(caller: Caller, claim: int) -> list[str]:
    """Which events of the claim the feed tells, in its order."""
    return [event["type"] for event in caller.get("/events?limit=100")["results"] if event["claim"] == claim]


def test_an_article_becomes_claims_with_quotes_chains_hedges_and_dates(site: Site) -> None:
    integration = site.integration()
    article = integration.made("/articles", ARTICLE)["id"]
    assert integration.post("/articles", ARTICLE).status == 200
    wrong = integration.post(
        "/claims", claim_on(article, "Generals travel.", "American generals will travel to Moscow")
    )
    assert wrong.status == 422
    assert wrong.body["code"] == "quote_not_found"
    assert "American generals may travel to Moscow" in wrong.text
    made = integration.made(
        "/claims",
        claim_on(
            article,
            "A group of American generals was likely to fly to Moscow at the end of next week.",
            "A group of generals was likely to make the trip at the close of next week",
            chain=[{"source": "RBC-Ukraine", "kind": "outlet"}, {"source": "The Guardian", "kind": "outlet"}],
            own_date={
                "from": "2025-11-28",
                "until": "2025-11-30",
                "zone": "Europe/Kyiv",
                "zone_basis": "outlet",
                "words": "at the close of next week",
            },
        ),
    )
    assert made["state"] == "proposed"
    quote = made["quote"]
    assert TEXT[quote["start"] : quote["end"]] == quote["exact"]
    assert [step["source"]["name"] for step in made["chain"]] == ["RBC-Ukraine", "The Guardian"]
    assert quote["hedge"]["words"] == ["was likely to"]
    assert made["own_date"]["confirm_by"] == "2025-11-30T21:59:59.999999Z"


def test_the_worker_gives_an_accepted_claim_to_a_person_who_decides_it(
    site: Site, celery_worker_process: StartCelery
) -> None:
    integration = site.integration()
    article = integration.made("/articles", FERRY)["id"]
    claim = integration.made("/claims", claim_on(article, "The ferry sails again.", "is likely to sail again"))
    number, at = claim["id"], f"/claims/{claim['id']}"
    accepted = site.editor().made(f"{at}/actions", {"action": "accept"}, version=claim["version"])
    assert accepted["state"] == "queued"

    celery_worker_process(slots=2, beat=True)
    wait_until(lambda: integration.get(at)["assignees"], within=30, every=0.3)
    (assignee,) = integration.get(at)["assignees"]
    assert assignee["reviewer"] == site.reviewer_user.pk

    reviewer = site.reviewer()
    assert "The ferry sails again." in reviewer.page("/admin/")
    page = reviewer.page(f"/admin/claims/claim/{number}/change/")
    assert "is likely to sail again" in page
    assert "does not read English" in page
    decide(reviewer, at)
    assert "Confirmed" in reviewer.page(f"/admin/claims/claim/{number}/change/")
    assert feed_of(integration, number) == [
        f"org.claimdesk.{what}.v1"
        for what in (
            "claim.propose",
            "claim.accept",
            "claim.assign",
            "claim.start",
            "evidence.add",
            "evidence.add",
            "claim.submit_review",
            "decision.make",
        )
    ]


def decide(reviewer: Caller, at: str) -> None:
    """Refused without evidence, then with two independent links decided."""
    answers = {"said": "not_checked", "so": "confirmed", "why": WHY}
    refused = reviewer.post(f"{at}/reviews", answers, version=reviewer.get(at)["version"])
    assert (refused.status, refused.body["code"]) == (409, "evidence_missing")
    for site in ("harbour-log", "pilot-log"):
        url = f"https://example.org/{site}"
        item = {"kind": "link", "question": "so", "stance": "supports", "url": url, "title": site}
        reviewer.made(f"{at}/evidence", item)
    decided = reviewer.made(f"{at}/reviews", answers, version=reviewer.get(at)["version"])
    assert decided["claim"]["state"] == "decided"
    assert decided["claim"]["verdict"]["so"] == "confirmed"
