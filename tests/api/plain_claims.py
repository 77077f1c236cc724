"""A claim as the API promises it, rendered plainly: read by the ORM and put together here, piece by piece.

The product lets the database write this JSON in one statement (`reviews.api.claim_pages`). That is held to this.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from claims.api.article_shapes import desk_out
from claims.deadlines import TimeFlag
from claims.exports.times import rfc3339
from claims.models import Appearance, Claim, Decision, Evidence, Flag, Visibility
from claims.permissions import Viewer, visible_claims
from reviews.api.claim_linked import Linked, read_linked, with_place
from reviews.api.claim_shapes import (
    chain_out,
    flags_of,
    merged_quote_out,
    publication_out,
    quote_out,
    verdict_out,
)
from reviews.models import Assignment, Course
from reviews.services.rules import earlier_seen
from reviews.services.whydue import why_due


@dataclass
class Around:
    """What stands around the claims of one page, by claim number."""

    quotes: dict[int, Appearance] = field(default_factory=dict)
    standing: dict[int, Decision] = field(default_factory=dict)
    told: dict[int, Decision] = field(default_factory=dict)
    linked: Linked = field(default_factory=Linked)
    assignments: dict[int, list[Assignment]] = field(default_factory=lambda: defaultdict(list))
    evidence: dict[int, tuple[int, int]] = field(default_factory=dict)
    flags: dict[int, list[Flag]] = field(default_factory=lambda: defaultdict(list))
    courses: dict[int, Course] = field(default_factory=dict)
    earlier: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    why_due: dict[int, str] = field(default_factory=dict)


def around(claims: Sequence[Claim], viewer: Viewer, now: datetime) -> Around:
    """Read it."""
    found, numbers = Around(), [claim.pk for claim in claims]
    for appearance in with_place(Appearance.objects.filter(claim__in=numbers, is_first=True)):
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
    found.linked = read_linked(visible_claims(viewer, now), numbers)
    return found


def claims_out(
    claims: Sequence[Claim], viewer: Viewer, now: datetime, link: Callable[[str], str]
) -> list[dict[str, Any]]:
    """The claims of one page, each a `ClaimOut`."""
    found = around(claims, viewer, now)
    return [_claim(claim, found, viewer, now, link) for claim in claims]


def _claim(claim: Claim, found: Around, viewer: Viewer, now: datetime, link: Callable[[str], str]) -> dict[str, Any]:
    standing, quote, people = found.standing.get(claim.pk), found.quotes.get(claim.pk), found.assignments[claim.pk]
    return {
        "id": claim.pk,
        "version": claim.version,
        "statement": claim.statement,
        "short_text": claim.short_text,
        "language": claim.language,
        "topics": list(claim.topics),
        "desk": desk_out(claim.desk),
        "priority": claim.priority,
        "state": str(claim.state),
        "state_label": claim.get_state_display(),
        "flags": flags_out(claim, standing, found.flags[claim.pk], now),
        "review_due_at": rfc3339(claim.review_due_at),
        "review_due_why": found.why_due.get(claim.pk, "") if claim.review_due_at else "",
        "first_review_due_at": rfc3339(claim.first_review_due_at),
        "own_date": own_date_out(claim),
        "waiting": waiting_out(claim),
        "dismissal": dismissal_out(claim),
        "split_from": claim.split_from_id,
        "parts": found.linked.parts[claim.pk],
        "merged": found.linked.merged[claim.pk],
        "quote": quote_out(quote) if quote else None,
        "chain": chain_out(quote) if quote else [],
        "merged_quotes": [merged_quote_out(one) for one in found.linked.merged_quotes[claim.pk]],
        "verdict": verdict_out(standing) if standing else None,
        "publication": publication_out(found.told[claim.pk]) if claim.pk in found.told else None,
        "assignees": [assignee_out(assignment) for assignment in people],
        "course": course_out(found.courses[claim.pk], found) if claim.pk in found.courses else None,
        "evidence_count": _evidence_count(claim, found, viewer),
        "selection_reason": claim.selection_reason,
        "accepted_at": rfc3339(claim.accepted_at),
        "created_at": rfc3339(claim.created_at),
        "updated_at": rfc3339(claim.updated_at),
        "links": links_out(claim.pk, link),
    }


def _evidence_count(claim: Claim, found: Around, viewer: Viewer) -> int:
    """Standing items the viewer may see: protected ones count only for whoever is on it and its desk's editors."""
    every, shown = found.evidence.get(claim.pk, (0, 0))
    mine = viewer.user is not None and any(
        assignment.reviewer.user_id == viewer.user.pk for assignment in found.assignments[claim.pk]
    )
    return every if mine or claim.desk_id in viewer.editor_of else shown


