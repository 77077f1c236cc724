"""Atom feeds (RFC 4287), with pages (RFC 5005) and entries that were taken back (RFC 6721).

Titles and summaries are plain text (`type="text"`): a reader shows the words of a claim and never reads them as markup.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement, tostring

from django.utils.dateparse import parse_datetime

from claims.exports.times import rfc3339

MEDIA_TYPE = "application/atom+xml; charset=utf-8"
ATOM = "http://www.w3.org/2005/Atom"
TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)  # when a feed changed that nothing was ever in
# Characters that no XML document may hold, not even escaped.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Category:
    """A word of one of our vocabularies: `scheme` names it, `label` is what people read."""

    scheme: str
    term: str
    label: str


@dataclass(frozen=True)
class Entry:
    """One entry. `tag` is its permanent name; `via` the article it is about, empty when it has no address."""

    tag: str
    title: str
    summary: str
    link: str
    published: datetime
    updated: datetime
    via: str = ""
    language: str = ""
    categories: tuple[Category, ...] = ()


@dataclass(frozen=True)
class Gone:
    """An entry that was taken back, when and why."""

    tag: str
    moment: datetime
    why: str


@dataclass(frozen=True)
class Feed:
    """A page of a feed, newest first. `further` is the address of the page behind it, empty on the last."""

    tag: str
    title: str
    author: str
    address: str
    page: str
    updated: datetime
    further: str = ""
    entries: Sequence[Entry | Gone] = ()


def place_of(moment: datetime, number: int) -> str:
    """Where the page behind this row begins, as it stands in an address."""
    return f"{rfc3339(moment)}_{number}"


def place_in(text: str) -> tuple[datetime, int] | None:
    """The moment and the number of a place; None for what is none."""
    moment, _mark, number = text.partition("_")
    try:
        at = parse_datetime(moment)
    except ValueError:
        return None
    if at is None or at.tzinfo is None or not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    return at, int(number)


def written(feed: Feed) -> bytes:
    """The feed as XML in UTF-8."""
    root = Element("feed", {"xmlns": ATOM, "xmlns:at": TOMBSTONES, "xml:lang": "en"})
    _child(root, "id", feed.tag)
    _child(root, "title", feed.title)
    _child(root, "updated", rfc3339(feed.updated))
    _link(root, "self", feed.address, "application/atom+xml")
    _link(root, "alternate", feed.page)
    if feed.further:
        _link(root, "next", feed.further, "application/atom+xml")
    _child(_child(root, "author"), "name", feed.author)
    for one in feed.entries:
        if isinstance(one, Gone):
            _add_gone(root, one)
        else:
            _add_entry(root, one)
    body: bytes = tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + body


def _add_entry(root: Element, one: Entry) -> None:
    entry = _child(root, "entry", **({"xml:lang": one.language} if one.language else {}))
    _child(entry, "id", one.tag)
    _child(entry, "title", one.title)
    _child(entry, "published", rfc3339(one.published))
    _child(entry, "updated", rfc3339(one.updated))
    _link(entry, "alternate", one.link)
    if one.via:
        _link(entry, "via", one.via)
    for category in one.categories:
        _child(entry, "category", **vars(category))
    _child(entry, "summary", one.summary, type="text")


def _add_gone(root: Element, one: Gone) -> None:
    gone = _child(root, "at:deleted-entry", ref=one.tag, when=rfc3339(one.moment))
    _child(gone, "at:comment", one.why)


def _link(parent: Element, relation: str, address: str, kind: str = "text/html") -> None:
    _child(parent, "link", rel=relation, type=kind, href=address)


def _child(parent: Element, name: str, words: str = "", /, **attributes: str) -> Element:
    child = SubElement(parent, name, attributes)
    child.text = _NOT_XML.sub("", words) or None
    return child
