"""Refusals of a step: what the claim, its evidence or what readers know of it stands against."""

from __future__ import annotations

from claims.errors.base import ClaimDeskError, Invalid


class DeskMissing(ClaimDeskError):
    """A claim needs a desk before it can be queued. Name one.

    A claim without a desk has nobody who could check it. Send `desk` with the step.
    """

    code = "desk_missing"


class ReasonMissing(Invalid):
    """Give a reason, so that others can follow it later.

    Whoever reads the timeline later has to understand the step. Send a `reason` in a few words.
    """

    code = "reason_missing"


class DueTooEarly(Invalid):
    """Review due must lie ahead.

    A review due that has passed would be late at once. Send a moment that lies ahead.
    """

    code = "due_too_early"


class NoOwnDate(ClaimDeskError):
    """The claim has no date of its own.

    The step is about the date by which the claim says something happens, and it has none. Set it first with
    `set_own_date`.
    """

    code = "no_own_date"


class EvidenceMissing(ClaimDeskError):
    """No evidence yet. Record "Unproven" or add evidence.

    The verdict needs evidence that bears on its question, and there is none. Add some to the claim, or judge it
    unproven or not checked.
    """

    code = "evidence_missing"


class EvidenceInUse(ClaimDeskError):
    """A verdict has used this evidence, so it cannot be edited. Add a new item that supersedes it.

    A decision rests on this item, which therefore stays as it was. Send the new words to its `supersede`.
    """

    code = "evidence_in_use"


class OriginsTooFew(ClaimDeskError):
    """The evidence goes back to too few distinct origins.

    Several items may go back to one source, and the desk asks for more distinct ones. Add evidence from another
    origin, or choose another verdict.
    """

    code = "origins_too_few"


class AnswerMissing(Invalid):
    """Answer "Is it so?", or say that it is too early to tell.

    A verdict answers whether it is so, unless it is too early to tell. Send `so`, or say that it is too early.
    """

    code = "answer_missing"


class OutcomeMissing(Invalid):
    """A dated claim needs an outcome: by its date, later, did not happen, or unknown.

    For a claim with a date of its own the verdict says what came of it. Send the outcome.
    """

    code = "outcome_missing"


class TooEarlyNotPossible(Invalid):
    """Too early is for a claim whose own date lies ahead.

    Too early holds only while the claim's own date lies ahead. Give an answer instead.
    """

    code = "too_early_not_possible"


class NotUndoable(ClaimDeskError):
    """This cannot be undone any more.

    A step is taken back within a minute, by whoever took it, while nothing follows from it. Take the step that
    undoes it in effect; the sentence often names it.
    """

    code = "not_undoable"


class SelfPublication(ClaimDeskError):
    """Whoever reviewed first neither publishes nor corrects nor withdraws. Ask another editor.

    Two pairs of eyes see a verdict before readers do. Ask another editor of the desk.
    """

    code = "self_publication"


class NothingPublished(ClaimDeskError):
    """Nothing about this claim is public.

    The step is about what readers see, and they see nothing of this claim. Publish the verdict first.
    """

    code = "nothing_published"


class NotPublic(NothingPublished):
    """The verdict that stands is not public yet. Publish it: it replaces the earlier one.

    Readers still see an earlier verdict. Publish the one that stands; then it can be corrected or withdrawn.
    """

    code = "not_public"


class AlreadyPublished(ClaimDeskError):
    """This verdict is public already.

    The verdict that stands is what readers see, so nothing was done. To change its words, correct it; to change the
    answer, reopen the claim.
    """

    code = "already_published"


class WithdrawnForGood(ClaimDeskError):
    """This verdict was withdrawn. Reopen the claim: a new decision can be published.

    A verdict that was taken back is not published again. Reopen the claim and decide anew.
    """

    code = "withdrawn"


class Embargoed(ClaimDeskError):
    """The article is under embargo.

    Until its embargo ends an article and its claims stay on its desk, out of others' sight. Wait until then, or
    have the embargo changed by whoever may.
    """

    code = "embargoed"


class CorrectionMissing(Invalid):
    """Readers know an earlier verdict. Say how much has changed (minor, update or substantial) and what.

    Readers have to be told how a new verdict differs from the one they know. Send `correction_class` and a `note`.
    """

    code = "correction_missing"


class CorrectionNotPossible(Invalid):
    """This is no correction.

    What was sent does not go with what is public now. The sentence says why; publish, correct or reopen instead.
    """

    code = "correction_not_possible"


class StillPublic(ClaimDeskError):
    """Readers are told a verdict on this claim. Decide it again and withdraw that first.

    A claim whose verdict readers see is not put away: nobody could correct or withdraw the verdict then. Decide it
    again; then publish that, or withdraw what is public.
    """

    code = "still_public"


class DuplicateNotPossible(ClaimDeskError):
    """This claim cannot be merged into that one.

    The two claims cannot be one: they are the same, or one of them is merged already or elsewhere. Name another
    claim that stays.
    """

    code = "duplicate_not_possible"


class PartSame(Invalid):
    """The second claim must say something else than the first.

    Splitting is for a claim that says two things. Send the words of the second one.
    """

    code = "part_same"


class FileTooLarge(Invalid):
    """The file is larger than 25 MB.

    The file has more bytes than are kept. Send a smaller one, or the part of it that matters.
    """

    code = "file_too_large"
    status = 413


class FileNotKept(ClaimDeskError):
    """The file cannot be kept at the moment, and nothing was recorded. Tell an administrator.

    Where evidence is kept is full, or may not be written to. Send it again, with the same Idempotency-Key, when an
    administrator has made room.
    """

    code = "file_not_kept"
    status = 503


class FileDamaged(ClaimDeskError):
    """The kept copy is no longer what was kept. It is not handed out; tell an administrator.

    The bytes on the disk no longer have the SHA-256 that was noted, so they are withheld. Tell an administrator,
    who can restore them from a backup.
    """

    code = "file_damaged"
    status = 500


class ExportTooLarge(ClaimDeskError):
    """What is kept of this claim is too large for one file. Download it in parts.

    One file holds at most 500 MB. Download it in `parts`, with `part` from 1 on.
    """

    code = "export_too_large"


class WebhookOff(ClaimDeskError):
    """This webhook is switched off. Switch it on first.

    Nothing is sent while the webhook is off, so nothing can be tried or sent again. Switch it on with `PATCH` and
    `is_enabled`.
    """

    code = "webhook_off"
