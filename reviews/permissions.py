"""What somebody is to a claim, with what only the work knows: who is on it, and who may adjudicate."""

from __future__ import annotations

from claims.actors import Actor
from claims.lifecycle import Role
from claims.models import Claim
from claims.permissions import Viewer, record_roles
from reviews.models import Assignment, Part


def open_assignment(claim: Claim, user_id: int | None) -> Assignment | None:
    """The assignment this person still has to do on the claim, None when there is none."""
    if user_id is None:
        return None
    held = Assignment.objects.open().filter(claim=claim, reviewer__user=user_id).select_related("reviewer__user")
    return held.order_by("pk").first()


def roles_on(viewer: Viewer, claim: Claim) -> frozenset[Role]:
    """Every role the viewer has on this claim."""
    roles = record_roles(viewer, claim)
    mine = open_assignment(claim, viewer.user.pk if viewer.user else None)
    if mine is None:
        return roles
    return roles | {Role.ADJUDICATOR if mine.part == Part.ADJUDICATION else Role.ON_IT}


def actor_on(viewer: Viewer, claim: Claim) -> Actor:
    """The viewer as somebody who acts on this claim."""
    return viewer.actor.having(*roles_on(viewer, claim))
