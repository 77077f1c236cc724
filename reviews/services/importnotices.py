"""Tells people of imports that failed. The failed operations that nobody was told of yet are the queue."""

from __future__ import annotations

from django.db import transaction

from claims.models import Operation
from claims.services.operations import mark_told
from claims.services.transitions import database_time
from reviews.models import Notice
from reviews.noticing import NoticeReason, day_of
from reviews.services.notices import people_among, write_letters

BATCH = 200


def tell_failed_imports() -> int:
    """Write the notices of imports that failed, in one transaction with the mark that it was told; answers how many.

    Keys have no notices: they read the operation. One import is told once a day, however often it is tried again.
    """
    with transaction.atomic():
        now = database_time()
        failed = list(Operation.objects.untold().select_for_update(skip_locked=True).order_by("pk")[:BATCH])
        people = people_among({row.made_by_id for row in failed if row.made_by_id})
        ways = {pk: person.way(NoticeReason.IMPORT_FAILED) for pk, person in people.items()}
        made = [
            Notice(
                user=people[user_id].user,
                operation=row,
                reason=NoticeReason.IMPORT_FAILED,
                day=day_of(now, people[user_id].user.zone),
                in_app=ways[user_id].in_app,
                by_mail=ways[user_id].by_mail,
                made_at=now,
            )
            for row in failed
            if (user_id := row.made_by_id) in people and not ways[user_id].silent
        ]
        Notice.objects.bulk_create(made, ignore_conflicts=True)
        write_letters(Notice.objects.filter(operation__in=failed), people, now)
        mark_told(failed, now)
    return len(made)
