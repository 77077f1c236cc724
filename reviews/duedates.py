"""How a review due is counted, and the words that say how it came about.

Pure. A claim with a date of its own ahead is due a span before it, where the policy says so; any other after the hours
of its priority. Then, in this order: never later than the policy's limit; moved back to the last working moment where
only working hours count; never earlier than now and the desk's minimum. Each wins over what stands before it, because
a due nobody could keep is worse than one that is a little late. A due moved on to the next working hours would lie
behind the claim's own date now and then: there the minimum alone decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from claims.deadlines import Due
from reviews.calendars import Calendar, add_working, subtract_working
from reviews.errors import NeverWorks

NONE = timedelta(0)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class DueRule:
    """A deadline policy on a desk.

    `hours` are by priority, 1 (highest) to 4, of work where `hours_of_work` says so; both kinds of working hours need
    `calendar`. None of `before_own` and `at_most`: not asked for.
    """

    hours: Mapping[int, int]
    minimum: timedelta
    before_own: timedelta | None = None
    at_most: timedelta | None = None
    hours_of_work: bool = False
    in_working_hours: bool = False
    calendar: Calendar | None = None
    calendar_name: str = ""


@dataclass(frozen=True)
class _Found:
    """A due while it is being settled, with what must be said of it."""

    moment: datetime
    words: tuple[str, ...]

    def moved(self, moment: datetime, why: str) -> _Found:
        return _Found(moment, (*self.words, why))


def due_by(rule: DueRule, *, now: datetime, priority: int, own_date: datetime | None) -> Due:
    """When the verdict on a claim accepted at `now` is wanted. All moments are aware.

    A calendar that has no working time for it within ten years is left out, and the words say so: a claim that was
    accepted must not be refused for a calendar somebody filled with holidays.
    """
    try:
        found = _worked_out(rule, now, priority, own_date)
    except NeverWorks:
        plain = DueRule(rule.hours, rule.minimum, rule.before_own, rule.at_most)
        found = _worked_out(plain, now, priority, own_date)
        found = found.moved(found.moment, f"{rule.calendar_name} has no working hours for it")
    return Due(found.moment, ", ".join(found.words))


def _worked_out(rule: DueRule, now: datetime, priority: int, own_date: datetime | None) -> _Found:
    own = own_date if own_date is not None and own_date > now else None
    found = _counted(rule, now, priority, own)
    if rule.at_most is not None and found.moment > now + rule.at_most:
        found = found.moved(now + rule.at_most, f"at most {span_words(rule.at_most)}")
    if rule.calendar is not None and (rule.in_working_hours or rule.hours_of_work):
        back = subtract_working(rule.calendar, found.moment, NONE) if rule.in_working_hours else found.moment
        found = found.moved(back, f"working hours of {rule.calendar_name}")
    if found.moment < now + rule.minimum:
        found = _at_least(rule, found, now + rule.minimum, own)
    return found


def _counted(rule: DueRule, now: datetime, priority: int, own: datetime | None) -> _Found:
    if own is not None and rule.before_own is not None:
        return _Found(own - rule.before_own, (f"{span_words(rule.before_own)} before its own date",))
    span = timedelta(hours=rule.hours[priority])
    if rule.calendar is not None and rule.hours_of_work:
        words = (f"{rule.hours[priority]} h of work at priority {priority}",)
        return _Found(add_working(rule.calendar, now, span), words)
    return _Found(now + span, (f"{rule.hours[priority]} h at priority {priority}",))


def _at_least(rule: DueRule, found: _Found, earliest: datetime, own: datetime | None) -> _Found:
    least = f"at least {span_words(rule.minimum)} from now"
    if rule.calendar is None or not rule.in_working_hours:
        return found.moved(earliest, least)
    forward = add_working(rule.calendar, earliest, NONE)
    if own is not None and forward > own:
        return found.moved(earliest, f"{least}, as no working hours are left before its own date")
    return found.moved(forward, least)


def span_words(span: timedelta) -> str:
    """A span as policies name it: "4 days", "24 h", "90 min"."""
    if span > DAY and span % DAY == NONE:
        return f"{span // DAY} days"
    hours = timedelta(hours=1)
    return f"{span // hours} h" if span % hours == NONE and span else f"{span // timedelta(minutes=1)} min"
