"""Rules are rewritten and moved while claims are accepted: each claim meets whole rules, in one order."""

from __future__ import annotations

from functools import partial

import pytest

from claims.lifecycle import Action, State
from claims.models import Claim, ClaimEvent, DeskRole, Membership
from claims.permissions import Viewer
from reviews.models import Assignment, Course, Reviewer, RoutingRule
from reviews.rules import Conditions, Outcomes
from reviews.services.acting import act
from reviews.services.resettling import settle_asked
from reviews.services.routing import route_waiting
from reviews.services.rules import GivenRule, add_rule, change_rule, reorder
from tests import factories as make
from tests.concurrency.crowd import at_once, broken_promises, refusals

pytestmark = pytest.mark.django_db(transaction=True)
CLAIMS, CHANGES = 24, 30


def accept_all(claims: list[Claim], viewer: Viewer) -> None:
    """Accept one claim after the other."""
    for claim in claims:
        act(claim.pk, Action.ACCEPT, viewer)


def rewrite(rule: int, viewer: Viewer) -> None:
    """Save the rule over and over, each time with a skill that goes with its priority alone."""
    for number in range(CHANGES):
        priority = number % 4 + 1
        change_rule(rule, GivenRule("Changing", outcomes=Outcomes((f"skill {priority}",), priority=priority)), viewer)


def turn_round(rules: list[int], viewer: Viewer) -> None:
    """Move the last rule to the front over and over."""
    order = list(rules)
    for _ in range(CHANGES):
        order = [order[-1], *order[:-1]]
        reorder(order, viewer)


def test_no_claim_meets_half_a_rule() -> None:
    desk, administrator = make.a_desk(), make.viewer(make.an_administrator())
    editor = make.an_editor(desk)
    rule = make.a_rule(outcomes=Outcomes(("skill 1",), priority=1), name="Changing")
    claims = [make.a_claim(desk, State.PROPOSED, by=editor) for _ in range(CLAIMS)]
    answers = at_once(partial(accept_all, claims, make.viewer(editor)), partial(rewrite, rule.rule_id, administrator))
    assert refusals(answers) == []
    for claim in claims:
        course, now = Course.objects.select_related("rule").get(claim=claim), make.fresh(claim)
        assert course.rule is not None
        assert course.topics == course.rule.skills == [f"skill {now.priority}"]
    assert broken_promises() == {}


def test_no_claim_meets_half_an_order() -> None:
    desk, administrator = make.a_desk(), make.viewer(make.an_administrator())
    editor = make.an_editor(desk)
    never = [make.a_rule(Conditions(languages=("uk",))).rule_id for _ in range(2)]
    last = make.a_rule(outcomes=Outcomes(priority=1)).rule_id
    claims = [make.a_claim(desk, State.PROPOSED, by=editor) for _ in range(CLAIMS)]
    answers = at_once(
        partial(accept_all, claims, make.viewer(editor)), partial(turn_round, [*never, last], administrator)
    )
    assert refusals(answers) == []
    orders = {tuple(one["rule"] for one in course.earlier) for course in Course.objects.all()}
    first, second = never
    assert orders <= {(), (first, second), (second,)}
    assert {course.rule.rule_id for course in Course.objects.select_related("rule") if course.rule} == {last}


def test_two_who_write_rules_at_once_stand_behind_each_other() -> None:
    administrators = [make.an_administrator() for _ in range(6)]
    answers = at_once(*[partial(make.a_rule, by=one) for one in administrators])
    assert refusals(answers) == []
    assert sorted(RoutingRule.objects.values_list("position", flat=True)) == [1, 2, 3, 4, 5, 6]


def test_of_two_who_save_the_same_version_one_is_told() -> None:
    rule = make.a_rule()
    viewers = [make.viewer(make.an_administrator()) for _ in range(2)]
    answers = at_once(
        *[
            partial(change_rule, rule.rule_id, GivenRule(f"By {n}", outcomes=Outcomes(priority=1)), one, version=1)
            for n, one in enumerate(viewers)
        ]
    )
    assert refusals(answers) == ["Somebody changed this since you read it. Read it again, then repeat your change."]
    rule.refresh_from_db()
    assert RoutingRule.objects.get(pk=rule.rule_id).version == 2


def settle_everything() -> int:
    """Settle open claims anew until nothing is left."""
    done = 0
    while found := settle_asked():
        done += found
    return done


def test_claims_are_settled_anew_while_they_are_routed() -> None:
    desk, other = make.a_desk(), make.a_desk()
    editor = make.joined(make.an_editor(desk), other, DeskRole.EDITOR)
    for one in (desk, other):
        for _ in range(2):
            make.a_reviewer(one, limit=CLAIMS)
    claims = [make.a_claim(desk, by=editor) for _ in range(CLAIMS)]
    outcomes = Outcomes(("law",), desk=other.pk)
    Reviewer.objects.update(topics=["law"])
    make.a_rule(Conditions(desks=(desk.pk,)))
    given = GivenRule("Away", Conditions(desks=(desk.pk,)), outcomes, applies=True)
    rule = add_rule(given, make.viewer(editor))
    reorder([rule.rule_id, *RoutingRule.objects.exclude(pk=rule.rule_id).values_list("pk", flat=True)], _all())
    answers = at_once(settle_everything, route_waiting, settle_everything, route_waiting)
    assert refusals(answers) == []
    settle_everything()
    route_waiting()
    told = ClaimEvent.objects.filter(type="claim.settle").values_list("claim", flat=True)
    assert sorted(told) == sorted(claim.pk for claim in claims)
    colleagues = Membership.objects.filter(desk=other, role=DeskRole.REVIEWER).values("user")
    assert not Assignment.objects.open().exclude(reviewer__user__in=colleagues).exists()
    assert set(Course.objects.values_list("rule__rule", flat=True)) == {rule.rule_id}
    assert broken_promises() == {}


def _all() -> Viewer:
    return make.viewer(make.an_administrator())
