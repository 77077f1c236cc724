"""Several claims of the queue at once: ticked, one dialog, each claim by itself."""

from __future__ import annotations

import re
from html import escape, unescape
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from claims.lifecycle import Action, DismissalReason, State
from claims.models import Claim, Desk, DeskRole, User
from claims.services.undoing import DONE_SINCE, TAKEN_BACK
from reviews.admin import many
from reviews.admin.steps import DIALOGS
from reviews.models import Assignment, Reviewer
from reviews.services import queue
from reviews.services.acting import act
from reviews.services.routing import route_waiting
from tests import factories as make
from tests.admin.conftest import SignIn, page_of, step_of

NOT_WAITING = "Hand over is possible only in Queued, In review or Second opinion; this claim is Waiting."


def asked(step: str, *claims: object) -> str:
    """The address that the form around the rows leads to."""
    return f"/admin/claims/claim/steps/?{urlencode({'step': step, 'claims': claims}, doseq=True)}"


@pytest.fixture
def three(desk: Desk, editor: User, reviewer: Reviewer) -> list[Claim]:
    """Three claims of the reviewer, the first of which waits."""
    claims = [make.a_claim(desk, state, by=editor) for state in (State.WAITING, State.QUEUED, State.QUEUED)]
    for claim in claims[1:]:
        make.put_on(claim, reviewer, editor)
    return claims


def test_the_rows_are_ticked_and_a_dialog_opens_on_the_first_that_offers_the_step(
    signed: SignIn, editor: User, reviewer: Reviewer, three: list[Claim]
) -> None:
    client = signed(reviewer.user)
    home = client.get("/admin/").content.decode()
    assert home.count('name="claims"') == 2
    assert f'aria-label="Select #{three[1].pk}"' in home
    assert 'value="change_desk"' not in home
    numbers, foreign = [claim.pk for claim in three], make.a_claim(make.a_desk()).pk
    opened = signed(editor).get(asked("hand_over", *numbers, numbers[0], foreign))
    others = urlencode([*(("also", f"{one.pk}.{one.version}") for one in (three[0], three[2])), ("also", foreign)])
    assert opened["Location"] == f"{step_of(three[1], 'hand_over')}?{others}"
    assert f"#{foreign}" not in signed(editor).get(opened["Location"]).content.decode()
    make.joined(reviewer.user, make.a_desk(), DeskRole.EDITOR)
    assert 'value="change_desk"' in signed(reviewer.user).get("/admin/").content.decode()
    alone = signed(editor).get(asked("wait", numbers[2]))
    assert alone["Location"] == step_of(three[2], "wait")
    for nothing in (asked("wait"), asked("reopen", numbers[1]), asked("wait", "x")):
        assert signed(editor).get(nothing)["Location"] == "/admin/"


def test_a_step_is_taken_on_each_and_what_one_refuses_stops_no_other(
    signed: SignIn, editor: User, reviewer: Reviewer, three: list[Claim]
) -> None:
    client, waits, lead, other = signed(editor), *three
    address = f"{step_of(lead, 'hand_over')}?also={waits.pk}&also={other.pk}"
    shown = client.get(address).content.decode()
    assert "With it 2 more: <a" in shown.replace("\n", "")
    assert '<h1 id="step">Hand over: 3 claims</h1>' in shown
    assert '<h1 id="step">Hand over this claim</h1>' in client.get(step_of(lead, "hand_over")).content.decode()
    assert page_of(other) in shown
    sent = client.post(address, {"to": "pool", "note": "", "version": lead.version}, follow=True)
    assert sent.redirect_chain == [(reverse("admin:index"), 302)]
    said = [str(message) for message in sent.context["messages"]]
    assert said == [f"#{waits.pk}: {NOT_WAITING}", "2 claims: Back in the pool."]
    assert not Assignment.objects.open().filter(reviewer=reviewer).exists()
    assert make.fresh(waits).state == State.WAITING


