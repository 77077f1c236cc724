"""The steps that change only the record. Each takes a held claim, checks what the step needs, and takes it.

Steps that also touch the work (assignments, reviews) are composed of these in `reviews.services`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from claims.actors import Actor
from claims.deadlines import Due, OwnDate, ZoneBasis, earliest_due
from claims.errors import DeskMissing, DueTooEarly, Invalid, NoOwnDate, ReasonMissing, RoleMissing, StillPublic
from claims.lifecycle import Action, DismissalReason, Role, State, WaitingReason
from claims.models import Claim, ClaimEvent, Desk, Evidence, Visibility
from claims.services.articles import line, text
from claims.services.duplicates import check_repeats, tell_merged, tell_released
from claims.services.linkflags import keep_flags
from claims.services.transitions import Held
from claims.services.wording import wording

PROTECTS_A_SOURCE = "Evidence on this claim protects a source. Only an editor of its desk gives it to another one."
BEFORE_WAIT_ENDS = (
    "This claim waits, and would be late before its wait is over. Choose a later moment, or end the wait first."
)
_NOT_WAITING = {"waiting_reason": "", "waiting_note": "", "waiting_until": None, "waiting_from": ""}


def because(reason: str, field: str = "reason", most: int = 600) -> str:
    """A reason that may be kept. Raises `ReasonMissing` when there is none, and `UnusableText`."""
    words = text(reason, field, most).strip()
    if not words:
        raise ReasonMissing(pointer=f"/{field}")
    return words


def _note(note: str, *, needed: bool) -> str:
    return because(note, "note", 300) if needed else text(note, "note", 300).strip()


def plain_due(desk: Desk, priority: int, now: datetime) -> Due:
    """Review due by the desk's plain hours, which count day and night."""
    hours = desk.hours_for(priority)
    return Due(earliest_due(now, hours, desk.minimum_minutes), f"{hours} h at priority {priority}")


def wished_due(held: Held) -> Due | None:
    """The review due that was asked for while the claim was proposed, if it still lies ahead."""
    wished = held.claim.review_due_at
    return Due(wished, "as it was asked for") if wished is not None and wished > held.now else None


def check_due(held: Held, due: datetime) -> datetime:
    """A review due that may be set: strictly ahead. Raises `DueTooEarly`."""
    if due <= held.now:
        raise DueTooEarly(pointer="/review_due_at")
    return due


def accept(
    held: Held,
    *,
    by: Actor,
    desk: Desk | None = None,
    due: datetime | None = None,
    usual: Due | None = None,
    priority: int | None = None,
    data: Mapping[str, Any] | None = None,
) -> ClaimEvent:
    """Accept a proposed claim: it gets its desk and review due, and can be routed.

    Review due is `due` where somebody says so, else what was wished for while it was proposed if that still lies
    ahead, else the `usual` one of the desk's policy, else the desk's plain hours. The event says which (`due_why`).
    `priority` replaces the one it has; `data` goes with the event. Raises `DeskMissing`, `DueTooEarly`,
    `RoleMissing`.
    """
    priority = held.claim.priority if priority is None else priority
    desk = desk or held.claim.desk
    if desk is None:
        raise DeskMissing(pointer="/desk")
    if desk != held.claim.desk:
        check_may_give_away(held, by)
    if due is not None:
        settled = Due(check_due(held, due), f"set by {by.name}")
    else:
        settled = wished_due(held) or usual or plain_due(desk, priority, held.now)
    changes = {"desk": desk, "priority": priority, **_first_due(held, settled)}
    return held.take(Action.ACCEPT, by=by, changes=changes, data={"due_why": settled.why, **(data or {})})


def _first_due(held: Held, settled: Due) -> dict[str, object]:
    """What a claim gets when it is accepted: "on time" is measured against this first review due for good."""
    due = settled.moment
    return {"review_due_at": due, "first_review_due_at": due, "accepted_at": held.now}


def check_not_told(held: Held) -> None:
    """A claim is put away only where no verdict on it is public. Raises `StillPublic`."""
    if held.public is not None:
        raise StillPublic


