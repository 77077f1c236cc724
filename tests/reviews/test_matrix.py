"""State by step by person: what is offered to each, written out by hand, and that what is offered can be done."""

from __future__ import annotations

from datetime import timedelta

import pytest

from claims.errors import ClaimDeskError, NotFound
from claims.lifecycle import Action, DismissalReason, State
from claims.models import ApiKey, Claim, Desk, DeskRole, Scope, User
from reviews.errors import NotEligible, SeatTaken
from reviews.models import Absence, Interest, Part, Reviewer
from reviews.services.acting import act, offered
from reviews.services.routing import take
from tests.factories import (
    CONFIRMED,
    a_claim,
    a_desk,
    a_key,
    a_reviewer,
    ahead,
    an_administrator,
    an_editor,
    evidence_for,
    joined,
    now,
    put_on,
    review_by,
    second_opinion_asked,
    viewer,
)

pytestmark = pytest.mark.django_db

DATES = "set_due set_own_date"
EDITORS = f"{DATES} change_desk set_priority"
SEAT = "hand_over decline recuse"
OFFERED: dict[str, dict[str, str]] = {
    "editor": {
        "proposed": f"accept dismiss edit split merge {EDITORS}",
        "queued": f"dismiss edit split merge assign wait {EDITORS}",
        "in_review": f"dismiss edit split merge assign wait ask_second_opinion {SEAT} {EDITORS}",
        "waiting": f"dismiss edit resume {EDITORS}",
        "second_opinion": f"dismiss edit assign {EDITORS}",
        "decided": f"publish reopen {EDITORS}",
        "dismissed": "restore edit",
    },
    "reviewer": {"queued": "assign", "second_opinion": "assign"},
    "triager": {
        "proposed": f"accept dismiss edit split merge {EDITORS}",
        "queued": "assign",
        "second_opinion": "assign",
    },
    "on it": {
        "queued": f"dismiss wait ask_second_opinion submit_review {SEAT} {DATES}",
        "in_review": f"dismiss wait ask_second_opinion submit_review {SEAT} {DATES}",
        "waiting": f"resume {DATES}",
        "second_opinion": f"submit_review {SEAT} {DATES}",
    },
    "administrator": {"decided": "reopen"},
    "writing key": {},
    "triaging key": {"proposed": "accept"},
    "reading key": {},
}


@pytest.fixture
def desk() -> Desk:
    return a_desk(min_origins=1)


def somebody(who: str, desk: Desk) -> User | Reviewer | ApiKey:
    """A fresh person or key that is this on the desk."""
    if who == "writing key":
        return a_key(Scope.CLAIMS_WRITE, Scope.EVIDENCE_WRITE)[0]
    if who == "triaging key":
        return a_key(Scope.CLAIMS_TRIAGE)[0]
    if who == "reading key":
        return a_key(Scope.CLAIMS_READ)[0]
    if who == "editor":
        return an_editor(desk)
    return an_administrator() if who == "administrator" else a_reviewer(desk, can_triage=who == "triager")


def allowed(claim: Claim, who: User | Reviewer | ApiKey) -> set[str]:
    return {str(offer.action) for offer in offered(claim.pk, viewer(who)) if offer.allowed}


@pytest.mark.parametrize("who", [who for who in OFFERED if who != "on it"])
@pytest.mark.parametrize("state", State)
def test_each_is_offered_exactly_their_steps(desk: Desk, who: str, state: State) -> None:
    claim = a_claim(desk, state)
    assert allowed(claim, somebody(who, desk)) == set(OFFERED[who].get(state, "").split())


@pytest.mark.parametrize("state", [State.QUEUED, State.IN_REVIEW, State.WAITING, State.SECOND_OPINION])
def test_whoever_is_on_it_is_offered_the_steps_of_the_work(desk: Desk, state: State) -> None:
    editor, reviewer = an_editor(desk), a_reviewer(desk)
    claim = a_claim(desk, state, by=editor, reviewer=reviewer)
    if state == State.QUEUED:
        put_on(claim, reviewer, editor)
    if state == State.SECOND_OPINION:
        reviewer = a_reviewer(desk)
        put_on(claim, reviewer, editor)
    assert allowed(claim, reviewer) - {"undo"} == set(OFFERED["on it"][state].split())


