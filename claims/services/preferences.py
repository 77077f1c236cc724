"""What people choose for themselves about the pages they work with."""

from __future__ import annotations

from django.db import transaction

from claims.deadlines import zone_named
from claims.errors import Invalid
from claims.models import ReadingSize, Shortcuts, User


@transaction.atomic
def choose_settings(user: User, *, zone: str, reading_size: ReadingSize, shortcuts: Shortcuts) -> None:
    """Keep on which clock somebody reads times, how large articles are set for them and when single keys act.

    `zone` is an IANA name; working hours, quiet hours and the digest follow it. Everybody chooses for themselves; an
    administrator may correct the zone on the person's page. Raises `Invalid` for a zone that is none.
    """
    try:
        user.zone = str(zone_named(zone))
    except Invalid as refused:
        raise refused.at("/zone") from None
    user.reading_size, user.shortcuts = reading_size, shortcuts
    user.save(update_fields=["zone", "reading_size", "shortcuts"])
