"""Time in words: how long, how late, when, and by which date a claim is to be judged.

Pure. Every function takes `now`; every datetime is aware. Durations are rounded down, so a chip never claims a minute
that has not passed. `cd/cd.js` follows the same rules in the browser.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final, Literal
from zoneinfo import ZoneInfo

from django.utils.dateformat import format as date_in
from django.utils.translation import npgettext, pgettext

from claims.deadlines import Precision, ZoneBasis

MINUTE: Final = timedelta(minutes=1)
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
WEEK: Final = timedelta(days=7)
HOURS_UNTIL: Final = timedelta(hours=48)
NEAR_DAYS: Final = 7
DASH: Final = "\N{EN DASH}"
SUNDAY: Final = 6


def duration(span: timedelta, *, exact: bool = False, tile: bool = False) -> str:
    """A span of zero or more in words: "32 min", "5 h", "2 d 3 h".

    `exact` adds the minutes below 48 hours, as chips that are late or due soon need; `tile` leaves out the hours
    above seven days.
    """
    if span < MINUTE:
        return pgettext("duration", "under 1 min")
    if span < HOUR:
        return _minutes(span // MINUTE)
    if span < HOURS_UNTIL:
        return _pair(_hours(span // HOUR), _minutes(span % HOUR // MINUTE) if exact else "")
    return _pair(_days(span // DAY), "" if tile and span > WEEK else _hours(span % DAY // HOUR))


def _minutes(number: int) -> str:
    return pgettext("duration", "%(number)d min") % {"number": number} if number else ""


def _hours(number: int) -> str:
    return pgettext("duration", "%(number)d h") % {"number": number} if number else ""


def _days(number: int) -> str:
    return pgettext("duration", "%(number)d d") % {"number": number}


def _pair(larger: str, smaller: str) -> str:
    if not smaller:
        return larger
    return pgettext("duration", "%(larger)s %(smaller)s") % {"larger": larger, "smaller": smaller}


@dataclass(frozen=True)
class Deadline:
    """How a review-due time looks at one moment."""

    kind: Literal["late", "soon", "plain"]
    words: str


def deadline(due: datetime, now: datetime, warning: timedelta) -> Deadline:
    """Late strictly after `due`, soon strictly within `warning` before it, plain otherwise."""
    if due < now:
        return Deadline("late", late_words(now - due))
    if due - warning < now:
        return Deadline("soon", _in(duration(due - now, exact=True)))
    return Deadline("plain", _in(duration(due - now)))


def late_words(span: timedelta) -> str:
    """ "5 h 32 min late"."""
    return pgettext("deadline", "%(duration)s late") % {"duration": duration(span, exact=True)}


def relative(moment: datetime, now: datetime) -> str:
    """ "in 3 h", "2 d 3 h ago", "just now"."""
    if moment > now:
        return _in(duration(moment - now))
    if now - moment < MINUTE:
        return pgettext("moment", "just now")
    return pgettext("moment", "%(duration)s ago") % {"duration": duration(now - moment)}


def _in(words: str) -> str:
    return pgettext("moment", "in %(duration)s") % {"duration": words}


def is_once(moment: datetime) -> bool:
    """Whether the clocks of its zone show this time once: not skipped in spring, nor twice in autumn (PEP 495)."""
    return moment.utcoffset() == moment.replace(fold=1 - moment.fold).utcoffset()


def clock(there: datetime, form: str = "H:i") -> str:
    """The time on the clock of its zone: "18:00", and "02:30 CET" in an hour that the clocks show twice."""
    time = date_in(there, form)
    return time if is_once(there) else f"{time} {there.tzname()}"


def absolute(moment: datetime, now: datetime, zone: tzinfo) -> str:
    """ "today 18:00", "Thu 27 Nov 12:00", "22 Oct 16:05", and the year when it is not this year."""
    there = moment.astimezone(zone)
    if there.date() == now.astimezone(zone).date():
        return pgettext("moment", "today %(time)s") % {"time": clock(there)}
    return dated(moment, now, zone)


def dated(moment: datetime, now: datetime, zone: tzinfo) -> str:
    """The same for what may be read on another day, such as a letter: "Thu 27 Nov 12:00" today, too."""
    time = clock(moment.astimezone(zone))
    return pgettext("moment", "%(date)s %(time)s") % {"date": day_words(moment, now, zone), "time": time}


def day_words(moment: datetime, now: datetime, zone: tzinfo) -> str:
    """The day alone: the weekday within 7 days, the year when it is not this year."""
    there, here = moment.astimezone(zone), now.astimezone(zone)
    if there.year != here.year:
        return date_in(there, pgettext("date format", "j M Y"))
    if abs((there.date() - here.date()).days) <= NEAR_DAYS:
        return date_in(there, pgettext("date format", "D j M"))
    return date_in(there, pgettext("date format", "j M"))


def in_utc(moment: datetime) -> str:
    """The exact moment for a title: "26 Nov 2026 16:00:00 UTC"."""
    return date_in(moment.astimezone(UTC), "j M Y H:i:s") + " UTC"


@dataclass(frozen=True)
class OwnDateWords:
    """A claim's own date in words, and what its time zone means to the reader."""

    date: str
    zone: str


