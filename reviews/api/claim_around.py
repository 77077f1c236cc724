"""What stands around the claims of one page, read in a fixed number of queries, whatever the page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet

from claims.deadlines import TimeFlag
from claims.models import Appearance, Claim, Decision, Evidence, Flag, Visibility
from claims.permissions import Viewer, visible_claims
from reviews.models import Assignment, Course
from reviews.services.rules import earlier_seen
from reviews.services.whydue import why_due


@dataclass
class Around:
    """What stands around the claims of one page, by claim number."""

    quotes: dict[int, Appearance] = field(default_factory=dict)
    standing: dict[int, Decision] = field(default_factory=dict)
    told: dict[int, Decision] = field(default_factory=dict)
    parts: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    merged: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    merged_quotes: dict[int, list[Appearance]] = field(default_factory=lambda: defaultdict(list))
    assignments: dict[int, list[Assignment]] = field(default_factory=lambda: defaultdict(list))
    evidence: dict[int, tuple[int, int]] = field(default_factory=dict)
    flags: dict[int, list[Flag]] = field(default_factory=lambda: defaultdict(list))
    courses: dict[int, Course] = field(default_factory=dict)
    earlier: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    why_due: dict[int, str] = field(default_factory=dict)


def around(claims: Sequence[Claim], viewer: Viewer, now: datetime) -> Around:
    """Read it: fourteen queries at most, none per row."""
    found, numbers = Around(), [claim.pk for claim in claims]
    for appearance in first_appearances(numbers):
        found.quotes[appearance.claim_id] = appearance
    decisions = Decision.objects.filter(Q(standing=True) | Q(published_at__isnull=False, replaced_at__isnull=True))
    for decision in decisions.filter(claim__in=numbers).order_by("claim", "number"):
        if decision.standing:
            found.standing[decision.claim_id] = decision
        if decision.published_at is not None and decision.replaced_at is None:
            found.told[decision.claim_id] = decision
    people = Assignment.objects.open().filter(claim__in=numbers).select_related("reviewer__user").order_by("pk")
    for assignment in people:
        found.assignments[assignment.claim_id].append(assignment)
    counts = Evidence.objects.standing().filter(claim__in=numbers).order_by().values("claim_id")
    for row in counts.annotate(all=Count("pk"), shown=Count("pk", filter=~Q(visibility=Visibility.PROTECTED))):
        found.evidence[row["claim_id"]] = (row["all"], row["shown"])
    logged = Flag.objects.standing().filter(claim__in=numbers).exclude(kind__in=TimeFlag.values)
    for flag in logged.order_by("pk"):
        found.flags[flag.claim_id].append(flag)
    courses = Course.objects.filter(claim__in=numbers)
    for course in courses.select_related("rule", "review_policy", "deadline_policy"):
        found.courses[course.claim_id] = course
    found.earlier = earlier_seen(found.courses.values(), viewer)
    found.why_due = why_due(numbers)
    read_linked(found, visible_claims(viewer, now), numbers)
    return found


def read_linked(found: Around, seen: QuerySet[Claim], numbers: Sequence[int]) -> None:
    """Claims that these were split into, claims that were merged into them, and the quotes of those."""
    _read_parts(found, seen, numbers)
    _read_merged(found, seen, numbers)


def _read_parts(found: Around, seen: QuerySet[Claim], numbers: Sequence[int]) -> None:
    """Claims that were split off these, and claims that were merged into them, as far as the viewer sees them."""
    linked = seen.filter(Q(split_from__in=numbers) | Q(duplicate_of__in=numbers)).order_by("pk")
    for number, split_from, duplicate_of in linked.values_list("pk", "split_from", "duplicate_of"):
        found.parts[split_from or 0].append(number)
        found.merged[duplicate_of or 0].append(number)


_MERGED = """
WITH RECURSIVE merged (id, stays) AS (
    SELECT id, duplicate_of_id FROM claims_claim WHERE duplicate_of_id = ANY(%s)
     UNION
    SELECT claim.id, merged.stays FROM claims_claim claim JOIN merged ON claim.duplicate_of_id = merged.id
) SELECT id, stays FROM merged
"""


def _read_merged(found: Around, seen: QuerySet[Claim], numbers: Sequence[int]) -> None:
    """The quotes of all that was merged into these claims, at first or later, as far as the viewer sees those."""
    with connection.cursor() as cursor:
        cursor.execute(_MERGED, [list(numbers)])
        pairs = cursor.fetchall()
    if not pairs:
        return
    stays: dict[int, list[int]] = defaultdict(list)  # one may stand for several of the page: a chain of merges
    for merged, number in pairs:
        stays[merged].append(number)
    rows = Appearance.objects.filter(claim__in=seen.filter(pk__in=list(stays)).values("pk"))
    for quote in _with_place(rows.order_by("claim_id", "pk")):
        for number in stays[quote.claim_id]:
            found.merged_quotes[number].append(quote)


def first_appearances(numbers: Sequence[int]) -> Sequence[Appearance]:
    """The quotes that claims were made from, with their article and chain, without the article's text."""
    return _with_place(Appearance.objects.filter(claim__in=numbers, is_first=True))


def _with_place(rows: QuerySet[Appearance]) -> list[Appearance]:
    rows = rows.select_related("revision__article__outlet").defer("revision__text")
    return list(rows.prefetch_related("chain__source"))
