"""Comparing what an article says now with what a claim quotes, also where the claim was merged into another."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from claims.models import Cancellation, Claim, FlagKind, RevisedPassage
from claims.permissions import Viewer, visible_claims
from claims.services.cancellations import note_cancellation
from claims.services.following import note_passage, staying_for
from reviews.services.acting import acting_on
from reviews.services.claimpage import ClaimPage


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


def canceled_of(page: ClaimPage) -> list[Cancellation]:
    """What was cancelled of the articles that a claim, and what was merged into it, quote. Asked where something is."""
    articles = (quote.revision.article for quote in page.claim.appearances.all())
    flagged = any(flag.kind == FlagKind.SOURCE_CHANGED for flag in page.flags)
    if not flagged and not any(article.canceled_at for article in articles):
        return []
    return Cancellation.objects.of([page.claim.pk, *(one.claim.pk for one in page.merged)])


def note_canceled(row: Cancellation, note: str, viewer: Viewer) -> Cancellation:
    """Note what a cancelled article means for a claim; the flags of it and of one that stays for it follow.

    Raises `NotFound` and what `note_cancellation` refuses.
    """
    beside = next(iter(staying_for([row.claim_id])), None)
    with acting_on(row.claim_id, viewer, beside=beside) as acting:
        return note_cancellation(acting.held, row, note, by=acting.by, user=viewer.user)
