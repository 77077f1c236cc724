"""Refusals of the record.

Each is an exception with a stable `code` and a sentence. The same sentence is the tooltip, the body of the API's
problem response and what the tests expect, so it is written for the person who reads it. The docstring is the
default sentence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from inspect import getdoc
from typing import ClassVar, Self

from claims.plaintext import listed


class ClaimDeskError(Exception):
    """This cannot be done."""

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 409

    def __init__(self, message: str = "", *, hint: str = "", pointer: str = "", **facts: object) -> None:
        self.message = message or (getdoc(type(self)) or "").strip().splitlines()[0]
        self.hint, self.pointer, self.facts = hint, pointer, facts
        super().__init__(self.message)

    def at(self, pointer: str) -> Self:
        """The same refusal, placed at a JSON pointer of the request (for example `/claims/0/quote`)."""
        self.pointer = pointer
        return self


class Invalid(ClaimDeskError):
    """A value in the request is not usable."""

    code = "invalid"
    status = 422


class SeveralFaults(Invalid):
    """Several things need attention."""

    def __init__(self, faults: Sequence[ClaimDeskError]) -> None:
        super().__init__(f"{len(faults)} things need attention.")
        self.faults = tuple(faults)


class Faults:
    """What several checks refuse, collected, so that somebody is told all of it at once."""

    def __init__(self) -> None:
        self._found: list[ClaimDeskError] = []

    @contextmanager
    def caught(self) -> Iterator[None]:
        """Run one check, or several that collect by themselves; go on whatever it refuses."""
        try:
            yield
        except SeveralFaults as several:
            self._found += several.faults
        except ClaimDeskError as refusal:
            self._found.append(refusal)

    def refuse(self) -> None:
        """Raise the only refusal as it is, or all of them as `SeveralFaults`; none, when there was none."""
        if len(self._found) > 1:
            raise SeveralFaults(self._found)
        if self._found:
            raise self._found[0]


class NaiveTime(Invalid):
    """The time has no zone. Write it with an offset, for example 2026-11-27T18:00:00+02:00."""

    code = "naive_time"


class UnusableText(Invalid):
    """The text holds a character that cannot be kept."""

    code = "unusable_text"


class QuoteNotInText(Invalid):
    """The quote does not stand in the article's text."""

    code = "quote_not_found"


class QuoteAmbiguous(Invalid):
    """The quote stands more than once in the article's text."""

    code = "quote_ambiguous"


class UnusableAddress(Invalid):
    """The link cannot be used."""

    code = "unusable_address"


class NotFound(ClaimDeskError):
    """There is nothing here, or it is not yours to see."""

    code = "not_found"
    status = 404


class RoleMissing(ClaimDeskError):
    """You may not do this."""

    code = "role_missing"
    status = 403

    @classmethod
    def of(cls, action: str, roles: list[str]) -> Self:
        return cls(f"{action}: only for {listed(roles)}.")


class ScopeMissing(ClaimDeskError):
    """This key may not do this."""

    code = "scope_missing"
    status = 403


class StaleVersion(ClaimDeskError):
    """Somebody changed this since you read it. Read it again, then repeat your change."""

    code = "stale_version"
    status = 412


class ActionNotPossible(ClaimDeskError):
    """The state of the claim does not allow this."""

    code = "action_not_possible"

    @classmethod
    def in_state(cls, action: str, state: str | None, sources: list[str]) -> Self:
        if not sources:
            return cls(f"{action} makes a new claim; this one exists.")
        where = f"this claim is {state}" if state else "there is no claim yet"
        return cls(f"{action} is possible only in {listed(sources)}; {where}.")


class DeskMissing(ClaimDeskError):
    """A claim needs a desk before it can be queued. Name one."""

    code = "desk_missing"


class ReasonMissing(Invalid):
    """Give a reason, so that others can follow it later."""

    code = "reason_missing"


class DueTooEarly(Invalid):
    """Review due must lie ahead."""

    code = "due_too_early"


class NoOwnDate(ClaimDeskError):
    """The claim has no date of its own."""

    code = "no_own_date"


class EvidenceMissing(ClaimDeskError):
    """No evidence yet. Record "Unproven" or add evidence."""

    code = "evidence_missing"


class EvidenceInUse(ClaimDeskError):
    """A verdict has used this evidence, so it cannot be edited. Add a new item that supersedes it."""

    code = "evidence_in_use"


class OriginsTooFew(ClaimDeskError):
    """The evidence goes back to too few distinct origins."""

    code = "origins_too_few"


class AnswerMissing(Invalid):
    """Answer "Is it so?", or say that it is too early to tell."""

    code = "answer_missing"


class OutcomeMissing(Invalid):
    """A dated claim needs an outcome: by its date, later, did not happen, or unknown."""

    code = "outcome_missing"


class TooEarlyNotPossible(Invalid):
    """Too early is for a claim whose own date lies ahead."""

    code = "too_early_not_possible"


class NotUndoable(ClaimDeskError):
    """This cannot be undone any more."""

    code = "not_undoable"


class SelfPublication(ClaimDeskError):
    """Whoever reviewed first neither publishes nor corrects nor withdraws. Ask another editor."""

    code = "self_publication"


class NothingPublished(ClaimDeskError):
    """Nothing about this claim is public."""

    code = "nothing_published"


class NotPublic(NothingPublished):
    """The verdict that stands is not public yet. Publish it: it replaces the earlier one."""

    code = "not_public"


class AlreadyPublished(ClaimDeskError):
    """This verdict is public already."""

    code = "already_published"


class WithdrawnForGood(ClaimDeskError):
    """This verdict was withdrawn. Reopen the claim: a new decision can be published."""

    code = "withdrawn"


class Embargoed(ClaimDeskError):
    """The article is under embargo."""

    code = "embargoed"


class CorrectionMissing(Invalid):
    """Readers know an earlier verdict. Say how much has changed (minor, update or substantial) and what."""

    code = "correction_missing"


class CorrectionNotPossible(Invalid):
    """This is no correction."""

    code = "correction_not_possible"


class DuplicateNotPossible(ClaimDeskError):
    """This claim cannot be merged into that one."""

    code = "duplicate_not_possible"


class PartSame(Invalid):
    """The second claim must say something else than the first."""

    code = "part_same"


class FileTooLarge(Invalid):
    """The file is larger than 25 MB."""

    code = "file_too_large"
    status = 413


class FileDamaged(ClaimDeskError):
    """The kept copy is no longer what was kept. It is not handed out; tell an administrator."""

    code = "file_damaged"
    status = 500


class ExportTooLarge(ClaimDeskError):
    """What is kept of this claim is too large for one file. Download it in parts."""

    code = "export_too_large"


class WebhookOff(ClaimDeskError):
    """This webhook is switched off. Switch it on first."""

    code = "webhook_off"
