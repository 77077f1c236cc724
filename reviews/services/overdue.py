"""What is late, as a feed tells it: claims whose review due has passed, and dates that passed unconfirmed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.db.models import Prefetch, Q, QuerySet

from claims.deadlines import TimeFlag
from claims.models import Appearance, Claim
from claims.models.claim import ClaimQuerySet
from claims.permissions import Viewer, visible_claims

Place = tuple[datetime, int, str]
COLUMNS = {TimeFlag.LATE: "review_due_at", TimeFlag.DATE_PASSED: "confirm_by"}


@dataclass(frozen=True)
class Overdue:
    """One claim for which a moment has passed. A claim may be here twice, once for each of its dates."""

    claim: Claim
    kind: TimeFlag
    moment: datetime

    @property
    def place(self) -> Place:
        """Where it stands in the order of the feed."""
        return self.moment, self.claim.pk, str(self.kind)


def overdue(viewer: Viewer, now: datetime, before: Place | None, size: int) -> Sequence[Overdue]:
    """So many of what the viewer sees, last passed first, behind a place. Four queries at most.

    Computed from the clock, not from what was announced.
    """
    found: list[Overdue] = []
    for kind, column in COLUMNS.items():
        seen = cast("ClaimQuerySet", visible_claims(viewer, now)).flagged(kind, now)
        found += [Overdue(claim, kind, getattr(claim, column)) for claim in _page(seen, kind, before, size)]
    return sorted(found, key=lambda one: one.place, reverse=True)[:size]


def _page(rows: QuerySet[Claim], kind: TimeFlag, before: Place | None, size: int) -> QuerySet[Claim]:
    column = COLUMNS[kind]
    if before is not None:
        moment, number, last = before
        further = "lte" if kind < last else "lt"  # the other date of the same claim, in the same moment
        rows = rows.filter(Q(**{f"{column}__lt": moment}) | Q(**{column: moment, f"pk__{further}": number}))
    firsts = Appearance.objects.filter(is_first=True).select_related("revision__article__outlet")
    quotes = Prefetch("appearances", firsts.defer("revision__text"))
    return rows.select_related("desk").prefetch_related(quotes).order_by(f"-{column}", "-pk")[:size]