def dismiss(
    held: Held, *, by: Actor, reason: DismissalReason, note: str = "", duplicate_of: Claim | None = None
) -> ClaimEvent:
    """Say that a claim will not be checked, and why. `other` needs a note, `duplicate` the claim it repeats.

    Raises `ReasonMissing`, `Invalid`, `DuplicateNotPossible`, `StillPublic`.
    """
    held.check(Action.DISMISS, by)
    check_not_told(held)
    note = _note(note, needed=reason == DismissalReason.OTHER)
    if reason == DismissalReason.DUPLICATE:
        if duplicate_of is None:
            raise ReasonMissing("Name the claim that this one repeats.", pointer="/duplicate_of")
        return _repeats(held, Action.DISMISS, check_repeats(held, duplicate_of, "/duplicate_of"), by=by, note=note)
    if duplicate_of is not None:
        raise Invalid("A claim is named only where this one repeats it.", pointer="/duplicate_of")
    changes = {"dismissal_reason": reason, "dismissal_note": note, **_NOT_WAITING}
    return held.take(Action.DISMISS, by=by, changes=changes, reason=note or str(reason.label))


def merge(held: Held, *, by: Actor, into: Claim, note: str = "") -> ClaimEvent:
    """Merge a claim into the one it repeats: dismissed as its duplicate, linked both ways, nothing moved or lost.

    Raises `DuplicateNotPossible`, `StillPublic`.
    """
    held.check(Action.MERGE, by)
    check_not_told(held)
    return _repeats(held, Action.MERGE, check_repeats(held, into, "/into"), by=by, note=_note(note, needed=False))


def _repeats(held: Held, action: Action, stays: Held, *, by: Actor, note: str) -> ClaimEvent:
    reason = DismissalReason.DUPLICATE
    changes = {"dismissal_reason": reason, "dismissal_note": note, "duplicate_of": stays.claim, **_NOT_WAITING}
    data = {"into": stays.claim.pk}
    event = held.take(action, by=by, changes=changes, reason=note or str(reason.label), data=data)
    tell_merged(stays, held.claim, by)
    return event


def restore(held: Held, *, by: Actor, usual: Due | None = None) -> ClaimEvent:
    """Take a dismissed claim back into the queue, for a new round: reviews given before it was dismissed are past.

    A claim that was never accepted gets its review due now, like one that is accepted.
    """
    if held.claim.desk is None:
        raise DeskMissing(pointer="/desk")
    changes: dict[str, object] = {"dismissal_reason": "", "dismissal_note": "", "duplicate_of": None}
    changes["round"] = held.claim.round + 1
    stayed, data = held.claim.duplicate_of_id, dict[str, object]()
    if held.claim.accepted_at is None:
        settled = wished_due(held) or usual or plain_due(held.claim.desk, held.claim.priority, held.now)
        changes |= _first_due(held, settled)
        data["due_why"] = settled.why
    if stayed is not None:
        data["released"] = stayed
    event = held.take(Action.RESTORE, by=by, changes=changes, data=data)
    if stayed is not None:
        tell_released(held, stayed, by)
    keep_flags(held)
    return event


def wait(
    held: Held,
    *,
    by: Actor,
    reason: WaitingReason,
    until: datetime,
    due: datetime,
    note: str = "",
    tell_me: bool = False,
) -> ClaimEvent:
    """Park a claim until a moment, with a new review due, so that the clock never stops silently.

    `tell_me` says in the event that whoever parks it wants to be told when the wait is over.
    """
    note = _note(note, needed=reason in {WaitingReason.OTHER, WaitingReason.OTHER_CLAIM})
    if reason == WaitingReason.OWN_DATE and held.claim.confirm_by is None:
        raise Invalid("This claim has no date of its own to wait for.", pointer="/reason")
    if until <= held.now:
        raise DueTooEarly("The wait must end ahead of now.", pointer="/waiting_until")
    if due < until:
        raise DueTooEarly("Review due must not lie before the end of the wait.", pointer="/review_due_at")
    changes = {
        "waiting_reason": reason,
        "waiting_note": note,
        "waiting_until": until,
        "waiting_from": held.claim.state,
        "review_due_at": due,
    }
    data = {"tell_me": True} if tell_me else {}
    return held.take(Action.WAIT, by=by, changes=changes, reason=note or str(reason.label), data=data)


def resume(held: Held, *, by: Actor, occurred_at: datetime | None = None) -> ClaimEvent:
    """End a wait: the claim goes back to where it came from. `occurred_at` is when the wait ran out, if it did."""
    back = State(held.claim.waiting_from or State.QUEUED)
    return held.take(Action.RESUME, by=by, to=back, changes=_NOT_WAITING, occurred_at=occurred_at)


