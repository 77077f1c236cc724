"""Steps on a claim, each in its dialog: what it asks for, through the services, with no word lost."""

from __future__ import annotations

import html
import re
from datetime import date, datetime
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from claims.deadlines import Precision, own_date
from claims.lifecycle import Action, State
from claims.models import Claim, ClaimEvent, Desk, DeskRole, User
from claims.services.proposing import GivenStep
from claims.services.transitions import database_time
from claims.services.undoing import DONE_SINCE, TAKEN_BACK
from reviews.admin.steps import DIALOGS
from reviews.models import Assignment, Part, PolicyKind, Review, Reviewer
from reviews.services.acting import act
from reviews.services.claimpage import read_claim
from tests import factories as make
from tests.admin.conftest import SignIn, page_of, sent_by, step_of
from tests.asked import words_of

WHY = "Two independent reports say the same of it."


def test_nobody_is_put_on_a_claim_where_everybody_asked_is_there(signed: SignIn, editor: User, claim: Claim) -> None:
    client, sentence = signed(editor), "Everybody who is asked is there. Hand over a seat instead."
    assert sentence in client.get(page_of(claim)).content.decode()
    assert sentence in client.get(step_of(claim, "assign")).content.decode()


def test_the_dialog_says_why_nobody_could_take_the_claim(signed: SignIn, editor: User, desk: Desk) -> None:
    waiting = make.a_claim(desk, by=editor)
    shown = signed(editor).get(step_of(waiting, "assign")).content.decode()
    assert f"{desk.name} desk has no active reviewers. Nobody can now. It waits until somebody can, or" in shown
    assert re.search(r'<button class="cd-btn cd-btn-p" disabled[^>]*>Assign', shown)
    make.a_reviewer(desk)
    shown = signed(editor).get(step_of(waiting, "assign")).content.decode()
    assert "Nobody can now." not in shown
    assert not re.search(r"<button[^>]* disabled[^>]*>Assign", shown)


@pytest.mark.parametrize("written", ["#{}", " {} "])
def test_a_claim_is_named_by_its_number_as_it_is_written_elsewhere(
    signed: SignIn, editor: User, claim: Claim, desk: Desk, written: str
) -> None:
    same = make.a_claim(desk, by=editor)
    given = {"version": claim.version, "reason": "duplicate", "duplicate_of": written.format(same.pk), "note": ""}
    client = signed(editor)
    refused = client.post(step_of(claim, "dismiss"), given | {"duplicate_of": "the other"}).content.decode()
    assert "Write the number of a claim, as in #113." in refused
    client.post(step_of(claim, "dismiss"), given)
    assert make.fresh(claim).duplicate_of == same


@pytest.mark.parametrize(
    ("step", "given"),
    [
        ("set_priority", {"priority": 7, "reason": "It leads the page."}),
        ("dismiss", {"reason": "bored"}),
        ("change_desk", {"desk": 987654, "reason": "It is theirs."}),
        ("hand_over", {"to": 987654, "note": "You know the ministry."}),
        ("split", {"statement": "She denied it.", "evidence": [987654]}),
    ],
)
def test_a_choice_that_is_not_offered_any_more_is_refused_in_our_words(
    signed: SignIn, editor: User, claim: Claim, *, step: str, given: dict[str, Any]
) -> None:
    make.evidence_for(claim)
    sent = {"version": make.fresh(claim).version, **given}
    shown = html.unescape(signed(editor).post(step_of(claim, step), sent).content.decode())
    assert "What was chosen is not offered here, or no longer. Choose something else." in shown
    assert "valid choice" not in shown


def test_no_interest_is_chosen_for_anybody(signed: SignIn, desk: Desk, editor: User, reviewer: Reviewer) -> None:
    chain = [GivenStep("a person close to her", "unnamed")]
    claim = make.a_claim(desk, State.IN_REVIEW, by=editor, reviewer=reviewer, chain=chain)
    client = signed(reviewer.user)
    assert (
        '<option value="" selected>Choose the source</option>' in client.get(step_of(claim, "recuse")).content.decode()
    )
    answer = client.post(step_of(claim, "recuse"), {"version": claim.version, "source": "", "note": "x"})
    assert "Choose the source that the interest is in." in html.unescape(answer.content.decode())


