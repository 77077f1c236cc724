"""The two answers about a claim and the evidence each of them needs.

"Was it said?" and "Is it so?" are never merged. Guards are those of the decisions page, section 4: `confirmed`
needs evidence that supports "so" and `refuted` evidence that contradicts it, from enough distinct origins;
`partly`, `context` and `overtaken` need one item on "so"; `unproven` needs none; an answer to "said" that rests on
looking needs one item on "said". Notes never count.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from claims.errors import (
    AnswerMissing,
    EvidenceMissing,
    Faults,
    OriginsTooFew,
    OutcomeMissing,
    ReasonMissing,
    TooEarlyNotPossible,
)
from claims.origins import distinct_origins, with_repeats

WHY_LENGTH = (20, 600)


class Said(TextChoices):
    """Was it said? Does the article pass the statement on faithfully."""

    ACCURATE = "accurate", _("Accurately")
    ALTERED = "altered", _("Altered")
    NOT_FOUND = "not_found", _("Not found")
    NOT_CHECKED = "not_checked", _("Not checked")
    OWN_VOICE = "own_voice", _("Own voice")


class So(TextChoices):
    """Is it so? In the order used everywhere."""

    CONFIRMED = "confirmed", _("Confirmed")
    PARTLY = "partly", _("Partly confirmed")
    CONTEXT = "context", _("Missing context")
    REFUTED = "refuted", _("Refuted")
    UNPROVEN = "unproven", _("Unproven")
    OVERTAKEN = "overtaken", _("Overtaken by events")


class Outcome(TextChoices):
    """What became of a dated claim."""

    BY_DATE = "by_date", _("By its date")
    LATER = "later", _("Later")
    DID_NOT_HAPPEN = "did_not_happen", _("Did not happen")
    UNKNOWN = "unknown", _("Unknown")


class Question(TextChoices):
    """Which of the two questions a piece of evidence bears on."""

    SAID = "said", _("Was it said?")
    SO = "so", _("Is it so?")


class Stance(TextChoices):
    """What a piece of evidence does to the answer."""

    SUPPORTS = "supports", _("Supports")
    CONTRADICTS = "contradicts", _("Contradicts")
    CONTEXT = "context", _("Context")


class EvidenceKind(TextChoices):
    """How the evidence was given."""

    LINK = "link", _("Link")
    FILE = "file", _("File")
    NOTE = "note", _("Note")


UNCHECKED = frozenset({Said.NOT_CHECKED, Said.OWN_VOICE})
CARRIES = {So.CONFIRMED: Stance.SUPPORTS, So.REFUTED: Stance.CONTRADICTS}


@dataclass(frozen=True)
class Item:
    """What the guards need to know of one piece of evidence.

    `derives_from` names the item it was taken from. An item that was superseded does not count, but origins are
    followed through it. Items that share one of their `marks` are the same page or file: one origin.
    """

    id: int
    question: str
    stance: str
    kind: str
    derives_from: int | None = None
    standing: bool = True
    marks: frozenset[str] = frozenset()

    @property
    def counts(self) -> bool:
        return self.standing and self.kind != EvidenceKind.NOTE


@dataclass(frozen=True)
class Answers:
    """What one review says. `so` is empty exactly when it is too early to tell."""

    said: Said
    so: So | None
    why: str
    outcome: Outcome | None = None
    too_early: bool = False


def check_answers(answers: Answers, confirm_by: datetime | None, now: datetime) -> None:
    """The answers are complete and agree with each other.

    `confirm_by` is the claim's own date, None when it has none. Raises `AnswerMissing`, `TooEarlyNotPossible`,
    `OutcomeMissing` or `ReasonMissing`, or `SeveralFaults` with all of them.
    """
    faults = Faults()
    with faults.caught():
        _check_answered(answers)
        if answers.too_early:
            _check_too_early(answers.said, confirm_by, now)
    with faults.caught():
        _check_outcome(answers, confirm_by, now)
    with faults.caught():
        check_why(answers.why)
    faults.refuse()


def _check_answered(answers: Answers) -> None:
    if answers.so is None and not answers.too_early:
        raise AnswerMissing(pointer="/so")
    if answers.so is not None and answers.too_early:
        raise AnswerMissing('Either answer "Is it so?" or say that it is too early, not both.', pointer="/too_early")


def _check_too_early(said: Said, confirm_by: datetime | None, now: datetime) -> None:
    """Too early to tell whether it is so: the claim can still be decided on whether it was said."""
    if confirm_by is None or confirm_by < now:
        raise TooEarlyNotPossible(pointer="/too_early")
    if said in UNCHECKED:
        raise AnswerMissing("Too early, and not checked whether it was said: wait for its own date.", pointer="/said")


def _check_outcome(answers: Answers, confirm_by: datetime | None, now: datetime) -> None:
    if confirm_by is None:
        if answers.outcome is not None:
            raise OutcomeMissing("Only a claim with a date of its own has an outcome.", pointer="/outcome")
        return
    if answers.outcome is None and not answers.too_early and (answers.so is not None or confirm_by < now):
        raise OutcomeMissing(pointer="/outcome")
    if answers.too_early and answers.outcome is not None:
        raise OutcomeMissing("Too early to tell means that there is no outcome yet.", pointer="/outcome")
    if answers.outcome == Outcome.LATER and confirm_by >= now:
        raise OutcomeMissing("Its own date has not passed, so the outcome cannot be later.", pointer="/outcome")


def check_why(why: str) -> None:
    least, most = WHY_LENGTH
    if not least <= len(why) <= most:
        raise ReasonMissing(
            f"Say why in {least} to {most} characters, in words a reader can follow; this has {len(why)}.",
            pointer="/why",
        )


def check_evidence(answers: Answers, items: Iterable[Item], min_origins: int, exception_reason: str = "") -> None:
    """The evidence carries the answers.

    `items` are all evidence of the claim, `min_origins` the desk's number of distinct origins (at least 1).
    `exception_reason` is an editor's recorded reason for accepting fewer origins, never for accepting none.
    Raises `EvidenceMissing` or `OriginsTooFew`.
    """
    known = list(items)
    _check_said(answers.said, [item for item in known if item.counts])
    if answers.so is not None and answers.so != So.UNPROVEN:
        _check_so(answers.so, [item for item in known if item.counts and item.question == Question.SO])
    needed = CARRIES.get(answers.so) if answers.so else None
    if needed is not None and not exception_reason:
        _check_origins(answers, known, needed, min_origins)


def _check_said(said: Said, counted: Sequence[Item]) -> None:
    if said in UNCHECKED:
        return
    if not any(item.question == Question.SAID for item in counted):
        raise EvidenceMissing(f'"{said.label}" needs evidence on "Was it said?". Add it, or record "Not checked".')


def _check_so(so: So, on_so: Sequence[Item]) -> None:
    if not on_so:
        raise EvidenceMissing()
    needed = CARRIES.get(so)
    if needed is not None and not _carrying(on_so, needed):
        raise EvidenceMissing(f'"{so.label}" needs evidence that {needed.label.lower()} "Is it so?".')


def _check_origins(answers: Answers, known: Sequence[Item], needed: Stance, min_origins: int) -> None:
    carrying = _carrying(known, needed)
    taken_from = {item.id: item.derives_from for item in known}
    parents = with_repeats(taken_from, {item.id: item.marks for item in known})
    origins = len(distinct_origins(parents, [item.id for item in carrying]))
    if origins < min_origins:
        raise OriginsTooFew(
            f'"{answers.so and answers.so.label}" needs evidence from {min_origins} distinct origins; what there is '
            f"goes back to {origins}. Add an independent one, or have an editor judge it, who may record an exception.",
            origins=origins,
            needed=min_origins,
        )


def _carrying(items: Sequence[Item], needed: Stance) -> list[Item]:
    return [item for item in items if item.counts and item.question == Question.SO and item.stance == needed]
