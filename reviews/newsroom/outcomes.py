"""What readers are told in the demo newsroom, and claims that become two or one."""

from __future__ import annotations

from claims.lifecycle import Action, CorrectionClass
from claims.models import Claim
from claims.services.splitting import GivenPart
from reviews.newsroom.courses import editor_of
from reviews.newsroom.scripts import Course
from reviews.services.acting import act


def published(claim: Claim) -> None:
    """The editor publishes the verdict."""
    act(claim.pk, Action.PUBLISH, editor_of(claim))


def corrected(kind: CorrectionClass, note: str, why: str) -> Course:
    """Published, and then put in other words."""

    def walk(claim: Claim) -> None:
        published(claim)
        act(claim.pk, Action.CORRECT, editor_of(claim), correction_class=kind, note=note, why=f"Demo: {why}")

    return walk


def withdrawn(note: str) -> Course:
    """Published, and then taken back."""

    def walk(claim: Claim) -> None:
        published(claim)
        act(claim.pk, Action.WITHDRAW, editor_of(claim), note=note)

    return walk


def split_off(statement: str, quote: str) -> Course:
    """The editor makes the second thing it says a claim of its own, on these words."""

    def walk(claim: Claim) -> None:
        part = GivenPart(statement, quote=quote, same_date=False)
        act(claim.pk, Action.SPLIT, editor_of(claim), part=part)

    return walk


def merged(stays: str) -> Course:
    """The editor merges it into the claim with this statement."""

    def walk(claim: Claim) -> None:
        act(claim.pk, Action.MERGE, editor_of(claim), into=Claim.objects.get(statement=stays))

    return walk
