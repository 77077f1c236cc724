"""The pages of routing rules: read by everybody of the desk, written by its editors, tried without script."""

from __future__ import annotations

from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from claims.lifecycle import Action, State
from claims.models import Desk, Source, SourceKind, User
from claims.services.proposing import GivenStep
from reviews.models import DeadlinePolicy, DeskDefaults, PolicyKind, Resettling, ReviewPolicy, RoutingRule, RuleVersion
from reviews.rules import Conditions, Outcomes
from reviews.services.acting import act
from reviews.services.defaults import set_defaults
from reviews.services.routing import route_waiting
from reviews.services.rules import GivenRule, change_rule
from tests import factories as make
from tests.admin.conftest import SignIn

LIST, ADD = "admin:reviews_routingrule_changelist", "admin:reviews_routingrule_add"
pytestmark = pytest.mark.django_db


def page_of(version: RuleVersion) -> str:
    return reverse("admin:reviews_routingrule_change", args=[version.rule_id])


def body_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def filled(desk: Desk, **more: Any) -> dict[str, Any]:
    """The form of a rule as a browser sends it."""
    return {"name": "Budget first", "desks": [str(desk.pk)], "topics": "budget, taxes", "active": "on", **more}


def test_without_rules_the_page_says_what_happens(signed: SignIn, desk: Desk, editor: User) -> None:
    body = body_of(signed(editor), reverse(LIST))
    assert "No rules. Claims go to their desk’s pool, review due after 24 h." in body
    desk.due_hours_3 = 10
    desk.save(update_fields=["due_hours_3"])
    assert "review due after 10 h." in body_of(signed(editor), reverse(LIST))
    make.a_desk()
    assert "review due after the desk’s hours." in body_of(signed(make.an_administrator()), reverse(LIST))


def test_the_list_shows_each_rule_as_a_sentence_in_its_order(signed: SignIn, desk: Desk, editor: User) -> None:
    make.a_rule(Conditions(priorities=(1,)), name="Urgent")
    make.a_rule(Conditions(desks=(desk.pk,)), Outcomes(priority=1), by=editor, name="Mine", active=False)
    hidden = make.a_rule(Conditions(desks=(make.a_desk().pk,)), name="Of another desk")
    body = body_of(signed(editor), reverse(LIST))
    assert "If <b>priority is 1</b>, then <b>the desk’s defaults</b>." in body
    assert body.index("Urgent") < body.index("Mine")
    assert "Switched off" in body
    assert hidden.name not in body
    assert body.count('value="up"') == 1
    reader = body_of(signed(make.a_reviewer(desk).user), reverse(LIST))
    assert "Mine" in reader
    assert 'value="up"' not in reader
    assert "New rule" not in reader


def test_the_list_asks_the_same_number_of_queries_for_more_rules(
    signed: SignIn, desk: Desk, editor: User, django_assert_max_num_queries: Any
) -> None:
    for _ in range(10):
        make.a_rule(Conditions(desks=(desk.pk,)), Outcomes(priority=1))
    client = signed(editor)
    with django_assert_max_num_queries(18):
        client.get(reverse(LIST))


