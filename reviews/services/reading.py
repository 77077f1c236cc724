"""Which reviews of a claim somebody may read: the blindness rule, asked of the tables."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from claims.lifecycle import State
from claims.models import Claim, Decision, Flag, FlagKind
from claims.permissions import Viewer
from reviews.models import Assignment, Part, Review
from reviews.visibility import Seen, may_read_reviews


def readable_reviews(claim: Claim, viewer: Viewer) -> QuerySet[Review]:
    """One's own reviews, those of rounds that ended in a decision, and of the running round what the rule allows."""
    rows = Review.objects.filter(claim=claim)
    split = Flag.objects.standing().filter(claim=claim, kind=FlagKind.SPLIT).exists()
    if may_read_reviews(_seen(claim, viewer), decided=claim.state == State.DECIDED, split=split):
        return rows
    decided = Decision.objects.filter(claim=claim, decided_at__gte=OuterRef("submitted_at"))
    earlier = Q(Exists(decided), round__lt=claim.round)
    return rows.filter(earlier | Q(reviewer__user=viewer.user)) if viewer.user else rows.filter(earlier)


def _seen(claim: Claim, viewer: Viewer) -> Seen:
    if viewer.user is None:
        return Seen(on_it=False, submitted=False, may_adjudicate=False)
    mine = list(
        Assignment.objects.open().filter(claim=claim, reviewer__user=viewer.user).values_list("part", flat=True)
    )
    submitted = Review.objects.filter(claim=claim, round=claim.round, reviewer__user=viewer.user).exists()
    edits = claim.desk_id is not None and claim.desk_id in viewer.editor_of
    # Whoever adjudicates has to read what differs; whoever still owes a review of their own must not.
    return Seen(
        on_it=any(part != Part.ADJUDICATION for part in mine),
        submitted=submitted,
        may_adjudicate=edits or Part.ADJUDICATION in mine,
    )
