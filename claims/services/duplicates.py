"""Claims that repeat another one: linked both ways, never in a circle, and told at the claim that stays."""

from __future__ import annotations

from claims.actors import Actor
from claims.errors import DuplicateNotPossible, StaleVersion
from claims.lifecycle import State
from claims.models import Claim
from claims.services.linkflags import keep_flags
from claims.services.transitions import Held


def other_of(held: Held, number: int) -> Held:
    """The second claim that is held. Raises `StaleVersion` when it is not this one any more."""
    if held.other is None or held.other.claim.pk != number:
        raise StaleVersion
    return held.other


def check_repeats(held: Held, stays: Claim, pointer: str) -> Held:
    """The claim that stays, held, when this one may be dismissed as its duplicate.

    Raises `DuplicateNotPossible`: a claim does not repeat itself nor a dismissed one.
    """
    if stays.pk == held.claim.pk:
        raise DuplicateNotPossible("A claim does not repeat itself. Name another one.", pointer=pointer)
    other = other_of(held, stays.pk)
    if other.claim.state == State.DISMISSED:
        named = other.claim.duplicate_of_id
        instead = f" It was merged into #{named}: name that one." if named else " Name one that stays."
        raise DuplicateNotPossible(f"#{other.claim.pk} is dismissed.{instead}", pointer=pointer)
    return other


def tell_merged(other: Held, merged: Claim, by: Actor) -> None:
    """Tell at the claim that stays that another one was merged into it.

    By its number only: who sees the one that stays may not see the other, which has its own desk and embargo. Where an
    article of the merged one reads otherwise, that is flagged at the one that stays from now on.
    """
    other.record("claim.absorb", by=by, data={"merged": merged.pk})
    keep_flags(other)


def tell_released(held: Held, number: int, by: Actor) -> None:
    """Tell at the claim that stayed that `held` goes its own way again."""
    stayed = other_of(held, number)
    stayed.record("claim.release", by=by, data={"merged": held.claim.pk})
    keep_flags(stayed)
