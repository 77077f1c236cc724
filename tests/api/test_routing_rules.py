"""Routing rules, their order and desks' defaults through the API: written, read back, refused with a sentence."""

from __future__ import annotations

from typing import Any

import pytest

from claims.lifecycle import Action, State
from claims.models import Desk, DeskRole, Scope, User
from reviews.models import Course, PolicyKind, ReviewPolicy
from reviews.rules import Conditions, Outcomes
from reviews.services.acting import act
from reviews.services.resettling import settle_asked
from tests import factories as make
from tests.api.conftest import Api, signed_in, with_key

RULES = "/routing_rules"


def a_body(desk: Desk, **more: Any) -> dict[str, Any]:
    """A rule of the desk as it is sent."""
    return {
        "name": "Budget first",
        "conditions": {"desks": [desk.key], "topics": ["Budget"], "hedged": True, "within_days": 3},
        "outcomes": {"skills": ["budget"], "priority": 1},
        **more,
    }


def test_a_rule_is_written_read_and_shown_as_a_sentence(desk: Desk, editor: User) -> None:
    api = signed_in(editor)
    made = api.post(RULES, a_body(desk, note="The budget is near."))
    assert made.status == 201, made.body
    assert made.headers["Location"] == f"/api/v1/routing_rules/{made.body['id']}"
    assert made.body["sentence"] == (
        f"If desk is {desk.name} and topic is budget and quote is hedged and its own date is at most 3 days ahead, "
        "then needs: budget, priority 1."
    )
    assert made.body["conditions"]["desks"] == [desk.pk]
    read = api.get(f"{RULES}/{made.body['id']}")
    assert (read.body, read.etag) == (made.body, '"1"')
    assert api.get(f"{RULES}/{made.body['id']}", If_None_Match='"1"').status == 304
    listed = api.get(RULES)
    assert (listed.body, listed.etag) == ({"results": [made.body], "version": 1}, '"1"')
    assert api.get(RULES, If_None_Match='"1"').status == 304


