"""Rules as claims meet them: what a claim keeps, and what moving it means."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.errors import ClaimDeskError, DeskMissing, RoleMissing
from claims.lifecycle import Action, DismissalReason, State
from claims.models import Claim, Desk, DeskRole, Source, SourceKind, User
from claims.permissions import visible_claims
from claims.services.proposing import GivenClaim, GivenStep
from reviews.models import Course, DeadlinePolicy, DeskDefaults, PolicyKind, RoutingRule
from reviews.rules import Conditions, Outcomes
from reviews.services.accepting import bring
from reviews.services.acting import act
from reviews.services.rules import GivenRule, change_rule
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    return make.a_desk(name="World")


def course(claim: Claim) -> Course:
    return Course.objects.select_related("rule").get(claim=claim)


def proposed(desk: Desk | None, by: User, **given: Any) -> Claim:
    """A proposed claim, with or without a desk."""
    usual = {"statement": "The minister will resign.", "language": "en", "desk": desk}
    return bring(GivenClaim(**{**usual, **given}), make.maker(by, desk))


# What a claim meets when it is accepted.


def test_the_first_rule_that_matches_settles_everything_in_the_event_of_the_step(desk: Desk, editor: User) -> None:
    politics, policy = make.a_desk(name="Politics"), make.a_policy(PolicyKind.INDEPENDENT, 2)
    deadline = DeadlinePolicy.objects.create(key="a-day-before", name="A day before")
    make.a_rule(Conditions(priorities=(1,)), Outcomes(priority=4), name="Urgent")
    rule = make.a_rule(
        Conditions(desks=(desk.pk,), topics=("budget",)),
        Outcomes(("budget",), politics.pk, 2, policy.pk, deadline.pk),
        name="Budget goes to Politics",
    )
    make.a_rule(Conditions(), Outcomes(priority=1), name="Too late")
    claim = make.a_claim(desk, by=editor, topics=["budget"])
    assert (claim.desk, claim.priority) == (politics, 2)
    assert claim.review_due_at - claim.accepted_at == timedelta(hours=politics.due_hours_2)  # type: ignore[operator]  # accepted
    kept = course(claim)
    assert (kept.rule, kept.topics, kept.review_policy, kept.deadline_policy) == (rule, ["budget"], policy, deadline)
    assert (kept.given_desk, kept.given_priority) == (desk, 3)
    urgent = RoutingRule.objects.get(name="Urgent")
    assert kept.earlier == [{"rule": urgent.pk, "version": 1, "name": "Urgent", "why": "priority is not 1"}]
    events = list(claim.events.order_by("seq"))
    assert [event.type for event in events] == ["claim.propose", "claim.accept"]
    assert events[-1].data["rule"] == {"id": rule.rule_id, "version": 1, "name": "Budget goes to Politics"}
    assert events[-1].data["changes"]["priority"] == [3, 2]


def test_without_a_match_the_desks_defaults_hold_and_the_reasons_are_kept(desk: Desk, editor: User) -> None:
    policy = make.a_policy(PolicyKind.INDEPENDENT, 2)
    DeskDefaults.objects.create(desk=desk, review_policy=policy)
    make.a_rule(Conditions(languages=("uk",)), Outcomes(priority=1), name="Ukrainian")
    make.a_rule(Conditions(desks=(make.a_desk().pk,)), Outcomes(priority=1), name="Of another desk")
    make.a_rule(Conditions(), Outcomes(priority=1), name="Switched off", active=False)
    claim = make.a_claim(desk, by=editor)
    kept = course(claim)
    assert (kept.rule, kept.review_policy, kept.deadline_policy, claim.priority) == (None, policy, None, 3)
    assert [(one["name"], one["why"]) for one in kept.earlier] == [("Ukrainian", "language is not Ukrainian")]


def test_what_a_rule_leaves_open_follows_the_desk_the_claim_goes_to(desk: Desk, editor: User) -> None:
    politics = make.a_desk()
    here, there = (make.a_policy(PolicyKind.INDEPENDENT, 2) for _ in range(2))
    DeskDefaults.objects.create(desk=desk, review_policy=here)
    DeskDefaults.objects.create(desk=politics, review_policy=there)
    make.a_rule(Conditions(desks=(desk.pk,)), Outcomes(desk=politics.pk))
    assert course(make.a_claim(desk, by=editor)).review_policy == there


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        (lambda outlet, source: Conditions(outlets=(outlet,)), {}),
        (lambda outlet, source: Conditions(sources=(source,)), {}),
        (lambda outlet, source: Conditions(source_kinds=("person",)), {}),
        (lambda outlet, source: Conditions(hedge_kinds=("probable",), hedged=True), {}),
        (lambda outlet, source: Conditions(within_days=3, dated=True), {"own": "soon"}),
        (lambda outlet, source: Conditions(dated=False), {}),
        (lambda outlet, source: Conditions(languages=("en",), priorities=(1,)), {"priority": 1}),
    ],
)
def test_a_rule_sees_the_claim_as_it_is_kept(desk: Desk, editor: User, asked: Any, given: dict[str, Any]) -> None:
    article = make.an_article()
    chain = [GivenStep("Mira Vale", SourceKind.PERSON)]
    if given.get("own"):
        given = {"own": make.dated(make.ahead(days=2))}
    made = proposed(desk, editor, quote=make.a_quote(article.revision), chain=chain, **given)
    source = Source.objects.get(name="Mira Vale")
    rule = make.a_rule(asked(article.article.outlet_id, source.pk), Outcomes(("law",)))
    act(made.pk, Action.ACCEPT, make.viewer(editor))
    assert course(made).rule == rule


def test_a_source_stands_for_everything_that_belongs_to_it(desk: Desk, editor: User) -> None:
    state = Source.objects.create(name="Heads of state", kind=SourceKind.ORGANISATION)
    office = Source.objects.create(name="Office", kind=SourceKind.ORGANISATION, parent=state)
    person = Source.objects.create(name="Mira Vale", kind=SourceKind.PERSON, parent=office)
    state.parent = person
    state.save(update_fields=["parent"])  # a ring, as somebody will make one
    rule = make.a_rule(Conditions(sources=(state.pk,)), Outcomes(priority=1))
    assert course(make.a_claim(desk, by=editor, chain=[GivenStep("Mira Vale")])).rule == rule
    assert course(make.a_claim(desk, by=editor, chain=[GivenStep("Somebody else")])).rule is None


def test_a_rule_may_send_a_claim_to_a_desk_where_whoever_accepts_has_no_right(desk: Desk) -> None:
    politics = make.a_desk()
    triager = make.a_reviewer(desk, can_triage=True)
    claim = proposed(desk, make.an_editor(desk))
    with pytest.raises(ClaimDeskError):
        act(claim.pk, Action.ACCEPT, make.viewer(triager), desk=politics)
    make.a_rule(Conditions(desks=(desk.pk,)), Outcomes(desk=politics.pk))
    act(claim.pk, Action.ACCEPT, make.viewer(triager))
    assert make.fresh(claim).desk == politics
    assert not visible_claims(make.viewer(triager), make.now()).filter(pk=claim.pk).exists()


def test_a_rule_gives_nobody_a_right_to_accept_where_they_have_none(desk: Desk) -> None:
    make.a_rule(Conditions(desks=(desk.pk,)), Outcomes(desk=make.a_desk().pk))
    claim = proposed(desk, make.an_editor(desk))
    with pytest.raises(RoleMissing):
        act(claim.pk, Action.ACCEPT, make.viewer(make.a_reviewer(desk)))
    assert not Course.objects.filter(claim=claim).exists()


def test_a_claim_without_a_desk_gets_one_by_a_rule_or_is_refused(desk: Desk, editor: User) -> None:
    claim = proposed(None, editor)
    with pytest.raises(DeskMissing):
        act(claim.pk, Action.ACCEPT, make.viewer(editor))
    rule = make.a_rule(Conditions(), Outcomes(desk=desk.pk))
    act(claim.pk, Action.ACCEPT, make.viewer(editor))
    assert (make.fresh(claim).desk, course(claim).rule, course(claim).given_desk) == (desk, rule, None)


def test_accepting_costs_the_same_queries_however_many_rules_there_are(desk: Desk, editor: User) -> None:
    make.a_rule(Conditions(priorities=(1,)), Outcomes())
    claims = [proposed(desk, editor) for _ in range(2)]
    counts = []
    for claim in claims:
        with CaptureQueriesContext(connection) as queries:
            act(claim.pk, Action.ACCEPT, make.viewer(editor))
        counts.append(len(queries))
        for _ in range(20):
            make.a_rule(Conditions(priorities=(1,)), Outcomes())
    assert counts[0] == counts[1]


# Afterwards.


def test_a_changed_rule_moves_no_claim_that_was_accepted(desk: Desk, editor: User) -> None:
    rule = make.a_rule(Conditions(), Outcomes(("law",)), by=make.an_administrator())
    claim = make.a_claim(desk, by=editor)
    change_rule(rule.rule_id, GivenRule("New", outcomes=Outcomes(("trade",))), make.viewer(make.an_administrator()))
    assert (course(claim).rule, course(claim).topics) == (rule, ["law"])
    assert course(make.a_claim(desk, by=editor)).topics == ["trade"]


def test_a_claim_given_to_another_desk_is_settled_anew_there_and_stays_there(desk: Desk, editor: User) -> None:
    politics, law = make.a_desk(name="Politics"), make.a_desk(name="Law")
    make.a_rule(Conditions(desks=(desk.pk,)), Outcomes(("war",)), name="World")
    make.a_rule(Conditions(desks=(politics.pk,), priorities=(3,)), Outcomes(desk=law.pk), name="On to Law")
    here = make.a_rule(Conditions(desks=(politics.pk,)), Outcomes(("budget",), priority=1), name="Politics")
    claim = make.a_claim(desk, by=editor)
    due = claim.review_due_at
    act(claim.pk, Action.CHANGE_DESK, make.viewer(editor), desk=politics, reason="It is theirs.")
    moved = make.fresh(claim)
    assert (moved.desk, moved.priority, moved.review_due_at) == (politics, 3, due)
    assert (course(claim).rule, course(claim).topics) == (here, ["budget"])


def test_taking_a_change_of_desk_back_brings_the_course_back(desk: Desk, editor: User) -> None:
    politics = make.a_desk()
    rule = make.a_rule(Conditions(desks=(desk.pk,)), Outcomes(("war",)))
    claim = make.a_claim(desk, by=editor)
    joint = make.joined(editor, politics, DeskRole.EDITOR)
    act(claim.pk, Action.CHANGE_DESK, make.viewer(joint), desk=politics, reason="It is theirs.")
    assert course(claim).rule is None
    act(claim.pk, Action.UNDO, make.viewer(joint))
    assert (course(claim).rule, course(claim).topics, make.fresh(claim).desk) == (rule, ["war"], desk)


def test_taking_an_acceptance_back_takes_its_course_away(desk: Desk, editor: User) -> None:
    make.a_rule(Conditions(), Outcomes(priority=1))
    claim = proposed(desk, editor)
    act(claim.pk, Action.ACCEPT, make.viewer(editor))
    act(claim.pk, Action.UNDO, make.viewer(editor))
    assert (make.fresh(claim).priority, Course.objects.filter(claim=claim).exists()) == (3, False)


def test_a_claim_restored_before_it_was_ever_accepted_is_settled_then(desk: Desk, editor: User) -> None:
    rule = make.a_rule(Conditions(), Outcomes(("law",)))
    claim = proposed(desk, editor)
    act(claim.pk, Action.DISMISS, make.viewer(editor), reason=DismissalReason.OFF_SUBJECT)
    act(claim.pk, Action.RESTORE, make.viewer(editor))
    assert course(claim).rule == rule
    act(claim.pk, Action.UNDO, make.viewer(editor))
    assert not Course.objects.filter(claim=claim).exists()


def test_a_judgement_that_has_begun_keeps_its_terms_on_another_desk(desk: Desk, editor: User) -> None:
    politics = make.a_desk()
    here, there = (make.a_policy(PolicyKind.INDEPENDENT, 2) for _ in range(2))
    DeskDefaults.objects.create(desk=desk, review_policy=here)
    DeskDefaults.objects.create(desk=politics, review_policy=there)
    begun, fresh = make.a_claim(desk, State.SECOND_OPINION, by=editor), make.a_claim(desk, by=editor)
    for claim in (begun, fresh):
        act(claim.pk, Action.CHANGE_DESK, make.viewer(editor), desk=politics, reason="It is theirs.")
    assert (course(begun).review_policy, course(fresh).review_policy) == (here, there)
