"""How many judge a claim: the seats its running round wants, who holds them, and which are free.

What is asked comes from the policy that was settled when the claim was accepted, and from second opinions asked for
since. The same stands here twice, for one held claim and as an expression over many; a test holds the two equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from claims.actors import Actor, ActorKind
from claims.errors import ActionNotPossible, ClaimDeskError
from claims.lifecycle import State
from claims.models import Claim, Flag, FlagKind
from claims.models.worded import worded
from claims.services.transitions import Held
from reviews.consensus import Asked
from reviews.errors import NotEligible, SeatTaken
from reviews.models import (
    Assignment,
    AssignmentStatus,
    Course,
    Part,
    PolicyKind,
    Review,
    Reviewer,
    ReviewPolicy,
    SecondOpinion,
)
from reviews.models.assignment import HOLDING


def policy_of(claim: Claim) -> ReviewPolicy | None:
    """The policy settled for a claim; None means one reviewer."""
    course = _courses.one(claim.pk)
    return course.review_policy if course else None


@worded
def _courses(claim: int) -> QuerySet[Course]:
    return Course.objects.filter(claim=claim).select_related("review_policy")


def asked_by(policy: ReviewPolicy | None) -> Asked:
    """Whom a policy asks."""
    if policy is None:
        return Asked()
    with_editor = policy.kind == PolicyKind.WITH_EDITOR
    return Asked(policy.judges - with_editor, with_editor, policy.agreeing)


def asked_of(claim: Claim) -> Asked:
    """Whom the claim's running round asks, second opinions included."""
    opinions = _second_opinions(claim.pk, claim.round)
    return asked_by(policy_of(claim)).and_more(len(opinions))


@worded
def _second_opinions(claim: int, round_number: int) -> QuerySet[SecondOpinion, int]:
    return SecondOpinion.objects.filter(claim=claim, round=round_number).values_list("pk", flat=True)


@dataclass(frozen=True)
class Seats:
    """The seats of one running round: what is asked, what is `held` (part, number, status), whether reviews differ."""

    asked: Asked
    split: bool
    held: Sequence[tuple[str, int, str]]

    def free(self, part: str) -> list[int]:
        """Seats of this part that nobody holds and that are to be given now.

        Once the reviews differ no more of them are: the adjudicator's seat is. The editor's seat opens when a
        reviewer's judgement is in.
        """
        taken = {seat for kind, seat, _ in self.held if kind == part}
        return [seat for seat in range(1, self._given_now(part) + 1) if seat not in taken]

    @property
    def editors(self) -> Part | None:
        """The part that waits for an editor now, if one does: to settle a disagreement, or to judge second."""
        return self.of_editors if self.free(self.of_editors) else None

    @property
    def of_editors(self) -> Part:
        """Which part is an editor's to take now, free or not."""
        return Part.ADJUDICATION if self.split else Part.EDITOR

    def why_none(self, part: str) -> ClaimDeskError:
        """Why no seat of this part is free."""
        if part == Part.ADJUDICATION and not self.split:
            return ActionNotPossible("An adjudicator is needed only when the reviews differ.")
        if part != Part.ADJUDICATION and self.split:
            return ActionNotPossible("The reviews differ. An adjudicator settles it; nobody else judges any more.")
        if part == Part.EDITOR and not self.asked.editor:
            return ActionNotPossible("This claim asks no editor for a second judgement.")
        if part == Part.EDITOR and not self._judged:
            return ActionNotPossible("The editor's seat opens when the reviewer's judgement is in.")
        return SeatTaken()

    @property
    def _judged(self) -> bool:
        return any(kind == Part.REVIEW and status == AssignmentStatus.COMPLETED for kind, _, status in self.held)

    def _given_now(self, part: str) -> int:
        if part == Part.ADJUDICATION:
            return int(self.split)
        if self.split:
            return 0
        return self.asked.reviewers if part == Part.REVIEW else int(self.asked.editor and self._judged)


def seats_of(claim: Claim) -> Seats:
    """The seats of the claim's running round as they are now."""
    return Seats(asked_of(claim), is_split(claim), _held(claim.pk, claim.round))


@worded
def _held(claim: int, round_number: int) -> QuerySet[Assignment, tuple[str, int, str]]:
    here = Assignment.objects.filter(claim=claim, round=round_number, status__in=HOLDING)
    return here.values_list("part", "seat", "status")


def free_seats(held: Held, part: Part = Part.REVIEW) -> list[int]:
    """Seats of this part in the running round of a held claim that are to be given now."""
    return seats_of(held.claim).free(part)