def test_a_topic_that_is_too_long_is_called_a_topic(signed: SignIn, editor: User, claim: Claim) -> None:
    given = {"version": claim.version, "statement": claim.statement, "topics": "ferries, " + "x" * 41}
    refused = signed(editor).post(step_of(claim, "edit"), given).content.decode()
    assert "Topic: 41 characters, at most 40 fit. Shorten it by 1." in refused


def test_words_that_somebody_left_alone_are_not_written_over_those_of_a_colleague(
    signed: SignIn, editor: User, claim: Claim
) -> None:
    client, page = signed(editor), step_of(claim, "edit")
    left_open = sent_by(client.get(page).context["form"]) | {"short_text": "Ferries stay"}
    act(claim.pk, Action.EDIT, make.viewer(editor), changes={"statement": "The ferries stop.", "topics": ["ferries"]})
    stale = client.post(page, left_open)
    assert stale.status_code == 409
    assert client.post(page, sent_by(stale.context["form"])).status_code == 302
    now = make.fresh(claim)
    assert (now.statement, now.short_text, now.topics) == ("The ferries stop.", "Ferries stay", ["ferries"])


def test_words_that_both_changed_are_shown_before_they_are_replaced(signed: SignIn, editor: User, claim: Claim) -> None:
    client, page = signed(editor), step_of(claim, "edit")
    left_open = sent_by(client.get(page).context["form"]) | {"topics": "harbour"}
    act(claim.pk, Action.EDIT, make.viewer(editor), changes={"topics": ["ferries"]})
    stale = client.post(page, left_open | {"version": str(make.fresh(claim).version)})  # as a draft comes back
    assert "Somebody else wrote here meanwhile: ferries. Saved again, yours takes its place." in stale.content.decode()
    assert make.fresh(claim).topics == ["ferries"]
    assert client.post(page, sent_by(stale.context["form"])).status_code == 302
    assert make.fresh(claim).topics == ["harbour"]


def test_each_choice_of_a_dialog_carries_the_words_of_its_button(
    signed: SignIn, editor: User, desk: Desk, claim: Claim
) -> None:
    client, other = signed(editor), make.a_reviewer(desk)
    handing = client.get(step_of(claim, "hand_over")).content.decode()
    assert 'value="pool" data-cd-words="Give back to the pool"' in handing
    assert f'value="{other.pk}" data-cd-words="Hand over to {other}"' in handing
    assert (
        f'data-cd-words="Ask {other} for a second' in client.get(step_of(claim, "ask_second_opinion")).content.decode()
    )
    assert f'data-cd-words="Give it to {desk.name}"' in client.get(step_of(claim, "change_desk")).content.decode()


def test_a_dialog_waits_for_nothing_that_it_does_not_show(signed: SignIn, editor: User, claim: Claim) -> None:
    client = signed(editor)
    with CaptureQueriesContext(connection) as whole:
        client.get(page_of(claim))
    with CaptureQueriesContext(connection) as asked:
        client.get(step_of(claim, "set_priority"))
    shows = [
        'FROM "claims_evidence"',
        'ORDER BY "claims_appearance"."start"',
        '"claims_claimevent"."seq" DESC LIMIT 200',
    ]
    for part in shows:
        assert any(part in words for words in words_of(whole))
        assert not any(part in words for words in words_of(asked))
    assert len(asked) <= 11


def test_a_dismissal_needs_its_words_and_keeps_the_form(signed: SignIn, editor: User, claim: Claim) -> None:
    client = signed(editor)
    refused = client.post(step_of(claim, "dismiss"), {"version": claim.version, "reason": "other", "note": ""})
    assert "Give a reason" in refused.content.decode()
    client.post(step_of(claim, "dismiss"), {"version": claim.version, "reason": "other", "note": "It is a joke."})
    assert make.fresh(claim).state == State.DISMISSED


def test_a_step_can_be_undone_for_a_minute(signed: SignIn, editor: User, claim: Claim) -> None:
    client = signed(editor)
    client.post(step_of(claim, "dismiss"), {"version": claim.version, "reason": "off_subject"})
    client.post(step_of(claim, "undo"))
    assert make.fresh(claim).state == State.IN_REVIEW


def undo_in(page: str) -> list[str]:
    """The addresses behind the buttons that take a step back, from the top of the page."""
    return re.findall(r'<form method="post" action="([^"]*/step/undo/[^"]*)"', page)


