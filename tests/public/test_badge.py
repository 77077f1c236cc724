"""The badge of a verdict: what it says, in which colours, and what it says of all that is not public."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.test import Client

from claims.models import Decision
from claims.public.badge import badge, badge_of
from claims.verdicts import So
from claims.wordings import so_words
from tests import factories as make
from tests.public.newsdesk import NewsDesk

SVG = "{http://www.w3.org/2000/svg}"


def root_of(drawn: str) -> ElementTree.Element:
    return ElementTree.fromstring(drawn)  # noqa: S314 - our own drawing


def words_of(drawn: str) -> list[str]:
    return [text.text or "" for text in root_of(drawn).iter(f"{SVG}text")]


def lightness(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((lightness(one), lightness(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.django_db
def test_a_published_verdict_has_a_badge_for_everybody(news: NewsDesk, reader: Client) -> None:
    claim = news.published()
    answer = reader.get(f"/c/{claim.pk}/badge.svg")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/svg+xml; charset=utf-8")
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert not answer.cookies
    drawn = answer.content.decode()
    assert words_of(drawn) == ["Fact-check", "Confirmed"]
    assert root_of(drawn).findtext(f"{SVG}title") == "Fact-check: Confirmed"
    assert reader.get(f"/c/{claim.pk}/badge.svg", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


@pytest.mark.django_db
def test_what_is_not_public_has_the_same_badge_as_what_is_not_there(news: NewsDesk, reader: Client) -> None:
    hidden = make.a_claim(make.a_desk())
    answers = [reader.get(f"/c/{number}/badge.svg") for number in (hidden.pk, 999_999)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content
    assert words_of(answers[0].content.decode()) == ["Fact-check", "No fact-check"]
    for answer in (*answers, reader.get(f"/c/{news.published().pk}/badge.svg")):
        assert answer.headers["Access-Control-Allow-Origin"] == "*"  # a page that asks with crossorigin shows no other


@pytest.mark.django_db
def test_the_badge_of_a_withdrawn_verdict_says_so(news: NewsDesk, reader: Client) -> None:
    claim = news.published()
    news.withdrawn(claim)
    answer = reader.get(f"/c/{claim.pk}/badge.svg")
    assert (answer.status_code, words_of(answer.content.decode())) == (410, ["Fact-check", "Withdrawn"])


@pytest.mark.django_db
def test_the_page_of_a_verdict_gives_the_code_of_its_badge(news: NewsDesk, reader: Client) -> None:
    claim = news.published()
    page = reader.get(f"/c/{claim.pk}").content.decode()
    (code,) = re.findall(r"<code>(.*?)</code>", page)
    address = f"{settings.SITE_URL or 'http://testserver'}/c/{claim.pk}"
    assert code.startswith(f'&lt;a href="{address}"&gt;&lt;img src="{address}/badge.svg" alt="Fact-check: ')
    assert f'<img src="/c/{claim.pk}/badge.svg"' in page


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("so", [*So.values, ""])
def test_every_word_of_a_badge_can_be_read_on_its_ground(so: str, dark: bool) -> None:  # noqa: FBT001 - a parameter
    drawn = badge(so_words(so), so, dark=dark)
    grounds = re.findall(r'<path fill="(#\w{6})" d="M', drawn)[:2]
    inks = [text.get("fill") or "" for text in root_of(drawn).iter(f"{SVG}text")]
    assert all(contrast(ink, ground) >= 4.5 for ink, ground in zip(inks, grounds, strict=True))
    assert "var(" not in drawn
    assert ("<svg x=" in drawn) == bool(so)


def test_an_example_says_that_it_is_one_whatever_its_label() -> None:
    example = Decision(so="refuted", is_demo=True)
    assert words_of(badge_of(example, label="Checked by us", dark=False)) == ["Checked by us", "Demo: Refuted"]


def test_no_two_verdicts_share_a_badge() -> None:
    assert len({badge("", so) for so in So.values}) == len(So.values)


@pytest.mark.parametrize("label", ["</text><script>alert(1)</script>", "a\x00\x08b", "“Прес” & co"])
def test_a_label_is_words_whatever_it_holds(label: str) -> None:
    drawn = badge("Refuted", "refuted", label=label)
    shown = "".join(letter for letter in label if letter.isprintable())[:40]
    assert words_of(drawn)[0] == shown
    assert "<script" not in drawn


def test_words_have_the_length_that_the_picture_gives_them() -> None:
    root = root_of(badge("Missing context", "context", label="検証"))
    label, word = root.iter(f"{SVG}text")
    assert int(root.get("width", 0)) == int(word.get("x", 0)) + int(word.get("textLength", 0)) + 8
    assert label.get("textLength") == "24"


@pytest.mark.parametrize(("label", "letters"), [("بررسی می\u200cشود", 11), ("फ़ैक्ट", 3), ("e\u0301" * 5, 5)])
def test_marks_and_joiners_of_a_label_stay_and_take_no_place(label: str, letters: int) -> None:
    text = next(root_of(badge("Refuted", "refuted", label=label)).iter(f"{SVG}text"))
    assert (text.text, text.attrib["textLength"]) == (label, str(7 * letters))


def test_a_label_of_marks_alone_is_none() -> None:
    assert words_of(badge("Refuted", "refuted", label="\u0301\u200d"))[0] == "Fact-check"
