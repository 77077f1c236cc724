"""The steps of a claim as dialogs: the form each of them shows, and the service it ends in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _t

from claims.errors import RoleMissing
from claims.lifecycle import Action, Role, State, check
from claims.models import FlagKind
from claims.permissions import Viewer
from reviews.admin.outcome_forms import CorrectStep, PublishStep, WithdrawStep
from reviews.admin.person_forms import HandOverStep, PersonStep, RecuseStep
from reviews.admin.step_forms import (
    AcceptStep,
    DeclineStep,
    DeskStep,
    DismissStep,
    EditStep,
    OpinionStep,
    OwnDateStep,
    PlainStep,
    PriorityStep,
    ReasonStep,
    SetDueStep,
    StepForm,
    WaitStep,
)
from reviews.errors import NotEligible
from reviews.models import Part
from reviews.permissions import roles_on
from reviews.services.acting import act, acting_on
from reviews.services.assigning import assignment_of, decline, recuse
from reviews.services.reviewing import ask_second_opinion
from reviews.services.routing import give, pass_on, take

Run = Callable[[int, StepForm, Viewer], object]


def _act(action: Action) -> Run:
    def run(claim_id: int, form: StepForm, viewer: Viewer) -> object:
        return act(claim_id, action, viewer, version=form.cleaned_data["version"], **form.arguments())

    return run


def _undo(claim_id: int, form: StepForm, viewer: Viewer) -> object:
    return act(claim_id, Action.UNDO, viewer)


def _take(claim_id: int, form: StepForm, viewer: Viewer) -> object:
    check(Action.ASSIGN, State(form.page.claim.state), roles_on(viewer, form.page.claim))
    return take(claim_id, viewer)


def _assign(claim_id: int, form: StepForm, viewer: Viewer) -> object:
    claim = form.page.claim
    roles = roles_on(viewer, claim)
    check(Action.ASSIGN, State(claim.state), roles)
    if Role.EDITOR not in roles:
        raise RoleMissing("Putting somebody on a claim: only for editors of its desk. Take it yourself instead.")
    reviewer = form.person() if isinstance(form, PersonStep) else None
    if reviewer is None:
        raise NotEligible(pointer="/reviewer")
    differ = any(flag.kind == FlagKind.SPLIT for flag in form.page.flags)
    part = Part.ADJUDICATION if differ else Part.REVIEW
    chosen_by = f"assigned by {viewer.actor.name}"
    return give(claim, reviewer, viewer, chosen_by=chosen_by, note=form.cleaned_data["note"], part=part)


def _hand_over(claim_id: int, form: StepForm, viewer: Viewer) -> object:
    to = form.person() if isinstance(form, PersonStep) else None
    with acting_on(claim_id, viewer, form.cleaned_data["version"]) as acting:
        mine = assignment_of(acting.held, None, acting.mine)
        return pass_on(acting.held, mine, to, by=acting.by, note=form.cleaned_data["note"])


def _decline(claim_id: int, form: StepForm, viewer: Viewer) -> object:
    with acting_on(claim_id, viewer, form.cleaned_data["version"]) as acting:
        mine = assignment_of(acting.held, None, acting.mine)
        decline(acting.held, mine, by=acting.by, note=form.cleaned_data["note"])
        return mine


def _recuse(claim_id: int, form: StepForm, viewer: Viewer) -> object:
    given = form.cleaned_data
    with acting_on(claim_id, viewer, given["version"]) as acting:
        mine = assignment_of(acting.held, None, acting.mine)
        recuse(acting.held, mine, by=acting.by, source_id=int(given["source"]), note=given["note"])
        return mine


def _second_opinion(claim_id: int, form: StepForm, viewer: Viewer) -> object:
    answers = form.answers() if isinstance(form, OpinionStep) else None
    with acting_on(claim_id, viewer, form.cleaned_data["version"]) as acting:
        return ask_second_opinion(acting.held, acting.mine, answers, by=acting.by, why=form.cleaned_data["reason"])


@dataclass(frozen=True)
class Dialog:
    """One step as a page. `leaves` says that the person usually goes on with the next claim after it."""

    action: Action
    title: Any
    button: Any
    form: type[StepForm]
    run: Run
    done: Any
    key: str = ""
    leaves: bool = False
    undoable: bool = False


DIALOGS: Mapping[str, Dialog] = {
    "accept": Dialog(
        Action.ACCEPT,
        _t("Accept this claim"),
        _t("Accept"),
        AcceptStep,
        _act(Action.ACCEPT),
        _t("Accepted."),
        undoable=True,
    ),
    "take": Dialog(Action.ASSIGN, _t("Take this claim"), _t("Take it"), PlainStep, _take, _t("It is yours.")),
    "assign": Dialog(
        Action.ASSIGN, _t("Put somebody on this claim"), _t("Assign"), PersonStep, _assign, _t("Assigned.")
    ),
    "hand_over": Dialog(
        Action.HAND_OVER,
        _t("Hand over this claim"),
        _t("Hand over"),
        HandOverStep,
        _hand_over,
        _t("Handed over."),
        key="h",
        leaves=True,
    ),
    "wait": Dialog(
        Action.WAIT,
        _t("Wait with this claim"),
        _t("Wait"),
        WaitStep,
        _act(Action.WAIT),
        _t("Parked. The clock goes on."),
        key="w",
        leaves=True,
        undoable=True,
    ),
    "resume": Dialog(
        Action.RESUME,
        _t("End the wait"),
        _t("End the wait"),
        PlainStep,
        _act(Action.RESUME),
        _t("The wait is over."),
        undoable=True,
    ),
    "ask_second_opinion": Dialog(
        Action.ASK_SECOND_OPINION,
        _t("Ask for a second opinion"),
        _t("Send for second opinion"),
        OpinionStep,
        _second_opinion,
        _t("Sent for a second opinion. They do not see your verdict until theirs is recorded."),
        key="o",
        leaves=True,
    ),
    "dismiss": Dialog(
        Action.DISMISS,
        _t("Dismiss this claim"),
        _t("Dismiss claim"),
        DismissStep,
        _act(Action.DISMISS),
        _t("Dismissed."),
        leaves=True,
        undoable=True,
    ),
    "restore": Dialog(
        Action.RESTORE,
        _t("Restore this claim"),
        _t("Restore"),
        PlainStep,
        _act(Action.RESTORE),
        _t("Restored."),
        undoable=True,
    ),
    "reopen": Dialog(
        Action.REOPEN,
        _t("Reopen this claim"),
        _t("Reopen"),
        ReasonStep,
        _act(Action.REOPEN),
        _t("Reopened. Its verdict no longer stands."),
    ),
    "publish": Dialog(
        Action.PUBLISH,
        _t("Publish the verdict"),
        _t("Publish"),
        PublishStep,
        _act(Action.PUBLISH),
        _t("Published."),
    ),
    "correct": Dialog(
        Action.CORRECT,
        _t("Correct what was published"),
        _t("Publish the correction"),
        CorrectStep,
        _act(Action.CORRECT),
        _t("Corrected."),
    ),
    "withdraw": Dialog(
        Action.WITHDRAW,
        _t("Withdraw what was published"),
        _t("Withdraw"),
        WithdrawStep,
        _act(Action.WITHDRAW),
        _t("Withdrawn. Its address stays, with your reason."),
    ),
    "set_due": Dialog(
        Action.SET_DUE,
        _t("Change review due"),
        _t("Change review due"),
        SetDueStep,
        _act(Action.SET_DUE),
        _t("Review due was moved."),
        undoable=True,
    ),
    "set_own_date": Dialog(
        Action.SET_OWN_DATE,
        _t("Change its own date"),
        _t("Change its own date"),
        OwnDateStep,
        _act(Action.SET_OWN_DATE),
        _t("Its own date was changed."),
        undoable=True,
    ),
    "change_desk": Dialog(
        Action.CHANGE_DESK,
        _t("Give it to another desk"),
        _t("Change desk"),
        DeskStep,
        _act(Action.CHANGE_DESK),
        _t("It went to the other desk."),
        undoable=True,
    ),
    "set_priority": Dialog(
        Action.SET_PRIORITY,
        _t("Change priority"),
        _t("Change priority"),
        PriorityStep,
        _act(Action.SET_PRIORITY),
        _t("The priority was changed."),
        undoable=True,
    ),
    "edit": Dialog(
        Action.EDIT,
        _t("Edit the words of this claim"),
        _t("Save words"),
        EditStep,
        _act(Action.EDIT),
        _t("The words were changed."),
        undoable=True,
    ),
    "decline": Dialog(
        Action.DECLINE,
        _t("Decline this claim"),
        _t("Decline"),
        DeclineStep,
        _decline,
        _t("Back in the pool."),
        leaves=True,
    ),
    "recuse": Dialog(
        Action.RECUSE,
        _t("Step back from this claim"),
        _t("Recuse"),
        RecuseStep,
        _recuse,
        _t("You are off this claim, and your interest is kept."),
        leaves=True,
    ),
    "undo": Dialog(Action.UNDO, _t("Undo the last step"), _t("Undo"), PlainStep, _undo, _t("Taken back."), key="z"),
}
