"""How the review due of a claim came about, as its history tells: said wherever the due itself is shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import reduce
from operator import or_

from django.db.models import Q
from django.utils.translation import gettext as _

from claims.models import ClaimEvent

FIELD = "review_due_at"
# An accepted claim keeps the due that was wished for with it; then the step moves nothing, and says why all the same.
TELLING = (f'"{FIELD}"', '"due_why"')


def why_due(claim_ids: Sequence[int]) -> dict[int, str]:
    """Why each of these claims is due when it is, by number, in one query; without those that are not due."""
    told: dict[int, list[ClaimEvent]] = defaultdict(list)
    telling = reduce(or_, (Q(body__contains=words) for words in TELLING))
    for event in ClaimEvent.objects.filter(telling, claim__in=claim_ids).order_by("claim", "seq"):
        told[event.claim_id].append(event)
    return {number: words for number, events in told.items() if (words := why_of(events))}


def why_of(events: Iterable[ClaimEvent]) -> str:
    """The same from the events of one claim, oldest first. What was undone says nothing any more."""
    moved: dict[int, ClaimEvent] = {}
    for event in events:
        if event.type == "claim.undo":
            moved.pop(event.data["undone"], None)
        elif FIELD in event.data.get("changes", {}) or "due_why" in event.data:
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
