"""The escalation ladder: which step a date that is not met has come to, and which comes next.

Pure. A step stands a span before or after one of a claim's two dates and may repeat. Of several steps that came due
while nobody looked only the latest is taken: whoever hears "24 h late" need not hear "1 h late" after it, and the
reminder before a date is worth nothing once the date has passed. The event of the step names those passed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from claims.deadlines import DateFacts
from claims.errors import Invalid
from claims.lifecycle import OPEN_STATES, State

BEGINNING = datetime(1900, 1, 1, tzinfo=UTC)
NONE = timedelta(0)
MOST_STEPS = 20
FARTHEST = timedelta(days=365)
LEAST_REPEAT = timedelta(hours=1)


class Track(TextChoices):
    """Which of a claim's two dates a step stands on."""

    REVIEW_DUE = "review_due", _("review due")
    OWN_DATE = "own_date", _("its own date")


class Tell(TextChoices):
    """Whom a step tells."""

    REVIEWER = "reviewer", _("reviewer")
    EDITOR = "editor", _("desk editor")


class Deed(TextChoices):
    """What a step does beside telling."""

    TELL = "tell", _("tell")
    OFFER = "offer", _("offer it")
    RETURN = "return", _("return to pool")


@dataclass(frozen=True)
class Step:
    """One step. `offset` is negative before the date; `every` repeats it. Moments before `since` are no longer taken:
    the step was not there, or stood elsewhere, when they passed."""

    key: str
    name: str
    track: Track
    offset: timedelta
    tell: Tell
    act: Deed = Deed.TELL
    every: timedelta | None = None
    since: datetime = BEGINNING

    @property
    def timing(self) -> tuple[Track, timedelta, timedelta | None]:
        """What decides when it is taken; a step that only changed its words goes on."""
        return self.track, self.offset, self.every


_H, _DAYS = timedelta(hours=1), timedelta(days=1)
DEFAULT: tuple[Step, ...] = (
    Step("remind", "8 h to review due", Track.REVIEW_DUE, -8 * _H, Tell.REVIEWER),
    Step("due", "review is due", Track.REVIEW_DUE, NONE, Tell.REVIEWER),
    Step("editor", "1 h late", Track.REVIEW_DUE, _H, Tell.EDITOR),
    Step("reassign", "24 h late", Track.REVIEW_DUE, 24 * _H, Tell.EDITOR, Deed.OFFER),
    Step("date_near", "48 h to its own date", Track.OWN_DATE, -48 * _H, Tell.REVIEWER),
    Step("date_passed", "its own date has passed", Track.OWN_DATE, NONE, Tell.EDITOR),
    Step("weekly", "still unconfirmed", Track.OWN_DATE, 7 * _DAYS, Tell.EDITOR, every=7 * _DAYS),
)


@dataclass(frozen=True)
class Rung:
    """A step at one moment. `nth` counts the repetitions from 1."""

    step: Step
    nth: int
    moment: datetime


@dataclass(frozen=True)
class Taken:
    """What was taken already for one date of a claim: (step, nth) of each, and the latest moment among them."""

    rungs: frozenset[tuple[str, int]] = frozenset()
    latest: datetime = BEGINNING

    def and_also(self, rung: Rung) -> Taken:
        return Taken(self.rungs | {(rung.step.key, rung.nth)}, max(self.latest, rung.moment))


def tracks(facts: DateFacts) -> dict[Track, datetime]:
    """The dates whose ladder runs now: review due while open, its own date while nobody has answered it."""
    running: dict[Track, datetime] = {}
    if facts.state in OPEN_STATES and facts.review_due_at is not None:
        running[Track.REVIEW_DUE] = facts.review_due_at
    if facts.confirm_by is not None and not facts.answered and facts.state not in {State.PROPOSED, State.DISMISSED}:
        running[Track.OWN_DATE] = facts.confirm_by
    return running


def standing_on(steps: Iterable[Step], track: Track, *, is_open: bool) -> list[Step]:
    """The steps of one track; those before the date only for a claim that somebody still works on."""
    return [step for step in steps if step.track == track and (is_open or step.offset >= NONE)]


