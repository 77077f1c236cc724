"""Every number of the dashboard, defined once: the list behind it is the number.

Pages, lists, CSV and the API's `/stats` all ask here. A count is `count(*)` over the very query set that the list
shows, so they cannot differ; `tally` counts many of them in one statement, which also sees one state of the data.
Everything is computed from `now`, read once per response; nothing depends on whether the sweep has run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, cast

from django.db.models import (
    Aggregate,
    Case,
    Count,
    DurationField,
    Exists,
    F,
    FilteredRelation,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, NullIf
from django.utils.translation import gettext_lazy as _

from claims.lifecycle import State
from claims.models import Claim, Decision, Desk
from claims.models.claim import UNANNOUNCED, ClaimQuerySet
from claims.permissions import Viewer, visible_claims
from reviews.dashboard.agreement import Period, judged_alike, judged_by_several
from reviews.dashboard.filters import BOUNDS, PERIODS, SAID_ONLY, Age, Filters, aged
from reviews.dashboard.number import Number, left_by
from reviews.dashboard.year import VERDICTS_OF_A_YEAR, YEAR
from reviews.models import Assignment, AssignmentStatus
from reviews.services.compiled import Compiled

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
Asked = tuple[str, str]  # the key of a number, and what it is grouped by
Tally = dict[str | None, int]  # claims per group


def _late(claims: ClaimQuerySet, now: datetime, _filters: Filters) -> ClaimQuerySet:
    return claims.late(now)


def _date_passed(claims: ClaimQuerySet, now: datetime, _filters: Filters) -> ClaimQuerySet:
    return claims.date_passed(now)


def _due_24h(claims: ClaimQuerySet, now: datetime, _filters: Filters) -> ClaimQuerySet:
    return claims.due_within(now, DAY)


def _open(claims: ClaimQuerySet, _now: datetime, _filters: Filters) -> ClaimQuerySet:
    return claims.open()


def _unassigned(claims: ClaimQuerySet, _now: datetime, _filters: Filters) -> ClaimQuerySet:
    held = Assignment.objects.open().filter(claim=OuterRef("pk"))
    return claims.filter(~Exists(held), state=State.QUEUED)


def _second_opinion(claims: ClaimQuerySet, _now: datetime, _filters: Filters) -> ClaimQuerySet:
    return claims.filter(state=State.SECOND_OPINION)


def _decided_today(claims: ClaimQuerySet, now: datetime, filters: Filters) -> ClaimQuerySet:
    return claims.decided_since(filters.day_start(now))


def _dated(claims: ClaimQuerySet, _now: datetime, _filters: Filters) -> ClaimQuerySet:
    became = Decision.objects.filter(claim=OuterRef("pk"), standing=True).exclude(outcome="")
    return claims.filter(Exists(became), confirm_by__isnull=False)


def _first_due_7d(claims: ClaimQuerySet, now: datetime, _filters: Filters) -> ClaimQuerySet:
    fell_due = {"first_review_due_at__gte": now - WEEK, "first_review_due_at__lt": now}
    return claims.exclude(state__in=UNANNOUNCED).filter(**fell_due)


def _on_time_7d(claims: ClaimQuerySet, now: datetime, filters: Filters) -> ClaimQuerySet:
    in_time = Decision.objects.filter(claim=OuterRef("pk"), decided_at__lte=OuterRef("first_review_due_at"))
    return _first_due_7d(claims, now, filters).filter(Exists(in_time))


def _several(claims: ClaimQuerySet, now: datetime, _filters: Filters) -> ClaimQuerySet:
    return judged_by_several(claims, now)


def _alike(claims: ClaimQuerySet, now: datetime, _filters: Filters) -> ClaimQuerySet:
    return judged_alike(claims, now)


_ROWS = (
    Number("late", _("Late"), _("Open claims whose review-due time is before now."), _late),
    Number(
        "date_passed",
        _("Date passed, unconfirmed"),
        _(
            "Claims, neither proposed nor dismissed, whose own date is before now and that have no standing answer to "
            "“Is it so?” that holds after that date. Waiting claims are included."
        ),
        _date_passed,
        ("confirm_by", "id"),
    ),
    Number(
        "due_24h",
        _("Due in 24 hours"),
        _("Open claims with review due at or after now and before now plus 24 hours. Late ones are not counted again."),
        _due_24h,
    ),
    Number("open", _("Open"), _("Claims that are queued, in review, waiting or on second opinion."), _open),
    Number("unassigned", _("Unassigned"), _("Queued claims that nobody is on."), _unassigned),
    Number(
        "second_opinion",
        _("On second opinion"),
        _("Claims on which an independent second reviewer is judging."),
        _second_opinion,
    ),
    Number(
        "decided_today",
        _("Decided today"),
        _("Claims whose standing decision was made since 00:00 and that are still decided."),
        _decided_today,
        ("-updated_at", "-id"),
    ),
    Number(
        "first_due_7d",
        _("First due in the last 7 days"),
        _("Claims, neither proposed nor dismissed, whose first review-due time lies in the last 7 × 24 hours."),
        _first_due_7d,
        ("first_review_due_at", "id"),
    ),
    Number(
        "on_time_7d",
        _("On time, 7 days"),
        _(
            "Of the claims whose first review-due time lies in the last 7 × 24 hours, those decided at or before that "
            "first time. Moved due times do not help."
        ),
        _on_time_7d,
        ("first_review_due_at", "id"),
    ),
    Number(
        "judged_by_several",
        _("Judged by two or more, 90 days"),
        _("Claims decided in the last 90 × 24 hours by a round in which two or more judged without seeing each other."),
        _several,
        ("-updated_at", "-id"),
    ),
    Number(
        "judged_alike",
        _("Reviewers agreed, 90 days"),
        _(
            "Of the claims decided in the last 90 × 24 hours by a round of two or more, those on which all gave the "
            "same answers to “Was it said?” and “Is it so?”. An adjudicator’s answer does not count."
        ),
        _alike,
        ("-updated_at", "-id"),
    ),
    *VERDICTS_OF_A_YEAR,
    Number(
        "dated_decided",
        _("Dated claims, decided"),
        _("Claims with a date of their own whose standing verdict says what became of them."),
        _dated,
        ("-confirm_by", "-id"),
    ),
)
NUMBERS: Mapping[str, Number] = {number.key: number for number in _ROWS}


def _by_desk(claims: ClaimQuerySet, _now: datetime) -> ClaimQuerySet:
    return claims.annotate(group=Cast("desk_id", TextField()))


def _by_age(claims: ClaimQuerySet, now: datetime) -> ClaimQuerySet:
    return claims.annotate(group=Case(*(When(aged(age, now), then=Value(age.value)) for age in Age)))


def _by_verdict(claims: ClaimQuerySet, _now: datetime) -> ClaimQuerySet:
    standing = Decision.objects.filter(claim=OuterRef("pk"), standing=True).values(word=Coalesce(_SO, Value(SAID_ONLY)))
    return claims.annotate(group=Subquery(standing, output_field=TextField()))


def _by_reviewer(claims: ClaimQuerySet, _now: datetime) -> ClaimQuerySet:
    on_it = FilteredRelation("assignments", condition=Q(assignments__status=AssignmentStatus.OPEN))
    return claims.annotate(on_it=on_it).annotate(group=Cast("on_it__reviewer", TextField()))


_SO = NullIf("so", Value(""))
# How far from now the numbers look, ahead and back.
_AGES = [-span for bounds in BOUNDS.values() for span in bounds if span]
_SPANS = (timedelta(0), DAY, -WEEK, -Period.QUARTER.span, -YEAR, *_AGES, *(-span for span in PERIODS.values()))
_GROUPED = {"desk": _by_desk, "age": _by_age, "verdict": _by_verdict, "reviewer": _by_reviewer}


def tally(asked: Collection[Asked], viewer: Viewer, filters: Filters, now: datetime) -> dict[Asked, Tally]:
    """Count several numbers in one statement, each by what is asked: (key, "desk" | "age" | "verdict" | "reviewer").

    Every claim is in one group, so groups sum to the number; but with two reviewers on it, it is in both of theirs,
    and with none in None. Groups are named as the filter of that name takes them.
    """
    places = tuple(asked)
    if viewer.user is not None:
        rows = _compiled(places, filters).rows_for(viewer, now)
    else:
        rows = list(tally_query(places, viewer, filters, now))
    found: dict[Asked, Tally] = {label: {} for label in places}
    for place, group, count in rows:
        found[places[place]][group] = count
    return found


def tally_query(
    places: Sequence[Asked], viewer: Viewer, filters: Filters, now: datetime
) -> QuerySet[Claim, tuple[int, str | None, int]]:
    """The statement of `tally`: rows of a place in what is asked, a group, and how many claims are in it."""
    left = left_by(filters, viewer, now)
    first, *others = [
        _count_of(place, _GROUPED[by](NUMBERS[key].among(left, filters, now), now))
        for place, (key, by) in enumerate(places)
    ]
    return first.union(*others, all=True)


@lru_cache(maxsize=32)
def _compiled(places: tuple[Asked, ...], filters: Filters) -> Compiled:
    """The same for people, who look at one page again and again: worded once for all who are alike."""

    def query(viewer: Viewer, now: datetime) -> QuerySet[Any, Any]:
        return tally_query(places, viewer, filters, now)

    def times(now: datetime) -> dict[str, datetime]:
        return {"today": filters.day_start(now)} | {str(span): now + span for span in _SPANS}

    return Compiled(query, times)


def _count_of(place: int, grouped: ClaimQuerySet) -> QuerySet[Claim, tuple[int, str | None, int]]:
    rows = grouped.annotate(place=Value(place, IntegerField())).values_list("place", "group")
    return cast("QuerySet[Claim, tuple[int, str | None, int]]", rows.annotate(count=Count("pk", distinct=True)))


def counts(viewer: Viewer, filters: Filters, now: datetime) -> dict[str, int]:
    """Every number by its key, in one statement."""
    found = tally([(key, "desk") for key in NUMBERS], viewer, filters, now)
    return {key: sum(groups.values()) for (key, _), groups in found.items()}


class Median(Aggregate):
    """The middle of durations, halfway between the two in the middle."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


def median_to_verdict(viewer: Viewer, filters: Filters, now: datetime) -> timedelta | None:
    """From acceptance to first decision, for claims first decided in the last 7 × 24 h; waiting included.

    None when there was none.
    """
    first = Decision.objects.filter(number=1, decided_at__gt=now - WEEK, decided_at__lte=now)
    seen = cast("ClaimQuerySet", visible_claims(viewer, now)).exclude(state__in=UNANNOUNCED)
    decided = first.filter(claim__in=filters.narrow(seen, now))
    middle: timedelta | None = decided.aggregate(middle=Median(F("decided_at") - F("claim__accepted_at")))["middle"]
    return middle


def newsroom_zone() -> str:
    """The zone in which the newsroom's days start."""
    return common_zone(Desk.objects.values_list("zone", flat=True))


def common_zone(zones: Iterable[str]) -> str:
    """The zone most desks are in, the first by name among equals; UTC when there is no desk."""
    counted = Counter(zones)
    return min(counted, key=lambda zone: (-counted[zone], zone), default="UTC")
