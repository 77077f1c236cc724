"""Editors who publish, reopen, split and merge at the same instant: one history, and a sentence for whoever is late."""

from __future__ import annotations

from functools import partial

import pytest

from claims.lifecycle import Action, State
from claims.models import Claim, ClaimEvent, Decision
from claims.permissions import Viewer
from claims.services.splitting import GivenPart
from reviews.services.acting import act, acting_on
from reviews.services.reviewing import submit_review
from tests import factories as make
from tests.concurrency.crowd import at_once, broken_promises, refusals

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 8


def decide(claim: Claim, viewer: Viewer) -> ClaimEvent:
    """The viewer, who is on the claim, records "unproven"."""
    with acting_on(claim.pk, viewer) as acting:
        submit_review(acting.held, acting.mine, make.UNPROVEN, by=acting.by)
    return claim.events.latest("seq")


def test_of_several_who_publish_a_verdict_at_once_one_does() -> None:
    desk = make.a_desk()
    editors = [make.viewer(make.an_editor(desk)) for _ in range(4)]
    for _ in range(ROUNDS):
        claim = make.a_claim(desk, State.DECIDED)
        answers = at_once(*[partial(act, claim.pk, Action.PUBLISH, editor) for editor in editors])
        assert refusals(answers) == ["This verdict is public already."] * 3
        assert claim.events.filter(type="claim.publish").count() == 1
    assert broken_promises() == {}


def test_what_is_published_while_it_is_reopened_had_stood() -> None:
    desk = make.a_desk()
    first, second = (make.viewer(make.an_editor(desk)) for _ in range(2))
    for _ in range(ROUNDS):
        claim = make.a_claim(desk, State.DECIDED)
        answers = at_once(
            partial(act, claim.pk, Action.PUBLISH, first),
            partial(act, claim.pk, Action.REOPEN, second, reason="There is something new."),
        )
        told = Decision.objects.public().filter(claim=claim).count()
        late = [] if told else ["Publish is possible only in Decided; this claim is In review."]
        assert refusals(answers) == late
        assert make.fresh(claim).state == State.IN_REVIEW
    assert broken_promises() == {}


def test_of_two_corrections_of_the_same_version_one_is_stale() -> None:
    desk = make.a_desk()
    editors = [make.viewer(make.an_editor(desk)) for _ in range(2)]
    claim = make.a_claim(desk, State.DECIDED)
    act(claim.pk, Action.PUBLISH, editors[0])
    for number in range(ROUNDS):
        version = make.fresh(claim).version
        given = {"correction_class": "minor", "note": "Plainer.", "why": f"{make.WHY} Looked at {number + 2} times."}
        answers = at_once(*[partial(act, claim.pk, Action.CORRECT, one, version=version, **given) for one in editors])
        assert refusals(answers) == ["Somebody changed this since you read it. Read it again, then repeat your change."]
    assert Decision.objects.filter(claim=claim).count() == ROUNDS + 1
    assert broken_promises() == {}


def test_of_two_claims_merged_into_each_other_at_once_one_stays() -> None:
    desk = make.a_desk()
    editors = [make.viewer(make.an_editor(desk)) for _ in range(2)]
    for _ in range(ROUNDS):
        one, other = make.a_claim(desk), make.a_claim(desk)
        answers = at_once(
            partial(act, one.pk, Action.MERGE, editors[0], into=other),
            partial(act, other.pk, Action.MERGE, editors[1], into=one),
        )
        (refused,) = refusals(answers)
        assert "is dismissed. It was merged into" in refused or "Merge duplicate is possible only in" in refused
        states = {make.fresh(one).state, make.fresh(other).state}
        assert states == {State.DISMISSED, State.QUEUED}
    assert broken_promises() == {}


def test_three_claims_merged_in_a_ring_at_once_leave_one_that_stays() -> None:
    desk = make.a_desk()
    editors = [make.viewer(make.an_editor(desk)) for _ in range(3)]
    for _ in range(ROUNDS):
        ring = [make.a_claim(desk) for _ in range(3)]
        acts = [
            partial(act, claim.pk, Action.MERGE, editor, into=ring[(place + 1) % 3])
            for place, (claim, editor) in enumerate(zip(ring, editors, strict=True))
        ]
        merged = 3 - len(refusals(at_once(*acts)))
        assert 1 <= merged <= 2
        assert sum(make.fresh(claim).state == State.DISMISSED for claim in ring) == merged
    assert broken_promises() == {}


def test_a_claim_split_while_it_is_decided_is_either_split_first_or_not_at_all() -> None:
    desk = make.a_desk()
    editor = make.viewer(make.an_editor(desk))
    for _ in range(ROUNDS):
        reviewer = make.a_reviewer(desk)
        claim = make.a_claim(desk, State.IN_REVIEW, reviewer=reviewer)
        answers = at_once(
            partial(act, claim.pk, Action.SPLIT, editor, part=GivenPart("She denied it.")),
            partial(decide, claim, make.viewer(reviewer)),
        )
        late = (
            []
            if claim.parts.exists()
            else ["Split claim is possible only in Proposed, Queued or In review; this claim is Decided."]
        )
        assert refusals(answers) == late
        assert make.fresh(claim).state == State.DECIDED
    assert broken_promises() == {}
