"""Comparing what an article says now with what a claim quotes, also where the claim was merged into another."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from claims.models import Claim, RevisedPassage
from claims.permissions import Viewer, visible_claims
from claims.services.following import note_passage, staying_for
from reviews.services.acting import acting_on


def quoting(claim: Claim, viewer: Viewer, now: datetime) -> QuerySet[Claim]:
    """The claim and what was merged into it, as far as the viewer sees that: whose quotes it rests on."""
    merged = Claim.objects.merged_into(claim.pk).values("pk")
    return visible_claims(viewer, now).filter(Q(pk=claim.pk) | Q(pk__in=merged))


def note_compared(passage: RevisedPassage, note: str, viewer: Viewer) -> RevisedPassage:
    """Note that somebody compared a passage; the flags of its claim and of one that stays for it follow.

    Raises `NotFound` and what `note_passage` refuses.
    """
    claim_id = passage.appearance.claim_id
    beside = next(iter(staying_for([claim_id])), None)
    with acting_on(claim_id, viewer, beside=beside) as acting:
        return note_passage(acting.held, passage, note, by=acting.by, user=viewer.user)
