"""What the overview shows, put together from a few statements whatever the amount of data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce, Concat, NullIf, Trim
from django.utils.translation import npgettext, pgettext

from claims.lifecycle import Action
from claims.models import Claim, DeskRole
from claims.timewords import duration
from claims.verdicts import So
from claims.wordings import percent_words, so_words
from reviews.agreement import ENOUGH
from reviews.dashboard.filters import NOBODY, SAID_ONLY, Age, Filters
from reviews.dashboard.links import hand_over_address
from reviews.dashboard.number import Number
from reviews.dashboard.numbers import NUMBERS, tally
from reviews.dashboard.reading import Reading
from reviews.dashboard.shares import share_words
from reviews.fairness import spread
from reviews.models import Assignment, Reviewer
from reviews.services.loads import with_load
from reviews.services.rowsteps import steps_of, with_seats
from reviews.trackrecord import share_of

LATE_SHOWN, NEXT_SHOWN = 6, 4
IN_MENU = (Action.HAND_OVER, Action.ASSIGN, Action.SET_DUE, Action.WAIT)
DESK_COLUMNS = ("open", "unassigned", "due_24h", "late")
PERSON_COLUMNS = ("open", "due_24h", "late")
ASKED = (
    *((key, "desk") for key in NUMBERS),
    *((key, "reviewer") for key in PERSON_COLUMNS),
    ("open", "age"),
    ("late", "age"),
    ("decided_today", "verdict"),
)
_PERSON = "reviewer__user__"
_GIVEN_NAMES = NullIf(Trim(Concat(f"{_PERSON}first_name", Value(" "), f"{_PERSON}last_name")), Value(""))
FULL_NAME = Coalesce(_GIVEN_NAMES, F(f"{_PERSON}username"))  # as `User.full_name`


@dataclass(frozen=True)
class Figure:
    """A count that is a link to the claims it counts."""

    count: int
    href: str
    title: str = ""

    @property
    def link(self) -> str:
        """The list, told what the number was, so that it can say when it is another one by then."""
        return f"{self.href}{'&' if '?' in self.href else '?'}was={self.count}"


@dataclass(frozen=True)
class DeskRow:
    name: str
    figures: list[Figure]


@dataclass(frozen=True)
class PersonRow:
    """A reviewer's load against their own limit; `limit` is None in the row of claims that nobody is on.

    `whole` is what counts against the limit, on whatever desk; `load` is what of it these desks and filters leave.
    `hand_over` is where somebody else's claims are handed over; "" for whoever may not, and where there are none.
    """

    name: str
    limit: int | None
    away_until: datetime | None
    whole: int
    load: Figure
    due: Figure
    late: Figure
    takes_work: bool
    hand_over: str = ""

    @property
    def differs(self) -> bool:
        """Whether some of the load lies where these desks and filters do not look."""
        return self.whole != self.load.count


@dataclass(frozen=True)
class AgeRow:
    label: str
    whole: Figure
    late: Figure


class Board:
    """The counts of one reading. Everything that is a number comes from `tally`, so it equals its list."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self._found = tally(ASKED, reading.viewer, reading.filters, reading.now)

    def count(self, key: str) -> int:
        return sum(self._found[key, "desk"].values())

    def figure(self, key: str) -> Figure:
        return Figure(self.count(key), self.reading.address(key), str(NUMBERS[key].title))

    def part(self, key: str, by: str, group: object, title: str = "") -> Figure:
        """What of a number lies in one group, linked to the list under the filter of that name."""
        name = None if group == NOBODY and by == "reviewer" else str(group)
        address = self.reading.address(key, **{by: group})
        return Figure(self._found[key, by].get(name, 0), address, title or str(NUMBERS[key].title))

    def tiles(self) -> dict[str, Figure]:
        """Every number as a figure, by its key."""
        return {key: self.figure(key) for key in NUMBERS}

    @property
    def is_empty(self) -> bool:
        """Whether there is not one claim to be seen under the filters. Looked up only while every number is 0."""
        return not any(self.count(key) for key in NUMBERS) and not self.reading.claims().exists()

    @property
    def is_narrowed(self) -> bool:
        """Whether any filter applies; the zone leaves out no claim."""
        return self.reading.filters != Filters(zone=self.reading.filters.zone)

    @cached_property
    def on_time(self) -> str:
        """The share decided in time, "" when nothing fell due."""
        whole = self.count("first_due_7d")
        return percent_words(self.count("on_time_7d"), whole) if whole else ""

    @cached_property
    def agreed(self) -> str:
        """The share of claims on which all reviewers agreed, "" for fewer than are enough to say."""
        whole = self.count("judged_by_several")
        return percent_words(self.count("judged_alike"), whole) if whole >= ENOUGH else ""

    @property
    def corrected(self) -> str:
        """The share of published claims that were corrected, with its range; "" for fewer than are enough to say."""
        return share_words(share_of(self.count("corrected_12m"), self.count("published_12m")))

    @cached_property
    def verdicts(self) -> list[tuple[str, Figure]]:
        """What was decided today, per verdict in the order used everywhere; those without any are left out."""
        rows = [(so, self.part("decided_today", "verdict", so, so_words(so))) for so in So.values]
        rows.append(("", self.part("decided_today", "verdict", SAID_ONLY, pgettext("verdict", "Said only"))))
        return [(so, figure) for so, figure in rows if figure.count]

    @cached_property
    def desks(self) -> list[DeskRow]:
        """A row per desk; the rows sum to the tiles."""
        return [
            DeskRow(desk.name, [self.part(key, "desk", desk.pk) for key in DESK_COLUMNS])
            for desk in self.reading.desks_shown
        ]

    @cached_property
    def all_desks(self) -> list[Figure]:
        return [self.figure(key) for key in DESK_COLUMNS]

    @cached_property
    def ages(self) -> list[AgeRow]:
        """Open claims by age; the rows sum to open."""
        return [
            AgeRow(str(age.label), self.part("open", "age", age.value), self.part("late", "age", age.value))
            for age in Age
        ]

    @property
    def longest_age(self) -> int:
        """The scale of the bars of age."""
        return max(row.whole.count for row in self.ages)

    @cached_property
    def people(self) -> list[PersonRow]:
        """A row per reviewer of these desks and everybody else with open claims here, and one for nobody."""
        loaded = [int(group) for group in self._found["open", "reviewer"] if group]
        rows = [self._row(person.pk, person) for person in _reviewers(self.reading, loaded)]
        nobody = self._row(NOBODY, None)
        if nobody.load.count:
            rows.append(nobody)
        return rows

    @property
    def free_seats(self) -> int:
        """On how many claims nobody is although they are past the queue: those that nobody is on and "unassigned"
        does not count, as a second opinion that somebody still has to be found for."""
        return self._found["open", "reviewer"].get(None, 0) - self.count("unassigned")

    @cached_property
    def spread(self) -> int | None:
        """How unevenly the shown people are loaded, in percentage points, see `reviews.fairness`; None for nobody.

        As the bars beside it: all the open claims of those who take work and are not away.
        """
        loads = [
            (row.whole, row.limit)
            for row in self.people
            if row.limit is not None and row.away_until is None and row.takes_work
        ]
        return round(spread(loads)) if loads else None

    def _row(self, group: int, person: Any) -> PersonRow:
        """The row of a person, or of nobody."""
        load, due, late = (self.part(key, "reviewer", group) for key in PERSON_COLUMNS)
        if person is None:
            nobody = pgettext("reviewer", "Nobody")
            return PersonRow(nobody, None, None, load.count, load, due, late, takes_work=False)
        name, takes_work = person.user.full_name, person.is_active
        moves = load.count and self.reading.viewer.editor_of
        hand_over = hand_over_address(person.pk) if moves else ""
        return PersonRow(name, person.limit, person.away_until, person.load, load, due, late, takes_work, hand_over)


