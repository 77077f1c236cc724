"""Carries out the steps of a ladder that return a claim to the pool.

The sweep only writes down that the step was taken. This pass finds the steps not carried out yet, and looks again under
each claim's lock: a verdict, another due, desk or person since then makes the step needless, and that is written down
instead. It may run twice, at once, or be stopped anywhere.
"""

from __future__ import annotations

from claims.actors import rule
from claims.errors import ActionNotPossible
from claims.lifecycle import Action, Role, State, check
from claims.models import Escalation
from claims.services.onebyone import one_by_one
from claims.services.transitions import Held, locked
from reviews.models import Assignment
from reviews.services.assigning import hand_over

# The desk set its ladder up, so it acts with the right of the desk's editor.
LADDER = rule("escalation ladder").having(Role.SYSTEM, Role.EDITOR)
BATCH = 200


def carry_out(batch: int = BATCH) -> int:
    """Return to the pool what its ladder says, at most `batch` claims; answers how many people were taken off one."""
    steps = Escalation.objects.to_be_returned()
    return one_by_one(steps, _carry_out, batch=batch, failed="step_not_carried_out")


def _carry_out(found: Escalation) -> int:
    with locked(found.claim_id) as held:
        step = Escalation.objects.to_be_returned().filter(pk=found.pk).first()
        if step is None or _wait_is_over(held):  # somebody else was faster, or the sweep is about to end the wait
            return 0
        seats = _late(held, step)
        for seat in seats:
            hand_over(held, seat, by=LADDER, note=f"{step.name}. Ladder of {held.claim.desk} desk")
        step.acted_at = held.now
        step.result = _result(held, step, seats)
        step.save(update_fields=["acted_at", "result"])
        return len(seats)


def _wait_is_over(held: Held) -> bool:
    """Whether the claim still waits although its wait has run out: nobody is taken off it before that has ended."""
    until = held.claim.waiting_until
    return held.claim.state == State.WAITING and until is not None and until < held.now


def _late(held: Held, step: Escalation) -> list[Assignment]:
    """Whoever had the claim when the step was taken and still has it, while it is late by the same due and desk."""
    if not _still_late(held, step):
        return []
    open_seats = Assignment.objects.open().filter(claim=held.claim, round=held.claim.round)
    return list(open_seats.filter(assigned_at__lt=step.taken_at).select_related("reviewer__user").order_by("pk"))


def _still_late(held: Held, step: Escalation) -> bool:
    try:
        check(Action.HAND_OVER, State(held.claim.state), LADDER.roles)
    except ActionNotPossible:
        return False
    return held.claim.review_due_at == step.date and held.claim.desk_id == step.desk_id


def _result(held: Held, step: Escalation, seats: list[Assignment]) -> str:
    if seats:
        return "returned to the pool"
    if held.claim.desk_id != step.desk_id:  # whose own ladder says what becomes of it
        return "on another desk"
    return "nobody was on it" if _still_late(held, step) else "no longer late"
