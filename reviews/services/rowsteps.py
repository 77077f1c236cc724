"""Which of the commonest steps somebody could take on a claim of a list, judged by what the list has read anyway."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject

from claims.errors import ClaimDeskError
from claims.lifecycle import Action, Role, State, check
from claims.models import Claim
from claims.permissions import Viewer, record_roles
from reviews.models import Assignment
from reviews.permissions import role_of


def with_seats(claims: QuerySet[Claim]) -> QuerySet[Claim]:
    """The same claims with `seats`, who is on each: `{"user": 7, "part": "review"}`."""
    open_ones = Assignment.objects.open().filter(claim=OuterRef("pk")).order_by("pk")
    return claims.annotate(seats=ArraySubquery(open_ones.values(held=JSONObject(user="reviewer__user", part="part"))))


def steps_of(claim: Claim, viewer: Viewer, asked: Sequence[Action]) -> tuple[Action, ...]:
    """Those of `asked` that the row of a claim offers, in their order. The claim comes through `with_seats`.

    The table judges them, and who is on the claim: nobody leaves a seat that nobody holds, and an editor puts somebody
    on a claim that nobody is on. What only a closer look shows, the step's own page says.
    """
    held = bool(getattr(claim, "seats", ()))
    roles = record_roles(viewer, claim) | {role_of(part) for part in parts_of(claim, viewer)}
    return tuple(step for step in asked if _may(step, State(claim.state), roles, is_held=held))


def parts_of(claim: Claim, viewer: Viewer) -> list[str]:
    """As what the viewer is on a claim that came through `with_seats`; empty where they are not on it."""
    me = viewer.user.pk if viewer.user else None
    return [seat["part"] for seat in getattr(claim, "seats", ()) if seat["user"] == me]


def _may(step: Action, state: State, roles: frozenset[Role], *, is_held: bool) -> bool:
    if (step == Action.HAND_OVER and not is_held) or (step == Action.ASSIGN and (is_held or Role.EDITOR not in roles)):
        return False
    try:
        check(step, state, roles)
    except ClaimDeskError:
        return False
    return True
