"""How long, how late, when and by which date, in words."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims import deadlines, timewords
from claims.deadlines import Precision

KYIV = ZoneInfo("Europe/Kyiv")
NOW = datetime(2025, 11, 26, 12, 32, tzinfo=UTC)  # 14:32 in Kyiv, a Wednesday
WARNING = timedelta(hours=8)


def after(**span: float) -> datetime:
    return NOW + timedelta(**span)


@pytest.mark.parametrize(
    ("span", "plain", "exact", "tile"),
    [
        ({"seconds": 0}, "under 1 min", "under 1 min", "under 1 min"),
        ({"seconds": 59.9}, "under 1 min", "under 1 min", "under 1 min"),
        ({"minutes": 32, "seconds": 59}, "32 min", "32 min", "32 min"),
        ({"hours": 5, "minutes": 32}, "5 h", "5 h 32 min", "5 h"),
        ({"hours": 5}, "5 h", "5 h", "5 h"),
        ({"hours": 47, "minutes": 59}, "47 h", "47 h 59 min", "47 h"),
        ({"hours": 48}, "2 d", "2 d", "2 d"),
        ({"days": 2, "hours": 3, "minutes": 59}, "2 d 3 h", "2 d 3 h", "2 d 3 h"),
        ({"days": 9, "hours": 4}, "9 d 4 h", "9 d 4 h", "9 d"),
    ],
)
def test_a_duration_is_rounded_down_and_never_finer_than_needed(
    span: dict[str, float], plain: str, exact: str, tile: str
) -> None:
    length = timedelta(**span)
    assert timewords.duration(length) == plain
    assert timewords.duration(length, exact=True) == exact
    assert timewords.duration(length, tile=True) == tile


@pytest.mark.parametrize(
    ("due", "kind", "words"),
    [
        (after(hours=-5, minutes=-32), "late", "5 h 32 min late"),
        (after(microseconds=-1), "late", "under 1 min late"),
        (after(), "soon", "in under 1 min"),
        (after(hours=3, minutes=28), "soon", "in 3 h 28 min"),
        (after(hours=8), "plain", "in 8 h"),
        (after(hours=21, minutes=28), "plain", "in 21 h"),
    ],
)
def test_due_is_not_late_and_the_edge_of_the_window_is_not_soon(due: datetime, kind: str, words: str) -> None:
    assert timewords.deadline(due, NOW, WARNING) == timewords.Deadline(kind, words)  # type: ignore[arg-type]  # str


@given(minutes=st.integers(-20_000, 20_000), micro=st.integers(-1, 1))
def test_the_chip_and_the_flags_always_agree(minutes: int, micro: int) -> None:
    due = NOW + timedelta(minutes=minutes, microseconds=micro)
    facts = deadlines.DateFacts("queued", due, WARNING, None, answered=False)
    flags = {"late": ["late"], "soon": ["due_soon"], "plain": []}
    assert deadlines.time_flags(facts, NOW) == flags[timewords.deadline(due, NOW, WARNING).kind]


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (after(hours=3, minutes=28), "today 18:00"),
        (after(hours=21, minutes=28), "Thu 27 Nov 12:00"),
        (after(days=-7), "Wed 19 Nov 14:32"),
        (after(days=-8), "18 Nov 14:32"),
        (datetime(2026, 1, 1, 0, 0, tzinfo=UTC), "1 Jan 2026 02:00"),
        (datetime(2025, 11, 26, 22, 30, tzinfo=UTC), "Thu 27 Nov 00:30"),
    ],
)
def test_a_moment_is_told_in_the_readers_zone(moment: datetime, words: str) -> None:
    assert timewords.absolute(moment, NOW, KYIV) == words
    assert timewords.dated(moment, NOW, KYIV) == words.replace("today", "Wed 26 Nov")


@pytest.mark.parametrize(
    ("zone", "hour", "minute", "time"),
    [
        ("Europe/Berlin", 0, 30, "02:30 CEST"),
        ("Europe/Berlin", 1, 30, "02:30 CET"),
        ("Europe/Berlin", 2, 0, "03:00"),
        ("Europe/Kyiv", 0, 59, "03:59 EEST"),
        ("Europe/Dublin", 0, 0, "01:00 IST"),
        ("Europe/Dublin", 1, 0, "01:00 GMT"),
        ("UTC", 1, 30, "01:30"),
    ],
)
def test_of_two_moments_that_the_clocks_show_alike_each_says_which_it_is(
    zone: str, hour: int, minute: int, time: str
) -> None:
    moment, there = datetime(2026, 10, 25, hour, minute, tzinfo=UTC), ZoneInfo(zone)
    assert timewords.absolute(moment, moment, there) == f"today {time}"
    assert timewords.dated(moment, moment, there) == f"Sun 25 Oct {time}"
    dated = deadlines.own_date(moment.astimezone(there), moment.astimezone(there), Precision.MINUTE, zone)
    window = (dated.confirm_from, dated.confirm_by)
    told = timewords.own_date(*window, Precision.MINUTE, zone, basis="stated", reader=there, now=moment)
    assert told.date == f"Sun 25 Oct {time}"
    elsewhere = timewords.own_date(*window, Precision.MINUTE, "Asia/Tokyo", basis="stated", reader=there, now=moment)
    assert f"Sun 25 Oct {time} in" in elsewhere.zone


def test_an_hour_that_the_clocks_skip_leaves_no_moment_to_mark() -> None:
    before, after_it = (datetime(2026, 3, 29, hour, 30, tzinfo=UTC) for hour in (0, 1))
    said = [timewords.absolute(moment, moment, ZoneInfo("Europe/Berlin")) for moment in (before, after_it)]
    assert said == ["today 01:30", "today 03:30"]


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (after(hours=3), "in 3 h"),
        (after(seconds=-30), "just now"),
        (after(), "just now"),
        (after(days=-2, hours=-3), "2 d 3 h ago"),
    ],
)
def test_a_moment_is_told_from_now(moment: datetime, words: str) -> None:
    assert timewords.relative(moment, NOW) == words


def own(first: date | datetime, last: date | datetime, precision: Precision, zone: str, basis: str = "speaker") -> str:
    dated = deadlines.own_date(first, last, precision, zone)
    words = timewords.own_date(dated.confirm_from, dated.confirm_by, precision, zone, basis=basis, reader=KYIV, now=NOW)
    return f"{words.date} / {words.zone}"


def test_the_end_of_a_day_elsewhere_is_told_here_too() -> None:
    day = date(2025, 11, 27)
    assert own(day, day, Precision.DAY, "America/New_York") == (
        "Thu 27 Nov, end of day / Time zone not stated. New York assumed from the speaker, so Fri 28 Nov 06:59 in Kyiv."
    )


@pytest.mark.parametrize(
    ("first", "last", "precision", "words"),
    [
        (date(2025, 11, 28), date(2025, 11, 30), Precision.DAY, "Fri 28\N{EN DASH}Sun 30 Nov"),
        (date(2025, 11, 28), date(2025, 12, 2), Precision.DAY, "Fri 28 Nov\N{EN DASH}Tue 2 Dec"),
        (date(2025, 12, 30), date(2026, 1, 2), Precision.DAY, "Tue 30 Dec 2025\N{EN DASH}Fri 2 Jan 2026"),
        (date(2025, 11, 26), date(2025, 11, 26), Precision.WEEK, "week of 24\N{EN DASH}30 Nov"),
        (date(2025, 11, 26), date(2025, 12, 3), Precision.WEEK, "week of 24 Nov\N{EN DASH}7 Dec"),
        (date(2025, 11, 3), date(2025, 11, 3), Precision.MONTH, "November, end of month"),
        (date(2026, 2, 3), date(2026, 2, 3), Precision.MONTH, "February 2026, end of month"),
        (date(2025, 10, 3), date(2025, 11, 3), Precision.MONTH, "October\N{EN DASH}November, end of month"),
        (date(2027, 1, 4), date(2027, 1, 4), Precision.DAY, "Mon 4 Jan 2027, end of day"),
    ],
)
def test_its_own_date_keeps_its_precision(first: date, last: date, precision: Precision, words: str) -> None:
    assert (
        own(first, last, precision, "Europe/Kyiv") == f"{words} / Time zone not stated. Kyiv assumed from the speaker."
    )


def test_a_minute_is_told_as_a_time_and_a_window_as_two() -> None:
    begins = datetime(2025, 11, 27, 16, 0, tzinfo=UTC)
    ends = datetime(2025, 11, 27, 18, 30, tzinfo=UTC)
    assert own(begins, begins, Precision.MINUTE, "Europe/Kyiv", "stated") == "Thu 27 Nov 18:00 / Kyiv time."
    assert own(begins, ends, Precision.MINUTE, "Europe/Kyiv", "stated").startswith("Thu 27 Nov 18:00\N{EN DASH}20:30 /")


@pytest.mark.parametrize(
    ("day", "words"),
    [(26, "Its date is today"), (27, "Its date is tomorrow"), (30, "Its date is Sun 30 Nov")],
)
def test_the_note_counts_days_in_the_claims_own_zone(day: int, words: str) -> None:
    dated = deadlines.own_date(date(2025, 11, day), date(2025, 11, day), Precision.DAY, "America/New_York")
    assert timewords.own_date_note(dated.confirm_by, "America/New_York", NOW) == words


def test_idle_days_are_rounded_down() -> None:
    assert timewords.idle_note(after(hours=-71), NOW) == "No activity for 2 days"
    assert timewords.idle_note(after(hours=-47), NOW) == "No activity for 1 day"


def test_an_absence_names_its_last_day() -> None:
    assert timewords.away_words(after(days=5), NOW, KYIV) == "Away until Mon 1 Dec"
