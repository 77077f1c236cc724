"""Spans of time as people write them: "8 h before", "90 min", "1 day 12 h". What is said here is read here again.

Pure. Hours and days are those of the clock; nothing of working time.
"""

from __future__ import annotations

import re
from datetime import timedelta

from claims.errors import Invalid

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HOURS_UNTIL = timedelta(hours=48)
UNITS = {
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), timedelta(minutes=1)),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), HOUR),
    **dict.fromkeys(("d", "day", "days"), DAY),
    **dict.fromkeys(("w", "wk", "week", "weeks"), timedelta(days=7)),
}
PART = re.compile(r"(\d{1,6}(?:[.,]\d{1,2})?)\s*([a-z]+)")
AT_ONCE = frozenset({"at the moment", "at once", "on time", "then", "0", "now"})
HINT = "Write it like 90 min, 8 h, 2 days or 1 day 12 h."
WORKING = re.compile(r"\bwork(?:ing|day)?")


def said(span: timedelta) -> str:
    """A span of whole minutes, nothing left out: "90 min", "24 h", "2 d 3 h"."""
    days = span // DAY if span >= HOURS_UNTIL else 0
    left = span - days * DAY
    minutes = left // timedelta(minutes=1)
    hours = 0 if minutes < 120 and minutes % 60 else minutes // 60
    parts = ((days, "d"), (hours, "h"), (minutes - 60 * hours, "min"))
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or "0 min"


def read(words: str) -> timedelta:
    """The span that somebody wrote, in whole minutes. Raises `Invalid` with how to write it."""
    plain = " ".join(words.lower().replace("-", " ").split())
    if WORKING.search(plain):
        raise Invalid("Steps count hours of the clock, not working time.", hint=HINT)
    parts = PART.findall(plain)
    left = PART.sub("", plain).replace("and", "").replace(",", "").strip()
    if not parts or left or any(unit not in UNITS for _, unit in parts):
        raise Invalid(f"“{words.strip()}” is no span of time.", hint=HINT)
    whole = sum((_part(number, UNITS[unit]) for number, unit in parts), timedelta())
    return timedelta(minutes=round(whole / timedelta(minutes=1)))


def _part(number: str, unit: timedelta) -> timedelta:
    return float(number.replace(",", ".")) * unit


def said_from(offset: timedelta) -> str:
    """A distance from a date: "8 h before", "at the moment", "1 h after"."""
    if not offset:
        return "at the moment"
    return f"{said(abs(offset))} {'before' if offset < timedelta() else 'after'}"


def read_from(words: str) -> timedelta:
    """The distance from a date that somebody wrote, negative before it. Raises `Invalid` with how to write it."""
    plain = " ".join(words.lower().split())
    if plain in AT_ONCE:
        return timedelta()
    span, _, side = plain.rpartition(" ")
    if side not in {"before", "after", "late", "later"}:
        raise Invalid("Say before or after: 8 h before, 1 h after, or at the moment.")
    return -read(span) if side == "before" else read(span)
