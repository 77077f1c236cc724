"""Sends letters from their rows, and makes the rows of the daily digests.

A row is taken for a few minutes by moving its next try ahead, then sent outside any transaction: whoever is killed in
between leaves it to the next pass. A letter may so come twice, under the same number; it is never lost. While the mail
server is away everything waits, longer after each try, and is given up, visibly, after three days. What is due for one
person in number goes as one letter: nobody reads a thousand, and few mail servers take them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from time import monotonic

from django.conf import settings
from django.core.mail import get_connection
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from claims.models import Membership, User
from claims.services.transitions import database_time
from reviews.models import Message, Notice, NoticeSettings
from reviews.noticing import DIGEST_AT, GIVE_UP_AFTER, ByMail, digest_is_due, next_try, when_allowed
from reviews.services.letters import Unsent, letter

LEASE = timedelta(minutes=5)  # longer than a letter can take: the mail server gets seconds
GATHERED_FROM = 6  # so many letters that are due for one person at once become one
REFUSED_FOR_GOOD = range(500, 600)  # RFC 5321 4.2.1: a reply of 5yz is permanent


@dataclass
class Posted:
    """What a pass did."""

    sent: int = 0
    dropped: int = 0
    failed: int = 0


def send_letters(seconds: float = 20) -> Posted:
    """Send what is due until nothing is, the time is up or the mail server is away."""
    posted, ends = Posted(), monotonic() + seconds
    if not settings.MAIL_ENABLED:
        return posted
    while monotonic() < ends:
        message = _taken()
        if message is None or not _post(message, posted):
            return posted
    return posted


def _taken() -> Message | None:
    """The next due letter, taken so that nobody else sends it for a while."""
    with transaction.atomic():
        now = database_time()
        waiting = Message.objects.waiting().filter(next_attempt_at__lte=now).order_by("next_attempt_at", "pk")
        message = (
            waiting.select_for_update(skip_locked=True, of=("self",))
            .select_related("user", "notice__operation", "notice__event")
            .first()
        )
        if message is not None:
            message.attempts += 1
            message.next_attempt_at = now + LEASE
            message.save(update_fields=["attempts", "next_attempt_at"])
            _gather(message, now)
    return message


def _gather(message: Message, now: datetime) -> None:
    """Let this letter carry what others that are due for the same person would say, where they are many.

    Letters that carry others already are left as they are.
    """
    if message.notice is None:
        return
    alike = Message.objects.waiting().filter(user=message.user, notice__isnull=False, next_attempt_at__lte=now)
    alone = alike.exclude(Exists(Notice.objects.filter(digest=OuterRef("pk"))))
    found = list(alone.select_for_update(skip_locked=True).values_list("pk", "notice"))
    if len(found) < GATHERED_FROM - 1:
        return
    Notice.objects.filter(pk__in=[notice for _letter, notice in found]).update(digest=message)
    words = _("It went with letter %(number)d.") % {"number": message.pk}
    Message.objects.filter(pk__in=[number for number, _notice in found]).update(dropped=words)


def _post(message: Message, posted: Posted) -> bool:
    """Send one letter; answers whether the mail server can be tried with another."""
    mail = letter(message)
    if isinstance(mail, Unsent):
        _drop(message, mail.reason)
        posted.dropped += 1
        return True
    mail.connection = get_connection()
    try:
        mail.send()
    except (OSError, SMTPException, ValueError) as failed:  # ValueError: what stands as the address is none
        posted.failed += 1
        return _failed(message, failed)
    message.sent_at, message.error = database_time(), ""
    message.save(update_fields=["sent_at", "error"])
    posted.sent += 1
    return True


def _drop(message: Message, why: str) -> None:
    message.dropped = why
    message.save(update_fields=["dropped"])


def _failed(message: Message, failed: Exception) -> bool:
    """Put a letter off, or give it up; answers whether the server is there for others."""
    now = database_time()
    message.error = str(failed)[:300]
    if isinstance(failed, ValueError):
        message.dropped = _("The address cannot be written to.")
    elif _refuses_for_good(failed):
        message.dropped = _("The mail server refuses the address.")
    elif now - message.made_at > GIVE_UP_AFTER:
        message.dropped = _("The mail server did not take it for three days.")
    message.next_attempt_at = _allowed(message.user, now + next_try(message.attempts))
    message.save(update_fields=["error", "dropped", "next_attempt_at"])
    return isinstance(failed, (SMTPRecipientsRefused, SMTPResponseException, ValueError))


def _refuses_for_good(failed: Exception) -> bool:
    """Whether the address itself was refused for good; whatever else is wrong may be mended."""
    if not isinstance(failed, SMTPRecipientsRefused):
        return False
    return all(code in REFUSED_FOR_GOOD for code, _words in failed.recipients.values())


def _allowed(user: User, moment: datetime) -> datetime:
    own = NoticeSettings.objects.filter(user=user).first() or NoticeSettings(user=user)
    return when_allowed(moment, own.quiet, user.zone)


def make_digests() -> int:
    """Make the row of every digest that is due and gather what goes with it; answers how many."""
    if not settings.MAIL_ENABLED:
        return 0
    now = database_time()
    told = Exists(Membership.objects.filter(user=OuterRef("pk"))) | Q(is_superuser=True)  # of claims, or of the seal
    people = User.objects.filter(told, is_active=True).exclude(email="").select_related("notice_settings")
    due = {user: day for user in people if (day := digest_is_due(now, _digest_at(user), user.zone)) is not None}
    made = Message.objects.filter(notice__isnull=True, user__in=due, day__in=set(due.values()))
    there = set(made.values_list("user_id", "day"))
    return sum(_make(user, day, now) for user, day in due.items() if (user.pk, day) not in there)


def _digest_at(user: User) -> time | None:
    own: NoticeSettings | None = getattr(user, "notice_settings", None)
    return own.digest_at if own is not None else DIGEST_AT


def _make(user: User, day: date, now: datetime) -> bool:
    """One digest, and every notice that waited for it. Somebody else's at the same time is the one that counts."""
    row = Message(user=user, day=day, made_at=now, next_attempt_at=_allowed(user, now))
    with transaction.atomic():
        Message.objects.bulk_create([row], ignore_conflicts=True)
        kept = Message.objects.filter(user=user, day=day, notice__isnull=True, made_at=now).first()
        if kept is None:
            return False
        Notice.objects.filter(user=user, by_mail=ByMail.DIGEST, digest__isnull=True).update(digest=kept)
    return True