def check_free(held: Held, part: Part) -> int:
    """The first free seat of this part. Raises `SeatTaken`, or `ActionNotPossible` with why there is none."""
    seats = seats_of(held.claim)
    free = seats.free(part)
    if not free:
        raise seats.why_none(part)
    return free[0]


def why_not_seated(claim: Claim, part: Part, reviewer: Reviewer | None, by: Actor) -> ClaimDeskError:
    """Why somebody gets no seat of this part where none is free: none is asked for, or they or others have it."""
    refusal = seats_of(claim).why_none(part)
    if reviewer is None or not isinstance(refusal, SeatTaken):
        return refusal
    here = Assignment.objects.filter(claim=claim, round=claim.round, status__in=HOLDING, reviewer=reviewer)
    if not here.exists():
        return refusal
    themselves = by.kind == ActorKind.PERSON and by.id == reviewer.user_id
    return NotEligible(f"{'You are' if themselves else f'{reviewer} is'} on this claim already.")


def is_split(claim: Claim) -> bool:
    """Whether the reviews of the running round differ and nobody has settled it."""
    return bool(_standing_flags(claim.pk, FlagKind.SPLIT))


@worded
def _standing_flags(claim: int, kind: str) -> QuerySet[Flag, int]:
    return Flag.objects.standing().filter(claim=claim, kind=kind).values_list("pk", flat=True)


def reviewers_asked() -> Combinable:
    """The number of reviewers' seats a claim's running round wants, as an expression over `Claim`."""
    policy = "course__review_policy__"
    editors = Case(When(**{f"{policy}kind": PolicyKind.WITH_EDITOR}, then=Value(1)), default=Value(0))
    opinions = SecondOpinion.objects.filter(claim=OuterRef("pk"), round=OuterRef("round"))
    return Coalesce(F(f"{policy}judges") - editors, Value(1)) + _number(opinions)


def seats_held(part: Part = Part.REVIEW) -> Combinable:
    """The number of seats of this part that are held in a claim's running round, as an expression over `Claim`."""
    return _number(
        Assignment.objects.filter(claim=OuterRef("pk"), round=OuterRef("round"), part=part, status__in=sorted(HOLDING))
    )


def _number(rows: QuerySet[Assignment] | QuerySet[SecondOpinion]) -> Combinable:
    counted = rows.order_by().values("claim").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))


WORKED_ON = (State.QUEUED, State.IN_REVIEW, State.SECOND_OPINION)


def wanting_reviewers(claims: QuerySet[Claim]) -> QuerySet[Claim]:
    """Those of these claims that have a reviewer's seat to give, annotated with `seats_wanted` and `seats_held`."""
    split = Flag.objects.standing().filter(claim=OuterRef("pk"), kind=FlagKind.SPLIT)
    counted = claims.filter(desk__isnull=False, state__in=WORKED_ON).annotate(
        seats_wanted=reviewers_asked(), seats_held=seats_held()
    )
    return counted.filter(Q(seats_held__lt=F("seats_wanted")), ~Exists(split))


def wanting_an_editor(claims: QuerySet[Claim]) -> QuerySet[Claim]:
    """Those of these claims whose editor's seat is to be taken now, or whose disagreement nobody settles yet."""
    split = Exists(Flag.objects.standing().filter(claim=OuterRef("pk"), kind=FlagKind.SPLIT))
    here = Assignment.objects.filter(claim=OuterRef("pk"), round=OuterRef("round"))
    judged = Exists(here.filter(part=Part.REVIEW, status=AssignmentStatus.COMPLETED))
    second = Q(~split, judged, course__review_policy__kind=PolicyKind.WITH_EDITOR)
    holding = here.filter(status__in=sorted(HOLDING))
    editor, adjudicator = (Exists(holding.filter(part=part)) for part in (Part.EDITOR, Part.ADJUDICATION))
    return claims.filter(state=State.SECOND_OPINION).filter(Q(second, ~editor) | Q(split, ~adjudicator))


def open_one_more(held: Held, *, by: Actor, why: str, review: Review | None) -> SecondOpinion:
    """Open one blind seat more in the running round. `review` is the review that comes with the request, if any."""
    return SecondOpinion.objects.create(
        claim=held.claim, round=held.claim.round, why=why, asked_by=by.name, review=review, asked_at=held.now
    )


def withdraw_all(held: Held) -> None:
    """End every open assignment of a claim that is no longer worked on, or that needs none of these seats any more."""
    Assignment.objects.open().filter(claim=held.claim).update(status=AssignmentStatus.WITHDRAWN, ended_at=held.now)
