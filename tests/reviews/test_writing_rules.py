"""Rules and the defaults of a desk as they are written: who may, what they cannot mean, and that versions stay."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from claims.errors import Invalid, NotFound, RoleMissing, ScopeMissing, StaleVersion
from claims.models import Desk, DeskRole, Scope, User
from reviews.errors import TooManyRules
from reviews.models import Course, RoutingRule, RuleVersion
from reviews.rules import Conditions, Outcomes
from reviews.services import rules as rules_service
from reviews.services.defaults import defaults_of, set_defaults
from reviews.services.rules import GivenRule, add_rule, change_rule, newest_seen, reorder
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    return make.a_desk(name="World")


def test_editors_write_rules_for_their_desks_and_administrators_all(desk: Desk, editor: User) -> None:
    other = make.a_desk()
    mine, both = Conditions(desks=(desk.pk,)), make.joined(make.an_editor(desk), other, DeskRole.EDITOR)
    assert make.a_rule(mine, Outcomes(priority=1), by=editor).made_by_name == editor.full_name
    refused = {
        "A rule for every desk: only for administrators. Name your desk as a condition.": (
            Conditions(),
            Outcomes(priority=1),
        ),
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
    mine, given = Conditions(desks=(desk.pk,)), GivenRule("By key", outcomes=Outcomes(priority=1))
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
        change_rule(mine.rule_id, GivenRule("For all", outcomes=Outcomes(priority=1)), make.viewer(editor))
    assert {row.rule_id for row in newest_seen(make.viewer(editor))} == {everyones.rule_id, mine.rule_id}


def test_a_rule_that_asks_and_settles_nothing_is_refused_and_one_that_does_either_is_not(desk: Desk) -> None:
    administrator = make.viewer(make.an_administrator())
    with pytest.raises(Invalid) as refused:
        add_rule(GivenRule("Nothing"), administrator)
    assert refused.value.message == (
        "This rule asks nothing and settles nothing: it would take every claim from the rules behind it. "
        "Say what it settles, or which claims it takes."
    )
    everything = add_rule(GivenRule("Everything", outcomes=Outcomes(priority=1)), administrator)
    as_usual = add_rule(GivenRule("As usual", Conditions(desks=(desk.pk,))), administrator)
    with pytest.raises(Invalid):
        change_rule(everything.rule_id, GivenRule("Everything"), administrator)
    off = change_rule(as_usual.rule_id, GivenRule("Off", active=False), administrator)
    assert not off.is_active
    with pytest.raises(Invalid):
        change_rule(as_usual.rule_id, GivenRule("On again"), administrator)


def test_versions_are_kept_for_good(desk: Desk) -> None:
    version = make.a_rule()
    for change in ("UPDATE reviews_ruleversion SET note = 'x'", "DELETE FROM reviews_ruleversion"):
        with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)
    assert RuleVersion.objects.get(pk=version.pk).note == ""


def test_a_policy_that_was_switched_off_stays_with_the_rule_but_goes_to_no_other(desk: Desk) -> None:
    policy, viewer = make.a_policy(), make.viewer(make.an_administrator())
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
        (GivenRule("x"), "/outcomes"),
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


def test_a_desks_defaults_are_its_editors_word(desk: Desk, editor: User) -> None:
    policy, viewer = make.a_policy(), make.viewer(editor)
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
    assert Course.objects.get(claim=make.a_claim(desk, by=editor)).review_policy == policy
