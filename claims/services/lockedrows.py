"""What is asked of a claim under its lock."""

from __future__ import annotations

from django.db.models import QuerySet

from claims.models import Claim, ClaimHead, Decision
from claims.models.worded import worded


@worded
def heads(one: int, other: int) -> QuerySet[ClaimHead]:
    """The lock on one claim or two, had in the order of their numbers."""
    return ClaimHead.objects.select_for_update().filter(pk__in=[one, other]).order_by("pk")


@worded
def claims(one: int, other: int) -> QuerySet[Claim]:
    """Those claims, with their desks."""
    return Claim.objects.select_related("desk").filter(pk__in=[one, other])


@worded
def standing(claim: int) -> QuerySet[Decision]:
    """The decision that stands."""
    return Decision.objects.filter(claim=claim, standing=True)


@worded
def public(claim: int) -> QuerySet[Decision]:
    """The decision readers are told."""
    return Decision.objects.public().filter(claim=claim).order_by("pk")
