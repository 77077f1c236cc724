"""A page is read as an article: its whole text, in the right letters, and what it says of itself."""

from __future__ import annotations

import pytest

from claims.intake.pages import NothingReadable, ReadPage, read_page

UKRAINIAN = "Міністр може піти у відставку наступного тижня, сказала близька до неї людина. " * 3
GRAPH = """<html lang="de"><head><title>Window</title>
<script type="application/ld+json">no JSON at all</script>
<script type="application/ld+json">{"@graph": [{"@type": "WebSite", "headline": "Not this"},
 {"@type": ["ReportageNewsArticle"], "headline": "Line
 break", "datePublished": "2026-11-20T10:00:00+02:00", "inLanguage": {"alternateName": "uk"},
 "author": ["First", {"name": "Second"}, {"url": "x"}], "publisher": {"name": "Harbour Post"},
 "mainEntityOfPage": {"@id": "https://harbour.example/ferry"}}]}</script>
<meta property="og:title" content="Other"><meta property="og:locale" content="en_US">
<meta property="article:published_time" content="2026-11-20T09:00:00Z"></head>
<body><nav>Home News Sport</nav><article><h1>Heading</h1><p>The ferry will stop in December, two officials said.</p>
<p><time datetime="2026-11-19">yesterday</time></p></article></body></html>"""


def read(body: str, charset: str = "", *, as_bytes: str = "utf-8") -> ReadPage:
    return read_page(body.encode(as_bytes), charset=charset)


def test_what_a_page_says_of_itself_is_read_from_json_ld_first() -> None:
    page = read(GRAPH)
    head = page.head
    assert (head.headline, head.language, head.outlet) == ("Line break", "uk", "Harbour Post")
    assert (head.canonical, list(head.authors)) == ("https://harbour.example/ferry", ["First", "Second"])
    assert [tuple(one) for one in head.published] == [
        ("JSON-LD", "2026-11-20T10:00:00+02:00"),
        ("OpenGraph", "2026-11-20T09:00:00Z"),
        ("HTML", "2026-11-19"),
    ]
    assert "The ferry will stop" in page.text
    assert "Sport" not in page.text


def test_without_json_ld_and_opengraph_plain_html_speaks() -> None:
    head = read('<html lang="en-GB"><head><title>Ferry | Post</title></head><body><h1>Ferry</h1><p>It stops.</p>').head
    assert (head.headline, head.language, head.outlet, list(head.published)) == ("Ferry", "en-GB", "", [])


@pytest.mark.parametrize(
    ("written", "charset", "says"),
    [
        ("windows-1251", "", "windows-1251"),  # only the page says it
        ("windows-1251", "windows-1251", "utf-8"),  # only the server is right
        ("windows-1251", "utf-8", "utf-8"),  # nobody is
        ("utf-8", "no-such-charset", ""),
    ],
)
def test_a_page_is_read_in_its_letters_whatever_charset_it_names(written: str, charset: str, says: str) -> None:
    body = f'<html><head><meta charset="{says}"></head><body><article><p>{UKRAINIAN}</p></article></body></html>'
    assert read(body, charset, as_bytes=written).text.startswith("Міністр може піти")


def test_one_broken_byte_does_not_spoil_the_page() -> None:
    page = read_page(f"<article><p>{UKRAINIAN}".encode() + b"\xff</p></article>")
    assert page.text.startswith("Міністр може піти")


def test_what_hides_or_reorders_is_left_out_and_named_and_joiners_stay() -> None:
    page = read("<article><p>می\u200cخواهم go\u202elive\u202c now\0.</p></article>")
    assert page.text == "می\u200cخواهم golive now."
    assert dict(page.left_out) == {"U+202E RIGHT-TO-LEFT OVERRIDE": 1, "U+202C POP DIRECTIONAL FORMATTING": 1}


@pytest.mark.parametrize("body", ["", "<html><body><script>x = 1</script></body></html>"])
def test_a_page_without_text_is_refused(body: str) -> None:
    with pytest.raises(NothingReadable):
        read(body)


def test_what_is_no_text_is_refused_by_its_kind() -> None:
    with pytest.raises(NothingReadable, match="application/pdf"):
        read_page(b"%PDF-1.7", "application/pdf")
