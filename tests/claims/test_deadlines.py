"""Both dates: when they end, what the clock says of them, and that zones and daylight saving are read right."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from claims.deadlines import (
    TICK,
    DateFacts,
    Precision,
    TimeFlag,
    answers_own_date,
    aware,
    earliest_due,
    moments,
    own_date,
    time_flags,
)
from claims.errors import Invalid, NaiveTime
from claims.lifecycle import State
from claims.verdicts import So

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ZONES = (
    "UTC",
    "Europe/Kyiv",
    "America/New_York",
    "America/Havana",
    "America/Santiago",
    "America/Asuncion",
    "Asia/Beirut",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "Atlantic/Azores",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
    "Europe/Dublin",
)
DAYS = st.dates(date(2015, 1, 1), date(2037, 12, 31))


def ends(day: date, precision: Precision, zone: str) -> str:
    """The last microsecond of the period that holds the day, UTC."""
    return own_date(day, day, precision, zone).confirm_by.isoformat()


@pytest.mark.parametrize(
    ("zone", "day", "begins", "by"),
    [
        ("Europe/Kyiv", date(2026, 11, 27), "2026-11-26T22:00", "2026-11-27T21:59"),
        ("Europe/Kyiv", date(2026, 3, 29), "2026-03-28T22:00", "2026-03-29T20:59"),
        ("Europe/Kyiv", date(2026, 10, 25), "2026-10-24T21:00", "2026-10-25T21:59"),
        ("America/New_York", date(2026, 3, 8), "2026-03-08T05:00", "2026-03-09T03:59"),
        ("America/New_York", date(2026, 11, 1), "2026-11-01T04:00", "2026-11-02T04:59"),
        ("Australia/Lord_Howe", date(2026, 4, 5), "2026-04-04T13:00", "2026-04-05T13:29"),
        ("Australia/Lord_Howe", date(2026, 10, 4), "2026-10-03T13:30", "2026-10-04T12:59"),
        ("America/Havana", date(2026, 3, 8), "2026-03-08T05:00", "2026-03-09T03:59"),
        ("America/Havana", date(2026, 11, 1), "2026-11-01T04:00", "2026-11-02T04:59"),
        ("America/Santiago", date(2026, 9, 6), "2026-09-06T04:00", "2026-09-07T02:59"),
        ("America/Santiago", date(2026, 4, 4), "2026-04-04T03:00", "2026-04-05T03:59"),
        ("Asia/Beirut", date(2026, 3, 29), "2026-03-28T22:00", "2026-03-29T20:59"),
        ("Asia/Beirut", date(2026, 10, 24), "2026-10-23T21:00", "2026-10-24T21:59"),
        ("Pacific/Kiritimati", date(2026, 11, 27), "2026-11-26T10:00", "2026-11-27T09:59"),
    ],
)
def test_a_day_is_the_whole_day_of_its_zone_also_when_clocks_change(zone: str, day: date, begins: str, by: str) -> None:
    window = own_date(day, day, Precision.DAY, zone)
    assert window.confirm_from.isoformat() == f"{begins}:00+00:00"
    assert window.confirm_by.isoformat() == f"{by}:59.999999+00:00"


@pytest.mark.parametrize("day", [date(2026, 11, 23), date(2026, 11, 26), date(2026, 11, 29)])
def test_a_week_is_the_iso_week_whichever_day_names_it(day: date) -> None:
    assert ends(day, Precision.WEEK, "Europe/Kyiv") == "2026-11-29T21:59:59.999999+00:00"


@pytest.mark.parametrize(
    ("day", "by"),
    [
        (date(2026, 12, 1), "2026-12-31T22:59:59.999999+00:00"),
        (date(2028, 2, 29), "2028-02-29T22:59:59.999999+00:00"),
        (date(2027, 2, 14), "2027-02-28T22:59:59.999999+00:00"),
        (date(2026, 1, 31), "2026-01-31T22:59:59.999999+00:00"),
    ],
)
def test_a_month_ends_with_its_last_day_also_in_leap_years(day: date, by: str) -> None:
    assert ends(day, Precision.MONTH, "Europe/Berlin") == by


def test_the_end_of_next_week_is_friday_to_sunday() -> None:
    window = own_date(date(2026, 12, 4), date(2026, 12, 6), Precision.DAY, "Europe/Kyiv")
    assert window.confirm_from.isoformat() == "2026-12-03T22:00:00+00:00"
    assert window.confirm_by.isoformat() == "2026-12-06T21:59:59.999999+00:00"


def test_a_minute_ends_with_its_last_microsecond() -> None:
    said = datetime(2026, 11, 27, 18, 0, 31, tzinfo=ZoneInfo("Europe/Kyiv"))
    window = own_date(said, said, Precision.MINUTE, "Europe/Kyiv")
    assert window.confirm_from.isoformat() == "2026-11-27T16:00:00+00:00"
    assert window.confirm_by.isoformat() == "2026-11-27T16:00:59.999999+00:00"


def test_a_leap_day_is_a_day_like_others() -> None:
    assert ends(date(2028, 2, 29), Precision.DAY, "UTC") == "2028-02-29T23:59:59.999999+00:00"


@given(DAYS, st.sampled_from(ZONES))
def test_the_own_date_is_the_last_microsecond_of_its_day(day: date, zone: str) -> None:
    by = own_date(day, day, Precision.DAY, zone).confirm_by
    there = ZoneInfo(zone)
    assert by.astimezone(there).date() == day
    assert (by + TICK).astimezone(there).date() == day + timedelta(days=1)


@given(DAYS, st.integers(0, 40), st.sampled_from([*Precision][1:]), st.sampled_from(ZONES))
def test_a_window_begins_before_and_ends_after_every_day_in_it(
    first: date, days: int, precision: Precision, zone: str
) -> None:
    last = first + timedelta(days=days)
    window = own_date(first, last, precision, zone)
    noon = [datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(zone)) for day in (first, last)]
    assert window.confirm_from < noon[0] <= noon[1] < window.confirm_by


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.timezones()))  # noqa: DTZ001  # its bounds are naive
def test_a_moment_keeps_its_instant_in_utc(moment: datetime) -> None:
    assert aware(moment) == moment.astimezone(UTC)
    assert aware(moment).utcoffset() == timedelta(0)


def test_a_time_without_a_zone_is_refused_with_an_example() -> None:
    with pytest.raises(NaiveTime, match="Write it with an offset, for example 2026-11-27T18:00:00"):
        aware(NOON.replace(tzinfo=None))


@pytest.mark.parametrize(
    ("first", "last", "precision", "zone", "words"),
    [
        (date(2026, 11, 27), date(2026, 11, 26), Precision.DAY, "UTC", "ends before it begins"),
        (NOON, NOON - HOUR, Precision.MINUTE, "UTC", "ends before it begins"),
        (date(2026, 11, 27), date(2026, 11, 27), Precision.DAY, "Europe/Atlantis", "no time zone"),
        *(
            (date(2026, 11, 27), date(2026, 11, 27), Precision.DAY, name, "no time zone")
            for name in ("localtime", "Factory", "posixrules", "posix/Europe/Kyiv", "right/Europe/Kyiv")
        ),
        (date(2026, 11, 27), date(2026, 11, 27), Precision.DAY, "../../etc/passwd", "no time zone"),
        (date(2026, 11, 27), date(2026, 11, 27), Precision.MINUTE, "UTC", "needs times with an offset"),
        (NOON, NOON, Precision.DAY, "UTC", "needs plain dates"),
        (date(1899, 12, 31), date(1899, 12, 31), Precision.DAY, "UTC", "year must lie between"),
        (date(2201, 1, 1), date(2201, 1, 1), Precision.DAY, "UTC", "year must lie between"),
        (date(9999, 12, 31), date(9999, 12, 31), Precision.MONTH, "UTC", "year must lie between"),
        (date(2011, 12, 30), date(2011, 12, 30), Precision.DAY, "Pacific/Apia", "skip this day"),
    ],
)
def test_a_window_that_means_nothing_is_refused(
    first: date, last: date, precision: Precision, zone: str, words: str
) -> None:
    with pytest.raises(Invalid, match=words):
        own_date(first, last, precision, zone)


@pytest.mark.parametrize("day", [date(1900, 1, 1), date(2200, 12, 31)])
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Niue"])
def test_the_first_and_the_last_year_are_kept_too(day: date, zone: str) -> None:
    assert own_date(day, day, Precision.DAY, zone).confirm_by.astimezone(ZoneInfo(zone)).date() == day


def facts(
    state: State = State.QUEUED, *, due: timedelta = 9 * HOUR, own: timedelta | None = None, answered: bool = False
) -> DateFacts:
    """A claim whose dates lie this far from noon."""
    return DateFacts(state, NOON + due, 8 * HOUR, None if own is None else NOON + own, answered)


@pytest.mark.parametrize(
    ("due", "flags"),
    [
        (9 * HOUR, []),
        (8 * HOUR, []),
        (8 * HOUR - TICK, [TimeFlag.DUE_SOON]),
        (0 * HOUR, [TimeFlag.DUE_SOON]),
        (-TICK, [TimeFlag.LATE]),
    ],
)
def test_due_is_not_late_before_the_instant_after(due: timedelta, flags: list[TimeFlag]) -> None:
    assert time_flags(facts(due=due), NOON) == flags


@pytest.mark.parametrize(
    ("own", "flags"),
    [
        (48 * HOUR, []),
        (48 * HOUR - TICK, [TimeFlag.DATE_NEAR]),
        (0 * HOUR, [TimeFlag.DATE_NEAR]),
        (-TICK, [TimeFlag.DATE_PASSED]),
    ],
)
def test_its_date_is_near_for_two_days_and_passed_in_the_instant_after(own: timedelta, flags: list[TimeFlag]) -> None:
    assert time_flags(facts(own=own), NOON) == flags


@pytest.mark.parametrize("state", [State.PROPOSED, State.DISMISSED])
def test_nothing_is_ever_announced_of_proposed_and_dismissed_claims(state: State) -> None:
    assert moments(facts(state, due=-HOUR, own=-HOUR)) == {}


def test_a_decided_claim_is_not_late_but_its_date_may_pass_unanswered() -> None:
    assert moments(facts(State.DECIDED, own=HOUR)) == {TimeFlag.DATE_PASSED: NOON + HOUR}
    assert moments(facts(State.DECIDED, own=HOUR, answered=True)) == {}


def test_a_waiting_claim_can_be_late_and_its_date_can_pass() -> None:
    assert time_flags(facts(State.WAITING, due=-HOUR, own=-HOUR), NOON) == [TimeFlag.LATE, TimeFlag.DATE_PASSED]


@pytest.mark.parametrize("so", [So.CONFIRMED, So.PARTLY, So.CONTEXT, So.REFUTED, So.OVERTAKEN])
def test_any_verdict_but_unproven_answers_the_date_before_it_comes(so: So) -> None:
    assert answers_own_date(so, NOON - HOUR, NOON)


def test_unproven_answers_the_date_only_after_it() -> None:
    assert not answers_own_date(So.UNPROVEN, NOON - HOUR, NOON)
    assert not answers_own_date(So.UNPROVEN, NOON, NOON)
    assert answers_own_date(So.UNPROVEN, NOON + TICK, NOON)


def test_too_early_answers_nothing() -> None:
    assert not answers_own_date(None, NOON + HOUR, NOON)


@given(st.integers(1, 2160), st.integers(0, 100_000))
def test_review_due_is_never_before_the_minimum(hours: int, minutes: int) -> None:
    assume(hours * 60 != minutes)
    due = earliest_due(NOON, hours, minutes)
    assert due == NOON + timedelta(minutes=max(hours * 60, minutes))


@pytest.mark.parametrize(("first", "last"), [(30, 30), (29, 30), (30, 31)])
def test_a_day_that_clocks_left_out_is_refused_by_its_name(first: int, last: int) -> None:
    with pytest.raises(Invalid, match="Clocks in Pacific/Apia skip this day, 2011-12-30") as refused:
        own_date(date(2011, 12, first), date(2011, 12, last), Precision.DAY, "Pacific/Apia")
    assert refused.value.hint == "Check the time zone."
    week = own_date(date(2011, 12, 30), date(2011, 12, 30), Precision.WEEK, "Pacific/Apia")
    assert week.confirm_by - week.confirm_from == timedelta(days=6) - TICK
