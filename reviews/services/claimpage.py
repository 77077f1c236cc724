"""Everything the page of one claim shows, each part read once, when something asks for it, and without its lock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

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
)
from claims.models.worded import worded
from claims.permissions import Viewer, desk_roles, sees_claim, sees_where
from claims.services.transitions import Held
from reviews.models import Assignment, AssignmentStatus, Course, Part, Review, ReviewPolicy, SecondOpinion
from reviews.models.assignment import HOLDING
from reviews.permissions import roles_with
from reviews.services.acting import Acting, Offer, offers_to
from reviews.services.claimparts import Merged, evidence_seen, is_by, linked_to, of_round, read_parts, siblings_of
from reviews.services.queueplaces import Place, place_of
from reviews.services.rules import earlier_seen
from reviews.services.seats import Seats, asked_by
from reviews.visibility import Seen, may_read_reviews

EVENTS = 200


@dataclass(frozen=True)
class ClaimPage:
    """One claim as somebody sees it at one moment. `mine` is their open assignment.

    What every step of the claim needs is read at once. The rest, which only the claim's own page shows whole, is read
    when it is asked for first: a dialog costs no article, no evidence and no history.
    """

    claim: Claim
    viewer: Viewer
    now: datetime
    assignments: Sequence[Assignment]
    mine: Assignment | None
    roles: frozenset[Role]

    @property
    def decisions(self) -> list[Decision]:
        """Every decision, the latest first."""
        return list(self.claim.all_decisions)  # type: ignore[attr-defined]  # read by `read_claim`

    @property
    def flags(self) -> list[Flag]:
        """The flags that stand."""
        return list(self.claim.standing_flags)  # type: ignore[attr-defined]  # read by `read_claim`

    @cached_property
    def appearance(self) -> Appearance | None:
        """Where the claim stands first."""
        return self.claim.first_appearance()

    @property
    def chain(self) -> list[ChainStep]:
        """Who passed it on there, the nearest to the article first."""
        return list(self.appearance.chain.all()) if self.appearance else []

    @cached_property
    def siblings(self) -> list[Appearance]:
        """All claims of the same text that the reader may see, in its order."""
        return siblings_of(self.appearance, self.viewer)

    @cached_property
    def evidence(self) -> list[Evidence]:
        """The evidence that the reader may see, oldest first."""
        return evidence_seen(self.viewer, self.claim, on_it=self.mine is not None)

    @cached_property
    def events(self) -> list[ClaimEvent]:
        """The newest events of its history, the newest first."""
        return list(self.claim.events.order_by("-seq")[:EVENTS])

    @cached_property
    def course(self) -> Course | None:
        """Which rule took it, how many judge it and when they have to."""
        return _courses.one(self.claim.pk)

    @property
    def policy(self) -> ReviewPolicy | None:
        """How many judge it; None: one."""
        return self.course.review_policy if self.course else None

    @cached_property
    def opinion(self) -> SecondOpinion | None:
        """The second opinion asked for in this round."""
        return _opinions.one(self.claim.pk, self.claim.round)

    @cached_property
    def earlier(self) -> Sequence[dict[str, Any]]:
        """Why rules before the one that took it did not, as far as the reader sees them."""
        return earlier_seen([self.course], self.viewer).get(self.claim.pk, []) if self.course else []

    @property
    def split(self) -> bool:
        """Whether the reviews of the round differ."""
        return any(flag.kind == FlagKind.SPLIT for flag in self.flags)

    @cached_property
    def seats(self) -> Seats:
        """The seats of the running round."""
        asked = asked_by(self.policy).and_more(int(self.opinion is not None))
        return Seats(asked, self.split, _held(self.claim, self.assignments))

    @cached_property
    def reviews(self) -> list[Review]:
        """The reviews of the running round that the reader may see."""
        return _readable(self.claim, self.assignments, self.mine, self.viewer, split=self.split)

    @property
    def my_review(self) -> Review | None:
        """The reader's own review of the running round."""
        done = of_round(self.claim, self.assignments)
        return next((one.review for one in done if is_by(one, _number(self.viewer))), None)

    @cached_property
    def offers(self) -> dict[Action, Offer]:
        """What the reader may do with it, or why not."""
        held = _as_held(self.claim, self.decisions, self.now)
        acting = Known(held, self.viewer.actor.having(*self.roles), self.mine, self.assignments)
        return {offer.action: offer for offer in offers_to(acting)}

    @cached_property
    def place(self) -> Place:
        """Where it stands in the reader's own queue."""
        return place_of(self.claim.pk, self.viewer, self.now)

    @cached_property
    def linked(self) -> tuple[list[Claim], list[Merged]]:
        """What was split off it, and what was merged into it."""
        return linked_to(self.claim, self.viewer, self.now)

    @property
    def parts(self) -> list[Claim]:
        return self.linked[0]

    @property
    def merged(self) -> list[Merged]:
        return self.linked[1]

    @cached_property
    def revised(self) -> Sequence[RevisedPassage]:
        """What later texts make of its quotes and of those of claims merged into it."""
        return RevisedPassage.objects.of([self.claim.pk, *(one.claim.pk for one in self.merged)])

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
    claim = _claims.one(claim_id)
    if claim is None or not _sees(viewer, claim):
        raise NotFound(f"There is no claim #{claim_id}.")
    assignments = read_parts(claim)
    mine = _mine(assignments, _number(viewer))
    return ClaimPage(claim, viewer, now, assignments, mine, roles_with(viewer, claim, mine))


