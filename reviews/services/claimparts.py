"""What the page of one claim is made of, each part by a query or two of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, ExpressionWrapper, OuterRef, Prefetch, Q, QuerySet

from claims.models import Appearance, ChainStep, Claim, Decision, Evidence, Flag, Visibility
from claims.models.evidence import EvidenceQuerySet
from claims.models.many import any_of
from claims.models.worded import hold, worded
from claims.permissions import Viewer, of_their_desks, sees_protected, visible_claims
from reviews.models import Assignment, Interest

_PEOPLE = ("reviewer__user", "review__reviewer__user")


@dataclass(frozen=True)
class Merged:
    """A claim that was merged into this one: where it stands, and its evidence as far as the reader may see it."""

    claim: Claim
    appearances: Sequence[Appearance]
    evidence: Sequence[Evidence]


def read_parts(claim: Claim) -> list[Assignment]:
    """Give a claim what its steps need: the flags that stand, its decisions, where it was said. Answers its seats."""
    parts: Any = claim
    parts.standing_flags, parts.all_decisions = _flags(claim.pk), _decisions(claim.pk)
    steps, places = _steps(claim.pk), _places(claim.pk)
    for place in places:
        hold(place, "chain", [step for step in steps if step.appearance_id == place.pk])
    hold(claim, "appearances", places)
    return _assignments_of(claim)


@worded
def _flags(claim: int) -> QuerySet[Flag]:
    return Flag.objects.standing().filter(claim=claim)


@worded
def _decisions(claim: int) -> QuerySet[Decision]:
    return Decision.objects.filter(claim=claim).order_by("-number")


@worded
def _places(claim: int) -> QuerySet[Appearance]:
    return Appearance.objects.filter(claim=claim).select_related("revision__article__outlet")


@worded
def _steps(claim: int) -> QuerySet[ChainStep]:
    return ChainStep.objects.filter(appearance__claim=claim).select_related("source")


def _assignments_of(claim: Claim) -> list[Assignment]:
    """Newest first, `declared` naming the sources of the claim in which whoever holds it has declared an interest."""
    places = claim.appearances.all()  # read with their chains
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
    """What was split off the claim, and what was merged into it: one query, three more where there is any."""
    if not _links(claim.pk, claim.pk):
        return [], []
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


@worded
def _links(split: int, merged: int) -> QuerySet[Claim, int]:
    """The number of a claim that is linked to this one, whoever may see it."""
    into = Claim.objects.merged_into(merged).values("pk")
    return Claim.objects.filter(Q(split_from=split) | Q(pk__in=into)).order_by().values_list("pk", flat=True)[:1]


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