def test_a_rule_is_built_from_the_form_and_comes_back_as_it_was_built(signed: SignIn, desk: Desk, editor: User) -> None:
    outlet = make.an_article().article.outlet
    make.a_claim(desk, by=editor, chain=[GivenStep("Mira Vale"), GivenStep("somebody", SourceKind.UNNAMED)])
    policy = ReviewPolicy.objects.create(key="one", name="One of us")
    deadline = DeadlinePolicy.objects.create(key="soon", name="Soon")
    client = signed(editor)
    sent = filled(
        desk,
        outlets_1=outlet.name,
        sources_1="mira vale",
        sources_2="",
        source_kinds=["person", "unnamed"],
        languages=["uk"],
        more_languages="pt-br",
        priorities=["1", "2"],
        hedged="yes",
        hedge_kinds=["probable"],
        dated="yes",
        within_days="3",
        skills="Budget",
        goes_to=str(desk.pk),
        sets_priority="1",
        review_policy=str(policy.pk),
        deadline_policy=str(deadline.pk),
        note="It was missing.",
        do="save",
    )
    answer = client.post(reverse(ADD), sent, follow=True)
    made = RuleVersion.objects.get()
    assert answer.redirect_chain == [(page_of(made), 302)]
    assert "“Budget first” is saved as version 1." in answer.content.decode()
    ruled = made.ruled()
    assert ruled.outcomes == Outcomes(("budget",), desk.pk, 1, policy.pk, deadline.pk)
    assert (ruled.conditions.topics, ruled.conditions.outlets) == (("budget", "taxes"), (outlet.pk,))
    assert ruled.conditions.languages == ("pt-br", "uk")
    assert ruled.conditions.asked == tuple(vars(Conditions()))
    form = client.get(page_of(made)).context["form"]
    again = {name: value for name, value in form.initial.items() if value is not None} | {"do": "save"}
    client.post(page_of(made), again)
    assert RuleVersion.objects.count() == 1


def test_a_form_that_was_left_empty_says_what_a_rule_needs(signed: SignIn, db: None) -> None:
    client = signed(make.an_administrator())
    for done in ("save", "try"):
        body = client.post(reverse(ADD), {"name": "Nothing", "active": "on", "do": done}).content.decode()
        assert "Say what it settles, or which claims it takes." in body, done
    assert not RoutingRule.objects.exists()


def test_trying_changes_nothing_and_keeps_what_was_typed(signed: SignIn, desk: Desk, editor: User) -> None:
    make.a_reviewer(desk)
    claim = make.a_claim(desk, by=editor, topics=["budget"])
    answer = signed(editor).post(reverse(ADD), filled(desk, skills="law", days="7", do="try"))
    body = answer.content.decode()
    assert "Would have matched 1 of 1 claim; 1 would have had nobody to go to." in body
    assert "Tried on the last 7 days" in body
    assert "Apply to the 1 open claim that matches" in body
    assert f"#{claim.pk}" in body
    assert "1 does not cover law" in body
    assert f"If <b>desk is {desk.name}</b> and <b>topic is budget or taxes</b>" in body
    assert 'value="budget, taxes"' in body
    assert not RoutingRule.objects.exists()


def test_a_saved_rule_is_applied_to_open_claims_when_the_box_is_ticked(
    signed: SignIn, desk: Desk, editor: User
) -> None:
    client = signed(editor)
    client.post(reverse(ADD), filled(desk, do="save"))
    made = RuleVersion.objects.get()
    assert not Resettling.objects.exclude(rule_version=None).exists()
    answer = client.post(page_of(made), filled(desk, version="1", applies="on", do="save"), follow=True)
    assert "The open claims that match are settled anew within a minute." in answer.content.decode()
    assert Resettling.objects.get(rule_version=made).finished_at is None
    assert "Being applied to open claims: 0 so far." in body_of(client, page_of(made))


def test_versions_stand_with_what_each_changed(signed: SignIn, desk: Desk, editor: User) -> None:
    client = signed(editor)
    client.post(reverse(ADD), filled(desk, do="save"))
    made = RuleVersion.objects.get()
    later = {"name": "Later", "desks": [str(desk.pk)], "sets_priority": "1", "note": "Not now.", "version": "1"}
    client.post(page_of(made), {**later, "do": "save"})
    body = body_of(client, page_of(made))
    for words in ("Budget first", "topic is budget or taxes", "the desk’s defaults"):
        assert f"</span>{words}</del>" in body
    for words in ("Later", "priority 1", "switched off"):
        assert f"</span>{words}</ins>" in body
    assert "Not now." in body


