"""What a number of the dashboard is: the claims behind it, narrowed to what somebody sees and asks for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.utils.functional import Promise

from claims.models.claim import ClaimQuerySet
from claims.permissions import Viewer, visible_claims
from reviews.dashboard.filters import Filters

Narrow = Callable[[ClaimQuerySet, datetime, Filters], ClaimQuerySet]


@dataclass(frozen=True)
class Number:
    """One number. `definition` is the sentence under the list; `order` sorts it, first what needs somebody most."""

    key: str
    title: str | Promise
    definition: str | Promise
    narrow: Narrow
    order: tuple[str, ...] = ("review_due_at", "id")

    def claims(self, viewer: Viewer, filters: Filters, now: datetime) -> ClaimQuerySet:
        """The claims behind the number: of those the viewer sees and the filters leave, in no order."""
        return self.among(left_by(filters, viewer, now), filters, now)

    def among(self, left: ClaimQuerySet, filters: Filters, now: datetime) -> ClaimQuerySet:
        """The same of `left_by`, for whoever asks for several numbers: it is worded once for all of them."""
        return self.narrow(left, now, filters).order_by()

    def listed(self, viewer: Viewer, filters: Filters, now: datetime) -> ClaimQuerySet:
        """The same claims in the order of the list."""
        return self.claims(viewer, filters, now).order_by(*self.order)


def left_by(filters: Filters, viewer: Viewer, now: datetime) -> ClaimQuerySet:
    """The claims that the viewer sees and the filters leave."""
    return filters.narrow(cast("ClaimQuerySet", visible_claims(viewer, now)), now)
