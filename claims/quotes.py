"""Tying a quote to its place in a text.

Offsets count Unicode code points, which is how Python indexes `str`. A quote is placed only where its exact words
stand, and only when one place is meant; otherwise the caller learns which places or which similar words there are.
Nothing is guessed: the nearest words are offered to a person, never used. Texts and quotes are expected as
`plaintext.clean` leaves them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from claims.nearest import Nearest, nearest

CONTEXT = 32
MOST_LISTED = 20

_JOINER = "\u200d"
_EXTENDING = frozenset({"Mn", "Mc", "Me"})
_EXTENDERS = range(0x1F3FB, 0x1F400)
_PARAGRAPH = re.compile(r"[^\n]*\S[^\n]*")
_WORD_BREAK = re.compile(r"\s")


@dataclass(frozen=True)
class Anchor:
    """Where a quote stands: `text[start:end] == exact`, with up to `context` code points before and after it."""

    exact: str
    prefix: str
    suffix: str
    start: int
    end: int


@dataclass(frozen=True)
class Paragraph:
    """One line of a text that is not blank: `text[start:end] == words`."""

    words: str
    start: int
    end: int


@dataclass(frozen=True)
class Excerpt:
    """A quote with its surroundings: `before + exact + after` is one stretch of the text that begins at `start`.

    `cut_before` and `cut_after` say whether the paragraph goes on beyond the excerpt.
    """

    before: str
    exact: str
    after: str
    start: int
    cut_before: bool
    cut_after: bool


@dataclass
class QuoteEmpty(ValueError):
    """There are no words to look for."""

    code: str = "quote_empty"
    message: str = "The quote holds no words."

    def __str__(self) -> str:
        return self.message


@dataclass
class QuoteNotFound(ValueError):
    """The words do not stand in the text. `nearest` is the most similar stretch, None when nothing is similar."""

    nearest: Nearest | None
    code: str = "quote_not_found"

    @property
    def message(self) -> str:
        if self.nearest is None:
            return "The quote does not stand in the text, and nothing in the text is similar to it."
        return f"The quote does not stand in the text. {self.nearest.sentence}"

    def __str__(self) -> str:
        return self.message


@dataclass
class QuoteAmbiguous(ValueError):
    """The words stand in several places. `places` lists the first 20 of them; `more` says whether there are others."""

    places: tuple[Anchor, ...]
    more: bool
    code: str = "quote_ambiguous"

    @property
    def offsets(self) -> tuple[int, ...]:
        """Where the listed places begin."""
        return tuple(place.start for place in self.places)

    @property
    def message(self) -> str:
        count = f"more than {len(self.places)}" if self.more else f"{len(self.places)}"
        listed = ", ".join(map(str, self.offsets)) + (", …" if self.more else "")
        return (
            f"The quote stands in {count} places of the text, beginning at {listed}."
            " Say which one by its start, or by the words before or after it."
        )

    def __str__(self) -> str:
        return self.message


def locate(
    text: str,
    exact: str,
    *,
    prefix: str = "",
    suffix: str = "",
    start: int | None = None,
    context: int = CONTEXT,
) -> Anchor:
    """Return the one place where `exact` stands in `text`.

    `start` decides when the words stand there. Otherwise the only place is taken; among several, the only one with
    `prefix` directly before it and `suffix` directly after it. Raises QuoteEmpty, QuoteNotFound (with the nearest
    words) or QuoteAmbiguous (with the places).
    """
    if not exact.strip():
        raise QuoteEmpty
    if start is not None and start >= 0 and text.startswith(exact, start):
        return _anchor(text, exact, start, context)
    found = places_of(text, exact, MOST_LISTED + 1)
    if not found:
        raise QuoteNotFound(nearest(text, exact))
    if len(found) == 1:
        return _anchor(text, exact, found[0], context)
    framed = places_of(text, prefix + exact + suffix, 2)
    if len(framed) == 1:
        return _anchor(text, exact, framed[0] + len(prefix), context)
    raise _ambiguous(text, exact, found, context)


def paragraphs(text: str) -> tuple[Paragraph, ...]:
    """Return the lines of `text` that are not blank, in order, with their offsets."""
    return tuple(Paragraph(match.group(), *match.span()) for match in _PARAGRAPH.finditer(text))


def excerpt(text: str, anchor: Anchor, around: int) -> Excerpt:
    """Return the quote within its paragraph, with at most `around` code points on each side, cut between words."""
    opening = text.rfind("\n", 0, anchor.start) + 1
    closing = text.find("\n", anchor.end)
    closing = len(text) if closing < 0 else closing
    start = _later_break(text, max(opening, anchor.start - around), opening, anchor.start)
    end = _earlier_break(text, min(closing, anchor.end + around), closing, anchor.end)
    return Excerpt(
        text[start : anchor.start],
        anchor.exact,
        text[anchor.end : end],
        start,
        start > opening,
        end < closing,
    )


def places_of(text: str, words: str, most: int = MOST_LISTED) -> list[int]:
    """The first `most` places of `words`; places may overlap ("aa" stands twice in "aaa")."""
    places: list[int] = []
    place = text.find(words)
    while place >= 0 and len(places) < most:
        places.append(place)
        place = text.find(words, place + 1)
    return places


def _ambiguous(text: str, exact: str, found: list[int], context: int) -> QuoteAmbiguous:
    listed = tuple(_anchor(text, exact, place, context) for place in found[:MOST_LISTED])
    return QuoteAmbiguous(listed, more=len(found) > MOST_LISTED)


def _anchor(text: str, exact: str, start: int, context: int) -> Anchor:
    end = start + len(exact)
    opening, closing = max(0, start - context), min(len(text), end + context)
    while opening < start and _joins(text, opening):
        opening += 1
    while closing > end and _joins(text, closing):
        closing -= 1
    return Anchor(exact, text[opening:start], text[end:closing], start, end)


def _joins(text: str, index: int) -> bool:
    """Whether a cut before `text[index]` would tear a character as people see it."""
    if index <= 0 or index >= len(text):
        return False
    character = text[index]
    return (
        character == _JOINER
        or text[index - 1] == _JOINER
        or unicodedata.category(character) in _EXTENDING
        or ord(character) in _EXTENDERS
    )


def _later_break(text: str, wanted: int, opening: int, start: int) -> int:
    """The first beginning of a word at or after `wanted`, at most `start`."""
    if wanted <= opening:
        return opening
    return next((match.end() for match in _breaks(text, wanted - 1, start)), start)


def _earlier_break(text: str, wanted: int, closing: int, end: int) -> int:
    """The last end of a word at or before `wanted`, at least `end`."""
    if wanted >= closing:
        return closing
    return max((match.start() for match in _breaks(text, end, wanted + 1)), default=end)


def _breaks(text: str, start: int, end: int) -> Iterator[re.Match[str]]:
    return _WORD_BREAK.finditer(text, start, end)
