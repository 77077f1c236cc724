"""The words of one page, run as a program of its own: bytes on stdin, media type and charset as arguments, JSON out.

A parser reads what strangers wrote. Here it may need too long or too much memory, or crash, and takes nobody along.
What a page says of itself is read in this order, the first that says something counts: JSON-LD (schema.org Article and
its kinds), OpenGraph, plain HTML.
"""

from __future__ import annotations

import codecs
import json
import re
import resource
import sys
import unicodedata
from collections.abc import Iterator
from typing import Any

CPU_SECONDS = 5
MEMORY = 1024 * 1024 * 1024
LONGEST = 2000  # of a value that a page says of itself
MOST_AUTHORS = 50
FEW_BROKEN = 1 / 10  # of what is not ASCII: so few are a slip in UTF-8; more, and the page is written otherwise
META_CHARSET = re.compile(rb"<meta[^>]{1,200}?charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE)
ARTICLE_KIND = re.compile(r"(?:^|[/:])(?:\w*Article|(?:Live)?BlogPosting|Report)$")
SHORT = 300  # characters: so short, the main text is told from the menus around it by its mark, not by its look
WHOLE = re.compile("<(?:html|body)[\\s>]", re.IGNORECASE)
NEVER_SEEN = frozenset("\u00ad\u200b\u2060\ufeff")


def main(media_type: str, charset: str) -> None:
    """Print `title`, `text` and `head` of what is on stdin; texts are empty for what holds no words."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    page = decoded(sys.stdin.buffer.read(), charset)
    found = read_html(page) if "html" in media_type else {"title": "", "text": page, "head": {}}
    sys.stdout.write(json.dumps(found))


def decoded(page: bytes, charset: str) -> str:
    """The page as text: by its byte order mark, what was said of it, what it says itself, UTF-8, else by its look."""
    marks = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
    named = META_CHARSET.search(page[:4096])
    said = [name for mark, name in marks if page.startswith(mark)]
    said += [charset, named[1].decode("ascii") if named else "", "utf-8"]
    for name in filter(None, said):
        try:
            return page.decode(name)
        except (LookupError, UnicodeDecodeError, ValueError):
            continue
    nearly = page.decode("utf-8", "replace")
    beyond = sum(not character.isascii() for character in nearly)
    return nearly if nearly.count("\ufffd") <= beyond * FEW_BROKEN else _guessed(page)


def _guessed(page: bytes) -> str:
    from trafilatura.utils import decode_file

    return str(decode_file(page))


def read_html(page: str) -> dict[str, Any]:
    """Title, main text, and what the page says of itself."""
    import trafilatura
    from trafilatura import utils

    page = page if WHOLE.search(page) else f"<html><body>{page}</body></html>"  # a fragment alone is refused as dubious
    vars(utils)["return_printables_and_spaces"] = _kept  # its own drops the joiners that whole scripts are spelled with
    tree: Any = utils.load_html(page)
    found: Any = trafilatura.bare_extraction(page, include_comments=False, with_metadata=True, fast=True)
    title, text = (found.title or "", found.text or "") if found else ("", "")
    if tree is None:
        return {"title": title, "text": text or trafilatura.html2txt(page) or "", "head": {}}
    article = next(_articles(tree), {})
    if len(text) < SHORT:
        text = trafilatura.html2txt(_marked(tree)) or _body(article.get("articleBody")) or text
    return {
        "title": title or _first(tree, "//title//text()"),
        "text": text or trafilatura.html2txt(page) or "",
        "head": _head(tree, article),
    }


def _marked(tree: Any) -> str:
    """The source of the one element that is marked as the article, if one is."""
    from lxml.html import tostring

    for path in ("//*[@itemprop='articleBody']", "//article", "//main"):
        marked = tree.xpath(path)
        if len(marked) == 1:
            return f"<html><body>{tostring(marked[0], encoding='unicode', with_tail=False)}</body></html>"
    return "<html></html>"


def _kept(character: str) -> str:
    """The character, unless nobody sees it and no script needs it."""
    if character.isprintable() or character.isspace():
        return character
    return character if unicodedata.category(character) == "Cf" and character not in NEVER_SEEN else ""


def _head(tree: Any, article: dict[str, Any]) -> dict[str, Any]:
    """What the page says of itself. `published` lists every time it names, with where."""
    published = [
        ("JSON-LD", _words(article.get("datePublished"))),
        ("OpenGraph", _meta(tree, "article:published_time")),
        ("HTML", _time(tree)),
    ]
    page = article.get("mainEntityOfPage")
    canonical = (_words(page.get("@id") if isinstance(page, dict) else page), _words(article.get("url")))
    return {
        "headline": _either(_words(article.get("headline")), _meta(tree, "og:title"), _heading(tree)),
        "published": [[where, when] for where, when in published if when],
        "language": _either(
            _language(article.get("inLanguage")), _meta(tree, "og:locale"), _first(tree, "/html/@lang|//html/@lang")
        ),
        "canonical": _either(*canonical, _meta(tree, "og:url"), _first(tree, "//link[@rel='canonical']/@href")),
        "outlet": _either(_name(article.get("publisher")), _meta(tree, "og:site_name")),
        "authors": _names(article.get("author")) or list(filter(None, [_meta(tree, "author")])),
        "is_opinion": any("Opinion" in kind for kind in _kinds(article)),
    }


def _articles(tree: Any) -> Iterator[dict[str, Any]]:
    """The articles that the page's JSON-LD describes, in order. Blocks that are no JSON are passed over."""
    for block in tree.xpath("//script[@type='application/ld+json']"):
        try:
            found = json.loads(block.text or "", strict=False)  # pages put raw line breaks into strings
        except (ValueError, RecursionError):
            continue
        things = found if isinstance(found, list) else [found]
        for thing in [inner for one in things for inner in _and_graph(one)]:
            if isinstance(thing, dict) and any(ARTICLE_KIND.search(kind) for kind in _kinds(thing)):
                yield thing


def _and_graph(thing: Any) -> list[Any]:
    graph = thing.get("@graph") if isinstance(thing, dict) else None
    return [thing, *(graph if isinstance(graph, list) else [])]


def _kinds(thing: dict[str, Any]) -> list[str]:
    kinds = thing.get("@type")
    return [kind for kind in (kinds if isinstance(kinds, list) else [kinds]) if isinstance(kind, str)]


def _names(people: Any) -> list[str]:
    """Authors as string, object or list of either."""
    named = [_name(one) for one in (people if isinstance(people, list) else [people])[:MOST_AUTHORS]]
    return [name for name in named if name]


def _name(somebody: Any) -> str:
    return _words(somebody.get("name") if isinstance(somebody, dict) else somebody)


def _language(value: Any) -> str:
    value = value[0] if isinstance(value, list) and value else value
    return _words(value.get("alternateName") if isinstance(value, dict) else value)


def _heading(tree: Any) -> str:
    """The only main heading, else what the window is called."""
    headings = tree.xpath("//h1")
    return _words(headings[0].text_content()) if len(headings) == 1 else _first(tree, "//title//text()")


def _time(tree: Any) -> str:
    marked = "//*[@itemprop='datePublished']"
    found = _first(tree, f"{marked}/@datetime|{marked}/@content")
    times = tree.xpath("//article//time/@datetime") or tree.xpath("//time/@datetime")
    return found or (_words(times[0]) if len(times) == 1 else "")


def _meta(tree: Any, name: str) -> str:
    return _first(tree, "//meta[@property=$name or @name=$name]/@content", name=name)


def _first(tree: Any, path: str, **values: str) -> str:
    return next(filter(None, map(_words, tree.xpath(path, **values))), "")


def _words(value: Any) -> str:
    return " ".join(value.split()) if isinstance(value, str) else ""


def _body(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _either(*values: str) -> str:
    return next((value[:LONGEST] for value in values if value), "")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
