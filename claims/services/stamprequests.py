"""Which kept files the time-stamping authority is to sign: a row is made with each, so nobody has to look for them.

Files that only protected evidence holds are left out: even a hash tells whoever knows the document that somebody else
has it. The row is there without an authority, too, so that one that is set up later signs what was kept before.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import connection

from claims.models import Copy, Evidence, Visibility

PROTECTED = "protected"  # the code of a request that was set aside because nothing else holds the file any more
REQUEST = """
INSERT INTO claims_stamprequest (snapshot_id, next_attempt_at, attempts, code)
SELECT kept.snapshot, %(now)s, 0, '' FROM unnest(%(snapshots)s::bigint[]) AS kept (snapshot) ORDER BY 1
    ON CONFLICT (snapshot_id) DO UPDATE SET next_attempt_at = EXCLUDED.next_attempt_at, attempts = 0, code = ''
 WHERE claims_stamprequest.code = %(protected)s
"""


def request_stamps(item: Evidence, snapshots: Collection[int], now: datetime) -> None:
    """Have these files (numbers of snapshots), which the item holds, signed once each. A protected item's are not."""
    if snapshots and item.visibility != Visibility.PROTECTED:
        with connection.cursor() as cursor:
            cursor.execute(REQUEST, {"snapshots": sorted(snapshots), "now": now, "protected": PROTECTED})


def held_by(item: Evidence) -> set[int]:
    """The numbers of all files that an item holds: its own, or every copy of its page."""
    copies = Copy.objects.filter(evidence=item).values_list("snapshot", flat=True)
    return {*copies, *([item.snapshot_id] if item.snapshot_id is not None else [])}
