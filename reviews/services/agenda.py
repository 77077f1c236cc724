"""A person's deadlines: of the claims they are on, or, for an editor, of all claims of their desks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from claims.deadlines import Precision
from claims.exports.icalendar import Deadline, Fate
from claims.exports.site import Site
from claims.lifecycle import OPEN_STATES, State
from claims.models import Claim, User
from claims.permissions import viewer_for_user, visible_claims
from claims.wordings import state_words
from reviews.models import Assignment
from reviews.models.assignment import HOLDING

STAYS = timedelta(days=30)  # what is settled is shown so long, so that a calendar takes it away
MOST = 1000
A_DAY = timedelta(days=1)
FATES = {State.DECIDED: Fate.DONE, State.DISMISSED: Fate.DROPPED}


def agenda_of(user: User, now: datetime, site: Site, *, of_desks: bool = False) -> Iterator[Deadline]:
    """Both dates of open claims and of claims settled in the last thirty days, most urgent first. Three queries.

    Claims the person is on, or, with `of_desks`, those of the desks they edit.
    """
    for claim in _claims(user, now, of_desks=of_desks):
        if claim.review_due_at is not None:
            yield _review_due(claim, site, claim.review_due_at)
        if claim.confirm_by is not None and claim.confirm_from is not None:
            yield _own_date(claim, site, claim.confirm_from, claim.confirm_by)


def _claims(user: User, now: datetime, *, of_desks: bool) -> QuerySet[Claim]:
    viewer = viewer_for_user(user)
    seats = Assignment.objects.filter(reviewer__user=user)
    mine = Q(pk__in=seats.open().values("claim"))
    was_mine = Q(pk__in=seats.filter(status__in=HOLDING).values("claim"))
    if of_desks:
        mine = was_mine = Q(desk__in=sorted(viewer.editor_of))
    settled = Q(state__in=sorted(FATES), updated_at__gt=now - STAYS)
    wanted = (mine & Q(state__in=sorted(OPEN_STATES))) | (was_mine & settled)
    return visible_claims(viewer, now).filter(wanted).select_related("desk").order_by("review_due_at", "pk")[:MOST]


def _review_due(claim: Claim, site: Site, due: datetime) -> Deadline:
    warning = claim.desk.warning if claim.desk else A_DAY
    return _deadline(claim, site, "review-due", _("Review due"), due, warning=warning)


def _own_date(claim: Claim, site: Site, begins: datetime, ends: datetime) -> Deadline:
    """The claim's own date: a minute is a moment, anything longer is whole days of the zone it was meant in."""
    if claim.confirm_precision == Precision.MINUTE:
        return _deadline(claim, site, "own-date", _("Its own date"), begins)
    zone = ZoneInfo(claim.confirm_zone)
    days = (begins.astimezone(zone).date(), ends.astimezone(zone).date())
    return _deadline(claim, site, "own-date", _("Its own date"), ends, days=days)


def _deadline(
    claim: Claim,
    site: Site,
    kind: str,
    what: str,
    moment: datetime,
    *,
    warning: timedelta = A_DAY,
    days: tuple[date, date] | None = None,
) -> Deadline:
    words = [state_words(claim.state), *([f"“{claim.confirm_words}”"] if claim.confirm_words else [])]
    return Deadline(
        uid=f"claim-{claim.pk}-{kind}@{site.host}",
        summary=f"{what}: {claim.statement}",
        description="\n".join(words),
        moment=moment,
        days=days,
        changed=claim.updated_at,
        sequence=claim.version,
        fate=FATES.get(State(claim.state), Fate.OPEN),
        priority=claim.priority,
        categories=(claim.state, *([claim.desk.name] if claim.desk else [])),
        link=f"{site.url}{reverse('admin:claims_claim_change', args=[claim.pk])}",
        warning=warning,
    )