def own_date(
    confirm_from: datetime,
    confirm_by: datetime,
    precision: str,
    zone: str,
    *,
    basis: str,
    reader: tzinfo,
    now: datetime,
) -> OwnDateWords:
    """The claim's own date as its words meant it, read in `zone` (IANA name), and the same instant for the reader.

    `confirm_by` is the last microsecond of the window. `basis` says whose zone it was (`ZoneBasis`).
    """
    there = ZoneInfo(zone)
    first, last = confirm_from.astimezone(there), confirm_by.astimezone(there)
    return OwnDateWords(
        date=_window(first, last, precision, now.astimezone(there)),
        zone=_zone_sentence(last, zone, basis, reader, now),
    )


def _window(first: datetime, last: datetime, precision: str, now: datetime) -> str:
    if precision == Precision.MINUTE:
        return _minute_window(first, last, now)
    if precision == Precision.MONTH:
        return _month_window(first, last, now)
    if precision == Precision.WEEK and first.weekday() == 0 and last.weekday() == SUNDAY:
        return pgettext("own date", "week of %(days)s") % {"days": _days_between(first, last, now, "")}
    if first.date() == last.date():
        return pgettext("own date", "%(day)s, end of day") % {"day": _with_weekday(last, now)}
    return _days_between(first, last, now, "D ")


def _minute_window(first: datetime, last: datetime, now: datetime) -> str:
    end = _with_weekday(last, now) + " " + clock(last)
    if last - first < MINUTE:
        return end
    if first.date() == last.date():
        times = f"{clock(first)}{DASH}{clock(last)}"
        return f"{_with_weekday(last, now)} {times}"
    return f"{_with_weekday(first, now)} {clock(first)} {DASH} {end}"


def _month_window(first: datetime, last: datetime, now: datetime) -> str:
    month = date_in(last, "F" if last.year == now.year else "F Y")
    if (first.year, first.month) != (last.year, last.month):
        month = f"{date_in(first, 'F')}{DASH}{month}"
    return pgettext("own date", "%(month)s, end of month") % {"month": month}


def _days_between(first: datetime, last: datetime, now: datetime, weekday: str) -> str:
    year = "" if last.year == now.year else " Y"
    start = "j" if (first.year, first.month) == (last.year, last.month) else "j M"
    if first.year != last.year:
        start, year = "j M Y", " Y"
    return f"{date_in(first, weekday + start)}{DASH}{date_in(last, weekday + 'j M' + year)}"


def _with_weekday(day: datetime, now: datetime) -> str:
    return date_in(day, "D j M" if day.year == now.year else "D j M Y")


def _zone_sentence(last: datetime, zone: str, basis: str, reader: tzinfo, now: datetime) -> str:
    facts = {"zone": city(zone), "reader": "", "moment": ""}
    here = last.astimezone(reader)
    if here.utcoffset() == last.utcoffset():
        return _zone_alone(basis) % facts
    facts["moment"] = f"{_with_weekday(here, now.astimezone(reader))} {clock(here)}"
    facts["reader"] = city(str(reader))
    return _zone_and_reader(basis) % facts


def _zone_alone(basis: str) -> str:
    return {
        ZoneBasis.STATED: pgettext("own date", "%(zone)s time."),
        ZoneBasis.SPEAKER: pgettext("own date", "Time zone not stated. %(zone)s assumed from the speaker."),
        ZoneBasis.OUTLET: pgettext("own date", "Time zone not stated. %(zone)s assumed from the outlet."),
        ZoneBasis.DESK: pgettext("own date", "Time zone not stated. %(zone)s assumed from the desk."),
    }[ZoneBasis(basis)]


def _zone_and_reader(basis: str) -> str:
    return {
        ZoneBasis.STATED: pgettext("own date", "%(zone)s time, so %(moment)s in %(reader)s."),
        ZoneBasis.SPEAKER: pgettext(
            "own date", "Time zone not stated. %(zone)s assumed from the speaker, so %(moment)s in %(reader)s."
        ),
        ZoneBasis.OUTLET: pgettext(
            "own date", "Time zone not stated. %(zone)s assumed from the outlet, so %(moment)s in %(reader)s."
        ),
        ZoneBasis.DESK: pgettext(
            "own date", "Time zone not stated. %(zone)s assumed from the desk, so %(moment)s in %(reader)s."
        ),
    }[ZoneBasis(basis)]


def city(zone: str) -> str:
    """The place an IANA zone is named after: "Europe/Kyiv" gives "Kyiv"."""
    return zone.rsplit("/", 1)[-1].replace("_", " ")


def own_date_note(confirm_by: datetime, zone: str, now: datetime) -> str:
    """The note of a date that is near: "Its date is tomorrow", counted in days of the claim's own zone."""
    there = ZoneInfo(zone)
    last, here = confirm_by.astimezone(there), now.astimezone(there)
    days = (last.date() - here.date()).days
    if days == 0:
        return pgettext("flag", "Its date is today")
    if days == 1:
        return pgettext("flag", "Its date is tomorrow")
    return pgettext("flag", "Its date is %(day)s") % {"day": _with_weekday(last, here)}


def idle_note(since: datetime, now: datetime) -> str:
    """ "No activity for 2 days", whole days rounded down."""
    days = (now - since) // DAY
    return npgettext("flag", "No activity for %(days)d day", "No activity for %(days)d days", days) % {"days": days}


def away_words(until: datetime, now: datetime, zone: tzinfo) -> str:
    """ "Away until Mon 1 Dec"."""
    return pgettext("reviewer", "Away until %(day)s") % {"day": day_words(until, now, zone)}
