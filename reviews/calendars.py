"""When a desk works, and how working time is counted.

Pure. A moment is working time when the wall clock of the calendar's zone then stands inside a span of that weekday and
the day is neither a public holiday nor one of the desk's own closed days. That one sentence also settles the nights
in which the clocks change: an hour that comes twice is worked twice, an hour that is skipped is not worked. Lengths
are real time, all moments are aware and answered in UTC.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from claims.deadlines import aware, zone_named
from claims.errors import Invalid
from reviews.errors import NeverWorks

DAY = timedelta(days=1)
FULL_DAY = 24 * 60
LEAST_WEEK = timedelta(hours=1)
# Nobody plans a review further ahead; a calendar that cannot place one by then is refused, never searched for ever.
FARTHEST = timedelta(days=3660)
# A local day lies within these bounds of the same day in UTC, whatever the zone (offsets run from -12 to +14 hours).
_EAST, _WEST = timedelta(hours=15), timedelta(hours=37)
_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})")

Span = tuple[int, int]
Stretch = tuple[datetime, datetime]


@dataclass(frozen=True)
class Calendar:
    """`week` holds, Monday first, each day's spans as minutes after midnight: (540, 1080) is 09:00 to 18:00.

    `country` (ISO 3166-1 alpha-2) and `subdivision` (ISO 3166-2 without the country) name whose public holidays are
    free; empty means none are. `closed` are days of the desk's own.
    """

    zone: str
    week: tuple[tuple[Span, ...], ...]
    country: str = ""
    subdivision: str = ""
    closed: frozenset[date] = frozenset()


def checked(calendar: Calendar) -> Calendar:
    """The same calendar when it can be worked by. Raises `Invalid`, and `NeverWorks` under an hour a week."""
    zone_named(calendar.zone)
    known_country(calendar.country, calendar.subdivision)
    if len(calendar.week) != 7:
        raise _bad_hours("A week has seven days.")
    for spans in calendar.week:
        _in_order(spans)
    minutes = sum(closes - opens for spans in calendar.week for opens, closes in spans)
    if timedelta(minutes=minutes) < LEAST_WEEK:
        raise NeverWorks(pointer="/hours")
    return calendar


def spans_of(words: Sequence[str]) -> tuple[Span, ...]:
    """A day's spans from words such as "09:00-12:30"; a day may end at 24:00.

    Raises `Invalid`, also for a span over midnight: its hours belong to two days, of which one may be a holiday.
    """
    return _in_order(tuple(_span(each) for each in words))


def _span(words: str) -> Span:
    read = _SPAN.fullmatch(words.strip())
    if read is None:
        raise _bad_hours(f'"{words}" is no span of hours.', "Write 09:00-18:00.")
    hour, minute, last_hour, last_minute = (int(part) for part in read.groups())
    if max(minute, last_minute) > 59:
        raise _bad_hours(f'"{words}" names a minute that there is not.', "Minutes run from 00 to 59.")
    return hour * 60 + minute, last_hour * 60 + last_minute


def _in_order(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    for opens, closes in spans:
        if opens < 0 or closes > FULL_DAY:
            raise _bad_hours(f'"{said(opens, closes)}" leaves the day.', "A day runs from 00:00 to 24:00.")
        if closes == opens:
            raise _bad_hours(f'"{said(opens, closes)}" holds no time.')
        if closes < opens:
            raise _bad_hours(
                f'"{said(opens, closes)}" runs over midnight.',
                "Enter it as two: up to 24:00 on this day, from 00:00 on the next.",
            )
    for before, after in pairwise(spans):
        if after[0] < before[1]:
            raise _bad_hours(f'"{said(*before)}" and "{said(*after)}" overlap or stand in the wrong order.')
    return spans


def _bad_hours(sentence: str, hint: str = "") -> Invalid:
    """The refusal, at the member that holds the hours."""
    return Invalid(sentence, hint=hint, pointer="/hours")


def said(opens: int, closes: int) -> str:
    """A span as people write it: "09:00-18:00"."""
    return f"{opens // 60:02}:{opens % 60:02}-{closes // 60:02}:{closes % 60:02}"


def known_country(country: str, subdivision: str = "") -> None:
    """Raises `Invalid` when nobody knows the holidays of this country, or of this part of it."""
    if not country:
        if subdivision:
            raise Invalid("A part of a country needs its country.", pointer="/country")
        return
    from holidays import list_supported_countries

    parts = list_supported_countries().get(country)
    if parts is None:
        raise Invalid(
            f'No holidays are known for the country "{country}".',
            hint="Use two letters such as UA or US.",
            pointer="/country",
        )
    if subdivision and subdivision not in parts:
        raise Invalid(
            f'No holidays are known for "{subdivision}" in {country}.',
            hint=f"Known: {', '.join(parts)}.",
            pointer="/subdivision",
        )


def is_free(calendar: Calendar, day: date) -> bool:
    """Whether nobody works on `day`, a public holiday or one of the desk's own closed days, whatever its weekday."""
    return day in calendar.closed or day in _public(calendar.country, calendar.subdivision, day.year)


