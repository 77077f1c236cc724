"""How review due is counted: each rule by itself, and what holds whatever a policy says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.calendars import Calendar, spans_of, works_between
from reviews.duedates import DueRule, due_by

HOUR = timedelta(hours=1)
KYIV = ZoneInfo("Europe/Kyiv")
WEEKDAYS = Calendar("Europe/Kyiv", ((spans_of(["09:00-18:00"]),) * 5) + ((),) * 2)
CLOCK = DueRule({1: 4, 2: 12, 3: 24, 4: 72}, minimum=HOUR)
WORLD = replace(CLOCK, calendar=WEEKDAYS, calendar_name="World desk")
BEFORE_ITS_DATE = replace(WORLD, before_own=24 * HOUR, at_most=96 * HOUR, in_working_hours=True)
MONDAY = datetime(2026, 11, 23, 10, tzinfo=KYIV)


def end_of(year: int, month: int, day: int) -> datetime:
    """The last microsecond of a day in Kyiv, as own dates end."""
    return datetime(year, month, day, 23, 59, 59, 999999, tzinfo=KYIV)


@pytest.mark.parametrize(
    ("rule", "now", "priority", "own_date", "expected"),
    [
        (CLOCK, MONDAY, 1, None, ("2026-11-23 14:00", "4 h at priority 1")),
        (CLOCK, MONDAY, 4, end_of(2026, 11, 24), ("2026-11-26 10:00", "72 h at priority 4")),
        (
            replace(CLOCK, minimum=6 * HOUR),
            MONDAY,
            1,
            None,
            ("2026-11-23 16:00", "4 h at priority 1, at least 6 h from now"),
        ),
        (
            replace(WORLD, hours_of_work=True),
            MONDAY,
            2,
            None,
            ("2026-11-24 13:00", "12 h of work at priority 2, working hours of World desk"),
        ),
        (
            BEFORE_ITS_DATE,
            MONDAY,
            2,
            end_of(2026, 11, 27),
            ("2026-11-26 18:00", "24 h before its own date, working hours of World desk"),
        ),
        (
            BEFORE_ITS_DATE,
            MONDAY,
            2,
            end_of(2026, 12, 24),
            ("2026-11-27 10:00", "24 h before its own date, at most 4 days, working hours of World desk"),
        ),
        (
            BEFORE_ITS_DATE,
            MONDAY.replace(day=27, hour=17, minute=30),
            2,
            end_of(2026, 11, 30),
            ("2026-11-30 09:00", "24 h before its own date, working hours of World desk, at least 1 h from now"),
        ),
        (
            BEFORE_ITS_DATE,
            MONDAY.replace(day=27, hour=17, minute=30),
            2,
            end_of(2026, 11, 28),
            (
                "2026-11-27 18:30",
                (
                    "24 h before its own date, working hours of World desk, at least 1 h from now, "
                    "as no working hours are left before its own date"
                ),
            ),
        ),
        (
            BEFORE_ITS_DATE,
            MONDAY,
            2,
            end_of(2026, 11, 20),
            ("2026-11-23 18:00", "12 h at priority 2, working hours of World desk"),
        ),
    ],
)
def test_a_due_says_how_it_came_about(
    rule: DueRule, now: datetime, priority: int, own_date: datetime | None, expected: tuple[str, str]
) -> None:
    found = due_by(rule, now=now, priority=priority, own_date=own_date)
    assert (f"{found.moment.astimezone(KYIV):%Y-%m-%d %H:%M}", found.why) == expected


def test_hours_of_work_stand_still_at_night_and_through_the_night_in_which_clocks_change() -> None:
    rule = replace(WORLD, hours_of_work=True)
    friday = datetime(2026, 10, 23, 15, tzinfo=KYIV)
    found = due_by(rule, now=friday, priority=1, own_date=None)
    assert found.moment.astimezone(KYIV) == datetime(2026, 10, 26, 10, tzinfo=KYIV)


def test_a_calendar_full_of_holidays_refuses_no_claim() -> None:
    closed = frozenset(date(2026, 1, 1) + timedelta(days=n) for n in range(366 * 11))
    rule = replace(BEFORE_ITS_DATE, calendar=replace(WEEKDAYS, closed=closed))
    found = due_by(rule, now=MONDAY, priority=1, own_date=None)
    assert found.moment == MONDAY + 4 * HOUR
    assert found.why == "4 h at priority 1, World desk has no working hours for it"


spans = st.integers(0, 24 * 10).map(lambda hours: timedelta(hours=hours))
rules = st.builds(
    DueRule,
    hours=st.fixed_dictionaries({n: st.integers(1, 24 * 20) for n in range(1, 5)}),
    minimum=st.timedeltas(timedelta(0), timedelta(days=2)),
    before_own=st.none() | spans,
    at_most=st.none() | spans.map(lambda span: span + HOUR),
    hours_of_work=st.booleans(),
    in_working_hours=st.booleans(),
    calendar=st.just(WEEKDAYS),
    calendar_name=st.just("World desk"),
)
moments = st.datetimes(datetime(2026, 10, 20), datetime(2026, 11, 20), timezones=st.just(UTC))  # noqa: DTZ001 - Hypothesis wants bounds without a zone
dates = st.none() | st.timedeltas(timedelta(days=-5), timedelta(days=40))


@given(rules, moments, st.integers(1, 4), dates)
def test_a_due_is_never_too_early_and_inside_working_hours_where_that_can_be(
    rule: DueRule, now: datetime, priority: int, until_own: timedelta | None
) -> None:
    own = None if until_own is None else now + until_own
    due = due_by(rule, now=now, priority=priority, own_date=own).moment
    assert due >= now + rule.minimum
    if rule.in_working_hours and due != now + rule.minimum:
        tick = timedelta(microseconds=1)
        assert works_between(WEEKDAYS, due - tick, due + tick)


@given(rules, moments, st.integers(1, 4), st.timedeltas(timedelta(days=3), timedelta(days=40)))
def test_a_due_before_its_own_date_never_lies_behind_it(
    rule: DueRule, now: datetime, priority: int, until_own: timedelta
) -> None:
    rule = replace(rule, before_own=24 * HOUR)
    assert due_by(rule, now=now, priority=priority, own_date=now + until_own).moment <= now + until_own


@given(rules, moments, st.integers(1, 4), dates)
def test_a_due_without_working_hours_keeps_to_the_limit_unless_the_minimum_is_longer(
    rule: DueRule, now: datetime, priority: int, until_own: timedelta | None
) -> None:
    rule = replace(rule, calendar=None, in_working_hours=False, at_most=72 * HOUR)
    own = None if until_own is None else now + until_own
    due = due_by(rule, now=now, priority=priority, own_date=own).moment
    assert due <= now + max(72 * HOUR, rule.minimum)
