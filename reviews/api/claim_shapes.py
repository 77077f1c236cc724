"""A claim as the API shows it, in lists and alone. Rows are read in a fixed number of queries, whatever the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from claims.api.article_shapes import desk_out, source_out
from claims.deadlines import DateFacts, holding, moments
from claims.exports.times import rfc3339
from claims.models import Appearance, ChainStep, Claim, Decision, Flag, FlagKind
from claims.permissions import Viewer
from claims.wordings import flag_words, said_words, so_words
from reviews.api.claim_around import Around, around
from reviews.models import Assignment, Course


def claims_out(
    claims: Sequence[Claim], viewer: Viewer, now: datetime, link: Callable[[str], str]
) -> list[dict[str, Any]]:
    """The claims of one page, each a `ClaimOut`."""
    found = around(claims, viewer, now)
    return [_claim(claim, found, viewer, now, link) for claim in claims]


def claim_out(claim: Claim, viewer: Viewer, now: datetime, link: Callable[[str], str]) -> dict[str, Any]:
    """One claim, exactly as in a list."""
    return claims_out([claim], viewer, now, link)[0]


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
        "parts": found.parts[claim.pk],
        "merged": found.merged[claim.pk],
        "quote": quote_out(quote) if quote else None,
        "chain": chain_out(quote) if quote else [],
        "merged_quotes": [merged_quote_out(one) for one in found.merged_quotes[claim.pk]],
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


def flags_of(facts: DateFacts, raised: Mapping[str, tuple[str, str]], now: datetime) -> list[dict[str, Any]]:
    """The same from the facts. `raised` are the flags that are not the clock's: since when, and why."""
    wanted = moments(facts)
    holds = {str(kind): (rfc3339(wanted[kind]), "") for kind in holding(wanted, now)} | dict(raised)
    if not holds:
        return []
    return [
        {"kind": kind, "label": flag_words(kind), "since": holds[kind][0], "reason": holds[kind][1]}
        for kind in FlagKind.values
        if kind in holds
    ]


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


def quote_out(quote: Appearance) -> dict[str, Any]:
    """The exact words, where they stand, and the hedge as printed."""
    article = quote.revision.article
    return {
        "exact": quote.exact,
        "prefix": quote.prefix,
        "suffix": quote.suffix,
        "start": quote.start,
        "end": quote.end,
        "article": {
            "id": article.pk,
            "headline": article.headline,
            "url": article.canonical_url,
            "outlet": source_out(article.outlet),
            "published_at": rfc3339(article.published_at),
        },
        "revision": quote.revision.number,
        "hedge": {
            "words": list(quote.hedge_words),
            "kind": quote.hedge_kind,
            "low": quote.hedge_low,
            "high": quote.hedge_high,
            "scale": quote.hedge_scale,
        },
    }


def merged_quote_out(quote: Appearance) -> dict[str, Any]:
    """A quote of a claim that was merged, with its own chain."""
    return {"claim": quote.claim_id, **quote_out(quote), "chain": chain_out(quote)}


def chain_out(quote: Appearance) -> list[dict[str, Any]]:
    """Through whom it came."""
    return [step_out(step) for step in quote.chain.all()]


def step_out(step: ChainStep) -> dict[str, Any]:
    """One step of the chain, from the article back to the origin."""
    return {
        "order": step.order,
        "source": source_out(step.source) if step.source else None,
        "verb": step.verb,
        "named": step.named,
        "on_record": step.on_record,
        "implied": step.implied,
        "link": step.link,
        "note": step.note,
    }


def verdict_out(decision: Decision) -> dict[str, Any]:
    """The standing answers. `so` is null where it was too early to tell."""
    return {
        "decision": decision.pk,
        "number": decision.number,
        "said": decision.said,
        "said_label": said_words(decision.said),
        "so": decision.so or None,
        "so_label": so_words(decision.so),
        "outcome": decision.outcome or None,
        "outcome_label": decision.get_outcome_display() if decision.outcome else "",
        "why": decision.why,
        "decided_at": rfc3339(decision.decided_at),
        "is_demo": decision.is_demo,
    }


def publication_out(decision: Decision) -> dict[str, Any]:
    """What readers were told last, and whether they still are."""
    return {
        **verdict_out(decision),
        "standing": decision.standing,
        **published_out(decision),
    }


def published_out(decision: Decision) -> dict[str, Any]:
    """How a decision was published, corrected and taken back."""
    return {
        "public": decision.is_public,
        "published_at": rfc3339(decision.published_at),
        "replaced_at": rfc3339(decision.replaced_at),
        "withdrawn_at": rfc3339(decision.withdrawn_at),
        "withdrawn_note": decision.withdrawn_note,
        "correction_class": decision.correction_class or None,
        "correction_class_label": decision.get_correction_class_display() if decision.correction_class else "",
        "correction_note": decision.correction_note,
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
