"""What the dialogs about who is on a claim end in: coming on it, leaving it, asking for one more.

What can be undone answers its event.
"""

from __future__ import annotations

from claims.errors import RoleMissing
from claims.lifecycle import Action, Role, State, check
from claims.models import ClaimEvent
from claims.permissions import Viewer
from claims.services.transitions import locked
from reviews.admin.person_forms import OpinionStep, PersonStep, SeatStep
from reviews.admin.step_forms import StepForm
from reviews.errors import NotEligible
from reviews.permissions import roles_on
from reviews.services import assigning, reviewing, routing
from reviews.services.acting import acting_on
from reviews.services.editing import take_as_editor


def take(claim_id: int, form: StepForm, viewer: Viewer) -> None:
    """Take the claim from the pool; as an editor without a seat there, the one that waits for an editor."""
    check(Action.ASSIGN, State(form.page.claim.state), roles_on(viewer, form.page.claim))
    routing.take(claim_id, viewer)


def judge(claim_id: int, form: StepForm, viewer: Viewer) -> None:
    """Take the seat that waits for an editor."""
    del form
    take_as_editor(claim_id, viewer)


def assign(claim_id: int, form: StepForm, viewer: Viewer) -> None:
    """Put somebody on the claim, as its editor."""
    claim = form.page.claim
    roles = roles_on(viewer, claim)
    check(Action.ASSIGN, State(claim.state), roles)
    if Role.EDITOR not in roles:
        raise RoleMissing("Putting somebody on a claim: only for editors of its desk. Take it yourself instead.")
    if not isinstance(form, PersonStep):
        raise NotEligible(pointer="/reviewer")
    chosen_by, note = f"assigned by {viewer.actor.name}", form.cleaned_data["note"]
    with locked(claim.pk):  # the profile of an editor who has none is made with the seat, as by whoever takes it
        reviewer = form.person()
        if reviewer is None:
            raise NotEligible(pointer="/reviewer")
        routing.give(claim, reviewer, viewer, chosen_by=chosen_by, note=note, part=form.part)


def hand_over(claim_id: int, form: StepForm, viewer: Viewer) -> ClaimEvent:
    """Give a seat to somebody else, or back to the pool."""
    with acting_on(claim_id, viewer, form.cleaned_data["version"]) as acting:
        to = form.person() if isinstance(form, PersonStep) else None
        seat = assigning.assignment_of(acting.held, _named(form), acting.mine)
        routing.pass_on(acting.held, seat, to, by=acting.by, note=form.cleaned_data["note"])
        moment = acting.held.now
        return acting.held.claim.events.get(type=f"claim.{Action.HAND_OVER}", recorded_at=moment)


def decline(claim_id: int, form: StepForm, viewer: Viewer) -> ClaimEvent:
    """Give a seat back without having worked on it."""
    with acting_on(claim_id, viewer, form.cleaned_data["version"]) as acting:
        seat = assigning.assignment_of(acting.held, _named(form), acting.mine)
        return assigning.decline(acting.held, seat, by=acting.by, note=form.cleaned_data["note"])


def recuse(claim_id: int, form: StepForm, viewer: Viewer) -> None:
    """Step back because of an interest."""
    given = form.cleaned_data
    source = int(given["source"]) if given.get("source") else None
    with acting_on(claim_id, viewer, given["version"]) as acting:
        seat = assigning.assignment_of(acting.held, _named(form), acting.mine)
        assigning.recuse(acting.held, seat, by=acting.by, source_id=source, note=given["note"])


def second_opinion(claim_id: int, form: StepForm, viewer: Viewer) -> None:
    """Ask for one more blind review, with one's own."""
    answers, of = (form.answers(), form.of()) if isinstance(form, OpinionStep) else (None, None)
    why = form.cleaned_data["reason"]
    with acting_on(claim_id, viewer, form.cleaned_data["version"]) as acting:
        reviewing.ask_second_opinion(acting.held, acting.mine, answers, by=acting.by, why=why, of=of)


def _named(form: StepForm) -> int | None:
    return form.seat_chosen() if isinstance(form, SeatStep) else None
