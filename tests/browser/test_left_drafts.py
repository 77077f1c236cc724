"""Drafts whose forms are gone: read and discarded on the claim's page, and on the page of one's own drafts."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from claims.lifecycle import Action, DismissalReason
from claims.models import Claim, Desk, DeskRole
from reviews.models import Reviewer
from reviews.services.acting import act
from tests import factories as make
from tests.browser.conftest import LOOK, OPEN, WHY, sign_in, staff

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DRAFTS = "/admin/claims/claim/drafts/"
NOTE = "Please read the second page first."


def write(page: Page, claim: Claim, step: str, field: str, words: str) -> None:
    page.goto(f"/admin/claims/claim/{claim.pk}/step/{step}/")
    page.locator(f"[name={field}]").fill(words)
    page.goto("/admin/")


def kept(page: Page) -> int:
    return int(page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('cd-draft')).length"))


def test_a_draft_whose_claim_was_dismissed_is_read_and_discarded_on_its_page(
    at_work: OPEN, desk: Desk, claims: list[Claim], look: LOOK
) -> None:
    page, address = at_work(), f"/admin/claims/claim/{claims[0].pk}/change/"
    page.goto(address)
    page.locator("[name=why]").fill(WHY)
    page.locator("#verdict [name=so]").nth(0).check(force=True)
    write(page, claims[0], "hand_over", "note", NOTE)
    write(page, claims[1], "wait", "note", "Of another claim.")
    editor = make.viewer(make.an_editor(desk))
    act(claims[0].pk, Action.DISMISS, editor, reason=DismissalReason.UNCHECKABLE, note="Nobody can.")
    page.goto(address)
    left = page.get_by_test_id("draft")
    expect(left).to_have_count(2)
    verdict = left.filter(has_text="You left a draft of “Record verdict” here")
    expect(verdict.get_by_label("Why, in words a reader can follow")).not_to_be_visible()
    verdict.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(verdict.get_by_label("Why, in words a reader can follow")).to_have_value(WHY)
    expect(verdict).to_contain_text("Is it so? Confirmed")
    look(page, "left-drafts")
    verdict.get_by_role("link", name="Discard it").focus()
    page.keyboard.press("Enter")
    expect(left).to_have_count(1)
    expect(left).to_contain_text("You left a draft of “Hand over this claim” here")
    assert kept(page) == 2
    page.goto(f"/admin/claims/claim/{claims[0].pk}/step/hand_over/")
    expect(left).to_contain_text("You left a draft of “Hand over this claim” here")


def test_a_draft_that_has_its_form_on_the_page_is_told_once(at_work: OPEN, claims: list[Claim]) -> None:
    page, address = at_work(), f"/admin/claims/claim/{claims[0].pk}/change/"
    page.goto(address)
    page.locator("[name=why]").fill(WHY)
    write(page, claims[0], "hand_over", "note", NOTE)
    page.goto(address)
    expect(page.locator("[name=why]")).to_have_value(WHY)
    expect(page.get_by_test_id("draft")).to_have_count(1)
    page.get_by_test_id("draft").locator("summary").click()
    page.get_by_role("link", name="Open its form").click()
    expect(page.locator("[name=note]")).to_have_value(NOTE)
    expect(page.get_by_test_id("draft")).to_have_count(0)


def test_a_verdict_that_comes_back_unsent_is_told_once(
    at_work: OPEN, desk: Desk, claims: list[Claim], complaints: dict[Page, list[str]]
) -> None:
    page, address = at_work(), f"/admin/claims/claim/{claims[0].pk}/change/"
    page.goto(address)
    page.locator("[name=why]").fill(WHY)
    page.locator("#verdict [name=so]").nth(0).check(force=True)
    write(page, claims[0], "hand_over", "note", NOTE)
    page.goto(address)
    expect(page.locator("[name=why]")).to_have_value(WHY)
    editor = make.viewer(make.an_editor(desk))
    act(claims[0].pk, Action.DISMISS, editor, reason=DismissalReason.UNCHECKABLE, note="Nobody can.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_test_id("unsent").locator("textarea")).to_have_value(WHY)
    complaints[page].clear()  # the 409, which is meant
    expect(page.get_by_test_id("draft")).to_have_count(1)
    expect(page.get_by_test_id("draft")).to_contain_text("Hand over this claim")
    page.goto(address)
    expect(page.get_by_test_id("draft")).to_contain_text(["Record verdict", "Hand over this claim"])


def test_a_draft_on_a_claim_out_of_sight_is_found_among_ones_own(
    at_work: OPEN, desk: Desk, claims: list[Claim], look: LOOK, complaints: dict[Page, list[str]]
) -> None:
    page, editor, other = at_work(), make.an_editor(desk), make.a_desk()
    make.joined(editor, other, DeskRole.EDITOR)
    write(page, claims[1], "wait", "note", "The ministry's answer.")
    page.goto(f"/admin/claims/claim/{claims[0].pk}/step/hand_over/")
    page.locator("[name=note]").fill(NOTE)
    page.locator("[name=to]").select_option("pool")
    act(claims[0].pk, Action.CHANGE_DESK, make.viewer(editor), desk=other, reason="It is theirs.")
    page.keyboard.press("Control+Enter")
    expect(
        page.get_by_text(f"#{claims[0].pk}: It is not open to you any more. What you wrote there is kept")
    ).to_be_visible()
    complaints[page].clear()  # the 404, which is meant
    page.get_by_role("link", name="Your drafts").click()
    drafts = page.get_by_test_id("draft")
    expect(drafts).to_have_count(2)
    expect(drafts.nth(0)).to_contain_text("Hand over this claim")  # the newest first
    expect(drafts.nth(0)).to_contain_text(f"#{claims[0].pk}: It is not open to you any more.")
    expect(drafts.nth(0)).not_to_contain_text(claims[0].statement)
    expect(drafts.nth(0).get_by_label("Note")).to_have_value(NOTE)
    expect(drafts.nth(0).get_by_role("link", name="Open its form")).to_have_count(0)
    expect(drafts.nth(1)).to_contain_text(claims[1].statement)
    look(page, "drafts")
    for number in (1, 0):
        drafts.nth(0).get_by_role("link", name="Discard it").click()
        expect(drafts).to_have_count(number)
    expect(page.get_by_text("No draft of yours is kept in this browser.")).to_be_visible()
    assert kept(page) == 0


def test_drafts_of_somebody_else_in_the_same_browser_are_neither_listed_nor_sent(
    at_work: OPEN, live_server: LiveServer, desk: Desk, claims: list[Claim]
) -> None:
    page = at_work()
    write(page, claims[0], "hand_over", "note", NOTE)
    sign_in(page.context, staff(make.a_reviewer(desk).user), live_server.url)
    posted: list[str] = []
    page.on("request", lambda request: posted.append(request.url) if request.method == "POST" else None)
    for address in (DRAFTS, f"/admin/claims/claim/{claims[0].pk}/change/"):
        page.goto(address)
        page.wait_for_load_state("networkidle")
        expect(page.get_by_test_id("draft")).to_have_count(0)
    assert posted == []
    assert kept(page) == 1


def test_own_drafts_are_reached_from_the_menu_and_by_their_name(at_work: OPEN, claims: list[Claim]) -> None:
    page = at_work()
    page.goto("/admin/")
    page.locator(".cd-account summary").click()
    page.get_by_role("link", name="Your drafts").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your drafts")
    expect(page.get_by_text("No draft of yours is kept in this browser.")).to_be_visible()
    page.wait_for_function("document.querySelector('[x-data=\"searchCommand()\"]')?._x_dataStack")
    page.keyboard.press("Control+k")
    expect(page.locator("#search-input-command")).to_be_focused()
    page.keyboard.type("your dr")
    expect(page.locator("#command-results-list").get_by_role("link", name="Your drafts")).to_be_visible()


def test_what_is_no_draft_in_the_storage_of_the_browser_harms_nothing(
    at_work: OPEN, reviewer: Reviewer, claims: list[Claim]
) -> None:
    page = at_work()
    write(page, claims[0], "hand_over", "note", NOTE)
    me = reviewer.user.pk
    rubbish = {
        f"cd-draft-{name}-by-{me}": value
        for name, value in {
            "hand_over-of-7": "no JSON",
            "wait-of-8": json.dumps({"note": 7, "until": [["x"]]}),
            "nonsense-of-9": "{}",
            "wait": json.dumps({"note": ["x"]}),
            "edit-of-99999999999999999999": json.dumps({"statement": ["x"]}),
        }.items()
    }
    page.evaluate(
        "rubbish => Object.entries(rubbish).forEach(([key, value]) => localStorage.setItem(key, value))", rubbish
    )
    page.goto(DRAFTS)
    expect(page.get_by_test_id("draft").first.get_by_label("Note")).to_have_value(NOTE)


def test_a_dialog_that_was_open_while_its_claim_was_dismissed_keeps_the_words_and_cannot_be_sent_again(
    at_work: OPEN, desk: Desk, claims: list[Claim], look: LOOK
) -> None:
    page = at_work()
    page.goto(f"/admin/claims/claim/{claims[0].pk}/step/wait/")
    page.locator("[name=note]").fill(NOTE)
    editor = make.an_editor(desk)
    act(claims[0].pk, Action.SET_PRIORITY, make.viewer(editor), priority=4, reason="It can wait.")
    act(claims[0].pk, Action.DISMISS, make.viewer(editor), reason=DismissalReason.UNCHECKABLE, note="Nobody can.")
    page.locator("[name=until]").fill("")  # refused for this, too, were there still a step to take
    page.keyboard.press("Control+Enter")
    alert = page.get_by_role("alert")
    expect(alert).to_be_focused()
    expect(alert).to_contain_text(f"{editor.full_name} dismissed it (Nobody can.)")
    expect(alert).to_contain_text("this claim is Dismissed")
    expect(page.locator("[name=note]")).to_have_value(NOTE)
    expect(page.get_by_role("button", name="Wait")).to_be_disabled()
    look(page, "lost-seat", looks=[(1440, "light"), (390, "dark")])
    page.goto(f"/admin/claims/claim/{claims[0].pk}/change/")
    expect(page.get_by_test_id("draft")).to_contain_text("You left a draft of “Wait with this claim” here")
