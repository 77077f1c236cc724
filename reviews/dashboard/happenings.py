"""The latest events that change a number or need an editor, in words.

Blind: an event of a review says that it was made, never what it found; only the decision's own event reveals.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import pgettext, pgettext_lazy

from claims.lifecycle import State
from claims.models import ClaimEvent
from claims.wordings import FLAG_ICONS, SO_ICONS, flag_words, so_words
from reviews.dashboard.links import claim_address
from reviews.dashboard.reading import Reading
from reviews.services.changewords import undone_step

SHOWN = 20
READ = 200
NAMED = 5  # claims of one line; what befell more of them at once fills no screen
SPAN = timedelta(days=7)

# What the screen says of each type of event: its icon and a sentence. {who} did it, {claims} are the numbers.
WORDS = {
    "claim.accept": ("s-queued", pgettext_lazy("event", "{who} accepted {claims}")),
    "claim.dismiss": ("s-dismissed", pgettext_lazy("event", "{who} dismissed {claims}")),
    "claim.restore": ("s-queued", pgettext_lazy("event", "{who} restored {claims}")),
    "claim.assign": ("x-hand", pgettext_lazy("event", "{claims} went to {name}, by {who}")),
    "claim.hand_over": ("x-hand", pgettext_lazy("event", "{who} handed over {claims}")),
    "claim.decline": ("x-hand", pgettext_lazy("event", "{who} declined {claims}")),
    "claim.recuse": ("x-hand", pgettext_lazy("event", "{who} stepped back from {claims}")),
    "claim.wait": ("s-waiting", pgettext_lazy("event", "{who} parked {claims}")),
    "claim.resume": ("s-review", pgettext_lazy("event", "{who} resumed {claims}")),
    "claim.ask_second_opinion": ("s-second", pgettext_lazy("event", "{who} asked for a second opinion on {claims}")),
    "claim.submit_review": ("s-second", pgettext_lazy("event", "{who} sent a review of {claims}")),
    "claim.reopen": ("s-review", pgettext_lazy("event", "{who} reopened {claims}")),
    "claim.set_due": ("f-soon", pgettext_lazy("event", "{who} changed review due of {claims}")),
    "claim.change_desk": ("x-route", pgettext_lazy("event", "{who} moved {claims} to another desk")),
    "claim.settle": ("x-route", pgettext_lazy("event", "{claims} settled anew by {who}")),
    "claim.late": ("f-late", pgettext_lazy("event", "{claims} became late")),
    "claim.date_passed": ("f-passed", pgettext_lazy("event", "The own date of {claims} passed, unconfirmed")),
    "claim.raise_flag": ("", pgettext_lazy("event", "{flag}: {claims}")),
    "claim.undo": ("x-prev", pgettext_lazy("event", "{who} took back {step}: {claims}")),
    "evidence.add": ("x-clip", pgettext_lazy("event", "{who} added evidence to {claims}")),
    "decision.make": ("", pgettext_lazy("event", "{claims} decided: {verdict}")),
}
TAKEN_OFF = pgettext_lazy("event", "{name} was taken off {claims}, by {who}")


@dataclass
class Happening:
    """One line: when, what, and about which claims. `css` colours the icon; it needs a name where words lack one.

    `says` stands in place of the words of its kind.
    """

    at: datetime
    kind: str
    who: str
    icon: str
    css: str = ""
    says: Any = ""
    facts: dict[str, str] = field(default_factory=dict)
    claims: list[int] = field(default_factory=list)

    def words(self) -> SafeString:
        """The sentence, with a link per claim."""
        named: list[str] = [format_html('<a href="{}">#{}</a>', claim_address(pk), pk) for pk in self.claims[:NAMED]]
        if len(self.claims) > NAMED:
            named.append(pgettext("after claims", "others"))
        *before, last = named
        links = last
        if before:
            both = pgettext("the last of several claims", "{claims} and {last}")
            links = format_html(both, claims=format_html_join(", ", "{}", ([one] for one in before)), last=last)
        return format_html(str(self.says or WORDS[self.kind][1]), who=self.who, claims=links, **self.facts)


def just_now(reading: Reading) -> list[Happening]:
    """The latest of them, newest first; what happened to several claims at once is one line."""
    lines: list[Happening] = []
    for event in _latest(reading):
        line = _line(event)
        if lines and _same(lines[-1], line):
            lines[-1].claims += [pk for pk in line.claims if pk not in lines[-1].claims]
        else:
            lines.append(line)
    return lines[:SHOWN]


def _latest(reading: Reading) -> list[ClaimEvent]:
    told = Q(type__in=WORDS) & ~Q(type="claim.submit_review", to_state=State.DECIDED)
    events = ClaimEvent.objects.filter(told, recorded_at__gt=reading.now - SPAN)
    if not reading.sees_all:
        events = events.filter(claim__in=reading.claims())
    return list(events.order_by("-recorded_at", "-pk")[:READ])


def _same(line: Happening, other: Happening) -> bool:
    """Whether the other is told in the same line: it differs by the claim alone, and is of the same minute."""
    near = line.at - other.at < timedelta(minutes=1)
    return near and replace(line, at=other.at, claims=other.claims) == other


def _line(event: ClaimEvent) -> Happening:
    line = Happening(event.recorded_at, event.type, event.actor_name, WORDS[event.type][0], claims=[event.claim_id])
    _DRESSED.get(event.type, _plain)(line, event)
    return line


def _plain(line: Happening, _event: ClaimEvent) -> None:
    """Nothing to add."""


def _late(line: Happening, _event: ClaimEvent) -> None:
    line.css = "cd-hot"


def _assigned(line: Happening, event: ClaimEvent) -> None:
    line.facts = {"name": str(event.data.get("name", ""))}


def _handed(line: Happening, event: ClaimEvent) -> None:
    """An editor or a rule that takes somebody off a claim hands nothing over of theirs."""
    name = str(event.data.get("from", ""))
    if name not in ("", event.actor_name) and not event.data.get("name"):
        line.says, line.facts = TAKEN_OFF, {"name": name}


def _undone(line: Happening, event: ClaimEvent) -> None:
    line.facts = {"step": undone_step(event)}


def _flagged(line: Happening, event: ClaimEvent) -> None:
    kind = str(event.data.get("kind", ""))
    line.icon, line.css = FLAG_ICONS.get(kind, "f-differs"), "cd-desk-soon"
    line.facts = {"flag": flag_words(kind)}


def _decided(line: Happening, event: ClaimEvent) -> None:
    so = str(event.data.get("so") or "")
    line.icon, line.css = SO_ICONS.get(so, "f-date"), f"cd-m-{so}" if so else ""
    line.facts = {"verdict": so_words(so)}


_DRESSED: dict[str, Callable[[Happening, ClaimEvent], None]] = {
    "claim.late": _late,
    "claim.date_passed": _late,
    "claim.assign": _assigned,
    "claim.hand_over": _handed,
    "claim.raise_flag": _flagged,
    "claim.undo": _undone,
    "decision.make": _decided,
}