def test_a_page_that_stayed_open_takes_back_what_it_speaks_of_or_nothing(
    signed: SignIn, editor: User, claim: Claim
) -> None:
    client, sent = signed(editor), {"version": claim.version, "priority": 1, "reason": "It leads the page."}
    page = client.post(step_of(claim, "set_priority"), sent, follow=True).content.decode()
    (stale,) = set(undo_in(page))
    assert undo_in(page) == [stale, stale]  # in what was just said, and in the head of the claim
    due = make.ahead(hours=2)
    act(claim.pk, Action.SET_DUE, make.viewer(editor), due=due, reason="Sooner.")
    assert DONE_SINCE in client.post(stale, follow=True).content.decode()
    assert DONE_SINCE in client.post(f"{step_of(claim, 'undo')}?seq=x", follow=True).content.decode()
    assert (make.fresh(claim).review_due_at, make.fresh(claim).priority) == (due, 1)
    (current,) = undo_in(client.get(page_of(claim)).content.decode())
    client.post(current)
    again = client.post(current, follow=True)  # the second click of two
    assert again.redirect_chain == [(page_of(claim), 302)]
    assert [str(message) for message in again.context["messages"]][-1] == f"#{claim.pk}: {TAKEN_BACK}"
    assert "Not done yet" not in again.content.decode()
    assert (make.fresh(claim).review_due_at, make.fresh(claim).priority) == (claim.review_due_at, 1)


def test_a_page_that_gave_the_claim_away_takes_nothing_else_back(signed: SignIn, editor: User, claim: Claim) -> None:
    client, there = signed(editor), make.a_desk()
    make.joined(editor, there, DeskRole.EDITOR)
    given = {"version": claim.version, "desk": there.pk, "reason": "It is theirs."}
    (stale, _) = undo_in(client.post(step_of(claim, "change_desk"), given, follow=True).content.decode())
    act(claim.pk, Action.SET_PRIORITY, make.viewer(editor), priority=1, reason="It leads the page.")
    assert f"#{claim.pk}: {DONE_SINCE}" in client.post(stale, follow=True).content.decode()
    assert (make.fresh(claim).desk, make.fresh(claim).priority) == (there, 1)


def test_a_claim_given_to_a_desk_one_does_not_see_is_taken_back_from_the_queue(
    signed: SignIn, editor: User, desk: Desk
) -> None:
    claim, client, there = make.a_claim(desk, by=editor), signed(editor), make.a_desk()
    given = {"version": claim.version, "desk": there.pk, "reason": "It is theirs."}
    after = client.post(step_of(claim, "change_desk"), given, follow=True)
    assert after.redirect_chain == [("/admin/", 302)]
    (address,) = undo_in(after.content.decode())
    back = client.post(address, follow=True)
    assert "Taken back." in back.content.decode()
    assert back.redirect_chain == [(page_of(claim), 302)]
    assert make.fresh(claim).desk == desk


def test_a_claim_given_away_that_somebody_has_taken_stays_there_and_says_why(
    signed: SignIn, editor: User, claim: Claim
) -> None:
    client, there = signed(editor), make.a_desk()
    given = {"version": claim.version, "desk": there.pk, "reason": "It is theirs."}
    client.post(step_of(claim, "change_desk"), given)
    act(claim.pk, Action.SET_PRIORITY, make.viewer(make.an_editor(there)), priority=1, reason="It leads the page.")
    page = client.post(step_of(claim, "undo"), follow=True)
    assert "Something else has happened since, or the last step was not yours." in page.content.decode()
    assert make.fresh(claim).desk == there


def test_waiting_asks_for_a_new_review_due(signed: SignIn, reviewer: Reviewer, claim: Claim) -> None:
    client = signed(reviewer.user)
    starts = client.get(step_of(claim, "wait")).context["form"].initial
    written = {name: starts[name].strftime("%Y-%m-%dT%H:%M") for name in ("until", "due")}
    assert starts["tell_me"]
    given = {"version": claim.version, "reason": "reply", "tell_me": "on", **written}
    said = client.post(step_of(claim, "wait"), given, follow=True).content.decode()
    parked = make.fresh(claim)
    assert parked.state == State.WAITING
    assert f"#{claim.pk}: Parked until {parked.waiting_until:%a} " in said
    assert claim.events.get(type="claim.wait").data["tell_me"]