def undo_of(page: str) -> str:
    """The address behind the one button that takes back what was just said."""
    (address,) = re.findall(r'<form method="post" action="([^"]*taken-back[^"]*)"', page)
    return unescape(address)


def test_one_click_takes_the_step_back_on_all_of_them(
    signed: SignIn, editor: User, reviewer: Reviewer, three: list[Claim]
) -> None:
    client, (_, lead, other) = signed(editor), three
    sent = {"to": "pool", "note": "", "version": lead.version}
    page = client.post(f"{step_of(lead, 'hand_over')}?also={other.pk}", sent, follow=True).content.decode()
    back = undo_of(page)
    make.put_on(other, make.a_reviewer(lead.desk), editor)  # type: ignore[arg-type]  # it has one
    assert client.get(back)["Location"] == "/admin/"
    assert not Assignment.objects.open().filter(reviewer=reviewer).exists()
    undone = client.post(back, follow=True)
    refused, done = (str(message) for message in undone.context["messages"])
    assert refused.startswith(f"#{other.pk}: ")
    assert done == f"1 claim: {DIALOGS['undo'].done}"
    assert [seat.claim for seat in Assignment.objects.open().filter(reviewer=reviewer)] == [lead]
    again = client.post(back, follow=True)
    assert [message.level_tag for message in again.context["messages"]] == ["warning"] * len(again.context["messages"])


def test_what_went_out_of_sight_with_the_step_comes_back_with_one_click(
    signed: SignIn, editor: User, desk: Desk, three: list[Claim]
) -> None:
    client, (_, lead, other), there = signed(editor), three, make.a_desk()
    sent = {"desk": there.pk, "reason": "They know the ministry.", "version": lead.version}
    page = client.post(f"{step_of(lead, 'change_desk')}?also={other.pk}", sent, follow=True).content.decode()
    assert {make.fresh(claim).desk for claim in (lead, other)} == {there}
    client.post(undo_of(page))
    assert {make.fresh(claim).desk for claim in (lead, other)} == {desk}


def given_away(client: Client, there: Desk, lead: Claim, *others: Claim) -> str:
    """The address that takes back having given these claims to the other desk."""
    sent = {"desk": there.pk, "reason": "They know the ministry.", "version": lead.version}
    address = f"{step_of(lead, 'change_desk')}?{urlencode([('also', claim.pk) for claim in others])}"
    return undo_of(client.post(address, sent, follow=True).content.decode())


def said(page: Any) -> list[str]:
    return [str(message) for message in page.context["messages"]]


def said_after(client: Client, address: str) -> list[str]:
    return said(client.post(address, follow=True))


def test_what_somebody_did_since_is_not_taken_back_in_place_of_the_step(
    signed: SignIn, editor: User, desk: Desk, three: list[Claim]
) -> None:
    client, (waits, lead, other), there = signed(editor), three, make.a_desk()
    make.joined(editor, there, DeskRole.EDITOR)
    back = given_away(client, there, lead, other, waits)
    act(other.pk, Action.SET_PRIORITY, make.viewer(editor), priority=1, reason="It leads the page.")
    assert said_after(client, back) == [f"#{other.pk}: {DONE_SINCE}", f"2 claims: {DIALOGS['undo'].done}"]
    assert (make.fresh(other).desk, make.fresh(other).priority) == (there, 1)
    assert {make.fresh(claim).desk for claim in (lead, waits)} == {desk}
    assert f"#{lead.pk}, #{waits.pk}: {TAKEN_BACK}" in said_after(client, back)


def test_the_first_of_two_banners_takes_nothing_of_the_second_step_back(
    signed: SignIn, editor: User, three: list[Claim]
) -> None:
    client, (_, lead, other), there, further = signed(editor), three, make.a_desk(), make.a_desk()
    make.joined(editor, there, DeskRole.EDITOR)
    first = given_away(client, there, lead, other)
    second = given_away(client, further, make.fresh(lead), other)
    assert said_after(client, first) == [f"#{lead.pk}, #{other.pk}: {DONE_SINCE}"]
    assert {make.fresh(claim).desk for claim in (lead, other)} == {further}
    assert said_after(client, second) == [f"2 claims: {DIALOGS['undo'].done}"]
    assert {make.fresh(claim).desk for claim in (lead, other)} == {there}


