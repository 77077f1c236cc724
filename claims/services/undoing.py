"""Takes back the last step of a person, for a minute and only while nobody else has acted since.

History is never erased: undoing writes the fields back and records a compensating event. What can be taken back is
what can be taken back truthfully: the event of a step holds every field before and after, and whatever a step meant
for people, flags and another claim was recorded in the same moment and goes back with it.

The clock is nobody: what it announced since stands in no step's way. Nor does routing where the step itself brought the
claim before it: within two seconds it has given the claim to somebody, and their seat is taken back with the step as
long as no person has acted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime

from claims.actors import Actor, ActorKind
from claims.deadlines import TimeFlag
from claims.errors import Invalid, NotUndoable
from claims.lifecycle import Action, Role, State
from claims.models import Claim, ClaimEvent, Decision, Desk, Flag, User
from claims.models.worded import worded
from claims.services.duplicates import check_repeats, other_of, tell_merged, tell_released
from claims.services.embargoes import check_keeps_embargo
from claims.services.linkflags import keep_flags
from claims.services.splitting import take_back_part
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
        Action.REOPEN,
        Action.HAND_OVER,
        Action.DECLINE,
        Action.SPLIT,
        Action.MERGE,
    }
)
UNDOABLE_TYPES = frozenset(f"claim.{action}" for action in UNDOABLE)
# Steps after which the claim is routed, or routed anew: what routing made of them goes back with them.
ROUTED = frozenset(
    f"claim.{action}"
    for action in (
        Action.ACCEPT,
        Action.RESTORE,
        Action.REOPEN,
        Action.HAND_OVER,
        Action.DECLINE,
        Action.CHANGE_DESK,
    )
)
# What belongs to a step that was taken with it, and goes back with it.
FOLLOWING = frozenset({"claim.assign", "claim.hand_over", "claim.raise_flag", "claim.clear_flag"})
_KEPT_REVIEW = "A review stays as it was submitted. An editor can reopen the claim."
_READ = "Readers may have seen it, so it cannot be undone. Correct or withdraw it."
WHY_NOT: Mapping[str, str] = {
    "claim.submit_review": _KEPT_REVIEW,
    "claim.adjudicate": _KEPT_REVIEW,
    "claim.ask_second_opinion": "A second opinion was asked for, and somebody may be judging. It cannot be undone.",
    "claim.publish": _READ,
    "claim.correct": _READ,
    "claim.withdraw": "Readers were told that it is withdrawn. Reopen the claim and publish a new verdict instead.",
    "claim.recuse": "The interest stays declared, so it cannot be undone. An editor can put you on the claim again.",
    "claim.assign": "Hand the claim over or decline it instead.",
    "claim.start": "The review has begun. Hand the claim over instead.",
    "claim.absorb": "Undo it on the claim that was merged.",
    "claim.release": "Undo it on the claim that was restored.",
    "claim.undo": "Undoing cannot be undone. Take the step again.",
    "claim.propose": "A claim that was made stays in the record. Dismiss it instead.",
    "article.compare": "What was noted of the article stays in the record.",
    "article.judge": "What was noted of the article stays in the record.",
    "evidence.add": "Evidence stays in the record. Replace it instead.",
    "evidence.edit": "Edit the evidence again instead.",
    "evidence.supersede": "Evidence stays in the record. Replace it again instead.",
}
DONE_SINCE = "Something else was done since. Take the opposite step instead."
TAKEN_BACK = "This step was taken back already."
MOST_AT_ONCE = 40  # events of one step: itself, and what it meant for people and flags


@dataclass(frozen=True)
class _Last:
    """The last thing that somebody did: the events of that moment in their order, and what the machine did `since`."""

    at_once: Sequence[ClaimEvent]
    since: Sequence[ClaimEvent]


def _last(claim_id: int) -> _Last:
    newest = _newest(claim_id)
    if not newest:  # there is no such claim, which is for whoever locks it to say
        return _Last((), ())
    chosen = next((one for one in newest if not (one.is_announcement or one.is_routing)), newest[-1])
    told = [event for event in reversed(newest) if event.recorded_at >= chosen.recorded_at]
    at_once = [event for event in told if event.recorded_at == chosen.recorded_at]
    return _Last(at_once, told[len(at_once) :])


@worded
def _newest(claim: int) -> QuerySet[ClaimEvent]:
    return ClaimEvent.objects.moving().filter(claim=claim).order_by("-seq")[:MOST_AT_ONCE]


def undoable(held: Held, by: Actor) -> ClaimEvent:
    """The event that this person may take back. Raises `NotUndoable` or `Embargoed`, with the reason why not."""
    return _step(held, by)[0][0]


def _step(held: Held, by: Actor, seq: int | None = None) -> tuple[list[ClaimEvent], list[ClaimEvent]]:
    """The person's last step with all that was recorded in its moment, the step first; and what routing did since.

    `seq` is the number of an event of the step that is meant; a later step is not taken back in its place.
    """
    last = _last(held.claim.pk)
    if seq is not None and all(event.seq != seq for event in last.at_once):
        _check_is_there(held, seq)
    at_once, routed = last.at_once, [event for event in last.since if event.is_routing]
    # Numbers of people and of keys overlap: a step is somebody's by kind and number.
    mine = [event for event in at_once if event.actor_kind == ActorKind.PERSON == by.kind and event.actor_id == by.id]
    if not mine or (routed and not any(event.type in ROUTED for event in mine)):
        raise NotUndoable("Something else has happened since, or the last step was not yours.")
    if seq is not None and all(event.seq != seq for event in at_once):
        is_back = any(event.data.get("undone") == seq for event in mine)
        raise NotUndoable(TAKEN_BACK if is_back else DONE_SINCE)
    if held.now - mine[0].recorded_at > WINDOW:
        raise NotUndoable("Only for 60 seconds. Take the opposite step instead.")
    first = next((event for event in mine if event.type in UNDOABLE_TYPES), None)
    if first is None:
        said = next((event for event in reversed(mine) if event.type not in FOLLOWING), mine[-1])
        raise NotUndoable(WHY_NOT.get(said.type, "This step cannot be undone."))
    with_it = list(at_once[at_once.index(first) :])
    for event in with_it[1:]:
        if event.type not in FOLLOWING:
            raise NotUndoable(WHY_NOT.get(event.type, "This step cannot be undone."))
    if back := _before(with_it).get("desk"):
        check_keeps_embargo(held.claim, held.now, back)
    return with_it, routed


def _check_is_there(held: Held, seq: int) -> None:
    newest = held.claim.events.latest("seq").seq
    if seq > newest:
        raise Invalid(f"The claim has no event {seq}; its newest is {newest}.", pointer="/seq")


def touched(claim_id: int) -> int | None:
    """The other claim that undoing the last step of this one would touch, None when there is none.

    Read without the lock, to know what to lock; the undoing looks again.
    """
    return next((number for event in _last(claim_id).at_once if (number := _other_in(event)) is not None), None)


def _other_in(event: ClaimEvent) -> int | None:
    named = (event.data.get(name) for name in ("into", "released", "part") if event.type in UNDOABLE_TYPES)
    return next((int(number) for number in named if isinstance(number, int)), None)


def gave_away(claim_id: int, user: User | None) -> bool:
    """Whether this person brought the claim to another desk within the last minute, and so may still undo that.

    They gave it there, or accepted it and a rule sent it there, and may not see it any more. The step they would take
    back is their own, so nothing is shown that they did not write.
    """
    if user is None:
        return False
    lately = ClaimEvent.objects.filter(claim=claim_id, recorded_at__gte=database_time() - WINDOW)
    mine = lately.filter(actor_kind=ActorKind.PERSON, actor_id=user.pk)
    return any("desk" in event.data.get("changes", {}) for event in mine)


def undo(held: Held, *, by: Actor, seq: int | None = None) -> ClaimEvent:
    """Write back what the person's last step changed, with its flags, its decision and its link to another claim.

    `seq` is the number of the event that whoever asks was offered to take back, None when any last step is meant.
    Seats are the work's to give back: the event names those that routing gave since and that go with the step.
    Raises `NotUndoable`, `Embargoed`, and `Invalid` for a number that no event has.
    """
    events, routed = _step(held, by, seq)
    step = events[0]
    stood = step.type == f"claim.{Action.REOPEN}"
    if stood:
        _let_stand_again(held)
    _put_back_flags(held, [*events, *routed])
    event = held.take(
        Action.UNDO,
        by=by.having(*by.roles, Role.SAME_PERSON),
        to=State(step.from_state),
        changes=_before(events),
        data={"undone": step.seq, "what": step.type, **_taken_off(routed)},
        decision_changed=stood,
    )
    _link_back(held, step, by)
    keep_flags(held)
    return event


def _taken_off(routed: Sequence[ClaimEvent]) -> dict[str, Any]:
    """Whose seats, given since by routing, go with the step: what the undoing's event says of them."""
    seats = [event.data for event in routed if event.type == f"claim.{Action.ASSIGN}"]
    return {"taken_off": [{"assignment": seat["assignment"], "name": seat["name"]} for seat in seats]} if seats else {}


