"""Keeps the announcing of "due soon" in step with the desks' hours of warning.

What pages say of "due soon" is computed from the desk as it is now; what will be announced was set when the claim
last changed. After somebody changed a desk's hours, by whatever door, the open claims that disagree are found by a
query and their alarms and flags written anew. Each claim has its own lock and transaction: whoever is stopped in the
middle leaves the rest to the next pass.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import DateTimeField, Exists, ExpressionWrapper, F, OuterRef, QuerySet

from claims.deadlines import TimeFlag
from claims.models import WARNING, Alarm, Claim, Flag
from claims.services.announcing import rewrite_alarms
from claims.services.transitions import database_time, locked

CAUSE = "desk.warning_hours"
_MOMENT = ExpressionWrapper(F("review_due_at") - WARNING, output_field=DateTimeField())


def disagreeing(now: datetime) -> QuerySet[Claim]:
    """Open claims, due ahead of `now`, whose warning is neither set for nor announced at the moment it now has."""
    of_claim = {"claim": OuterRef("pk"), "kind": TimeFlag.DUE_SOON, "moment": OuterRef("warned_at")}
    ahead = Claim.objects.open().filter(review_due_at__gt=now).annotate(warned_at=_MOMENT)
    return ahead.filter(~Exists(Alarm.objects.filter(**of_claim)), ~Exists(Flag.objects.standing().filter(**of_claim)))


def agree_on_warnings(batch: int = 1000) -> int:
    """Set anew what announces "due soon" wherever it disagrees with the desk, at most `batch`; answers how many."""
    found = list(disagreeing(database_time()).order_by("pk").values_list("pk", flat=True)[:batch])
    for claim_id in found:
        with locked(claim_id) as held:
            rewrite_alarms(held.claim, held.standing, held.now, CAUSE)
    return len(found)
