"""The sources page: what became of dated claims, by whom they came through and by how sure they were printed.

Read in three statements, however many sources there are. Every figure links to the list of exactly those claims; a
test on random newsrooms holds the two equal, since the table is counted here and the list by the database.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from claims.hedges import Kind
from claims.models import Appearance, ChainStep, Decision, Source, SourceKind
from claims.permissions import Viewer
from claims.verdicts import Outcome
from reviews.dashboard.filters import NO_RANGE, Filters, Period
from reviews.dashboard.numbers import NUMBERS
from reviews.dashboard.panels import Figure
from reviews.dashboard.reading import Reading
from reviews.dashboard.shares import share_words
from reviews.trackrecord import (
    Chain,
    Dated,
    Part,
    Printed,
    PrintedRow,
    Tally,
    by_hedge,
    by_source,
    summed,
)

KEY = "dated_decided"
CAVEAT = gettext_lazy("Desks choose which claims to check, so this is not a score for the outlet as a whole.")
HEDGES: Mapping[str, str | Promise] = {
    Kind.NONE: pgettext_lazy("hedge", "Not hedged"),
    Kind.POSSIBLE: pgettext_lazy("hedge", "Possible"),
    Kind.PROBABLE: pgettext_lazy("hedge", "Likelihood"),
    Kind.REPORTED: pgettext_lazy("hedge", "Reported"),
    Kind.SCHEDULED: pgettext_lazy("hedge", "Scheduled"),
    Kind.INTENDED: pgettext_lazy("hedge", "Intended"),
    Kind.CONDITIONAL: pgettext_lazy("hedge", "Conditional"),
    Kind.ASSERTED_FUTURE: pgettext_lazy("hedge", "Said as a fact to come"),
    Kind.APPROXIMATE: pgettext_lazy("hedge", "Approximate"),
}


def hedge_words(kind: str, likelihood: str) -> str:
    """How sure a claim was printed: "Likelihood, 55 to 80%"."""
    low, _dash, high = likelihood.partition("-")
    name = str(HEDGES[Kind(kind)])
    return f"{name}, {pgettext('range', '%s to %s%%') % (low, high)}" if high else name


def dated_claims(viewer: Viewer, filters: Filters, now: datetime) -> list[Dated]:
    """Every dated claim behind the number, with its chains: three statements."""
    claims = NUMBERS[KEY].claims(viewer, filters, now)
    standing = Decision.objects.filter(claim=OuterRef("pk"), standing=True).values("outcome")
    outcomes = dict(claims.values_list("pk", Subquery(standing)))
    steps = _steps(list(outcomes))
    chains: dict[int, list[Chain]] = defaultdict(list)
    printed: dict[int, Printed] = {}
    seen = Appearance.objects.filter(claim__in=list(outcomes)).order_by("pk")
    columns = ("pk", "claim", "revision__article__outlet", "is_first", "hedge_kind", "hedge_low", "hedge_high")
    for pk, claim, outlet, first, kind, low, high, words in seen.values_list(*columns, "hedge_words"):
        chains[claim].append(Chain(outlet, steps[pk]))
        if first:
            printed[claim] = Printed(kind, low, high, tuple(words))
    return [
        Dated(claim, Outcome(outcome), chains[claim], printed.get(claim, Printed()))
        for claim, outcome in outcomes.items()
    ]


def _steps(claims: list[int]) -> dict[int, list[int | None]]:
    found: dict[int, list[int | None]] = defaultdict(list)
    rows = ChainStep.objects.filter(appearance__claim__in=claims).order_by("appearance", "order")
    for appearance, source in rows.values_list("appearance", "source"):
        found[appearance].append(source)
    return found


@dataclass(frozen=True)
class Row:
    """A line of either table: its figures, each a link, and the share where there are enough."""

    name: str
    about: str
    tally: Tally
    whole: Figure
    figures: list[Figure]
    pk: int | None = None

    @property
    def share(self) -> str:
        return share_words(self.tally.share)


@dataclass(frozen=True)
class SourceTable:
    """Sources with the most decided claims first, and the hedges."""

    sources: list[Row]
    hedges: list[Row]
    whole: Figure
    caveat: str | Promise = CAVEAT


def read_sources(reading: Reading, search: str = "") -> SourceTable:
    """The sources page under these filters; `search` narrows the first table to names that hold it."""
    claims = dated_claims(reading.viewer, reading.filters, reading.now)
    found = by_source(claims)
    role = reading.filters.role
    tallies = {pk: parts[Part(role)] if role else summed(parts) for pk, parts in found.items()}
    names = Source.objects.filter(pk__in=found, name__icontains=search.strip()).in_bulk()
    rows = [_source_row(reading, names[pk], tally) for pk, tally in tallies.items() if pk in names and tally.decided]
    rows.sort(key=lambda row: (-row.tally.decided, row.name.casefold(), row.pk or 0))
    return SourceTable(
        rows,
        [_hedge_row(reading, row) for row in by_hedge(claims)],
        Figure(len(claims), reading.address(KEY), str(NUMBERS[KEY].title)),
    )


def _source_row(reading: Reading, source: Source, tally: Tally) -> Row:
    whole, figures = _figures(reading, tally, source=source.pk)
    return Row(source.name, str(SourceKind(source.kind).label), tally, whole, figures, source.pk)


def _hedge_row(reading: Reading, row: PrintedRow) -> Row:
    likelihood = f"{row.low}-{row.high}" if row.low is not None else NO_RANGE
    whole, figures = _figures(reading, row.tally, hedge=row.kind, likelihood=likelihood)
    words = sorted(row.words, key=lambda each: (-row.words[each], each))
    return Row(
        hedge_words(row.kind, likelihood), ", ".join(f"“{each}”" for each in words[:6]), row.tally, whole, figures
    )


def _figures(reading: Reading, tally: Tally, **narrowed: Any) -> tuple[Figure, list[Figure]]:
    whole = Figure(tally.decided, reading.address(KEY, **narrowed), _("Decided"))
    return whole, [
        Figure(number, reading.address(KEY, outcome=outcome.value, **narrowed), str(outcome.label))
        for outcome, number in tally.counts.items()
    ]


@dataclass(frozen=True)
class Record:
    """What became of one source's dated claims: by what it did with them, and by how sure they were printed."""

    parts: Mapping[Part, Tally]
    hedges: list[PrintedRow]

    @property
    def whole(self) -> Tally:
        """Both parts together."""
        return summed(self.parts)


def record_of(source: Source, viewer: Viewer, filters: Filters, now: datetime) -> Record:
    """The track record of one source, as far as the viewer sees its claims."""
    claims = dated_claims(viewer, filters.having(source=source.pk), now)
    parts = by_source(claims).get(source.pk) or {part: Tally() for part in Part}
    return Record(parts, by_hedge(claims))


LAST_YEAR = Filters(decided_within=Period.YEAR)