def _reviewers(reading: Reading, loaded: list[int]) -> list[Any]:
    desks = [desk.pk for desk in reading.desks_shown]
    here = Q(user__memberships__desk__in=desks, user__memberships__role=DeskRole.REVIEWER, is_active=True)
    people = Reviewer.objects.filter(here | Q(pk__in=loaded)).distinct()
    named = with_load(people, reading.now).select_related("user")
    return sorted(named, key=lambda person: person.user.full_name.casefold())


def late_now(reading: Reading) -> list[Any]:
    """The longest late, with `names` of who is on them, `late_for`, how long, and the `steps` of their menus."""
    claims = _first(NUMBERS["late"], reading, LATE_SHOWN)
    for claim in claims:
        claim.late_for = reading.now - claim.review_due_at
        claim.steps = steps_of(claim, reading.viewer, IN_MENU)
    return claims


def next_due(reading: Reading) -> list[Any]:
    """The claims that fall due next, within 24 hours."""
    return _first(NUMBERS["due_24h"], reading, NEXT_SHOWN)


def _first(number: Number, reading: Reading, shown: int) -> list[Any]:
    """The first claims of a list. They are chosen by number before the rest of their columns is read."""
    chosen = number.listed(reading.viewer, reading.filters, reading.now).values("pk")[:shown]
    return list(with_people(with_seats(Claim.objects.filter(pk__in=chosen).order_by(*number.order))))


def oldest_passed(reading: Reading) -> str:
    """How long ago the earliest unconfirmed date passed, in whole days above one; "" when there is none."""
    passed = NUMBERS["date_passed"].listed(reading.viewer, reading.filters, reading.now)
    first = passed.values_list("confirm_by", flat=True).first()
    if first is None:
        return ""
    days = (reading.now - first).days
    return (
        npgettext("duration", "%(days)d day", "%(days)d days", days) % {"days": days}
        if days
        else duration(reading.now - first)
    )


def with_people(claims: QuerySet[Claim]) -> Any:
    """The claims with their desk and `names`, who is on them."""
    on_it = Assignment.objects.open().filter(claim=OuterRef("pk")).order_by("seat")
    return claims.select_related("desk").annotate(names=ArraySubquery(on_it.values(name=FULL_NAME)))