def awaited(
    steps: Sequence[Step], date: datetime, taken: Taken, now: datetime, waited_for: datetime | None = None
) -> Rung | None:
    """The rung that is due and must be taken, else the first to come, else None.

    `waited_for` is the moment an alarm was set for. A step before the date that lies in the past is taken only from
    there on: one that had passed when the date was set was never owed to anybody.
    """
    due = _due(steps, date, taken, now, waited_for)
    if due:
        latest = max(rung.moment for rung in due)
        return next(rung for rung in due if rung.moment == latest)
    to_come = [rung for step in steps if (rung := _next(step, date, taken, now)) is not None]
    return min(to_come, key=lambda rung: rung.moment, default=None)


def passed_over(
    steps: Sequence[Step], date: datetime, taken: Taken, rung: Rung, waited_for: datetime | None = None
) -> list[Step]:
    """The steps that are left out for good when `rung` is taken, in the order of their moments."""
    left_out = _come(steps, date, taken, rung.moment, waited_for)
    in_order = sorted(left_out, key=lambda one: one.moment)
    return [one.step for one in in_order if one.step.key != rung.step.key]


def also_told(step: Step, left_out: Iterable[Step]) -> list[Tell]:
    """Whom steps passed over would have told that `step` does not: nobody misses a date because others hear later.

    A reminder before the date is worth nothing to anybody once it has passed, which it has not while one is taken.
    """
    return sorted({one.tell for one in left_out if one.offset >= NONE or step.offset < NONE} - {step.tell})


def _due(steps: Sequence[Step], date: datetime, taken: Taken, now: datetime, waited_for: datetime | None) -> list[Rung]:
    """What has come due and is still worth taking: a step before the date is not once the date has passed."""
    return [rung for rung in _come(steps, date, taken, now, waited_for) if rung.step.offset >= NONE or date >= now]


def _come(
    steps: Sequence[Step], date: datetime, taken: Taken, now: datetime, waited_for: datetime | None
) -> list[Rung]:
    """The latest rung of each step that has come, is untaken, was owed, and is not overtaken by a later one."""
    return [
        rung
        for step in steps
        if (rung := _latest(step, date, now)) is not None
        and (step.key, rung.nth) not in taken.rungs
        and rung.moment >= max(taken.latest, step.since)
        and (step.offset >= NONE or (waited_for is not None and rung.moment >= waited_for))
    ]


def _latest(step: Step, date: datetime, now: datetime) -> Rung | None:
    """The step's last moment strictly before `now`."""
    first = date + step.offset
    if first >= now:
        return None
    if step.every is None:
        return Rung(step, 1, first)
    repeats = (now - first - timedelta(microseconds=1)) // step.every
    return Rung(step, repeats + 1, first + repeats * step.every)


def _next(step: Step, date: datetime, taken: Taken, now: datetime) -> Rung | None:
    """The step's first untaken moment at or after `now`."""
    last = _latest(step, date, now)
    if last is not None and step.every is None:
        return None
    nth = 1 if last is None else last.nth + 1
    while (step.key, nth) in taken.rungs:
        if step.every is None:
            return None
        nth += 1
    return Rung(step, nth, date + step.offset + (nth - 1) * (step.every or NONE))


def checked(steps: Sequence[Step]) -> list[Step]:
    """The same steps when a desk can keep them. Raises `Invalid` with what is wrong."""
    if len(steps) > MOST_STEPS:
        raise Invalid(f"A ladder has at most {MOST_STEPS} steps.", pointer="/steps")
    keys: set[str] = set()
    for place, step in enumerate(steps):
        problem = _problem(step, keys)
        if problem:
            raise Invalid(problem, pointer=f"/steps/{place}")
        keys.add(step.key)
    return list(steps)


def _problem(step: Step, keys: set[str]) -> str:
    if step.key in keys:
        return f'Two steps have the key "{step.key}".'
    if not step.name.strip():
        return "A step needs a name: the timeline shows it."
    if abs(step.offset) > FARTHEST:
        return "A step stands at most a year from its date."
    if step.every is not None and (step.offset < NONE or step.every < LEAST_REPEAT):
        return "Only a step after its date repeats, at most once an hour."
    if step.act != Deed.TELL and (step.track != Track.REVIEW_DUE or step.offset < NONE):
        return "Only a review that is late is offered to somebody else or returned to the pool."
    return ""
