"""How an article of the demo newsroom is written down: its text, its claims, and what becomes of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from claims.deadlines import Precision, ZoneBasis
from claims.models import Claim, DateKnown, SourceKind
from claims.services.proposing import GivenDate, GivenStep

Course = Callable[[Claim], None]
MOMENTS = timedelta(seconds=2)  # a review due that passes while the newsroom is still being loaded
MINUTES = timedelta(minutes=2)  # one that passes soon after; what is decided before it was on time
AN_HOUR = timedelta(hours=1)  # one that a reviewer should see to next


def stays(claim: Claim) -> None:
    """Nothing more becomes of the claim."""
    del claim


@dataclass(frozen=True)
class ClaimScript:
    """A claim of an article. `course` is walked once somebody is on it, `then` after the desk was routed again.

    `quote` are exact words of the article. `due` is how long after acceptance its review is due, None: the desk's
    hours. `accepted` False leaves it proposed.
    """

    statement: str
    quote: str
    chain: tuple[GivenStep, ...]
    topics: tuple[str, ...] = ()
    own: GivenDate | None = None
    priority: int = 3
    due: timedelta | None = None
    accepted: bool = True
    course: Course = stays
    then: Course = stays


@dataclass(frozen=True)
class ArticleScript:
    """An article and its claims. `desk` is the desk's key; `revised` a later text of the same article, if any.

    `by_key` says that an integration brings it in, not an editor.
    """

    outlet: str
    headline: str
    text: str
    desk: str
    zone: str
    published_at: datetime
    claims: tuple[ClaimScript, ...]
    language: str = "en"
    url: str = ""
    published_raw: str = ""
    known: str = DateKnown.GIVEN
    by_key: bool = False
    revised: str = ""


def outlet(name: str, verb: str = "", *, implied: bool = False) -> GivenStep:
    """A step of a chain that is an outlet."""
    return GivenStep(name, SourceKind.OUTLET, verb, implied=implied)


def person(name: str, verb: str, *, note: str = "", implied: bool = False) -> GivenStep:
    """A step of a chain that is a named person."""
    return GivenStep(name, SourceKind.PERSON, verb, on_record=True, note=note, implied=implied)


def body(name: str, verb: str) -> GivenStep:
    """A step of a chain that is an organisation."""
    return GivenStep(name, SourceKind.ORGANISATION, verb, on_record=True)


def unnamed(role: str, verb: str) -> GivenStep:
    """A step of a chain that has no name."""
    return GivenStep(role, SourceKind.UNNAMED, verb, named=False, on_record=False)


def day(first: date, words: str, zone: str, last: date | None = None, basis: str = ZoneBasis.OUTLET) -> GivenDate:
    """An own date of one day or of several, read in `zone`."""
    return GivenDate(first, last or first, Precision.DAY, zone, basis, words)


def week(any_day: date, words: str, zone: str) -> GivenDate:
    """An own date of the ISO week that holds the day."""
    return GivenDate(any_day, any_day, Precision.WEEK, zone, ZoneBasis.OUTLET, words)


def month(any_day: date, words: str, zone: str) -> GivenDate:
    """An own date of the month that holds the day."""
    return GivenDate(any_day, any_day, Precision.MONTH, zone, ZoneBasis.OUTLET, words)


def minute(moment: datetime, words: str, zone: str) -> GivenDate:
    """An own date of one minute."""
    return GivenDate(moment, moment, Precision.MINUTE, zone, ZoneBasis.STATED, words)


def day_there(now: datetime, zone: str, days: int = 0) -> date:
    """The day it is in `zone`, so many days on."""
    return (now.astimezone(ZoneInfo(zone)) + timedelta(days=days)).date()


def clock_there(moment: datetime, zone: str) -> str:
    """The time of day in `zone`, as an article prints it: "14:32"."""
    return f"{moment.astimezone(ZoneInfo(zone)):%H:%M}"
