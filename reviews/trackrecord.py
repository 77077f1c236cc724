"""What became of dated claims, counted by whom they came through and by how sure they were printed.

Counts and ranges, never a score: desks choose which claims to check. A share is shown from ten decided claims, with
its Wilson interval, because fewer say next to nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy

from claims.verdicts import Outcome

Z_95 = 1.959963984540054  # the 97.5th percentile of the standard normal distribution
LEAST = 10  # decided claims from which a share is shown


class Part(TextChoices):
    """What a source did with a claim: the claim starts there, or came through it."""

    MADE = "made", pgettext_lazy("role of a source", "made it")
    PASSED = "passed", pgettext_lazy("role of a source", "passed it on")


def wilson(successes: int, trials: int, z: float = Z_95) -> tuple[float, float]:
    """The score interval of a proportion, both ends between 0 and 1; at `z` 1.96 it is the 95% interval.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the American
    Statistical Association 22 (1927), 209–212, without correction for continuity. Unlike the usual normal interval it
    holds for few trials and for shares near 0 and 1. Raises ValueError without trials or for impossible counts.
    """
    if trials < 1 or not 0 <= successes <= trials:
        raise ValueError(f"{successes} of {trials} is no proportion")
    share, square = successes / trials, z * z
    scale = 1 + square / trials
    centre = (share + square / (2 * trials)) / scale
    half = z / scale * math.sqrt(share * (1 - share) / trials + square / (4 * trials * trials))
    # At the ends the exact bound is 0 or 1; rounding must not leave it a hair off.
    return (0.0 if successes == 0 else max(0.0, centre - half), 1.0 if successes == trials else min(1.0, centre + half))


@dataclass(frozen=True)
class Share:
    """Some of all, for example confirmed of decided: a fraction and its 95% range."""

    value: float
    low: float
    high: float


def share_of(part: int, whole: int) -> Share | None:
    """`part` of `whole` with its range; None below ten, which say next to nothing."""
    return Share(part / whole, *wilson(part, whole)) if whole >= LEAST else None


@dataclass
class Tally:
    """Decided dated claims by what became of them."""

    counts: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(Outcome, 0))

    def add(self, outcome: Outcome) -> None:
        """Count one claim."""
        self.counts[outcome] += 1

    @property
    def decided(self) -> int:
        return sum(self.counts.values())

    @property
    def confirmed(self) -> int:
        """Claims that had come true by their date."""
        return self.counts[Outcome.BY_DATE]

    @property
    def share(self) -> Share | None:
        """The share confirmed by their date, None below ten decided."""
        return share_of(self.confirmed, self.decided)


@dataclass(frozen=True)
class Chain:
    """One chain of a claim: the outlet it was printed in, then its steps back to the origin.

    A step that nobody stated is None. The claim starts at the last step; without steps the outlet says it itself.
    """

    outlet: int
    steps: Sequence[int | None] = ()

    @property
    def origin(self) -> int | None:
        """Whoever made the claim, None when that is not known."""
        return self.steps[-1] if self.steps else self.outlet

    @property
    def sources(self) -> frozenset[int]:
        """Everybody it came through, the origin included."""
        return frozenset({self.outlet, *(step for step in self.steps if step is not None)})


@dataclass(frozen=True)
class Printed:
    """How sure a claim was printed: the kind of hedge, its range in percent where it has one, and the words."""

    kind: str = "none"
    low: int | None = None
    high: int | None = None
    words: tuple[str, ...] = ()

    @property
    def group(self) -> tuple[str, int | None, int | None]:
        """Claims of one group were printed equally sure."""
        return self.kind, self.low, self.high


@dataclass(frozen=True)
class Dated:
    """One dated claim that was decided."""

    claim: int
    outcome: Outcome
    chains: Sequence[Chain] = ()
    printed: Printed = field(default_factory=Printed)

    def parts(self) -> Mapping[int, Part]:
        """What each source did with it. Whoever made it in one article and passed it on in another made it."""
        made = {chain.origin for chain in self.chains}
        everybody = frozenset[int]().union(*(chain.sources for chain in self.chains))
        return {source: Part.MADE if source in made else Part.PASSED for source in everybody}


def by_source(claims: Iterable[Dated]) -> dict[int, dict[Part, Tally]]:
    """Each source's claims, by what it did with them. Every claim counts once for a source."""
    found: dict[int, dict[Part, Tally]] = {}
    for claim in claims:
        for source, part in claim.parts().items():
            found.setdefault(source, {each: Tally() for each in Part})[part].add(claim.outcome)
    return found


def summed(parts: Mapping[Part, Tally]) -> Tally:
    """Both parts together."""
    whole = Tally()
    for tally in parts.values():
        for outcome, number in tally.counts.items():
            whole.counts[outcome] += number
    return whole


@dataclass
class PrintedRow:
    """Claims that were printed equally sure, what became of them, and the words they were printed with."""

    kind: str
    low: int | None
    high: int | None
    tally: Tally = field(default_factory=Tally)
    words: dict[str, int] = field(default_factory=dict)


def by_hedge(claims: Iterable[Dated]) -> list[PrintedRow]:
    """How sure they were printed against what happened: words of likelihood first, from the surest down."""
    found: dict[tuple[str, int | None, int | None], PrintedRow] = {}
    for claim in claims:
        row = found.setdefault(claim.printed.group, PrintedRow(*claim.printed.group))
        row.tally.add(claim.outcome)
        for words in claim.printed.words:
            row.words[words.lower()] = row.words.get(words.lower(), 0) + 1
    return sorted(found.values(), key=lambda row: (row.low is None, -(row.high or 0), -(row.low or 0), row.kind))


def whole_percent(share: float) -> int:
    """A share as a whole percentage: 0 and 100 only when it is exactly that."""
    rounded = round(100 * share)
    return min(max(rounded, 1), 99) if 0 < share < 1 else rounded
