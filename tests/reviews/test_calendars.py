"""Working calendars: nights in which clocks change, holidays, and counting held against a minute by minute oracle."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.errors import Invalid
from reviews.calendars import (
    FULL_DAY,
    Calendar,
    Span,
    add_working,
    checked,
    is_free,
    said,
    spans_of,
    subtract_working,
    worked_on,
    working_between,
    works_between,
)
from reviews.errors import NeverWorks

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
NINE_TO_SIX = spans_of(["09:00-18:00"])
ALWAYS = Calendar("UTC", (((0, FULL_DAY),),) * 7)
# Each with a day on which its clocks change, one way or the other, at midnight too, by half an hour, or by a whole day.
CHANGES = (
    ("Europe/Kyiv", date(2026, 3, 29)),
    ("Europe/Kyiv", date(2026, 10, 25)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("America/Havana", date(2026, 3, 8)),
    ("Asia/Beirut", date(2026, 10, 25)),
    ("Pacific/Apia", date(2011, 12, 30)),
    ("UTC", date(2026, 11, 26)),
)


def weekdays(zone: str, spans: tuple[Span, ...] = NINE_TO_SIX, **more: object) -> Calendar:
    return Calendar(zone, (spans,) * 5 + ((),) * 2, **more)  # type: ignore[arg-type] # the rest is a calendar's own


def nights(zone: str, words: str) -> Calendar:
    return Calendar(zone, (spans_of([words]),) * 7)


def at(zone: str, *parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo(zone))  # type: ignore[arg-type,misc] # year, month, day, hour, minute


# The oracle: the definition itself, asked minute by minute.


def is_worked(calendar: Calendar, minute: datetime) -> bool:
    there = minute.astimezone(ZoneInfo(calendar.zone))
    wall = there.hour * 60 + there.minute
    if is_free(calendar, there.date()):
        return False
    return any(opens <= wall < closes for opens, closes in calendar.week[there.weekday()])


def minutes_worked(calendar: Calendar, start: datetime, minutes: int) -> list[bool]:
    return [is_worked(calendar, start + MINUTE * each) for each in range(minutes)]


@st.composite
def days(draw: st.DrawFn) -> tuple[Span, ...]:
    edges = sorted(draw(st.sets(st.integers(0, 96), max_size=6)))
    pairs = zip(edges[::2], edges[1::2], strict=False)
    return tuple((15 * opens, 15 * closes) for opens, closes in pairs)


@st.composite
def calendars_near_a_change(draw: st.DrawFn) -> tuple[Calendar, datetime]:
    """A calendar, and a whole minute within a day and a half of a change of its clocks."""
    zone, day = draw(st.sampled_from(CHANGES))
    week = draw(st.lists(days(), min_size=7, max_size=7))
    closed = frozenset(draw(st.sets(st.sampled_from([day + timedelta(days=n) for n in (-1, 0, 1)]), max_size=2)))
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    start = midnight + MINUTE * draw(st.integers(-FULL_DAY, FULL_DAY))
    worked = sum(closes - opens for spans in week for opens, closes in spans)
    if worked < 60:
        week[draw(st.integers(0, 6))] = NINE_TO_SIX
    return checked(Calendar(zone, tuple(week), closed=closed)), start


@given(calendars_near_a_change(), st.integers(0, 3 * FULL_DAY))
def test_working_time_between_two_moments_is_what_a_minute_by_minute_count_says(
    case: tuple[Calendar, datetime], minutes: int
) -> None:
    calendar, start = case
    worked = sum(minutes_worked(calendar, start, minutes))
    assert working_between(calendar, start, start + MINUTE * minutes) == MINUTE * worked
    assert works_between(calendar, start, start + MINUTE * minutes) == (worked > 0)


@given(calendars_near_a_change(), st.integers(1, 2 * FULL_DAY))
def test_the_moment_found_is_the_first_by_which_so_much_was_worked(
    case: tuple[Calendar, datetime], minutes: int
) -> None:
    calendar, start = case
    found = add_working(calendar, start, MINUTE * minutes)
    assert working_between(calendar, start, found) == MINUTE * minutes
    assert is_worked(calendar, found - MINUTE)


@given(calendars_near_a_change(), st.integers(1, 2 * FULL_DAY))
def test_the_moment_counted_back_to_is_the_last_from_which_so_much_can_be_worked(
    case: tuple[Calendar, datetime], minutes: int
) -> None:
    calendar, end = case
    found = subtract_working(calendar, end, MINUTE * minutes)
    assert working_between(calendar, found, end) == MINUTE * minutes
    assert is_worked(calendar, found)


@given(calendars_near_a_change(), st.timedeltas(timedelta(microseconds=1), timedelta(days=3)))
def test_counting_there_and_back_returns(case: tuple[Calendar, datetime], span: timedelta) -> None:
    calendar, start = case
    began = add_working(calendar, start, timedelta(0))
    assert is_worked(calendar, began)
    assert subtract_working(calendar, add_working(calendar, began, span), span) == began


@given(
    calendars_near_a_change(),
    st.timedeltas(timedelta(0), timedelta(days=2)),
    st.timedeltas(timedelta(0), timedelta(days=2)),
    st.timedeltas(timedelta(0), timedelta(days=2)),
)
def test_more_work_and_a_later_start_never_end_earlier(
    case: tuple[Calendar, datetime], less: timedelta, more: timedelta, later: timedelta
) -> None:
    calendar, start = case
    ends = add_working(calendar, start, less)
    assert start <= ends <= add_working(calendar, start, less + more)
    assert ends <= add_working(calendar, start + later, less)
    assert add_working(calendar, ends, more) == add_working(calendar, start, less + more) or not (less and more)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Kyiv", date(2026, 3, 29), 23),
        ("Europe/Kyiv", date(2026, 10, 25), 25),
        ("America/New_York", date(2026, 3, 8), 23),
        ("America/New_York", date(2026, 11, 1), 25),
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
        ("Australia/Lord_Howe", date(2026, 10, 4), 23.5),
        ("America/Havana", date(2026, 11, 1), 25),
        ("Pacific/Apia", date(2011, 12, 30), 0),
    ],
)
def test_a_day_has_as_many_hours_as_its_clocks_give_it(zone: str, day: date, hours: float) -> None:
    whole = nights(zone, "00:00-24:00")
    assert sum(((end - start) for start, end in worked_on(whole, day)), timedelta(0)) == HOUR * hours


def test_an_hour_that_is_skipped_is_not_worked() -> None:
    kyiv = nights("Europe/Kyiv", "02:00-06:00")
    assert add_working(kyiv, at("Europe/Kyiv", 2026, 3, 29, 0), 3 * HOUR) == at("Europe/Kyiv", 2026, 3, 29, 6)


def test_an_hour_that_comes_twice_is_worked_twice() -> None:
    york = nights("America/New_York", "00:00-06:00")
    assert add_working(york, at("America/New_York", 2026, 11, 1, 0), 7 * HOUR) == at("America/New_York", 2026, 11, 1, 6)


def test_half_an_hour_that_comes_twice_is_worked_twice() -> None:
    howe = nights("Australia/Lord_Howe", "01:00-05:00")
    start = at("Australia/Lord_Howe", 2026, 4, 5, 0)
    assert working_between(howe, start, start + 12 * HOUR) == 4.5 * HOUR


def test_the_desk_keeps_its_hours_on_both_sides_of_a_change() -> None:
    kyiv = weekdays("Europe/Kyiv")
    friday = at("Europe/Kyiv", 2026, 10, 23, 17)
    assert add_working(kyiv, friday, 2 * HOUR) == at("Europe/Kyiv", 2026, 10, 26, 10)


def test_what_is_done_at_the_end_of_a_day_is_due_that_evening_and_not_next_morning() -> None:
    assert add_working(weekdays("UTC"), at("UTC", 2026, 11, 26, 9), 9 * HOUR) == at("UTC", 2026, 11, 26, 18)


def test_public_holidays_and_own_closed_days_are_free() -> None:
    york = weekdays("America/New_York", country="US", closed=frozenset({date(2026, 11, 27)}))
    wednesday = at("America/New_York", 2026, 11, 25, 17)
    assert is_free(york, date(2026, 11, 26))  # Thanksgiving
    assert add_working(york, wednesday, 2 * HOUR) == at("America/New_York", 2026, 11, 30, 10)


def test_a_part_of_a_country_has_holidays_of_its_own() -> None:
    scotland = weekdays("Europe/London", country="GB", subdivision="SCT")
    assert is_free(scotland, date(2026, 11, 30))
    assert not is_free(weekdays("Europe/London", country="GB"), date(2026, 11, 30))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("22:00-06:00", '"22:00-06:00" runs over midnight.'),
        ("09:00-09:00", '"09:00-09:00" holds no time.'),
        ("09:00-24:30", '"09:00-24:30" leaves the day.'),
        ("09:60-10:00", '"09:60-10:00" names a minute that there is not.'),
        ("nine to five", '"nine to five" is no span of hours.'),
    ],
)
def test_hours_that_make_no_sense_are_refused_with_a_sentence(words: str, sentence: str) -> None:
    with pytest.raises(Invalid) as refused:
        spans_of([words])
    assert refused.value.message == sentence


def test_spans_that_overlap_are_refused() -> None:
    with pytest.raises(Invalid, match="overlap or stand in the wrong order"):
        spans_of(["09:00-13:00", "12:00-18:00"])


@given(days())
def test_hours_are_read_back_as_they_were_said(spans: tuple[Span, ...]) -> None:
    assert spans_of([said(*span) for span in spans]) == spans


def test_a_calendar_that_never_works_is_refused() -> None:
    with pytest.raises(NeverWorks):
        checked(Calendar("UTC", ((),) * 7))
    every_day_closed = Calendar("UTC", (NINE_TO_SIX,) + ((),) * 6, closed=frozenset(_mondays(date(2026, 11, 2), 600)))
    with pytest.raises(NeverWorks):
        add_working(every_day_closed, at("UTC", 2026, 11, 3), HOUR)
    with pytest.raises(NeverWorks):
        subtract_working(every_day_closed, at("UTC", 2037, 11, 3), HOUR)


def _mondays(first: date, weeks: int) -> list[date]:
    return [first + timedelta(weeks=n) for n in range(weeks)]


@pytest.mark.parametrize(
    ("calendar", "sentence"),
    [
        (weekdays("Mars/Olympus"), 'There is no time zone "Mars/Olympus".'),
        (weekdays("UTC", country="XX"), 'No holidays are known for the country "XX".'),
        (weekdays("UTC", country="GB", subdivision="Z9"), 'No holidays are known for "Z9" in GB.'),
        (weekdays("UTC", subdivision="SCT"), "A part of a country needs its country."),
        (Calendar("UTC", (NINE_TO_SIX,)), "A week has seven days."),
        (Calendar("UTC", (((540, 300),),) * 7), '"09:00-05:00" runs over midnight.'),
    ],
)
def test_a_calendar_that_cannot_be_worked_by_is_refused_with_a_sentence(calendar: Calendar, sentence: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked(calendar)
    assert refused.value.message == sentence


def test_working_time_is_counted_over_ten_years_at_most() -> None:
    with pytest.raises(Invalid, match="ten years at most"):
        working_between(ALWAYS, at("UTC", 2000, 1, 1), at("UTC", 2026, 1, 1))


def test_no_time_at_all_is_worked_when_the_end_does_not_lie_after_the_start() -> None:
    noon = at("UTC", 2026, 1, 1, 12)
    for end in (noon, noon - HOUR):
        assert not works_between(ALWAYS, noon, end)
        assert working_between(ALWAYS, noon, end) == timedelta(0)
