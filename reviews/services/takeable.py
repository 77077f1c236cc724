"""Which claims of the pool one person could take, found by the database.

The rules are those of `reviews.eligibility`, as far as they depend on the claim; what depends on the person alone
(active, away, at their limit) is asked once and not here. A test on random newsrooms holds the two equal.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import CharField, Exists, F, Func, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Lower

from claims.models import Appearance, Claim
from reviews.calendars import add_working
from reviews.models import Assignment, AssignmentStatus, Course, Part, Reviewer
from reviews.models.assignment import HOLDING


def takeable_by(reviewer: Reviewer, desks: Collection[int], pool: QuerySet[Claim], now: datetime) -> QuerySet[Claim]:
    """Those claims of the pool that the reviewer, who reviews for these desks, could take at `now`."""
    claims = pool.filter(desk__in=sorted(desks)).exclude(_held_by(reviewer))
    claims = claims.exclude(made_by_user=reviewer.user_id, desk__makers_may_review=False)
    claims = claims.annotate(tongue=_PRIMARY).filter(Q(language="") | Q(tongue__in=_read_by(reviewer)))
    lacking = Course.objects.filter(claim=OuterRef("pk")).exclude(topics__contained_by=reviewer.topics)
    claims = claims.exclude(Exists(lacking)).exclude(_touching_interests(reviewer))
    if not reviewer.gives_second_opinions:
        claims = claims.exclude(_begun_by_somebody())
    return claims.exclude(_due_before(reviewer, now))


# The primary subtag of the claim's language, in lower case: of "pt-BR" "pt".
_PRIMARY = Lower(Func(F("language"), Value("-"), Value(1), function="split_part", output_field=CharField()))


def _read_by(reviewer: Reviewer) -> list[str]:
    return sorted({tag.partition("-")[0].lower() for tag in reviewer.languages})


def _held_by(reviewer: Reviewer) -> Exists:
    """On it in the running round, now or before; and for good once they have recused themselves."""
    theirs = Assignment.objects.but_for_taken().filter(claim=OuterRef("pk"), reviewer=reviewer)
    theirs = theirs.exclude(status=AssignmentStatus.WITHDRAWN)
    return Exists(theirs.filter(Q(round=OuterRef("round")) | Q(status=AssignmentStatus.RECUSED)))


def _begun_by_somebody() -> Exists:
    """The first seat of the running round is held, so that what is to be given is another."""
    first = Assignment.objects.filter(claim=OuterRef("pk"), round=OuterRef("round"), part=Part.REVIEW, seat=1)
    return Exists(first.filter(status__in=sorted(HOLDING)))


def _touching_interests(reviewer: Reviewer) -> Exists:
    """A source of the claim's chains, the outlet included, in which they have declared an interest."""
    sources = reviewer.interests.values("source")
    through = Q(revision__article__outlet__in=sources) | Q(chain__source__in=sources)
    return Exists(Appearance.objects.filter(through, claim=OuterRef("pk")))


def _due_before(reviewer: Reviewer, now: datetime) -> Q:
    """Due before they work again. What is late already can wait for anybody."""
    hours = reviewer.calendar
    works_at = add_working(hours, now, timedelta(0)) if hours else None
    if works_at is None:
        return Q(pk__in=[])
    return Q(review_due_at__gt=now, review_due_at__lte=works_at)
