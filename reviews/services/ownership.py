"""Writes to whoever keeps a webhook when it was switched off by itself: they would not hear of it otherwise."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Exists, OuterRef

from claims.models import User, Webhook
from claims.services.transitions import database_time
from reviews.models import Message


def write_to_owners() -> int:
    """Make a letter for every webhook that was switched off since its owner was last written to; answers how many.

    The owner is who made it, else who made its key; without an address of theirs, every administrator who has one.
    """
    if not settings.MAIL_ENABLED:
        return 0
    told = Message.objects.filter(webhook=OuterRef("pk"), made_at__gte=OuterRef("off_at"))
    ended = Webhook.objects.exclude(off_code="").filter(~Exists(told)).select_related("made_by", "key__created_by")
    now = database_time()
    letters = [
        Message(user=person, webhook=webhook, made_at=now, next_attempt_at=now)
        for webhook in ended
        for person in _owners(webhook)
    ]
    return len(Message.objects.bulk_create(letters))


def _owners(webhook: Webhook) -> list[User]:
    for person in (webhook.made_by, webhook.key.created_by):
        if person is not None and person.is_active and person.email:
            return [person]
    return list(User.objects.filter(is_superuser=True, is_active=True).exclude(email=""))
