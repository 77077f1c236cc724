"""Which claims were judged by two or more who knew nothing of each other, and what their answers come to.

Only rounds that ended in a decision count, so no number moves while somebody still has to judge.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery, TextChoices, Value
from django.db.models.functions import Concat
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from claims.models import Decision, Desk
from claims.models.claim import ClaimQuerySet
from claims.wordings import percent_words
from reviews.agreement import Agreement, Rated, agreement_of
from reviews.models import Part, Review

TOO_EARLY = "too_early"
DEFINITION: str | Promise = _(
    "Claims decided in the period by a round in which two or more judged without seeing each other. They agree when "
    "all gave the same answers to “Was it said?” and “Is it so?”; an adjudicator’s answer does not count. Alpha is "
    "Krippendorff’s, nominal: 1 is perfect agreement, 0 what chance would give."
)


class Period(TextChoices):
    """How far back one looks."""

    MONTH = "30", pgettext_lazy("period", "30 days")
    QUARTER = "90", pgettext_lazy("period", "90 days")
    YEAR = "365", pgettext_lazy("period", "12 months")

    @property
    def span(self) -> timedelta:
        return timedelta(days=int(self.value))


def judged_by_several(claims: ClaimQuerySet, now: datetime, period: Period = Period.QUARTER) -> ClaimQuerySet:
    """Those of these claims that a round of two or more independent reviews decided in the period."""
    return claims.filter(pk__in=_by_several(now, period).values("claim"))


def judged_alike(claims: ClaimQuerySet, now: datetime, period: Period = Period.QUARTER) -> ClaimQuerySet:
    """The same, where all of them gave the same answers to both questions, in every such round."""
    several = judged_by_several(claims, now, period)
    return several.exclude(pk__in=_by_several(now, period, differing=True).values("claim"))


@lru_cache(maxsize=8)
def _by_several(now: datetime, period: Period, *, differing: bool = False) -> QuerySet[Review]:
    """The reviews that decided a round of two or more in the period; with `differing` where their answers did.

    Part of others' queries and never read itself, so that it can be worded once for all who ask at one moment.
    """
    made = Decision.objects.filter(
        claim=OuterRef("claim"), decided_at=OuterRef("submitted_at"), decided_at__gt=now - period.span
    )
    of_round = _independent().filter(claim=OuterRef("claim"), round=OuterRef("round")).order_by().values("claim")
    answer = Concat("said", Value("/"), "so")
    judges = of_round.annotate(number=Count("pk")).values("number")
    answers = of_round.annotate(number=Count(answer, distinct=True)).values("number")
    decided = Review.objects.filter(Exists(made), submitted_at__gt=now - period.span, submitted_at__lte=now)
    several = decided.annotate(judges=Subquery(judges)).filter(judges__gte=2)
    return several.annotate(answers=Subquery(answers)).filter(answers__gte=2) if differing else several


def _independent() -> QuerySet[Review]:
    return Review.objects.exclude(part=Part.ADJUDICATION)


@dataclass(frozen=True)
class DeskAgreement:
    """How far the reviewers of one desk agree; `desk` None is all of them together."""

    desk: Desk | None
    found: Agreement

    @property
    def share(self) -> str:
        """The share in words; empty where there is too little to say."""
        return "" if self.found.share is None else percent_words(self.found.agreeing, self.found.claims)


def agreement_by_desk(
    claims: ClaimQuerySet, desks: Iterable[Desk], now: datetime, period: Period
) -> list[DeskAgreement]:
    """Each desk's agreement on these claims, and first that of all together, in two statements."""
    desk_of = dict(judged_by_several(claims, now, period).values_list("pk", "desk"))
    rounds = set(_by_several(now, period).filter(claim__in=list(desk_of)).values_list("claim", "round"))
    answers: dict[tuple[int, int], list[Review]] = defaultdict(list)
    for row in _independent().filter(claim__in=list(desk_of)).only("claim", "round", "said", "so"):
        answers[row.claim_id, row.round].append(row)
    rated: dict[int, list[Rated]] = defaultdict(list)
    for claim, number in rounds:
        given = answers[claim, number]
        rated[claim].append(Rated(tuple(one.said for one in given), tuple(one.so or TOO_EARLY for one in given)))
    whole = DeskAgreement(None, agreement_of(rated.values()))
    return [
        whole,
        *(
            DeskAgreement(desk, agreement_of([rows for claim, rows in rated.items() if desk_of[claim] == desk.pk]))
            for desk in desks
        ),
    ]