def test_a_patch_is_laid_over_the_rule_and_makes_a_version(desk: Desk, editor: User) -> None:
    api = signed_in(editor)
    made = api.post(RULES, a_body(desk)).body
    path = f"{RULES}/{made['id']}"
    patch = {"conditions": {"topics": None, "priorities": [2, 1]}, "outcomes": {"priority": None}, "note": "Wider."}
    assert api.patch(path, patch).code == "precondition_required"
    changed = api.patch(path, patch, If_Match='"1"')
    assert changed.status == 200, changed.body
    assert (changed.body["version"], changed.etag, changed.body["note"]) == (2, '"2"', "Wider.")
    assert changed.body["conditions"] == {**made["conditions"], "topics": [], "priorities": [1, 2]}
    assert changed.body["outcomes"] == {**made["outcomes"], "priority": None}
    assert api.patch(path, {"active": False}, If_Match='"1"').code == "stale_version"
    assert api.patch(path, {"active": False}, If_Match='"2"').body["active"] is False
    versions = api.get(f"{path}/versions?limit=2")
    assert [row["version"] for row in versions.body["results"]] == [3, 2]
    rest = api.get(versions.body["next"].split("/api/v1")[1])
    assert [(row["version"], row["made_by"]) for row in rest.body["results"]] == [(1, editor.full_name)]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"name": ""}, "/name"),
        ({"position": 1}, "/position"),
        ({"conditions": {"weather": ["rain"]}}, "/conditions/weather"),
        ({"conditions": {"desks": ["no-such-desk"]}}, "/conditions/desks/0"),
        ({"conditions": {"priorities": [0]}}, "/conditions/priorities/0"),
        ({"conditions": {"hedged": "yes"}}, "/conditions/hedged"),
        ({"conditions": {"outlets": [10**9]}}, "/conditions/outlets"),
        ({"outcomes": {"priority": 5}}, "/outcomes/priority"),
        ({"outcomes": {"review_policy": 10**9}}, "/outcomes/review_policy"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused_where_it_stands(desk: Desk, body: dict[str, Any], pointer: str) -> None:
    answer = signed_in(make.an_administrator()).post(RULES, a_body(desk, **body))
    assert (answer.status, answer.pointers) == (422, [pointer]), answer.body


def test_a_rule_that_asks_and_settles_nothing_is_refused_wherever_it_comes_from(desk: Desk) -> None:
    api = signed_in(make.an_administrator())
    for path, body in {RULES: {"name": "Nothing"}, f"{RULES}:try": {}}.items():
        answer = api.post(path, body)
        assert (answer.status, answer.pointers) == (422, ["/outcomes"]), path
        assert answer.body["detail"].startswith("This rule asks nothing and settles nothing: ")
    made = api.post(RULES, {"name": "Law", "outcomes": {"skills": ["law"]}}).body
    emptied = api.patch(f"{RULES}/{made['id']}", {"outcomes": None}, If_Match='"1"')
    assert (emptied.status, emptied.pointers) == (422, ["/outcomes"])


def test_rules_keep_to_the_desks_of_whoever_writes_them(desk: Desk, editor: User) -> None:
    other = make.a_desk()
    api = signed_in(editor)
    assert api.post(RULES, {"name": "All"}).body["detail"] == (
        "A rule for every desk: only for administrators. Name your desk as a condition."
    )
    assert api.post(RULES, a_body(other)).pointers == ["/conditions/desks/0"]
    assert signed_in(make.a_reviewer(desk).user).post(RULES, a_body(desk)).body["detail"] == (
        "Routing rules: only for editors and administrators."
    )
    theirs, everyones = make.a_rule(Conditions(desks=(other.pk,))), make.a_rule()
    assert api.get(f"{RULES}/{theirs.rule_id}").status == 404
    assert api.patch(f"{RULES}/{theirs.rule_id}", {"name": "Mine"}, If_Match="*").status == 404
    assert [row["id"] for row in api.get(RULES).body["results"]] == [everyones.rule_id]
    assert api.patch(f"{RULES}/{everyones.rule_id}", {"name": "Mine"}, If_Match="*").code == "role_missing"


def test_a_key_reads_with_any_scope_to_read_and_writes_with_its_own(desk: Desk) -> None:
    make.a_rule()
    reading = with_key(Scope.CLAIMS_READ)
    assert reading.get(RULES).status == 200
    assert reading.post(RULES, a_body(desk)).code == "scope_missing"
    keeping = with_key(Scope.CLAIMS_READ, Scope.SETUP_MANAGE, desks=(desk,))
    made = keeping.post(RULES, a_body(desk), Idempotency_Key="once")
    again = keeping.post(RULES, a_body(desk), Idempotency_Key="once")
    assert (made.status, again.body, again.etag) == (201, made.body, made.etag)


def test_the_order_is_changed_with_the_tag_of_the_list(desk: Desk, editor: User) -> None:
    first = make.a_rule().rule_id
    api = signed_in(editor)
    second = api.post(RULES, a_body(desk)).body["id"]
    path, wanted = f"{RULES}:reorder", {"order": [second, first]}
    assert api.post(path, wanted).code == "precondition_required"
    moved = api.post(path, wanted, If_Match=api.get(RULES).etag)
    assert [row["id"] for row in moved.body["results"]] == [second, first]
    assert api.post(path, wanted, If_Match='"1"').code == "stale_version"
    assert api.post(path, {"order": [second]}, If_Match="*").pointers == ["/order"]
    other = make.a_rule().rule_id
    refused = api.post(path, {"order": [second, other, first]}, If_Match="*")
    assert refused.body["detail"] == "You move the rules of the desks you edit. Other rules keep their order."


def test_a_claim_tells_by_which_rule_it_is_handled_and_why_not_by_the_earlier_ones(desk: Desk, editor: User) -> None:
    policy = ReviewPolicy.objects.create(
        key="two", name="Two of them", kind=PolicyKind.INDEPENDENT, judges=2, agreeing=2
    )
    passed = make.a_rule(Conditions(priorities=(1,)), name="Urgent")
    rule = make.a_rule(Conditions(desks=(desk.pk,)), Outcomes(("law",), review_policy=policy.pk), name="Law")
    claim = make.a_claim(desk, by=editor)
    told = signed_in(editor).get(f"/claims/{claim.pk}").body["course"]
    assert told == {
        "rule": {"id": rule.rule_id, "version": 1, "name": "Law"},
        "earlier": [{"rule": passed.rule_id, "version": 1, "name": "Urgent", "why": "priority is not 1"}],
        "skills": ["law"],
        "review_policy": "Two of them",
        "deadline_policy": None,
        "settled_at": told["settled_at"],
    }
    waiting = make.a_claim(desk, State.PROPOSED, by=editor)
    assert signed_in(editor).get(f"/claims/{waiting.pk}").body["course"] is None


def test_whoever_does_not_see_a_desk_is_not_told_of_its_rules(desk: Desk) -> None:
    there = make.a_desk()
    both = make.joined(make.an_editor(desk), there, DeskRole.EDITOR)
    make.a_rule(Conditions(desks=(desk.pk,), priorities=(1,)), name="A secret of this desk")
    make.a_rule(Conditions(desks=(desk.pk,)), Outcomes(desk=there.pk), name="Sent on")
    claim = make.a_claim(desk, by=both)
    act(claim.pk, Action.CHANGE_DESK, make.viewer(both), desk=desk, reason="It is ours.")
    act(claim.pk, Action.CHANGE_DESK, make.viewer(both), desk=there, reason="It is theirs after all.")
    act(claim.pk, Action.UNDO, make.viewer(both))
    act(claim.pk, Action.CHANGE_DESK, make.viewer(both), desk=there, reason="It is theirs.")
    sent = make.a_claim(desk, by=both)
    here, stranger = signed_in(both), signed_in(make.an_editor(there))
    assert [one["name"] for one in here.get(f"/claims/{sent.pk}").body["course"]["earlier"]] == [
        "A secret of this desk"
    ]
    assert stranger.get(f"/claims/{sent.pk}").body["course"]["earlier"] == []
    for path in (f"/claims/{claim.pk}/events", f"/claims/{sent.pk}", "/events"):
        assert "secret" not in str(stranger.get(path).body)


def test_a_desks_defaults_are_read_by_its_people_and_set_by_its_editors(desk: Desk, editor: User) -> None:
    policy = ReviewPolicy.objects.create(key="one", name="One of us")
    path, api = f"/desks/{desk.pk}/defaults", signed_in(editor)
    read = api.get(path)
    assert (read.body["review_policy"], read.body["version"], read.etag) == (None, 0, '"0"')
    assert api.patch(path, {"review_policy": policy.pk}).code == "precondition_required"
    put = api.patch(path, {"review_policy": policy.pk}, If_Match=read.etag)
    assert put.body["review_policy"] == {"id": policy.pk, "name": "One of us"}
    assert put.body["takes_back"] is False
    assert api.patch(path, {"review_policy": None}, If_Match=read.etag).code == "stale_version"
    assert api.get(path, If_None_Match=put.etag).status == 304
    assert api.patch(path, {"deadline_policy": 10**9}, If_Match="*").pointers == ["/deadline_policy"]
    reviewer = signed_in(make.a_reviewer(desk).user)
    assert reviewer.patch(path, {"review_policy": None}, If_Match=put.etag).code == "role_missing"
    assert api.get(f"/desks/{make.a_desk().pk}/defaults").status == 404
    assert api.patch(path, {"review_policy": None}, If_Match=put.etag).body["review_policy"] is None
    back = api.patch(path, {"takes_back": True}, If_Match="*").body
    assert (back["takes_back"], api.patch(path, {}, If_Match="*").body) == (True, back)


def test_the_list_of_rules_costs_the_same_however_many_there_are(
    desk: Desk, editor: User, django_assert_max_num_queries: Any
) -> None:
    other = make.a_desk()
    for number in range(12):
        make.a_rule(Conditions(desks=(desk.pk, other.pk)[: 1 + number % 2]), Outcomes(priority=1))
    api: Api = signed_in(editor)
    with django_assert_max_num_queries(7):
        assert len(api.get(RULES).body["results"]) == 12


def test_a_rule_is_tried_before_it_is_written_and_after(desk: Desk, editor: User) -> None:
    make.a_reviewer(desk)
    claim = make.a_claim(desk, by=editor, topics=["budget"])
    make.a_claim(desk, by=editor)
    api, path = signed_in(editor), f"{RULES}:try"
    asked = {"conditions": {"desks": [desk.key], "topics": ["budget"]}, "outcomes": {"skills": ["law"]}, "days": 7}
    tried = api.post(path, asked)
    assert tried.status == 200, tried.body
    assert tried.body["sentence"] == "Would have matched 1 of 2 claims; 1 would have had nobody to go to."
    assert (tried.body["days"], tried.body["earlier"], tried.body["open_now"]) == (7, 0, 1)
    (row,) = tried.body["results"]
    assert (row["claim"], row["nobody"]) == (claim.pk, f"{desk.name} desk has 1 reviewer: 1 does not cover law.")
    made = api.post(RULES, {"name": "Budget", "conditions": asked["conditions"], "apply_to_open": True}).body
    assert made["applied"] == {"asked_at": made["applied"]["asked_at"], "settled": 0, "finished_at": None}
    settle_asked()
    for address in (RULES, f"{RULES}/{made['id']}"):
        shown = api.get(address, If_None_Match=api.get(address).etag)
        assert shown.status == 200, "how far it is moves no version, so it is never said that nothing changed"
    assert shown.body["applied"]["settled"] == 1
    assert api.post(path, {"rule": made["id"]}).body["matched"] == 1
    assert api.post(path, {"rule": made["id"], "conditions": {"desks": [desk.pk]}}).body["matched"] == 2
    assert api.post(path, {"rule": made["id"], "outcomes": {"skills": ["law"]}}).body["nobody"] == 1
    assert api.post(path, {}).code == "role_missing"
    assert api.post(path, asked | {"days": 91}).pointers == ["/days"]
    assert api.post(path, {"rule": 10**6}).status == 404
    assert with_key(Scope.CLAIMS_READ).post(path, asked).code == "scope_missing"
    assert with_key(Scope.SETUP_MANAGE).post(path, asked).status == 200


def test_a_claim_that_a_rule_sent_to_an_unseen_desk_is_taken_back_by_whoever_accepted_it(desk: Desk) -> None:
    there = make.a_desk()
    make.a_rule(Conditions(desks=(desk.pk,)), Outcomes(desk=there.pk))
    claim, api = make.a_claim(desk, State.PROPOSED), signed_in(make.a_reviewer(desk, can_triage=True).user)
    accepted = api.act(claim.pk, action="accept")
    assert (accepted.status, accepted.body["desk"]["key"]) == (200, there.key)
    assert api.get(f"/claims/{claim.pk}").status == 404
    back = api.post(f"/claims/{claim.pk}/actions", {"action": "undo"}, If_Match=accepted.etag)
    assert (back.status, back.body["state"], back.body["desk"]["key"]) == (200, "proposed", desk.key)
    assert not Course.objects.filter(claim=claim).exists()
