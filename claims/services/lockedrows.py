"""What is asked of a claim under its lock."""

from __future__ import annotations

from django.db.models import F, Func, IntegerField, QuerySet
from django.db.models.expressions import RawSQL

from claims.models import Claim, ClaimHead, Decision
from claims.models.many import any_of
from claims.models.worded import worded


@worded
def heads(one: int, other: int) -> QuerySet[ClaimHead]:
    """The lock on one claim or two, had in the order of their numbers."""
    return ClaimHead.objects.select_for_update().filter(pk__in=[one, other]).order_by("pk")


@worded
def free(claims: list[int]) -> QuerySet[ClaimHead, int]:
    """The numbers of those that nobody holds, now locked; what is held is not waited for."""
    heads = ClaimHead.objects.select_for_update(skip_locked=True).filter(pk__in=any_of(claims))
    return heads.order_by("pk").values_list("pk", flat=True)


@worded
def first_free(claims: list[int]) -> QuerySet[ClaimHead, int]:
    """The same of the first of them that nobody holds, in the order in which they are given, and of no other."""
    given = RawSQL("%s::bigint[]", [claims])
    place = Func(given, F("pk"), function="array_position", output_field=IntegerField())
    heads = ClaimHead.objects.select_for_update(skip_locked=True).filter(pk__in=any_of(claims))
    return heads.order_by(place).values_list("pk", flat=True)[:1]


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
