"""One door for every step: it sees only what the viewer may, and judges under the lock."""

from __future__ import annotations

import pytest

from claims.errors import NotFound, NotUndoable, StaleVersion
from claims.lifecycle import Action, DismissalReason, Role, State
from claims.models import Desk, Scope, User
from claims.services.proposing import GivenClaim, propose
from reviews.services.acting import act, acting_on, claim_seen, offered
from tests.factories import (
    a_claim,
    a_desk,
    a_key,
    a_quote,
    a_reviewer,
    ahead,
    an_administrator,
    an_article,
    an_editor,
    evidence_for,
    fresh,
    maker,
    put_on,
    viewer,
)

pytestmark = pytest.mark.django_db


def test_a_claim_of_another_desk_does_not_exist(desk: Desk) -> None:
    claim, stranger = a_claim(desk), viewer(an_editor(a_desk()))
    with pytest.raises(NotFound):
        act(claim.pk, Action.DISMISS, stranger, reason=DismissalReason.OFF_SUBJECT)
    with pytest.raises(NotFound):
        claim_seen(claim.pk, stranger)
    assert claim_seen(claim.pk, viewer(an_administrator())) == claim


def test_a_claim_that_is_not_there_reads_the_same_as_a_hidden_one(desk: Desk, editor: User) -> None:
    hidden = a_claim(a_desk())
    messages = []
    for number in (hidden.pk, 999_999):
        with pytest.raises(NotFound) as refused:
            claim_seen(number, viewer(editor))
        messages.append(refused.value.message.replace(str(number), "N"))
    assert messages[0] == messages[1]


def test_the_version_is_looked_at_under_the_lock(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, by=editor)
    with pytest.raises(StaleVersion):
        act(claim.pk, Action.DISMISS, viewer(editor), version=claim.version + 1, reason=DismissalReason.OFF_SUBJECT)
    assert fresh(claim).state == State.QUEUED


def test_a_person_has_all_their_roles_at_once(desk: Desk, editor: User) -> None:
    reviewer = a_reviewer(desk, can_triage=True)
    claim = a_claim(desk, by=editor)
    assignment = put_on(claim, reviewer, editor)
    with acting_on(claim.pk, viewer(reviewer)) as acting:
        assert acting.by.roles == {Role.REVIEWER, Role.TRIAGER, Role.ON_IT}
        assert acting.mine == assignment


def test_a_key_has_no_seat(desk: Desk) -> None:
    key, _ = a_key(Scope.CLAIMS_READ, desks=(desk,))
    claim = a_claim(desk)
    with acting_on(claim.pk, viewer(key)) as acting:
        assert (acting.mine, acting.by.roles) == (None, frozenset())


def test_the_last_step_of_a_person_is_offered_back_to_them_alone(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, by=editor)
    act(claim.pk, Action.SET_PRIORITY, viewer(editor), priority=1, reason="It leads the page.")
    undo = {who.pk: _offer(claim.pk, who) for who in (editor, an_editor(desk))}
    assert list(undo.values()) == [True, False]


def _offer(claim_id: int, who: User) -> bool:
    return next(offer.allowed for offer in offered(claim_id, viewer(who)) if offer.action == Action.UNDO)


def test_asking_what_is_offered_changes_nothing(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, by=editor)
    before = (claim.version, claim.updated_at, claim.events.count())
    offered(claim.pk, viewer(editor))
    after = fresh(claim)
    assert (after.version, after.updated_at, after.events.count()) == before


def test_evidence_does_not_disturb_somebody_who_is_editing(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, by=editor)
    evidence_for(claim)
    act(claim.pk, Action.SET_DUE, viewer(editor), version=claim.version, due=ahead(hours=2), reason="Sooner.")
    assert fresh(claim).version == claim.version + 1


def test_a_claim_without_a_desk_is_everybodys_to_triage(desk: Desk, editor: User) -> None:
    quote = a_quote(an_article().revision)
    claim = propose(GivenClaim("Prices will fall.", "en", quote=quote), maker(editor, None))
    act(claim.pk, Action.ACCEPT, viewer(a_reviewer(desk, can_triage=True)), desk=desk)
    assert fresh(claim).desk == desk


def test_an_evidence_event_since_then_stands_in_the_way_of_undoing(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, by=editor)
    act(claim.pk, Action.SET_PRIORITY, viewer(editor), priority=1, reason="It leads the page.")
    evidence_for(claim)
    with pytest.raises(NotUndoable, match="Something else has happened since"):
        act(claim.pk, Action.UNDO, viewer(editor))