@pytest.mark.parametrize("state", [State.QUEUED, State.SECOND_OPINION])
def test_an_editor_is_offered_a_seat_to_free_where_somebody_holds_one(desk: Desk, state: State) -> None:
    editor = an_editor(desk)
    claim = a_claim(desk, state, by=editor)
    said = {offer.sentence for offer in offered(claim.pk, viewer(editor)) if str(offer.action) in SEAT.split()}
    assert said == {"Nobody is on this claim."}
    put_on(claim, a_reviewer(desk), editor)
    assert allowed(claim, editor) >= set(SEAT.split())


def test_a_reviewer_is_offered_a_seat_only_while_one_is_free(desk: Desk) -> None:
    editor, colleague = an_editor(desk), a_reviewer(desk)
    claim = a_claim(desk, State.QUEUED, by=editor)
    assert "assign" in allowed(claim, colleague) & allowed(claim, editor)
    put_on(claim, a_reviewer(desk), editor)
    (offer,) = [one for one in offered(claim.pk, viewer(colleague)) if one.action == Action.ASSIGN]
    assert (offer.allowed, offer.code) == (False, "seat_taken")
    with pytest.raises(SeatTaken) as refused:
        take(claim.pk, viewer(colleague))
    assert offer.sentence == refused.value.message


@pytest.mark.parametrize("why", ["interest", "language", "limit", "away", "entered"])
def test_a_reviewer_is_offered_no_seat_that_they_could_not_take(desk: Desk, why: str) -> None:
    editor, reviewer = an_editor(desk), a_reviewer(desk, languages=["uk"] if why == "language" else ["en"], limit=1)
    claim = a_claim(desk, by=editor)
    if why == "interest":
        outlet = claim.appearances.get().revision.article.outlet
        Interest.objects.create(reviewer=reviewer, source=outlet)
    elif why == "limit":
        put_on(a_claim(desk, by=editor), reviewer, editor)
    elif why == "away":
        Absence.objects.create(reviewer=reviewer, starts_at=now() - timedelta(hours=1), ends_at=ahead(hours=1))
    elif why == "entered":
        Claim.objects.filter(pk=claim.pk).update(made_by_user=reviewer.user)
    (offer,) = [one for one in offered(claim.pk, viewer(reviewer)) if one.action == Action.ASSIGN]
    assert (offer.allowed, offer.code) == (False, "not_eligible")
    with pytest.raises(NotEligible) as refused:
        take(claim.pk, viewer(reviewer))
    assert offer.sentence == refused.value.message


@pytest.mark.parametrize("state", [State.QUEUED, State.IN_REVIEW])
def test_no_judgement_is_offered_to_whoever_declared_an_interest_meanwhile(desk: Desk, state: State) -> None:
    editor, reviewer = an_editor(desk), a_reviewer(desk)
    claim = a_claim(desk, state, by=editor, reviewer=reviewer)
    if state == State.QUEUED:
        put_on(claim, reviewer, editor)
    outlet = claim.appearances.get().revision.article.outlet
    Interest.objects.create(reviewer=reviewer, source=outlet)
    refused = {offer.action: offer.sentence for offer in offered(claim.pk, viewer(reviewer)) if not offer.allowed}
    for action in (Action.SUBMIT_REVIEW, Action.ASK_SECOND_OPINION):
        assert refused[action] == f"You have declared an interest in {outlet}. Step back from this claim."
    assert "recuse" in allowed(claim, reviewer)


