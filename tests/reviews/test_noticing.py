"""When somebody may be written to: quiet hours, digests and tries again, on the person's own clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.noticing import (
    DIGEST_UNTIL,
    LONGEST_WAIT,
    USUAL,
    ByMail,
    NoticeReason,
    at_clock,
    day_of,
    digest_is_due,
    next_try,
    when_allowed,
)

KYIV, NEW_YORK, LORD_HOWE = "Europe/Kyiv", "America/New_York", "Australia/Lord_Howe"
ZONES = st.sampled_from([KYIV, NEW_YORK, LORD_HOWE, "UTC", "Asia/Kathmandu"])
THREE_YEARS = st.integers(0, 3 * 365 * 24 * 60)
MOMENTS = THREE_YEARS.map(lambda minutes: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes))
CLOCKS = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))


def at(words: str, zone: str) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("moment", "quiet", "allowed"),
    [
        ("2026-11-26 21:59", (time(22), time(7)), "2026-11-26 21:59"),
        ("2026-11-26 22:00", (time(22), time(7)), "2026-11-27 07:00"),
        ("2026-11-27 06:59", (time(22), time(7)), "2026-11-27 07:00"),
        ("2026-11-27 07:00", (time(22), time(7)), "2026-11-27 07:00"),
        ("2026-11-27 13:30", (time(12), time(14)), "2026-11-27 14:00"),
        ("2026-11-27 13:30", (time(14), time(14)), "2026-11-27 13:30"),
        ("2026-11-27 13:30", None, "2026-11-27 13:30"),
    ],
)
def test_a_letter_waits_for_the_end_of_the_quiet_hours(
    moment: str, quiet: tuple[time, time] | None, allowed: str
) -> None:
    assert when_allowed(at(moment, KYIV), quiet, KYIV) == at(allowed, KYIV)


def test_quiet_hours_hold_in_the_nights_when_clocks_are_changed() -> None:
    quiet = (time(22), time(3, 30))
    # Kyiv skips 03:00 to 04:00 on 29 March 2026: half past three is half past four.
    assert when_allowed(at("2026-03-28 23:00", KYIV), quiet, KYIV) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    # ... and has it twice on 25 October: quiet until the second one.
    assert when_allowed(at("2026-10-24 23:00", KYIV), quiet, KYIV) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    # Lord Howe moves by half an hour, at 02:00 on 4 October 2026.
    assert when_allowed(at("2026-10-03 23:00", LORD_HOWE), (time(22), time(2, 15)), LORD_HOWE) == datetime(
        2026, 10, 3, 15, 45, tzinfo=UTC
    )


@given(MOMENTS, CLOCKS, CLOCKS, ZONES)
def test_what_is_allowed_is_never_early_never_quiet_and_at_most_a_day_away(
    moment: datetime, begins: time, ends: time, zone: str
) -> None:
    allowed = when_allowed(moment, (begins, ends), zone)
    assert moment <= allowed <= moment + timedelta(hours=25)
    assert when_allowed(allowed, (begins, ends), zone) - allowed <= timedelta(hours=1)  # an hour that comes twice


def test_a_digest_is_due_from_its_time_for_six_hours_once_a_day() -> None:
    def due(words: str) -> date | None:
        return digest_is_due(at(words, NEW_YORK), time(8), NEW_YORK)

    assert due("2026-11-26 07:59") is None
    assert due("2026-11-26 08:00") == due("2026-11-26 13:59") == date(2026, 11, 26)
    assert due("2026-11-26 14:00") is None
    assert digest_is_due(at("2026-11-26 09:00", NEW_YORK), None, NEW_YORK) is None


def test_an_evenings_digest_may_be_made_after_midnight() -> None:
    late = time(23, 59)
    assert digest_is_due(at("2026-11-27 00:10", NEW_YORK), late, NEW_YORK) == date(2026, 11, 26)
    assert digest_is_due(at("2026-11-27 05:59", NEW_YORK), late, NEW_YORK) is None


@given(MOMENTS, CLOCKS, ZONES)
def test_a_digest_belongs_to_the_day_on_the_persons_clock(now: datetime, clock: time, zone: str) -> None:
    today = day_of(now, zone)
    running = [
        day
        for day in (today, today - timedelta(days=1))
        if at_clock(day, clock, zone) <= now < at_clock(day, clock, zone) + DIGEST_UNTIL
    ]
    assert digest_is_due(now, clock, zone) == (running[0] if running else None)


def test_tries_come_further_apart_and_never_more_than_an_hour() -> None:
    waits = [next_try(number) for number in range(1, 100)]
    assert waits[0] == timedelta(minutes=1)
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_WAIT


def test_people_are_told_what_needs_them_and_nothing_else_unless_they_ask() -> None:
    told = {reason for reason, way in USUAL.items() if not way.silent}
    assert NoticeReason.LATE in told
    assert told.isdisjoint({NoticeReason.DECIDED, NoticeReason.REOPENED, NoticeReason.UNROUTABLE})
    assert NoticeReason.SOURCE_CHANGED not in told
    assert all(way.by_mail == ByMail.AT_ONCE and way.in_app for reason, way in USUAL.items() if reason in told)
