"""Deadlines as an iCalendar file (RFC 5545, RFC 7986): events, or to-dos for programs that show those.

Moments are written in UTC, so no calendar has to know a time zone and no change of clocks moves them. A date that is
known to the day is a whole day of the zone it was meant in, wherever the calendar is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

MEDIA_TYPE = "text/calendar; charset=utf-8"
FOLD = 75  # octets of a line, its break apart
_ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
PRIORITIES = {1: 1, 2: 3, 3: 5, 4: 9}  # ours, 1 to 4, on iCalendar's scale of 1 (highest) to 9


class Fate(StrEnum):
    """What became of what a deadline is about."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


@dataclass(frozen=True)
class Deadline:
    """One date. `days` are the first and last whole day where it is known to the day, else `moment` counts.

    `uid` never changes, `sequence` rises whenever the date may have moved. `warning` is how long before it to remind.
    """

    uid: str
    summary: str
    description: str
    moment: datetime
    days: tuple[date, date] | None
    changed: datetime
    sequence: int
    fate: Fate
    priority: int
    categories: tuple[str, ...]
    link: str
    warning: timedelta


def calendar(name: str, deadlines: Iterable[Deadline], *, as_todos: bool = False) -> bytes:
    """The whole file, in UTF-8 with the line breaks of the standard."""
    lines = [
        *("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Claim Desk//Deadlines 1//EN", "CALSCALE:GREGORIAN"),
        *(_text("NAME", name), _text("X-WR-CALNAME", name)),
        *("REFRESH-INTERVAL;VALUE=DURATION:PT15M", "X-PUBLISHED-TTL:PT15M"),
    ]
    for deadline in deadlines:
        lines += _todo(deadline) if as_todos else _event(deadline)
    return b"".join(folded(line) for line in [*lines, "END:VCALENDAR"])


def folded(line: str) -> bytes:
    """One line as it is sent: at most 75 octets and the break, then a blank and the rest, no character cut in two."""
    parts, part = list[bytes](), b""
    for character in line:
        octets = character.encode()
        if len(part) + len(octets) > FOLD:
            parts, part = [*parts, part], b" "
        part += octets
    return b"\r\n".join([*parts, part]) + b"\r\n"


def _event(deadline: Deadline) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield from _common(deadline)
    if deadline.days:
        first, last = deadline.days
        yield f"DTSTART;VALUE=DATE:{first:%Y%m%d}"
        yield f"DTEND;VALUE=DATE:{last + timedelta(days=1):%Y%m%d}"  # the day behind the last: the end is exclusive
    else:
        yield f"DTSTART:{_utc(deadline.moment)}"
    yield "STATUS:CONFIRMED" if deadline.fate == Fate.OPEN else "STATUS:CANCELLED"
    yield "TRANSP:TRANSPARENT"
    yield from _alarm(deadline, "START")
    yield "END:VEVENT"


def _todo(deadline: Deadline) -> Iterator[str]:
    yield "BEGIN:VTODO"
    yield from _common(deadline)
    yield f"DUE:{_utc(deadline.moment)}"
    yield f"PRIORITY:{PRIORITIES[deadline.priority]}"
    if deadline.fate == Fate.DONE:
        yield from ("STATUS:COMPLETED", "PERCENT-COMPLETE:100", f"COMPLETED:{_utc(deadline.changed)}")
    else:
        yield "STATUS:NEEDS-ACTION" if deadline.fate == Fate.OPEN else "STATUS:CANCELLED"
    yield from _alarm(deadline, "END")
    yield "END:VTODO"


def _common(deadline: Deadline) -> Iterator[str]:
    yield f"UID:{deadline.uid}"
    yield f"DTSTAMP:{_utc(deadline.changed)}"
    yield f"LAST-MODIFIED:{_utc(deadline.changed)}"
    yield f"SEQUENCE:{deadline.sequence}"
    yield _text("SUMMARY", deadline.summary)
    yield _text("DESCRIPTION", deadline.description)
    yield "CATEGORIES:" + ",".join(_escaped(one) for one in deadline.categories)
    yield f"URL:{deadline.link}"


def _alarm(deadline: Deadline, related: str) -> Iterator[str]:
    if deadline.fate == Fate.OPEN and deadline.warning > timedelta(0):
        yield from ("BEGIN:VALARM", "ACTION:DISPLAY", _text("DESCRIPTION", deadline.summary))
        yield f"TRIGGER;RELATED={related}:-PT{int(deadline.warning.total_seconds() // 60)}M"
        yield "END:VALARM"


def _text(name: str, words: str) -> str:
    return f"{name}:{_escaped(words)}"


def _escaped(words: str) -> str:
    return _CONTROL.sub("", words).translate(_ESCAPED)


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