@worded
def _claims(claim: int) -> QuerySet[Claim]:
    whole = Claim.objects.with_holding().select_related("desk", "head", "duplicate_of", "made_by_user", "made_by_key")
    return whole.filter(pk=claim)


def _sees(viewer: Viewer, claim: Claim) -> bool:
    if viewer.user is None:
        return sees_claim(viewer, claim.pk)
    return sees_where(viewer, claim.desk_id, claim.holding or ())


@worded
def _courses(claim: int) -> QuerySet[Course]:
    return Course.objects.select_related("rule", "review_policy", "deadline_policy").filter(claim=claim)


@worded
def _opinions(claim: int, round_number: int) -> QuerySet[SecondOpinion]:
    return SecondOpinion.objects.filter(claim=claim, round=round_number).order_by("pk")[:1]


def _number(viewer: Viewer) -> int | None:
    """The number of the person who reads; None for a key."""
    return viewer.user.pk if viewer.user else None


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
        done = of_round(self.held.claim, self.seats)
        first = min(done, key=lambda one: (one.review.submitted_at, one.review.pk), default=None)
        return first.reviewer.user_id if first is not None else None


def _as_held(claim: Claim, decisions: Sequence[Decision], now: datetime) -> Held:
    """The claim as its checks see it, with the decisions that have been read already."""
    held = Held(claim, claim.head, now)
    held.decide(next((one for one in decisions if one.standing), None))
    held.tell(next((one for one in decisions if one.is_public), None))
    return held


def _mine(assignments: Sequence[Assignment], me: int | None) -> Assignment | None:
    held = (one for one in assignments if one.status == AssignmentStatus.OPEN and is_by(one, me))
    return min(held, key=lambda one: one.pk, default=None)


def _held(claim: Claim, assignments: Sequence[Assignment]) -> list[tuple[str, int, str]]:
    here = (one for one in assignments if one.round == claim.round and one.status in HOLDING)
    return [(one.part, one.seat, one.status) for one in here]


def _readable(
    claim: Claim, assignments: Sequence[Assignment], mine: Assignment | None, viewer: Viewer, *, split: bool
) -> list[Review]:
    """The reviews of the running round this reader may see: their own always, the others under the blind rule."""
    me = _number(viewer)
    done = of_round(claim, assignments)
    adjudicates = mine is not None and mine.part == Part.ADJUDICATION
    may_adjudicate = adjudicates or Role.EDITOR in desk_roles(viewer, claim.desk_id)
    reader = Seen(mine is not None and not adjudicates, any(is_by(one, me) for one in done), may_adjudicate)
    everything = may_read_reviews(reader, decided=claim.state == State.DECIDED, split=split)
    return [one.review for one in done if everything or is_by(one, me)]
