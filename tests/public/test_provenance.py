"""Where a claim comes from, as a JSON-LD processor reads it, and what nobody finds in it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.lifecycle import Action, State
from claims.models import Claim, Evidence, Visibility
from claims.verdicts import Answers, Said, So
from reviews.models import PolicyKind
from tests import factories as make
from tests.api.conftest import Api, signed_in, with_key
from tests.public.linkeddata import expanded, many, one
from tests.public.newsdesk import HIDDEN, STATEMENT, NewsDesk

PROV = "http://www.w3.org/ns/prov#"
API = f"{settings.SITE_URL}/api/v1"


def graph(api: Api, claim: Claim) -> dict[str, Any]:
    """Every node of the graph by its name."""
    answer = api.get(f"/claims/{claim.pk}/provenance")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/ld+json")
    return {node["@id"]: node for node in expanded(answer.body)}


def test_a_claim_goes_back_over_text_article_and_chain_to_who_said_it(news: NewsDesk) -> None:
    claim = news.decided()
    nodes = graph(signed_in(news.editor), claim)
    seen = claim.appearances.select_related("revision__article__outlet").get()
    article = seen.revision.article
    said = nodes[f"{API}/claims/{claim.pk}"]
    assert one(said, "value", PROV) == STATEMENT
    text = nodes[one(said, "wasQuotedFrom", PROV)]
    assert one(text, "sha256") == seen.revision.sha256
    page = nodes[one(text, "specializationOf", PROV)]
    assert page["@id"] == article.canonical_url
    assert one(nodes[one(page, "wasAttributedTo", PROV)], "name") == article.outlet.name
    origin = nodes[one(page, "hadPrimarySource", PROV)]
    assert one(page, "wasQuotedFrom", PROV) == origin["@id"]
    assert one(nodes[one(origin, "wasAttributedTo", PROV)], "name") == "a person close to her"


def test_a_verdict_goes_back_over_reviews_to_people_and_evidence(news: NewsDesk) -> None:
    claim = news.corrected(news.published(everything=True))
    nodes = graph(signed_in(news.editor), claim)
    first, second = (nodes[f"{API}/claims/{claim.pk}/decisions#{number}"] for number in (1, 2))
    assert one(second, "wasRevisionOf", PROV) == first["@id"]
    assert many(second, "wasGeneratedBy", PROV) == []
    review = nodes[one(first, "wasGeneratedBy", PROV)]
    person = nodes[one(review, "wasAssociatedWith", PROV)]
    assert person["@type"] == [PROV + "Agent", PROV + "Person"]
    assert one(person, "name") == str(claim.reviews.get().reviewer)
    _, *used = many(first, "wasDerivedFrom", PROV)
    items = {one(nodes[name], "value", PROV): name for name in used}
    # What is internal is in it, for its reader is of the newsroom.
    assert {"Diary of the ministry", "What repeats the diary", HIDDEN} <= set(items)
    assert many(nodes[items["What repeats the diary"]], "wasDerivedFrom", PROV) == [items["Diary of the ministry"]]


def test_nothing_of_protected_evidence_is_in_it_whoever_reads(news: NewsDesk) -> None:
    claim = news.decided(everything=True)
    (protected,) = Evidence.objects.filter(claim=claim, visibility=Visibility.PROTECTED)
    reader = signed_in(claim.reviews.get().reviewer.user)
    events = claim.events.count()
    for api in (reader, signed_in(news.editor), with_key()):
        text = json.dumps(api.get(f"/claims/{claim.pk}/provenance").body)
        assert f"/evidence/{protected.pk}" not in text
    assert claim.events.count() == events  # nothing protected was shown, so no sight is recorded


def test_reviews_of_a_running_round_are_absent_for_whoever_may_not_read_them(db: None) -> None:
    desk = make.a_desk_with(make.a_policy(PolicyKind.INDEPENDENT, 2))
    first, second, editor = make.a_reviewer(desk), make.a_reviewer(desk), make.an_editor(desk)
    claim = make.a_claim(desk, by=editor)
    for reviewer in (first, second):
        make.put_on(claim, reviewer, editor)
    make.review_by(claim, first, Answers(Said.NOT_CHECKED, So.UNPROVEN, f"{HIDDEN}: nothing can be shown."))
    kinds = {user: str(graph(signed_in(user), claim)) for user in (first.user, second.user, editor)}
    assert [f"{PROV}Activity" in kinds[user] for user in (first.user, second.user, editor)] == [True, False, False]
    make.review_by(claim, second)
    assert make.fresh(claim).state == State.DECIDED
    assert str(graph(signed_in(second.user), claim)).count(f"{PROV}Activity") == 2


def test_it_is_for_whoever_sees_the_claim_and_is_not_sent_twice(news: NewsDesk) -> None:
    claim, api = news.decided(), with_key()
    tag = api.get(f"/claims/{claim.pk}/provenance").etag
    assert api.get(f"/claims/{claim.pk}/provenance", If_None_Match=tag).status == 304
    news.act(Action.PUBLISH, claim)
    news.withdrawn(claim)
    assert api.get(f"/claims/{claim.pk}/provenance", If_None_Match=tag).status == 200
    assert with_key(desks=(make.a_desk(),)).get(f"/claims/{claim.pk}/provenance").status == 404


def test_queries_do_not_grow_with_what_a_claim_rests_on(news: NewsDesk) -> None:
    plain, rich, api = news.decided(), news.decided(everything=True), signed_in(news.editor)
    asked = []
    for claim in (plain, rich):
        with CaptureQueriesContext(connection) as queries:
            api.get(f"/claims/{claim.pk}/provenance")
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 16


@pytest.mark.parametrize("is_demo", [True, False])
def test_a_demo_says_so(news: NewsDesk, *, is_demo: bool) -> None:
    claim = news.decided(is_demo=is_demo)
    verdict = graph(signed_in(news.editor), claim)[f"{API}/claims/{claim.pk}/decisions#1"]
    assert one(verdict, "value", PROV) == ("Demo: Confirmed" if is_demo else "Confirmed")
