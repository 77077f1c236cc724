"""A rule is tried before it is saved, and applied to open claims when somebody asks for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.errors import Invalid, NotFound, RoleMissing
from claims.lifecycle import Action, State
from claims.models import Alarm, Claim, ClaimEvent, Desk, DeskRole, Flag, FlagKind, Scope, Source, User
from claims.services.alone import alone
from claims.services.proposing import GivenStep
from claims.services.verifying import record_invariants
from reviews.models import (
    Absence,
    Assignment,
    AssignmentStatus,
    Course,
    DeadlinePolicy,
    Interest,
    PolicyKind,
    Resettling,
)
from reviews.rules import Conditions, Outcomes
from reviews.services import resettling
from reviews.services.acting import act
from reviews.services.resettling import settle_asked
from reviews.services.routing import route_waiting
from reviews.services.rules import GivenRule, add_rule, change_rule
from reviews.services.trying import Trial, try_rule
from reviews.services.verifying import work_invariants
from reviews.tasks import settle
from tests import factories as make
from tests.concurrency.crowd import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    return make.a_desk(name="World")


def tried(given: GivenRule, by: User, **more: Any) -> Trial:
    return try_rule(given, make.viewer(by), **more)


def mine(desk: Desk, **asked: Any) -> Conditions:
    return Conditions(desks=(desk.pk,), **asked)


def course(claim: Claim) -> Course:
    return Course.objects.select_related("rule").get(claim=claim)


def broken() -> list[str]:
    found = [*record_invariants(timedelta(0)), *work_invariants()]
    return [promise.name for promise in found if promise.breaches()]


def test_claims_under_embargo_are_not_counted_for_a_key(desk: Desk, editor: User) -> None:
    make.a_claim(desk, by=editor)
    held_back = make.an_article(desk=desk, embargo_until=make.ahead(hours=1))
    make.a_claim(desk, by=editor, quote=make.a_quote(held_back.revision))
    rule, (key, _) = GivenRule("All of it", mine(desk)), make.a_key(Scope.SETUP_MANAGE)
    seen = [try_rule(rule, make.viewer(who)) for who in (editor, key)]
    assert [(trial.matched, trial.open_now) for trial in seen] == [(2, 2), (1, 1)]


def test_it_says_how_many_it_would_have_taken_and_for_how_many_nobody_is_there(desk: Desk, editor: User) -> None:
    make.a_reviewer(desk, topics=["budget"])
    budget = [make.a_claim(desk, by=editor, topics=["budget"]) for _ in range(3)]
    foreign = make.a_claim(desk, by=editor, topics=["budget"], language="uk")
    make.a_claim(desk, by=editor)
    make.a_claim(desk, State.PROPOSED, by=editor, topics=["budget"])
    make.a_claim(make.a_desk(), topics=["budget"])
    found = tried(GivenRule("Budget", mine(desk, topics=("budget",)), Outcomes(("budget",))), editor)
    assert (found.looked_at, found.matched, found.earlier, found.nobody, found.open_now) == (5, 4, 0, 1, 4)
    assert found.sentence == "Would have matched 4 of 5 claims; 1 would have had nobody to go to."
    assert [row.claim.pk for row in found.rows] == [foreign.pk, *(claim.pk for claim in reversed(budget))]
    assert found.rows[0].nobody == "World desk has 1 reviewer: 1 does not read Ukrainian."
    assert not Course.objects.exclude(rule=None).exists()


@pytest.mark.parametrize("hindrance", ["skill", "away", "interest", "limit", "inactive"])
def test_nobody_is_there_for_the_reasons_that_keep_people_from_a_claim(
    desk: Desk, editor: User, hindrance: str
) -> None:
    reviewer = make.a_reviewer(desk, topics=["budget"], limit=1, is_active=hindrance != "inactive")
    make.a_claim(desk, by=editor, chain=[GivenStep("Mira Vale")])
    if hindrance == "away":
        Absence.objects.create(reviewer=reviewer, starts_at=make.ahead(hours=-1), ends_at=make.ahead(hours=1))
    if hindrance == "interest":
        Interest.objects.create(reviewer=reviewer, source=Source.objects.get(name="Mira Vale"))
    if hindrance == "limit":
        make.put_on(make.a_claim(desk, by=editor), reviewer, editor)
    skills = ("law",) if hindrance == "skill" else ()
    found = tried(GivenRule("Tried", mine(desk), Outcomes(skills)), editor)
    assert found.nobody == found.matched > 0
    assert all(row.nobody for row in found.rows)


def test_several_reviewers_are_asked_for_and_one_of_them_may_be_a_beginner(desk: Desk, editor: User) -> None:
    policy = make.a_policy(PolicyKind.INDEPENDENT, judges=3, agreeing=2)
    rule = GivenRule("Tried", mine(desk), Outcomes(review_policy=policy.pk))
    make.a_claim(desk, by=editor)
    found = []
    for seconds in (False, False, True, True):
        make.a_reviewer(desk, gives_second_opinions=seconds)
        found.append(tried(rule, editor))
    could = "“{}” asks 3 reviewers; {} could judge it beside each other now."
    assert [trial.rows[0].too_few for trial in found] == [
        *(could.format(policy.name, number) for number in (1, 1, 2)),
        "",
    ]
    assert [(trial.nobody, trial.too_few) for trial in found] == [(0, 1), (0, 1), (0, 1), (0, 0)]
    assert found[0].sentence == (
        "Would have matched 1 of 1 claim; 0 would have had nobody to go to. "
        "1 would have had fewer people than its review policy asks."
    )
    assert replace(found[0], too_few=2).sentence.endswith(
        "2 would have had fewer people than their review policy asks."
    )


@pytest.mark.parametrize("hindrance", ["", "none", "reviews it", "entered it", "interest", "away"])
def test_a_reviewer_and_an_editor_are_two_people_who_could_judge_it(hindrance: str) -> None:
    desk = make.a_desk_with(make.a_policy(PolicyKind.WITH_EDITOR, judges=2))
    administrator, reviewer = make.an_administrator(), make.a_reviewer(desk)
    editor = reviewer.user if hindrance == "reviews it" else make.a_person()
    maker = make.joined(make.a_person(), desk, DeskRole.REVIEWER, can_triage=True)
    if hindrance != "none":
        make.joined(editor, desk, DeskRole.EDITOR)
    claim = make.a_claim(desk, by=editor if hindrance == "entered it" else maker, chain=[GivenStep("Mira Vale")])
    profile = reviewer if hindrance == "reviews it" else make.profiled(editor, is_active=False)
    if hindrance == "interest":
        Interest.objects.create(reviewer=profile, source=Source.objects.get(name="Mira Vale"))
    if hindrance == "away":
        Absence.objects.create(reviewer=profile, starts_at=make.ahead(hours=-1), ends_at=make.ahead(hours=1))
    found = tried(GivenRule("Tried", mine(desk)), administrator)
    assert (found.matched, found.nobody, found.too_few) == (1, 0, int(bool(hindrance)))
    assert found.rows[0].claim == claim
    assert found.rows[0].too_few.endswith("no other editor could judge it now.") == bool(hindrance)


def test_somebody_who_is_on_the_claim_counts_as_somebody_it_could_have_gone_to(desk: Desk, editor: User) -> None:
    make.a_claim(desk, State.IN_REVIEW, by=editor)
    assert tried(GivenRule("Tried", mine(desk)), editor).nobody == 0


def test_people_are_those_of_the_desk_that_the_rule_sends_to(desk: Desk, editor: User) -> None:
    politics = make.a_desk(name="Politics")
    make.a_reviewer(desk)
    make.a_claim(desk, by=editor)
    both = make.joined(editor, politics, DeskRole.EDITOR)
    found = tried(GivenRule("Tried", mine(desk), Outcomes(desk=politics.pk)), both)
    assert [row.nobody for row in found.rows] == ["Politics desk has no active reviewers."]
    assert Claim.objects.get().desk == desk


def test_an_earlier_rule_takes_its_claims_first(desk: Desk, editor: User) -> None:
    urgent = make.a_rule(mine(desk, priorities=(1,)), by=editor)
    make.a_claim(desk, by=editor, priority=1)
    make.a_claim(desk, by=editor)
    found = tried(GivenRule("Tried", mine(desk)), editor)
    assert (found.matched, found.earlier) == (1, 1)
    assert found.sentence.endswith("1 more meets it, but an earlier rule takes it first.")
    last = make.a_rule(mine(desk), by=editor)
    in_place = tried(GivenRule("Tried", mine(desk)), editor, rule_id=urgent.rule_id)
    assert (in_place.matched, in_place.earlier, in_place.open_now) == (2, 0, 2)
    assert tried(GivenRule("Tried", mine(desk)), editor, rule_id=last.rule_id).matched == 1
    change_rule(urgent.rule_id, GivenRule("Off", mine(desk), active=False), make.viewer(editor))
    assert tried(GivenRule("Tried", mine(desk)), editor, rule_id=last.rule_id).matched == 2


def test_claims_are_seen_as_they_came_before_a_rule_moved_them(desk: Desk, editor: User) -> None:
    politics = make.a_desk()
    both = make.joined(editor, politics, DeskRole.EDITOR)
    rule = make.a_rule(mine(desk), Outcomes(desk=politics.pk, priority=1), by=both)
    claim = make.a_claim(desk, by=editor)
    assert make.fresh(claim).desk == politics
    found = tried(GivenRule("Tried", mine(desk, priorities=(3,))), both, rule_id=rule.rule_id)
    assert (found.matched, found.open_now) == (1, 1)
    same = tried(GivenRule("Same", mine(desk), Outcomes(desk=politics.pk, priority=1)), both, rule_id=rule.rule_id)
    assert (same.matched, same.open_now) == (1, 0)


def test_trying_asks_the_same_number_of_queries_for_more_claims(desk: Desk, editor: User) -> None:
    make.a_rule(mine(desk, topics=("never",)), by=editor)
    make.a_reviewer(desk)
    counts = []
    for _ in range(2):
        for _ in range(3):
            make.a_claim(desk, by=editor, chain=[GivenStep("Mira Vale")])
        with CaptureQueriesContext(connection) as queries:
            tried(GivenRule("Tried", mine(desk)), editor)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 32


def test_only_who_may_write_a_rule_tries_it(desk: Desk, editor: User) -> None:
    with pytest.raises(RoleMissing):
        tried(GivenRule("Tried"), editor)
    with pytest.raises(RoleMissing):
        tried(GivenRule("Tried", mine(desk)), make.a_reviewer(desk).user)
    with pytest.raises(NotFound):
        tried(GivenRule("Tried", mine(desk)), editor, rule_id=10**6)
    for days in (0, 91):
        with pytest.raises(Invalid):
            tried(GivenRule("Tried", mine(desk)), editor, days=days)


# Applied to open claims.


def test_it_is_applied_to_open_claims_only_when_asked_for(desk: Desk, editor: User) -> None:
    waiting, decided = make.a_claim(desk, by=editor), make.a_claim(desk, State.DECIDED, by=editor)
    rule = add_rule(GivenRule("New", mine(desk), Outcomes(("law",), priority=1)), make.viewer(editor))
    assert settle_asked() == 0
    assert course(waiting).rule is None
    change_rule(
        rule.rule_id, GivenRule("New", mine(desk), Outcomes(("law",), priority=1), applies=True), make.viewer(editor)
    )
    before = make.fresh(waiting)
    assert settle_asked() == 1
    settled = make.fresh(waiting)
    assert (course(waiting).rule, course(waiting).topics, settled.priority) == (rule, ["law"], 1)
    assert settled.accepted_at is not None
    assert settled.review_due_at == settled.accepted_at + timedelta(hours=desk.due_hours_1)
    assert (settled.first_review_due_at, settled.version) == (before.first_review_due_at, before.version + 1)
    event = waiting.events.order_by("-seq")[0]
    assert (event.type, event.actor_name) == ("claim.settle", "rule “New”")
    assert event.reason == f"{editor.full_name} applied the rule to open claims."
    assert (event.data["rule"]["version"], event.data["course"]["rule_id"]) == (1, None)
    assert (make.fresh(decided).priority, course(decided).rule) == (3, None)
    done = Resettling.objects.exclude(rule_version=None).get()
    assert (done.settled, done.finished_at is not None) == (1, True)
    assert settle_asked() == 0
    assert broken() == []


def test_whoever_does_not_review_for_the_desk_it_goes_to_is_taken_off_it(desk: Desk, editor: User) -> None:
    politics = make.a_desk()
    both = make.joined(editor, politics, DeskRole.EDITOR)
    claim = make.a_claim(desk, State.IN_REVIEW, by=editor)
    given = GivenRule("Away", mine(desk), Outcomes(desk=politics.pk), applies=True)
    add_rule(given, make.viewer(both))
    settle()
    assert (make.fresh(claim).desk, make.fresh(claim).state) == (politics, State.QUEUED)
    assert Assignment.objects.get(claim=claim).status == AssignmentStatus.HANDED_OVER
    assert (course(claim).given_desk, broken()) == (desk, [])


def test_a_rule_that_no_longer_moves_a_claim_gives_it_back_to_where_it_came_from(desk: Desk, editor: User) -> None:
    politics = make.a_desk()
    both = make.viewer(make.joined(editor, politics, DeskRole.EDITOR))
    rule = add_rule(GivenRule("Away", mine(desk), Outcomes(desk=politics.pk, priority=1)), both)
    claim = make.a_claim(desk, by=editor)
    change_rule(rule.rule_id, GivenRule("Here", mine(desk), Outcomes(("law",)), applies=True), both)
    settle_asked()
    assert (make.fresh(claim).desk, make.fresh(claim).priority, course(claim).topics) == (desk, 3, ["law"])


def test_a_persons_word_outlives_the_rule(desk: Desk, editor: User) -> None:
    rule = make.a_rule(mine(desk), Outcomes(priority=1), by=editor)
    claim = make.a_claim(desk, by=editor)
    act(claim.pk, Action.SET_PRIORITY, make.viewer(editor), priority=2, reason="Not that urgent.")
    change_rule(rule.rule_id, GivenRule("New", mine(desk), Outcomes(("law",)), applies=True), make.viewer(editor))
    settle_asked()
    assert (make.fresh(claim).priority, course(claim).topics) == (2, ["law"])


def test_a_review_due_that_a_person_has_set_stays_and_so_does_one_that_would_have_passed(
    desk: Desk, editor: User
) -> None:
    moved, waiting, plain = (
        make.a_claim(desk, state, by=editor) for state in (State.QUEUED, State.WAITING, State.QUEUED)
    )
    act(moved.pk, Action.SET_DUE, make.viewer(editor), due=make.ahead(days=3), reason="It is wanted then.")
    policy = DeadlinePolicy.objects.create(key="soon", name="Soon", hours_3=1)
    before = [make.fresh(claim).review_due_at for claim in (moved, waiting)]
    given = GivenRule("New", mine(desk), Outcomes(deadline_policy=policy.pk), applies=True)
    rule = add_rule(given, make.viewer(editor))
    settle_asked()
    assert [make.fresh(claim).review_due_at for claim in (moved, waiting)] == before
    settled = make.fresh(plain)
    assert course(plain).deadline_policy == policy
    assert settled.accepted_at is not None
    assert settled.review_due_at == settled.accepted_at + timedelta(hours=1)
    assert Alarm.objects.get(claim=plain, kind=FlagKind.LATE).moment == settled.review_due_at
    past = datetime.now(UTC) - timedelta(days=2)
    Claim.objects.filter(pk=plain.pk).update(accepted_at=past, review_due_at=past + timedelta(hours=1))
    change_rule(rule.rule_id, GivenRule("Newer", mine(desk), Outcomes(("law",)), applies=True), make.viewer(editor))
    settle_asked()
    assert make.fresh(plain).review_due_at == past + timedelta(hours=1)


def test_an_application_whose_version_was_replaced_comes_to_nothing(desk: Desk, editor: User) -> None:
    claim, viewer = make.a_claim(desk, by=editor), make.viewer(editor)
    rule = add_rule(GivenRule("Old", mine(desk), Outcomes(("law",)), applies=True), viewer)
    change_rule(rule.rule_id, GivenRule("New", mine(desk), Outcomes(("trade",))), viewer)
    assert settle_asked() == 0
    assert course(claim).rule is None
    assert not Resettling.objects.filter(finished_at__isnull=True).exists()


def test_a_long_application_goes_on_where_it_stopped(desk: Desk, editor: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resettling, "BATCH", 2)
    claims = [make.a_claim(desk, by=editor) for _ in range(5)]
    add_rule(GivenRule("New", mine(desk), Outcomes(("law",)), applies=True), make.viewer(editor))
    assert [settle_asked(seconds=0) for _ in range(4)] == [2, 2, 1, 0]
    assert all(course(claim).topics == ["law"] for claim in claims)


def test_a_claim_that_nobody_could_take_is_looked_at_again_when_rules_change(desk: Desk, editor: User) -> None:
    make.a_reviewer(desk, topics=["law"])
    viewer = make.viewer(editor)
    rule = add_rule(GivenRule("War", mine(desk), Outcomes(("war",))), viewer)
    stuck, taken = make.a_claim(desk, by=editor), make.a_claim(desk, State.IN_REVIEW, by=editor)
    route_waiting()
    assert Flag.objects.standing().get(claim=stuck).kind == FlagKind.UNROUTABLE
    change_rule(rule.rule_id, GivenRule("Law", mine(desk), Outcomes(("law",))), viewer)
    settle_asked()
    assert (course(stuck).topics, course(taken).topics) == (["law"], ["war"])
    assert not Flag.objects.standing().filter(claim=stuck, kind=FlagKind.UNROUTABLE).exists()
    event = stuck.events.filter(type="claim.settle").get()
    assert event.reason == f"Nobody could take it, and {editor.full_name} changed the rules."
    route_waiting()
    assert Assignment.objects.open().filter(claim=stuck).exists()
    assert broken() == []


def test_claims_that_the_rules_leave_as_they_are_take_no_step_of_their_own(desk: Desk, editor: User) -> None:
    counted = []
    for number in (2, 9):
        claims = [make.a_claim(desk, by=editor) for _ in range(number)]
        route_waiting()
        assert Flag.objects.standing().filter(claim__in=claims, kind=FlagKind.UNROUTABLE).count() == number
        add_rule(
            GivenRule(f"Elsewhere {number}", Conditions(desks=(desk.pk,), topics=("sea",)), Outcomes(("law",))),
            make.viewer(editor),
        )
        with CaptureQueriesContext(connection) as asked:
            assert settle_asked() == 0
        counted.append(len(asked))
        assert not Resettling.objects.filter(finished_at__isnull=True).exists()
        assert not ClaimEvent.objects.filter(claim__in=claims, type="claim.settle").exists()
    assert counted[0] == counted[1]


@pytest.mark.django_db(transaction=True)
def test_nothing_is_settled_while_another_process_does_it() -> None:
    desk = make.a_desk()
    editor = make.an_editor(desk)
    claim = make.a_claim(desk, by=editor)
    add_rule(GivenRule("New", mine(desk), Outcomes(("law",)), applies=True), make.viewer(editor))
    with alone(resettling.TURN) as free:
        assert free
        assert at_once(settle_asked) == [0]
    assert course(claim).topics == []
    assert settle_asked() == 1
    assert course(claim).topics == ["law"]