def test_the_page_of_a_rule_asks_the_same_number_of_queries_for_more_versions(
    signed: SignIn, desk: Desk, editor: User
) -> None:
    rule, client, counts = make.a_rule(Conditions(desks=(desk.pk,)), by=editor), signed(editor), []
    for number in (2, 12):
        for one in range(number):
            given = GivenRule(f"Name {number} {one}", Conditions(desks=(desk.pk,)), Outcomes(priority=one % 4 + 1))
            change_rule(rule.rule_id, given, make.viewer(editor))
        with CaptureQueriesContext(connection) as queries:
            body_of(client, page_of(rule))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_somebody_elses_change_is_told_and_the_text_kept(signed: SignIn, desk: Desk, editor: User) -> None:
    client = signed(editor)
    client.post(reverse(ADD), filled(desk, do="save"))
    made = RuleVersion.objects.get()
    client.post(page_of(made), filled(desk, version="1", topics="law", do="save"))
    mine = client.post(page_of(made), filled(desk, version="1", topics="trade", do="save"))
    assert "Somebody changed this since you read it." in mine.content.decode()
    assert 'value="trade"' in mine.content.decode()
    client.post(page_of(made), filled(desk, version=mine.context["form"].data["version"], topics="trade", do="save"))
    assert RuleVersion.objects.newest().get().ruled().conditions.topics == ("trade",)


def sent_of(client: Client, address: str) -> dict[str, Any]:
    """The page as it was opened: what would be sent if nothing were changed."""
    answer = client.get(address)
    form, shown = answer.context["form"], {"shown": answer.context["shown"]}
    return shown | {one.html_name: one.value() for one in form if one.value() not in (None, False)}


def three_outlets() -> list[Source]:
    names = ("Harbour Post", "Port Times", "Quay News")
    return [Source.objects.create(name=name, kind=SourceKind.OUTLET) for name in names]


def test_of_a_rule_that_was_left_open_only_what_was_changed_takes_the_place_of_anything(
    signed: SignIn, desk: Desk, editor: User
) -> None:
    client, outlets = signed(editor), three_outlets()
    asked = Conditions(desks=(desk.pk,), outlets=(outlets[1].pk,), topics=("budget",))
    made = make.a_rule(asked, by=editor, name="Ours")
    left_open = sent_of(client, page_of(made))
    theirs = Conditions(
        desks=(desk.pk,), outlets=(outlets[0].pk, outlets[1].pk), topics=("taxes",), priorities=(1, 2), within_days=3
    )
    change_rule(made.rule_id, GivenRule("Theirs", theirs, Outcomes(priority=1), active=False), make.viewer(editor))
    told = client.post(page_of(made), left_open | {"topics": "law", "note": "As asked.", "do": "save"})
    body = unescape(told.content.decode())
    assert told.status_code == 409
    assert "Somebody else wrote here meanwhile: taxes. Saved again, yours takes its place." in body
    for words in ("Theirs", "1, 2", "3", "no", "Harbour Post, Port Times"):
        assert f"Somebody else wrote here meanwhile: {words}. You changed nothing here, so it stays." in body
    assert RuleVersion.objects.newest().get().number == 2
    again = {one.html_name: one.value() for one in told.context["form"] if one.value() not in (None, False)}
    saved = client.post(page_of(made), again | {"shown": told.context["shown"], "do": "save"})
    assert saved.status_code == 302
    kept = RuleVersion.objects.newest().get()
    assert (kept.number, kept.name, kept.is_active, kept.note) == (3, "Theirs", False, "As asked.")
    assert kept.ruled().conditions == replace(theirs, topics=("law",))
    assert kept.ruled().outcomes == Outcomes(priority=1)


def test_names_that_both_changed_in_a_rule_are_told_before_theirs_are_written_over(
    signed: SignIn, desk: Desk, editor: User
) -> None:
    client, outlets = signed(editor), three_outlets()
    made = make.a_rule(Conditions(desks=(desk.pk,), outlets=(outlets[1].pk,)), by=editor)
    left_open = sent_of(client, page_of(made))
    theirs = Conditions(desks=(desk.pk,), outlets=(outlets[0].pk, outlets[1].pk))
    change_rule(made.rule_id, GivenRule(made.name, theirs), make.viewer(editor))
    told = client.post(page_of(made), left_open | {"outlets_1": "Quay News", "do": "try"})
    assert "meanwhile: Harbour Post, Port Times. Saved again, yours takes its place." in unescape(told.content.decode())
    again = {one.html_name: one.value() for one in told.context["form"] if one.value() not in (None, False)}
    client.post(page_of(made), again | {"shown": told.context["shown"], "do": "save"})
    assert RuleVersion.objects.newest().get().ruled().conditions.outlets == (outlets[2].pk,)


