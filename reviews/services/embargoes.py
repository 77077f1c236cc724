"""Brings claims back to the desk of an article that came under embargo after they had gone to another one.

From the moment an article is under embargo nobody but its desk sees its claims: without this pass they would stand
still where nobody sees them. A claim that is astray is found by what it is, not by a mark, so the pass may run twice,
at once, or be killed at any claim.
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from claims.actors import rule
from claims.lifecycle import OPEN_STATES, TRANSITIONS, Action, Role
from claims.models import Claim, DatabaseClock, Desk, Evidence, Visibility
from claims.models.claim import ClaimQuerySet
from claims.models.embargo import Moment, astray, called_home, quotes_kept_with_a_desk
from claims.services.onebyone import one_by_one
from claims.services.transitions import locked
from reviews.services.accepting import change_desk
from reviews.services.cases import protecting

BATCH = 100
MOVABLE = TRANSITIONS[Action.CHANGE_DESK].sources
KEEPER = rule("embargo").having(Role.SYSTEM, Role.EDITOR)
WHY = "Its article is under embargo, and only the article's desk may read it."


def bring_home(batch: int = BATCH) -> int:
    """Give claims to the desk of their article that is under embargo; answers how many.

    One with evidence that protects a source stays where it is: another desk's editors would see whom it protects. So
    does one that articles of two desks call back; neither kind takes a place of the batch, however many there are.
    """
    return one_by_one(_coming(DatabaseClock()).order_by("pk"), _home, batch=batch, failed="claim_left_astray")


def kept_from_their_desk(now: Moment) -> QuerySet[Claim]:
    """Open claims that their desk must not see and that do not come home: what falls due there nobody on it notices."""
    kept = Claim.objects.filter(pk__in=astray(now), state__in=OPEN_STATES)
    return kept.exclude(pk__in=_coming(now).order_by().values("pk")).order_by("pk")


def _coming(now: Moment) -> ClaimQuerySet:
    protected = Evidence.objects.filter(claim=OuterRef("pk"), visibility=Visibility.PROTECTED)
    return Claim.objects.filter(pk__in=called_home(now), state__in=MOVABLE).exclude(Exists(protected))


def _home(claim: Claim) -> int:
    with locked(claim.pk) as held:
        if held.claim.state not in MOVABLE:  # somebody dismissed it meanwhile
            return 0
        quotes = quotes_kept_with_a_desk(held.now).filter(claim=claim)
        desks = Desk.objects.in_bulk(quotes.values_list("revision__article__desk", flat=True))
        if held.claim.desk_id in {None, *desks} or len(desks) != 1 or protecting([claim.pk]):
            return 0
        (desk,) = desks.values()
        change_desk(held, by=KEEPER, desk=desk, reason=WHY)
        return 1
