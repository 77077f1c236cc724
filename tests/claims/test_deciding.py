"""Decisions: written once, numbered, resting on the evidence that stood, revealed by their event."""

from __future__ import annotations

import pytest

from claims.errors import EvidenceMissing, OriginsTooFew
from claims.lifecycle import State
from claims.models import Decision, Desk, User
from claims.services.deciding import check_verdict, own_voice, record_decision, told
from claims.services.evidence import GivenEvidence, supersede_evidence
from claims.services.proposing import GivenClaim, GivenStep, propose
from claims.services.transitions import locked
from claims.verdicts import EvidenceKind, Question, Said, So, Stance
from reviews.services.acting import acting_on
from tests.factories import (
    CONFIRMED,
    UNPROVEN,
    a_claim,
    a_desk,
    a_reviewer,
    evidence_for,
    maker,
    put_on,
    review_by,
    viewer,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    return a_desk(min_origins=2)


def test_a_claim_without_a_desk_cannot_be_decided(editor: User) -> None:
    claim = propose(GivenClaim("Prices will fall.", "en"), maker(editor, None))
    with locked(claim.pk) as held, pytest.raises(EvidenceMissing, match="without a desk"):
        check_verdict(held, UNPROVEN)


def test_the_number_of_origins_is_the_desks(desk: Desk, editor: User) -> None:
    claim = a_claim(desk, by=editor)
    evidence_for(claim)
    with locked(claim.pk) as held:
        with pytest.raises(OriginsTooFew, match="2 distinct origins"):
            check_verdict(held, CONFIRMED)
        check_verdict(held, CONFIRMED, "There is only one registry.")
    evidence_for(claim)
    with locked(claim.pk) as held:
        check_verdict(held, CONFIRMED)


def test_a_decision_rests_on_what_stood_and_marks_it_used(desk: Desk, editor: User) -> None:
    reviewer, claim = a_reviewer(desk), a_claim(desk, by=editor)
    old, other = evidence_for(claim), evidence_for(claim)
    given = GivenEvidence(Question.SO, Stance.SUPPORTS, EvidenceKind.LINK, url="https://found.example/newer")
    with acting_on(claim.pk, viewer(editor)) as acting:
        new = supersede_evidence(acting.held, old, given, by=acting.by)
    put_on(claim, reviewer, editor)
    review_by(claim, reviewer, CONFIRMED)
    decision = Decision.objects.get(claim=claim)
    assert set(decision.evidence.all()) == {new, other}
    used = dict(claim.evidence.values_list("pk", "used_at"))
    assert used == {old.pk: None, new.pk: decision.decided_at, other.pk: decision.decided_at}


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_own_voice_is_for_a_chain_of_one_step(desk: Desk, steps: int) -> None:
    chain = [GivenStep("Harbour Post", "outlet"), GivenStep("Vera Lund")][:steps]
    claim = a_claim(desk, chain=chain)
    assert own_voice(claim, Said.NOT_CHECKED) == (Said.OWN_VOICE if steps == 1 else Said.NOT_CHECKED)
    assert own_voice(claim, Said.ALTERED) == Said.ALTERED


def test_decisions_are_numbered_and_each_supersedes_the_last(desk: Desk) -> None:
    claim = a_claim(desk, State.DECIDED)
    Decision.objects.filter(claim=claim).update(standing=False)
    with locked(claim.pk) as held:
        decision = record_decision(held, UNPROVEN, [], is_demo=True)
        assert held.standing == decision
    assert decision.supersedes is not None
    assert (decision.number, decision.supersedes.number) == (2, 1)
    assert str(decision) == f"#{claim.pk}: Unproven"


def test_the_event_tells_the_whole_verdict(desk: Desk) -> None:
    decision = a_claim(desk, State.DECIDED).decisions.get()
    said = told(decision)
    assert (said["so"], said["said"], said["why"]) == (So.UNPROVEN, Said.NOT_CHECKED, UNPROVEN.why)
    assert (said["number"], said["is_demo"], said["min_origins"]) == (1, False, 2)