def _before(events: Sequence[ClaimEvent]) -> dict[str, Any]:
    """Every field that changed, with the value it had first."""
    values: dict[str, Any] = {}
    for event in events:
        for name, (old, _) in event.data.get("changes", {}).items():
            values.setdefault(name, old)
    return {name: _read(name, old) for name, old in values.items()}


def _let_stand_again(held: Held) -> None:
    decision = Decision.objects.filter(claim=held.claim).latest("number")
    decision.standing = True
    decision.save(update_fields=["standing"])
    held.decide(decision)


def _put_back_flags(held: Held, events: Sequence[ClaimEvent]) -> None:
    """Flags that these events cleared stand again; those they raised do not. The clock's follow from the dates."""
    moments, types = {event.recorded_at for event in events}, {event.type for event in events}
    ours = Flag.objects.filter(claim=held.claim).exclude(kind__in=TimeFlag.values)
    raised = ours.filter(raised_at__in=moments, cleared_at__isnull=True)
    raised.update(cleared_at=held.now, cleared_by=f"claim.{Action.UNDO}")
    cleared = ours.filter(cleared_at__in=moments, cleared_by__in=types).exclude(raised_at__in=moments)
    cleared.update(cleared_at=None, cleared_by="")


def _link_back(held: Held, step: ClaimEvent, by: Actor) -> None:
    """What the undone step meant for another claim is undone there, too, and told there."""
    if "into" in step.data:
        tell_released(held, step.data["into"], by)
    if "released" in step.data:
        stays = check_repeats(held, other_of(held, step.data["released"]).claim, "/action")
        tell_merged(stays, held.claim, by)
    if "part" in step.data:
        take_back_part(other_of(held, step.data["part"]), step, by)


def _read(name: str, value: Any) -> Any:
    """A field's value from how the event keeps it."""
    if value is not None and name in ROWS:
        return ROWS[name].get(pk=value)
    if value is not None and name in TIMES:
        return parse_datetime(value)
    return value
