"""ClaimReview and its feed, read as a JSON-LD processor that we did not write reads them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings as site_settings
from django.test import Client

from claims.errors import Embargoed
from claims.exports.claimreview import RATINGS
from claims.lifecycle import Action
from claims.models import Decision, Publication, SourceKind
from claims.services.proposing import GivenStep
from claims.verdicts import Answers, Outcome, Said, So
from reviews.services.acting import act
from tests import factories as make
from tests.api.conftest import signed_in, with_key
from tests.public.linkeddata import SCHEMA, expanded, many, one
from tests.public.newsdesk import STATEMENT, NewsDesk
from tests.public.schemaorg import strangers

OVERTAKEN = Answers(Said.NOT_CHECKED, So.OVERTAKEN, "It was so then and it is not so now, see the diary.")


def read(reader: Client) -> Any:
    return json.loads(b"".join(reader.get("/feeds/claimreview.json")))


def page_of(number: int) -> str:
    return f"{site_settings.SITE_URL}/c/{number}"


def test_a_processor_finds_claim_verdict_claimant_and_sources(news: NewsDesk) -> None:
    claim = news.corrected(news.published(everything=True, short_text="She will resign"))
    answer = signed_in(news.editor).get(f"/claims/{claim.pk}/claimreview")
    assert answer.headers["Content-Type"] == "application/ld+json"
    (review,) = expanded(answer.body)
    assert (review["@id"], review["@type"]) == (f"{page_of(claim.pk)}#claimreview", [SCHEMA + "ClaimReview"])
    assert (one(review, "url"), one(review, "claimReviewed")) == (page_of(claim.pk), "She will resign")
    rating = one(review, "reviewRating")
    said = [one(rating, name) for name in ("alternateName", "ratingValue", "bestRating", "worstRating")]
    assert said == ["Confirmed", 5, 5, 1]
    made = one(review, "itemReviewed")
    assert (made["@id"], one(made, "text")) == (f"{page_of(claim.pk)}#claim", STATEMENT)
    assert one(one(made, "author"), "name") == "a person close to her"
    appeared = one(made, "appearance")
    assert appeared["@type"] == [SCHEMA + "NewsArticle"]
    assert one(appeared, "url") == claim.appearances.get().revision.article.canonical_url
    cited = {one(item, "name"): item for item in many(review, "citation")}
    assert one(cited["What repeats the diary"], "isBasedOn") == cited["Diary of the ministry"]["@id"]
    assert one(one(review, "correction"), "text") == "Said more plainly."
    assert many(review, "creativeWorkStatus") == []


def test_every_term_is_one_that_schema_org_has_for_its_type(news: NewsDesk, reader: Client, settings: Any) -> None:
    for name in ("LICENCE", "PRINCIPLES", "CORRECTIONS"):
        setattr(settings, f"PUBLISHER_{name}", f"https://desk.example/{name.lower()}")
    own = make.dated(make.ahead(hours=3))
    news.corrected(news.act(Action.PUBLISH, news.decided(everything=True, is_demo=True)))
    unknown, plan = replace(make.UNPROVEN, outcome=Outcome.UNKNOWN), GivenStep("a plan", SourceKind.DOCUMENT)
    news.published(unknown, own=own, chain=[plan])
    news.withdrawn(news.published())
    feed = read(reader)
    assert len(feed["dataFeedElement"]) == 3
    assert "temporalCoverage" in json.dumps(feed)
    assert list(strangers(feed)) == []
    assert list(strangers({"@type": "Claim", "ratingValue": 1, "verdict": 1})) == ["Claim.ratingValue", "Claim.verdict"]


def test_numbers_stand_only_for_verdicts_on_the_scale(news: NewsDesk, reader: Client) -> None:
    assert RATINGS == {So.CONFIRMED: 5, So.PARTLY: 4, So.CONTEXT: 3, So.REFUTED: 1}
    claim = news.published(OVERTAKEN)
    rating = reader.get(f"/c/{claim.pk}.json").json()["reviewRating"]
    assert rating["alternateName"] == "Overtaken by events"
    assert rating.keys() == {"@type", "alternateName", "ratingExplanation"}


def test_the_claimant_is_who_said_it_and_a_document_is_no_party(news: NewsDesk, reader: Client) -> None:
    outlet = news.published(chain=[GivenStep("Harbour Post", SourceKind.OUTLET)])
    paper = news.published(
        chain=[GivenStep("Harbour Post", SourceKind.OUTLET), GivenStep("the plan", SourceKind.DOCUMENT)]
    )
    untold = news.published(
        chain=[GivenStep("Harbour Post", SourceKind.OUTLET), GivenStep("", SourceKind.UNNAMED, note="Not stated")]
    )
    said = [reader.get(f"/c/{claim.pk}.json").json()["itemReviewed"] for claim in (outlet, paper, untold)]
    assert said[0]["author"] == {"@type": "Organization", "name": "Harbour Post"}
    assert (said[1].get("author"), said[1]["isBasedOn"]["name"]) == (None, "the plan")
    assert "author" not in said[2]


def test_a_demo_says_so_wherever_its_rating_goes(news: NewsDesk, reader: Client) -> None:
    claim = news.act(Action.PUBLISH, news.decided(is_demo=True))
    review = reader.get(f"/c/{claim.pk}.json").json()
    assert review["reviewRating"]["alternateName"] == "Demo: Confirmed"
    assert review["reviewRating"]["ratingExplanation"].startswith("Demo: ")
    assert review["creativeWorkStatus"] == "Demo"


def test_the_claim_itself_answers_with_it_to_whoever_asks_for_linked_data(news: NewsDesk) -> None:
    claim, api = news.published(), signed_in(news.editor)
    path = f"/claims/{claim.pk}"
    linked = api.get(path, Accept="application/ld+json, */*;q=0.1")
    assert linked.body == api.get(f"{path}/claimreview").body
    assert linked.headers["Vary"] == "Accept, Authorization, Cookie"
    for accepted in ("*/*", "application/json, application/ld+json;q=0.5", "application/ld+json;q=x"):
        assert api.get(path, Accept=accepted).body["id"] == claim.pk
    assert api.get(f"{path}/claimreview", If_None_Match=linked.etag).status == 304


def test_before_it_is_published_there_is_nothing_and_once_withdrawn_it_is_gone(news: NewsDesk) -> None:
    api, claim = signed_in(news.editor), news.decided()
    for path, accepted in ((f"/claims/{claim.pk}/claimreview", "*/*"), (f"/claims/{claim.pk}", "application/ld+json")):
        early = api.get(path, Accept=accepted)
        assert (early.status, early.code) == (404, "not_found")
    news.withdrawn(news.act(Action.PUBLISH, claim))
    gone = api.get(f"/claims/{claim.pk}/claimreview")
    assert (gone.status, gone.code) == (410, "publication_withdrawn")
    assert gone.body["detail"].endswith("was withdrawn: It was about somebody else.")
    assert with_key(desks=(make.a_desk(),)).get(f"/claims/{claim.pk}/claimreview").status == 404


def test_the_feed_holds_every_verdict_and_what_is_left_of_a_withdrawn_one(news: NewsDesk, reader: Client) -> None:
    assert read(reader)["dataFeedElement"] == []
    told, gone, again = (news.published() for _ in range(3))
    news.decided()
    news.withdrawn(gone)
    news.withdrawn(again)
    news.told_anew(again)
    feed = read(reader)
    (node,) = expanded(feed)
    items = {one(item, "url"): item for item in many(node, "dataFeedElement")}
    assert set(items) == {page_of(claim.pk) for claim in (told, gone, again)}
    left = next(item for item in feed["dataFeedElement"] if item["url"] == page_of(gone.pk))
    assert left["item"] is None
    assert left.keys() == {"@type", "dateCreated", "dateModified", "dateDeleted", "url", "item"}
    for claim in (told, again):
        assert one(one(items[page_of(claim.pk)], "item"), "url") == page_of(claim.pk)


def test_the_feed_is_asked_for_again_only_when_something_was_told(news: NewsDesk, reader: Client) -> None:
    claim = news.published()
    tag = reader.get("/feeds/claimreview.json").headers["ETag"]
    known = reader.get("/feeds/claimreview.json", headers={"If-None-Match": tag})
    assert (known.status_code, known.headers["ETag"], known.headers["Cache-Control"]) == (
        304,
        tag,
        "public, max-age=300",
    )
    news.decided()
    assert reader.get("/feeds/claimreview.json", headers={"If-None-Match": tag}).status_code == 304
    news.withdrawn(claim)
    assert reader.get("/feeds/claimreview.json", headers={"If-None-Match": tag}).status_code == 200


def test_a_claim_under_embargo_is_in_nothing(news: NewsDesk, reader: Client) -> None:
    article = make.an_article(desk=news.desk, embargo_until=make.ahead(hours=1))
    claim = news.decided(quote=make.a_quote(article.revision))
    with pytest.raises(Embargoed, match="under embargo"):
        act(claim.pk, Action.PUBLISH, make.viewer(news.editor))
    assert not Publication.objects.exists()
    assert Decision.objects.public().count() == 0
    assert read(reader)["dataFeedElement"] == []
    assert reader.get(f"/c/{claim.pk}").status_code == 404
