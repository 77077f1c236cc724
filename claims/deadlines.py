"""Both dates of a claim: when they fall, what must be announced about them, what is true of them now.

Pure. `confirm_by` is the last microsecond of the last minute, day, ISO week or month of the claim's window in its
zone (decisions page, section 3); a date is passed strictly after it, and review due is late strictly after it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from claims.errors import Invalid, NaiveTime
from claims.lifecycle import OPEN_STATES, State
from claims.verdicts import So

DATE_NEAR = timedelta(hours=48)
TICK = timedelta(microseconds=1)
YEARS = (1900, 2200)
AnyDay = TypeVar("AnyDay", bound=date)
NO_ZONES = frozenset({"Factory", "localtime", "posixrules"})


class Precision(TextChoices):
    """How exactly the claim names its date."""

    MINUTE = "minute", _("minute")
    DAY = "day", _("day")
    WEEK = "week", _("week")
    MONTH = "month", _("month")


class ZoneBasis(TextChoices):
    """Whose time zone the claim's own date was read in."""

    STATED = "stated", _("stated")
    SPEAKER = "speaker", _("the speaker's, assumed")
    OUTLET = "outlet", _("the outlet's, assumed")
    DESK = "desk", _("the desk's, assumed")


class TimeFlag(TextChoices):
    """The flags that the clock alone raises."""

    LATE = "late", _("Late")
    DUE_SOON = "due_soon", _("Due soon")
    DATE_PASSED = "date_passed", _("Date passed, unconfirmed")
    DATE_NEAR = "date_near", _("Its date is near")


FORERUNNER = {TimeFlag.LATE: TimeFlag.DUE_SOON, TimeFlag.DATE_PASSED: TimeFlag.DATE_NEAR}


@dataclass(frozen=True)
class OwnDate:
    """The claim's own date: aware UTC first and last moment of the window, and how it was read."""

    confirm_from: datetime
    confirm_by: datetime
    precision: Precision
    zone: str


def zone_named(name: str) -> ZoneInfo:
    """The time zone with this IANA name. Raises `Invalid` when there is none.

    Some files beside the zones are none: the machine's own, a placeholder, and copies that count leap seconds.
    """
    refusal = Invalid(f'There is no time zone "{name}".', hint="Use an IANA name such as Europe/Kyiv.")
    if name in NO_ZONES or name.startswith(("posix/", "right/")):
        raise refusal
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as unknown:
        raise refusal from unknown


def aware(moment: datetime) -> datetime:
    """The same moment in UTC. Raises `NaiveTime` when it has no zone and `Invalid` outside the years we keep."""
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise NaiveTime()
    return kept_year(moment).astimezone(UTC)


def kept_year(day: AnyDay) -> AnyDay:
    """The same day or moment. Raises `Invalid` outside the years we keep."""
    if not YEARS[0] <= day.year <= YEARS[1]:
        raise Invalid(f"The year must lie between {YEARS[0]} and {YEARS[1]}; this says {day.year}.")
    return day


def own_date(first: date | datetime, last: date | datetime, precision: Precision, zone: str) -> OwnDate:
    """The window from the start of `first`'s period to the last microsecond of `last`'s period.

    Minute precision takes aware datetimes; day, week and month take dates (any day of the ISO week or month), read
    in `zone`, an IANA name. Raises `Invalid` when the window ends before it begins, when the kinds do not fit, or for
    a day that never was there.
    """
    there = zone_named(zone)
    if precision == Precision.MINUTE:
        begins, ends = _minute(first), _minute(last) + timedelta(minutes=1)
    else:
        if precision == Precision.DAY:
            _check_days(first, last, there)
        begins, ends = _day_start(_period(first, precision)[0], there), _day_start(_period(last, precision)[1], there)
    if ends <= begins:
        raise Invalid("The window of its own date ends before it begins.", hint="Check from and until.")
    return OwnDate(begins, ends - TICK, precision, zone)


def _check_days(first: date, last: date, zone: ZoneInfo) -> None:
    """Refuse days that clocks left out, as Samoa did when it crossed the date line in 2011."""
    for day in (first, last):
        begins, after = _period(day, Precision.DAY)
        if _day_start(begins, zone) >= _day_start(after, zone):
            raise Invalid(f"Clocks in {zone} skip this day, {day}: it never was there.", hint="Check the time zone.")


def _minute(value: date | datetime) -> datetime:
    if not isinstance(value, datetime):
        raise Invalid("Precision minute needs times with an offset, for example 2026-11-27T18:00:00+02:00.")
    return aware(value).replace(second=0, microsecond=0)


def _period(value: date | datetime, precision: Precision) -> tuple[date, date]:
    """First day of the period that holds `value`, and the first day after it."""
    if isinstance(value, datetime):
        raise Invalid(f"Precision {precision} needs plain dates, for example 2026-11-27.")
    kept_year(value)
    if precision == Precision.DAY:
        return value, value + timedelta(days=1)
    if precision == Precision.WEEK:
        monday = value - timedelta(days=value.weekday())
        return monday, monday + timedelta(days=7)
    first = value.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1)


def _day_start(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of `day` in `zone`. Where clocks jump over midnight, that is the jump itself (PEP 495)."""
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


@dataclass(frozen=True)
class DateFacts:
    """What the clock's flags depend on. `answered` says whether a standing decision silences the claim's own date."""

    state: str
    review_due_at: datetime | None
    warning: timedelta
    confirm_by: datetime | None
    answered: bool
    waiting_until: datetime | None = None


def answers_own_date(so: str | None, decided_at: datetime, confirm_by: datetime | None) -> bool:
    """Whether a standing decision answers "is it so?" for the claim's own date.

    `unproven` given before the own date leaves the question open; given after it, it answers.
    """
    if so is None:
        return False
    return so != So.UNPROVEN or confirm_by is None or decided_at > confirm_by


def moments(facts: DateFacts) -> dict[TimeFlag, datetime]:
    """Every flag the clock will raise for this claim, with the moment after which it holds."""
    wanted: dict[TimeFlag, datetime] = {}
    is_open = facts.state in OPEN_STATES
    if is_open and facts.review_due_at is not None:
        wanted[TimeFlag.DUE_SOON] = facts.review_due_at - facts.warning
        wanted[TimeFlag.LATE] = facts.review_due_at
    if facts.confirm_by is not None and not facts.answered and facts.state not in {State.PROPOSED, State.DISMISSED}:
        if is_open:
            wanted[TimeFlag.DATE_NEAR] = facts.confirm_by - DATE_NEAR
        wanted[TimeFlag.DATE_PASSED] = facts.confirm_by
    return wanted


def holding(wanted: dict[TimeFlag, datetime], now: datetime) -> list[TimeFlag]:
    """The flags that hold at `now`, most pressing first; a forerunner gives way to its successor."""
    passed = {kind for kind, moment in wanted.items() if moment < now}
    silenced = {FORERUNNER[kind] for kind in passed if kind in FORERUNNER}
    return [kind for kind in TimeFlag if kind in passed - silenced]


def time_flags(facts: DateFacts, now: datetime) -> list[TimeFlag]:
    """What the clock says of a claim at `now`."""
    return holding(moments(facts), now)


@dataclass(frozen=True)
class Due:
    """A review due with the words that say how it came about, for example "24 h before its own date"."""

    moment: datetime
    why: str


def earliest_due(now: datetime, hours: int, minimum_minutes: int) -> datetime:
    """Review due for a claim accepted at `now`: the desk's hours, never before now and the desk's minimum."""
    return now + max(timedelta(hours=hours), timedelta(minutes=minimum_minutes))
