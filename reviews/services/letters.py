"""What a letter says, one notice or a day's digest: written when it is sent, from what holds then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from claims.models import Claim, OffBecause, User, Webhook
from claims.models.claim import ClaimQuerySet
from claims.permissions import viewer_for_user, visible_claims
from claims.services.sealing import daily_seals
from claims.timewords import dated
from reviews.models import Assignment, Message, Notice
from reviews.noticing import OUT_OF_SIGHT, NoticeReason
from reviews.services.notice_facts import AHEAD, PAST, Facts, claim_in, facts_about, still_so
from reviews.services.notice_words import done_about

MOST = 50
SUBJECT = 78  # RFC 5322: a line should be no longer


@dataclass(frozen=True)
class Line:
    """One claim in a letter, or (without a number) a webhook or a seal. One that the reader may not see has no link."""

    reason: str
    number: int | None
    statement: str
    language: str
    when: str
    link: str


@dataclass(frozen=True)
class Unsent:
    """Why there is nothing to send."""

    reason: str


def letter(message: Message) -> EmailMultiAlternatives | Unsent:
    """The letter of a row as of now, or why it need not be sent."""
    user = message.user
    if not user.is_active or not user.email:
        return Unsent(_("Nobody to write to: the person has no address or no longer signs in."))
    with timezone.override(ZoneInfo(user.zone)):
        if message.webhook is not None:
            return _webhook(message, message.webhook)
        return _notices(message, message.notice) if message.notice else _digest(message)


def _webhook(message: Message, webhook: Webhook) -> EmailMultiAlternatives | Unsent:
    """That a webhook was switched off and why, as long as it is."""
    if not webhook.off_code:
        return Unsent(_("It was no longer so."))
    heading = _("A webhook was switched off: %(name)s") % {"name": webhook.name}
    reason = str(OffBecause(webhook.off_code).label)
    link = f"{settings.SITE_URL}{reverse('admin:claims_webhook_change', args=[webhook.pk])}"
    line = Line(
        reason, None, webhook.url, "", _("Nothing is lost: switched on again it goes on where it stopped."), link
    )
    return _mail(message, heading, heading=heading, lines=[line])


def _notices(message: Message, first: Notice) -> EmailMultiAlternatives | Unsent:
    """What the letter is for, with whatever it carries besides."""
    notices = [first, *_carried_by(message)]
    facts = facts_about(claim_in(notice) for notice in notices)
    theirs = [one for one in notices if _is_theirs(one, facts, message.user)]
    told = [one for one in theirs if still_so(one, facts)]
    if not told:
        return Unsent(_("It was no longer so.") if theirs else _("The person may no longer see the claim."))
    lines = [_line(notice, facts, message.user) for notice in told[:MOST]]
    heading = lines[0].reason
    if len(told) > 1:
        alike = len({notice.reason for notice in told}) == 1 and lines[0].number
        words = _("%(reason)s: %(n)d claims") if alike else _("%(n)d notices")
        heading = subject = words % {"reason": heading, "n": len(told)}
    else:
        number = f"#{lines[0].number} " if lines[0].number else ""
        subject = f"{heading}: {number}{lines[0].statement}"
    return _mail(message, subject, heading=heading, lines=lines, more=len(told) - len(lines))


def _digest(message: Message) -> EmailMultiAlternatives | Unsent:
    notices = list(_carried_by(message))
    facts = facts_about(claim_in(notice) for notice in notices)
    told = [one for one in notices if _is_theirs(one, facts, message.user) and still_so(one, facts)]
    counts, seals = _counts(message.user, facts.now), _seals(message.user, facts.now)
    if not counts and not told and not seals:
        return Unsent(_("There was nothing to say."))
    lines = [_line(notice, facts, message.user) for notice in told[:MOST]]
    noticed = ngettext("%(n)d notice", "%(n)d notices", len(told)) % {"n": len(told)} if told else _("the daily seal")
    heading = ", ".join(counts) or noticed
    subject = _("Today: %(what)s") % {"what": heading}
    return _mail(message, subject, heading=heading, lines=[*lines, *seals], more=len(told) - len(lines))


def _seals(user: User, now: datetime) -> list[Line]:
    """The daily seal for an administrator: a letter is out of reach of whoever may rewrite the database."""
    if not user.is_superuser:
        return []
    made = daily_seals(now).filter(made_at__gt=now - timedelta(days=1)).reverse()[:1]
    words = _("%(when)s UTC, claims: %(claims)d, SHA-256: %(sum)s")
    return [
        Line(
            _("Daily seal, to be kept"),
            None,
            words % {"when": f"{seal.made_at:%Y-%m-%d %H:%M}", "claims": seal.claims, "sum": seal.sha256},
            *("", "", ""),
        )
        for seal in made
    ]


def _carried_by(message: Message) -> QuerySet[Notice]:
    carried = Notice.objects.filter(digest=message).select_related("operation", "event")
    return carried.order_by("reason", "claim_id", "pk")


def _counts(user: User, now: datetime) -> list[str]:
    """What is late and what falls due on the person's running day, of the claims they are on; empty when none is."""
    seen = visible_claims(viewer_for_user(user), now)
    held = Assignment.objects.open().filter(reviewer__user=user).values("claim")
    mine = cast("ClaimQuerySet", seen.filter(pk__in=held))
    tomorrow = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    late = mine.late(now).count()
    due = mine.open().filter(review_due_at__gte=now, review_due_at__lt=tomorrow).count()
    said = [(late, _("%(n)d late")), (due, _("%(n)d due today"))]
    return [words % {"n": number} for number, words in said if number]


