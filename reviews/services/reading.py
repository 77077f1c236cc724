"""Which reviews somebody may read: the blindness rule of `reviews.visibility`, asked of many rows at once.

Every door that shows reviews comes through here or through the rule itself; a test holds the two equal.
"""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from claims.lifecycle import State
from claims.models import Claim, Decision, Flag, FlagKind
from claims.permissions import Viewer
from reviews.models import Assignment, Part, Review


def readable(reviews: QuerySet[Review], viewer: Viewer) -> QuerySet[Review]:
    """Those of these reviews that the viewer may read.

    One's own; those of a decided claim; those of earlier rounds that ended in a decision; and where the running
    round's differ, its reviews for whoever may settle that and owes no review of their own.
    """
    me = viewer.user.pk if viewer.user else None
    mine = Assignment.objects.open().filter(claim=OuterRef("claim"), reviewer__user=me)
    split = Flag.objects.standing().filter(claim=OuterRef("claim"), kind=FlagKind.SPLIT)
    adjudicates = Q(Exists(mine.filter(part=Part.ADJUDICATION)))
    edits = Q(claim__desk__in=sorted(viewer.editor_of))
    owes = Q(Exists(mine.exclude(part=Part.ADJUDICATION)))
    settles = Q(Exists(split), round=F("claim__round")) & (adjudicates | edits) & ~owes
    decided = Decision.objects.filter(claim=OuterRef("claim"), decided_at__gte=OuterRef("submitted_at"))
    earlier = Q(Exists(decided), round__lt=F("claim__round"))
    own = Q(reviewer__user=me) if me is not None else Q(pk__in=[])
    return reviews.filter(Q(claim__state=State.DECIDED) | own | earlier | settles)


def readable_reviews(claim: Claim, viewer: Viewer) -> QuerySet[Review]:
    """The reviews of one claim that the viewer may read."""
    return readable(Review.objects.filter(claim=claim), viewer)