def test_whom_routing_put_on_them_since_goes_with_the_step(
    signed: SignIn, editor: User, desk: Desk, three: list[Claim]
) -> None:
    client, (_, lead, other), there = signed(editor), three, make.a_desk()
    make.a_reviewer(there)
    back = given_away(client, there, lead, other)
    assert route_waiting().assigned == 2
    assert said_after(client, back) == [f"2 claims: {DIALOGS['undo'].done}"]
    assert {make.fresh(claim).desk for claim in (lead, other)} == {desk}


@pytest.mark.parametrize("gone_by", ["hand_over", "decline"])
def test_seats_that_were_left_are_given_back_by_the_very_address(
    signed: SignIn, reviewer: Reviewer, desk: Desk, *, three: list[Claim], gone_by: str
) -> None:
    client, (_, lead, other), to = signed(reviewer.user), three, make.a_reviewer(desk)
    sent = {"to": to.pk, "note": "You know the ministry.", "version": lead.version}
    page = client.post(f"{step_of(lead, gone_by)}?also={other.pk}", sent, follow=True).content.decode()
    assert not Assignment.objects.open().filter(reviewer=reviewer).exists()
    assert said_after(client, undo_of(page)) == [f"2 claims: {DIALOGS['undo'].done}"]
    assert {seat.claim for seat in Assignment.objects.open().filter(reviewer=reviewer)} == {lead, other}


def test_a_claim_that_there_is_none_of_is_refused_by_its_number(
    signed: SignIn, editor: User, desk: Desk, three: list[Claim]
) -> None:
    client, (_, lead, other) = signed(editor), three
    back = given_away(client, make.a_desk(), lead, other)
    assert said_after(client, f"{back}&claims=999999.1") == [
        "#999999: There is no claim #999999.",
        f"2 claims: {DIALOGS['undo'].done}",
    ]
    assert {make.fresh(claim).desk for claim in (lead, other)} == {desk}


@pytest.mark.parametrize("unread", ["abc", "1", "1.x", ".1", "1.", "1.2.3", "-1.-2", "²." + "9" * 30, "\0"])
def test_what_names_no_step_is_refused_and_the_rest_taken_back(
    signed: SignIn, editor: User, desk: Desk, three: list[Claim], unread: str
) -> None:
    client, (_, lead, other) = signed(editor), three
    back = given_away(client, make.a_desk(), lead, other)
    refused = "The address does not say which step of which claim to take back."
    alone = f"{reverse('admin:claims_claim_taken_back')}?{urlencode({'claims': unread})}"
    assert said_after(client, alone) == [refused]
    both = f"{back}&{urlencode({'claims': unread})}"
    assert said_after(client, both) == [refused, f"2 claims: {DIALOGS['undo'].done}"]


def test_a_refused_form_takes_the_step_on_none(signed: SignIn, editor: User, three: list[Claim]) -> None:
    _, lead, other = three
    address = f"{step_of(lead, 'dismiss')}?also={other.pk}"
    shown = signed(editor).post(address, {"reason": "", "version": lead.version})
    assert shown.status_code == 200
    assert 'data-cd-busy="Sending…">Dismiss <kbd' in shown.content.decode()
    stale = signed(editor).post(address, {"reason": "off_subject", "version": lead.version + 1})
    assert stale.status_code == 409
    assert {make.fresh(claim).state for claim in (lead, other)} == {State.QUEUED}


def test_nobody_moves_claims_that_they_do_not_see(signed: SignIn, editor: User, three: list[Claim]) -> None:
    foreign = make.a_claim(make.a_desk())
    address = f"{step_of(three[1], 'dismiss')}?also={foreign.pk}"
    signed(editor).post(address, {"reason": "off_subject", "version": three[1].version})
    assert (make.fresh(three[1]).state, make.fresh(foreign).state) == (State.DISMISSED, State.QUEUED)


