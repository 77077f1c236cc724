"""Changes what is known of reviewers: profiles, working hours, absences, declared interests.

The person's row is locked first, as routing does: nothing is given to somebody while what they can take changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from claims.deadlines import aware
from claims.errors import Faults, Invalid, NotFound, StaleVersion
from claims.models import Source, User
from claims.models.worded import worded
from claims.permissions import Viewer, check_sets_up, sees_source
from claims.services.articles import language_tag, line
from claims.services.rows import check_columns, mark_of
from claims.services.setupevents import write_down_changed, write_down_made
from claims.services.transitions import database_time
from reviews.errors import AbsenceUnclear, HoursUnclear, InterestKnown, ReviewerKnown
from reviews.models import Absence, Interest, Reviewer, Then
from reviews.permissions import check_keeps, check_keeps_profile, check_leads, people_led_by, reviewers_seen_by

OWN = ("languages", "writes", "works_from", "works_until", "workdays")
LED = {
    "topics": "What somebody covers",
    "limit": "How much somebody takes",
    "is_active": "Who takes work",
    "gives_second_opinions": "Who gives second opinions",
}
STALE = "Somebody changed this since you read it. Read it again, then repeat your change."
NOT_THERE = "Nobody of this name reviews on a desk you lead. An administrator gives people their desks."
MOST_TAGS = 50


def profile_mark(reviewer: Reviewer) -> str:
    return mark_of(*_says(reviewer).values())


def _says(reviewer: Reviewer) -> dict[str, Any]:
    return {name: getattr(reviewer, name) for name in (*OWN, *LED)}


def absence_mark(absence: Absence) -> str:
    times = (absence.starts_at.timestamp(), absence.ends_at.timestamp())
    return mark_of(*times, absence.note, str(absence.then), absence.hand_over_to_id)


def check_may_add_reviewers(viewer: Viewer) -> None:
    """Editors, administrators, and keys with `setup:manage`. Raises `RoleMissing`, `ScopeMissing`."""
    refusal = "A reviewer’s profile: only editors of their desks and administrators begin one."
    check_sets_up(viewer, refusal, editors=True)


def add_reviewer(person: User, viewer: Viewer, given: Mapping[str, Any]) -> Reviewer:
    """Begin the profile of somebody who reviews on a desk that the caller leads; `given` are columns.

    Who reviews where is settled with the person's account, by administrators. Raises `Invalid`, `ReviewerKnown`,
    `HoursUnclear` and what `check_may_add_reviewers` refuses; then nothing is written.
    """
    check_may_add_reviewers(viewer)
    if not people_led_by(viewer).filter(pk=person.pk).exists():
        raise Invalid(NOT_THERE, pointer="/person")
    reviewer = Reviewer(user=person, **{name: _fit(name, value) for name, value in given.items()})
    check_hours(reviewer)
    check_columns(reviewer, unique=False)
    try:
        with transaction.atomic():
            reviewer.save(force_insert=True)
            write_down_made(person, _says(reviewer), by=viewer.actor)
    except IntegrityError as known:
        raise ReviewerKnown(reviewer=Reviewer.objects.get(user=person).pk, pointer="/person") from known
    return reviewer


@contextmanager
def held(reviewer: Reviewer) -> Iterator[Reviewer]:
    """The person's row, held until the block ends: routing waits, or has given before.

    Whoever only names the person, as an absence names who takes over, does not wait: two who name each other would
    wait for ever.
    """
    with transaction.atomic():
        (row,) = _rows_held(reviewer.pk)
        yield row


def hold_all(numbers: Iterable[int]) -> None:
    """The rows of several people, held until the transaction ends: after the claims, and in the order of their numbers.

    Everybody who holds more than one does so through here, or two would wait for each other.
    """
    rows = Reviewer.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=set(numbers))
    list(rows.order_by("pk").values_list("pk", flat=True))


@worded
def _rows_held(reviewer: int) -> QuerySet[Reviewer]:
    return Reviewer.objects.select_for_update(of=("self",), no_key=True).select_related("user").filter(pk=reviewer)


def change_profile(
    reviewer: Reviewer, viewer: Viewer, changes: Mapping[str, Any], *, seen: str | None = None
) -> Reviewer:
    """Change what somebody reads, writes, covers and takes, and when they work. `seen` is the mark the caller has read.

    People keep their own languages and hours; the rest is for editors of their desks and keys of the set-up. Raises
    `RoleMissing`, `ScopeMissing`, `StaleVersion`, `Invalid`, `HoursUnclear`; then nothing is written.
    """
    check_keeps_profile(viewer, reviewer, [what for name, what in LED.items() if name in changes])
    with held(reviewer) as person:
        if seen is not None and seen != profile_mark(person):
            raise StaleVersion(STALE)
        before = _says(person)
        for name, value in changes.items():
            setattr(person, name, _fit(name, value))
        check_hours(person)
        person.save(update_fields=list(changes))
        write_down_changed(person.user, before, _says(person), by=viewer.actor)
    return person


def _fit(name: str, value: Any) -> Any:
    """A value as the column keeps it."""
    if name in {"languages", "writes"}:
        return [language_tag(tag, name) for tag in value]
    if name == "topics":
        return [line(topic, name, 40, one="topic") for topic in value]
    return sorted(set(value)) if name == "workdays" else value


def check_hours(reviewer: Reviewer) -> None:
    """Hours are whole or not there at all. Raises `HoursUnclear`, and `Invalid` without a language."""
    if not reviewer.languages:
        raise Invalid("Name at least one language they read.", pointer="/languages")
    begin, end = reviewer.works_from, reviewer.works_until
    if (begin is None) != (end is None) or (begin is not None and not reviewer.workdays):
        raise HoursUnclear(pointer="/works_from")


@dataclass(frozen=True)
class GivenAbsence:
    """A time somebody is away, and what becomes of their open claims when it begins."""

    starts_at: datetime
    ends_at: datetime
    then: str = Then.KEEP
    hand_over_to: Reviewer | None = None
    note: str = ""


def check_absence(reviewer: Reviewer, given: GivenAbsence) -> None:
    """Whether an absence is clear. Raises `AbsenceUnclear` with what is not, or `SeveralFaults`."""
    faults = Faults()
    with faults.caught():
        check_span(given.starts_at, given.ends_at)
    with faults.caught():
        check_taker(reviewer, given.then, given.hand_over_to)
    faults.refuse()


def check_span(starts_at: datetime, ends_at: datetime) -> None:
    """Whether an absence has a length. Raises `AbsenceUnclear`."""
    if ends_at <= starts_at:
        raise AbsenceUnclear(pointer="/ends_at")


def check_taker(reviewer: Reviewer, then: str, to: Reviewer | None) -> None:
    """Whether it is clear who takes over from somebody who is away. Raises `AbsenceUnclear`."""
    if then == Then.HAND_OVER and to is None:
        raise AbsenceUnclear("Say whom the claims go to.", pointer="/hand_over_to")
    if then != Then.HAND_OVER and to is not None:
        raise AbsenceUnclear("Nobody takes over unless the claims are handed over.", pointer="/hand_over_to")
    if to == reviewer:
        raise AbsenceUnclear("Name somebody else to take over.", pointer="/hand_over_to")


def add_absence(reviewer: Reviewer, viewer: Viewer, given: GivenAbsence) -> Absence:
    """Mark somebody as away. Raises `RoleMissing`, `AbsenceUnclear`, `NaiveTime`, `UnusableText`."""
    check_keeps(viewer, reviewer)
    with held(reviewer) as person:
        absence = Absence(reviewer=person)
        _write(absence, given, viewer)
        absence.save(force_insert=True)
    return absence


def change_absence(absence: Absence, viewer: Viewer, given: GivenAbsence, *, seen: str | None = None) -> Absence:
    """Say otherwise when somebody is away. Raises what `add_absence` does, `NotFound` and `StaleVersion`."""
    with _kept(absence, viewer, seen) as kept:
        _write(kept, given, viewer)
        kept.save(update_fields=["starts_at", "ends_at", "then", "hand_over_to", "note"])
    return kept


def remove_absence(absence: Absence, viewer: Viewer, *, seen: str | None = None) -> None:
    """Somebody is not away after all. Raises `RoleMissing`, `NotFound`, `StaleVersion`."""
    with _kept(absence, viewer, seen) as kept:
        kept.delete()


@contextmanager
def _kept(absence: Absence, viewer: Viewer, seen: str | None) -> Iterator[Absence]:
    check_keeps(viewer, absence.reviewer)
    with held(absence.reviewer):
        found = Absence.objects.select_related("reviewer__user", "hand_over_to__user").filter(pk=absence.pk).first()
        if found is None:
            raise NotFound("There is no such absence.")
        if seen is not None and seen != absence_mark(found):
            raise StaleVersion(STALE)
        yield found


def _write(absence: Absence, given: GivenAbsence, viewer: Viewer) -> None:
    check_absence(absence.reviewer, given)
    to = given.hand_over_to
    if to is not None and not reviewers_seen_by(viewer).filter(pk=to.pk).exists():
        raise Invalid("There is no such reviewer.", pointer="/hand_over_to")
    absence.starts_at, absence.ends_at = aware(given.starts_at), aware(given.ends_at)
    absence.then, absence.hand_over_to = given.then, to
    absence.note = line(given.note, "note", 200)


def come_back(reviewer: Reviewer, viewer: Viewer) -> int:
    """Somebody is back: their running absences end now. Answers how many did. Raises `RoleMissing`."""
    check_keeps(viewer, reviewer)
    with held(reviewer) as person:
        now = database_time()
        return Absence.objects.filter(reviewer=person, starts_at__lt=now, ends_at__gt=now).update(ends_at=now)


def declare_interest(reviewer: Reviewer, viewer: Viewer, source: Source, note: str = "") -> Interest:
    """Somebody may not judge what came through a source.

    Raises `RoleMissing`, `InterestKnown`, `UnusableText`, and `Invalid` for a source that the viewer does not see.
    """
    check_keeps(viewer, reviewer)
    if not sees_source(viewer, source.pk):
        raise Invalid("There is no such source.", pointer="/source")
    try:
        with held(reviewer) as person:
            return Interest.objects.create(reviewer=person, source=source, note=line(note, "note", 300))
    except IntegrityError as known:
        raise InterestKnown() from known


def withdraw_interest(interest: Interest, viewer: Viewer) -> None:
    """An interest is no more. For editors of the person's desks: nobody lifts their own. Raises `RoleMissing`."""
    check_leads(viewer, interest.reviewer, "A declared interest")
    with held(interest.reviewer):
        Interest.objects.filter(pk=interest.pk).delete()
