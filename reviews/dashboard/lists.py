"""The list behind a number: exactly the claims it counts, on the page and as CSV."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.paginator import Page, Paginator
from django.utils.translation import pgettext

from claims.permissions import visible_sources
from claims.verdicts import Outcome
from claims.wordings import so_words
from reviews.dashboard.filters import NOBODY, SAID_ONLY, Age, Period
from reviews.dashboard.number import Number
from reviews.dashboard.panels import with_people
from reviews.dashboard.reading import Reading
from reviews.dashboard.sources import hedge_words
from reviews.dashboard.verdicts import answers_of, with_verdicts
from reviews.models import Reviewer
from reviews.trackrecord import Part

PER_PAGE = 50
COLUMNS = (
    "id",
    "statement",
    "state",
    "desk",
    "language",
    "priority",
    "reviewers",
    "review_due_at",
    "its_own_date",
    "accepted_at",
    "verdict",
    "said",
    "outcome",
    "decided_at",
    "decided_by",
    "published",
)
# Also in full width, which spreadsheets that are set to Japanese or Chinese read as the same sign.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def page_of(reading: Reading, number: Number, wanted: str) -> Page[Any]:
    """One page of the claims behind the number; a page that is not there gives the nearest."""
    return Paginator(_shown(reading, number), PER_PAGE).get_page(wanted)


def _shown(reading: Reading, number: Number) -> Any:
    """The claims behind the number with what their rows say."""
    return with_verdicts(with_people(number.listed(reading.viewer, reading.filters, reading.now)))


def heading(reading: Reading, number: Number) -> str:
    """The list in words: "Late, World desk, Mara Lindqvist"."""
    return ", ".join([str(number.title), *_narrowed(reading)])


def _narrowed(reading: Reading) -> Iterator[str]:
    filters = reading.filters
    yield from (desk.name for desk in reading.desks if desk.pk == filters.desk)
    if filters.reviewer == NOBODY:
        yield pgettext("list of claims", "nobody on it")
    elif filters.reviewer is not None:
        person = Reviewer.objects.select_related("user").filter(pk=filters.reviewer).first()
        yield str(person) if person else pgettext("list of claims", "unknown reviewer")
    if filters.age:
        yield str(Age(filters.age).label)
    if filters.verdict:
        yield pgettext("verdict", "Said only") if filters.verdict == SAID_ONLY else so_words(filters.verdict)
    yield from _over_time(reading)
    if filters.language:
        yield filters.language
    if filters.outlet:
        yield pgettext("list of claims", "one outlet")


def _over_time(reading: Reading) -> Iterator[str]:
    """What the sources page narrows to."""
    filters = reading.filters
    if filters.source:
        source = visible_sources(reading.viewer, reading.now).filter(pk=filters.source).first()
        name = str(source) if source else pgettext("list of claims", "unknown source")
        yield f"{name} {Part(filters.role).label}" if filters.role else name
    if filters.outcome:
        yield str(Outcome(filters.outcome).label)
    if filters.hedge:
        yield str(hedge_words(filters.hedge, filters.likelihood))
    if filters.decided_within:
        yield str(Period(filters.decided_within).label)


def csv_rows(reading: Reading, number: Number) -> Iterator[list[str]]:
    """The heading and every claim, streamed; times are ISO 8601 in the reading's zone, formulas defused."""
    zone = ZoneInfo(reading.filters.zone)
    yield list(COLUMNS)
    for claim in _shown(reading, number).iterator(chunk_size=500):
        yield [defused(cell) for cell in _cells(claim, zone)]


def _cells(claim: Any, zone: ZoneInfo) -> list[str]:
    return [
        str(claim.pk),
        claim.statement,
        claim.state,
        claim.desk.name if claim.desk else "",
        claim.language,
        str(claim.priority),
        "; ".join(claim.names),
        _iso(claim.review_due_at, zone),
        _iso(claim.confirm_by, zone),
        _iso(claim.accepted_at, zone),
        *answers_of(claim),
        _iso(claim.decided_at, zone),
        "; ".join(claim.decided_by),
        _iso(claim.public_at, zone),
    ]


def _iso(moment: datetime | None, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).isoformat(timespec="seconds") if moment else ""


def defused(cell: str) -> str:
    """The cell with an apostrophe before anything that a spreadsheet would run as a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell
