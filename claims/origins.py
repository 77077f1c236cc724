"""Where evidence comes from in the end.

Seven reports that all repeat one newspaper are one source. Each item may name the item it derives from; following
that to the root gives its origin, and only distinct origins count. Parents are given as a mapping from the id of an
item to the id it derives from, None for an item that stands on its own. One page or file that was added twice is one
origin too, whether or not anybody said so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Parents = Mapping[int, int | None]
Marks = Mapping[int, Iterable[str]]


@dataclass(frozen=True)
class OriginCount:
    """How many items there are, how many origins they go back to, and how many notes were left out."""

    items: int
    origins: int
    notes: int = 0

    @property
    def sentence(self) -> str:
        """The count in words: "7 items, 1 origin. 2 notes do not count."."""
        counted = f"{_counted(self.items, 'item')}, {_counted(self.origins, 'origin')}"
        if not self.notes:
            return f"{counted}."
        return f"{counted}. {_counted(self.notes, 'note')} {'does' if self.notes == 1 else 'do'} not count."


def origin_of(parents: Parents, item: int) -> int:
    """Return the id at the root of `item`.

    An item without a parent, or one that `parents` does not know, is a root. Items that derive from each other in a
    circle have no root; the smallest id of the circle stands for all of them.
    """
    walked: list[int] = []
    seen: set[int] = set()
    current = item
    while current not in seen:
        walked.append(current)
        seen.add(current)
        parent = parents.get(current)
        if parent is None:
            return current
        current = parent
    return min(walked[walked.index(current) :])


def with_repeats(parents: Parents, marks: Marks) -> Parents:
    """Return `parents` with items that share a mark, such as an address or kept bytes, going back to one origin.

    Whichever of two such items stands on its own goes below the other, the later one where both do.
    """
    joined = dict(parents)
    first: dict[str, int] = {}
    for item in sorted(marks):
        for mark in sorted(marks[item]):
            earlier = first.setdefault(mark, item)
            root, other = origin_of(joined, item), origin_of(joined, earlier)
            if root == other:
                continue
            if root == item:
                joined[item] = earlier
            else:
                joined[other] = item if other == earlier else root
    return joined


def distinct_origins(parents: Parents, items: Iterable[int]) -> set[int]:
    """Return the ids of the origins of `items`. Leave notes out of `items`: they do not count."""
    return {origin_of(parents, item) for item in items}


def items_by_origin(parents: Parents, items: Iterable[int]) -> dict[int, list[int]]:
    """Return each origin with the items that go back to it, both in ascending order."""
    groups: dict[int, list[int]] = {}
    for item in sorted(set(items)):
        groups.setdefault(origin_of(parents, item), []).append(item)
    return dict(sorted(groups.items()))


def count_origins(parents: Parents, items: Iterable[int], *, notes: int = 0) -> OriginCount:
    """Count `items` and their origins; `notes` is the number of notes among the evidence, for the sentence."""
    distinct = set(items)
    return OriginCount(len(distinct), len(distinct_origins(parents, distinct)), notes)


@dataclass(frozen=True)
class Node:
    """One item in the drawing: how many steps it lies from its origin, and its line from the top, both from 0."""

    item: int
    depth: int
    line: int
    parent: int | None


def drawn(parents: Parents, items: Iterable[int]) -> list[Node]:
    """Return `items` and all they derive from as a forest, each origin with what was taken from it below it.

    Every item has a line of its own; a parent stands above what derives from it. Origins come in ascending order, as
    do items of one parent. In a circle, which no service lets happen, the smallest id stands as the origin.
    """
    shown = _with_parents(parents, items)
    roots = {origin_of(parents, item) for item in shown}
    below: dict[int | None, list[int]] = {}
    for item in sorted(shown):
        parent = None if item in roots else parents.get(item)
        below.setdefault(parent, []).append(item)
    nodes: list[Node] = []
    waiting: list[tuple[int, int, int | None]] = [(item, 0, None) for item in reversed(below.get(None, []))]
    while waiting:
        item, depth, parent = waiting.pop()
        nodes.append(Node(item, depth, len(nodes), parent))
        waiting += [(child, depth + 1, item) for child in reversed(below.get(item, []))]
    return nodes


def _with_parents(parents: Parents, items: Iterable[int]) -> set[int]:
    shown: set[int] = set()
    for item in items:
        current: int | None = item
        while current is not None and current not in shown:
            shown.add(current)
            current = parents.get(current)
    return shown


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