def set_due(held: Held, *, by: Actor, due: datetime, reason: str) -> ClaimEvent:
    """Move review due. The first one is kept: "on time" is measured against it.

    Of a claim that waits it stays behind the end of the wait, as when it was parked. Raises `DueTooEarly`.
    """
    held.check(Action.SET_DUE, by)
    check_due(held, due)
    if (until := held.claim.waiting_until) is not None and due < until:
        raise DueTooEarly(BEFORE_WAIT_ENDS, pointer="/review_due_at")
    return held.take(Action.SET_DUE, by=by, changes={"review_due_at": due}, reason=because(reason))


def set_own_date(
    held: Held,
    *,
    by: Actor,
    own: OwnDate | None,
    reason: str,
    words: str = "",
    zone_basis: str = ZoneBasis.STATED,
) -> ClaimEvent:
    """Set the claim's own date, or take it away (`own` None)."""
    held.check(Action.SET_OWN_DATE, by)
    if own is None and held.claim.confirm_by is None:
        raise NoOwnDate()
    changes = {
        "confirm_from": own and own.confirm_from,
        "confirm_by": own and own.confirm_by,
        "confirm_precision": own.precision if own else "",
        "confirm_zone": own.zone if own else "",
        "confirm_zone_basis": (zone_basis or ZoneBasis.STATED) if own else "",
        "confirm_words": (line(words, "words", 200) or held.claim.confirm_words) if own else "",
        "confirm_counted_from": held.claim.confirm_counted_from if own else None,
        "confirm_read_by": by.name if own else "",
    }
    return held.take(Action.SET_OWN_DATE, by=by, changes=changes, reason=because(reason))


def change_desk(held: Held, *, by: Actor, desk: Desk, reason: str, data: Mapping[str, Any] | None = None) -> ClaimEvent:
    """Give the claim to another desk. `data` goes with the event. Raises `Invalid` for its own, `RoleMissing`."""
    check_may_give_away(held, by)
    if desk.pk == held.claim.desk_id:
        raise Invalid(f"The claim is on the desk {desk.name} already. Choose another one.", pointer="/desk")
    told = {"to": desk.name, **(data or {})}
    return held.take(Action.CHANGE_DESK, by=by, changes={"desk": desk}, reason=because(reason), data=told)


def check_may_give_away(held: Held, by: Actor) -> None:
    """Whether somebody may bring the claim to another desk. Raises `RoleMissing`.

    Its editors would read there whom its evidence protects, so only an editor decides that, who reads it here: neither
    a reviewer with the right to triage nor a key. A claim without a desk is taken by an editor of the desk it comes to.
    """
    if Role.EDITOR in by.roles or Role.SYSTEM in by.roles:
        return
    if Evidence.objects.filter(claim=held.claim, visibility=Visibility.PROTECTED).exists():
        raise RoleMissing(PROTECTS_A_SOURCE)


def set_priority(held: Held, *, by: Actor, priority: int, reason: str) -> ClaimEvent:
    """Set the priority, 1 (highest) to 4. Review due stays as it is."""
    changes = {"priority": check_priority(priority)}
    return held.take(Action.SET_PRIORITY, by=by, changes=changes, reason=because(reason))


def check_priority(priority: int) -> int:
    """A priority that there is. Raises `Invalid`."""
    if priority not in range(1, 5):
        raise Invalid("Priority is 1 (highest) to 4.", pointer="/priority")
    return priority


def edit(held: Held, *, by: Actor, changes: dict[str, object]) -> ClaimEvent:
    """Change the words of a claim: statement, short text, topics, language, why it was selected."""
    return held.take(Action.EDIT, by=by, changes=wording(changes))


def reopen(held: Held, *, by: Actor, reason: str) -> ClaimEvent:
    """Reopen a decided claim: its decision stops standing, a new round begins; what is published stays."""
    reason = because(reason)
    stood = held.standing
    if stood is not None:
        stood.standing = False
        stood.save(update_fields=["standing"])
        held.decide(None)
    changes: dict[str, object] = {"round": held.claim.round + 1}
    data = {"decision": stood.pk} if stood is not None else None
    return held.take(Action.REOPEN, by=by, changes=changes, reason=reason, data=data, decision_changed=True)
