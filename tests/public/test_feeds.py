"""The Atom feeds as feedparser reads them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from claims.lifecycle import Action
from claims.public import answers, feeds
from tests import factories as make
from tests.public.atom import names_in, parsed
from tests.public.newsdesk import STATEMENT, NewsDesk


def test_an_empty_feed_is_a_feed(db: None, reader: Client) -> None:
    for name in ("verdicts", "corrections"):
        found = parsed(reader, f"/feeds/{name}.atom")
        assert (found.entries, found.feed.id) == ([], f"tag:127.0.0.1,2026:feeds/{name}")


def test_a_verdict_is_an_entry_with_its_words_as_text(news: NewsDesk, reader: Client) -> None:
    claim = news.published()
    (entry,) = parsed(reader, "/feeds/verdicts.atom").entries
    assert entry.id == f"tag:127.0.0.1,2026:claims/{claim.pk}"
    assert entry.title == f"Confirmed: {STATEMENT}"
    assert (entry.title_detail.type, entry.summary_detail.type) == ("text/plain", "text/plain")
    assert entry.summary == make.CONFIRMED.why
    links = {link.rel: link.href for link in entry.links}
    assert links["alternate"] == f"{settings.SITE_URL}/c/{claim.pk}"
    assert links["via"] == claim.appearances.get().revision.article.canonical_url
    assert {(tag.term, tag.label) for tag in entry.tags} == {("confirmed", "Confirmed"), ("government", "government")}


def test_a_correction_keeps_the_entry_and_has_one_of_its_own(news: NewsDesk, reader: Client) -> None:
    claim = news.published()
    before = parsed(reader, "/feeds/verdicts.atom").entries[0]
    news.corrected(claim)
    after = parsed(reader, "/feeds/verdicts.atom").entries[0]
    assert (before.id, before.published) == (after.id, after.published)
    assert after.updated > before.updated
    (told,) = parsed(reader, "/feeds/corrections.atom").entries
    assert (told.title, told.summary) == (f"Correction: {STATEMENT}", "Said more plainly.")
    assert [tag.term for tag in told.tags] == ["update"]


def test_what_was_withdrawn_is_a_deleted_entry_and_no_word_of_it_is_told(news: NewsDesk, reader: Client) -> None:
    claim = news.withdrawn(news.corrected(news.published()))
    text = reader.get("/feeds/verdicts.atom").content.decode()
    assert parsed(reader, "/feeds/verdicts.atom").entries == []
    assert f'<at:deleted-entry ref="tag:127.0.0.1,2026:claims/{claim.pk}"' in text
    (entry,) = parsed(reader, "/feeds/corrections.atom").entries
    assert (entry.title, entry.summary) == (f"Withdrawn: fact-check {claim.pk}", "It was about somebody else.")
    assert "resign" not in text + reader.get("/feeds/corrections.atom").content.decode()


def test_a_demo_says_so_in_every_entry(news: NewsDesk, reader: Client) -> None:
    claim = news.corrected(news.act(Action.PUBLISH, news.decided(is_demo=True)))
    for name in ("verdicts", "corrections"):
        (entry,) = parsed(reader, f"/feeds/{name}.atom").entries
        assert entry.title.startswith("Demo: "), name
        assert entry.summary.startswith("Demo: "), name
    news.withdrawn(claim)
    assert "<at:comment>Demo: " in reader.get("/feeds/verdicts.atom").content.decode()


def test_a_long_feed_has_pages_that_hold_everything_once(
    news: NewsDesk, reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "PAGE", 2)
    numbers = [news.published().pk for _ in range(5)]
    news.withdrawn(news.published())
    seen = names_in(reader, "/feeds/verdicts.atom")
    assert seen == [f"tag:127.0.0.1,2026:claims/{number}" for number in reversed(numbers)]
    for before in ("x", "2026-11-26T10:00:00_1", "2026-11-26T10:00:00Z_x", "2026-13-26T10:00:00Z_1"):
        assert reader.get(f"/feeds/verdicts.atom?before={before}").status_code == 404


def test_feeds_and_pages_take_as_many_queries_for_many_as_for_one(news: NewsDesk, reader: Client) -> None:
    addresses = ("/feeds/verdicts.atom", "/feeds/corrections.atom", "/feeds/claimreview.json", "/c/", "/c/corrections")

    def asked() -> list[int]:
        numbers = []
        for address in addresses:
            with CaptureQueriesContext(connection) as queries:
                answer = reader.get(address)
                b"".join(answer)
            numbers.append(len(queries))
        return numbers

    news.corrected(news.published())
    before = asked()
    for _ in range(3):
        news.corrected(news.published())
    assert asked() == before
    assert max(before) <= 6


@pytest.mark.parametrize("address", ["/feeds/verdicts.atom", "/feeds/corrections.atom", "/c/", "/c/corrections"])
def test_nobody_is_sent_again_what_they_have(news: NewsDesk, reader: Client, address: str) -> None:
    claim = news.corrected(news.published())
    first = reader.get(address)
    assert first.headers["Cache-Control"] == "public, max-age=300"
    assert not first.cookies
    assert "Vary" not in first.headers
    same = reader.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (same.status_code, same.content) == (304, b"")
    assert [one.headers["Access-Control-Allow-Origin"] for one in (first, same)] == ["*", "*"]
    assert "Content-Length" not in same.headers  # a cache would take it for the length of what it keeps
    news.withdrawn(claim)
    assert reader.get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_a_time_is_given_once_nothing_older_can_come_in(
    news: NewsDesk, reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    news.published()
    assert "Last-Modified" not in reader.get("/feeds/verdicts.atom").headers
    monkeypatch.setattr(answers, "SETTLED", timedelta(0))
    told = reader.get("/feeds/verdicts.atom").headers["Last-Modified"]
    assert reader.get("/feeds/verdicts.atom", headers={"If-Modified-Since": told}).status_code == 304
    assert reader.get("/feeds/claimreview.json", headers={"If-Modified-Since": told}).status_code == 304
    earlier = "Thu, 01 Jan 2026 00:00:00 GMT"
    assert reader.get("/feeds/verdicts.atom", headers={"If-Modified-Since": earlier}).status_code == 200
