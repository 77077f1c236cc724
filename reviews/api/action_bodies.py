"""What each step of a claim takes, as bodies of `POST /claims/{id}/actions`."""

from __future__ import annotations

from collections.abc import Mapping

from rest_framework import serializers

from claims.api.fields import Body, DeskNamed, Moment, Number, OneOf, Words, YesNo
from claims.lifecycle import Action, CorrectionClass, DismissalReason, WaitingReason
from reviews.api.claim_bodies import OwnDateBody

REASON = 600


def named(*actions: Action) -> serializers.ChoiceField:
    """The member that names the step."""
    return OneOf([(str(action), str(action.label)) for action in actions])


class ActionBody(Body):
    """A step of the claim."""

    action = named(*Action)


class AcceptBody(ActionBody):
    """Accept a proposed claim into the queue."""

    action = named(Action.ACCEPT)
    desk = DeskNamed(required=False, help_text="Needed when the claim has none.")
    review_due_at = Moment(required=False, help_text="Otherwise the desk's hours.")


class DismissBody(ActionBody):
    """Say that a claim will not be checked."""

    action = named(Action.DISMISS)
    reason = OneOf(DismissalReason.choices)
    note = Words(longest=300, required=False, allow_blank=True, help_text="Needed with other.")
    duplicate_of = Number(required=False, help_text="Number of the claim it repeats; needed with duplicate.")


class PlainBody(ActionBody):
    """A step that needs nothing more: restore, resume."""

    action = named(Action.RESTORE, Action.RESUME)


class UndoBody(ActionBody):
    """Take back your last step, within 60 seconds."""

    action = named(Action.UNDO)
    seq = Number(required=False, help_text="`seq` of the event that is meant: a later step is not taken back for it.")


class WaitBody(ActionBody):
    """Park a claim until a moment, with a new review due."""

    action = named(Action.WAIT)
    reason = OneOf(WaitingReason.choices)
    note = Words(longest=300, required=False, allow_blank=True)
    waiting_until = Moment()
    review_due_at = Moment()
    tell_me = YesNo(required=False, help_text="Whether you get a notice when the wait is over.")


class SetDueBody(ActionBody):
    """Move review due."""

    action = named(Action.SET_DUE)
    review_due_at = Moment()
    reason = Words(longest=REASON)


class SetOwnDateBody(ActionBody):
    """Set the claim's own date, or take it away with null."""

    action = named(Action.SET_OWN_DATE)
    own_date = OwnDateBody(allow_null=True)
    reason = Words(longest=REASON)


class ChangeDeskBody(ActionBody):
    """Give the claim to another desk."""

    action = named(Action.CHANGE_DESK)
    desk = DeskNamed()
    reason = Words(longest=REASON)


class SetPriorityBody(ActionBody):
    """Set the priority, 1 (highest) to 4."""

    action = named(Action.SET_PRIORITY)
    priority = Number(most=4)
    reason = Words(longest=REASON)


class ReopenBody(ActionBody):
    """Reopen a decided claim."""

    action = named(Action.REOPEN)
    reason = Words(longest=REASON)


class SplitBody(ActionBody):
    """Make the second thing a claim says a claim of its own."""

    action = named(Action.SPLIT)
    statement = Words(longest=1000, help_text="What the second claim says.")
    quote = Words(longest=4000, lines=True, required=False, help_text="Its own words; otherwise the first claim's.")
    short_text = Words(longest=75, required=False, allow_blank=True)
    own_date = OwnDateBody(required=False, allow_null=True, help_text="Left out: the first claim's. Null: none.")
    evidence = serializers.ListField(
        child=Number(), required=False, max_length=200, help_text="Numbers of the evidence that both share."
    )


class MergeBody(ActionBody):
    """Merge a claim into the one it repeats. Nothing of it is moved or lost."""

    action = named(Action.MERGE)
    into = Number(help_text="Number of the claim that stays.")
    note = Words(longest=300, required=False, allow_blank=True)


class PublishBody(ActionBody):
    """Publish the verdict that stands. Where readers know an earlier one, say how much has changed and what."""

    action = named(Action.PUBLISH)
    correction_class = OneOf(CorrectionClass.choices, required=False, help_text="Needed when it replaces another.")
    note = Words(longest=REASON, required=False, help_text="What changed; needed with correction_class.")


class CorrectBody(ActionBody):
    """Put the public verdict in other words. Another answer needs a reopened claim."""

    action = named(Action.CORRECT)
    correction_class = OneOf(CorrectionClass.choices)
    note = Words(longest=REASON, help_text="What changed, as readers are told.")
    why = Words(longest=4000, lines=True, help_text="The new words: 20 to 600 characters.")


class WithdrawBody(ActionBody):
    """Take back what is public. The reason stays at its address."""

    action = named(Action.WITHDRAW)
    note = Words(longest=REASON, help_text="Why, as readers are told.")


BODIES: Mapping[Action, type[ActionBody]] = {
    Action.ACCEPT: AcceptBody,
    Action.DISMISS: DismissBody,
    Action.RESTORE: PlainBody,
    Action.WAIT: WaitBody,
    Action.RESUME: PlainBody,
    Action.SET_DUE: SetDueBody,
    Action.SET_OWN_DATE: SetOwnDateBody,
    Action.CHANGE_DESK: ChangeDeskBody,
    Action.SET_PRIORITY: SetPriorityBody,
    Action.REOPEN: ReopenBody,
    Action.SPLIT: SplitBody,
    Action.MERGE: MergeBody,
    Action.PUBLISH: PublishBody,
    Action.CORRECT: CorrectBody,
    Action.WITHDRAW: WithdrawBody,
    Action.UNDO: UndoBody,
}
