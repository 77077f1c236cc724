"""Events in words: who did what, when and why. A submission says that it came, never what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from claims import wordings
from claims.actors import ActorKind
from claims.ladders import Tell
from claims.lifecycle import CorrectionClass
from claims.models import ClaimEvent
from claims.models.event import look_for_protected
from claims.passages import Fate
from claims.verdicts import So
from reviews.services import changewords
from reviews.services.changewords import Told

Words = Callable[[Told], str]


@dataclass(frozen=True)
class Entry:
    """One line of the timeline."""

    seq: int
    at: datetime
    words: str
    why: str


def entries(events: Sequence[ClaimEvent], now: datetime, me: int | None) -> list[Entry]:
    """The timeline of a claim as the person `me` reads it."""
    look_for_protected(events)
    return [_entry(event, now, me) for event in _folded(events)]


def _folded(events: Sequence[ClaimEvent]) -> Iterator[ClaimEvent]:
    """Sights of protected items that follow one another are shown once for each person; the record keeps every one."""
    seen: set[tuple[str, int | None]] = set()
    for event in events:
        if event.type != SIGHT:
            seen.clear()
        elif (event.actor_kind, event.actor_id) in seen:
            continue
        else:
            seen.add((event.actor_kind, event.actor_id))
        yield event


def words_of(event: ClaimEvent, now: datetime, me: int | None = None) -> str:
    """What was done, as the person `me` reads it. Why is the event's own reason."""
    mine = event.actor_kind == ActorKind.PERSON and event.actor_id == me
    return SAID.get(event.type, _plain)(Told(event, _("You") if mine else event.actor_name, now))


def _entry(event: ClaimEvent, now: datetime, me: int | None) -> Entry:
    why = event.reason if event.type not in REASON_IN_WORDS else ""
    return Entry(event.seq, event.recorded_at, words_of(event, now, me), why)


def _simple(pattern: str) -> Words:
    return lambda told: _(pattern) % {"who": told.who}


def _plain(told: Told) -> str:
    return _("%(who)s: %(what)s") % {"who": told.who, "what": told.event.type.replace("claim.", "").replace("_", " ")}


def _assigned(told: Told) -> str:
    return _("Assigned to %(name)s: %(rule)s") % {"name": told.data("name"), "rule": told.data("rule")}


def _handed(told: Told) -> str:
    names = {"who": told.who, "from": told.data("from"), "name": told.data("name")}
    if told.data("name"):
        return _("%(who)s handed it over from %(from)s to %(name)s") % names
    if told.event.actor_kind == ActorKind.RULE:
        return _("%(from)s was taken off it; it is back in the pool") % names
    if _anothers(told):
        return _("%(who)s took %(from)s off it; it is back in the pool") % names
    return _("%(who)s gave it back to the pool") % names


def _left(pattern: str, for_another: str) -> Words:
    """How somebody left their seat, and how it reads when an editor did it for them."""
    return lambda told: _(for_another if _anothers(told) else pattern) % {"who": told.who, "from": told.data("from")}


def _anothers(told: Told) -> bool:
    """Whether the seat that was left is not that of whoever did it. Events keep both by their name of that moment."""
    return told.data("from") not in ("", told.event.actor_name)


def _accepted(told: Told) -> str:
    rule = told.data("rule")
    if not rule:
        return _with_due(told, _("%(who)s accepted it into the queue"))
    said = _("%(who)s accepted it into the queue, by the rule “%(rule)s”")
    return _with_due(told, said % {"who": "%(who)s", "rule": rule["name"].replace("%", "%%")})


def _restored(told: Told) -> str:
    return _with_due(told, _("%(who)s restored it"))


def _with_due(told: Told, pattern: str) -> str:
    """What happened, then the review due it brought and how that came about, where it brought one."""
    words, when = pattern % {"who": told.who}, told.changed_to("first_review_due_at")
    if not when:
        return words
    due = _("%(words)s. Review due %(when)s") % {"words": words, "when": when}
    return f"{due}: {told.data('due_why')}" if told.data("due_why") else due


def _waits(told: Told) -> str:
    return _("%(who)s parked it until %(when)s") % {"who": told.who, "when": told.changed_to("waiting_until")}


def _evidence(pattern: str) -> Words:
    return lambda told: _(pattern) % {"who": told.who, "title": told.event.told.get("title") or _("a protected item")}


def _decided(told: Told) -> str:
    so = told.data("so")
    verdict = wordings.so_words(so) if so in So.values else wordings.so_words(None)
    return _("Decided: %(verdict)s. Was it said: %(said)s") % {
        "verdict": verdict,
        "said": wordings.said_words(told.data("said")),
    }


def _article_changed(told: Told) -> str:
    fate = told.data("fate")
    words = Fate(fate).label if fate in Fate.values else ""
    return _("Revision %(number)s of the article: %(words)s") % {"number": told.data("revision"), "words": words}


def _settled(told: Told) -> str:
    rule = told.data("rule")
    if not rule:
        return _("Settled anew: no routing rule takes it, so it is handled as its desk usually does")
    return _("Settled anew by the rule “%(name)s”") % {"name": rule["name"]}


def _flag(told: Told) -> str:
    kind = told.event.type.removeprefix("claim.")
    return wordings.flag_words(told.data("kind") if kind == "raise_flag" else kind)


def _no_more(told: Told) -> str:
    return _("No longer: %(flag)s") % {"flag": wordings.flag_words(told.data("kind"))}


def _linked(pattern: str, name: str) -> Words:
    return lambda told: _(pattern) % {"who": told.who, "number": int(told.data(name) or 0)}