def test_every_claim_that_refuses_is_named_with_those_that_left_the_readers_sight(
    signed: SignIn, editor: User, desk: Desk, three: list[Claim]
) -> None:
    waiting = [three[0], *(make.a_claim(desk, State.WAITING, by=editor) for _ in range(9))]
    foreign, lead = make.a_claim(make.a_desk()), three[1]
    others = urlencode([("also", claim.pk) for claim in (*waiting, foreign)])
    sent = signed(editor).post(
        f"{step_of(lead, 'hand_over')}?{others}", {"to": "pool", "note": "", "version": lead.version}, follow=True
    )
    assert [str(message) for message in sent.context["messages"]] == [
        f"{', '.join(f'#{claim.pk}' for claim in waiting)}: {NOT_WAITING}",
        f"#{foreign.pk}: There is no claim #{foreign.pk}.",
        "1 claim: Back in the pool.",
    ]


def tick(client: Client, step: str, claims: list[Claim], shown: str = "state=proposed", **more: object) -> Any:
    """Choose a step for ticked rows of the list of claims, as it is `shown`."""
    sent = {"action": f"{step}_ticked", "_selected_action": [claim.pk for claim in claims], **more}
    return client.post(f"{reverse('admin:claims_claim_changelist')}?{shown}", sent, follow=True)


def test_proposed_claims_are_accepted_together_each_for_its_desk(signed: SignIn, editor: User, desk: Desk) -> None:
    other = make.a_desk()
    make.joined(editor, other, DeskRole.EDITOR)
    claims = [make.a_claim(where, State.PROPOSED) for where in (desk, other)]
    elsewhere, client = make.a_claim(make.a_desk(), State.PROPOSED), signed(editor)
    dialog = tick(client, "accept", [*claims, elsewhere])
    (address, _status), shown = dialog.redirect_chain[-1], dialog.content.decode()
    assert '<h1 id="step">Accept: 2 claims</h1>' in shown
    assert "They go to the desk they have, and those that have none to the one you choose." in shown
    lead = dialog.context["page"].claim
    after = client.post(address, {"version": lead.version, "desk": lead.desk_id, "due": ""}, follow=True)
    assert after.redirect_chain[-1][0] == f"{reverse('admin:claims_claim_changelist')}?state=proposed"
    assert [(make.fresh(claim).state, make.fresh(claim).desk) for claim in claims] == [
        *((State.QUEUED, desk), (State.QUEUED, other))
    ]
    assert make.fresh(elsewhere).state == State.PROPOSED
    client.post(undo_of(after.content.decode()))
    assert {make.fresh(claim).state for claim in claims} == {State.PROPOSED}


def test_the_desk_that_is_chosen_for_a_claim_without_one_takes_no_other_from_its_own(
    signed: SignIn, editor: User, desk: Desk
) -> None:
    theirs, homeless, lead = make.a_claim(desk, State.PROPOSED), *(make.a_claim(desk, State.PROPOSED) for _ in "12")
    Claim.objects.filter(pk__in=[homeless.pk, lead.pk]).update(desk=None)
    other = make.a_desk()
    make.joined(editor, other, DeskRole.EDITOR)
    address = f"{step_of(lead, 'accept')}?also={theirs.pk}&also={homeless.pk}"
    signed(editor).post(address, {"version": lead.version, "desk": other.pk, "due": ""})
    assert [make.fresh(claim).desk for claim in (lead, homeless, theirs)] == [other, other, desk]


MOVED = "Somebody changed it after you ticked it, so nothing was done with it. Look at it, then repeat the step."


