"""Reviewers who differ: an editor names somebody who is neither, and that person settles it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.errors import ActionNotPossible, AnswerMissing, RoleMissing
from claims.lifecycle import Action, DismissalReason, State
from claims.models import Claim, Decision, Desk, DeskRole, Flag, User
from claims.services.proposing import GivenClaim, GivenStep, propose
from claims.verdicts import Answers, Outcome, Said, So
from reviews.errors import NotEligible
from reviews.models import Part, Reviewer
from reviews.services.acting import act, acting_on, offered
from reviews.services.reviewing import submit_review
from reviews.services.routing import give
from tests.asked import words_of
from tests.factories import (
    CONFIRMED,
    UNPROVEN,
    WHY,
    a_claim,
    a_desk,
    a_reviewer,
    ahead,
    an_editor,
    evidence_for,
    fresh,
    joined,
    maker,
    put_on,
    review_by,
    second_opinion_asked,
    viewer,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(desk: Desk) -> list[Reviewer]:
    return [a_reviewer(desk) for _ in range(3)]


@pytest.fixture
def split(desk: Desk, editor: User, people: list[Reviewer]) -> Claim:
    claim = a_claim(desk, State.IN_REVIEW, by=editor, reviewer=people[0])
    for site in ("one", "two"):
        evidence_for(claim, url=f"https://{site}.example/report")
    second_opinion_asked(claim, people[0], UNPROVEN)
    put_on(claim, people[1], editor)
    review_by(claim, people[1], CONFIRMED)
    return fresh(claim)


def test_an_editor_names_the_adjudicator_who_decides(split: Claim, editor: User, people: list[Reviewer]) -> None:
    give(split, people[2], viewer(editor), chosen_by="named", part=Part.ADJUDICATION)
    with acting_on(split.pk, viewer(people[2])) as acting:
        submit_review(acting.held, acting.mine, CONFIRMED, by=acting.by)
    assert fresh(split).state == State.DECIDED
    assert Decision.objects.get(claim=split, standing=True).so == So.CONFIRMED
    assert not Flag.objects.standing().filter(claim=split, kind="split").exists()


def test_a_reviewer_of_the_round_does_not_adjudicate(split: Claim, editor: User, people: list[Reviewer]) -> None:
    with pytest.raises(NotEligible, match="already on this claim"):
        give(split, people[1], viewer(editor), chosen_by="named", part=Part.ADJUDICATION)


def test_whoever_gives_no_second_opinions_does_not_adjudicate(split: Claim, editor: User, desk: Desk) -> None:
    junior = a_reviewer(desk, gives_second_opinions=False)
    with pytest.raises(NotEligible, match="does not give second opinions"):
        give(split, junior, viewer(editor), chosen_by="named", part=Part.ADJUDICATION)


def test_a_reviewer_does_not_name_the_adjudicator(split: Claim, people: list[Reviewer]) -> None:
    with pytest.raises(RoleMissing):
        give(split, people[2], viewer(people[2]), chosen_by="named", part=Part.ADJUDICATION)


def test_nobody_adjudicates_where_nothing_differs(desk: Desk, editor: User, people: list[Reviewer]) -> None:
    claim = a_claim(desk, State.SECOND_OPINION, by=editor, reviewer=people[0])
    with pytest.raises(ActionNotPossible):
        give(claim, people[2], viewer(editor), chosen_by="named", part=Part.ADJUDICATION)


def test_a_claim_is_accepted_only_into_a_desk_where_one_may_accept(desk: Desk, editor: User) -> None:
    elsewhere = a_desk()
    guest = joined(an_editor(desk), elsewhere, DeskRole.REVIEWER)
    claim = propose(GivenClaim(statement="No desk yet.", language="en"), maker(editor, None))
    with pytest.raises(RoleMissing):
        act(claim.pk, Action.ACCEPT, viewer(guest), desk=elsewhere)
    act(claim.pk, Action.ACCEPT, viewer(guest), desk=desk)
    assert fresh(claim).desk == desk


def test_a_wished_review_due_is_kept_until_the_claim_is_accepted(desk: Desk, editor: User) -> None:
    wished = ahead(days=3)
    given = GivenClaim(statement="Not yet accepted.", language="en", desk=desk, review_due_at=wished)
    claim = propose(given, maker(editor, desk))
    act(claim.pk, Action.ACCEPT, viewer(editor))
    assert fresh(claim).review_due_at == fresh(claim).first_review_due_at == wished


def test_own_voice_is_not_said_of_a_chain_with_somebody_else(desk: Desk, editor: User, people: list[Reviewer]) -> None:
    chain = [GivenStep("Harbour Post", "outlet"), GivenStep("Vera Lund", verb="said")]
    claim = a_claim(desk, State.IN_REVIEW, by=editor, reviewer=people[0], chain=chain)
    with pytest.raises(AnswerMissing, match="own voice"):
        review_by(claim, people[0], Answers(Said.OWN_VOICE, So.UNPROVEN, WHY, Outcome.UNKNOWN))


def test_asking_what_may_be_done_holds_no_lock(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, by=editor)
    with CaptureQueriesContext(connection) as asked:
        assert any(offer.allowed for offer in offered(claim.pk, viewer(editor)))
    assert not any("FOR UPDATE" in words for words in words_of(asked))
    with CaptureQueriesContext(connection) as taken:
        act(claim.pk, Action.DISMISS, viewer(editor), reason=DismissalReason.OFF_SUBJECT)
    assert any("FOR UPDATE" in words for words in words_of(taken))
