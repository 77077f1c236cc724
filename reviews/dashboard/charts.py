"""Due and decided, this week: two step lines whose gap is a number of claims.

Left of now the gap is exactly the claims that are late, right of it what still has to be decided by then. Drawn on
the server as SVG, so it prints, follows the theme and can be tested; the same data stands beside it as a table.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

LEFT, RIGHT, TOP, BOTTOM = 46.0, 760.0, 22.0, 322.0  # at its sides thousands and words have room
DAYS = 7
GRID_LINES = 4
TEXT, LINE_OF_TEXT = 4.0, 16.0  # half a line of text, and one
WORDS = 140.0  # what "1234 to do by Sunday" takes


@dataclass(frozen=True)
class Step:
    """`count` claims that enter the due line at `due` and, unless None, the decided line at `decided`."""

    due: datetime
    decided: datetime | None
    count: int


@dataclass(frozen=True)
class Week:
    """The running ISO week in a zone: 00:00 of its seven days and of the Monday after them, in UTC."""

    midnights: tuple[datetime, ...]

    @property
    def start(self) -> datetime:
        return self.midnights[0]

    @property
    def end(self) -> datetime:
        return self.midnights[-1]


def week_of(now: datetime, zone: str) -> Week:
    """The week that holds `now`, an hour shorter or longer where the clocks change in it."""
    here = now.astimezone(ZoneInfo(zone))
    monday = here.replace(hour=0, minute=0, second=0, microsecond=0, fold=0) - timedelta(days=here.weekday())
    return Week(tuple((monday + timedelta(days=number)).astimezone(UTC) for number in range(DAYS + 1)))


class Line:
    """A line that rises by a count at each moment."""

    def __init__(self, rises: Iterable[tuple[datetime, int]]) -> None:
        self.moments: list[datetime] = []
        self.heights: list[int] = []
        total = 0
        for moment, count in sorted(rises):
            total += count
            if self.moments and self.moments[-1] == moment:
                self.heights[-1] = total
            else:
                self.moments.append(moment)
                self.heights.append(total)

    def at(self, moment: datetime) -> int:
        """Its height, rises at `moment` itself included."""
        place = bisect_right(self.moments, moment)
        return self.heights[place - 1] if place else 0


@dataclass(frozen=True)
class Row:
    """The table's row at one moment."""

    at: datetime
    due: int
    decided: int
    is_now: bool

    @property
    def gap(self) -> int:
        return self.due - self.decided


class Chart:
    """Both lines over a week, and their drawing. `steps` may be of any claims the lines are defined for."""

    def __init__(self, steps: list[Step], week: Week, now: datetime) -> None:
        self.week, self.now = week, now
        self.due = Line((step.due, step.count) for step in steps)
        self.decided = Line((step.decided, step.count) for step in steps if step.decided)
        self.top = max(self._tidy(self.due.at(week.end)), GRID_LINES)

    @staticmethod
    def _tidy(highest: int) -> int:
        """The top of the scale: the next even share of a round number above the highest point."""
        unit = 1
        while unit * 10 * GRID_LINES < highest:
            unit *= 10
        for factor in (1, 2, 5, 10):
            if highest <= unit * factor * GRID_LINES:
                return unit * factor * GRID_LINES
        return unit * 10 * GRID_LINES

    def gap(self, moment: datetime) -> int:
        """Claims between the lines."""
        return self.due.at(moment) - self.decided.at(moment)

    def rows(self) -> list[Row]:
        """The end of every day, and now."""
        ends = [(day, False) for day in self.week.midnights[1:]]
        moments = sorted([*ends, (self.now, True)])
        return [Row(at, self.due.at(at), self.decided.at(at), is_now) for at, is_now in moments]

    def x(self, moment: datetime) -> str:
        """Across, as SVG writes it in every language."""
        share = (moment - self.week.start) / (self.week.end - self.week.start)
        return f"{LEFT + (RIGHT - LEFT) * min(max(share, 0), 1):.1f}"

    def y(self, height: float, lower: float = 0) -> str:
        """Down to a height of the scale, and `lower` more."""
        return f"{BOTTOM - (BOTTOM - TOP) * height / self.top + lower:.1f}"

    def grid(self) -> list[tuple[int, str, str]]:
        """The scale: (number, y of its line, y of its text)."""
        numbers = range(0, self.top + 1, self.top // GRID_LINES)
        return [(number, self.y(number), self.y(number, TEXT)) for number in numbers]

    def day_marks(self) -> list[tuple[datetime, str, str, bool]]:
        """(day, where it starts, its middle, whether it is today)."""
        return [
            (day, self.x(day), self.x(day + (after - day) / 2), day <= self.now < after)
            for day, after in pairwise(self.week.midnights)
        ]

    def ends(self) -> dict[str, str]:
        """Where now stands, and where the words at the ends of the lines do, clear of each other."""
        due, decided = self.due.at(self.week.end), self.decided.at(self.week.end)
        apart = max(0.0, LINE_OF_TEXT - (BOTTOM - TOP) * (due - decided) / self.top)
        return {"now": self.x(self.now), "due": self.y(due, TEXT), "decided": self.y(decided, TEXT + apart)}

    def ahead_words(self) -> str:
        """How far down the words stand that say how much is to do, inside its area; "" where they have no room."""
        begins = self.week.start + (self.week.end - self.week.start) * (1 - WORDS / (RIGHT - LEFT))
        upper, lower = self.due.at(begins), self.decided.at(self.week.end)
        has_room = self.now < begins and (BOTTOM - TOP) * (upper - lower) / self.top > 2 * LINE_OF_TEXT
        return self.y((upper + lower) / 2, TEXT) if has_room else ""

    def counts(self) -> dict[str, int]:
        """Both lines now and at the end of the week, and the gaps."""
        return {
            "due": self.due.at(self.now),
            "decided": self.decided.at(self.now),
            "gap": self.gap(self.now),
            "due_end": self.due.at(self.week.end),
            "decided_end": self.decided.at(self.week.end),
            "to_do": self.gap(self.week.end),
        }

    def _corners(self, line: Line, begin: datetime, end: datetime) -> list[str]:
        """The path of a line between two moments: across, then up."""
        rises = [moment for moment in line.moments if begin < moment <= end]
        steps = [f"H{self.x(moment)}V{self.y(line.at(moment))}" for moment in rises]
        return [f"{self.x(begin)} {self.y(line.at(begin))}", *steps, f"H{self.x(end)}"]

    def due_path(self) -> str:
        return "M" + "".join(self._corners(self.due, self.week.start, self.week.end))

    def decided_path(self) -> str:
        return "M" + "".join(self._corners(self.decided, self.week.start, self.now))

    def decided_ahead_path(self) -> str:
        return "M" + "".join(self._corners(self.decided, self.now, self.week.end))

    def late_area(self) -> str:
        return self._between(self.week.start, self.now)

    def ahead_area(self) -> str:
        return self._between(self.now, self.week.end)

    def _between(self, begin: datetime, end: datetime) -> str:
        """The area between the lines: along the upper one, down, and back along the lower one."""
        upper = "M" + "".join(self._corners(self.due, begin, end))
        back = [f"L{self.x(end)} {self.y(self.decided.at(end))}"]
        inside = [moment for moment in self.decided.moments if begin < moment <= end]
        falls = reversed(list(pairwise([begin, *inside])))
        back += [f"H{self.x(moment)}V{self.y(self.decided.at(before))}" for before, moment in falls]
        return upper + "".join(back) + f"H{self.x(begin)}Z"
