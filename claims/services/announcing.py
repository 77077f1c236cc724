"""Keeps what will be announced (alarms) and what was announced (flags) true whenever a claim changes.

Called under the claim's lock, in the transaction that makes the change. Nothing is announced twice for one moment:
a moment that comes back after a reopening, restoring or undoing reopens its flag row instead of setting an alarm, and a
step of the ladder that was taken for a date is never awaited for that date again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection
from django.db.models import QuerySet

from claims.deadlines import FORERUNNER, TimeFlag, holding, moments
from claims.ladders import tracks
from claims.lifecycle import State
from claims.models import OUTLIVES_A_VERDICT, WAIT_OVER, Alarm, Claim, Decision, Flag, FlagKind
from claims.models.making import new
from claims.models.prepared import Repeated
from claims.models.worded import worded
from claims.models.writing import insert
from claims.services.ladders import Ladders, alarms_of, ladder_alarms, steps_of

CLEAR = Repeated(
    "UPDATE claims_flag SET cleared_at = %s, cleared_by = %s"
    " WHERE claim_id = %s AND cleared_at IS NULL AND kind = ANY(%s)"
)
FORGET = Repeated("DELETE FROM claims_alarm WHERE claim_id = %s")
SETTLED = frozenset({State.DECIDED, State.DISMISSED})


def rewrite_alarms(claim: Claim, standing: Decision | None, now: datetime, cause: str) -> None:
    """Set the claim's alarms anew and clear the flags that no longer hold; `cause` is the type of what changed it."""
    wanted = moments(claim.date_facts(standing))
    flags = _clocks_flags(claim.pk)
    announced = {(flag.kind, flag.moment): flag for flag in flags}
    _clear_untrue(flags, wanted, now, cause)
    for kind in holding(wanted, now):
        flag = announced.get((kind, wanted[kind]))
        if flag is not None and flag.cleared_at is not None:
            flag.cleared_at, flag.cleared_by = None, ""
            flag.save(update_fields=["cleared_at", "cleared_by"])
    coming = {str(kind): at for kind, at in still_to_come(wanted, now).items() if (kind, at) not in announced}
    alarms = alarms_for(claim, coming | ladder_alarms(claim, standing, now), now)
    with connection.cursor() as cursor:
        cursor.execute(*FORGET.with_values(connection, [claim.pk]))
    for alarm in alarms:
        insert(alarm)
    if claim.state in SETTLED:
        stays = OUTLIVES_A_VERDICT if claim.state == State.DECIDED else frozenset()
        clear_flags(claim, now, cause, kinds=sorted(set(FlagKind.values) - stays))


@worded
def _clocks_flags(claim: int) -> QuerySet[Flag]:
    return Flag.objects.filter(claim=claim, kind__in=TimeFlag.values)


def write_first_alarms(claim: Claim, now: datetime) -> None:
    """The same for a claim made in this transaction, of which nothing can have been announced, taken or decided."""
    facts = claim.date_facts(None)
    coming = {str(kind): at for kind, at in still_to_come(moments(facts), now).items()}
    ladders = Ladders(steps_of({claim.desk_id} if claim.desk_id is not None else ()))
    for alarm in alarms_for(claim, coming | alarms_of(claim, ladders, tracks(facts), {}, now), now):
        insert(alarm)


def _clear_untrue(flags: Sequence[Flag], wanted: dict[TimeFlag, datetime], now: datetime, cause: str) -> None:
    holds = {(kind, wanted[kind]) for kind in holding(wanted, now)}
    untrue = [flag.pk for flag in flags if flag.cleared_at is None and (flag.kind, flag.moment) not in holds]
    if untrue:
        Flag.objects.filter(pk__in=untrue).update(cleared_at=now, cleared_by=cause)


def still_to_come(wanted: dict[TimeFlag, datetime], now: datetime) -> dict[TimeFlag, datetime]:
    """The moments to be announced: a forerunner whose successor has passed is dropped unraised."""
    overtaken = {FORERUNNER[kind] for kind, at in wanted.items() if kind in FORERUNNER and at < now}
    return {kind: at for kind, at in wanted.items() if kind not in overtaken}


def alarms_for(claim: Claim, moments_of: dict[str, datetime], now: datetime) -> list[Alarm]:
    """The alarms (unsaved) of a claim for these moments by kind, and for the end of its wait."""
    if claim.waiting_until is not None:
        moments_of = {**moments_of, WAIT_OVER: claim.waiting_until}
    return [
        new(Alarm, claim=claim, kind=kind, moment=moment, wake_at=max(moment, now))
        for kind, moment in moments_of.items()
    ]


def clear_flags(claim: Claim, now: datetime, cleared_by: str, kinds: Sequence[str]) -> int:
    """Clear standing flags of these kinds that are not the clock's; answers how many were cleared."""
    others = [kind for kind in kinds if kind not in TimeFlag]
    with connection.cursor() as cursor:
        cursor.execute(*CLEAR.with_values(connection, [now, cleared_by, claim.pk, others]))
        return int(cursor.rowcount)