def test_handing_over_to_a_person_needs_a_note(signed: SignIn, reviewer: Reviewer, desk: Desk, claim: Claim) -> None:
    ines = make.a_reviewer(desk)
    client, address = signed(reviewer.user), step_of(claim, "hand_over")
    refused = client.post(address, {"version": claim.version, "to": ines.pk, "note": ""})
    assert "Write a note" in refused.content.decode()
    given = {"version": claim.version, "to": ines.pk, "note": "You know the ministry."}
    assert f"Handed over to {ines}." in client.post(address, given, follow=True).content.decode()
    assert Assignment.objects.open().get(claim=claim).reviewer == ines


def test_handing_over_to_somebody_who_cannot_take_it_is_refused_with_the_reason(
    signed: SignIn, reviewer: Reviewer, desk: Desk, claim: Claim
) -> None:
    other = make.a_reviewer(desk, languages=["uk"])
    answer = signed(reviewer.user).post(
        step_of(claim, "hand_over"), {"version": claim.version, "to": other.pk, "note": "Please."}
    )
    assert "does not read English" in answer.content.decode()
    assert Assignment.objects.open().get(claim=claim).reviewer == reviewer


def test_a_second_opinion_goes_with_ones_own_review(signed: SignIn, reviewer: Reviewer, claim: Claim) -> None:
    given = {"version": claim.version, "reason": "It is close.", "said": "not_checked", "so": "unproven", "why": WHY}
    signed(reviewer.user).post(step_of(claim, "ask_second_opinion"), given)
    assert make.fresh(claim).state == State.SECOND_OPINION
    assert Review.objects.get(claim=claim).why == WHY


def test_a_second_opinion_starts_a_claim_that_nobody_has_begun(
    signed: SignIn, editor: User, reviewer: Reviewer, desk: Desk
) -> None:
    claim = make.a_claim(desk, by=editor)
    make.put_on(claim, reviewer, editor)
    answers = {"said": "not_checked", "so": "unproven", "why": "Nobody I asked has seen it."}
    given = {"version": make.fresh(claim).version, "reason": "I know too little of ports.", "to": "", **answers}
    signed(reviewer.user).post(step_of(claim, "ask_second_opinion"), given)
    assert make.fresh(claim).state == State.SECOND_OPINION
    taken = list(ClaimEvent.objects.filter(claim=claim).order_by("seq").values_list("type", flat=True))
    assert taken.index("claim.start") + 1 == taken.index("claim.ask_second_opinion")


def test_a_second_opinion_is_asked_of_somebody_by_name(
    signed: SignIn, reviewer: Reviewer, desk: Desk, claim: Claim
) -> None:
    ines, omar = make.a_reviewer(desk), make.a_reviewer(desk, languages=["uk"])
    client, address = signed(reviewer.user), step_of(claim, "ask_second_opinion")
    shown = client.get(address).content.decode()
    assert '<option value="" selected>Anyone who can take it</option>' in shown
    assert f'<option value="{omar.pk}" disabled>{omar}: does not read English</option>' in shown
    given = {"version": claim.version, "reason": "It is close.", "said": "not_checked", "so": "unproven", "why": WHY}
    refused = client.post(address, given | {"to": omar.pk}).content.decode()
    assert f"{omar}: does not read English." in refused
    client.post(address, given | {"to": ines.pk})
    assert Assignment.objects.open().get(claim=claim).reviewer == ines


def test_an_editor_who_takes_a_claim_gets_the_seat_that_waits_for_an_editor(
    signed: SignIn, editor: User, reviewer: Reviewer
) -> None:
    desk = make.a_desk_with(make.a_policy(PolicyKind.WITH_EDITOR, 2), name="World")
    make.joined(editor, desk, DeskRole.EDITOR)
    ines = make.joined(reviewer.user, desk, DeskRole.REVIEWER).reviewer
    claim = make.a_claim(desk, State.IN_REVIEW, by=make.an_editor(desk), reviewer=ines)
    client, address = signed(editor), step_of(claim, "take")
    refused = client.post(address, {"version": claim.version}).content.decode()
    assert "You do not review for World desk, and no seat waits for an editor now." in refused
    make.review_by(claim, ines)
    client.post(address, {"version": make.fresh(claim).version})
    assert Assignment.objects.open().get(claim=claim).part == Part.EDITOR


