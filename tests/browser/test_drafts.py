"""What somebody writes in the reviewers' pages is kept: when they leave, are signed out, or send another form first."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from claims.deadlines import Precision, own_date
from claims.lifecycle import Action
from claims.models import Article, Claim, ClaimEvent, Desk, DeskRole, User
from claims.services.amending import amend_article
from reviews.models import Review, Reviewer
from reviews.services.acting import act
from tests import factories as make
from tests.browser.conftest import LOOK, OPEN, WHY, staff

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
    page.goto("/admin/")
    page.goto(address)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#id_headline_error")).to_contain_text("Somebody else wrote here meanwhile: Minister goes.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("The article was changed.")).to_be_visible()
    article.refresh_from_db()
    assert (article.headline, article.language, article.embargo_until) == ("Minister stays", "uk", until)


Dialogs = dict[str, tuple[dict[str, str], Action, dict[str, Any], str]]


def put(page: Page, values: dict[str, str]) -> None:
    for name, value in values.items():
        field = page.locator(f"[name={name}]")
        if field.evaluate("field => field.matches('select')"):
            field.select_option(value)
        else:
            field.fill(value)


def shows(page: Page, values: dict[str, str]) -> None:
    for name, value in values.items():
        expect(page.locator(f"[name={name}]")).to_have_value(value)


def overtaken(there: Desk, third: Desk) -> Dialogs:
    """By dialog: what somebody types, the step that a colleague takes meanwhile, and how that is told."""
    day, sooner = date(2031, 5, 20), datetime.fromisoformat("2031-05-05T09:00Z")
    own = {"own": own_date(day, day, Precision.DAY, "UTC"), "words": "in May", "zone_basis": "stated"}
    why, due = {"reason": "It is ours."}, {"due": "2031-06-06T07:08"}
    return {
        "set_due": (why | due, Action.SET_DUE, {"due": sooner}, "moved review due to 5 May 2031"),
        "set_own_date": (why | {"first": "2031-05-06"}, Action.SET_OWN_DATE, own, "wrote here meanwhile: 20 May 2031"),
        "set_priority": (why | {"priority": "4"}, Action.SET_PRIORITY, {"priority": 2}, "the priority from 1 to 2"),
        "wait": (
            due | {"reason": "other", "note": "A ruling."},
            Action.SET_DUE,
            {"due": sooner},
            "moved review due to",
        ),
        "change_desk": (
            why | {"desk": str(third.pk)},
            Action.CHANGE_DESK,
            {"desk": there},
            f"to the desk {there.name}",
        ),
    }


def test_a_draft_is_shown_what_a_colleague_set_meanwhile_before_it_takes_its_place(
    live_server: LiveServer, signed_in: OPEN, desk: Desk, claims: list[Claim]
) -> None:
    editor, colleague, (there, third) = make.an_editor(desk), make.an_editor(desk), (make.a_desk(), make.a_desk())
    for person in (editor, colleague):
        make.joined(person, there, DeskRole.EDITOR)
        make.joined(person, third, DeskRole.EDITOR)
    page, claim, ines = signed_in(live_server, staff(editor)), claims[0], make.viewer(colleague)
    for name, (mine, action, theirs, said) in overtaken(there, third).items():
        page.goto(f"/admin/claims/claim/{claim.pk}/step/{name}/")
        put(page, mine)
        page.goto("/admin/")
        now = act(claim.pk, action, ines, **theirs, reason="It is theirs.").seq
        page.goto(f"/admin/claims/claim/{claim.pk}/step/{name}/")
        shows(page, mine)
        page.keyboard.press("Control+Enter")
        expect(page.get_by_role("alert")).to_contain_text("Somebody changed this claim since you read it.")
        expect(page.get_by_role("main")).to_contain_text(said)
        shows(page, mine)
        assert ClaimEvent.objects.filter(claim=claim).latest("seq").seq == now, name
        page.keyboard.press("Control+Enter")
        expect(page.locator("[data-cd-done]")).to_be_visible()
        assert ClaimEvent.objects.filter(claim=claim, seq__gt=now, type=f"claim.{name}").exists(), name


def test_a_verdict_outlives_steps_of_its_writer_and_is_shown_those_of_others_first(
    at_work: OPEN, reviewer: Reviewer, desk: Desk
) -> None:
    editor = make.an_editor(desk)
    claim, page = make.a_claim(desk, by=editor), at_work()
    make.put_on(claim, reviewer, editor)
    address = f"/admin/claims/claim/{claim.pk}/change/"
    page.goto(address)
    page.keyboard.press("v")
    page.keyboard.press("5")
    page.locator("[name=why]").fill(WHY)
    page.locator("[name=what]").fill("https://example.org/a-report")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Evidence added.")).to_be_visible()  # which has started the review
    act(claim.pk, Action.EDIT, make.viewer(editor), changes={"statement": "The ferries stop."})
    for _time in range(2):  # told again as often as somebody comes back to a draft of what stood there before
        page.goto(address)
        shows(page, {"why": WHY})
        page.get_by_test_id("record").click()
        expect(page.get_by_role("alert")).to_contain_text(f"{editor} edited: statement")
        shows(page, {"why": WHY})
        assert not Review.objects.filter(claim=claim).exists()
    page.get_by_test_id("record").click()
    expect(page.get_by_text(f"Verdict recorded on #{claim.pk}.")).to_be_visible()


def test_what_was_emptied_ticked_or_chosen_comes_back(at_work: OPEN, claims: list[Claim]) -> None:
    page = at_work()
    address = f"/admin/claims/claim/{claims[0].pk}"
    page.goto(f"{address}/step/wait/")
    page.locator("[name=tell_me]").uncheck()
    put(page, {"reason": "other", "due": ""})
    page.goto(f"{address}/change/")
    page.locator("#verdict [name=go_on]").uncheck()
    page.locator("[name=stance][value=contradicts]").check(force=True)
    page.goto("/admin/")
    page.goto(f"{address}/step/wait/")
    expect(page.locator("[name=tell_me]")).not_to_be_checked()
    shows(page, {"reason": "other", "due": ""})
    page.goto(f"{address}/change/")
    expect(page.locator("#verdict [name=go_on]")).not_to_be_checked()
    expect(page.locator("[name=stance][value=contradicts]")).to_be_checked()


CAME_BACK = "Your draft came back."


def test_a_form_says_that_a_draft_came_back_and_a_key_discards_it(
    at_work: OPEN, claims: list[Claim], look: LOOK
) -> None:
    page = at_work()
    claim = f"/admin/claims/claim/{claims[0].pk}"
    said = page.locator("[aria-live=polite]").filter(has_text=CAME_BACK)
    for address, field in {f"{claim}/step/set_due/": "reason", f"{claim}/change/": "why"}.items():
        page.goto(address)
        page.wait_for_load_state("load")
        expect(said).to_have_count(0)
        put(page, {field: WHY})
        page.keyboard.press("Escape")  # leaves the field, not the form
        page.reload()
        shows(page, {field: WHY})
        expect(said).to_have_count(1)
        look(page, f"draft-{field}", looks=[(390, "dark"), (1440, "light")])
        link = said.get_by_role("link", name="Discard it")
        link.focus()
        page.keyboard.press("Enter")
        shows(page, {field: ""})
        expect(said).to_have_count(0)
        page.reload()
        shows(page, {field: ""})


def test_cancelling_discards_and_says_so(
    live_server: LiveServer, signed_in: OPEN, desk: Desk, claims: list[Claim]
) -> None:
    page, article = signed_in(live_server, staff(make.an_editor(desk))), make.an_article(desk=desk).article
    amend, step = f"/admin/claims/article/{article.pk}/amend/", f"/admin/claims/claim/{claims[0].pk}/step/set_due/"
    for address, field, stood in ((amend, "headline", article.headline), (step, "reason", "")):
        page.goto(address)
        put(page, {field: "Given up"})
        expect(page.locator("main form[method=post]")).to_contain_text("Cancel discards what you typed here.")
        page.get_by_role("link", name="Cancel").click()
        expect(page).not_to_have_url(address)
        page.goto(address)
        shows(page, {field: stood})


def test_cancelling_a_second_opinion_keeps_the_verdict(at_work: OPEN, claims: list[Claim]) -> None:
    page = at_work()
    page.goto(f"/admin/claims/claim/{claims[0].pk}/change/")
    put(page, {"why": WHY})
    page.goto(f"/admin/claims/claim/{claims[0].pk}/step/ask_second_opinion/")
    put(page, {"reason": "It is close."})
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Claim number 1.")
    shows(page, {"why": WHY})


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


def kept(page: Page) -> None:
    """Wait until what stands in the page is in the draft."""
    key = "Object.keys(localStorage).find((key) => key.startsWith('cd-draft'))"
    page.evaluate(f"window.before = localStorage.getItem({key})")
    page.wait_for_function(f"localStorage.getItem({key}) !== window.before")


def test_what_was_sent_and_refused_is_kept_once_it_is_chosen_again(at_work: OPEN, claims: list[Claim]) -> None:
    page = at_work()
    address = f"/admin/claims/claim/{claims[0].pk}/change/"
    page.goto(address)
    sent, other = (page.locator("#verdict [name=so]").nth(place) for place in (0, 1))
    sent.check(force=True)
    put(page, {"why": "Too short."})
    page.get_by_test_id("record").click()
    expect(page.get_by_role("alert")).to_contain_text("Not done yet. Your text is kept.")
    other.check(force=True)
    put(page, {"why": ""})
    kept(page)
    sent.check(force=True)
    put(page, {"why": "Too short."})
    kept(page)
    page.goto("/admin/")
    page.goto(address)
    expect(sent).to_be_checked()
    shows(page, {"why": "Too short."})


def test_two_tabs_of_a_form_write_what_was_changed_in_each(at_work: OPEN, claims: list[Claim]) -> None:
    first, address = at_work(), f"/admin/claims/claim/{claims[0].pk}/change/"
    second, verdict = first.context.new_page(), "#verdict [name=so]"
    for page in (first, second):
        page.goto(address)
    put(first, {"why": WHY})
    second.locator(verdict).nth(1).check(force=True)
    for page in (first, second):
        page.goto("/admin/")
    first.goto(address)
    shows(first, {"why": WHY})
    expect(first.locator(verdict).nth(1)).to_be_checked()
    second.goto(address)
    put(second, {"why": "Begun anew."})
    second.goto("/admin/")
    put(first, {"why": "Of the first tab."})
    put(first, {"why": WHY})  # as this tab has it: what the other wrote stays
    first.goto("/admin/")
    first.goto(address)
    shows(first, {"why": "Begun anew."})
    second.goto(address)
    put(first, {"why": "Written later."})
    first.goto("/admin/")
    put(second, {"why": ""})  # it empties what it shows, and that is not what stands there now
    second.goto("/admin/")
    first.goto(address)
    shows(first, {"why": "Written later."})
    put(first, {"why": ""})
    first.goto("/admin/")
    first.goto(address)
    shows(first, {"why": ""})


def test_a_dialog_for_several_claims_has_a_draft_of_its_own(at_work: OPEN, claims: list[Claim]) -> None:
    page, step = at_work(), f"/admin/claims/claim/{claims[0].pk}/step/hand_over/"
    several = f"{step}?also={claims[1].pk}"
    for address, note in {step: "Read page two.", several: "I am away."}.items():
        page.goto(address)
        shows(page, {"note": ""})
        put(page, {"note": note})
        page.goto("/admin/")
    for address, note in {step: "Read page two.", several: "I am away.", f"{several}&also={claims[2].pk}": ""}.items():
        page.goto(address)
        shows(page, {"note": note})
