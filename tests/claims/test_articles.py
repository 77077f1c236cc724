"""Intake of articles: each once, each text frozen under its hash, also when everybody sends it at once."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from claims.errors import Invalid, NaiveTime, UnusableAddress, UnusableText
from claims.models import Article, ArticleRevision, Source, SourceKind
from claims.services.amending import amend_article
from claims.services.articles import GivenArticle, TakenIn, is_language_tag, take_in
from tests.concurrency.crowd import at_once, refusals
from tests.factories import TEXT, a_desk, an_article

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def given(**changed: Any) -> GivenArticle:
    usual: dict[str, Any] = {
        "outlet": "Harbour Post",
        "headline": "Minister may go",
        "text": TEXT,
        "language": "en",
        "published_at": NOON,
        "url": "https://harbour.example/minister",
    }
    return GivenArticle(**{**usual, **changed})


def is_new(taken: TakenIn) -> tuple[bool, bool]:
    return taken.is_new, taken.is_new_text


def test_the_same_article_again_is_the_existing_one() -> None:
    first, again = take_in(given()), take_in(given())
    assert (is_new(first), is_new(again)) == ((True, True), (False, False))
    assert (first.article, first.revision) == (again.article, again.revision)


@pytest.mark.parametrize(
    "url",
    [
        "https://harbour.example/minister?utm_source=feed",
        "https://HARBOUR.example/minister#comments",
        "https://harbour.example:443/minister",
    ],
)
def test_another_spelling_of_its_link_is_the_same_article(url: str) -> None:
    first = take_in(given())
    assert take_in(given(url=url, headline="Another headline")).article == first.article


def test_a_changed_text_is_a_new_revision_and_the_old_one_stays() -> None:
    first, changed = take_in(given()), take_in(given(text=TEXT + " She resigned on Friday."))
    assert (is_new(changed), changed.revision.number) == ((False, True), 2)
    assert ArticleRevision.objects.get(pk=first.revision.pk).text == TEXT


def test_a_text_that_comes_back_is_the_revision_it_was() -> None:
    first = take_in(given())
    take_in(given(text=TEXT + " More."))
    assert take_in(given()).revision == first.revision


def test_a_text_that_the_article_has_gone_back_to_is_a_new_revision() -> None:
    first = take_in(given())
    take_in(given(text=TEXT + " More."))
    back = take_in(given(), stands_now=True)
    assert (is_new(back), back.revision.number, back.revision.text) == ((False, True), 3, first.revision.text)
    assert take_in(given(), stands_now=True).revision == take_in(given()).revision == back.revision


def test_line_ends_and_composed_letters_make_no_new_text() -> None:
    first = take_in(given(text="Caf\u00e9\nopens"))
    again = take_in(given(text="Cafe\u0301\r\nopens"))
    assert (again.revision, is_new(again)) == (first.revision, (False, False))


def test_without_a_link_outlet_headline_and_time_tell_articles_apart() -> None:
    first = take_in(given(url=""))
    assert take_in(given(url="")).article == first.article
    assert take_in(given(url="", headline="Another")).is_new
    assert take_in(given(url="", published_at=NOON.replace(hour=13))).is_new
    assert take_in(given(url="", outlet="River Post")).is_new


def test_every_headline_that_an_article_had_makes_it_known_again() -> None:
    called = ["First", "Second", "Third", "First", "Fourth"]
    article = take_in(given(url="", headline=called[0])).article
    for headline in called[1:]:
        amend_article(article.pk, {"headline": headline}, seen=None)
    assert {take_in(given(url="", headline=headline)).article for headline in called} == {article}
    assert Article.objects.get().former_headlines == ["Second", "Third"]
    assert take_in(given(url="", headline="Third", published_at=NOON.replace(hour=13))).is_new


@pytest.mark.django_db(transaction=True)
def test_headlines_that_many_give_at_once_are_all_remembered() -> None:
    article, called = take_in(given(url="")).article, ["One", "Two", "Three", "Four"]
    at_once(*[partial(amend_article, article.pk, {"headline": words}, seen=None) for words in called])
    assert [take_in(given(url="", headline=words)).is_new for words in called] == [False] * 4


def test_of_two_articles_with_one_headline_it_is_the_one_that_has_the_text() -> None:
    early, late = (take_in(given(url="", headline=words, text=words)).article for words in ("Early", "Late"))
    for article in (early, late):
        amend_article(article.pk, {"headline": "Same"}, seen=None)
    assert [take_in(given(url="", headline="Same", text=words)).article for words in ("Late", "Early", "New")] == [
        *(late, early),
        early,
    ]
    amend_article(early.pk, {"headline": "Late"}, seen=None)
    assert take_in(given(url="", headline="Late", text="New")).article == early
    assert take_in(given(url="", headline="Late", text="Newer")).article == late
    assert Article.objects.count() == 2


def test_an_outlet_is_one_source_whatever_its_case_or_alias() -> None:
    take_in(given())
    Source.objects.filter(name="Harbour Post").update(aliases=["HP"], zone="Europe/Kyiv")
    taken = [take_in(given(outlet=name, url="", headline=name)) for name in ("harbour post", "HP")]
    assert {one.article.outlet.name for one in taken} == {"Harbour Post"}
    assert {one.article.published_zone for one in taken} == {"Europe/Kyiv"}


def test_an_outlet_that_was_made_another_kind_of_source_stays_the_one_of_its_articles() -> None:
    first = take_in(given(url=""))
    Source.objects.filter(name="Harbour Post").update(kind=SourceKind.ORGANISATION)
    assert take_in(given(url="")).article == first.article
    other = take_in(given(outlet="harbour  post", url="", headline="Another")).article
    assert (other.outlet, Source.objects.count()) == (first.article.outlet, 1)


def test_the_zone_is_the_given_one_else_the_outlets_else_the_desks() -> None:
    desk = a_desk(zone="America/New_York")
    assert take_in(given(desk=desk)).article.published_zone == "America/New_York"
    named = given(desk=desk, url="", published_zone="Asia/Beirut")
    assert take_in(named).article.published_zone == "Asia/Beirut"


@pytest.mark.parametrize(
    ("changed", "error", "pointer"),
    [
        ({"text": "  \n"}, Invalid, "/text"),
        ({"text": "a" * 1_000_001}, UnusableText, "/text"),
        ({"text": "a\u202eb"}, UnusableText, "/text"),
        ({"headline": "a\nb"}, UnusableText, "/headline"),
        ({"headline": " "}, Invalid, "/headline"),
        ({"outlet": ""}, Invalid, "/outlet"),
        ({"language": ""}, Invalid, "/language"),
        ({"language": "plain English"}, Invalid, "/language"),
        ({"language": "english"}, Invalid, "/language"),
        ({"language": "en-x"}, Invalid, "/language"),
        ({"language": "en-GB-GB"}, Invalid, "/language"),
        ({"url": "javascript:alert(1)"}, UnusableAddress, "/url"),
        ({"published_at": NOON.replace(tzinfo=None)}, NaiveTime, "/published_at"),
        ({"published_zone": "Europe/Atlantis"}, Invalid, "/published_zone"),
    ],
)
def test_an_article_that_cannot_be_kept_leaves_nothing_behind(
    changed: dict[str, Any], error: type[Invalid], pointer: str
) -> None:
    with pytest.raises(error) as refused:
        take_in(given(**changed))
    assert refused.value.pointer == pointer
    assert (Article.objects.count(), ArticleRevision.objects.count(), Source.objects.count()) == (0, 0, 0)


def test_a_million_characters_are_kept() -> None:
    assert len(an_article(text="a" * 1_000_000).revision.text) == 1_000_000


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("url", ["https://harbour.example/minister", ""])
def test_the_same_article_from_many_hands_at_once_is_kept_once(url: str) -> None:
    take_in(given(url="https://harbour.example/other"))
    texts = [TEXT, TEXT + " More."] * 2
    taken = at_once(*[partial(take_in, given(url=url, text=text)) for text in texts])
    assert refusals(taken) == []
    numbers = {one.article.pk for one in taken if isinstance(one, TakenIn)}
    assert (len(numbers), Article.objects.count(), Source.objects.count()) == (1, 2, 1)
    kept = ArticleRevision.objects.filter(article__in=numbers)
    assert sorted(kept.values_list("number", flat=True)) == [1, 2]


@pytest.mark.parametrize(
    "tag", ["en", "gsw", "pt-BR", "zh-Hant-TW", "es-419", "de-CH-1996", "zh-cmn-Hans-CN", "en-x-desk"]
)
def test_every_shape_of_language_tag_is_known(tag: str) -> None:
    assert is_language_tag(tag)