def test_of_a_desks_defaults_that_were_left_open_only_what_was_changed_is_written(
    signed: SignIn, desk: Desk, editor: User
) -> None:
    two = ReviewPolicy.objects.create(key="two", name="Two", kind=PolicyKind.INDEPENDENT, judges=2, agreeing=2)
    client, address = signed(editor), reverse("admin:reviews_routingrule_defaults", args=[desk.pk])
    left_open = sent_of(client, address)
    set_defaults(desk, make.viewer(editor), review_policy=two.pk, deadline_policy=None)
    told = client.post(address, left_open | {"takes_back": "on"})
    assert told.status_code == 409
    assert "Somebody else wrote here meanwhile: Two. You changed nothing here" in unescape(told.content.decode())
    again = {one.html_name: one.value() for one in told.context["form"] if one.value() not in (None, False)}
    assert client.post(address, again | {"shown": told.context["shown"]}).status_code == 302
    kept = DeskDefaults.objects.get(desk=desk)
    assert (kept.review_policy, kept.takes_back) == (two, True)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"desks": []}, "A rule for every desk: only for administrators. Name your desk as a condition."),
        ({"outlets_1": "Nobody Times"}, "There is no outlet called “Nobody Times”."),
        ({"sources_1": "Nobody"}, "There is no source called “Nobody”."),
        ({"hedged": "no", "hedge_kinds": ["probable"]}, "A quote that is not hedged has no kind of hedge."),
        ({"dated": "no", "within_days": "2"}, "A claim without a date of its own has none within days."),
        ({"more_languages": "pt-BR, in english"}, "Write a language tag such as en or pt-BR; this says"),
        ({"name": ""}, "Name the rule: its name stands on every claim it takes."),
    ],
)
def test_what_is_refused_is_said_at_its_field(
    signed: SignIn, desk: Desk, editor: User, changed: dict[str, Any], said: str
) -> None:
    for do in ("try", "save"):
        body = signed(editor).post(reverse(ADD), filled(desk, **changed, do=do)).content.decode()
        assert said in body
        assert "Not done yet. Your text is kept." in body
    assert not RoutingRule.objects.exists()


def test_only_who_may_write_a_rule_gets_its_form(signed: SignIn, desk: Desk, editor: User) -> None:
    everyones, mine = make.a_rule(name="For all"), make.a_rule(Conditions(desks=(desk.pk,)), by=editor)
    theirs = make.a_rule(Conditions(desks=(make.a_desk().pk,)))
    client, reader = signed(editor), signed(make.a_reviewer(desk).user)
    assert 'value="save"' in body_of(client, page_of(mine))
    for one, who in ((everyones, client), (mine, reader)):
        assert 'value="save"' not in body_of(who, page_of(one))
        assert who.post(page_of(one), filled(desk, do="save")).status_code == 403
    assert client.get(page_of(theirs)).status_code == 404
    assert reader.get(reverse(ADD)).status_code == 403
    assert signed(make.a_person()).get(reverse(LIST)).status_code in {302, 403}


