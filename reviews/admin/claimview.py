"""What the page of one claim says of what was read: notes, marks, buttons, the chain in words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims import timewords
from claims.addresses import host_of
from claims.admin.marking import Mark, Marked, around, marked
from claims.exports.warc import parts_of
from claims.lifecycle import Action, State
from claims.models import ChainStep, Evidence, Fetch, FetchState, FlagKind
from claims.models.event import look_for_protected
from claims.permissions import Viewer, visible_sources
from claims.services.readings import may_ask, reading_words
from claims.verdicts import Question, So
from reviews.admin.judging import judging, why_not_assign
from reviews.admin.origins import drawing_of
from reviews.admin.preview import stance_words
from reviews.admin.rows import Note
from reviews.admin.steps import DIALOGS
from reviews.rulewords import Part, sentence
from reviews.services.cases import names_for
from reviews.services.claimpage import ClaimPage
from reviews.services.comparing import canceled_of
from reviews.services.heard import look_who_heard
from reviews.services.timeline import entries
from reviews.services.whydue import why_due, why_of

AROUND = 20
LONG = 400
# What a claim in its state needs first, where the person may do it.
FIRST_OF_ALL = ("accept", "restore", "resume", "publish")
IN_HEAD = ("hand_over", "wait")
IN_MORE = (
    *("accept", "assign", "resume", "ask_second_opinion", "set_due", "set_own_date", "set_priority", "change_desk"),
    *("edit", "split", "merge", "publish", "correct", "withdraw", "reopen", "restore", "decline", "recuse", "dismiss"),
)


@dataclass(frozen=True)
class Button:
    """A step as the page offers it: its address name, its words, and the sentence why not."""

    name: str
    label: Any
    key: str
    refusal: str


@dataclass(frozen=True)
class Item:
    """One piece of evidence with what is said about it."""

    row: Evidence
    bears: str
    host: str
    superseded: bool
    number: int = 0
    taken_from: str = ""
    words: str = ""
    may_ask: bool = False
    ask_words: Any = ""
    changed: bool = False


@dataclass(frozen=True)
class Step:
    """One step of the chain in words."""

    row: ChainStep
    about: str
    is_origin: bool


def shown(page: ClaimPage, now: datetime, viewer: Viewer) -> dict[str, Any]:
    """Everything `reviews/claim.html` shows."""
    claim = page.claim
    me = viewer.user.pk if viewer.user else None
    look_for_protected(page.events, page.evidence)
    look_who_heard(page.events, viewer)
    flags = [str(kind) for kind in claim.time_flags(now, page.standing)]
    head, buttons = ([_button(page, name) for name in names] for names in (IN_HEAD, IN_MORE))
    return {
        "page": page,
        "canceled": canceled_of(page),
        "claim": claim,
        "state_words": _state_words(page, me),
        "notes": _notes(page, flags, now),
        "paragraphs": _paragraphs(page),
        "steps": [_step(row, number == len(page.chain)) for number, row in enumerate(page.chain, 1)],
        "items": _items(page),
        "evidence_words": stance_words(_counts(page)),
        "origins": drawing_of(page.evidence),
        "warc_parts": range(1, parts_of(page.evidence) + 1),
        "why_due": _why_due(page) if claim.is_open else "",
        "timeline": entries(page.events, now, me),
        "older": page.older,
        "first": _first(page),
        "goes_back": _goes_back(page),
        "head": [button for button in head if not button.refusal],
        "more": [button for button in buttons if not button.refusal],
        "not_now": [button for button in (*head, *buttons) if button.refusal],
        "undo": page.offers[Action.UNDO],
        "takes_work": bool(viewer.reviewer_of),
        "public_banner": _public_banner(page, now),
        **judging(page, viewer),
        "may_except": bool({"editor"} & {str(role) for role in page.roles}),
        "so_keys": list(enumerate(So, 1)),
        "before": page.neighbour(-1),
        "after": page.neighbour(1),
        "why_here": page.mine.reasons if page.mine else [],
        "rule_parts": _rule_parts(page),
    }


def offered(page: ClaimPage) -> list[Button]:
    """The steps of the page that the person could take now."""
    buttons = (_button(page, name) for name in (*IN_HEAD, *IN_MORE))
    return [button for button in buttons if not button.refusal]


def _why_due(page: ClaimPage) -> str:
    """Why it is due then: read anew only where what says so may stand before the events of the page."""
    return why_due([page.claim.pk]).get(page.claim.pk, "") if page.older else why_of(reversed(page.events))


def _rule_parts(page: ClaimPage) -> tuple[Part, ...]:
    """The rule that took the claim as a sentence; nothing where none did."""
    if page.course is None or page.course.rule is None:
        return ()
    ruled = page.course.rule.ruled()
    return sentence(ruled.conditions, ruled.outcomes, names_for([ruled], visible_sources(page.viewer, page.now)))


def _public_banner(page: ClaimPage, now: datetime) -> str:
    """What to know while readers are told a verdict that no longer stands; empty when they are not."""
    if page.public is None or page.public.standing:
        return ""
    if page.standing is not None:
        return _("A new verdict stands. The earlier one stays public until the new one is published.")
    reopened = page.claim.events.filter(type="claim.reopen").order_by("-seq").first()
    if reopened is None:
        return _("The earlier verdict stays public until a new one is published.")
    return _(
        "Reopened by %(who)s, %(when)s: %(why)s. The earlier verdict stays public until a new one is published."
    ) % {
        "who": reopened.actor_name,
        "when": timewords.absolute(reopened.recorded_at, now, get_current_timezone()),
        "why": reopened.reason.rstrip("."),
    }


def _state_words(page: ClaimPage, me: int | None) -> str:
    label = page.claim.get_state_display()
    if not page.holders:
        return _("%(state)s, nobody on it") % {"state": label} if page.claim.is_open else label
    names = ", ".join(_("you") if one.reviewer.user_id == me else str(one.reviewer) for one in page.holders)
    by = page.claim.state == State.IN_REVIEW
    return (_("%(state)s by %(names)s") if by else _("%(state)s, with %(names)s")) % {"state": label, "names": names}


def _notes(page: ClaimPage, flags: list[str], now: datetime) -> list[Note]:
    claim = page.claim
    found = [
        Note(flag.kind, flag.reason if flag.kind != "split" else "")
        for flag in page.flags
        if flag.kind in {"split", "unroutable", "away", "idle", "source_changed", "evidence_gone"}
    ]
    if "date_passed" in flags:
        found.append(Note("date_passed"))
    if "date_near" in flags and claim.confirm_by is not None:
        found.append(Note("date_near", timewords.own_date_note(claim.confirm_by, claim.confirm_zone, now)))
    return found


def _paragraphs(page: ClaimPage) -> list[Marked]:
    if page.appearance is None:
        return []
    marks = [Mark(one.claim_id, one.start, one.end, one.claim_id == page.claim.pk) for one in page.siblings]
    whole = marked(page.appearance.revision.text, marks)
    return around(whole, AROUND) if len(whole) > LONG else whole


def _step(row: ChainStep, is_origin: bool) -> Step:  # noqa: FBT001 - a fact of the row's place
    if row.source is None:
        return Step(row, _("Fill this in when you find it."), is_origin)
    facts = [row.source.get_kind_display() if row.named else _("unnamed")]
    if row.on_record is not None:
        facts.append(_("on the record") if row.on_record else _("not on the record"))
    if row.implied:
        facts.append(_("implied"))
    words = ", ".join(str(fact) for fact in facts)
    about = f"{words[:1].upper()}{words[1:]}."
    return Step(row, f"{about} {_('The claim starts here.')}" if is_origin else about, is_origin)


def _items(page: ClaimPage) -> list[Item]:
    """The evidence in its order, numbered; what an item was taken from is named only to those who see that too."""
    seen = {row.pk: row.shown_title for row in page.evidence}
    return [
        replace(
            _item(row),
            number=number,
            taken_from=seen.get(row.derives_from_id, _("an item you do not see")) if row.derives_from_id else "",
        )
        for number, row in enumerate(page.evidence, 1)
    ]


def _item(row: Evidence) -> Item:
    question = _("said") if row.question == Question.SAID else _("so")
    bears = _("%(stance)s “%(question)s”") % {"stance": row.get_stance_display(), "question": question}
    item = Item(row, bears, host_of(row.url) if row.url else "", row.superseded_by_id is not None)
    return item if row.reading is None else _with_reading(item, row.reading)


ASK = {
    FetchState.UNASKED: gettext_lazy("Read it once and keep a copy"),
    FetchState.FAILED: gettext_lazy("Try again"),
    FetchState.GONE: gettext_lazy("Try again"),
}


def _with_reading(item: Item, reading: Fetch) -> Item:
    """A link with how far its reading has come, and what asking by hand would be called."""
    changed = item.row.newest_copy > reading.compared
    words = reading_words(reading) or (_("The page reads otherwise now than its first copy.") if changed else "")
    ask = ASK.get(FetchState(reading.state), gettext_lazy("Look again now"))
    return replace(item, words=words, changed=changed, may_ask=may_ask(reading), ask_words=ask)


def _counts(page: ClaimPage) -> dict[str, int]:
    counts: dict[str, int] = {}
    for row in page.evidence:
        if row.superseded_by_id is None:
            counts[row.stance] = counts.get(row.stance, 0) + 1
    return counts


def _offer(page: ClaimPage, action: Action) -> str:
    offer = page.offers.get(action)
    return "" if offer is None or offer.allowed else offer.sentence


def _first(page: ClaimPage) -> list[Button]:
    """What the claim needs before anything else, where the person may do it."""
    steps = [_button(page, name) for name in FIRST_OF_ALL]
    is_split = any(flag.kind == "split" for flag in page.flags)
    is_settled_by = any(one.part == "adjudication" and one.status == "open" for one in page.assignments)
    if is_split and not is_settled_by and "editor" in map(str, page.roles):
        steps.append(replace(_button(page, "assign"), label=_("Name an adjudicator")))
    return [step for step in steps if not step.refusal]


def _goes_back(page: ClaimPage) -> bool:
    """Whether an editor is offered to give the claim back at once: whoever alone has it is away, or lets it stand."""
    stands_still = any(flag.kind in {FlagKind.AWAY, FlagKind.IDLE} for flag in page.flags)
    return stands_still and page.mine is None and len(page.holders) == 1 and not _offer(page, Action.HAND_OVER)


def _button(page: ClaimPage, name: str) -> Button:
    dialog = DIALOGS[name]
    refusal = why_not_assign(page) if name == "assign" else _offer(page, dialog.action)
    return Button(name, LABELS.get(name, dialog.button), dialog.key, refusal)


LABELS = {
    "assign": gettext_lazy("Assign somebody"),
    "ask_second_opinion": gettext_lazy("Second opinion"),
    "edit": gettext_lazy("Edit words"),
    "publish": gettext_lazy("Publish the verdict"),
    "correct": gettext_lazy("Correct its words"),
    "withdraw": gettext_lazy("Withdraw"),
}
