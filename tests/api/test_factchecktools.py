"""The search of Google's Fact Check Tools API: its own client finds what readers are told, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

from claims.api import factchecktools, limits
from claims.lifecycle import Action, State
from claims.models import Claim, Desk, User
from claims.services.proposing import GivenStep
from reviews.services.acting import act
from tests.factories import a_claim, a_key, a_quote, a_reviewer, an_article, now, viewer
from verify_project.logs import without_secrets

SITE = "https://www.desk.example"
ADDRESS = "/v1alpha1/claims:search"


@pytest.fixture(autouse=True)
def _site(settings: Any) -> None:
    settings.SITE_URL, settings.PUBLISHER_NAME = SITE, "World Desk"


def published(desk: Desk, editor: User, **given: Any) -> Claim:
    claim = a_claim(desk, State.DECIDED, by=editor, reviewer=a_reviewer(desk), **given)
    act(claim.pk, Action.PUBLISH, viewer(editor))
    return claim


def search(**parameters: Any) -> dict[str, Any]:
    response = Client().get(ADDRESS, parameters)
    assert response.status_code == 200, response.content
    found: dict[str, Any] = response.json()
    return found


def texts(**parameters: Any) -> list[str]:
    return [claim["text"] for claim in search(**parameters).get("claims", [])]


def refused(status: int = 400, /, **parameters: Any) -> dict[str, Any]:
    response = Client().get(ADDRESS, parameters)
    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == "application/json; charset=UTF-8"
    error: dict[str, Any] = response.json()["error"]
    assert error["code"] == status
    return error


def test_a_published_verdict_is_found_as_google_writes_it(desk: Desk, editor: User) -> None:
    taken = an_article(outlet="Harbour Post", published_at=now() - timedelta(hours=3))
    chain = [GivenStep("Harbour Post", kind="outlet"), GivenStep("Mira Vale")]
    claim = published(desk, editor, quote=a_quote(taken.revision), chain=chain, short_text="Will she resign?")
    moment = claim.decisions.get().published_at
    assert moment is not None
    second = "%Y-%m-%dT%H:%M:%SZ"
    assert search(query="minister resign") == {
        "claims": [
            {
                "text": "The minister will resign next week.",
                "claimant": "Mira Vale",
                "claimDate": taken.article.published_at.strftime(second),
                "claimReview": [
                    {
                        "publisher": {"name": "World Desk", "site": "desk.example"},
                        "url": f"{SITE}/c/{claim.pk}",
                        "title": "Will she resign?",
                        "reviewDate": moment.strftime(second),
                        "textualRating": "Unproven",
                        "languageCode": "en",
                    }
                ],
            }
        ]
    }


def test_only_what_readers_are_told_now_is_found(desk: Desk, editor: User) -> None:
    a_claim(desk, State.DECIDED, by=editor, statement="The minister will resign, undisclosed.")
    withdrawn = published(desk, editor, statement="The minister will resign, withdrawn.")
    act(withdrawn.pk, Action.WITHDRAW, viewer(editor), note="It was another minister.")
    published(desk, editor, statement="The minister will resign, published.")
    assert texts(query="minister resign") == ["The minister will resign, published."]


def test_what_was_told_is_found_and_not_what_the_claim_reads_today(desk: Desk, editor: User) -> None:
    claim = published(desk, editor, statement="The minister will resign.")
    act(claim.pk, Action.REOPEN, viewer(editor), reason="There is news.")
    act(claim.pk, Action.EDIT, viewer(editor), changes={"statement": "The chancellor will resign."})
    assert texts(query="minister") == ["The minister will resign."]
    assert search(query="chancellor") == {}


def test_what_is_not_there_is_an_empty_object(desk: Desk) -> None:
    for words in ("minister", "…", "a b c d"):
        assert search(query=words) == {}


def test_a_whole_sentence_finds_what_shares_its_telling_words(desk: Desk, editor: User) -> None:
    published(desk, editor, statement="Grain exports have doubled.")
    near = published(desk, editor, statement="The minister will resign next week.")
    assert texts(query="Is it so that the minister is resigning?") == [near.statement]
    assert texts(query="minister exports") == []


def test_the_region_of_a_language_is_ignored(desk: Desk, editor: User) -> None:
    published(desk, editor, statement="The minister stays.", language="en-GB")
    published(desk, editor, statement="The minister is ill.", language="en")
    published(desk, editor, statement="The minister: encore.", language="fr")
    assert set(texts(query="minister", languageCode="en-US")) == {"The minister stays.", "The minister is ill."}


def test_the_site_is_the_publishers(desk: Desk, editor: User) -> None:
    published(desk, editor)
    for site in ("desk.example", "https://www.desk.example/", "www.desk.example"):
        assert len(texts(reviewPublisherSiteFilter=site)) == 1
    for site in ("nytimes.com", "[", "https://[", "//", "a b"):
        assert search(reviewPublisherSiteFilter=site, query="minister") == {}


def test_age_counts_from_the_newer_of_both_dates(desk: Desk, editor: User) -> None:
    published(desk, editor)
    assert len(texts(query="minister", maxAgeDays=1)) == 1
    assert search(query="minister", maxAgeDays=0) == {}


def test_pages_follow_each_other_and_offset_counts_only_at_first(desk: Desk, editor: User) -> None:
    for number in range(5):
        published(desk, editor, statement=f"The minister resigns, version {number}.")
    everything = texts(query="minister resigns")
    assert len(everything) == 5
    first = search(query="minister resigns", pageSize=2, offset=1)
    second = search(query="minister resigns", pageSize=2, offset=1, pageToken=first["nextPageToken"])
    assert [claim["text"] for page in (first, second) for claim in page["claims"]] == everything[1:]
    assert "nextPageToken" not in second
    other = refused(query="minister", pageSize=2, pageToken=first["nextPageToken"])
    assert other["details"][0]["fieldViolations"][0]["field"] == "pageToken"


def test_a_page_costs_the_same_whatever_its_size(desk: Desk, editor: User, django_assert_num_queries: Any) -> None:
    for number in range(3):
        published(desk, editor, statement=f"The minister resigns, version {number}.")
        with django_assert_num_queries(3):
            search(query="minister resigns")


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"query": " "},
        {"query": "a" * 2001},
        {"query": "a\x00"},
        {"query": "a", "pageSize": "-1"},
        {"query": "a", "pageSize": "ten"},
        {"query": "a", "pageSize": str(2**31)},
        {"query": "a", "offset": "-1"},
        {"query": "a", "maxAgeDays": "1.5"},
        {"query": "a", "pageToken": "x"},
        {"query": "a", "languageCode": "english!"},
        {"query": "a", "alt": "proto"},
        {"query": "a", "callback": "f"},
        {"query": "a", "language_code": "en"},
    ],
)
def test_what_is_not_usable_is_an_invalid_argument(db: None, wrong: dict[str, str]) -> None:
    error = refused(**wrong)
    assert (error["message"], error["status"]) == ("Request contains an invalid argument.", "INVALID_ARGUMENT")
    assert error["details"][0]["fieldViolations"][0]["description"]


def test_what_googles_clients_add_is_taken(db: None) -> None:
    added = {"prettyPrint": "false", "fields": "claims", "quotaUser": "x", "$.xgafv": "2", "uploadType": "media"}
    assert search(query="minister", alt="json", **added) == {}


def test_hostile_words_are_only_words(db: None) -> None:
    for words in ("'", "\\", "' | :*", "a:*b & !c", "<->", "(", "%", "\ud83d", "a'b\\c'd e''f g"):
        response = Client().get(ADDRESS, {"query": words.encode(errors="surrogatepass")})
        assert (response.status_code, response.json()) == (200, {})


def test_a_key_is_counted_and_a_wrong_one_is_refused(desk: Desk) -> None:
    key, shown = a_key()
    left = Client().get(ADDRESS, {"query": "a", "key": shown}).headers["RateLimit"]
    again = Client().get(ADDRESS, {"query": "a"}, headers={"X-Goog-Api-Key": shown}).headers["RateLimit"]
    assert int(again.split("r=")[1].split(";")[0]) == int(left.split("r=")[1].split(";")[0]) - 1
    assert refused(query="a", key=f"vk_{key.pk}_{'x' * 43}")["message"].startswith("API key not valid")


def test_a_key_in_an_address_is_blotted_out_in_the_logs() -> None:
    line = without_secrets(None, "info", {"event": "request_finished", "request": "GET /v?query=a&key=vk_1_x&alt=json"})
    assert line["request"] == "GET /v?query=a&key=…&alt=json"


def test_too_many_requests_are_refused_in_googles_form(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "REQUESTS", limits.Counter(quota=1))
    search(query="a")
    assert refused(429, query="a")["status"] == "RESOURCE_EXHAUSTED"


def test_a_database_that_is_away_is_unavailable(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any) -> None:
        raise OperationalError("canceling statement due to statement timeout")

    monkeypatch.setattr(factchecktools, "search_published", away)
    assert refused(503, query="a")["status"] == "UNAVAILABLE"


def test_what_breaks_inside_stays_inside(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("secret of the house")

    monkeypatch.setattr(factchecktools, "search_published", broken)
    error = refused(500, query="a")
    assert error["status"] == "INTERNAL"
    assert "secret" not in str(error)


@pytest.mark.parametrize(
    ("method", "path", "status", "word"),
    [
        ("GET", "claims:imageSearch", 501, "UNIMPLEMENTED"),
        ("POST", "pages", 501, "UNIMPLEMENTED"),
        ("DELETE", "pages/1", 501, "UNIMPLEMENTED"),
        ("GET", "nothing", 404, "NOT_FOUND"),
        ("POST", "claims:search", 405, "UNIMPLEMENTED"),
    ],
)
def test_everything_else_there_fails_in_googles_form(db: None, method: str, path: str, status: int, word: str) -> None:
    response = Client(enforce_csrf_checks=True).generic(method, f"/v1alpha1/{path}")
    assert response.status_code == status
    assert response.json()["error"]["status"] == word
    elsewhere = Client().generic(method, f"/v1alpha1/{path}", headers={"host": "elsewhere.example"})
    assert (elsewhere.status_code, elsewhere.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")


def test_an_address_too_long_for_googles_clients_is_read_from_a_form(desk: Desk, editor: User) -> None:
    published(desk, editor)
    client, meant = Client(enforce_csrf_checks=True), {"X-HTTP-Method-Override": "GET"}
    kind = "application/x-www-form-urlencoded"
    found = client.post(ADDRESS, "query=minister+resign&alt=json", content_type=kind, headers=meant)
    assert [claim["text"] for claim in found.json()["claims"]] == ["The minister will resign next week."]
    many = client.post(ADDRESS, "&".join(["query=a"] * 2001), content_type=kind, headers=meant)
    assert (many.status_code, many.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")


def test_pages_of_others_may_ask_from_a_browser(db: None) -> None:
    assert Client().get(ADDRESS, {"query": "a"}).headers["Access-Control-Allow-Origin"] == "*"


@pytest.fixture
def site(live_server: Any, settings: Any) -> str:
    settings.SITE_URL = live_server.url
    return str(live_server.url)


@pytest.mark.django_db(transaction=True)
def test_googles_own_client_searches_pages_and_understands_refusals(site: str, desk: Desk, editor: User) -> None:
    for number in range(3):
        published(desk, editor, statement=f"The minister resigns, version {number}.")
    shown = a_key()[1]
    offline = build(
        *("factchecktools", "v1alpha1"),
        developerKey=shown,
        client_options={"api_endpoint": site},
        static_discovery=True,
    )
    described = f"{site}/$discovery/rest?version={{apiVersion}}"
    ours = build(
        *("factchecktools", "v1alpha1"), developerKey=shown, discoveryServiceUrl=described, static_discovery=False
    )
    with offline, ours:
        for service in (offline, ours):
            asking = service.claims().search(query="minister resigns", languageCode="en-US", pageSize=2)
            found = []
            while asking is not None:
                answer = asking.execute()
                found += [claim["text"] for claim in answer.get("claims", [])]
                asking = service.claims().search_next(asking, answer)
            assert sorted(found) == [f"The minister resigns, version {number}." for number in range(3)]
            assert service.claims().search(query="unicorn").execute() == {}
            assert service.claims().search(query="сова " * 80, languageCode="uk").execute() == {}  # sent as a form
            with pytest.raises(HttpError) as wrong:
                service.claims().search(query="minister", pageSize=-1).execute()
            assert (wrong.value.status_code, wrong.value.reason) == (400, "Request contains an invalid argument.")
        with pytest.raises(HttpError) as nothing:
            offline.claims().imageSearch(imageUri="https://a.example/a.png").execute()
        assert nothing.value.status_code == 501
