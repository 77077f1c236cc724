"""The origins of a claim's evidence as a small drawing, with the same in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from claims.models import Evidence
from claims.origins import Node
from reviews.services.origins import origins_in

RADIUS, INDENT, LINE = 11, 30, 30
WIDTH = 420


@dataclass(frozen=True)
class Dot:
    """One item: its number on the page, its place in the drawing, what it is called, the line from its parent."""

    number: str
    x: int
    y: int
    label: str
    is_origin: bool
    path: str = ""

    @property
    def label_x(self) -> int:
        return self.x + RADIUS + 8

    @property
    def label_y(self) -> int:
        return self.y - 9

    @property
    def room(self) -> int:
        """How wide the label may be; it is cut there, however wide its letters are."""
        return max(WIDTH - self.label_x, 0)


@dataclass(frozen=True)
class Drawing:
    """The count in a sentence; the dots only where something was taken from something else."""

    sentence: str
    words: str
    dots: Sequence[Dot]
    width: int = WIDTH

    @property
    def height(self) -> int:
        return LINE * len(self.dots)


def drawing_of(rows: Sequence[Evidence]) -> Drawing | None:
    """Draw the evidence somebody sees, in the order of the page. None when nothing counts."""
    found = origins_in(rows)
    if not found.count.items:
        return None
    if all(node.parent is None for node in found.nodes):
        return Drawing(found.count.sentence, "", [])
    numbers = {row.pk: str(number) for number, row in enumerate(rows, 1)}
    titles = {row.pk: row.shown_title for row in rows}
    lines = {node.item: node for node in found.nodes}
    dots = [_dot(node, lines, numbers, titles) for node in found.nodes]
    told = {row.pk: row.derives_from_id for row in rows}
    taken = [
        (_("%(item)s was taken from %(parent)s.") if told.get(node.item) else _("%(item)s repeats %(parent)s."))
        % {"item": numbers.get(node.item, "?"), "parent": numbers.get(node.parent, "?")}
        for node in found.nodes
        if node.parent is not None
    ]
    return Drawing(found.count.sentence, " ".join(taken), dots)


def _dot(node: Node, lines: dict[int, Node], numbers: dict[int, str], titles: dict[int, str]) -> Dot:
    x, y = RADIUS + 2 + INDENT * node.depth, LINE // 2 + LINE * node.line
    path = ""
    if node.parent is not None:
        above = lines[node.parent]
        path = f"M{x - INDENT} {LINE // 2 + LINE * above.line + RADIUS}V{y}H{x - RADIUS}"
    label = titles.get(node.item) or _("an item you do not see")
    return Dot(numbers.get(node.item, "?"), x, y, label, node.parent is None, path)
