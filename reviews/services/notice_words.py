"""What was done by which somebody lost a claim, in words: read from the event anew, never kept with the notice."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from claims.actors import ActorKind
from claims.models import ClaimEvent
from reviews.models import Notice
from reviews.noticing import NoticeReason
from reviews.services.losses import JUDGED, LEFT_BY
from reviews.services.reviewing import NOT_NEEDED
from reviews.services.timeline import entries


@dataclass(frozen=True)
class Done:
    """What was done, by whom, and why where somebody said so."""

    words: str = ""
    why: str = ""

    def __str__(self) -> str:
        return f"{self.words}: {self.why}" if self.why else self.words


def done_about(notice: Notice, *, in_sight: bool) -> Done:
    """What the person reads who lost the claim; nothing for any other reason.

    Of a claim out of their sight neither what was done with it nor why: both may say what it is about.
    """
    if notice.reason != NoticeReason.TAKEN_OFF or notice.event is None:
        return Done()
    if not in_sight:
        return Done(_("It is not open to you any more."))
    event = notice.event
    if event.type in LEFT_BY:
        return Done(_left(event), event.reason)
    if event.type in JUDGED:
        return Done(_(NOT_NEEDED))
    (entry,) = entries([event], notice.made_at, notice.user_id)
    return Done(entry.words, entry.why)


def _left(event: ClaimEvent) -> str:
    """The seat went to somebody else or back to the pool. What a rule did has nobody to name."""
    names = {"who": event.actor_name, "name": event.data.get("name", "")}
    if event.actor_kind == ActorKind.RULE:
        words = _("It was handed over to %(name)s") if names["name"] else _("It went back to the pool")
    elif names["name"]:
        words = _("%(who)s handed it over to %(name)s")
    else:
        words = _("%(who)s took you off it; it is back in the pool")
    return words % names
