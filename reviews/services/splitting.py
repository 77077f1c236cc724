"""Splitting a claim: the second one goes as far as the first was, with a course of its own."""

from __future__ import annotations

from claims.actors import Actor
from claims.lifecycle import Action, State
from claims.models import ClaimEvent
from claims.services.splitting import GivenPart, parting
from claims.services.transitions import Held
from reviews.services.accepting import accept


def split(held: Held, *, by: Actor, part: GivenPart) -> ClaimEvent:
    """Split the second claim off. Where the first was accepted, so is the second, with its own course and review due.

    Raises what `claims.services.splitting.parting` and `accept` refuse; then nothing is written.
    """
    with parting(held, part, by=by) as new:
        if held.claim.state != State.PROPOSED:
            accept(new, by=by)
        told = {"part": new.claim.pk, "statement": new.claim.statement, "evidence": len(part.evidence)}
        return held.take(Action.SPLIT, by=by, data=told)
