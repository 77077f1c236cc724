"""Takes the steps of the ladders that have come due, each once, whoever else is sweeping.

Set-based like the flags, and in the same loop: alarms and heads are locked together, skipping what somebody holds; what
the claims need is read after the locks, in a few queries however many there are; the pure rules say which step each has
come to; then steps, chained events, heads and the next alarms are written at once. A unique constraint keeps a step to
once for each date.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from claims.ladders import Rung, also_told, passed_over, tracks
from claims.models import LADDER_ALARM, Alarm, Claim, ClaimEvent, Decision, Escalation, chained
from claims.services.ladders import TRACKS, Ladders, read_ladders
from claims.services.swept import SWEEPER, Swept
from claims.services.transitions import body_of, database_time

EVENT = "claim.escalate"
DUE = """
SELECT alarm.id, alarm.claim_id, alarm.kind, alarm.moment, alarm.wake_at, head.event_seq, head.hash
  FROM claims_alarm alarm JOIN claims_claimhead head ON head.claim_id = alarm.claim_id
 WHERE NOT alarm.set_aside AND alarm.kind IN ('ladder_due', 'ladder_date')
   AND alarm.wake_at >= %(since)s AND alarm.wake_at < %(now)s
   AND (%(only)s::bigint IS NULL OR alarm.id = %(only)s)
 ORDER BY alarm.wake_at, alarm.id LIMIT %(batch)s
   FOR UPDATE OF head, alarm SKIP LOCKED
"""
HEADS = """
UPDATE claims_claimhead head SET event_seq = moved.seq, hash = moved.hash
  FROM unnest(%s::bigint[], %s::int[], %s::text[]) AS moved (claim, seq, hash) WHERE head.claim_id = moved.claim
"""


@dataclass(frozen=True)
class _Waiting:
    """A due alarm of a ladder."""

    alarm: int
    claim: int
    kind: str
    moment: datetime
    wake_at: datetime


@dataclass
class _Batch:
    """What a batch reads once, and what it will write. `ends` is the end of each claim's chain as it grows."""

    claims: dict[int, Claim]
    standing: dict[int, Decision]
    ladders: Ladders
    ends: dict[int, tuple[int, str]]
    now: datetime
    alarms: list[Alarm] = field(default_factory=list)
    steps: list[Escalation] = field(default_factory=list)
    events: list[ClaimEvent] = field(default_factory=list)


def take_steps(batch: int, since: datetime, only: int | None = None) -> tuple[bool, Swept]:
    """Take up to `batch` steps that are due; answers whether there may be more at once, and what was done."""
    with transaction.atomic():
        waiting, ends = _locked(batch, since, only)
        if not waiting:
            return False, Swept()
        work = _read(waiting, ends)
        for one in waiting:
            _climb(work, one)
        _write(work, [one.alarm for one in waiting])
    lag = max(work.now - one.wake_at for one in waiting)
    more = len(waiting) == batch or any(alarm.moment < work.now for alarm in work.alarms)
    return more, Swept(escalated=len(work.steps), lag=lag if work.steps else timedelta(0))


def _locked(batch: int, since: datetime, only: int | None) -> tuple[list[_Waiting], dict[int, tuple[int, str]]]:
    with connection.cursor() as cursor:
        # As a value, so that the walk over the index ends there; the time that decides is asked after the locks.
        cursor.execute(DUE, {"since": since, "now": database_time(), "batch": batch, "only": only})
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return [_Waiting(*row[:5]) for row in rows], {row[1]: (row[5], row[6]) for row in rows}


def _read(waiting: Sequence[_Waiting], ends: dict[int, tuple[int, str]]) -> _Batch:
    """Everything under the locks, then the time: nothing of it can change before the batch is written."""
    claims = Claim.objects.select_related("desk").in_bulk([one.claim for one in waiting])
    standing = {row.claim_id: row for row in Decision.objects.filter(claim__in=claims, standing=True)}
    return _Batch(claims, standing, read_ladders(claims.values()), ends, database_time())


def _climb(work: _Batch, one: _Waiting) -> None:
    """Take the step this ladder has come to, if it has, and wait for the next."""
    claim, track = work.claims[one.claim], TRACKS[one.kind]
    date = tracks(claim.date_facts(work.standing.get(claim.pk))).get(track)
    if date is None:
        return
    rung = work.ladders.next_of(claim, track, date, work.now, one.moment)
    if rung is not None and rung.moment < work.now:
        _take(work, claim, date, rung, one.moment)
        rung = work.ladders.next_of(claim, track, date, work.now, rung.moment)  # another step may stand at that moment
    if rung is not None:
        wake_at = max(rung.moment, work.now)
        work.alarms.append(Alarm(claim=claim, kind=LADDER_ALARM[track], moment=rung.moment, wake_at=wake_at))


def _take(work: _Batch, claim: Claim, date: datetime, rung: Rung, waited_for: datetime) -> None:
    step = rung.step
    before = work.ladders.taken_of(claim, step.track, date)
    left_out = passed_over(work.ladders.steps_for(claim, step.track), date, before, rung, waited_for)
    work.ladders.taken[claim.pk, step.track, date] = before.and_also(rung)
    work.steps.append(
        Escalation(
            claim=claim,
            desk=claim.desk,
            track=step.track,
            date=date,
            step=step.key,
            nth=rung.nth,
            name=step.name,
            tell=step.tell,
            act=step.act,
            moment=rung.moment,
            taken_at=work.now,
        )
    )
    # In full: the encoder of the events would cut microseconds off.
    told: dict[str, Any] = {"date": date.isoformat(), "moment": rung.moment.isoformat(), "nth": rung.nth}
    told |= {
        "desk": str(claim.desk or ""),
        "step": step.key,
        "name": step.name,
        "track": step.track,
        "tell": step.tell,
        "act": step.act,
    }
    if left_out:
        told |= {"passed_over": [one.name for one in left_out], "also_tell": also_told(step, left_out)}
    _tell(work, claim, rung.moment, told)


def _tell(work: _Batch, claim: Claim, moment: datetime, data: dict[str, Any]) -> None:
    """One event at the end of the claim's chain."""
    seq, end = work.ends[claim.pk]
    event = ClaimEvent(
        claim=claim,
        seq=seq + 1,
        type=EVENT,
        actor_kind=SWEEPER.kind,
        actor_name=SWEEPER.name,
        from_state=claim.state,
        to_state=claim.state,
        occurred_at=moment,
        recorded_at=work.now,
        prev_hash=end,
    )
    event.body = body_of(event, "", data)
    event.hash = chained(end, event.body)
    work.ends[claim.pk] = (event.seq, event.hash)
    work.events.append(event)


def _write(work: _Batch, taken: Sequence[int]) -> None:
    Escalation.objects.bulk_create(work.steps)
    ClaimEvent.objects.bulk_create(work.events)
    _move_heads({event.claim_id: work.ends[event.claim_id] for event in work.events}.items())
    Alarm.objects.filter(pk__in=taken).delete()
    Alarm.objects.bulk_create(work.alarms)


def _move_heads(ends: Iterable[tuple[int, tuple[int, str]]]) -> None:
    rows = [(claim, seq, end) for claim, (seq, end) in ends]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(HEADS, [list(column) for column in zip(*rows, strict=True)])
