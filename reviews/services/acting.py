"""One door for every step of the table: lock, look again, judge, take it. The API and the admin both come through here.

`offered` answers, for each step, whether this viewer could take it now, with the sentence why not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models.functions import Now

from claims.actors import Actor
from claims.errors import ClaimDeskError, NotFound
from claims.lifecycle import TRANSITIONS, Action, Role, State, check
from claims.models import Claim, ClaimEvent, ClaimHead, Desk
from claims.permissions import Viewer, desk_roles, sees_claim, visible_claim
from claims.services import steps
from claims.services.embargoes import check_keeps_embargo
from claims.services.transitions import Held, database_time, locked
from claims.services.undoing import gave_away, touched, undo, undoable
from reviews.errors import NotEligible, NotOnIt
from reviews.models import Assignment
from reviews.permissions import open_assignment, roles_with
from reviews.services.accepting import accept, change_desk, restore, undo_course
from reviews.services.assigning import NOBODY_ON_IT, interests_in, put_back
from reviews.services.publishing import POSSIBLE, check_publisher, correct, first_reviewer, publish, withdraw
from reviews.services.reviewing import step_back
from reviews.services.routing import check_could_take
from reviews.services.seats import withdraw_all
from reviews.services.splitting import split


@dataclass(frozen=True)
class Acting:
    """A held claim together with who acts: the actor with their roles, and their own open assignment."""

    held: Held
    by: Actor
    mine: Assignment | None

    @cached_property
    def first_reviewer(self) -> int | None:
        """The person who judged the claim first in the running round."""
        return first_reviewer(self.held.claim)

    @cached_property
    def has_holder(self) -> bool:
        """Whether somebody holds a seat that could be left."""
        return self.mine is not None or Assignment.objects.open().filter(claim=self.held.claim).exists()


@contextmanager
def acting_on(
    claim_id: int,
    viewer: Viewer,
    version: int | None = None,
    *,
    action: Action | None = None,
    beside: int | None = None,
) -> Iterator[Acting]:
    """Hold a claim for somebody who sees it, or has just given it away and undoes that; and the one `beside` it.

    Raises `NotFound`, `StaleVersion`.
    """
    seen = sees_claim(viewer, claim_id)
    if not seen and not (action == Action.UNDO and gave_away(claim_id, viewer.user)):
        raise NotFound(f"There is no claim #{claim_id}.")
    with locked(claim_id, version, beside=beside) as held:
        mine = open_assignment(held.claim, viewer.user.pk if viewer.user else None)
        yield Acting(held, viewer.actor.having(*roles_with(viewer, held.claim, mine)), mine)


Step = Callable[..., ClaimEvent]

# What `POST /claims/{id}/actions` takes. Reviews, hand-overs and assignments have doors of their own.
STEPS: Mapping[Action, Step] = {
    Action.ACCEPT: accept,
    Action.DISMISS: steps.dismiss,
    Action.RESTORE: restore,
    Action.WAIT: steps.wait,
    Action.RESUME: steps.resume,
    Action.SET_DUE: steps.set_due,
    Action.SET_OWN_DATE: steps.set_own_date,
    Action.CHANGE_DESK: change_desk,
    Action.SET_PRIORITY: steps.set_priority,
    Action.EDIT: steps.edit,
    Action.REOPEN: steps.reopen,
    Action.SPLIT: split,
    Action.MERGE: steps.merge,
    Action.PUBLISH: publish,
    Action.CORRECT: correct,
    Action.WITHDRAW: withdraw,
    Action.UNDO: undo,
}
ELSEWHERE = frozenset(
    {
        Action.ASSIGN,
        Action.HAND_OVER,
        Action.DECLINE,
        Action.RECUSE,
        Action.SUBMIT_REVIEW,
        Action.ASK_SECOND_OPINION,
        Action.ADJUDICATE,
    }
)
STARTING = frozenset({Action.SUBMIT_REVIEW, Action.ASK_SECOND_OPINION})  # one's own review goes with both
JUDGING = STARTING | {Action.ADJUDICATE}
PUTTING_AWAY = frozenset({Action.DISMISS, Action.MERGE})
LEAVING = frozenset({Action.HAND_OVER, Action.DECLINE, Action.RECUSE})


def act(claim_id: int, action: Action, viewer: Viewer, *, version: int | None = None, **given: Any) -> ClaimEvent:
    """Take a step of `STEPS` on a claim. `given` are the step's own keyword arguments.

    Raises whatever the step refuses, `NotFound` and `StaleVersion`; then nothing is written.
    """
    beside = _beside(claim_id, action, given)
    with acting_on(claim_id, viewer, version, action=action, beside=beside) as acting:
        by = (
            _on_the_new_desk(acting, viewer, given["desk"])
            if action == Action.ACCEPT and given.get("desk")
            else acting.by
        )
        event = STEPS[action](acting.held, by=by, **given)
        _settle_seats(acting, action, event)
        return event


def _beside(claim_id: int, action: Action, given: Mapping[str, Any]) -> int | None:
    """The other claim that a step touches. What is read here without the lock is looked at again under it."""
    named = given.get("into") or given.get("duplicate_of")
    if named is not None:
        return int(named.pk)
    if action == Action.UNDO:
        return touched(claim_id)
    if action == Action.RESTORE:
        return Claim.objects.filter(pk=claim_id).values_list("duplicate_of", flat=True).first()
    return None


def _on_the_new_desk(acting: Acting, viewer: Viewer, desk: Desk) -> Actor:
    """Whoever accepts a claim into a desk needs the right there too, not only where the claim is now."""
    return acting.by.having(*(acting.by.roles & desk_roles(viewer, desk.pk)))


def _settle_seats(acting: Acting, action: Action, event: ClaimEvent) -> None:
    """What a step of the record means for who is on the claim, and for its course when it is taken back."""
    if action == Action.UNDO:
        undone = ClaimEvent.objects.get(claim=acting.held.claim, seq=event.data["undone"])
        undo_course(acting.held, undone)
        put_back(acting.held, undone, {seat["assignment"] for seat in event.data.get("taken_off", ())})
    for held in filter(None, (acting.held, acting.held.other)):
        if held.claim.state == State.DISMISSED:
            withdraw_all(held)


@dataclass(frozen=True)
class Offer:
    """Whether somebody could take a step now; if not, the code and the sentence why.

    `seq` is the number of the event that undoing would take back.
    """

    action: Action
    allowed: bool
    code: str = ""
    sentence: str = ""
    seq: int = 0

    @property
    def label(self) -> str:
        return str(self.action.label)

    @property
    def needs(self) -> str:
        return TRANSITIONS[self.action].needs


def offered(claim_id: int, viewer: Viewer) -> list[Offer]:
    """Every step a person or key could ever take on this claim, in the order of the table, judged as of now.

    Reads without the lock: taking the step looks again. Raises `NotFound`.
    """
    acting = reading_as(claim_seen(claim_id, viewer), viewer)
    return [_looked_into(acting, offer, viewer) if offer.allowed else offer for offer in offers_to(acting)]


def _looked_into(acting: Acting, offer: Offer, viewer: Viewer) -> Offer:
    """An offer of the table, looked into: seats and declared interests, which pages have read for themselves.

    A reviewer puts nobody on a claim but themselves, so they are offered it as far as they could take it.
    """
    claim, mine = acting.held.claim, acting.mine
    try:
        if offer.action == Action.ASSIGN and Role.EDITOR not in acting.by.roles:
            check_could_take(claim, viewer)
        if offer.action in JUDGING and mine is not None and (named := interests_in(claim, mine.reviewer)):
            raise NotEligible(step_back(named))
    except ClaimDeskError as refusal:
        return Offer(offer.action, allowed=False, code=refusal.code, sentence=refusal.message)
    return offer


def reading_as(claim: Claim, viewer: Viewer) -> Acting:
    """A claim as somebody sees it who only wants to know what they could do."""
    mine = open_assignment(claim, viewer.user.pk if viewer.user else None)
    by = viewer.actor.having(*roles_with(viewer, claim, mine))
    return Acting(Held(claim, ClaimHead(claim=claim), database_time()), by, mine)


def offers_to(acting: Acting) -> list[Offer]:
    """The same for a claim somebody has read already. A page that only shows need not hold the lock."""
    return [_offer(acting, action) for action in TRANSITIONS if action in STEPS or action in ELSEWHERE]


def _offer(acting: Acting, action: Action) -> Offer:
    seq = 0
    try:
        roles = acting.by.roles
        if action == Action.UNDO:
            seq = undoable(acting.held, acting.by).seq
            roles |= {Role.SAME_PERSON}
        if action in STARTING and acting.held.claim.state == State.QUEUED and Role.ON_IT in roles:
            return Offer(action, allowed=True)
        check(action, State(acting.held.claim.state), roles)
        if action in LEAVING and not acting.has_holder:
            raise NotOnIt(NOBODY_ON_IT)
        if action == Action.CHANGE_DESK:
            steps.check_may_give_away(acting.held, acting.by)
            check_keeps_embargo(acting.held.claim, acting.held.now)
        if action in PUTTING_AWAY:
            steps.check_not_told(acting.held)
        if action in POSSIBLE:
            check_publisher(acting.by, acting.first_reviewer)
            POSSIBLE[action](acting.held)
    except ClaimDeskError as refusal:
        return Offer(action, allowed=False, code=refusal.code, sentence=refusal.message)
    return Offer(action, allowed=True, seq=seq)


def claim_seen(claim_id: int, viewer: Viewer) -> Claim:
    """A claim the viewer may see. Raises `NotFound`."""
    claim = visible_claim(viewer, claim_id, Now())
    if claim is None:
        raise NotFound(f"There is no claim #{claim_id}.")
    return claim
