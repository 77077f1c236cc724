"""When a link is read: planned with the item itself, and asked for by hand.

Reading a page tells its owner that somebody is interested. So a protected link is never read by itself, neither once
nor again later: only when a person or key that may add evidence asks for it, and then exactly once.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from claims.actors import Actor, rule
from claims.addresses import is_example
from claims.errors import Invalid
from claims.models import Copy, Evidence, Fetch, FetchState, Visibility
from claims.services.linkflags import keep_flags
from claims.services.transitions import Held
from claims.verdicts import EvidenceKind

COMPARING = rule("comparing of copies")


def plan_reading(item: Evidence, now: datetime) -> None:
    """Let a new link be read as soon as a reader is free. Files and notes are not read."""
    if item.kind != EvidenceKind.LINK:
        return
    state = _unread(item)
    Fetch.objects.create(evidence=item, state=state, next_attempt_at=now if state == FetchState.WAITING else None)


def share_reading(held: Held, original: Evidence, item: Evidence, *, by: Actor) -> None:
    """Let an item that was shared from another claim have every copy that was kept of its page, and go on from there.

    Read anew instead, it would rest on another page than the one that was looked at, or on none if that has gone.
    """
    copies = list(Copy.objects.filter(evidence=original).select_related("snapshot").order_by("number"))
    if not copies:
        plan_reading(item, held.now)
        return
    row = Fetch.objects.get(evidence=original)
    row.evidence, row.asked_at = item, None
    row.save(force_insert=True)
    for copy in copies:
        copy.pk, copy.evidence = None, item
        copy.save(force_insert=True)
        tell_copy(held, item, copy.number, copy.snapshot.sha256, by=by)


def tell_copy(held: Held, item: Evidence, number: int, sha256: str, *, by: Actor) -> None:
    """The event of one kept copy."""
    what = "evidence.kept" if number == 1 else "evidence.changed"
    held.record(what, by=by, data=told_reading(item, copy=number, sha256=sha256))


def told_reading(item: Evidence, **more: object) -> dict[str, object]:
    """What an event says of a reading. Of a protected item only that there was one."""
    told: dict[str, object] = {"evidence": item.pk, "visibility": item.visibility}
    return told if item.visibility == Visibility.PROTECTED else told | {"title": str(item)} | more


def follow_visibility(item: Evidence, now: datetime) -> None:
    """After an edit: what is protected now is not read any more, what is no longer protected is."""
    row = Fetch.objects.select_for_update().filter(evidence=item).first()
    if row is None:
        return
    if item.visibility == Visibility.PROTECTED:
        row.next_attempt_at = None
        row.state = FetchState.UNASKED if row.state == FetchState.WAITING else row.state
    elif row.state == FetchState.UNASKED:
        row.state, row.next_attempt_at = FetchState.WAITING, now
    elif row.state != FetchState.EXAMPLE and row.next_attempt_at is None:
        row.next_attempt_at = now
    row.save(update_fields=["state", "next_attempt_at"])


def ask_reading(held: Held, item: Evidence, *, by: Actor) -> Fetch:
    """Read the page now: again after it failed or changed, or for the first time when the item is protected.

    Raises `Invalid` for what is no link, or one to an address that is set aside for examples.
    """
    row = Fetch.objects.select_for_update().filter(evidence=item).first()
    if row is None:
        raise Invalid("Only a link is read. A file is kept as it was given.", pointer="/kind")
    if row.state == FetchState.EXAMPLE:
        raise Invalid("This address is set aside for examples: there is no page to read.", pointer="/url")
    if row.state in {FetchState.FAILED, FetchState.UNASKED}:
        row.state = FetchState.WAITING
    row.next_attempt_at = row.asked_at = held.now
    row.attempts = 0
    row.save(update_fields=["state", "next_attempt_at", "asked_at", "attempts"])
    held.record("evidence.fetch", by=by, data={"evidence": item.pk, "visibility": item.visibility})
    return row


def mark_compared(held: Held, item: Evidence, upto: int, *, by: Actor) -> None:
    """The changes up to this copy were looked at; the flag is cleared when nothing is left to compare.

    Raises `Invalid` for a copy that there is not.
    """
    if not Copy.objects.filter(evidence=item, number=upto).exists():
        raise Invalid(f"There is no copy {upto} of this page.", pointer="/copy")
    row = Fetch.objects.select_for_update().get(evidence=item)
    if upto > row.compared:
        row.compared = upto
        row.save(update_fields=["compared"])
        held.record("evidence.compare", by=by, data={"evidence": item.pk, "visibility": item.visibility, "copy": upto})
        keep_flags(held, by=COMPARING)


def reading_words(row: Fetch) -> str:
    """What there is to say of a reading beside "Copy kept": nothing while all is well."""
    if row.state == FetchState.WAITING and not settings.FETCH_PAGES:
        return _("Reading pages is switched off here.")
    if row.state == FetchState.FAILED:
        return row.sentence
    label = str(FetchState(row.state).label)
    return "" if row.state == FetchState.KEPT else label if label.endswith("…") else f"{label}."


def may_ask(row: Fetch) -> bool:
    """Whether asking by hand makes sense now."""
    return row.state not in {FetchState.WAITING, FetchState.EXAMPLE}


def _unread(item: Evidence) -> FetchState:
    if is_example(item.url):
        return FetchState.EXAMPLE
    return FetchState.UNASKED if item.visibility == Visibility.PROTECTED else FetchState.WAITING
