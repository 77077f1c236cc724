"""What somebody writes in the reviewers' pages is kept: when they leave, are signed out, or send another form first."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from claims.deadlines import Precision, own_date
from claims.lifecycle import Action
from claims.models import Article, Claim, Desk, User
from claims.services.amending import amend_article
from reviews.models import Reviewer
from reviews.services.acting import act
from tests import factories as make
from tests.browser.conftest import OPEN, WHY, staff

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_draft_survives_leaving_and_goes_once_it_is_recorded(at_work: OPEN, claims: list[Claim]) -> None:
    page = at_work()
    address = f"/admin/claims/claim/{claims[0].pk}/change/"
    page.goto(address)
    page.keyboard.press("y")
    page.keyboard.type(WHY)
    page.goto(address.replace("change", "step/ask_second_opinion"))
    expect(page.locator("[name=why]")).to_have_value(WHY)  # it goes with one's own verdict: nothing is typed twice
    page.goto(address)
    expect(page.locator("[name=why]")).to_have_value(WHY)
    page.keyboard.press("v")
    page.keyboard.press("5")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Claim number 2.")
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('cd-draft')).length") == 0


def test_a_draft_is_kept_by_the_clock_of_its_writer(at_work: OPEN, reviewer: Reviewer, claims: list[Claim]) -> None:
    reviewer.user.zone = "Asia/Kathmandu"  # no browser of the tests is there
    reviewer.user.save(update_fields=["zone"])
    page = at_work()
    page.goto(f"/admin/claims/claim/{claims[0].pk}/change/")
    page.locator("[name=why]").fill("Words. " * 90)
    expect(page.locator("[for=id_why] .cd-hint")).to_have_text("629 / 600")
    page.locator("[name=why]").fill(WHY)
    expect(page.locator("[for=id_why] .cd-hint")).to_be_empty()
    said = page.locator("#verdict [data-cd-draft-said]")
    before = datetime.now(ZoneInfo("Asia/Kathmandu"))
    expect(said).to_contain_text("Draft kept ", timeout=15_000)
    between = {(before + timedelta(seconds=second)).strftime("Draft kept %H:%M") for second in range(20)}
    assert said.text_content() in between


def end_session(page: Page) -> None:
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)


def sign_in_again(page: Page, user: User) -> None:
    user.set_password("of the test")
    user.save(update_fields=["password"])
    page.get_by_label("User name").fill(user.username)
    page.get_by_label("Password").fill("of the test")
    page.get_by_role("button", name="Sign in").click()


def test_a_session_that_ends_while_somebody_writes_costs_no_word(
    at_work: OPEN, reviewer: Reviewer, claims: list[Claim]
) -> None:
    page = at_work()
    claim = f"/admin/claims/claim/{claims[0].pk}"
    writings = {
        f"{claim}/change/": ("what", "A note that took long.", "Add"),
        f"{claim}/step/hand_over/": ("note", "Please read the second page.", "Give back to the pool"),
        "/admin/claims/article/add/": ("text", "A pasted article.", "Import article"),
    }
    for path, (field, words, button) in writings.items():
        page.goto(path)
        page.locator(f"[name={field}]").fill(words)
        end_session(page)
        page.locator("main form").get_by_role("button", name=button).click()
        expect(page.locator("p[role=status]")).to_have_text("You were signed out. Sign in to go on. Your text is kept.")
        sign_in_again(page, reviewer.user)
        expect(page.locator(f"[name={field}]")).to_have_value(words)


def test_dates_that_somebody_chose_outlive_a_session_and_those_of_the_form_do_not(
    at_work: OPEN, reviewer: Reviewer, claims: list[Claim]
) -> None:
    page = at_work()
    parked = {"note": "The ministry's answer.", "until": "2031-05-06T07:08"}
    page.goto(f"/admin/claims/claim/{claims[0].pk}/step/wait/")
    for field, words in parked.items():
        page.locator(f"[name={field}]").fill(words)
    end_session(page)
    page.keyboard.press("Control+Enter")
    sign_in_again(page, reviewer.user)
    for field, words in parked.items():
        expect(page.locator(f"[name={field}]")).to_have_value(words)
    draft = "JSON.parse(Object.entries(localStorage).find(([key]) => key.startsWith('cd-draft-wait'))[1])"
    assert not page.evaluate(draft).get("due")  # what a form proposes is of its day: the next one proposes anew
    page.goto(f"/admin/claims/claim/{claims[0].pk}/step/set_own_date/")
    page.locator("[name=precision]").select_option("minute")
    page.locator("[name=first]").fill("2031-05-06T07:08")
    page.locator("[name=reason]").fill("The ministry named the minute.")
    end_session(page)
    page.keyboard.press("Control+Enter")
    sign_in_again(page, reviewer.user)
    expect(page.locator("[name=precision]")).to_have_value("minute")
    expect(page.locator("[name=first]")).to_have_value("2031-05-06T07:08")


def test_a_draft_brings_back_what_was_changed_and_nothing_else(
    live_server: LiveServer, signed_in: OPEN, desk: Desk
) -> None:
    page, article = signed_in(live_server, staff(make.an_editor(desk))), make.an_article(desk=desk).article
    Article.objects.update(embargo_until="2031-01-01T09:00Z")
    address = f"/admin/claims/article/{article.pk}/amend/"
    page.goto(address)
    page.locator("[name=headline]").fill("Minister stays")
    page.goto("/admin/")
    until = datetime.fromisoformat("2031-06-01T09:00Z")
    amend_article(article.pk, {"embargo_until": until, "language": "uk"}, seen=None)
    page.goto(address)
    expect(page.locator("[name=headline]")).to_have_value("Minister stays")
    expect(page.locator("[name=embargo_until]")).to_have_value("2031-06-01T09:00")
    expect(page.locator("[name=language]")).to_have_value("uk")
    amend_article(article.pk, {"headline": "Minister goes"}, seen=None)
    page.goto(address)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#id_headline_error")).to_contain_text("Somebody else wrote here meanwhile: Minister goes.")
    page.get_by_role("link", name="Cancel").click()
    page.goto(address)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#id_headline_error")).to_contain_text("Somebody else wrote here meanwhile: Minister goes.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("The article was changed.")).to_be_visible()
    article.refresh_from_db()
    assert (article.headline, article.language, article.embargo_until) == ("Minister stays", "uk", until)


def test_the_words_of_an_own_date_come_back_without_the_days_that_nobody_chose(
    at_work: OPEN, reviewer: Reviewer, claims: list[Claim]
) -> None:
    page, who = at_work(), make.viewer(reviewer)
    first, second = (own_date(date(2031, 5, day), date(2031, 5, day), Precision.DAY, "UTC") for day in (6, 20))
    act(claims[0].pk, Action.SET_OWN_DATE, who, own=first, reason="It says so.", words="in May", zone_basis="stated")
    address = f"/admin/claims/claim/{claims[0].pk}/step/set_own_date/"
    page.goto(address)
    page.locator("[name=words]").fill("early in May")
    page.goto("/admin/")
    act(claims[0].pk, Action.SET_OWN_DATE, who, own=second, reason="A new day.", words="in May", zone_basis="stated")
    page.goto(address)
    expect(page.locator("[name=words]")).to_have_value("early in May")
    for end in ("first", "last"):
        expect(page.locator(f"[name={end}]")).to_have_value("2031-05-20")


def test_what_is_typed_after_a_refusal_outlives_a_reload(at_work: OPEN, claims: list[Claim]) -> None:
    page = at_work()
    page.goto(f"/admin/claims/claim/{claims[0].pk}/change/")
    page.get_by_test_id("record").click()
    expect(page.get_by_role("alert")).to_contain_text("Not done yet. Your text is kept.")
    page.locator("[name=why]").fill(WHY)
    page.reload()  # sends what was refused once more
    expect(page.get_by_role("alert")).to_contain_text("Not done yet. Your text is kept.")
    expect(page.locator("[name=why]")).to_have_value(WHY)
    page.keyboard.press("v")
    page.keyboard.press("5")
    page.goto(f"/admin/claims/claim/{claims[0].pk}/change/")
    expect(page.locator("[name=why]")).to_have_value(WHY)


def test_one_form_of_a_claim_leaves_what_stands_in_the_other(at_work: OPEN, claims: list[Claim]) -> None:
    page = at_work()
    page.goto(f"/admin/claims/claim/{claims[0].pk}/change/")
    page.locator("[name=why]").fill(WHY)
    page.locator("[name=what]").fill("https://example.org/a-report")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Evidence added.")).to_be_visible()
    expect(page.locator("[name=why]")).to_have_value(WHY)
    expect(page.locator("[name=what]")).to_have_value("")
    page.locator("[name=what]").fill("The next note")
    page.get_by_text("File, title, where it was taken from").click()
    page.locator("[type=file]").set_input_files({"name": "minutes.txt", "mimeType": "text/plain", "buffer": b"7"})
    expect(page.locator("[name=title]")).to_have_value("")  # a name that stays when another file is chosen
    page.get_by_test_id("record").click()
    expect(page.get_by_role("alert")).to_contain_text("Not done yet. Your text is kept.")
    expect(page.locator("[name=what]")).to_have_value("The next note")
    expect(page.locator("[name=why]")).to_have_value(WHY)
