"""Editors who judge: the second judgement that a policy wants from one, and a disagreement that one settles.

Nothing of this is routed: an editor takes the seat, or names another. Whoever edits a desk need not be a reviewer of
it, and need not have a profile: it is made with the seat, and takes no other work.
"""

from __future__ import annotations

from claims.errors import NotFound, RoleMissing
from claims.lifecycle import Action, Role, State, check
from claims.models import Claim, DeskRole, Membership, User
from claims.permissions import Viewer, visible_claims
from claims.services.transitions import database_time, locked
from reviews.errors import NotEligible
from reviews.models import Absence, Assignment, AssignmentStatus, Part, Reviewer
from reviews.models.assignment import HOLDING
from reviews.permissions import actor_on
from reviews.services.assigning import assign, interests_in
from reviews.services.facts import facts_of
from reviews.services.seats import seats_of, why_not_seated
from reviews.services.stillness import until_when

AS_EDITOR = "taken as editor of the desk"


def edits(claim: Claim, user_id: int) -> bool:
    """Whether somebody edits the desk of a claim."""
    return Membership.objects.filter(desk=claim.desk, role=DeskRole.EDITOR, user=user_id, user__is_active=True).exists()


def editors_of(claim: Claim) -> list[User]:
    """The editors of a claim's desk, by name."""
    there = Membership.objects.filter(desk=claim.desk, role=DeskRole.EDITOR).values("user")
    return list(User.objects.filter(pk__in=there, is_active=True).order_by("first_name", "last_name", "pk"))


def profile_of(user: User) -> Reviewer:
    """Under what somebody's judgements are kept; made for an editor who has none, and then it takes no routed work."""
    reviewer, _ = Reviewer.objects.select_related("user").get_or_create(user=user, defaults={"is_active": False})
    return reviewer


def check_may_judge(claim: Claim, reviewer: Reviewer) -> None:
    """Whether an editor may judge a claim themselves. Raises `NotEligible` with the reason why not."""
    if not edits(claim, reviewer.user_id):
        raise NotEligible(f"{reviewer}: not an editor of this desk.")
    before = Assignment.objects.filter(claim=claim, reviewer=reviewer)
    if before.filter(round=claim.round, status__in=HOLDING).exists():
        raise NotEligible(f"{reviewer}: already on this claim.")
    if before.filter(status=AssignmentStatus.RECUSED).exists():
        raise NotEligible(f"{reviewer}: stepped back from this claim because of an interest.")
    if facts_of([claim])[claim.pk].entered_by == reviewer.pk:
        raise NotEligible(f"{reviewer}: entered this claim.")
    if named := interests_in(claim, reviewer):
        raise NotEligible(f"{reviewer}: has declared an interest in {', '.join(named)}.")
    absence = Absence.objects.at(database_time()).filter(reviewer=reviewer).order_by("-ends_at").first()
    if absence is not None:  # what the absence orders would take the seat away again at once
        raise NotEligible(f"{reviewer}: away until {until_when(absence)}.")


def why_not_judge(claim: Claim, user: User) -> str:
    """Why this editor of a claim's desk may not judge it themselves, as they are told; empty when they may."""
    reviewer = Reviewer.objects.select_related("user").filter(user=user).first()
    if reviewer is None:  # nothing but the claim itself can speak against somebody who never reviewed
        entered = claim.made_by_user_id == user.pk and claim.desk is not None and not claim.desk.makers_may_review
        return f"{user.full_name}: entered this claim." if entered else ""
    try:
        check_may_judge(claim, reviewer)
    except NotEligible as refused:
        return refused.message
    return ""


def take_as_editor(claim_id: int, viewer: Viewer, part: Part | None = None) -> Claim:
    """An editor takes the seat that waits for one: to settle a disagreement, or to give the second judgement.

    `part` is what they mean to take, if they say so.

    Raises `RoleMissing`, `NotEligible`, `SeatTaken`, `NotFound`, and `ActionNotPossible` where no seat is an editor's.
    """
    if not visible_claims(viewer, database_time()).filter(pk=claim_id).exists():
        raise NotFound(f"There is no claim #{claim_id}.")
    with locked(claim_id) as held:
        by = actor_on(viewer, held.claim)
        check(Action.ASSIGN, State(held.claim.state), by.roles)
        if viewer.user is None or Role.EDITOR not in by.roles:
            raise RoleMissing.of("Judging as editor", [str(Role.EDITOR.label)])
        seats = seats_of(held.claim)
        waiting = seats.editors
        if waiting is None or part not in {None, waiting}:
            own = Reviewer.objects.filter(user=viewer.user).select_related("user").first()
            raise why_not_seated(held.claim, part or seats.of_editors, own, by)
        me = profile_of(viewer.user)
        check_may_judge(held.claim, me)
        assign(held, me, by=by, chosen_by=AS_EDITOR, part=waiting)
        return held.claim