def _published(told: Told) -> str:
    names = {"who": told.who, "class": _class_words(told), "number": told.data("replaces")}
    if told.data("replaces"):
        return _("%(who)s published the verdict in place of number %(number)d. Correction: %(class)s") % names
    return _("%(who)s published the verdict") % names


def _corrected(told: Told) -> str:
    return _("%(who)s corrected what was public. Correction: %(class)s") % {
        "who": told.who,
        "class": _class_words(told),
    }


def _class_words(told: Told) -> str:
    key = told.data("correction_class")
    return str(CorrectionClass(key).label).lower() if key in CorrectionClass.values else ""


_ACTS: dict[str, tuple[str, str]] = {
    "offer": (gettext_noop("Hand-over offered; told %(whom)s"), gettext_noop("Hand-over offered; tells the %(whom)s")),
    "return": (
        gettext_noop("To be returned to the pool; told %(whom)s"),
        gettext_noop("To be returned to the pool; tells the %(whom)s"),
    ),
}
_TELLS = (gettext_noop("Told %(whom)s"), gettext_noop("Tells the %(whom)s"))


def _undone(told: Told) -> str:
    words = _("%(who)s took back %(step)s") % {"who": told.who, "step": changewords.undone_step(told.event)}
    names = ", ".join(seat["name"] for seat in told.data("taken_off") or [])
    return _("%(words)s. Taken off it again: %(names)s") % {"words": words, "names": names} if names else words


def _escalated(told: Told) -> str:
    """ "Told Mara Lind (notice): 1 h late. Ladder of World desk", with the steps that a later one made needless.

    Until the notices have come to it, and where nobody looked, whom it tells: "Tells the desk editor: …".
    """
    tell, heard = told.data("tell"), getattr(told.event, "heard", "")
    known, unknown = _ACTS.get(told.data("act"), _TELLS)
    words = (
        _(known) % {"whom": heard} if heard else _(unknown) % {"whom": Tell(tell).label if tell in Tell.values else ""}
    )
    said = {"told": words, "name": told.data("name"), "desk": told.data("desk")}
    line = _("%(told)s: %(name)s. Ladder of %(desk)s desk") % said
    passed = ", ".join(told.data("passed_over") or [])
    return _("%(line)s (passed over: %(names)s)") % {"line": line, "names": passed} if passed else line


SIGHT = "evidence.read"
REASON_IN_WORDS = frozenset({"decision.make"})
SAID: dict[str, Words] = {
    "claim.propose": _simple("%(who)s proposed it"),
    "claim.accept": _accepted,
    "claim.dismiss": _simple("%(who)s dismissed it"),
    "claim.restore": _restored,
    "claim.assign": _assigned,
    "claim.start": _simple("%(who)s began the review"),
    "claim.hand_over": _handed,
    "claim.decline": _left("%(who)s declined it", "%(who)s took %(from)s off it; it is back in the pool"),
    "claim.recuse": _left(
        "%(who)s stepped back because of an interest", "%(who)s took %(from)s off it because of an interest"
    ),
    "claim.wait": _waits,
    "claim.resume": _simple("%(who)s ended the wait"),
    "claim.ask_second_opinion": _simple("%(who)s asked for a second opinion"),
    "claim.submit_review": _simple("%(who)s submitted a review"),
    "claim.adjudicate": _simple("%(who)s settled the disagreement"),
    "claim.reopen": _simple("%(who)s reopened it"),
    "claim.set_due": changewords.due,
    "claim.set_own_date": changewords.own_date,
    "claim.change_desk": changewords.moved,
    "claim.set_priority": changewords.priority,
    "claim.settle": _settled,
    "claim.edit": changewords.edited,
    "claim.undo": _undone,
    "claim.late": _flag,
    "claim.due_soon": _flag,
    "claim.date_near": _flag,
    "claim.date_passed": _flag,
    "claim.escalate": _escalated,
    "claim.raise_flag": _flag,
    "claim.clear_flag": _no_more,
    "article.changed": _article_changed,
    "article.compare": _simple("%(who)s compared the article with what is quoted from it"),
    "article.cancel": _simple("The provider cancelled the article that is quoted"),
    "article.usable": _simple("The article is usable again, says its provider"),
    "article.judge": _simple("%(who)s noted what the cancelled article means for the claim"),
    "evidence.add": _evidence("%(who)s added evidence: %(title)s"),
    "evidence.edit": _evidence("%(who)s edited evidence: %(title)s"),
    "evidence.supersede": _simple("%(who)s replaced evidence"),
    "evidence.read": _simple("%(who)s saw a protected item"),
    "evidence.fetch": _simple("%(who)s asked for a page to be read"),
    "evidence.kept": _evidence("A copy was kept: %(title)s"),
    "evidence.failed": _evidence("The page did not open: %(title)s"),
    "evidence.compare": _simple("%(who)s compared a page with its copy"),
    "evidence.changed": _evidence("The page reads otherwise now: %(title)s"),
    "decision.make": _decided,
    "decision.reword": _simple("The same verdict in other words stands"),
    "claim.split": _linked("%(who)s split #%(number)d off", "part"),
    "claim.merge": _linked("%(who)s merged it into #%(number)d", "into"),
    "claim.absorb": _linked("%(who)s merged #%(number)d into it", "merged"),
    "claim.release": _linked("%(who)s took #%(number)d out of it again", "merged"),
    "claim.publish": _published,
    "claim.correct": _corrected,
    "claim.withdraw": _simple("%(who)s withdrew what was public"),
}
