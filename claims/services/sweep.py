"""The sweep: announces the moments that have passed, each once, whoever else is sweeping.

Set-based. One statement takes due alarms: it locks them and the claims' heads, skipping those somebody holds. A second
reads what they are about, inserts the flags and the events with their place in each claim's chain, moves the heads and
removes the alarms. They are two because a statement sees the tables as they were when it began: in one, a claim that
moved on while the sweep was looking at it would be announced in the state it had left. The database's clock decides,
read after the locks. Everything a sweep needs is in rows, so it may be killed, run twice, run in ten places at once or
come a week late: the next one finishes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.models import F

from claims.deadlines import TimeFlag
from claims.errors import ClaimDeskError
from claims.lifecycle import State
from claims.models import LADDER_ALARM, WAIT_OVER, Alarm, ClaimHead
from claims.models.alarm import AlarmQuerySet
from claims.services.escalating import take_steps
from claims.services.steps import resume
from claims.services.swept import BEGINNING as BEGINNING
from claims.services.swept import SWEEPER as SWEEPER
from claims.services.swept import Swept as Swept
from claims.services.transitions import database_time, locked

BATCH = 1000
WAITS = 50  # a wait takes some milliseconds, so flags wait no longer than a moment for them
TRIES = 3
RETRY_AFTER = timedelta(seconds=5)
# Takes alarms that are due, all at once or (`only`) one by its number; answers whether there may be more at once, and
# what it did.
Take = Callable[[int, datetime, int | None], tuple[bool, Swept]]

# `since` bounds the index walk from below: without it an idle sweep pays for every alarm removed since the last vacuum.
TAKE_DUE = """
SELECT alarm.id FROM claims_alarm alarm JOIN claims_claimhead head ON head.claim_id = alarm.claim_id
 WHERE NOT alarm.set_aside AND alarm.kind IN ('late', 'due_soon', 'date_passed', 'date_near')
   AND alarm.wake_at >= %(since)s AND alarm.wake_at < %(now)s
   AND (%(only)s::bigint IS NULL OR alarm.id = %(only)s)
 ORDER BY alarm.wake_at, alarm.id LIMIT %(batch)s
   FOR UPDATE OF head, alarm SKIP LOCKED
"""
# A claim with several due alarms gives one per statement (its chain grows by one hash at a time); the next statement
# takes the rest. A forerunner whose successor is due as well is dropped unraised. A forerunner that is due is looked up
# beside its successor, which may stand behind the end of the batch. The other way round is needed only where one was
# put off after a failed try: else a forerunner, which wakes no later, is in this batch or was in an earlier one.
# Heads and claims are looked up one by one (`LIMIT 1`), and a head, whose row is held, is written where it was found:
# joined, they would be found by reading all there are.
ANNOUNCE = """
WITH due AS MATERIALIZED (
    SELECT alarm.id, alarm.claim_id, alarm.kind, alarm.moment, alarm.wake_at, head.place, head.event_seq, head.hash,
           claim.state
      FROM claims_alarm alarm
     CROSS JOIN LATERAL (SELECT ctid AS place, event_seq, hash FROM claims_claimhead
                          WHERE claim_id = alarm.claim_id LIMIT 1) head
     CROSS JOIN LATERAL (SELECT state FROM claims_claim WHERE id = alarm.claim_id LIMIT 1) claim
     WHERE alarm.id = ANY (%(taken)s)
), stamp AS MATERIALIZED (
    SELECT clock_timestamp() AS at
), dropped AS (
    SELECT fore.id FROM due fore CROSS JOIN LATERAL (
           SELECT FROM claims_alarm succ WHERE succ.claim_id = fore.claim_id AND succ.moment < %(now)s
              AND succ.kind = CASE fore.kind WHEN 'due_soon' THEN 'late' ELSE 'date_passed' END LIMIT 1) due_as_well
     WHERE fore.kind IN ('due_soon', 'date_near')
    UNION
    SELECT fore.id FROM claims_alarm fore JOIN due succ ON succ.claim_id = fore.claim_id
       AND fore.kind = CASE succ.kind WHEN 'late' THEN 'due_soon' WHEN 'date_passed' THEN 'date_near' END
     WHERE fore.attempts > 0
), first AS (
    SELECT DISTINCT ON (claim_id) * FROM due
     WHERE id NOT IN (SELECT id FROM dropped) ORDER BY claim_id, moment, id
), raised AS (
    INSERT INTO claims_flag (claim_id, kind, moment, raised_at, reason, cleared_by)
    SELECT first.claim_id, first.kind, first.moment, stamp.at, '', '' FROM first, stamp
        ON CONFLICT (claim_id, kind, moment) DO NOTHING RETURNING claim_id, kind, moment, raised_at
), told AS (
    SELECT raised.*, first.event_seq + 1 AS seq, first.hash AS prev_hash, first.state,
           (json_build_object(
               'claim', raised.claim_id, 'seq', first.event_seq + 1, 'type', 'claim.' || raised.kind,
               'actor_kind', 'rule', 'actor_id', NULL, 'actor_name', %(sweeper)s::text,
               'from', first.state, 'to', first.state, 'reason', '', 'data', json_build_object('moment', raised.moment),
               'occurred_at', raised.moment, 'recorded_at', raised.raised_at))::text AS body
      FROM raised JOIN first USING (claim_id)
), recorded AS (
    INSERT INTO claims_claimevent (claim_id, seq, type, actor_kind, actor_name, from_state, to_state,
                                   occurred_at, recorded_at, body, prev_hash, hash)
    SELECT claim_id, seq, 'claim.' || kind, 'rule', %(sweeper)s, state, state, moment, raised_at, body, prev_hash,
           encode(sha256(convert_to(prev_hash || E'\\n' || body, 'UTF8')), 'hex') FROM told
    RETURNING claim_id, seq, hash
), heads AS (
    UPDATE claims_claimhead head SET event_seq = recorded.seq, hash = recorded.hash
      FROM recorded JOIN first USING (claim_id) WHERE head.ctid = first.place
), forerunners AS (
    UPDATE claims_flag flag SET cleared_at = raised.raised_at, cleared_by = 'claim.' || raised.kind
      FROM raised WHERE flag.claim_id = raised.claim_id AND flag.cleared_at IS NULL
       AND (flag.kind, raised.kind) IN (('due_soon', 'late'), ('date_near', 'date_passed'))
), done AS (
    DELETE FROM claims_alarm WHERE id = ANY (ARRAY(SELECT id FROM first UNION ALL SELECT id FROM dropped))
)
SELECT EXISTS (SELECT FROM due WHERE id NOT IN (SELECT id FROM first UNION ALL SELECT id FROM dropped)),
       (SELECT count(*) FROM raised), (SELECT max(at - first.wake_at) FROM first, stamp)
