"""How the deadline alerts and the self-check are doing, in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, IntegerField, Subquery, Value
from django.db.models.functions import Coalesce

from claims.models import Alarm, Heartbeat
from claims.services import rehashing, sealing, verifying, watch
from reviews.services.embargoes import kept_from_their_desk


@dataclass(frozen=True)
class Health:
    """`broken` counts the promises that did not hold when the data were last verified.

    `files_broken` counts the kept files that were missing or held other bytes when all were last read again.
    `unsealed`: the last try to make a day's seal failed, and why. `unseen` are the numbers of open claims that an
    embargo keeps from their own desk.
    """

    swept_at: datetime | None
    delayed: bool
    set_aside: int
    verified_at: datetime | None
    broken: int
    files_read_at: datetime | None
    files: int
    files_broken: int
    unsealed: bool
    unsealed_because: str
    unseen: Sequence[int]


def health(now: datetime, *, to_administrator: bool = False) -> Health:
    """Liveness from the rows that the loops leave behind; delayed as `claims.services.watch.sweep_health` says.

    Only an administrator reads which claims are `unseen`, as they alone see all of them, and `unsealed_because`.
    """
    kept = kept_from_their_desk(now)
    unseen = (kept if to_administrator else kept.none()).values("pk")
    beats = {
        beat.name: beat
        for beat in Heartbeat.objects.filter(
            name__in=(watch.HEARTBEAT, verifying.HEARTBEAT, rehashing.HEARTBEAT, sealing.HEARTBEAT)
        ).annotate(aside=_aside(), unseen=ArraySubquery(unseen))
    }
    sweep, verify = beats.get(watch.HEARTBEAT), beats.get(verifying.HEARTBEAT)
    files, seal = beats.get(rehashing.HEARTBEAT), beats.get(sealing.HEARTBEAT)
    counted = files.detail if files else {}
    return Health(
        swept_at=sweep.ran_at if sweep else None,
        delayed=sweep is None or now - sweep.ran_at > watch.DELAYED_AFTER,
        set_aside=next((int(beat.aside) for beat in beats.values()), 0),
        verified_at=verify.ran_at if verify else None,
        broken=len(verify.detail.get("broken", {})) if verify else 0,
        files_read_at=files.ran_at if files else None,
        files=int(counted.get("files", 0)),
        files_broken=int(counted.get("missing", 0)) + int(counted.get("differing", 0)),
        unsealed=seal is not None and "failed" in seal.detail,
        unsealed_because=str(seal.detail.get("failed", "")) if seal and to_administrator else "",
        unseen=next((beat.unseen or () for beat in beats.values()), ()),
    )


def _aside() -> Coalesce:
    aside = Alarm.objects.filter(set_aside=True).order_by().values("set_aside").annotate(count=Count("pk"))
    return Coalesce(Subquery(aside.values("count"), output_field=IntegerField()), Value(0))
