"""Reads desks' ladders, and what they ask for next on a claim."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import F, QuerySet, prefetch_related_objects

from claims.ladders import DEFAULT, Rung, Step, Taken, Track, awaited, standing_on, tracks
from claims.models import LADDER_ALARM, Alarm, Claim, Decision, Escalation, Ladder
from claims.models.many import any_of
from claims.models.worded import worded

TRACKS = {kind: track for track, kind in LADDER_ALARM.items()}


@dataclass
class Ladders:
    """What the ladders of some claims reckon with: the desks' steps, and what each claim's desk has taken of it."""

    steps: dict[int, Sequence[Step]]
    taken: dict[tuple[int, str, datetime], Taken] = field(default_factory=dict)

    def steps_for(self, claim: Claim, track: Track) -> list[Step]:
        """The steps that stand on this date of the claim as it is."""
        return standing_on(self.steps.get(claim.desk_id or 0, DEFAULT), track, is_open=claim.is_open)

    def taken_of(self, claim: Claim, track: Track, date: datetime) -> Taken:
        return self.taken.get((claim.pk, track, date), Taken())

    def next_of(
        self, claim: Claim, track: Track, date: datetime, now: datetime, waited_for: datetime | None
    ) -> Rung | None:
        """The rung this date of the claim has come to, or the next."""
        return awaited(
            self.steps_for(claim, track), date, self.taken_of(claim, track, date), now, waited_for=waited_for
        )


def read_ladders(claims: Iterable[Claim]) -> Ladders:
    """Read what the ladders of these claims need, in three queries however many there are."""
    rows = list(claims)
    desks = {claim.desk_id for claim in rows if claim.desk_id is not None}
    gone = defaultdict[tuple[int, str, datetime], list[Escalation]](list)
    for step in Escalation.objects.filter(claim__in=[claim.pk for claim in rows], desk=F("claim__desk")):
        gone[step.claim_id, step.track, step.date].append(step)
    return Ladders(steps_of(desks), {place: _taken(steps) for place, steps in gone.items()})


def _taken(steps: Sequence[Escalation]) -> Taken:
    """Made at once: a step that repeats every hour has been taken thousands of times after a year."""
    return Taken(frozenset((one.step, one.nth) for one in steps), max(one.moment for one in steps))


def steps_of(desks: Collection[int]) -> dict[int, Sequence[Step]]:
    """The steps of desks that have a ladder of their own."""
    ladders = _ladders(sorted(desks)) if desks else []
    prefetch_related_objects(ladders, "steps")
    return {ladder.desk_id: [row.rule for row in ladder.steps.all()] for ladder in ladders}


@worded
def _ladders(desks: list[int]) -> QuerySet[Ladder]:
    return Ladder.objects.filter(desk__in=any_of(desks))


def ladder_alarms(claim: Claim, standing: Decision | None, now: datetime) -> dict[str, datetime]:
    """The moment each ladder of a held claim waits for, by kind of alarm."""
    running = tracks(claim.date_facts(standing))
    if not running:
        return {}
    before = dict(Alarm.objects.filter(claim=claim, kind__in=TRACKS).values_list("kind", "moment"))
    return alarms_of(claim, read_ladders([claim]), running, before, now)


def alarms_of(
    claim: Claim, ladders: Ladders, running: dict[Track, datetime], before: dict[str, datetime], now: datetime
) -> dict[str, datetime]:
    """The same for a claim whose ladders were read with others; `before` are the alarms that are set for it now."""
    found: dict[str, datetime] = {}
    for track, date in running.items():
        kind = LADDER_ALARM[track]
        rung = ladders.next_of(claim, track, date, now, before.get(kind))
        if rung is not None:
            found[kind] = rung.moment
    return found