def test_an_own_date_that_is_refused_stays_in_its_fields_and_the_refusal_stands_at_the_zone(
    signed: SignIn, editor: User, claim: Claim
) -> None:
    given = {"version": claim.version, "precision": "day", "zone_basis": "stated", "words": "", "reason": "It says so."}
    dates = {"first": "2030-12-02", "last": "2030-12-04", "zone": "Mars/Phobos"}
    page = html.unescape(signed(editor).post(step_of(claim, "set_own_date"), given | dates).content.decode())
    assert 'href="#id_zone">Time zone</a>: There is no time zone "Mars/Phobos".' in page
    for value in ("2030-12-02T00:00", "2030-12-04T00:00"):  # the browser drops a day from such a field
        assert f'value="{value}"' in page
    assert make.fresh(claim).confirm_by is None


def own_day(day: int) -> dict[str, Any]:
    return {
        "own": own_date(date(2031, 5, day), date(2031, 5, day), Precision.DAY, "UTC"),
        "words": "in May",
        "zone_basis": "stated",
        "reason": "It says so.",
    }


@pytest.mark.parametrize("before", [5, None])
def test_an_own_date_that_was_left_alone_is_the_one_that_a_colleague_set_meanwhile(
    signed: SignIn, editor: User, claim: Claim, before: int | None
) -> None:
    if before:
        act(claim.pk, Action.SET_OWN_DATE, make.viewer(editor), **own_day(before))
    client, page = signed(editor), step_of(claim, "set_own_date")
    shown = {
        name: value[:10] if name in {"first", "last"} else value  # as a browser sends a day
        for name, value in sent_by(client.get(page).context["form"]).items()
    }
    act(claim.pk, Action.SET_OWN_DATE, make.viewer(make.an_editor(editor.memberships.get().desk)), **own_day(20))
    mine = {"words": "late in May", "reason": "It reads otherwise."}
    refused = client.post(page, shown | mine)
    body = html.unescape(refused.content.decode())
    assert refused.status_code == 409
    assert "its own date to 20 May 2031" in body
    again = sent_by(refused.context["form"])
    assert (again["first"], again["last"], again["words"]) == ("2031-05-20T00:00", "2031-05-20T23:59", "late in May")
    assert client.post(page, again).status_code == 302
    now = make.fresh(claim)
    assert (now.confirm_words, now.confirm_by) == ("late in May", own_day(20)["own"].confirm_by)


def test_an_own_date_that_both_changed_is_shown_before_it_takes_its_place(
    signed: SignIn, editor: User, claim: Claim
) -> None:
    act(claim.pk, Action.SET_OWN_DATE, make.viewer(editor), **own_day(5))
    client, page = signed(editor), step_of(claim, "set_own_date")
    shown = sent_by(client.get(page).context["form"])
    act(claim.pk, Action.SET_OWN_DATE, make.viewer(make.an_editor(editor.memberships.get().desk)), **own_day(20))
    refused = client.post(page, shown | {"first": "2031-05-06", "last": "2031-05-07", "reason": "The seventh."})
    assert refused.context["form"].errors["first"] == [
        "Somebody else wrote here meanwhile: 20 May 2031. Saved again, yours takes its place."
    ]
    assert make.fresh(claim).confirm_by == own_day(20)["own"].confirm_by
    assert client.post(page, sent_by(refused.context["form"])).status_code == 302
    assert make.fresh(claim).confirm_by == own_date(date(2031, 5, 6), date(2031, 5, 7), Precision.DAY, "UTC").confirm_by


@pytest.mark.parametrize("until", ["2027-10-31T00:30:00Z", "2027-10-31T01:30:00Z"])
def test_an_own_date_in_the_hour_that_comes_twice_stays_when_its_words_are_changed(
    signed: SignIn, editor: User, claim: Claim, until: str
) -> None:
    moment = datetime.fromisoformat(until)
    own = own_date(moment, moment, Precision.MINUTE, "Europe/Kyiv")
    act(
        claim.pk, Action.SET_OWN_DATE, make.viewer(editor), own=own, reason="It says so.", words="", zone_basis="stated"
    )
    client, page = signed(editor), step_of(claim, "set_own_date")
    sent = sent_by(client.get(page).context["form"]) | {"reason": "It reads otherwise.", "words": "at half past three"}
    assert sent["first"] == "2027-10-31T03:30"
    client.post(page, sent)
    now = make.fresh(claim)
    assert (now.confirm_words, now.confirm_from, now.confirm_by) == (
        "at half past three",
        own.confirm_from,
        own.confirm_by,
    )