def test_a_claim_that_a_colleague_accepted_after_it_was_ticked_is_not_dismissed_along(
    signed: SignIn, editor: User, desk: Desk
) -> None:
    client, claims = signed(editor), [make.a_claim(desk, State.PROPOSED) for _ in "123"]
    dialog = tick(client, "dismiss", claims)
    address, lead = dialog.redirect_chain[-1][0], dialog.context["page"].claim
    moved, other = (claim for claim in claims if claim != lead)
    act(moved.pk, Action.ACCEPT, make.viewer(editor))
    sent = client.post(address, {"version": lead.version, "reason": "off_subject"}, follow=True)
    assert said(sent) == [f"#{moved.pk}: {MOVED}", "2 claims: Dismissed."]
    assert [make.fresh(claim).state for claim in (moved, lead, other)] == [State.QUEUED, *[State.DISMISSED] * 2]


@pytest.mark.parametrize("where", ["list", "queue"])
def test_what_moved_between_the_list_and_the_dialog_is_left_alone_too(
    signed: SignIn, editor: User, desk: Desk, *, where: str
) -> None:
    client, claims = signed(editor), [make.a_claim(desk, State.QUEUED, by=editor) for _ in "123"]
    mine = make.profiled(editor)
    for claim in claims:
        make.put_on(claim, mine, editor)
    if where == "list":
        page = client.get(f"{reverse('admin:claims_claim_changelist')}?state=queued").content.decode()
        ticked: dict[str, Any] = {"read": re.findall('name="read" value="([^"]+)"', page)}
    else:
        page = client.get("/admin/").content.decode()
        ticked = {"step": "dismiss", "claims": re.findall('name="claims" value="([^"]+)"', page)}
    moved = claims[2]
    act(moved.pk, Action.SET_PRIORITY, make.viewer(editor), priority=1, reason="It leads the page.")
    if where == "list":
        ticked |= {"action": "dismiss_ticked", "_selected_action": [claim.pk for claim in claims]}
        dialog = client.post(f"{reverse('admin:claims_claim_changelist')}?state=queued", ticked, follow=True)
    else:
        dialog = client.get("/admin/claims/claim/steps/", ticked, follow=True)
    lead = dialog.context["page"].claim
    assert lead != moved
    sent = {"version": lead.version, "reason": "off_subject"}
    after = client.post(dialog.redirect_chain[-1][0], sent, follow=True)
    assert said(after) == [f"#{moved.pk}: {MOVED}", "2 claims: Dismissed."]
    assert make.fresh(moved).state == State.QUEUED


def gone(claim: Claim) -> str:
    return f"#{claim.pk}: There is no claim #{claim.pk}."


def test_what_left_the_filter_of_the_list_or_ones_sight_after_it_was_ticked_is_named(
    signed: SignIn, editor: User, desk: Desk
) -> None:
    client, elsewhere = signed(editor), make.a_desk()
    lead, other, moved, hidden = (make.a_claim(desk, State.PROPOSED) for _ in "1234")
    read = [f"{claim.pk}.{claim.version}" for claim in (lead, other, moved, hidden)]
    act(moved.pk, Action.ACCEPT, make.viewer(editor))
    Claim.objects.filter(pk=hidden.pk).update(desk=elsewhere)
    dialog = tick(client, "dismiss", [lead, other, moved, hidden, lead], read=read)
    assert '<h1 id="step">Dismiss: 3 claims</h1>' in dialog.content.decode()
    assert dialog.context["page"].claim == lead
    sent = {"version": lead.version, "reason": "off_subject"}
    after = client.post(dialog.redirect_chain[-1][0], sent, follow=True)
    assert said(after) == [f"#{moved.pk}: {MOVED}", gone(hidden), "2 claims: Dismissed."]
    states = [make.fresh(claim).state for claim in (lead, other, moved, hidden)]
    assert states == [State.DISMISSED, State.DISMISSED, State.QUEUED, State.PROPOSED]


def test_where_everything_that_was_ticked_moved_nothing_is_done_and_all_of_it_is_named(
    signed: SignIn, editor: User, desk: Desk
) -> None:
    client, (moved, hidden) = signed(editor), [make.a_claim(desk, State.PROPOSED) for _ in "12"]
    read = [f"{claim.pk}.{claim.version}" for claim in (moved, hidden)]
    act(moved.pk, Action.ACCEPT, make.viewer(editor))
    Claim.objects.filter(pk=hidden.pk).update(desk=make.a_desk())
    after = tick(client, "dismiss", [moved, hidden], read=read)
    assert after.redirect_chain[-1][0] == f"{reverse('admin:claims_claim_changelist')}?state=proposed"
    assert said(after) == [f"#{moved.pk}: {MOVED}", gone(hidden)]
    assert said(tick(client, "dismiss", [moved], read=read)) == [f"#{moved.pk}: {MOVED}"]