def test_an_adjudicator_is_offered_to_settle_or_leave(desk: Desk) -> None:
    editor, first, second, judge = an_editor(desk), a_reviewer(desk), a_reviewer(desk), a_reviewer(desk)
    claim = a_claim(desk, State.IN_REVIEW, by=editor, reviewer=first)
    evidence_for(claim)
    second_opinion_asked(claim, first, CONFIRMED)
    put_on(claim, second, editor)
    review_by(claim, second)
    put_on(claim, judge, editor, part=Part.ADJUDICATION)
    assert allowed(claim, judge) == {"adjudicate", *SEAT.split()}


def test_what_an_editor_may_do_with_a_verdict_follows_from_what_readers_know(desk: Desk) -> None:
    editor, claim = an_editor(desk), a_claim(desk, State.DECIDED)
    everything = {"publish", "correct", "withdraw"}
    assert allowed(claim, editor) & everything == {"publish"}
    act(claim.pk, Action.PUBLISH, viewer(editor))
    assert allowed(claim, editor) & everything == {"correct", "withdraw"}
    for somebody_else in OFFERED.keys() - {"editor", "on it"}:
        assert allowed(claim, somebody(somebody_else, desk)) & everything == set(), somebody_else
    act(claim.pk, Action.REOPEN, viewer(editor), reason="There is something new.")
    assert allowed(claim, editor) & everything == set()
    reviewer = a_reviewer(desk)
    put_on(claim, reviewer, editor)
    review_by(claim, reviewer)
    assert allowed(claim, editor) & everything == {"publish", "withdraw"}
    act(claim.pk, Action.WITHDRAW, viewer(editor), note="It was wrong.")
    assert allowed(claim, editor) & everything == {"publish"}


def test_whoever_reviewed_first_is_offered_no_step_of_publishing(desk: Desk) -> None:
    both = a_reviewer(desk)
    joined(both.user, desk, DeskRole.EDITOR)
    claim = a_claim(desk, State.DECIDED, reviewer=both)
    act(claim.pk, Action.PUBLISH, viewer(an_editor(desk)))
    offers = {offer.action: offer for offer in offered(claim.pk, viewer(both))}
    for action in (Action.PUBLISH, Action.CORRECT, Action.WITHDRAW):
        assert (offers[action].allowed, offers[action].code) == (False, "self_publication")


@pytest.mark.parametrize("role", DeskRole)
def test_for_people_of_other_desks_the_claim_does_not_exist(desk: Desk, role: DeskRole) -> None:
    stranger = joined(an_editor(a_desk()), a_desk(), role)
    with pytest.raises(NotFound, match="There is no claim"):
        offered(a_claim(desk).pk, viewer(stranger))


def test_every_refusal_has_a_code_and_a_sentence(desk: Desk) -> None:
    refusals = [offer for offer in offered(a_claim(desk).pk, viewer(a_reviewer(desk))) if not offer.allowed]
    assert len(refusals) > 15
    for offer in refusals:
        assert offer.code in {"action_not_possible", "role_missing", "not_undoable"}, offer
        assert offer.sentence.endswith("."), offer
        assert "!" not in offer.sentence


def test_every_step_a_person_can_take_is_offered_or_refused_once(desk: Desk) -> None:
    no_buttons = {"propose", "start", "settle", "raise_flag", "clear_flag"}
    offers = [str(offer.action) for offer in offered(a_claim(desk).pk, viewer(an_editor(desk)))]
    assert sorted(offers) == sorted(set(Action.values) - no_buttons)


def test_the_sentence_of_an_offer_is_that_of_the_refusal(desk: Desk) -> None:
    claim, reviewer = a_claim(desk), a_reviewer(desk)
    offer = next(one for one in offered(claim.pk, viewer(reviewer)) if one.action == Action.DISMISS)
    with pytest.raises(ClaimDeskError) as refused:
        act(claim.pk, Action.DISMISS, viewer(reviewer), reason=DismissalReason.OFF_SUBJECT)
    assert (offer.code, offer.sentence) == (refused.value.code, refused.value.message)