"""


def raise_due_flags(batch: int = BATCH, since: datetime = BEGINNING) -> Swept:
    """Announce every moment that has passed, take the ladders' steps, end waits that are over, until nothing is due.

    Steps follow the flags of their batch. Waits end a few at a time between them, since each is a step of its own: many
    of them delay no flag. `since` is a moment before which no alarm can be left, see `claims.services.watch.Horizon`.
    """
    swept = Swept()
    while True:
        more_flags, flags = _one_batch(_announce, TimeFlag.values, batch, since)
        more_steps, steps = _one_batch(take_steps, LADDER_ALARM.values(), batch, since)
        waits = _end_waits(since)
        swept += flags + steps + waits
        if not more_flags and not more_steps and not waits.resumed:
            return swept


def _one_batch(take: Take, kinds: Collection[str], batch: int, since: datetime) -> tuple[bool, Swept]:
    """One batch; when the database refuses it, its alarms one by one, so that a bad row stops nobody else."""
    try:
        return take(batch, since, None)
    except OperationalError:
        raise
    except DatabaseError:
        return _one_by_one(take, kinds, batch, since)


def _announce(batch: int, since: datetime, only: int | None) -> tuple[bool, Swept]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (now,) = cursor.fetchone()
        cursor.execute(TAKE_DUE, {"now": now, "since": since, "batch": batch, "only": only})
        taken = [number for (number,) in cursor.fetchall()]
        if not taken:
            return False, Swept()
        cursor.execute(ANNOUNCE, {"now": now, "taken": taken, "sweeper": SWEEPER.name})
        left, raised, lag = cursor.fetchone()
    return left or len(taken) == batch, Swept(raised=raised, lag=lag or timedelta(0))


def _due(since: datetime, kinds: Collection[str]) -> AlarmQuerySet:
    return Alarm.objects.due(database_time(), since).filter(kind__in=kinds).order_by("wake_at", "id")


def _one_by_one(take: Take, kinds: Collection[str], batch: int, since: datetime) -> tuple[bool, Swept]:
    """A batch of alarms, each by itself. Those it put off are not due any more, so looking again comes to an end."""
    swept = Swept()
    for alarm_id in list(_due(since, kinds).values_list("pk", flat=True)[:batch]):
        try:
            _, step = take(1, since, alarm_id)
        except OperationalError:
            raise
        except DatabaseError as bad:
            step = _put_off(alarm_id, bad)
        swept += step
    return swept != Swept(), swept


def _put_off(alarm_id: int, bad: Exception) -> Swept:
    """Count a failed try; after three the alarm is set aside and shown, and the line goes on."""
    alarm = Alarm.objects.filter(pk=alarm_id).first()
    if alarm is None:  # somebody moved the date meanwhile
        return Swept()
    aside = alarm.attempts + 1 >= TRIES
    Alarm.objects.filter(pk=alarm_id).update(
        attempts=F("attempts") + 1, error=str(bad), set_aside=aside, wake_at=database_time() + RETRY_AFTER
    )
    return Swept(set_aside=int(aside))


def _end_waits(since: datetime) -> Swept:
    """End some of the waits that are over, the oldest first."""
    swept = Swept()
    for alarm in list(_due(since, [WAIT_OVER])[:WAITS]):
        try:
            swept += _end_wait(alarm.claim_id)
        except OperationalError:
            raise
        except (DatabaseError, ClaimDeskError) as bad:
            swept += _put_off(alarm.pk, bad)
    return swept


def _end_wait(claim_id: int) -> Swept:
    """Resume a claim whose wait is over. Looks again under the lock: it may have been moved meanwhile.

    A claim that somebody holds is left to the next sweep: one person's transaction must not stop the line.
    """
    with transaction.atomic():
        free = ClaimHead.objects.select_for_update(skip_locked=True).filter(pk=claim_id).exists()
        return _resume(claim_id) if free else Swept()


def _resume(claim_id: int) -> Swept:
    with locked(claim_id) as held:
        until = held.claim.waiting_until
        if held.claim.state != State.WAITING or until is None or until >= held.now:
            return Swept()
        resume(held, by=SWEEPER, occurred_at=until)
        return Swept(resumed=1, lag=held.now - until)