def test_all_rows_of_the_list_are_those_that_its_filter_finds(signed: SignIn, editor: User, desk: Desk) -> None:
    claims = [make.a_claim(desk, State.PROPOSED) for _ in "123"]
    make.a_claim(desk, State.QUEUED, by=editor)
    dialog = tick(signed(editor), "dismiss", claims[:1], select_across="1")
    assert '<h1 id="step">Dismiss: 3 claims</h1>' in dialog.content.decode()


def three_ticked(client: Client, step: str, claims: list[Claim]) -> tuple[str, Claim, list[Claim], str]:
    """The open dialog of a step on several claims: its address, which of them leads, the others, what was read."""
    dialog = tick(client, step, claims)
    lead = dialog.context["page"].claim
    return dialog.redirect_chain[-1][0], lead, [claim for claim in claims if claim != lead], str(lead.version)


@pytest.mark.parametrize("went", ["out of sight", "dismissed"])
def test_the_others_are_done_where_the_claim_that_led_went_while_the_dialog_was_open(
    signed: SignIn, editor: User, desk: Desk, *, went: str
) -> None:
    client = signed(editor)
    address, lead, others, version = three_ticked(
        client, "dismiss", [make.a_claim(desk, State.PROPOSED) for _ in "123"]
    )
    if went == "dismissed":
        act(lead.pk, Action.DISMISS, make.viewer(editor), reason=DismissalReason.NOT_FACTUAL)
    else:
        Claim.objects.filter(pk=lead.pk).update(desk=make.a_desk())
    sent = {"version": version, "reason": "off_subject"}
    unfinished = client.post(address, {"version": version, "reason": "", "note": "Nothing to check here."})
    shown = unfinished.content.decode()
    assert unfinished.context["page"].claim in others
    assert "Nothing to check here." in shown
    (onwards,) = re.findall(r'<form method="post" action="([^"]+/step/dismiss/[^"]*)"', shown)
    typed = {**sent, "version": unfinished.context["form"]["version"].value()}
    assert client.get(address)["Location"].startswith(step_of(unfinished.context["page"].claim, "dismiss"))
    where, what = (address, sent) if went == "dismissed" else (unescape(onwards), typed)
    after = client.post(where, what, follow=True)
    assert said(after) == [f"#{lead.pk}: {MOVED}" if went == "dismissed" else gone(lead), "2 claims: Dismissed."]
    assert {make.fresh(claim).dismissal_reason for claim in others} == {DismissalReason.OFF_SUBJECT}
    assert set(re.findall(r"claims=(\d+)\.", undo_of(after.content.decode()))) == {str(claim.pk) for claim in others}


def test_a_claim_that_leads_instead_is_accepted_for_its_own_desk(signed: SignIn, editor: User, desk: Desk) -> None:
    client, other = signed(editor), make.a_desk()
    make.joined(editor, other, DeskRole.EDITOR)
    claims = [make.a_claim(where, State.PROPOSED) for where in (desk, desk, other)]
    Claim.objects.filter(pk=claims[0].pk).update(desk=None)
    lead, homeless, at_home = claims[1], claims[0], claims[2]
    asked = urlencode([("also", claim.pk) for claim in (at_home, homeless)])
    act(lead.pk, Action.ACCEPT, make.viewer(editor))
    sent = {"version": lead.version, "desk": desk.pk, "due": ""}
    after = client.post(f"{step_of(lead, 'accept')}?{asked}", sent, follow=True)
    assert said(after) == [f"#{lead.pk}: {MOVED}", "2 claims: Accepted."]
    assert [make.fresh(claim).desk for claim in (at_home, homeless)] == [other, desk]