def test_a_new_own_date_in_the_hour_that_comes_twice_is_asked_for_in_utc(
    signed: SignIn, editor: User, claim: Claim
) -> None:
    client, page = signed(editor), step_of(claim, "set_own_date")
    given = {"zone": "Europe/Kyiv", "precision": "minute", "zone_basis": "stated", "words": "at half past three"}
    sent = given | {"version": claim.version, "first": "2027-10-31T03:30", "last": "", "reason": "It says so."}
    refused = html.unescape(client.post(page, sent).content.decode())
    assert "03:30 comes twice on 31 October 2027 in Europe/Kyiv." in refused
    assert "Or write it in UTC, and name UTC as its zone." in refused
    client.post(page, sent | {"first": "2027-10-31T01:30", "zone": "UTC"})
    assert make.fresh(claim).confirm_from == datetime.fromisoformat("2027-10-31T01:30:00Z")


def test_nobody_waits_for_a_date_that_a_claim_does_not_have(signed: SignIn, editor: User, claim: Claim) -> None:
    given = {"version": claim.version, "reason": "own_date", "until": "2030-12-02T10:00", "due": "2030-12-03T10:00"}
    page = html.unescape(signed(editor).post(step_of(claim, "wait"), given).content.decode())
    assert "This claim has no date of its own to wait for." in page
    assert make.fresh(claim).state == State.IN_REVIEW


def test_an_editor_reopens_and_moves_dates(signed: SignIn, editor: User, reviewer: Reviewer, desk: Desk) -> None:
    claim = make.a_claim(desk, State.DECIDED, by=editor, reviewer=reviewer)
    client = signed(editor)
    client.post(step_of(claim, "reopen"), {"version": claim.version, "reason": "New documents."})
    claim = make.fresh(claim)
    assert claim.state == State.IN_REVIEW
    own = {"precision": "day", "first": "2030-05-01T00:00", "last": "2030-05-03T00:00", "zone": "Europe/Kyiv"}
    given = {"version": claim.version, **own, "zone_basis": "stated", "words": "by early May", "reason": "It says so."}
    client.post(step_of(claim, "set_own_date"), given)
    claim = make.fresh(claim)
    assert claim.confirm_by is not None
    assert claim.confirm_by.isoformat() == "2030-05-03T20:59:59.999999+00:00"


@pytest.mark.parametrize("state", list(State))
def test_every_dialog_opens_in_every_state(
    state: State, signed: SignIn, editor: User, reviewer: Reviewer, desk: Desk
) -> None:
    claim = make.a_claim(desk, state, by=editor, reviewer=reviewer)
    client = signed(editor)
    for name, dialog in DIALOGS.items():
        page = client.get(step_of(claim, name))
        assert page.status_code == 200, name
        offer = page.context["page"].offers[dialog.action]
        assert offer.allowed or offer.sentence in html.unescape(page.content.decode()), name


@pytest.mark.parametrize(
    ("name", "first"), [("wait", "reason"), ("hand_over", "to"), ("merge", "q"), ("set_due", "due")]
)
def test_a_dialog_opens_where_one_writes_first(
    signed: SignIn, editor: User, claim: Claim, name: str, first: str
) -> None:
    page = signed(editor).get(step_of(claim, name)).content.decode()
    (focused,) = re.findall(r"<[^>]* autofocus[^>]*>", page)
    assert f' name="{first}"' in focused


def test_a_dialog_without_a_field_opens_on_its_button(signed: SignIn, editor: User, claim: Claim) -> None:
    act(claim.pk, Action.SET_PRIORITY, make.viewer(editor), priority=1, reason="It leads the page.")
    (focused,) = re.findall(r"<[^>]* autofocus[^>]*>", signed(editor).get(step_of(claim, "undo")).content.decode())
    assert focused.startswith("<button")


