"""Everything the page of one claim shows, read in a fixed number of queries and without its lock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, ExpressionWrapper, OuterRef, Prefetch, Q

from claims.errors import NotFound
from claims.lifecycle import Action, Role, State
from claims.models import (
    Appearance,
    ChainStep,
    Claim,
    ClaimEvent,
    Decision,
    Evidence,
    Flag,
    FlagKind,
    RevisedPassage,
    Visibility,
)
from claims.permissions import Viewer, desk_roles, visible_claims, visible_evidence
from claims.services.transitions import Held
from reviews.models import Assignment, AssignmentStatus, Course, Interest, Part, Review, ReviewPolicy, SecondOpinion
from reviews.models.assignment import HOLDING
from reviews.permissions import roles_with
from reviews.services.acting import Acting, Offer, offers_to
from reviews.services.queueplaces import Place, place_of
from reviews.services.rules import earlier_seen
from reviews.services.seats import Seats, asked_by
from reviews.visibility import Seen, may_read_reviews

EVENTS = 200
_PEOPLE = ("reviewer__user", "review__reviewer__user")


@dataclass(frozen=True)
class Merged:
    """A claim that was merged into this one: where it stands, and its evidence as far as the reader may see it."""

    claim: Claim
    appearances: Sequence[Appearance]
    evidence: Sequence[Evidence]


@dataclass(frozen=True)
class ClaimPage:
    """One claim as somebody sees it at one moment. `mine` is their open assignment.

    `earlier` says why rules before the one that took it did not, as far as the reader sees them. `revised` is what
    later texts make of its quotes, `policy` says how many judge it (None: one), `opinion` is the second opinion asked
    for in this round, `seats` are the round's.
    """

    claim: Claim
    appearance: Appearance | None
    chain: Sequence[ChainStep]
    siblings: Sequence[Appearance]
    evidence: Sequence[Evidence]
    assignments: Sequence[Assignment]
    reviews: Sequence[Review]
    decisions: Sequence[Decision]
    events: Sequence[ClaimEvent]
    flags: Sequence[Flag]
    policy: ReviewPolicy | None
    opinion: SecondOpinion | None
    seats: Seats
    mine: Assignment | None
    my_review: Review | None
    roles: frozenset[Role]
    offers: dict[Action, Offer]
    place: Place
    course: Course | None
    earlier: Sequence[dict[str, Any]]
    parts: Sequence[Claim]
    merged: Sequence[Merged]
    revised: Sequence[RevisedPassage]

    @property
    def older(self) -> int:
        """How many events went before the newest ones, which `events` are."""
        return self.events[-1].seq - 1 if self.events else 0

    @property
    def interests(self) -> list[str]:
        """The sources in which the reader, who is on the claim, has declared an interest, by name."""
        return getattr(self.mine, "declared", [])

    @property
    def standing(self) -> Decision | None:
        return next((one for one in self.decisions if one.standing), None)

    @property
    def public(self) -> Decision | None:
        """What readers are told now."""
        return next((one for one in self.decisions if one.is_public), None)

    @property
    def told(self) -> list[Decision]:
        """Every decision readers were ever told, the latest first."""
        return [one for one in self.decisions if one.published_at is not None]

    @property
    def differing(self) -> Sequence[Review]:
        """The reviews that differ, oldest first, for somebody who may read them to settle it; else none."""
        if not self.seats.split or len(self.reviews) < 2:
            return ()
        return sorted(self.reviews, key=lambda review: review.pk)

    @property
    def holders(self) -> list[Assignment]:
        """Who still has something to do on the claim."""
        return [one for one in self.assignments if one.status == AssignmentStatus.OPEN]

    def neighbour(self, step: int) -> int | None:
        """The claim whose words stand before (-1) or after (1) these in the article."""
        ids = list(dict.fromkeys(one.claim_id for one in self.siblings))
        if self.claim.pk not in ids:
            return None
        at = ids.index(self.claim.pk) + step
        return ids[at] if 0 <= at < len(ids) else None


def read_claim(claim_id: int, viewer: Viewer, now: datetime) -> ClaimPage:
    """Read the claim for somebody who may see it. Raises `NotFound`."""
    flags = Prefetch("flag_log", Flag.objects.standing(), to_attr="standing_flags")
    decisions = Prefetch("decisions", Decision.objects.order_by("-number"), to_attr="all_decisions")
    chain = Prefetch("chain", ChainStep.objects.select_related("source"))
    places = Appearance.objects.select_related("revision__article__outlet").prefetch_related(chain)
    claim = (
        visible_claims(viewer, now)
        .select_related("desk", "head", "duplicate_of", "made_by_user", "made_by_key")
        .prefetch_related(flags, decisions, Prefetch("appearances", places))
        .filter(pk=claim_id)
        .first()
    )
    if claim is None:
        raise NotFound(f"There is no claim #{claim_id}.")
    return _page(claim, viewer, now)


def _assignments(claim: Claim) -> list[Assignment]:
    """Newest first, `declared` naming the sources of the claim in which whoever holds it has declared an interest."""
    places = claim.appearances.all()  # prefetched with their chains
    sources = {step.source_id for place in places for step in place.chain.all() if step.source_id}
    sources |= {place.revision.article.outlet_id for place in places}
    declared = Interest.objects.filter(reviewer=OuterRef("reviewer"), source__in=sorted(sources))
    named = ArraySubquery(declared.order_by("source__name").values("source__name"))
    seats = Assignment.objects.filter(claim=claim).select_related(*_PEOPLE).annotate(declared=named)
    return list(seats.order_by("-assigned_at"))


def _page(claim: Claim, viewer: Viewer, now: datetime) -> ClaimPage:
    me = viewer.user.pk if viewer.user else None
    assignments = _assignments(claim)
    mine = _mine(assignments, me)
    roles = roles_with(viewer, claim, mine)
    flags: list[Flag] = claim.standing_flags  # type: ignore[attr-defined]  # prefetched above
    decisions: list[Decision] = claim.all_decisions  # type: ignore[attr-defined]  # prefetched above
    appearance = claim.first_appearance()
    done = _of_round(claim, assignments)
    acting = Known(_as_held(claim, decisions, now), viewer.actor.having(*roles), mine, assignments)
    split = any(flag.kind == FlagKind.SPLIT for flag in flags)
    course = Course.objects.filter(claim=claim).select_related("rule", "review_policy", "deadline_policy").first()
    policy = course.review_policy if course else None
    opinion = SecondOpinion.objects.filter(claim=claim, round=claim.round).first()
    parts, merged = _linked(claim, viewer, now)
    return ClaimPage(
        claim=claim,
        appearance=appearance,
        chain=list(appearance.chain.all()) if appearance else [],
        siblings=_siblings(appearance, viewer),
        evidence=_evidence(viewer, claim, on_it=mine is not None),
        assignments=assignments,
        reviews=_readable(claim, assignments, mine, viewer, split=split),
        decisions=decisions,
        events=list(claim.events.order_by("-seq")[:EVENTS]),
        flags=flags,
        policy=policy,
        opinion=opinion,
        seats=Seats(asked_by(policy).and_more(int(opinion is not None)), split, _held(claim, assignments)),
        mine=mine,
        my_review=next((one.review for one in done if _is_by(one, me)), None),
        roles=roles,
        offers={offer.action: offer for offer in offers_to(acting)},
        place=place_of(claim.pk, viewer, now),
        course=course,
        earlier=earlier_seen([course], viewer).get(claim.pk, []) if course else [],
        parts=parts,
        merged=merged,
        revised=RevisedPassage.objects.of([claim.pk, *(one.claim.pk for one in merged)]),
    )


def _linked(claim: Claim, viewer: Viewer, now: datetime) -> tuple[list[Claim], list[Merged]]:
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


@dataclass(frozen=True)
class Known(Acting):
    """Somebody who acts on a claim whose seats and reviews of the running round have been read already."""

    seats: Sequence[Assignment] = ()

    @cached_property
    def has_holder(self) -> bool:
        """Whether somebody holds a seat that could be left."""
        return any(one.status == AssignmentStatus.OPEN for one in self.seats)

    @cached_property
    def first_reviewer(self) -> int | None:
        """The person who judged the claim first in the running round."""
        done = _of_round(self.held.claim, self.seats)
        first = min(done, key=lambda one: (one.review.submitted_at, one.review.pk), default=None)
        return first.reviewer.user_id if first is not None else None


def _as_held(claim: Claim, decisions: Sequence[Decision], now: datetime) -> Held:
    """The claim as its checks see it, with the decisions that have been read already."""
    held = Held(claim, claim.head, now)
    held.decide(next((one for one in decisions if one.standing), None))
    held.tell(next((one for one in decisions if one.is_public), None))
    return held


def _mine(assignments: Sequence[Assignment], me: int | None) -> Assignment | None:
    held = (one for one in assignments if one.status == AssignmentStatus.OPEN and _is_by(one, me))
    return min(held, key=lambda one: one.pk, default=None)


def _held(claim: Claim, assignments: Sequence[Assignment]) -> list[tuple[str, int, str]]:
    here = (one for one in assignments if one.round == claim.round and one.status in HOLDING)
    return [(one.part, one.seat, one.status) for one in here]


def _of_round(claim: Claim, assignments: Sequence[Assignment]) -> list[Assignment]:
    """Completed assignments of the running round: those with a review."""
    return [one for one in assignments if one.round == claim.round and hasattr(one, "review")]


def _is_by(assignment: Assignment, user_id: int | None) -> bool:
    return assignment.reviewer.user_id == user_id


def _readable(
    claim: Claim, assignments: Sequence[Assignment], mine: Assignment | None, viewer: Viewer, *, split: bool
) -> list[Review]:
    """The reviews of the running round this reader may see: their own always, the others under the blind rule."""
    me = viewer.user.pk if viewer.user else None
    done = _of_round(claim, assignments)
    adjudicates = mine is not None and mine.part == Part.ADJUDICATION
    may_adjudicate = adjudicates or Role.EDITOR in desk_roles(viewer, claim.desk_id)
    reader = Seen(mine is not None and not adjudicates, any(_is_by(one, me) for one in done), may_adjudicate)
    everything = may_read_reviews(reader, decided=claim.state == State.DECIDED, split=split)
    return [one.review for one in done if everything or _is_by(one, me)]


def _siblings(appearance: Appearance | None, viewer: Viewer) -> list[Appearance]:
    if appearance is None:
        return []
    there = Appearance.objects.filter(revision=appearance.revision_id).select_related("claim").order_by("start", "id")
    return [
        one for one in there if viewer.desks is None or one.claim.desk_id is None or one.claim.desk_id in viewer.desks
    ]


def _evidence(viewer: Viewer, claim: Claim, *, on_it: bool) -> list[Evidence]:
    seen = visible_evidence(viewer, claim, on_it=on_it)
    return list(seen.with_reading().select_related("derives_from").order_by("added_at", "id"))
