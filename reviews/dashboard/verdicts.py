"""What a list says of claims that are decided: the answers that stand, who gave them, and whether they are public.

Blind: only a standing decision is read, which no running round has beside it, and the reviews it follows from.
"""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, FilteredRelation, OuterRef, Q, QuerySet, Subquery

from claims.models import Claim, Decision
from reviews.dashboard.filters import SAID_ONLY
from reviews.dashboard.panels import FULL_NAME
from reviews.models import Review


def with_verdicts(claims: QuerySet[Claim]) -> QuerySet[Claim]:
    """The claims with `said`, `so`, `outcome` and `decided_at` of their standing decision, None where none stands.

    `decided_by` names those whose reviews it follows from, in the order in which they were sent; `public_at` is when
    readers were told what they are told now, and `public_as` the number of that decision, as `stands_as` of this one.
    """
    stands = FilteredRelation("decisions", condition=Q(decisions__standing=True))
    answers = {name: F(f"stands__{name}") for name in ("said", "so", "outcome", "decided_at")}
    judged = Review.objects.filter(
        claim=OuterRef("pk"), round=OuterRef("round"), submitted_at__lte=OuterRef("decided_at")
    )
    judges = judged.order_by("submitted_at", "pk").values(name=FULL_NAME)
    public = Decision.objects.public().filter(claim=OuterRef("pk"))
    return (
        claims.annotate(stands=stands)
        .annotate(**answers, stands_as=F("stands__number"))
        .annotate(
            decided_by=ArraySubquery(judges),
            public_at=Subquery(public.values("published_at")),
            public_as=Subquery(public.values("number")),
        )
    )


def answers_of(claim: Any) -> tuple[str, str, str]:
    """The keys of what stands: is it so ("said_only" where that was left open), was it said, and the outcome."""
    if claim.decided_at is None:
        return ("", "", "")
    return (claim.so or SAID_ONLY, claim.said, claim.outcome)
