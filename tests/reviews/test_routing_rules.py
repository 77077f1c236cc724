"""Rules as they are written and as claims meet them: who may, what a claim keeps, and what moving it means."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from claims.errors import ClaimDeskError, DeskMissing, Invalid, NotFound, RoleMissing, ScopeMissing, StaleVersion
from claims.lifecycle import Action, DismissalReason, State
from claims.models import Claim, Desk, DeskRole, Scope, Source, SourceKind, User
from claims.permissions import visible_claims
from claims.services.proposing import GivenClaim, GivenStep
from reviews.errors import TooManyRules
from reviews.models import Course, DeadlinePolicy, DeskDefaults, PolicyKind, ReviewPolicy, RoutingRule, RuleVersion
from reviews.rules import Conditions, Outcomes
from reviews.services import rules as rules_service
from reviews.services.accepting import bring
from reviews.services.acting import act
from reviews.services.defaults import defaults_of, set_defaults
from reviews.services.rules import GivenRule, add_rule, change_rule, newest_seen, reorder
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    return make.a_desk(name="World")


@pytest.fixture
def editor(desk: Desk) -> User:
    return make.an_editor(desk)


def a_policy(name: str = "Two of them") -> ReviewPolicy:
    return ReviewPolicy.objects.create(
        key=name.lower().replace(" ", "-"), name=name, kind=PolicyKind.INDEPENDENT, judges=2, agreeing=2
    )


def a_deadline(name: str = "A day before") -> DeadlinePolicy:
    return DeadlinePolicy.objects.create(key=name.lower().replace(" ", "-"), name=name)


def course(claim: Claim) -> Course:
    return Course.objects.select_related("rule").get(claim=claim)


def proposed(desk: Desk | None, by: User, **given: Any) -> Claim:
    """A proposed claim, with or without a desk."""
    usual = {"statement": "The minister will resign.", "language": "en", "desk": desk}
    return bring(GivenClaim(**{**usual, **given}), make.maker(by, desk))


# What a claim meets when it is accepted.


def test_the_first_rule_that_matches_settles_everything_in_the_event_of_the_step(desk: Desk, editor: User) -> None:
    politics, policy, deadline = make.a_desk(name="Politics"), a_policy(), a_deadline()
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
    policy = a_policy()
    DeskDefaults.objects.create(desk=desk, review_policy=policy)
    make.a_rule(Conditions(languages=("uk",)), Outcomes(priority=1), name="Ukrainian")
    make.a_rule(Conditions(desks=(make.a_desk().pk,)), Outcomes(priority=1), name="Of another desk")
    make.a_rule(Conditions(), Outcomes(priority=1), name="Switched off", active=False)
    claim = make.a_claim(desk, by=editor)
    kept = course(claim)
    assert (kept.rule, kept.review_policy, kept.deadline_policy, claim.priority) == (None, policy, None, 3)
    assert [(one["name"], one["why"]) for one in kept.earlier] == [("Ukrainian", "language is not Ukrainian")]


def test_what_a_rule_leaves_open_follows_the_desk_the_claim_goes_to(desk: Desk, editor: User) -> None:
    politics, here, there = make.a_desk(), a_policy("Here"), a_policy("There")
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
    politics, here, there = make.a_desk(), a_policy("Here"), a_policy("There")
    DeskDefaults.objects.create(desk=desk, review_policy=here)
    DeskDefaults.objects.create(desk=politics, review_policy=there)
    begun, fresh = make.a_claim(desk, State.SECOND_OPINION, by=editor), make.a_claim(desk, by=editor)
    for claim in (begun, fresh):
        act(claim.pk, Action.CHANGE_DESK, make.viewer(editor), desk=politics, reason="It is theirs.")
    assert (course(begun).review_policy, course(fresh).review_policy) == (here, there)


# Who writes rules, and how they are kept.


def test_editors_write_rules_for_their_desks_and_administrators_all(desk: Desk, editor: User) -> None:
    other = make.a_desk()
    mine, both = Conditions(desks=(desk.pk,)), make.joined(make.an_editor(desk), other, DeskRole.EDITOR)
    assert make.a_rule(mine, Outcomes(priority=1), by=editor).made_by_name == editor.full_name
    refused = {
        "A rule for every desk: only for administrators. Name your desk as a condition.": (Conditions(), Outcomes()),
        "You write rules for the desks you edit. This one is for another desk too.": (
            Conditions(desks=(desk.pk, other.pk)),
            Outcomes(),
        ),
        "A rule that sends claims to another desk: only for who edits both, and administrators.": (
            mine,
            Outcomes(desk=other.pk),
        ),
    }
    for words, (asked, settled) in refused.items():
        with pytest.raises(RoleMissing) as refusal:
            make.a_rule(asked, settled, by=editor)
        assert refusal.value.message == words
        make.a_rule(asked, settled)
    assert make.a_rule(mine, Outcomes(desk=other.pk), by=both).desk == other
    for outsider in (make.a_reviewer(desk, can_triage=True).user, make.a_person()):
        with pytest.raises(RoleMissing):
            make.a_rule(mine, by=outsider)


def test_a_key_needs_the_scope_and_keeps_to_its_desks(desk: Desk) -> None:
    mine, given = Conditions(desks=(desk.pk,)), GivenRule("By key")
    with pytest.raises(ScopeMissing):
        add_rule(given, make.viewer(make.a_key(Scope.CLAIMS_WRITE)[0]))
    confined = make.viewer(make.a_key(Scope.SETUP_MANAGE, desks=(desk,))[0])
    with pytest.raises(RoleMissing):
        add_rule(given, confined)
    assert add_rule(GivenRule("By key", mine), confined).made_by_kind == "key"
    assert add_rule(given, make.viewer(make.a_key(Scope.SETUP_MANAGE)[0])).number == 1


def test_saving_makes_a_version_and_saving_the_same_makes_none(desk: Desk, editor: User) -> None:
    viewer, mine = make.viewer(editor), Conditions(desks=(desk.pk,))
    first = add_rule(GivenRule("Mine", mine, note="It was missing."), viewer)
    second = change_rule(first.rule_id, GivenRule("Mine", mine, Outcomes(priority=1)), viewer, version=1)
    assert change_rule(first.rule_id, GivenRule("Mine", mine, Outcomes(priority=1)), viewer, version=2) == second
    off = change_rule(first.rule_id, GivenRule("Mine", mine, Outcomes(priority=1), active=False), viewer)
    assert [one.number for one in RuleVersion.objects.filter(rule=first.rule)] == [1, 2, 3]
    assert (off.rule.is_active, off.rule.version) == (False, 3)
    with pytest.raises(StaleVersion):
        change_rule(first.rule_id, GivenRule("Theirs", mine), viewer, version=2)


def test_changing_a_rule_needs_the_right_to_what_it_was_and_what_it_becomes(desk: Desk, editor: User) -> None:
    other = make.a_desk()
    theirs = make.a_rule(Conditions(desks=(other.pk,)))
    everyones = make.a_rule(Conditions())
    mine = make.a_rule(Conditions(desks=(desk.pk,)), by=editor)
    with pytest.raises(NotFound):
        change_rule(theirs.rule_id, GivenRule("Taken", Conditions(desks=(desk.pk,))), make.viewer(editor))
    with pytest.raises(RoleMissing):
        change_rule(everyones.rule_id, GivenRule("Taken", Conditions(desks=(desk.pk,))), make.viewer(editor))
    with pytest.raises(RoleMissing):
        change_rule(mine.rule_id, GivenRule("For all"), make.viewer(editor))
    assert {row.rule_id for row in newest_seen(make.viewer(editor))} == {everyones.rule_id, mine.rule_id}


def test_versions_are_kept_for_good(desk: Desk) -> None:
    version = make.a_rule()
    for change in ("UPDATE reviews_ruleversion SET note = 'x'", "DELETE FROM reviews_ruleversion"):
        with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)
    assert RuleVersion.objects.get(pk=version.pk).note == ""


def test_a_policy_that_was_switched_off_stays_with_the_rule_but_goes_to_no_other(desk: Desk) -> None:
    policy, viewer = a_policy(), make.viewer(make.an_administrator())
    rule = add_rule(GivenRule("Two", outcomes=Outcomes(review_policy=policy.pk)), viewer)
    policy.is_active = False
    policy.save(update_fields=["is_active"])
    change_rule(rule.rule_id, GivenRule("Two again", outcomes=Outcomes(review_policy=policy.pk)), viewer)
    with pytest.raises(Invalid, match="that can be chosen"):
        add_rule(GivenRule("More", outcomes=Outcomes(review_policy=policy.pk)), viewer)


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        (GivenRule(" "), "/name"),
        (GivenRule("x", Conditions(desks=(10**9,))), "/conditions/desks"),
        (GivenRule("x", Conditions(outlets=(10**9,))), "/conditions/outlets"),
        (GivenRule("x", Conditions(sources=(10**9,))), "/conditions/sources"),
        (GivenRule("x", Conditions(source_kinds=("rumour",))), "/conditions/source_kinds"),
        (GivenRule("x", Conditions(hedge_kinds=("none",))), "/conditions/hedge_kinds"),
        (GivenRule("x", Conditions(languages=("",))), "/conditions/languages"),
        (GivenRule("x", Conditions(priorities=(5,))), "/conditions/priorities"),
        (GivenRule("x", Conditions(topics=(" ",))), "/conditions/topics"),
        (GivenRule("x", Conditions(topics=tuple(f"t{n}" for n in range(51)))), "/conditions/topics"),
        (GivenRule("x", Conditions(hedged=False, hedge_kinds=("probable",))), "/conditions/hedge_kinds"),
        (GivenRule("x", Conditions(dated=False, within_days=3)), "/conditions/within_days"),
        (GivenRule("x", Conditions(within_days=366)), "/conditions/within_days"),
        (GivenRule("x", outcomes=Outcomes(("",))), "/outcomes/skills"),
        (GivenRule("x", outcomes=Outcomes(desk=10**9)), "/outcomes/desk"),
        (GivenRule("x", outcomes=Outcomes(priority=0)), "/outcomes/priority"),
        (GivenRule("x", outcomes=Outcomes(review_policy=10**9)), "/outcomes/review_policy"),
        (GivenRule("x", outcomes=Outcomes(deadline_policy=10**9)), "/outcomes/deadline_policy"),
    ],
)
def test_what_no_rule_can_mean_is_refused_where_it_stands(given: GivenRule, pointer: str) -> None:
    with pytest.raises(Invalid) as refused:
        add_rule(given, make.viewer(make.an_administrator()))
    assert refused.value.pointer == pointer
    assert not RoutingRule.objects.exists()


def test_there_is_an_end_to_the_number_of_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules_service, "MOST_RULES", 1)
    make.a_rule()
    with pytest.raises(TooManyRules):
        make.a_rule()


def test_people_move_their_own_rules_and_the_others_keep_their_order(desk: Desk, editor: User) -> None:
    first, second = make.a_rule(), make.a_rule()
    hidden = make.a_rule(Conditions(desks=(make.a_desk().pk,)))
    mine = make.a_rule(Conditions(desks=(desk.pk,)), by=editor)
    one, two, three = first.rule_id, second.rule_id, mine.rule_id
    viewer = make.viewer(editor)
    reorder([three, one, two], viewer)
    assert list(RoutingRule.objects.values_list("pk", flat=True)) == [three, one, hidden.rule_id, two]
    with pytest.raises(RoleMissing, match="keep their order"):
        reorder([two, one, three], viewer)
    for wrong in ([one, two], [one, two, three, three], [one, two, three, hidden.rule_id]):
        with pytest.raises(Invalid):
            reorder(wrong, viewer)
    reorder([two, one, three, hidden.rule_id], make.viewer(make.an_administrator()))
    assert list(RoutingRule.objects.values_list("pk", flat=True)) == [two, one, three, hidden.rule_id]
    with pytest.raises(StaleVersion):
        reorder([one, two, three], viewer, version=1)


# A desk's defaults.


def test_a_desks_defaults_are_its_editors_word(desk: Desk, editor: User) -> None:
    policy, viewer = a_policy(), make.viewer(editor)
    assert (defaults_of(desk).version, defaults_of(desk).review_policy) == (0, None)
    set_ = set_defaults(desk, viewer, review_policy=policy.pk, deadline_policy=None, version=0)
    assert (set_.version, set_.review_policy) == (1, policy)
    assert set_defaults(desk, viewer, review_policy=policy.pk, deadline_policy=None, version=1).version == 1
    with pytest.raises(StaleVersion):
        set_defaults(desk, viewer, review_policy=None, deadline_policy=None, version=0)
    with pytest.raises(RoleMissing):
        set_defaults(make.a_desk(), viewer, review_policy=policy.pk, deadline_policy=None)
    with pytest.raises(Invalid) as refused:
        set_defaults(desk, viewer, review_policy=policy.pk, deadline_policy=10**9)
    assert refused.value.pointer == "/deadline_policy"
    assert course(make.a_claim(desk, by=editor)).review_policy == policy