@pytest.mark.parametrize(
    ("name", "state", "sentence"),
    [
        ("reopen", State.DECIDED, "Say why in a sentence: it is what the newsroom reads later."),
        ("set_due", State.QUEUED, "Say by when the verdict is wanted, with date and time."),
        ("change_desk", State.QUEUED, "Choose the desk that is to check it."),
        ("accept", State.PROPOSED, "Choose the desk that is to check it."),
        ("wait", State.IN_REVIEW, "Say until when to wait, with date and time."),
        ("edit", State.QUEUED, "Write in one sentence what is claimed."),
        ("ask_second_opinion", State.IN_REVIEW, "Say in a sentence why somebody else should look, too."),
        ("recuse", State.IN_REVIEW, "Choose the source that the interest is in."),
        ("hand_over", State.IN_REVIEW, "Choose who is to have it."),
        ("correct", State.DECIDED, "Say what changed, in a sentence for readers."),
        ("withdraw", State.DECIDED, "Say why it is taken back, in a sentence for readers."),
    ],
)
def test_a_step_sent_empty_says_what_to_write(
    name: str, state: State, sentence: str, signed: SignIn, desk: Desk
) -> None:
    editor = make.an_editor(desk)
    claim = make.a_claim(desk, state, by=editor, reviewer=make.a_reviewer(desk))
    page = html.unescape(signed(editor).post(step_of(claim, name), {"version": claim.version}).content.decode())
    assert sentence in page


@pytest.mark.parametrize("state", list(State))
def test_no_step_says_only_that_a_field_is_required(state: State, editor: User, reviewer: Reviewer, desk: Desk) -> None:
    claim, viewer = make.a_claim(desk, state, by=editor, reviewer=reviewer), make.viewer(reviewer)
    page = read_claim(claim.pk, viewer, database_time())
    said = ""
    for name in DIALOGS.keys() - {"take", "judge", "resume", "restore", "undo", "decline"}:
        said += DIALOGS[name].form(QueryDict(), page=page, viewer=viewer, search="").errors.as_text()
    assert "Choose a reason: it is what the newsroom reads later." in said
    assert "This field is required" not in said


def test_a_stale_step_is_refused_with_what_changed(signed: SignIn, editor: User, claim: Claim) -> None:
    given = {"version": claim.version + 7, "reason": "off_subject", "note": "It is a joke, I think."}
    answer = signed(editor).post(step_of(claim, "dismiss"), given)
    assert answer.status_code == 409
    assert "It is a joke, I think." in answer.content.decode()
    assert make.fresh(claim).state == State.IN_REVIEW


def test_a_claim_can_be_taken_from_its_page(signed: SignIn, editor: User, reviewer: Reviewer, desk: Desk) -> None:
    claim = make.a_claim(desk, by=editor)
    client = signed(reviewer.user)
    assert 'data-testid="take"' in client.get(page_of(claim)).content.decode()
    client.post(step_of(claim, "take"))
    assert Assignment.objects.open().get(claim=claim).reviewer == reviewer


def test_a_claim_is_dismissed_only_for_a_reason_that_somebody_chose(
    signed: SignIn, reviewer: Reviewer, claim: Claim
) -> None:
    client = signed(reviewer.user)
    assert b"Choose a reason: it is what the newsroom reads later." in client.post(step_of(claim, "dismiss")).content
    claim.refresh_from_db()
    assert claim.state != State.DISMISSED
    client.post(step_of(claim, "dismiss"), {"reason": "not_factual"})
    claim.refresh_from_db()
    assert claim.state == State.DISMISSED


def test_nobody_may_post_without_signing_in(client: Client, claim: Claim) -> None:
    assert client.post(step_of(claim, "dismiss"), {"reason": "off_subject"}).status_code == 302
    assert make.fresh(claim).state == State.IN_REVIEW


def test_moments_are_asked_for_by_the_clock_that_the_form_names(
    signed: SignIn, reviewer: Reviewer, editor: User, desk: Desk
) -> None:
    claim = make.a_claim(desk, State.IN_REVIEW, by=editor, reviewer=reviewer)
    for zone in ("Asia/Kathmandu", "Europe/Kyiv"):
        User.objects.filter(pk=reviewer.user_id).update(zone=zone)
        body = signed(reviewer.user).get(step_of(claim, "wait")).content.decode()
        assert body.count(f"Your time zone: {zone}") == 2
    proposed = signed(editor).get(step_of(make.a_claim(desk, State.PROPOSED), "accept")).content.decode()
    assert f"Empty: as the desk counts it. Your time zone: {editor.zone}" in proposed