def test_a_claim_that_led_and_still_offers_the_step_is_looked_at_again_before_it_is_taken(
    signed: SignIn, editor: User, desk: Desk
) -> None:
    client = signed(editor)
    address, lead, others, version = three_ticked(
        client, "dismiss", [make.a_claim(desk, State.PROPOSED) for _ in "123"]
    )
    act(lead.pk, Action.SET_PRIORITY, make.viewer(editor), priority=1, reason="It leads the page.")
    stale = client.post(address, {"version": version, "reason": "off_subject"})
    assert (stale.status_code, stale.context["page"].claim) == (409, lead)
    assert {make.fresh(claim).state for claim in (lead, *others)} == {State.PROPOSED}


def test_a_dialog_all_of_whose_claims_went_out_of_sight_names_them(signed: SignIn, editor: User, desk: Desk) -> None:
    client = signed(editor)
    address, lead, others, version = three_ticked(client, "dismiss", [make.a_claim(desk, State.PROPOSED) for _ in "12"])
    Claim.objects.filter(pk__in=[lead.pk, others[0].pk]).update(desk=make.a_desk())
    after = client.post(address, {"version": version, "reason": "off_subject"}, follow=True)
    assert said(after) == [gone(lead), gone(others[0])]
    assert client.post(step_of(lead, "dismiss"), {"version": version, "reason": "off_subject"}).status_code == 404


LISTED = "q=Minister&state=proposed&p=1"


@pytest.mark.parametrize("number", [1, 2])
def test_a_step_from_the_list_leads_back_to_it_as_it_was_and_so_do_cancel_and_undo(
    signed: SignIn, editor: User, desk: Desk, *, number: int
) -> None:
    client, back = signed(editor), f"{reverse('admin:claims_claim_changelist')}?{LISTED}"
    dialog = tick(client, "dismiss", [make.a_claim(desk, State.PROPOSED) for _ in range(number)], LISTED)
    assert dialog.context["cancel"] == back
    sent = {"version": dialog.context["page"].claim.version, "reason": "off_subject"}
    after = client.post(dialog.redirect_chain[-1][0], sent)
    assert after["Location"] == back
    (undo,) = (message.extra_tags for message in get_messages(after.wsgi_request))
    assert client.post(undo)["Location"] == back


@pytest.mark.parametrize(
    "foreign", ["https://evil.example/", "//evil.example", "claims//evil.example", "/admin/logout/"]
)
def test_nobody_is_sent_to_an_address_that_a_link_names(
    signed: SignIn, editor: User, three: list[Claim], foreign: str
) -> None:
    client, (_, lead, other) = signed(editor), three
    address = f"{step_of(lead, 'dismiss')}?{urlencode({'also': other.pk, 'from': foreign})}"
    assert client.get(address).context["cancel"] == reverse("admin:index")
    assert client.post(address, {"version": lead.version, "reason": "off_subject"})["Location"] == "/admin/"


def test_what_a_link_names_as_the_query_of_the_list_stays_its_query(
    signed: SignIn, editor: User, three: list[Claim]
) -> None:
    asked = urlencode({"from": "claims?//evil.example/\r\nX: 1&state=queued"})
    cancel = signed(editor).get(f"{step_of(three[1], 'dismiss')}?{asked}").context["cancel"]
    assert cancel.startswith(f"{reverse('admin:claims_claim_changelist')}?")
    assert not set(cancel) & set("\r\n ")


