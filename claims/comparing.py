"""What has changed between two texts, paragraph by paragraph and word by word. Pure.

Bounded, because one of the texts came from a stranger: of very long texts only the first paragraphs are compared,
and two paragraphs of very many words are shown as wholly changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

MOST_PARAGRAPHS = 1_000
MOST_WORDS = 1_500
MOST_LIKENED = 300
_WORDS = re.compile(r"\s+|[^\s]+")


@dataclass(frozen=True)
class Piece:
    """Some words of one side, and whether the other side lacks them."""

    text: str
    changed: bool


@dataclass(frozen=True)
class Row:
    """Two paragraphs beside one another. An empty side: the paragraph stands only on the other."""

    before: Sequence[Piece]
    after: Sequence[Piece]

    @property
    def changed(self) -> bool:
        return any(piece.changed for piece in (*self.before, *self.after))


@dataclass(frozen=True)
class Comparison:
    """All rows in order. `cut` says that the texts go on behind what was compared."""

    rows: Sequence[Row]
    cut: bool = False

    @property
    def changes(self) -> int:
        """How many paragraphs differ."""
        return sum(1 for row in self.rows if row.changed)


def compare(before: str, after: str) -> Comparison:
    """Compare two texts whose paragraphs end with line feeds; blank lines do not count."""
    old, new = _paragraphs(before), _paragraphs(after)
    cut = max(len(old), len(new)) > MOST_PARAGRAPHS
    old, new = old[:MOST_PARAGRAPHS], new[:MOST_PARAGRAPHS]
    return Comparison(list(_rows(old, new)), cut)


def _paragraphs(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def _rows(old: list[str], new: list[str]) -> Iterator[Row]:
    for kind, first, last, start, end in SequenceMatcher(None, old, new).get_opcodes():
        if kind == "equal":
            yield from (Row([Piece(text, changed=False)], [Piece(text, changed=False)]) for text in old[first:last])
            continue
        for left, right in zip_longest(old[first:last], new[start:end], fillvalue=""):
            yield _words(left, right)


def _words(left: str, right: str) -> Row:
    """Two paragraphs that differ, with the words marked that do."""
    one, other = _WORDS.findall(left), _WORDS.findall(right)
    if not one or not other or max(len(one), len(other)) > MOST_WORDS:
        return Row(_whole(left), _whole(right))
    before: list[Piece] = []
    after: list[Piece] = []
    for kind, first, last, start, end in SequenceMatcher(None, one, other).get_opcodes():
        changed = kind != "equal"
        before += [Piece("".join(one[first:last]), changed)] if last > first else []
        after += [Piece("".join(other[start:end]), changed)] if end > start else []
    return Row(before, after)


def alike(one: str, other: str) -> float:
    """How alike two paragraphs are by their words, from 0 to 1. Of very many words only the first are compared."""
    left, right = one.split()[:MOST_LIKENED], other.split()[:MOST_LIKENED]
    return SequenceMatcher(None, left, right, autojunk=False).ratio()


def _whole(text: str) -> list[Piece]:
    return [Piece(text, changed=True)] if text else []
