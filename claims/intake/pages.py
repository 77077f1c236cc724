"""A page as an article: its text, whole, and what it says of itself."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from claims.errors import Invalid
from claims.intake.words import READABLE, read_apart
from claims.plaintext import refused_in, scrubbed

LONGEST_LINE = 2000


class NothingReadable(Invalid):
    """No text can be read from this page. Send the text itself.

    The page has no text that could be told from its menus. Send `text` yourself.
    """

    code = "nothing_readable"


@dataclass(frozen=True)
class Head:
    """What a page says of itself, each value as it stands there, empty where it says nothing.

    `published` are all times of publication it names, with where ("JSON-LD", "OpenGraph", "HTML"); the first counts.
    """

    headline: str = ""
    published: Sequence[tuple[str, str]] = ()
    language: str = ""
    canonical: str = ""
    outlet: str = ""
    authors: Sequence[str] = ()
    is_opinion: bool = False


@dataclass(frozen=True)
class ReadPage:
    """The text of an article's page in one form, its head, and the names of characters left out, with how often."""

    text: str
    head: Head = Head()
    left_out: Mapping[str, int] = field(default_factory=dict)


def read_page(page: bytes, media_type: str = "text/html", charset: str = "") -> ReadPage:
    """Read a page in a process of its own. Raises `NothingReadable`, also when the reading took too long.

    A character that hides or reorders text is left out, and named: a reader of the kept text sees the words in the
    order in which they are stored.
    """
    if media_type not in READABLE:
        raise NothingReadable(f"This is no page with text ({media_type or 'of no kind'}). Send the text itself.")
    try:
        found = read_apart(page, media_type, charset)
    except (subprocess.SubprocessError, ValueError) as failed:
        raise NothingReadable("Reading this page took too long or failed. Send the text itself.") from failed
    text = scrubbed(found["text"], max_length=len(page) + len(found["text"]))
    if not text:
        raise NothingReadable()
    return ReadPage(text, _head(found["head"]), refused_in(found["text"]))


def _head(found: Mapping[str, Any]) -> Head:
    if not found:
        return Head()
    return Head(
        headline=_line(found["headline"]),
        published=[(where, _line(when)) for where, when in found["published"]],
        language=_line(found["language"]).replace("_", "-"),
        canonical=_line(found["canonical"]),
        outlet=_line(found["outlet"]),
        authors=[name for name in map(_line, found["authors"]) if name],
        is_opinion=bool(found["is_opinion"]),
    )


def _line(words: str) -> str:
    return " ".join(scrubbed(words, max_length=LONGEST_LINE).split())
