"""Which reasons there are to tell somebody something, how they are told unless they choose, and when it may be sent.

Pure. Times of day are on the person's own clock; every moment is aware.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

DIGEST_AT = time(8)
DIGEST_UNTIL = timedelta(hours=6)  # a morning's digest that could not be made by then is left out that day
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)
GIVE_UP_AFTER = timedelta(days=3)


class NoticeReason(TextChoices):
    """Why somebody is told, in the order the choices are shown."""

    ASSIGNED = "assigned", _("Assigned to you")
    HANDED = "handed", _("Handed to you")
    SECOND_OPINION = "second_opinion", _("Second opinion asked of you")
    ADJUDICATION = "adjudication", _("A disagreement is yours to settle")
    TAKEN_OFF = "taken_off", _("Taken off a claim")
    REMINDER = "reminder", _("Review due is near")
    LATE = "late", _("Late")
    DATE_NEAR = "date_near", _("Its own date is near")
    DATE_PASSED = "date_passed", _("Its own date has passed, unconfirmed")
    WAIT_OVER = "wait_over", _("A wait of which you asked to be told is over")
    SPLIT = "split", _("Reviewers disagree")
    UNSETTLED = "unsettled", _("Nobody settles a disagreement")
    UNROUTABLE = "unroutable", _("Nobody can take a claim")
    SOURCE_CHANGED = "source_changed", _("An article or page a claim rests on has changed")
    SOURCE_CANCELED = "source_canceled", _("An article a claim quotes was cancelled by its provider")
    DECIDED = "decided", _("A claim you judged was decided")
    REOPENED = "reopened", _("A claim you judged was reopened")
    IMPORT_FAILED = "import_failed", _("An import you asked for failed")


# That somebody has a seat.
OF_A_SEAT = frozenset(
    {NoticeReason.ASSIGNED, NoticeReason.HANDED, NoticeReason.SECOND_OPINION, NoticeReason.ADJUDICATION}
)
# What somebody is told of a claim that they may not see any more, too: then by its number alone, without a word of it.
OUT_OF_SIGHT = frozenset({NoticeReason.TAKEN_OFF})


class ByMail(TextChoices):
    """Whether and when a letter goes out."""

    OFF = "off", _("no")
    AT_ONCE = "at_once", _("at once")
    DIGEST = "digest", _("daily digest")


@dataclass(frozen=True)
class Way:
    """How somebody is told for one reason."""

    in_app: bool
    by_mail: ByMail

    @property
    def silent(self) -> bool:
        """Not told at all."""
        return not self.in_app and self.by_mail == ByMail.OFF


_ON, _OFF = Way(in_app=True, by_mail=ByMail.AT_ONCE), Way(in_app=False, by_mail=ByMail.OFF)
_RARELY_WANTED = frozenset(
    {
        *(NoticeReason.DATE_NEAR, NoticeReason.UNROUTABLE, NoticeReason.SOURCE_CHANGED),
        *(NoticeReason.DECIDED, NoticeReason.REOPENED),
    }
)
USUAL: Mapping[NoticeReason, Way] = MappingProxyType(
    {reason: _OFF if reason in _RARELY_WANTED else _ON for reason in NoticeReason}
)


def day_of(moment: datetime, zone: str) -> date:
    """The calendar day of a moment on the clock of `zone` (IANA name)."""
    return moment.astimezone(ZoneInfo(zone)).date()


def when_allowed(moment: datetime, quiet: tuple[time, time] | None, zone: str) -> datetime:
    """The first moment from `moment` on, UTC, that is outside the quiet hours.

    `quiet` runs from its first time of day until just before its second, over midnight when that is earlier; equal
    times are no quiet hours. An end that clocks skip or show twice is read as by `at_clock`.
    """
    if quiet is None or quiet[0] == quiet[1]:
        return moment.astimezone(UTC)
    begins, ends = quiet
    there = moment.astimezone(ZoneInfo(zone))
    clock = there.timetz().replace(tzinfo=None)
    over_midnight = ends < begins
    is_quiet = (clock >= begins or clock < ends) if over_midnight else begins <= clock < ends
    if not is_quiet:
        return moment.astimezone(UTC)
    day = there.date() + timedelta(days=1) if over_midnight and clock >= begins else there.date()
    return max(moment.astimezone(UTC), at_clock(day, ends, zone))


def at_clock(day: date, clock: time, zone: str) -> datetime:
    """The moment, UTC, at which clocks in `zone` show this time of this day (PEP 495).

    The later one when they show it twice; a time that they skip is as much later as they jump.
    """
    read = [datetime.combine(day, clock.replace(fold=fold), tzinfo=ZoneInfo(zone)).astimezone(UTC) for fold in (0, 1)]
    return max(read)


def digest_is_due(now: datetime, at: time | None, zone: str) -> date | None:
    """The day whose digest should go out at `now`, None when none should: before its time, or more than 6 h after."""
    if at is None:
        return None
    today = day_of(now, zone)
    for day in (today, today - timedelta(days=1)):  # an evening's may be made after midnight
        if timedelta() <= now - at_clock(day, at, zone) < DIGEST_UNTIL:
            return day
    return None


def next_try(attempts: int) -> timedelta:
    """How long to wait after the n-th failed try (from 1): one minute, doubled each time, at most an hour."""
    return min(LONGEST_WAIT, FIRST_WAIT * int(2 ** min(attempts - 1, 10)))