def _is_theirs(notice: Notice, facts: Facts, user: User) -> bool:
    """Whether the notice is for the person to read: of their import, of a claim that they see or lost."""
    if notice.operation is not None:
        return notice.operation.made_by_id == user.pk
    return notice.reason in OUT_OF_SIGHT or facts.seen_by(user, claim_in(notice))


def _line(notice: Notice, facts: Facts, user: User) -> Line:
    reason = NoticeReason(notice.reason)
    if notice.operation is not None:
        link = f"{settings.SITE_URL}{reverse('admin:claims_operation_change', args=[notice.operation_id])}"
        return Line(str(reason.label), None, notice.operation.url, "", notice.operation.why, link)
    claim = facts.claims[claim_in(notice)]
    if not facts.seen_by(user, claim.pk):
        return Line(str(reason.label), claim.pk, done_about(notice, in_sight=False).words, "", "", "")
    done = done_about(notice, in_sight=True)
    return Line(
        reason=str(reason.label),
        number=claim.pk,
        statement=claim.short_text or claim.statement,
        language=claim.language,
        when=str(done) if done.words else _when(claim, reason, facts, user),
        link=f"{settings.SITE_URL}{reverse('admin:claims_claim_change', args=[claim.pk])}",
    )


def _when(claim: Claim, reason: NoticeReason, facts: Facts, user: User) -> str:
    kind = {**AHEAD, **PAST}.get(reason)
    moment = facts.moment(claim.pk, kind) if kind else claim.review_due_at
    if moment is None or (kind is None and not claim.is_open):
        return ""
    words = _("Its own date: %(when)s") if reason in {NoticeReason.DATE_NEAR, NoticeReason.DATE_PASSED} else None
    when = dated(moment, facts.now, ZoneInfo(user.zone))
    return (words or _("Review due: %(when)s")) % {"when": f"{when} ({user.zone})"}


def _mail(
    message: Message, subject: str, *, heading: str, lines: Sequence[Line], more: int = 0
) -> EmailMultiAlternatives:
    """`more` notices are counted instead of listed: a letter has an end."""
    context = {
        "heading": heading,
        "lines": lines,
        "more": more,
        "queue": f"{settings.SITE_URL}{reverse('admin:index')}",
        "choices": f"{settings.SITE_URL}{reverse('admin:reviews_notice_settings')}",
    }
    mail = EmailMultiAlternatives(
        subject=_cut(" ".join(subject.split())),
        body=render_to_string("notices/letter.txt", context),
        to=[message.user.email],
        # The same number on every try: a letter that came twice is one to the reader's program.
        headers={"Message-ID": f"<letter-{message.pk}@{settings.MAIL_DOMAIN}>", "Auto-Submitted": "auto-generated"},
    )
    mail.attach_alternative(render_to_string("notices/letter.html", context), "text/html")
    return mail


def _cut(words: str) -> str:
    return words if len(words) <= SUBJECT else f"{words[: SUBJECT - 1].rstrip()}…"
