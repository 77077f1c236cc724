"""Hints of the live stream: that something happened to a claim, and who may know.

A hint carries the type of the event and the number of its claim, nothing of what it says; whoever hears it reads the
rest where rows are judged one by one. Thousands of streams are told from one reading of the feed, so whether a viewer
sees a claim is decided here, in memory, by the rule of `claims.permissions.visible_claims`; a test holds the two equal.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

Place = tuple[int, int]
KEPT = 2_000  # hints; who comes back later than these reach is told to read anew


class Eyes(NamedTuple):
    """What a viewer sees: the numbers of their desks, None for all; under an embargo of no desk a key sees less."""

    desks: frozenset[int] | None
    is_key: bool


class Sight(NamedTuple):
    """What decides who sees a claim: its desk, and the desks of its articles that are under embargo now."""

    desk: int | None
    embargoed: frozenset[int | None] = frozenset()


class Hint(NamedTuple):
    """One event of the feed: its place, its claim, and its type as it is kept ("claim.late")."""

    place: Place
    claim: int
    type: str


def sees(eyes: Eyes, sight: Sight) -> bool:
    """Whether these eyes see a claim."""
    if eyes.desks is None:
        return not (eyes.is_key and sight.embargoed)
    if not eyes.desks or not (sight.desk is None or sight.desk in eyes.desks):
        return False
    return (sight.embargoed if eyes.is_key else sight.embargoed - {None}) <= eyes.desks


@dataclass
class Recent:
    """The last hints of the feed, in order, for streams to be told from. Nothing at or before `begin` is here.

    Where claims stand changes; the newest that was read counts for every hint of a claim, for old ones too.
    """

    begin: Place
    kept: int = KEPT
    hints: list[Hint] = field(default_factory=list)
    sights: dict[int, Sight] = field(default_factory=dict)

    @property
    def end(self) -> Place:
        """The place of the last one."""
        return self.hints[-1].place if self.hints else self.begin

    def add(self, news: Sequence[Hint], sights: Mapping[int, Sight]) -> None:
        """Take in what the feed has gained behind `end`, and forget what is too old."""
        self.hints.extend(news)
        self.sights.update(sights)
        if len(self.hints) > 2 * self.kept:
            self.begin = self.hints[-self.kept - 1].place
            self.hints = self.hints[-self.kept :]
            left = {hint.claim for hint in self.hints}
            self.sights = {claim: sight for claim, sight in self.sights.items() if claim in left}

    def reaches(self, place: Place) -> bool:
        """Whether everything behind `place` is still here."""
        return place >= self.begin

    def behind(self, place: Place) -> Sequence[Hint]:
        """The hints behind `place`, of those that are here."""
        return self.hints[bisect_right(self.hints, place, key=_place) :]

    def claims_behind(self, place: Place) -> frozenset[int]:
        """The claims that the hints behind `place` are about."""
        return frozenset(hint.claim for hint in self.behind(place))

    def told(self, hints: Iterable[Hint], eyes: Eyes, types: frozenset[str]) -> list[Hint]:
        """Those of these hints that such a viewer may hear and asked for; all types when `types` is empty."""
        return [hint for hint in hints if (not types or hint.type in types) and sees(eyes, self.sights[hint.claim])]


def _place(hint: Hint) -> Place:
    return hint.place