def test_claims_that_are_on_the_desk_already_are_left_there_and_the_others_go(
    signed: SignIn, editor: User, desk: Desk
) -> None:
    there, client = make.a_desk(), signed(editor)
    make.joined(editor, there, DeskRole.EDITOR)
    lead, stays, goes = (make.a_claim(where, State.QUEUED, by=editor) for where in (there, there, desk))
    address = f"{step_of(lead, 'change_desk')}?also={stays.pk}.{stays.version}&also={goes.pk}.{goes.version}"
    sent = {"desk": there.pk, "reason": "They know the ministry.", "version": lead.version}
    assert said(client.post(address, sent, follow=True)) == [
        f"#{lead.pk}, #{stays.pk}: On the desk {there} already, so nothing was done.",
        "1 claim: It went to the other desk.",
    ]
    assert {make.fresh(claim).desk for claim in (lead, stays, goes)} == {there}
    all_there = client.post(address, sent)
    assert f"The claim is on the desk {there} already. Choose another one." in unescape(all_there.content.decode())


def test_a_step_for_one_claim_alone_is_taken_on_no_other_that_a_link_names(
    signed: SignIn, editor: User, three: list[Claim]
) -> None:
    client, (_, lead, other) = signed(editor), three
    address = f"{step_of(lead, 'edit')}?also={other.pk}.{other.version}"
    dialog = client.get(address)
    assert (dialog.context["title"], dialog.context["also"]) == ("Edit the words of this claim", [])
    was, sent = other.statement, {"statement": "The mill burnt down.", "version": lead.version}
    client.post(address, sent)
    assert (make.fresh(lead).statement, make.fresh(other).statement) == ("The mill burnt down.", was)
    assert client.get(f"{step_of(Claim(pk=10**6), 'edit')}?also={other.pk}").status_code == 404


@pytest.mark.parametrize("shown", ["", "?state=queued&page=2", "?order=newest"])
def test_a_step_from_the_queue_leads_back_to_it_as_it_was(
    signed: SignIn, reviewer: Reviewer, three: list[Claim], monkeypatch: pytest.MonkeyPatch, *, shown: str
) -> None:
    monkeypatch.setattr(queue, "PAGE", 1)
    client, claim = signed(reviewer.user), three[1]
    (place,) = re.findall(r'name="from" value="([^"]*)"', client.get(f"/admin/{shown}").content.decode())
    opened = client.get(f"{asked('dismiss', claim.pk)}&{urlencode({'from': unescape(place)})}", follow=True)
    assert opened.context["cancel"] == f"/admin/{shown}"


def test_a_page_of_the_queue_that_is_empty_by_now_shows_the_first(
    signed: SignIn, reviewer: Reviewer, three: list[Claim]
) -> None:
    page = signed(reviewer.user).get("/admin/?page=7")
    assert {row.claim.pk for group in page.context["groups"] for row in group.rows} == {one.pk for one in three[1:]}
    assert page.context["pages"] == {"before": "", "after": ""}


def test_a_dialog_that_no_claim_offers_leads_back_to_the_list(signed: SignIn, editor: User, desk: Desk) -> None:
    claims = [make.a_claim(desk, State.PROPOSED) for _ in range(2)]
    dialog = tick(signed(editor), "wait", claims, LISTED)
    assert "Wait is possible only in" in dialog.content.decode()
    back = f"{reverse('admin:claims_claim_changelist')}?{LISTED}"
    assert f'href="{escape(back)}" data-cd-key="b">Back<' in dialog.content.decode()
    alone = signed(editor).get(step_of(claims[0], "wait")).content.decode()
    assert f'href="{page_of(claims[0])}" data-cd-key="b">Back to the claim<' in alone


def test_more_than_a_page_of_claims_is_not_taken_in_part(
    signed: SignIn, editor: User, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(many, "PAGE", 1)
    claims = [make.a_claim(desk, State.PROPOSED) for _ in range(2)]
    assert said(tick(signed(editor), "accept", claims)) == ["At most 1 at a time. Tick fewer."]


def test_whoever_judges_nothing_of_the_list_ticks_no_rows(signed: SignIn, reviewer: Reviewer, claim: Claim) -> None:
    page = signed(reviewer.user).get(reverse("admin:claims_claim_changelist")).content.decode()
    assert "_selected_action" not in page
    triager = make.a_reviewer(claim.desk or make.a_desk(), can_triage=True)
    assert "_selected_action" in signed(triager.user).get(reverse("admin:claims_claim_changelist")).content.decode()
