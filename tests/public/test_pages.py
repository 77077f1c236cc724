"""Pages for readers: what they say, what they never say, and how they are taken back."""

from __future__ import annotations

import json
import re
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.test import Client
from django.utils.dateformat import format as date_format

from claims.exports.claimreview import InPage
from claims.lifecycle import Action
from claims.public import pages
from tests import factories as make
from tests.public.newsdesk import HIDDEN, NewsDesk


def text(reader: Client, address: str, status: int = 200) -> str:
    answer = reader.get(address)
    assert answer.status_code == status
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert not answer.cookies
    return str(answer.content.decode())


def data_in(page: str) -> Any:
    """What a program finds in the page: the text of its script element, which nothing in it can end."""
    (found,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    return json.loads(found)


def test_a_page_tells_claim_verdict_reason_way_and_evidence(news: NewsDesk, reader: Client) -> None:
    claim = news.published(everything=True)
    page = text(reader, f"/c/{claim.pk}")
    for words in (
        "“The minister will resign &lt;/script&gt; &amp; &lt;b&gt;next&lt;/b&gt; week.”",
        *("Confirmed", "We found this to be so.", make.CONFIRMED.why, "a person close to her"),
        *("Diary of the ministry", "Primary source.", make.QUOTE, "Published."),
    ):
        assert words in page, words
    assert f'<link rel="canonical" href="{settings.SITE_URL}/c/{claim.pk}">' in page
    assert HIDDEN not in page
    assert "noindex" not in page


def test_the_data_in_the_page_is_the_data_beside_it(news: NewsDesk, reader: Client) -> None:
    claim = news.published()
    page = text(reader, f"/c/{claim.pk}")
    assert data_in(page) == json.loads(text(reader, f"/c/{claim.pk}.json"))
    assert page.count("</script>") == page.count("<script") == 1


def test_nothing_in_a_document_ends_the_element_it_stands_in() -> None:
    document = {"text": "</script><!--<script>&amp;\u2028\u2029'\""}
    written = InPage(document).__html__()
    assert not set(written) & set("<>&\u2028\u2029")
    assert json.loads(written) == document


def test_a_correction_stands_on_the_page_and_a_substantial_one_before_all_else(news: NewsDesk, reader: Client) -> None:
    minor, heavy = (news.published() for _ in range(2))
    news.corrected(minor, "minor")
    news.corrected(heavy, "substantial", "The minister was another one.")
    assert "Correction (Minor):" in text(reader, f"/c/{minor.pk}")
    page = text(reader, f"/c/{heavy.pk}")
    assert page.index("The minister was another one.") < page.index("We found this to be so.")
    assert page.count("The minister was another one.") == 3  # in the note, the list of changes and the data
    log = text(reader, "/c/corrections")
    assert "Minor: Said more plainly." in log
    assert "Substantial: The minister was another one." in log


def test_a_headline_written_from_right_to_left_leaves_the_outlet_behind_it(news: NewsDesk, reader: Client) -> None:
    page = text(reader, f"/c/{news.published().pk}")
    assert re.search(r'<p>(<a [^>]* dir="auto">[^<]+</a>|<bdi>[^<]+</bdi>), <bdi>[^<]+</bdi></p>', page)


def test_a_substantial_correction_stays_before_the_verdict_when_smaller_ones_follow(
    news: NewsDesk, reader: Client
) -> None:
    claim = news.published()
    for note in ("The minister was another one.", "So was her party."):
        news.corrected(claim, "substantial", note, why=f"Two reports say the same. {note}")
    news.corrected(claim, "minor", "A letter was missing.")
    above = text(reader, f"/c/{claim.pk}").partition("</head>")[2].partition("We found this to be so.")[0]
    assert above.index("The minister was another one.") < above.index("So was her party.")
    assert "A letter was missing." not in above


def test_what_was_corrected_before_a_withdrawal_stands_in_the_history_alone(news: NewsDesk, reader: Client) -> None:
    claim = news.withdrawn(news.corrected(news.published(), "substantial", "The minister was another one."))
    news.told_anew(claim)
    page = text(reader, f"/c/{claim.pk}").partition("</head>")[2]
    assert page.count("The minister was another one.") == 1
    assert page.index("Changes to this page") < page.index("The minister was another one.")


@pytest.mark.django_db
def test_days_in_lists_are_those_of_the_desk_as_on_the_page_itself(reader: Client) -> None:
    early = make.now().hour < 10  # it is another day there than in UTC
    news = NewsDesk(make.a_desk(zone="Pacific/Pago_Pago" if early else "Pacific/Kiritimati"))
    claim, gone = news.corrected(news.published()), news.withdrawn(news.published())
    there = make.now().astimezone(ZoneInfo(news.desk.zone))
    day, in_utc = date_format(there.date(), "j F Y"), date_format(make.now().date(), "j F Y")
    assert day != in_utc
    for address, status in ((f"/c/{claim.pk}", 200), (f"/c/{gone.pk}", 410), ("/c/", 200), ("/c/corrections", 200)):
        shown = text(reader, address, status)
        assert day in shown, address
        assert f">{in_utc}<" not in shown, address


def test_what_was_withdrawn_says_when_and_why_and_nothing_else(news: NewsDesk, reader: Client) -> None:
    claim = news.published()
    first = reader.get(f"/c/{claim.pk}").headers["ETag"]
    news.withdrawn(claim)
    page = text(reader, f"/c/{claim.pk}", 410)
    assert "This fact-check was withdrawn on" in page
    assert "It was about somebody else." in page
    assert "resign" not in page
    data = json.loads(text(reader, f"/c/{claim.pk}.json", 410))
    assert (data["url"], data["item"]) == (f"{settings.SITE_URL}/c/{claim.pk}", None)
    assert reader.get(f"/c/{claim.pk}", headers={"If-None-Match": first}).status_code == 410
    again = reader.get(f"/c/{claim.pk}").headers["ETag"]
    assert reader.get(f"/c/{claim.pk}", headers={"If-None-Match": again}).status_code == 410
    assert f'/c/{claim.pk}"' not in text(reader, "/c/")
    assert "It was about somebody else." in text(reader, "/c/corrections")


def test_what_never_was_public_and_what_never_was_are_told_apart_by_nothing(news: NewsDesk, reader: Client) -> None:
    claim = news.decided()
    for ending in ("", ".json"):
        unpublished, unknown = reader.get(f"/c/{claim.pk}{ending}"), reader.get(f"/c/{claim.pk + 1000}{ending}")
        assert (unpublished.status_code, unknown.status_code) == (404, 404)
        assert unpublished.content == unknown.content
        assert not unpublished.cookies
        assert unpublished.headers["Access-Control-Allow-Origin"] == "*"
    told = reader.get(f"/c/{claim.pk}.json")
    assert told.headers["Content-Type"] == "application/problem+json"
    assert {name: told.json()[name] for name in ("status", "code", "detail")} == {
        "status": 404,
        "code": "not_found",
        "detail": "Nothing is published under this address.",
    }


def test_a_demo_says_so_and_asks_not_to_be_found(news: NewsDesk, reader: Client) -> None:
    claim = news.act(Action.PUBLISH, news.decided(is_demo=True))
    page = text(reader, f"/c/{claim.pk}")
    assert "This verdict is an example." in page
    assert '<meta name="robots" content="noindex">' in page
    assert data_in(page)["reviewRating"]["alternateName"] == "Demo: Confirmed"
    assert "Demo." in text(reader, "/c/")


def test_the_list_is_narrowed_by_verdict_and_goes_on(
    news: NewsDesk, reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "PAGE", 2)
    numbers = [news.published().pk for _ in range(3)]
    unproven = news.published(make.UNPROVEN)
    first = text(reader, "/c/?so=confirmed")
    assert [number for number in (*numbers, unproven.pk) if f"/c/{number}" in first] == numbers[1:]
    (further,) = re.findall(r'href="(\?[^"]+)" rel="next"', first)
    second = text(reader, "/c/" + further.replace("&amp;", "&"))
    assert f"/c/{numbers[0]}" in second
    assert 'rel="next"' not in second
    for none in ("refuted", "nonsense"):
        page = text(reader, f"/c/?so={none}")
        assert "No published fact-check has this verdict." in page
        assert "Nothing is published" not in page
