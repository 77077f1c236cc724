"""What the page of one claim is made of, each part by a query or two of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, ExpressionWrapper, OuterRef, Prefetch, Q, QuerySet

from claims.models import Appearance, Claim, Evidence, Visibility
from claims.models.evidence import EvidenceQuerySet
from claims.models.many import any_of
from claims.models.worded import worded
from claims.permissions import Viewer, of_their_desks, sees_protected, visible_claims
from reviews.models import Assignment, Interest

_PEOPLE = ("reviewer__user", "review__reviewer__user")


@dataclass(frozen=True)
class Merged:
    """A claim that was merged into this one: where it stands, and its evidence as far as the reader may see it."""

    claim: Claim
    appearances: Sequence[Appearance]
    evidence: Sequence[Evidence]


def assignments_of(claim: Claim) -> list[Assignment]:
    """Newest first, `declared` naming the sources of the claim in which whoever holds it has declared an interest."""
    places = claim.appearances.all()  # prefetched with their chains
    sources = {step.source_id for place in places for step in place.chain.all() if step.source_id}
    sources |= {place.revision.article.outlet_id for place in places}
    return _seats(claim.pk, sorted(sources))


@worded
def _seats(claim: int, sources: list[int]) -> QuerySet[Assignment]:
    declared = Interest.objects.filter(reviewer=OuterRef("reviewer"), source__in=any_of(sources))
    named = ArraySubquery(declared.order_by("source__name").values("source__name"))
    seats = Assignment.objects.filter(claim=claim).select_related(*_PEOPLE).annotate(declared=named)
    return seats.order_by("-assigned_at")


def linked_to(claim: Claim, viewer: Viewer, now: datetime) -> tuple[list[Claim], list[Merged]]:
    """What was split off the claim, and what was merged into it: one query, two more where there is any."""
    places = Appearance.objects.select_related("revision__article__outlet").defer("revision__text")
    items = Prefetch("evidence", Evidence.objects.standing())
    merged = Claim.objects.merged_into(claim.pk).values("pk")
    is_merged = ExpressionWrapper(Q(pk__in=merged), output_field=BooleanField())
    seen = visible_claims(viewer, now).annotate(is_merged=is_merged).order_by("pk")
    seen = seen.filter(Q(split_from=claim) | Q(is_merged=True))
    claims = list(seen.prefetch_related(Prefetch("appearances", places), items))
    parts: list[Claim] = [one for one in claims if one.split_from_id == claim.pk]
    return parts, [
        Merged(one, list(one.appearances.all()), [item for item in one.evidence.all() if _may_see(item, one, viewer)])
        for one in claims
        if one.is_merged
    ]


def _may_see(item: Evidence, claim: Claim, viewer: Viewer) -> bool:
    """Nobody is on a merged claim any more, so what is protected is for its desk's editors."""
    return item.visibility != Visibility.PROTECTED or claim.desk_id in viewer.editor_of


def of_round(claim: Claim, assignments: Sequence[Assignment]) -> list[Assignment]:
    """Completed assignments of the running round: those with a review."""
    return [one for one in assignments if one.round == claim.round and hasattr(one, "review")]


def is_by(assignment: Assignment, user_id: int | None) -> bool:
    """Whether the seat is this person's."""
    return assignment.reviewer.user_id == user_id


def siblings_of(appearance: Appearance | None, viewer: Viewer) -> list[Appearance]:
    """Every quote of the same text whose claim the reader may see, in the order of the text; none without a text."""
    if appearance is None:
        return []
    return [one for one in _quotes_of(appearance.revision_id) if of_their_desks(viewer, one.claim.desk_id)]


@worded
def _quotes_of(revision: int) -> QuerySet[Appearance]:
    there = Appearance.objects.filter(revision=revision).order_by("start", "id")
    return there.select_related("claim").only("start", "end", "claim__desk")  # there may be hundreds


def evidence_seen(viewer: Viewer, claim: Claim, *, on_it: bool) -> list[Evidence]:
    """The evidence that the reader may see, oldest first."""
    return (_all_evidence if sees_protected(viewer, claim, on_it=on_it) else _open_evidence)(claim.pk)


def _in_order(items: EvidenceQuerySet) -> QuerySet[Evidence]:
    return items.with_reading().select_related("derives_from").order_by("added_at", "id")


@worded
def _all_evidence(claim: int) -> QuerySet[Evidence]:
    return _in_order(Evidence.objects.filter(claim=claim))


@worded
def _open_evidence(claim: int) -> QuerySet[Evidence]:
    return _in_order(Evidence.objects.filter(claim=claim).exclude(visibility=Visibility.PROTECTED))
