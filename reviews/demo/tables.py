"""Plain tables and headings for a terminal of 100 columns; colour only where the terminal has it."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Sequence
from itertools import zip_longest

WIDTH = 100
GAP = "  "
Write = Callable[[str], object]
Paint = Callable[[str], str]


def table(headings: Sequence[str], widths: Sequence[int], rows: Iterable[Sequence[object]]) -> str:
    """Rows under headings, each cell wrapped to its width. Widths and gaps together must fit 100 columns."""
    if sum(widths) + len(GAP) * (len(widths) - 1) > WIDTH - len(GAP):
        raise ValueError(f"the table is wider than {WIDTH} columns")
    rule = ["-" * width for width in widths]
    lines = [line for row in (headings, rule, *rows) for line in _wrapped(row, widths)]
    return "\n".join(lines)


def _wrapped(row: Sequence[object], widths: Sequence[int]) -> list[str]:
    cells = [textwrap.wrap(str(cell), width) or [""] for cell, width in zip(row, widths, strict=True)]
    lines = zip_longest(*cells, fillvalue="")
    return [
        GAP + GAP.join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    ]


class Teller:
    """Writes the story as it happens. Tells nothing at all when `write` is None."""

    def __init__(self, write: Write | None, heading: Paint = str) -> None:
        self._write, self._heading, self._chapters = write, heading, 0

    def chapter(self, title: str) -> None:
        self._chapters += 1
        self._put(f"\n{self._heading(f'{self._chapters}. {title}')}")

    def say(self, words: str) -> None:
        self._put(textwrap.fill(words, WIDTH))

    def table(self, headings: Sequence[str], widths: Sequence[int], rows: Iterable[Sequence[object]]) -> None:
        self._put(table(headings, widths, rows))

    def _put(self, words: str) -> None:
        if self._write is not None:
            self._write(words)
