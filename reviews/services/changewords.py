"""What a step changed of a claim, in words: from what to what, to which desk, and which step was taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.text import Truncator
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from claims import timewords
from claims.actors import ActorKind
from claims.models import Claim, ClaimEvent

WAS = 160  # characters that are shown of what somebody replaced
# Each step that can be taken back, as it reads after "took back".
UNDONE = {
    "claim.accept": gettext_noop("the acceptance into the queue"),
    "claim.dismiss": gettext_noop("the dismissal"),
    "claim.restore": gettext_noop("the restoration"),
    "claim.wait": gettext_noop("the wait"),
    "claim.resume": gettext_noop("the end of the wait"),
    "claim.set_due": gettext_noop("the change of review due"),
    "claim.set_own_date": gettext_noop("the change of its own date"),
    "claim.change_desk": gettext_noop("the move to another desk"),
    "claim.set_priority": gettext_noop("the change of priority"),
    "claim.edit": gettext_noop("the edit"),
    "claim.reopen": gettext_noop("the reopening"),
    "claim.hand_over": gettext_noop("the hand-over"),
    "claim.decline": gettext_noop("the refusal to review it"),
    "claim.split": gettext_noop("the split"),
    "claim.merge": gettext_noop("the merge"),
}


@dataclass(frozen=True)
class Told:
    """An event with who did it, as sentences need it."""

    event: ClaimEvent
    who: str
    now: datetime

    def data(self, name: str) -> Any:
        return self.event.data.get(name, "")

    @property
    def changes(self) -> dict[str, tuple[Any, Any]]:
        """What the step changed, by column: before and after, as the event keeps them."""
        return dict(self.event.data.get("changes", {}))

    def changed_to(self, field: str) -> str:
        """The moment a field was changed to, in the reader's zone; empty when it was not."""
        pair = self.changes.get(field)
        moment = parse_datetime(pair[1]) if pair and pair[1] else None
        return timewords.absolute(moment, self.now, get_current_timezone()) if moment else ""


def moved(told: Told) -> str:
    """By whom it went to which desk; events of earlier versions do not name the desk."""
    if not told.data("to"):
        return _("%(who)s gave it to another desk") % {"who": told.who}
    if told.event.actor_kind == ActorKind.RULE:
        return _("It went to the desk %(desk)s") % {"desk": told.data("to")}
    return _("%(who)s gave it to the desk %(desk)s") % {"who": told.who, "desk": told.data("to")}


def due(told: Told) -> str:
    """To when review due was moved."""
    return _("%(who)s moved review due to %(when)s") % {"who": told.who, "when": told.changed_to("review_due_at")}


def own_date(told: Told) -> str:
    """What became of its own date."""
    when = told.changed_to("confirm_by")
    if when:
        return _("%(who)s set its own date to %(when)s") % {"who": told.who, "when": when}
    if "confirm_by" in told.changes:
        return _("%(who)s took its own date away") % {"who": told.who}
    words = told.changes.get("confirm_words", ("", ""))[1]
    if words:
        return _("%(who)s changed the words of its own date to “%(words)s”") % {"who": told.who, "words": words}
    return _("%(who)s changed how its own date is known") % {"who": told.who}


def priority(told: Told) -> str:
    """From which priority to which."""
    if "priority" not in told.changes:
        return _("%(who)s left the priority as it was") % {"who": told.who}
    before, after = told.changes["priority"]
    names = {"who": told.who, "before": before, "after": after}
    return _("%(who)s changed the priority from %(before)s to %(after)s") % names


def edited(told: Told) -> str:
    """ "Ida edited: statement (was “It ends.”), topics (was empty)": what it says now stands on the claim."""
    changed = []
    for name, (before, _after) in told.changes.items():
        was = ", ".join(before) if isinstance(before, list) else str(before)
        field = {"name": getattr(Claim._meta.get_field(name), "verbose_name", name), "was": Truncator(was).chars(WAS)}  # noqa: SLF001 - Django documents it
        changed.append((_("%(name)s (was “%(was)s”)") if was else _("%(name)s (was empty)")) % field)
    if not changed:
        return _("%(who)s left its words as they were") % {"who": told.who}
    return _("%(who)s edited: %(what)s") % {"who": told.who, "what": ", ".join(changed)}


def undone_step(event: ClaimEvent) -> str:
    """Which step an undoing took back, to stand after "took back"."""
    return _(UNDONE.get(event.data.get("what", ""), gettext_noop("the last step")))
