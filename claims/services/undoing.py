"""Takes back the last step of a person, for a minute and only while nothing else has happened since.

History is never erased: undoing writes the fields back and records a compensating event. The steps that can be
taken back are those that change only the claim's own fields; the event of each holds every field before and after.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils.dateparse import parse_datetime

from claims.actors import Actor, ActorKind
from claims.deadlines import TimeFlag
from claims.errors import NotUndoable
from claims.lifecycle import Action, Role, State
from claims.models import Claim, ClaimEvent, Desk, Flag, User
from claims.services.transitions import Held, database_time

WINDOW = timedelta(seconds=60)
ROWS: dict[str, Any] = {"desk": Desk.objects, "duplicate_of": Claim.objects}
TIMES = frozenset(
    {
        "review_due_at",
        "first_review_due_at",
        "accepted_at",
        "waiting_until",
        "confirm_from",
        "confirm_by",
        "confirm_counted_from",
    }
)
UNDOABLE = frozenset(
    {
        Action.ACCEPT,
        Action.DISMISS,
        Action.RESTORE,
        Action.WAIT,
        Action.RESUME,
        Action.SET_DUE,
        Action.SET_OWN_DATE,
        Action.CHANGE_DESK,
        Action.SET_PRIORITY,
        Action.EDIT,
    }
)


# What comes in by itself and moves nothing of the claim.
PASSING = ("evidence.kept", "evidence.failed", "evidence.changed", "evidence.read")


def undoable(held: Held, by: Actor) -> ClaimEvent:
    """The event that this person may take back. Raises `NotUndoable` with the reason why there is none."""
    last = ClaimEvent.objects.filter(claim=held.claim).exclude(type__in=PASSING).order_by("-seq").first()
    if last is None or last.actor_kind != ActorKind.PERSON or last.actor_id != by.id:
        raise NotUndoable("Something else has happened since, or the last step was not yours.")
    if held.now - last.recorded_at > WINDOW:
        raise NotUndoable("Only for 60 seconds. Take the opposite step instead.")
    if last.type not in {f"claim.{action}" for action in UNDOABLE}:
        raise NotUndoable("This step cannot be undone.")
    return last


def gave_away(claim_id: int, user: User | None) -> bool:
    """Whether this person gave the claim to another desk within the last minute, and so may still undo that.

    They may not see the claim any more. The step they would take back is their own, so nothing is shown that they
    did not write.
    """
    if user is None:
        return False
    lately = ClaimEvent.objects.filter(claim=claim_id, recorded_at__gte=database_time() - WINDOW)
    given = lately.filter(type=f"claim.{Action.CHANGE_DESK}", actor_kind=ActorKind.PERSON, actor_id=user.pk)
    return given.exists()


def undo(held: Held, *, by: Actor) -> ClaimEvent:
    """Write back what the person's last step changed, and the flags that it cleared. Raises `NotUndoable`."""
    event = undoable(held, by)
    Flag.objects.filter(claim=held.claim, cleared_at=event.recorded_at, cleared_by=event.type).exclude(
        kind__in=TimeFlag.values
    ).update(cleared_at=None, cleared_by="")
    before = {name: _read(name, old) for name, (old, _) in event.data.get("changes", {}).items()}
    return held.take(
        Action.UNDO,
        by=by.having(*by.roles, Role.SAME_PERSON),
        to=State(event.from_state),
        changes=before,
        data={"undone": event.seq, "what": event.type},
    )


def _read(name: str, value: Any) -> Any:
    """A field's value from how the event keeps it."""
    if value is not None and name in ROWS:
        return ROWS[name].get(pk=value)
    if value is not None and name in TIMES:
        return parse_datetime(value)
    return value
