"""Who lost a claim by which step. A step ends seats in its own moment, by which the seat and its event are found.

Whoever has hardly had a seat, and was not told of it, has lost nothing they knew of. A step that was undone has given
the seat back; what undoing itself takes had come with the step, or after it, and counts as never given.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType

from django.db.models import Exists, F, OuterRef, Q

from claims.models import ClaimEvent
from reviews.models import Assignment, AssignmentStatus, Notice
from reviews.noticing import OF_A_SEAT

# The steps that leave one seat, which their event names; and how the seat stands then.
LEFT_BY: Mapping[str, AssignmentStatus] = MappingProxyType(
    {
        "claim.hand_over": AssignmentStatus.HANDED_OVER,
        "claim.decline": AssignmentStatus.DECLINED,
        "claim.recuse": AssignmentStatus.RECUSED,
    }
)
JUDGED = frozenset({"claim.submit_review", "claim.adjudicate"})
# The steps after which seats are no longer wanted.
WITHDRAWN_BY = ("claim.dismiss", "claim.merge", "claim.change_desk", "claim.settle", *sorted(JUDGED))
UNNOTICED = timedelta(seconds=5)  # as long as events wait to be read


Losses = Mapping[tuple[int, datetime | None], Sequence[Assignment]]


def seats_lost(claims: Iterable[int]) -> Losses:
    """By claim and moment the seats of these claims that somebody had, knew of and lost, in one query."""
    told = Notice.objects.filter(user=OuterRef("reviewer__user"), claim=OuterRef("claim"), reason__in=sorted(OF_A_SEAT))
    known = Q(ended_at__gte=F("assigned_at") + UNNOTICED) | Exists(told.filter(made_at__gte=OuterRef("assigned_at")))
    statuses = sorted({AssignmentStatus.WITHDRAWN, *LEFT_BY.values()})
    seats = Assignment.objects.filter(known, claim__in=list(claims), status__in=statuses, ended_at__isnull=False)
    found: dict[tuple[int, datetime | None], list[Assignment]] = defaultdict(list)
    for seat in seats.select_related("reviewer").order_by("pk"):
        found[seat.claim_id, seat.ended_at].append(seat)
    return found


def lost_by(event: ClaimEvent, lost: Losses) -> list[int]:
    """The people who lost their seat by this event, by number."""
    seats = lost.get((event.claim_id, event.recorded_at), ())
    if event.type not in LEFT_BY:
        return [seat.reviewer.user_id for seat in seats if seat.status == AssignmentStatus.WITHDRAWN]
    named = event.data.get("assignment"), LEFT_BY[event.type]
    return [seat.reviewer.user_id for seat in seats if (seat.pk, seat.status) == named]
