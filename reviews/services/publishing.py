"""Publishing, correcting and withdrawing, by an editor who is not the first reviewer."""

from __future__ import annotations

from claims.actors import Actor, ActorKind
from claims.errors import SelfPublication
from claims.lifecycle import Action
from claims.models import Claim, ClaimEvent
from claims.services import publishing
from claims.services.transitions import Held
from reviews.models import Review

POSSIBLE = {
    Action.PUBLISH: publishing.check_publishable,
    Action.CORRECT: publishing.check_correctable,
    Action.WITHDRAW: publishing.check_withdrawable,
}


def first_reviewer(claim: Claim) -> int | None:
    """The person who judged first in the running round, None when nobody has."""
    reviews = Review.objects.filter(claim=claim, round=claim.round).order_by("submitted_at", "pk")
    return reviews.values_list("reviewer__user", flat=True).first()


def check_publisher(by: Actor, first: int | None) -> None:
    """Four eyes: whoever judged first does not tell readers as well. Raises `SelfPublication`."""
    if by.kind == ActorKind.PERSON and by.id == first:
        raise SelfPublication


def _check(held: Held, action: Action, by: Actor) -> None:
    held.check(action, by)
    check_publisher(by, first_reviewer(held.claim))


def publish(held: Held, *, by: Actor, correction_class: str = "", note: str = "") -> ClaimEvent:
    """Publish what stands, see `claims.services.publishing.publish`. Raises `SelfPublication` as well."""
    _check(held, Action.PUBLISH, by)
    return publishing.publish(held, by=by, correction_class=correction_class, note=note)


def correct(held: Held, *, by: Actor, correction_class: str, note: str, why: str) -> ClaimEvent:
    """Put what is public in other words, see `claims.services.publishing.correct`. Raises `SelfPublication` as well."""
    _check(held, Action.CORRECT, by)
    return publishing.correct(held, by=by, correction_class=correction_class, note=note, why=why)


def withdraw(held: Held, *, by: Actor, note: str) -> ClaimEvent:
    """Take back what is public, see `claims.services.publishing.withdraw`. Raises `SelfPublication` as well."""
    _check(held, Action.WITHDRAW, by)
    return publishing.withdraw(held, by=by, note=note)
