"""The text of an article in paragraphs, with the words of its claims marked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from claims.quotes import Paragraph, paragraphs


@dataclass(frozen=True)
class Mark:
    """The words of one claim: code-point offsets into the text."""

    claim_id: int
    start: int
    end: int
    current: bool = False


@dataclass(frozen=True)
class Piece:
    """A stretch of a paragraph under at most one mark. `ends` are claims whose words end here."""

    words: str
    mark: Mark | None
    ends: Sequence[Mark] = field(default_factory=tuple)


@dataclass(frozen=True)
class Marked:
    """One paragraph: its number and its pieces in order. `has_current` says where to scroll to."""

    number: int
    pieces: Sequence[Piece]

    @property
    def has_current(self) -> bool:
        return any(piece.mark is not None and piece.mark.current for piece in self.pieces)


def marked(text: str, marks: Iterable[Mark]) -> list[Marked]:
    """Every paragraph of `text` with its marks. Where marks overlap, the current one shows, else the shortest."""
    known = list(marks)
    return [Marked(number, _pieces(text, part, known)) for number, part in enumerate(paragraphs(text), 1)]


def around(paragraphs_: Sequence[Marked], most: int) -> list[Marked]:
    """At most `most` paragraphs before and after the current one; all of them when none is current."""
    place = next((index for index, one in enumerate(paragraphs_) if one.has_current), None)
    if place is None or len(paragraphs_) <= 2 * most:
        return list(paragraphs_)
    return list(paragraphs_[max(0, place - most) : place + most + 1])


def _pieces(text: str, part: Paragraph, marks: Sequence[Mark]) -> list[Piece]:
    here = [mark for mark in marks if mark.start < part.end and mark.end > part.start]
    cuts = {part.start, part.end}
    for mark in here:
        cuts |= {max(mark.start, part.start), min(mark.end, part.end)}
    edges = sorted(cuts)
    return [_piece(text, start, end, here) for start, end in pairwise(edges)]


def _piece(text: str, start: int, end: int, marks: Sequence[Mark]) -> Piece:
    over = [mark for mark in marks if mark.start <= start and mark.end >= end]
    shown = min(over, key=lambda mark: (not mark.current, mark.end - mark.start), default=None)
    return Piece(text[start:end], shown, tuple(mark for mark in marks if mark.end == end))