def flags_out(claim: Claim, standing: Decision | None, logged: Sequence[Flag], now: datetime) -> list[dict[str, Any]]:
    """What holds of a claim now: the clock's flags computed, the others as they were raised."""
    raised = {flag.kind: (rfc3339(flag.raised_at), flag.reason) for flag in logged}
    return flags_of(claim.date_facts(standing), raised, now)


def own_date_out(claim: Claim) -> dict[str, Any] | None:
    """The claim's own date and how it was read."""
    if claim.confirm_by is None:
        return None
    return {
        "confirm_from": rfc3339(claim.confirm_from),
        "confirm_by": rfc3339(claim.confirm_by),
        "precision": claim.confirm_precision,
        "zone": claim.confirm_zone,
        "zone_basis": claim.confirm_zone_basis,
        "words": claim.confirm_words,
        "counted_from": rfc3339(claim.confirm_counted_from),
        "read_by": claim.confirm_read_by,
    }


def waiting_out(claim: Claim) -> dict[str, Any] | None:
    """What a parked claim waits for."""
    if not claim.waiting_reason:
        return None
    return {
        "reason": claim.waiting_reason,
        "reason_label": claim.get_waiting_reason_display(),
        "note": claim.waiting_note,
        "until": rfc3339(claim.waiting_until),
    }


def dismissal_out(claim: Claim) -> dict[str, Any] | None:
    """Why a claim is not checked."""
    if not claim.dismissal_reason:
        return None
    return {
        "reason": claim.dismissal_reason,
        "reason_label": claim.get_dismissal_reason_display(),
        "note": claim.dismissal_note,
        "duplicate_of": claim.duplicate_of_id,
    }


def assignee_out(assignment: Assignment) -> dict[str, Any]:
    """Somebody who is on the claim."""
    return {
        "assignment": assignment.pk,
        "reviewer": assignment.reviewer_id,
        "name": str(assignment.reviewer),
        "part": str(assignment.part),
        "since": rfc3339(assignment.assigned_at),
    }


def course_out(course: Course, found: Around) -> dict[str, Any]:
    """How the claim is handled, and by which rule's word; of the rules before it those that the viewer sees."""
    rule = course.rule
    return {
        "rule": {"id": rule.rule_id, "version": rule.number, "name": rule.name} if rule else None,
        "earlier": found.earlier.get(course.claim_id, []),
        "skills": list(course.topics),
        "review_policy": course.review_policy.name if course.review_policy else None,
        "deadline_policy": course.deadline_policy.name if course.deadline_policy else None,
        "settled_at": rfc3339(course.set_at),
    }


def links_out(number: int, link: Callable[[str], str]) -> dict[str, str]:
    """Where to go from a claim."""
    own = f"/api/v1/claims/{number}"
    return {
        "self": link(own),
        "actions": link(f"{own}/actions"),
        "allowed_actions": link(f"{own}/allowed_actions"),
        "evidence": link(f"{own}/evidence"),
        "events": link(f"{own}/events"),
        "admin": link(f"/admin/claims/claim/{number}/change/"),
    }
