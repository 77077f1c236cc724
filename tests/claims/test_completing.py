"""What is not given of an article is read from its page, and what was assumed is said."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from claims.errors import Invalid, SeveralFaults, UnusableText
from claims.intake.pages import Head, ReadPage
from claims.models import DateKnown, Source, SourceKind
from claims.services.articles import GivenArticle, take_in
from claims.services.completing import Completed, ToldArticle, completed
from tests.factories import a_desk

pytestmark = pytest.mark.django_db
SAID = "2026-11-20T10:00:00+02:00"
TEN = datetime(2026, 11, 20, 8, tzinfo=UTC)


def page(text: str = "The ferry stops.", left_out: dict[str, int] | None = None, **head: Any) -> ReadPage:
    usual: dict[str, Any] = {
        "headline": "Ferry may stop",
        "published": [("JSON-LD", SAID)],
        "language": "en",
        "canonical": "https://harbour.example/ferry?utm_source=x",
        "outlet": "Harbour Post",
        "authors": ["Sample Author"],
    }
    return ReadPage(text, Head(**usual | head), left_out or {})


def article(told: ToldArticle | None = None, found_at: str = "", **head: Any) -> GivenArticle:
    return completed(told or ToldArticle(), page(**head), found_at=found_at).article


def notes(told: ToldArticle | None = None, found_at: str = "", **head: Any) -> list[str]:
    return list(completed(told or ToldArticle(), page(**head), found_at=found_at).notes)


def test_a_page_that_says_everything_is_an_article() -> None:
    found = completed(ToldArticle(), page())
    assert isinstance(found, Completed)
    assert found.notes == []
    taken = take_in(found.article).article
    assert (taken.outlet.name, taken.headline, taken.language) == ("Harbour Post", "Ferry may stop", "en")
    assert (taken.published_at, taken.published_raw, taken.published_known) == (TEN, SAID, DateKnown.PAGE)
    assert (taken.canonical_url, taken.authors) == ("https://harbour.example/ferry", ["Sample Author"])


def test_what_is_given_wins() -> None:
    noon = datetime(2026, 11, 21, 12, tzinfo=UTC)
    told = ToldArticle("River Post", "Given", "uk", noon, "Europe/Kyiv", url="https://river.example/1", authors=[])
    found = article(told)
    assert (found.outlet, found.headline, found.language, found.url) == (
        *("River Post", "Given", "uk"),
        "https://river.example/1",
    )
    assert (found.published_at, found.published_known, found.published_raw, found.authors) == (
        *(noon, DateKnown.GIVEN, ""),
        [],
    )


def test_everything_that_neither_says_is_refused_together() -> None:
    with pytest.raises(SeveralFaults) as refused:
        article(headline="", published=[("HTML", "yesterday")], language="plain English", canonical="", outlet="")
    assert [one.pointer for one in refused.value.faults] == ["/outlet", "/headline", "/language", "/published_at"]
    with pytest.raises(Invalid, match="does not say when it was published") as single:
        article(published=[])
    assert single.value.pointer == "/published_at"


@pytest.mark.parametrize(
    ("zone", "outlets", "desks", "hour"),
    [
        ("America/New_York", "Europe/Kyiv", "Asia/Tokyo", 15),
        ("", "Europe/Kyiv", "Asia/Tokyo", 8),
        ("", "", "Asia/Tokyo", 1),
        ("", "", "", 10),
    ],
)
def test_a_time_without_a_zone_is_read_in_the_given_zone_else_the_outlets_else_the_desks(
    zone: str, outlets: str, desks: str, hour: int
) -> None:
    Source.objects.create(name="Harbour Post", kind=SourceKind.OUTLET, zone=outlets)
    told = ToldArticle(published_zone=zone, desk=a_desk(zone=desks) if desks else None)
    naive = [("OpenGraph", "2026-11-20T10:00:00")]
    assert article(told, published=naive).published_at == TEN.replace(hour=hour)
    assert "without a time zone; it was read in" in notes(told, published=naive)[0]


def test_a_day_is_its_beginning_and_said_to_be_without_a_time() -> None:
    told = ToldArticle(published_zone="Europe/Kyiv")
    assert article(told, published=[("HTML", "2026-11-20")]).published_at == datetime(2026, 11, 19, 22, tzinfo=UTC)
    assert notes(told, published=[("HTML", "2026-11-20")]) == [
        "The page says 2026-11-20 without a time; it was read in Europe/Kyiv."
    ]


def test_times_that_differ_are_said_and_equal_ones_are_not() -> None:
    assert notes(published=[("JSON-LD", SAID), ("OpenGraph", "2026-11-20T08:00:00Z")]) == []
    told = notes(published=[("JSON-LD", SAID), ("OpenGraph", "Fri, 20 Nov 2026 09:00:00 +0000")])
    assert told[0] == (
        "The page names several times of publication. 2026-11-20T10:00:00+02:00 (JSON-LD) was taken, "
        "not Fri, 20 Nov 2026 09:00:00 +0000 (OpenGraph)."
    )


@pytest.mark.parametrize(
    ("found_at", "named", "kept"),
    [
        ("https://m.harbour.example/ferry", "https://www.harbour.example/ferry", "https://www.harbour.example/ferry"),
        ("https://news.harbour.example/1", "https://harbour.example/ferry", "https://harbour.example/ferry"),
        ("https://evil.example/1", "https://harbour.example/ferry", "https://evil.example/1"),
        ("https://notharbour.example/1", "https://harbour.example/ferry", "https://notharbour.example/1"),
        ("https://harbour.example/1", "javascript:alert(1)", "https://harbour.example/1"),
        ("https://harbour.example/1", "", "https://harbour.example/1"),
    ],
)
def test_a_page_is_no_article_of_another_site(found_at: str, named: str, kept: str) -> None:
    assert article(found_at=found_at, canonical=named).url == kept
    other = ["which is another site" in note for note in notes(found_at=found_at, canonical=named)]
    assert other == ([True] if "harbour.example/ferry" in named and kept == found_at else [])


def test_an_outlet_that_nobody_names_is_called_after_its_host() -> None:
    assert article(outlet="", found_at="https://www.harbour.example/1", canonical="").outlet == "harbour.example"


def test_an_opinion_and_hidden_characters_are_said() -> None:
    told = completed(ToldArticle(), page(left_out={"U+202E RIGHT-TO-LEFT OVERRIDE": 2}, is_opinion=True)).notes
    assert list(told) == [
        "The page calls itself an opinion piece.",
        "Left out of the text, because they hide or reorder it: U+202E RIGHT-TO-LEFT OVERRIDE (2 times).",
    ]


def test_two_million_characters_are_refused() -> None:
    with pytest.raises(UnusableText, match="2,000,000 characters, at most 1,000,000 fit"):
        article(text="a" * 2_000_000)
