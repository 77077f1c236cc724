"""Which kept pages are looked at again every week: those that a claim rests on.

A dismissed claim rests on nothing, and what was superseded is not rested on any more. Looking on would tell the owners
of those pages of an interest that nobody has, and take the readers' time from links that somebody waits for. A claim
that comes back has its pages looked at at once.
"""

from __future__ import annotations

from datetime import datetime

from claims.lifecycle import State
from claims.models import Claim, Evidence, Fetch, FetchState, Visibility

KEPT = (FetchState.KEPT, FetchState.GONE)


def is_watched(claim: Claim, item: Evidence) -> bool:
    """Whether a kept page of this item is looked at again by itself."""
    unseen = item.visibility == Visibility.PROTECTED or item.superseded_by_id is not None
    return not unseen and claim.state != State.DISMISSED


def end_looks(item: Evidence) -> None:
    """Something else stands in the place of this item."""
    Fetch.objects.filter(evidence=item, state__in=KEPT).update(next_attempt_at=None)


def follow_state(claim: Claim, now: datetime) -> None:
    """A held claim was dismissed, or is back: its looks end, or begin again."""
    rows = Fetch.objects.filter(evidence__claim=claim, state__in=KEPT)
    if claim.state == State.DISMISSED:
        rows.update(next_attempt_at=None)
    else:
        watched = rows.filter(evidence__superseded_by=None).exclude(evidence__visibility=Visibility.PROTECTED)
        watched.update(next_attempt_at=now)
