"""How busy people are: the numbers that lists of reviewers show, computed from the clock, in one statement."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, F, Func, IntegerField, OuterRef, Q, QuerySet, Subquery

from claims.models import Claim, ClaimEvent
from reviews.fairness import spread
from reviews.models import Absence, Assignment, Reviewer

DAY = timedelta(days=1)


def with_load(reviewers: QuerySet[Reviewer], now: datetime) -> QuerySet[Reviewer]:
    """With `load`, the claims that count against the limit, on whatever desk, and `away_until`, None if here."""
    until = Absence.objects.at(now).filter(reviewer=OuterRef("pk")).order_by("-ends_at").values("ends_at")[:1]
    return reviewers.annotate(load=_number(_held()), away_until=Subquery(until))


def loaded(reviewers: QuerySet[Reviewer], now: datetime) -> QuerySet[Reviewer]:
    """The same, with `late` and `due_24h` of the load, and `last_active`: when they last did something to a claim,
    None if never.

    Adjudications count like reviews; a claim on which somebody holds two parts counts once in `late` and `due_24h`.
    """
    late, due = Q(claim__review_due_at__lt=now), Q(claim__review_due_at__gte=now, claim__review_due_at__lt=now + DAY)
    done = ClaimEvent.objects.by_person(OuterRef("user_id"))
    return (
        with_load(reviewers, now)
        .annotate(
            late=_number(_held().filter(late)),
            due_24h=_number(_held().filter(due)),
            last_active=Subquery(done.values("recorded_at")[:1]),
        )
        .select_related("user")
        .prefetch_related("user__memberships__desk")
    )


def _held() -> QuerySet[Assignment]:
    return Assignment.objects.loading().filter(reviewer=OuterRef("pk")).order_by()


def with_claims_seen(reviewers: QuerySet[Reviewer], seen: QuerySet[Claim]) -> QuerySet[Reviewer]:
    """With `claims_seen`: on how many of these claims each is. Their `load` counts every claim, seen or not."""
    on = Assignment.objects.loading().filter(claim=OuterRef("pk"), reviewer=OuterRef(OuterRef("pk")))
    return reviewers.annotate(claims_seen=_number(seen.filter(Exists(on)).order_by()))


def _number(rows: QuerySet[Any]) -> Subquery:
    counted = Func(F("pk"), function="COUNT", output_field=IntegerField())
    return Subquery(rows.annotate(number=counted).values("number"))


def spread_of(reviewers: QuerySet[Reviewer], now: datetime) -> float:
    """How unevenly those of these people are loaded who take work and are not away, see `reviews.fairness`."""
    away = Absence.objects.at(now).values("reviewer")
    here = reviewers.filter(is_active=True).exclude(pk__in=away)
    on = Q(assignments__in=Assignment.objects.loading())
    rows = here.order_by().annotate(open=Count("assignments", filter=on, distinct=True)).values_list("open", "limit")
    return spread(list(rows))
