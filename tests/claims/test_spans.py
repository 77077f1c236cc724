"""Spans of time are read as people write them, and what is said is read back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.errors import Invalid
from claims.spans import read, read_from, said, said_from

HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("words", "span"),
    [
        ("2 h", 2 * HOUR),
        ("2h", 2 * HOUR),
        ("90 minutes", 90 * MINUTE),
        ("1.5 hours", 90 * MINUTE),
        ("1,5 h", 90 * MINUTE),
        ("1 day and 12 h", 36 * HOUR),
        ("1 Week", 7 * DAY),
        ("  2 d 3 h 5 min ", 2 * DAY + 3 * HOUR + 5 * MINUTE),
    ],
)
def test_a_span_is_read_as_people_write_it(words: str, span: timedelta) -> None:
    assert read(words) == span


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("soon", "“soon” is no span of time."),
        ("8", "“8” is no span of time."),
        ("8 h or so", "“8 h or so” is no span of time."),
        ("3 moons", "“3 moons” is no span of time."),
        ("1 working day", "Steps count hours of the clock, not working time."),
    ],
)
def test_what_is_no_span_is_refused_with_how_to_write_one(words: str, sentence: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(words)
    assert (refused.value.message, refused.value.hint) == (sentence, "Write it like 90 min, 8 h, 2 days or 1 day 12 h.")


@pytest.mark.parametrize(
    ("words", "offset"),
    [
        ("8 h before", -8 * HOUR),
        ("1 h after", HOUR),
        ("24 h late", DAY),
        ("At the moment", timedelta()),
        ("0", timedelta()),
    ],
)
def test_a_distance_says_before_or_after(words: str, offset: timedelta) -> None:
    assert read_from(words) == offset


def test_a_distance_that_leaves_the_side_open_is_refused() -> None:
    with pytest.raises(Invalid, match="Say before or after: 8 h before, 1 h after, or at the moment."):
        read_from("8 h")


@given(st.integers(-366 * 24 * 60, 366 * 24 * 60))
def test_what_is_said_is_read_back(minutes: int) -> None:
    offset = minutes * MINUTE
    assert read_from(said_from(offset)) == offset


def test_spans_are_said_in_the_units_of_the_screen() -> None:
    spans = (45 * MINUTE, 90 * MINUTE, 8 * HOUR, 24 * HOUR, 2 * DAY + 3 * HOUR, 7 * DAY)
    assert [said(span) for span in spans] == ["45 min", "90 min", "8 h", "24 h", "2 d 3 h", "7 d"]
