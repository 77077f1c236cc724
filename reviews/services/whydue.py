"""How the review due of a claim came about, as its history tells: said wherever the due itself is shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from claims.models import ClaimEvent

FIELD = "review_due_at"


def why_due(claim_ids: Sequence[int]) -> dict[int, str]:
    """Why each of these claims is due when it is, by number, in one query; without those that are not due."""
    told: dict[int, list[ClaimEvent]] = defaultdict(list)
    for event in ClaimEvent.objects.filter(claim__in=claim_ids, body__contains=f'"{FIELD}"').order_by("claim", "seq"):
        told[event.claim_id].append(event)
    return {number: words for number, events in told.items() if (words := why_of(events))}


def why_of(events: Iterable[ClaimEvent]) -> str:
    """The same from the events of one claim, oldest first. What was undone says nothing any more."""
    moved: dict[int, ClaimEvent] = {}
    for event in events:
        if event.type == "claim.undo":
            moved.pop(event.data["undone"], None)
        elif FIELD in event.data.get("changes", {}):
            moved[event.seq] = event
    return _words(moved[max(moved)]) if moved else ""


def _words(event: ClaimEvent) -> str:
    names = {"who": event.actor_name, "why": event.reason}
    if event.type == "claim.set_due":
        return _("moved by %(who)s: %(why)s") % names
    if event.type == "claim.wait":
        return _("set by %(who)s for after the wait") % names
    if event.type == "claim.settle":
        rule = event.data.get("rule")
        return _("by the rule “%(name)s”") % {"name": rule["name"]} if rule else _("as its desk usually does")
    return str(event.data.get("due_why", ""))
