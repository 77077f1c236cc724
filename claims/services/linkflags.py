"""The two flags of what a claim rests on: a link that no longer opens, a page or article that reads otherwise now.

An article that its provider cancelled counts as one that reads otherwise.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from django.db.models import F, Max, Q, QuerySet

from claims.actors import Actor, rule
from claims.lifecycle import State
from claims.models import Cancellation, Claim, Fetch, FetchState, FlagKind, RevisedPassage
from claims.models.worded import worded
from claims.services.transitions import Held

KEEPER = rule("state of the evidence")
_CANCELED = "The provider has cancelled an article that is quoted. Say what that means for the claim."
UNFLAGGED = frozenset({State.PROPOSED, State.DISMISSED})


def keep_flags(held: Held, *, by: Actor = KEEPER) -> None:
    """Raise or clear both flags so that they say what the rows of this claim say. Proposed and dismissed: none."""
    if held.claim.state in UNFLAGGED:
        return
    rows = Fetch.objects.filter(evidence__claim=held.claim, evidence__superseded_by__isnull=True)
    gone = rows.filter(state=FetchState.GONE).count()
    newest = rows.annotate(newest=Max("evidence__copies__number"))
    changed = newest.filter(newest__gt=F("compared")).count()
    quoting, canceled = _to_compare(held.claim), _canceled(held.claim)
    _keep(held, FlagKind.EVIDENCE_GONE, _gone_words(gone) if gone else "", by)
    words = [_CANCELED] if canceled else []
    words.append(_changed_words(changed, quoting.pop(held.claim.pk, 0), sorted(quoting)))
    _keep(held, FlagKind.SOURCE_CHANGED, " ".join(filter(None, words)), by)


def _keep(held: Held, kind: FlagKind, reason: str, by: Actor) -> None:
    if reason:
        held.raise_flag(kind, by=by, reason=reason)
    else:
        held.clear_flag(kind, by=by)


def _gone_words(count: int) -> str:
    if count == 1:
        return "A page that is evidence no longer opens. Its copy is kept."
    return f"{count} pages that are evidence no longer open. Their copies are kept."


def _to_compare(claim: Claim) -> Counter[int]:
    """How many passages wait to be compared, of this claim and of each that was merged into it."""
    return Counter(_waiting(claim.pk))


@worded
def _waiting(claim: int) -> QuerySet[RevisedPassage, int]:
    merged = Claim.objects.merged_into(claim).values("pk")
    resting = Q(appearance__claim=claim) | Q(appearance__claim__in=merged)
    return RevisedPassage.objects.to_compare().filter(resting).values_list("appearance__claim", flat=True)


def _canceled(claim: Claim) -> bool:
    """Whether an article was cancelled that the claim quotes, or one merged into it, and nobody has judged that."""
    return bool(_to_note(claim.pk))


@worded
def _to_note(claim: int) -> QuerySet[Cancellation, int]:
    merged = Claim.objects.merged_into(claim).values("pk")
    return Cancellation.objects.to_note().filter(Q(claim=claim) | Q(claim__in=merged)).values_list("pk", flat=True)[:1]


def _changed_words(pages: int, passages: int, merged: Sequence[int]) -> str:
    found = [
        _articles_changed(passages) if passages else "",
        _merged_changed(merged) if merged else "",
        _pages_changed(pages) if pages else "",
    ]
    return " ".join(filter(None, found))


def _merged_changed(merged: Sequence[int]) -> str:
    """By their numbers only: who sees the claim that stays may not see what was merged into it."""
    if len(merged) == 1:
        return f"The article reads otherwise now where #{merged[0]} quotes it, which was merged into this claim."
    numbers = ", ".join(f"#{number}" for number in merged)
    return f"Articles read otherwise now where {numbers} quote them, which were merged into this claim."


def _articles_changed(count: int) -> str:
    if count == 1:
        return "The article reads otherwise now where it is quoted. Compare the passages."
    return f"Articles read otherwise now in {count} places where they are quoted. Compare the passages."


def _pages_changed(count: int) -> str:
    if count == 1:
        return "A page that is evidence reads otherwise than the copy that was kept first. Compare them."
    return f"{count} pages that are evidence read otherwise than the copies that were kept first. Compare them."
