"""The steps of a claim as dialogs: the form each of them shows, and the service it ends in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _t

from claims.lifecycle import Action
from claims.models import ClaimEvent
from claims.permissions import Viewer
from reviews.admin import seat_steps
from reviews.admin.linking_forms import MergeStep, SplitStep
from reviews.admin.outcome_forms import CorrectStep, PublishStep, ReopenStep, WithdrawStep
from reviews.admin.person_forms import DeclineStep, HandOverStep, OpinionStep, PersonStep, RecuseStep
from reviews.admin.step_forms import (
    AcceptStep,
    DeskStep,
    DismissStep,
    EditStep,
    OwnDateStep,
    PlainStep,
    PriorityStep,
    SetDueStep,
    StepForm,
    WaitStep,
)
from reviews.services.acting import act

Run = Callable[[int, StepForm, Viewer], ClaimEvent | None]  # answers the event, where undoing takes it back


def _act(action: Action) -> Run:
    def run(claim_id: int, form: StepForm, viewer: Viewer) -> ClaimEvent:
        return act(claim_id, action, viewer, version=form.cleaned_data["version"], **form.arguments())

    return run


def _undo(claim_id: int, form: StepForm, viewer: Viewer) -> ClaimEvent:
    return act(claim_id, Action.UNDO, viewer, seq=form.seq)


@dataclass(frozen=True)
class Dialog:
    """One step as a page. `leaves` says that the person usually goes on with the next claim after it.

    `follows` names the field that the button's words follow; `moment` is how they name a moment chosen there.
    """

    action: Action
    title: Any
    button: Any
    form: type[StepForm]
    run: Run
    done: Any
    key: str = ""
    leaves: bool = False
    undoable: bool = False
    follows: str = ""
    moment: Any = ""


DIALOGS: Mapping[str, Dialog] = {
    "accept": Dialog(
        Action.ACCEPT,
        _t("Accept this claim"),
        _t("Accept"),
        AcceptStep,
        _act(Action.ACCEPT),
        _t("Accepted."),
        undoable=True,
        follows="desk",
    ),
    "take": Dialog(Action.ASSIGN, _t("Take this claim"), _t("Take it"), PlainStep, seat_steps.take, _t("It is yours.")),
    "judge": Dialog(
        Action.ASSIGN,
        _t("Judge this claim as editor"),
        _t("Judge it"),
        PlainStep,
        seat_steps.judge,
        _t("You judge it. Nobody else's verdict is shown unless reviewers differ and you settle it."),
    ),
    "assign": Dialog(
        Action.ASSIGN,
        _t("Put somebody on this claim"),
        _t("Assign"),
        PersonStep,
        seat_steps.assign,
        _t("Assigned."),
        follows="to",
    ),
    "hand_over": Dialog(
        Action.HAND_OVER,
        _t("Hand over this claim"),
        _t("Hand over"),
        HandOverStep,
        seat_steps.hand_over,
        _t("Handed over."),
        key="h",
        leaves=True,
        undoable=True,
        follows="to",
    ),
    "wait": Dialog(
        Action.WAIT,
        _t("Wait with this claim"),
        _t("Wait"),
        WaitStep,
        _act(Action.WAIT),
        _t("Parked."),
        key="w",
        leaves=True,
        undoable=True,
        follows="until",
        moment=_t("Wait until %(moment)s"),
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
        seat_steps.second_opinion,
        _t("Sent for a second opinion. They do not see your verdict until theirs is recorded."),
        key="o",
        leaves=True,
        follows="to",
    ),
    "dismiss": Dialog(
        Action.DISMISS,
        _t("Dismiss this claim"),
        _t("Dismiss"),
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
        ReopenStep,
        _act(Action.REOPEN),
        _t("Reopened. Its verdict no longer stands."),
        undoable=True,
    ),
    "split": Dialog(
        Action.SPLIT,
        _t("Split this claim"),
        _t("Split claim"),
        SplitStep,
        _act(Action.SPLIT),
        _t("Split. The second claim is linked below."),
        undoable=True,
    ),
    "merge": Dialog(
        Action.MERGE,
        _t("Merge this claim into another"),
        _t("Merge duplicate"),
        MergeStep,
        _act(Action.MERGE),
        _t("Merged."),
        leaves=True,
        undoable=True,
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
        follows="due",
        moment=_t("Set review due to %(moment)s"),
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
        follows="desk",
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
        seat_steps.decline,
        _t("Back in the pool."),
        leaves=True,
        undoable=True,
    ),
    "recuse": Dialog(
        Action.RECUSE,
        _t("Step back from this claim"),
        _t("Recuse"),
        RecuseStep,
        seat_steps.recuse,
        _t("You are off this claim, and your interest is kept."),
        leaves=True,
    ),
    "undo": Dialog(Action.UNDO, _t("Undo the last step"), _t("Undo"), PlainStep, _undo, _t("Taken back."), key="z"),
}
