"""Evidence that protects a source stays with its desk: no rule takes it to another one, and everybody can read why."""

from __future__ import annotations

import pytest

from claims.errors import DeskMissing, RoleMissing
from claims.lifecycle import Action, State
from claims.models import Claim, Desk, DeskRole, Evidence, Scope, User, Visibility
from claims.permissions import visible_evidence
from claims.services.splitting import GivenPart
from claims.services.steps import PROTECTS_A_SOURCE
from reviews.models import Course, RuleVersion
from reviews.rules import Conditions, Outcomes
from reviews.services.acting import act, offered
from reviews.services.resettling import ask_to_apply, settle_asked
from reviews.services.routing import route_waiting
from reviews.services.rules import GivenRule, change_rule
from tests import factories as make

pytestmark = pytest.mark.django_db
WHY = "it would send the claim to another desk, and evidence on it protects a source"


def to_another(topic: str = "law") -> RuleVersion:
    """A rule that sends claims of this topic to a desk of its own."""
    return make.a_rule(Conditions(topics=(topic,)), Outcomes(desk=make.a_desk().pk, priority=1))


def desk_of(rule: RuleVersion) -> Desk:
    assert rule.desk is not None
    return rule.desk


def protected(claim: Claim, editor: User) -> Evidence:
    return make.evidence_for(claim, by=editor, title="Who told us", visibility=Visibility.PROTECTED)


def accepted(claim: Claim, editor: User) -> Claim:
    act(claim.pk, Action.ACCEPT, make.viewer(editor))
    return make.fresh(claim)


def test_a_rule_leaves_a_claim_with_such_evidence_where_it_is_and_the_next_one_is_asked(
    desk: Desk, editor: User
) -> None:
    away, here = to_another(), make.a_rule(Conditions(topics=("law",)), Outcomes(priority=2))
    plain, kept = (make.a_claim(desk, State.PROPOSED, by=editor, topics=["law"]) for _ in range(2))
    protected(kept, editor)
    assert accepted(plain, editor).desk_id == away.desk_id
    stayed = accepted(kept, editor)
    assert (stayed.desk, stayed.priority) == (desk, 2)
    course = Course.objects.get(claim=kept)
    assert (course.rule, [one["why"] for one in course.earlier]) == (here, [WHY])


def test_the_part_of_a_split_that_shares_it_stays_with_the_first(desk: Desk, editor: User) -> None:
    first = make.a_claim(desk, by=editor, topics=["law"])
    item = protected(first, editor)
    away = to_another()
    viewer = make.viewer(editor)
    for shared in ([item], []):
        act(first.pk, Action.SPLIT, viewer, part=GivenPart(f"She denied it {len(shared)}.", evidence=shared))
    parts = Claim.objects.filter(split_from=first).order_by("pk")
    assert [part.desk_id for part in parts] == [desk.pk, away.desk_id]
    stranger = make.viewer(make.an_editor(desk_of(away)))
    assert not visible_evidence(stranger, parts[0], on_it=False).filter(visibility=Visibility.PROTECTED).exists()


def test_a_claim_without_a_desk_then_needs_somebody_to_name_one(editor: User, desk: Desk) -> None:
    to_another()
    claim = make.a_claim(desk, State.PROPOSED, by=editor, topics=["law"])
    protected(claim, editor)
    Claim.objects.filter(pk=claim.pk).update(desk=None)
    with pytest.raises(DeskMissing):
        act(claim.pk, Action.ACCEPT, make.viewer(editor))
    act(claim.pk, Action.ACCEPT, make.viewer(editor), desk=desk)
    assert make.fresh(claim).desk == desk


def test_applying_rules_to_open_claims_moves_none_that_protects_a_source(desk: Desk, editor: User) -> None:
    plain, kept = (make.a_claim(desk, by=editor, topics=["law"]) for _ in range(2))
    protected(kept, editor)
    away = to_another()
    ask_to_apply(away, "Ida")
    settle_asked()
    assert [make.fresh(claim).desk_id for claim in (plain, kept)] == [away.desk_id, desk.pk]


def test_nor_does_looking_again_take_one_back_to_where_it_came_from(desk: Desk, editor: User) -> None:
    away, _ = to_another(), make.a_rule(Conditions(topics=("law",)), Outcomes(priority=2))
    plain, kept = (accepted(make.a_claim(desk, State.PROPOSED, by=editor, topics=["law"]), editor) for _ in range(2))
    there = desk_of(away)
    protected(kept, make.an_editor(there))
    route_waiting()
    was = away.ruled()
    off = GivenRule(was.name, was.conditions, was.outcomes, active=False)
    change_rule(away.rule_id, off, make.viewer(make.an_administrator()))
    settle_asked()
    assert [make.fresh(claim).desk for claim in (plain, kept)] == [desk, there]


def test_an_editor_may_still_give_it_to_another_desk(desk: Desk, editor: User) -> None:
    claim = make.a_claim(desk, by=editor)
    protected(claim, editor)
    other = make.a_desk()
    act(claim.pk, Action.CHANGE_DESK, make.viewer(editor), desk=other, reason="It is theirs.")
    assert make.fresh(claim).desk == other


@pytest.mark.parametrize("who", ["triager", "key"])
def test_whoever_cannot_see_it_does_not_open_it_to_another_desk(desk: Desk, editor: User, who: str) -> None:
    other = make.a_desk()
    reviewer = make.a_reviewer(desk, can_triage=True)
    make.joined(reviewer.user, other, DeskRole.REVIEWER, can_triage=True)
    key, _ = make.a_key(Scope.CLAIMS_TRIAGE)
    viewer = make.viewer(reviewer if who == "triager" else key)
    plain, kept = (make.a_claim(desk, State.PROPOSED, by=editor) for _ in range(2))
    protected(kept, editor)
    with pytest.raises(RoleMissing, match=PROTECTS_A_SOURCE):
        act(kept.pk, Action.ACCEPT, viewer, desk=other)
    if who == "triager":
        (offer,) = [offer for offer in offered(kept.pk, viewer) if offer.action == Action.CHANGE_DESK]
        assert (offer.allowed, offer.sentence) == (False, PROTECTS_A_SOURCE)
        with pytest.raises(RoleMissing):
            act(kept.pk, Action.CHANGE_DESK, viewer, desk=other, reason="It is theirs.")
    act(plain.pk, Action.ACCEPT, viewer, desk=other)
    act(kept.pk, Action.ACCEPT, viewer)
    assert [make.fresh(claim).desk for claim in (plain, kept)] == [other, desk]


def test_an_editor_of_both_desks_may_accept_it_into_the_other(desk: Desk, editor: User) -> None:
    claim, other = make.a_claim(desk, State.PROPOSED, by=editor), make.a_desk()
    protected(claim, editor)
    make.joined(editor, other, DeskRole.EDITOR)
    act(claim.pk, Action.ACCEPT, make.viewer(editor), desk=other)
    assert make.fresh(claim).desk == other