def test_a_rule_moves_up_and_down(signed: SignIn, desk: Desk, editor: User) -> None:
    first, second = make.a_rule(), make.a_rule(Conditions(desks=(desk.pk,)), by=editor)
    client = signed(editor)
    move = reverse("admin:reviews_routingrule_move", args=[second.rule_id])
    assert client.post(move, {"way": "up"})["Location"] == f"{reverse(LIST)}#rule-{second.rule_id}"
    assert list(RoutingRule.objects.values_list("pk", flat=True)) == [second.rule_id, first.rule_id]
    client.post(move, {"way": "up"})
    client.get(move)
    assert list(RoutingRule.objects.values_list("pk", flat=True)) == [second.rule_id, first.rule_id]
    stale = client.post(move, {"way": "down", "book": "1"}, follow=True)
    assert "Somebody changed this since you read it." in stale.content.decode()
    client.post(move, {"way": "down"})
    assert list(RoutingRule.objects.values_list("pk", flat=True)) == [first.rule_id, second.rule_id]


def test_a_desks_defaults_are_set_on_a_page_of_their_own(signed: SignIn, desk: Desk, editor: User) -> None:
    policy = ReviewPolicy.objects.create(
        key="two", name="Two of them", kind=PolicyKind.INDEPENDENT, judges=2, agreeing=2
    )
    client, address = signed(editor), reverse("admin:reviews_routingrule_defaults", args=[desk.pk])
    assert "Two of them" in body_of(client, address)
    answer = client.post(address, {"review_policy": policy.pk, "version": "0", "takes_back": "on"}, follow=True)
    assert f"Saved for {desk.name} desk." in answer.content.decode()
    assert "Two of them." in answer.content.decode()
    kept = DeskDefaults.objects.get(desk=desk)
    assert (kept.review_policy, kept.takes_back, kept.version) == (policy, True, 1)
    assert "Somebody changed this" in client.post(address, {"version": "0"}).content.decode()
    assert signed(make.a_reviewer(desk).user).get(address).status_code == 403
    elsewhere = reverse("admin:reviews_routingrule_defaults", args=[make.a_desk().pk])
    assert client.get(elsewhere).status_code == 404


def test_the_page_of_a_claim_says_why_it_is_here(signed: SignIn, desk: Desk, editor: User) -> None:
    make.a_rule(Conditions(priorities=(1,)), name="Urgent")
    rule = make.a_rule(Conditions(desks=(desk.pk,)), Outcomes(("law",)), name="Law")
    taken, other = make.a_claim(desk, by=editor), make.a_claim(desk, State.PROPOSED, by=editor)
    body = body_of(signed(editor), reverse("admin:claims_claim_change", args=[taken.pk]))
    assert "Why here?" in body
    assert page_of(rule) in body
    assert f"If <b>desk is {desk.name}</b>, then <b>needs: law</b>." in body
    assert "priority is not 1" in body
    assert "accepted it into the queue, by the rule “Law”" in body
    mine = make.a_reviewer(desk, topics=["law"])
    assert route_waiting().assigned == 1
    kept = body_of(signed(mine.user), reverse("admin:claims_claim_change", args=[taken.pk]))
    assert "As it was when the claim was given out, " in kept
    assert "Why here?" not in body_of(signed(editor), reverse("admin:claims_claim_change", args=[other.pk]))


def test_whoever_accepts_a_claim_that_a_rule_sends_elsewhere_goes_on_with_their_queue(
    signed: SignIn, desk: Desk, editor: User
) -> None:
    make.a_rule(Conditions(desks=(desk.pk,)), Outcomes(desk=make.a_desk().pk))
    claim = make.a_claim(desk, State.PROPOSED, by=editor)
    step = reverse("admin:claims_claim_step", args=[claim.pk, "accept"])
    sent = signed(editor).post(step, {"desk": desk.pk, "version": claim.version}, follow=True)
    assert sent.redirect_chain[-1][0] == reverse("admin:index")
    assert make.fresh(claim).state == State.QUEUED


def test_a_claim_that_no_rule_took_says_so(signed: SignIn, desk: Desk, editor: User) -> None:
    claim = make.a_claim(desk, State.PROPOSED, by=editor)
    act(claim.pk, Action.ACCEPT, make.viewer(editor))
    body = body_of(signed(editor), reverse("admin:claims_claim_change", args=[claim.pk]))
    assert "No rule took it. It is handled as its desk usually does." in body
