"""Who was told of a step of a ladder, and by which way, as the rows of the notices know it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from claims.ladders import Track
from claims.models import ClaimEvent, DeliveryState, Membership, WebhookDelivery
from claims.permissions import Viewer
from reviews.models import FeedMark, Message, Notice
from reviews.noticing import ByMail, NoticeReason, day_of
from reviews.services.notices import READER

STEP = "claim.escalate"
OWN_DATE = frozenset({NoticeReason.DATE_NEAR, NoticeReason.DATE_PASSED})
REVIEW_DUE = frozenset({NoticeReason.REMINDER, NoticeReason.LATE})


def look_who_heard(events: Iterable[ClaimEvent], viewer: Viewer) -> None:
    """Put on each step of a ladder (`heard`) whom it reached; on those the notices have not come to yet, nothing.

    Four queries at most, however many steps there are. People of desks that the reader does not see are counted, and
    webhooks, which are administrators' business, are named to these.
    """
    steps = [event for event in events if event.type == STEP]
    if not steps:
        return
    mark = FeedMark.objects.filter(reader=READER).values_list("tx", "event").first() or (0, 0)
    rows = Notice.objects.filter(claim__in={step.claim_id for step in steps}, reason__in=OWN_DATE | REVIEW_DUE)
    notices = list(rows.select_related("user", "message", "digest").order_by("pk"))
    named, hooks = _named(notices, viewer), _hooks(steps, viewer)
    for step in steps:
        if (step.tx, step.pk) <= mark:
            own = [notice for notice in notices if notice.event_id == step.pk]
            told = [*_people(own, named, viewer), *hooks.get(step.pk, ())]
            step.heard = ", ".join(told) or _nobody(step, notices)  # type: ignore[attr-defined]  # read by the timeline


def _named(notices: Sequence[Notice], viewer: Viewer) -> set[int]:
    """Those of the people whom the reader may know of: of desks they see, and themselves."""
    people = {notice.user_id for notice in notices}
    if viewer.desks is None or not people:
        return people
    there = Membership.objects.filter(user__in=people, desk__in=sorted(viewer.desks))
    return {*there.values_list("user_id", flat=True), *([viewer.user.pk] if viewer.user else [])}


def _hooks(steps: Sequence[ClaimEvent], viewer: Viewer) -> dict[int, list[str]]:
    """The webhooks that took each step, for administrators."""
    found: dict[int, list[str]] = {}
    if viewer.is_administrator:
        sent = WebhookDelivery.objects.filter(event__in=steps, state=DeliveryState.DELIVERED)
        for event, name in sent.order_by("pk").values_list("event", "webhook__name"):
            found.setdefault(event or 0, []).append(_("the webhook “%(name)s”") % {"name": name})
    return found


def _people(notices: Sequence[Notice], named: set[int], viewer: Viewer) -> list[str]:
    """Each person with the ways; the reader first, and how many more there are of other desks."""
    me = viewer.user.pk if viewer.user else None
    seen = [notice for notice in notices if notice.user_id in named]
    seen.sort(key=lambda notice: notice.user_id != me)
    names = [_("you") if notice.user_id == me else notice.user.full_name for notice in seen]
    told = [f"{name} ({', '.join(_ways(notice))})" for name, notice in zip(names, seen, strict=True)]
    others = len(notices) - len(seen)
    if others:
        words = ngettext("%(n)d person of another desk", "%(n)d people of other desks", others)
        told.append(words % {"n": others})
    return told


def _ways(notice: Notice) -> list[str]:
    """How it reached the person: in the list of notices, by a letter at once, or in that of a day."""
    letter: Message | None = notice.digest or getattr(notice, "message", None)
    ways = [_("notice")] if notice.in_app else []
    if letter is None:
        waits = notice.by_mail == ByMail.DIGEST and settings.MAIL_ENABLED and notice.user.email
        ways += [_("for the daily digest")] if waits else []
    elif letter.sent_at:
        ways.append(_("daily digest") if letter.day else _("mail"))
    else:
        ways.append(_("mail not sent") if letter.dropped else _("mail not sent yet"))
    return ways or [_("not reached")]


def _nobody(step: ClaimEvent, notices: Sequence[Notice]) -> str:
    """That it reached nobody; and where people had been told the like on that day, that they were not told again."""
    reasons = OWN_DATE if step.data.get("track") == Track.OWN_DATE else REVIEW_DUE
    before = (one for one in notices if one.reason in reasons and (one.event_id or 0) < step.pk)
    if any(one.day == day_of(step.recorded_at, one.user.zone) for one in before):
        return _("nobody again on that day")
    return _("nobody")