@lru_cache(maxsize=1024)
def _public(country: str, subdivision: str, year: int) -> frozenset[date]:
    if not country:
        return frozenset()
    from holidays import country_holidays

    return frozenset(country_holidays(country, subdiv=subdivision or None, years=year))


@lru_cache(maxsize=4096)
def _offsets(zone: str, day: date) -> tuple[tuple[datetime, datetime, timedelta], ...]:
    """The stretches of time around the local `day`, each with the zone's offset in it: one, or two if clocks change."""
    there = ZoneInfo(zone)
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    first, last = start - _EAST, start + _WEST
    before, after = _offset(there, first), _offset(there, last)
    if before == after:
        return ((first, last, before),)
    low, high = 0, int((last - first).total_seconds())
    while high - low > 1:  # zones change on whole seconds
        middle = (low + high) // 2
        if _offset(there, first + timedelta(seconds=middle)) == before:
            low = middle
        else:
            high = middle
    change = first + timedelta(seconds=high)
    return ((first, change, before), (change, last, after))


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    offset = moment.astimezone(zone).utcoffset()
    return offset if offset is not None else timedelta(0)


def worked_on(calendar: Calendar, day: date) -> list[Stretch]:
    """The working time of one local day, in order, stretches that touch joined."""
    spans = () if is_free(calendar, day) else calendar.week[day.weekday()]
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    found: list[Stretch] = []
    for first, last, offset in _offsets(calendar.zone, day) if spans else ():
        for opens, closes in spans:
            start = max(midnight + timedelta(minutes=opens) - offset, first)
            end = min(midnight + timedelta(minutes=closes) - offset, last)
            if found and start == found[-1][1] < end:
                found[-1] = (found[-1][0], end)
            elif start < end:
                found.append((start, end))
    return found


def _forwards(calendar: Calendar, start: datetime, until: datetime) -> Iterator[Stretch]:
    """Working time from `start` to `until`, cut to both, in order."""
    day = (start.astimezone(ZoneInfo(calendar.zone)) - DAY).date()
    while day <= (until + DAY).date() + DAY:
        for opens, closes in worked_on(calendar, day):
            first, last = max(opens, start), min(closes, until)
            if first < last:
                yield first, last
        day += DAY


def _backwards(calendar: Calendar, end: datetime, since: datetime) -> Iterator[Stretch]:
    """Working time from `end` back to `since`, the last stretch first."""
    day = (end.astimezone(ZoneInfo(calendar.zone)) + DAY).date()
    while day >= (since - DAY).date() - DAY:
        for opens, closes in reversed(worked_on(calendar, day)):
            first, last = max(opens, since), min(closes, end)
            if first < last:
                yield first, last
        day -= DAY


def add_working(calendar: Calendar, start: datetime, span: timedelta) -> datetime:
    """The moment at which `span` of working time has been worked, counted from `start`.

    It lies inside working time or at the end of a stretch. A span of zero answers the first working moment at or
    after `start`. Raises `NeverWorks` when there is not so much working time within ten years.
    """
    start, left = aware(start), span
    for opens, closes in _forwards(calendar, start, start + FARTHEST):
        if left <= closes - opens:
            return opens + left
        left -= closes - opens
    raise NeverWorks()


def subtract_working(calendar: Calendar, end: datetime, span: timedelta) -> datetime:
    """The latest moment from which `span` of working time can still be worked before `end`.

    It lies inside working time or at the start of a stretch. A span of zero answers the last end of work at or before
    `end`, or `end` itself inside working time. Raises `NeverWorks` like `add_working`.
    """
    end, left = aware(end), span
    for opens, closes in _backwards(calendar, end, end - FARTHEST):
        if left <= closes - opens:
            return closes - left
        left -= closes - opens
    raise NeverWorks()


def working_between(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """How much working time lies from `start` to `end` (not backwards). Raises `Invalid` over ten years."""
    start, end = aware(start), aware(end)
    if end - start > FARTHEST:
        raise Invalid("Working time is counted over ten years at most.")
    return sum((closes - opens for opens, closes in _forwards(calendar, start, end)), timedelta(0))


def works_between(calendar: Calendar, start: datetime, end: datetime) -> bool:
    """Whether anybody works at all between two moments. Looks at most ten years ahead."""
    start, end = aware(start), aware(end)
    return next(_forwards(calendar, start, min(end, start + FARTHEST)), None) is not None
