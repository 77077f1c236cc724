"""What readers are told: published by somebody who did not judge first, corrected in the open, never unsaid."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from time import sleep
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models.functions import Now

from claims.deadlines import TimeFlag
from claims.errors import (
    ActionNotPossible,
    AlreadyPublished,
    ClaimDeskError,
    CorrectionMissing,
    CorrectionNotPossible,
    Embargoed,
    NothingPublished,
    NotPublic,
    ReasonMissing,
    RoleMissing,
    SelfPublication,
    StillPublic,
    WithdrawnForGood,
)
from claims.lifecycle import Action, DismissalReason, State
from claims.models import Claim, ClaimEvent, Decision, Desk, DeskRole, User, Visibility
from claims.verdicts import Outcome, So
from reviews.services.acting import act, offered
from reviews.services.verifying import verify_everything
from tests.factories import (
    CONFIRMED,
    UNPROVEN,
    WHY,
    a_claim,
    a_desk,
    a_quote,
    a_reviewer,
    ahead,
    an_administrator,
    an_article,
    dated,
    evidence_for,
    fresh,
    joined,
    now,
    put_on,
    review_by,
    viewer,
)

pytestmark = pytest.mark.django_db
OTHER_WORDS = "Nothing that we or anybody else could find settles it."


@pytest.fixture
def desk() -> Desk:
    return a_desk(min_origins=1)


@pytest.fixture
def claim(desk: Desk, editor: User) -> Claim:
    return a_claim(desk, State.DECIDED, by=editor)


def public(claim: Claim) -> Decision | None:
    return Decision.objects.public().filter(claim=claim).first()


def publish(claim: Claim, by: User, **given: Any) -> ClaimEvent:
    return act(claim.pk, Action.PUBLISH, viewer(by), **given)


def correct(claim: Claim, by: User, **given: Any) -> ClaimEvent:
    usual = {"correction_class": "minor", "note": "A word was missing.", "why": OTHER_WORDS}
    return act(claim.pk, Action.CORRECT, viewer(by), **{**usual, **given})


def withdraw(claim: Claim, by: User, note: str = "It was about another minister.") -> ClaimEvent:
    return act(claim.pk, Action.WITHDRAW, viewer(by), note=note)


def reopened(claim: Claim, by: User) -> None:
    act(claim.pk, Action.REOPEN, viewer(by), reason="There is something new.")


def decided_again(claim: Claim, by: User, *, so: So = So.UNPROVEN) -> None:
    """Reopened and decided by another reviewer."""
    reopened(claim, by)
    decided_by_another(claim, by, so=so)


def decided_by_another(claim: Claim, by: User, *, so: So = So.UNPROVEN) -> None:
    """Decided by another reviewer than before."""
    assert claim.desk is not None
    reviewer = a_reviewer(claim.desk)
    put_on(claim, reviewer, by)
    if so == So.CONFIRMED:
        evidence_for(claim)
    review_by(claim, reviewer, CONFIRMED if so == So.CONFIRMED else UNPROVEN)


def nothing_broken() -> bool:
    return verify_everything(timedelta(0)).broken == []


def test_an_editor_publishes_the_verdict_that_stands(claim: Claim, editor: User) -> None:
    event = publish(claim, editor)
    told = public(claim)
    assert told is not None
    assert told.standing
    assert told.published_at == event.recorded_at
    assert fresh(claim).state == State.DECIDED
    assert fresh(claim).version == claim.version + 1
    assert event.data | {"decision": 0} == {
        "decision": 0,
        "told_sha256": told.publication.sha256(),
        "number": 1,
        "said": "not_checked",
        "so": "unproven",
        "outcome": "",
        "why": WHY,
        "evidence": [],
        "replaces": None,
        "correction_class": "",
        "correction_note": "",
        "is_demo": False,
    }
    assert nothing_broken()


def test_nothing_is_published_twice(claim: Claim, editor: User) -> None:
    publish(claim, editor)
    with pytest.raises(AlreadyPublished, match="This verdict is public already"):
        publish(claim, editor)


@pytest.mark.parametrize("state", [state for state in State if state != State.DECIDED])
@pytest.mark.parametrize("action", [Action.PUBLISH, Action.WITHDRAW])
def test_only_what_is_decided_is_published_or_withdrawn(desk: Desk, editor: User, state: State, action: Action) -> None:
    given: dict[str, Any] = {"note": "It is wrong."} if action == Action.WITHDRAW else {}
    with pytest.raises(ActionNotPossible, match="is possible only in Decided"):
        act(a_claim(desk, state, by=editor).pk, action, viewer(editor), **given)


def test_only_editors_of_the_desk_publish(desk: Desk, claim: Claim) -> None:
    for somebody in (a_reviewer(desk).user, an_administrator()):
        with pytest.raises(RoleMissing, match="only for editor of its desk"):
            publish(claim, somebody)


def test_whoever_reviewed_first_neither_publishes_nor_corrects_nor_withdraws(desk: Desk, editor: User) -> None:
    both = a_reviewer(desk)
    joined(both.user, desk, DeskRole.EDITOR)
    claim = a_claim(desk, State.DECIDED, by=editor, reviewer=both)
    with pytest.raises(SelfPublication, match="Ask another editor"):
        publish(claim, both.user)
    publish(claim, editor)
    with pytest.raises(SelfPublication):
        correct(claim, both.user)
    with pytest.raises(SelfPublication):
        withdraw(claim, both.user)


def test_whoever_reviewed_an_earlier_round_may_publish_a_later_verdict(desk: Desk, editor: User) -> None:
    both = a_reviewer(desk)
    joined(both.user, desk, DeskRole.EDITOR)
    claim = a_claim(desk, State.DECIDED, by=editor, reviewer=both)
    decided_again(claim, editor)
    assert publish(claim, both.user).data["number"] == 2
    assert nothing_broken()


def test_the_words_are_corrected_by_a_new_decision_and_nothing_is_edited(claim: Claim, editor: User) -> None:
    publish(claim, editor)
    before = Decision.objects.get(claim=claim)
    event = correct(claim, editor)
    old, new = Decision.objects.filter(claim=claim)
    assert (old.why, old.standing, old.is_public) == (before.why, False, False)
    assert old.replaced_at == new.published_at == new.recorded_at == event.recorded_at
    assert (new.number, new.supersedes, new.standing, new.is_public) == (2, old, True, True)
    assert (new.why, new.correction_class, new.correction_note) == (OTHER_WORDS, "minor", "A word was missing.")
    assert (new.said, new.so, new.outcome, new.decided_at) == (old.said, old.so, old.outcome, old.decided_at)
    assert (event.data["replaces"], event.data["correction_class"], event.reason) == (1, "minor", "A word was missing.")
    reworded = claim.events.get(type="decision.reword")
    assert reworded.data == event.data
    assert nothing_broken()


def test_a_correction_says_what_changed_and_changes_something(claim: Claim, editor: User) -> None:
    publish(claim, editor)
    with pytest.raises(CorrectionMissing) as missing:
        correct(claim, editor, correction_class="")
    assert missing.value.pointer == "/correction_class"
    with pytest.raises(CorrectionMissing) as unsaid:
        correct(claim, editor, note=" ")
    assert unsaid.value.pointer == "/note"
    with pytest.raises(CorrectionNotPossible, match="The words are the same"):
        correct(claim, editor, why=WHY)
    with pytest.raises(ReasonMissing, match="Say why in 20 to 600 characters"):
        correct(claim, editor, why="Wrong.")
    assert Decision.objects.filter(claim=claim).count() == 1


def test_what_readers_do_not_know_is_not_corrected(claim: Claim, editor: User) -> None:
    with pytest.raises(NothingPublished, match="Nothing about this claim is public"):
        correct(claim, editor)
    publish(claim, editor)
    decided_again(claim, editor)
    with pytest.raises(NotPublic, match="Publish it: it replaces the earlier one"):
        correct(claim, editor)


def test_reopening_leaves_what_is_public_public(claim: Claim, editor: User) -> None:
    publish(claim, editor)
    reopened(claim, editor)
    told = public(claim)
    assert told is not None
    assert not told.standing
    assert nothing_broken()


def test_a_new_verdict_replaces_the_public_one_and_says_how_much_changed(claim: Claim, editor: User) -> None:
    publish(claim, editor)
    decided_again(claim, editor, so=So.CONFIRMED)
    first = public(claim)
    assert first is not None
    assert first.number == 1
    with pytest.raises(CorrectionMissing, match="Readers know an earlier verdict"):
        publish(claim, editor)
    with pytest.raises(CorrectionNotPossible, match="An answer has changed"):
        publish(claim, editor, correction_class="minor", note="New evidence.")
    event = publish(claim, editor, correction_class="substantial", note="Two reports say so now.")
    told = public(claim)
    assert told is not None
    assert (told.number, told.correction_class, event.data["replaces"]) == (2, "substantial", 1)
    first.refresh_from_db()
    assert first.replaced_at == told.published_at
    assert nothing_broken()


def test_a_first_publication_is_no_correction(claim: Claim, editor: User) -> None:
    with pytest.raises(CorrectionNotPossible, match="there is nothing to correct"):
        publish(claim, editor, correction_class="minor", note="A word.")


def test_withdrawing_leaves_the_verdict_and_a_reason_at_its_address(claim: Claim, editor: User) -> None:
    publish(claim, editor)
    event = withdraw(claim, editor)
    decision = Decision.objects.get(claim=claim)
    assert decision.standing
    assert decision.published_at is not None
    assert (decision.withdrawn_at, decision.withdrawn_note) == (event.recorded_at, "It was about another minister.")
    assert public(claim) is None
    assert (event.reason, event.data["number"]) == ("It was about another minister.", 1)
    assert nothing_broken()


def test_what_was_withdrawn_is_not_published_again_but_a_new_verdict_is(claim: Claim, editor: User) -> None:
    publish(claim, editor)
    withdraw(claim, editor)
    with pytest.raises(WithdrawnForGood, match="Reopen the claim"):
        publish(claim, editor)
    with pytest.raises(NothingPublished):
        withdraw(claim, editor)
    decided_again(claim, editor)
    assert publish(claim, editor).data["replaces"] is None
    assert nothing_broken()


def test_an_earlier_verdict_that_is_still_public_can_be_withdrawn(claim: Claim, editor: User) -> None:
    publish(claim, editor)
    decided_again(claim, editor)
    assert withdraw(claim, editor).data["number"] == 1
    assert publish(claim, editor).data["replaces"] is None
    assert nothing_broken()


def test_a_claim_is_not_dismissed_while_readers_are_told_a_verdict_on_it(claim: Claim, editor: User) -> None:
    publish(claim, editor)
    reopened(claim, editor)
    offers = {offer.action: offer for offer in offered(claim.pk, viewer(editor))}
    for action in (Action.DISMISS, Action.MERGE):
        assert (offers[action].allowed, offers[action].code) == (False, "still_public")
    with pytest.raises(StillPublic, match="withdraw that first"):
        act(claim.pk, Action.DISMISS, viewer(editor), reason=DismissalReason.OFF_SUBJECT)
    assert fresh(claim).state == State.IN_REVIEW
    decided_by_another(claim, editor)
    withdraw(claim, editor)
    reopened(claim, editor)
    act(claim.pk, Action.DISMISS, viewer(editor), reason=DismissalReason.OFF_SUBJECT)
    assert nothing_broken()


@pytest.mark.parametrize("action", [Action.PUBLISH, Action.CORRECT, Action.WITHDRAW])
def test_nothing_that_readers_have_seen_is_undone(claim: Claim, editor: User, action: Action) -> None:
    publish(claim, editor)
    if action == Action.CORRECT:
        correct(claim, editor)
    if action == Action.WITHDRAW:
        withdraw(claim, editor)
    with pytest.raises(ClaimDeskError) as refused:
        act(claim.pk, Action.UNDO, viewer(editor))
    assert refused.value.code == "not_undoable"


def test_nothing_is_published_before_the_articles_embargo_ends(desk: Desk, editor: User) -> None:
    article = an_article(desk=desk, embargo_until=ahead(hours=2))
    claim = a_claim(desk, State.DECIDED, by=editor, quote=a_quote(article.revision))
    with pytest.raises(Embargoed, match="The article is under embargo until"):
        publish(claim, editor)


def test_only_public_evidence_is_named_to_readers(desk: Desk, editor: User) -> None:
    reviewer = a_reviewer(desk)
    claim = a_claim(desk, State.IN_REVIEW, by=editor, reviewer=reviewer)
    shown = evidence_for(claim, visibility=Visibility.PUBLIC)
    for visibility in (Visibility.INTERNAL, Visibility.PROTECTED):
        evidence_for(claim, visibility=visibility, title="A name that stays inside")
    review_by(claim, reviewer, CONFIRMED)
    event = publish(claim, editor)
    assert event.data["evidence"] == [shown.pk]
    assert "A name that stays inside" not in event.body
    assert nothing_broken()


def test_a_correction_of_words_does_not_answer_a_date_that_has_passed_since(desk: Desk, editor: User) -> None:
    reviewer = a_reviewer(desk)
    claim = a_claim(desk, by=editor, own=dated(ahead(hours=3)))
    put_on(claim, reviewer, editor)
    review_by(claim, reviewer, replace(UNPROVEN, outcome=Outcome.UNKNOWN))
    publish(claim, editor)
    correct(claim, editor)
    standing, claim = Decision.objects.get(claim=claim, standing=True), fresh(claim)
    claim.confirm_by = standing.decided_at + (standing.recorded_at - standing.decided_at) / 2
    assert standing.number == 2
    assert TimeFlag.DATE_PASSED in claim.time_flags(now(), standing)


def test_the_answer_of_the_world_is_a_new_decision(desk: Desk, editor: User) -> None:
    reviewer = a_reviewer(desk)
    claim = a_claim(desk, by=editor, own=dated(ahead(hours=3)))
    put_on(claim, reviewer, editor)
    review_by(claim, reviewer, replace(UNPROVEN, outcome=Outcome.UNKNOWN))
    publish(claim, editor)
    reopened(claim, editor)
    again = a_reviewer(desk)
    put_on(claim, again, editor)
    evidence_for(claim)
    review_by(claim, again, replace(CONFIRMED, outcome=Outcome.BY_DATE))
    publish(claim, editor, correction_class="update", note="It has happened.")
    outcomes = list(Decision.objects.filter(claim=claim).values_list("outcome", flat=True))
    assert outcomes == ["unknown", "by_date"]
    assert nothing_broken()


def test_the_offer_of_a_publication_has_the_sentence_of_its_refusal(claim: Claim, editor: User) -> None:
    publish(claim, editor)
    offers = {str(offer.action): offer for offer in offered(claim.pk, viewer(editor))}
    assert (offers["publish"].code, offers["publish"].sentence) == ("already_published", str(AlreadyPublished()))
    assert offers["correct"].allowed
    assert offers["withdraw"].allowed


def test_the_database_refuses_what_the_services_would(claim: Claim, editor: User) -> None:
    rows = Decision.objects.filter(claim=claim)
    refused: tuple[dict[str, Any], ...] = (
        {"withdrawn_at": Now(), "withdrawn_note": "Never told."},
        {"replaced_at": Now()},
        {"correction_class": "minor", "correction_note": "Never told."},
        {"why": OTHER_WORDS},
        {"standing": False, "published_at": Now()},
    )
    for change in refused:
        with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
            rows.update(**change)
    publish(claim, editor)
    told_otherwise: tuple[dict[str, Any], ...] = (
        {"published_at": Now()},
        {"published_at": None},
        {"correction_note": "A word."},
    )
    for change in told_otherwise:
        with pytest.raises(DatabaseError, match=r"stays as it was told|decision_"), transaction.atomic():
            rows.update(**change)
    decided_again(claim, editor)
    with pytest.raises(IntegrityError, match="decision_public_once"), transaction.atomic():
        Decision.objects.filter(claim=claim, number=2).update(published_at=Now())
    sleep(0.001)
    withdraw(claim, editor)
    with pytest.raises(DatabaseError, match="stays as it was told"), transaction.atomic():
        Decision.objects.filter(claim=claim, number=1).update(withdrawn_note="Never mind.")
    assert nothing_broken()
