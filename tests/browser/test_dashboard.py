"""The dashboard in a real browser: clean for axe, at home in both widths and themes, and fresh by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from claims.lifecycle import Action, State
from claims.models import Claim, Desk, DeskRole, Heartbeat, User
from claims.verdicts import Outcome
from reviews.dashboard.charts import Chart, Step, week_of
from reviews.dashboard.numbers import tally
from reviews.dashboard.reading import Reading
from reviews.models import Absence
from reviews.services.acting import act
from tests.browser.conftest import LOOK, OPEN
from tests.factories import (
    CONFIRMED,
    UNPROVEN,
    a_claim,
    a_desk,
    a_reviewer,
    ahead,
    dated,
    evidence_for,
    fall_late,
    joined,
    now,
    put_on,
    review_by,
    viewer,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIDEWAYS = "document.documentElement.scrollWidth <= innerWidth"


@pytest.fixture
def desk() -> Desk:
    return a_desk(name="World", zone="Europe/Kyiv")


LINES = "name => name.firstElementChild.getClientRects().length"


def due_in(claim: Claim, editor: User, **span: float) -> None:
    act(claim.pk, Action.SET_DUE, viewer(editor), due=ahead(**span), reason="The desk wants it then.")


def a_working_day(desk: Desk, editor: User) -> None:
    """Something of everything, on two desks."""
    people = [a_reviewer(desk, limit=limit) for limit in (3, 6, 8)]
    for person, name in zip(people, ("Emeka Stridsholm", "Tomas Okafor", "Samir Haddad"), strict=True):
        person.user.first_name = name
        person.user.save(update_fields=["first_name"])
    Absence.objects.create(reviewer=people[2], starts_at=now() - timedelta(days=1), ends_at=ahead(days=6))
    for number, state in enumerate([*State, State.IN_REVIEW, State.IN_REVIEW, State.IN_REVIEW]):
        words = f"The port will open its fourth terminal before the end of the month ({number})."
        claim = a_claim(
            desk, state, by=editor, reviewer=people[number % 3 and 1], statement=words, priority=number % 4 + 1
        )
        if state == State.IN_REVIEW:
            due_in(claim, editor, minutes=number * 17 + 3)
    joined(people[1].user, elsewhere := a_desk(name="Economy"), DeskRole.REVIEWER)
    for _ in range(2):
        a_claim(elsewhere, State.IN_REVIEW, reviewer=people[1])
    for answers, own in ((CONFIRMED, None), (UNPROVEN, dated(ahead(hours=3)))):
        claim = a_claim(desk, by=editor, statement="The strike at the northern port has ended.", own=own)
        put_on(claim, people[1], editor)
        evidence_for(claim)
        evidence_for(claim)
        review_by(claim, people[1], replace(answers, outcome=Outcome.UNKNOWN) if own else answers)
        act(claim.pk, Action.PUBLISH, viewer(editor))
    for words in ("Port tax receipts rose 40% in October.", "The coalition has the votes to pass the budget."):
        claim = a_claim(desk, by=editor, statement=words, own=dated(ahead(minutes=-1)))
        put_on(claim, people[0], editor)
        fall_late(claim, editor)
    Heartbeat.objects.create(name="sweep", ran_at=now())
    Heartbeat.objects.create(name="verify", ran_at=now(), detail={"broken": {}})


def test_overview_and_list_are_clean_in_both_widths_and_themes(
    open_page: OPEN, live_server: LiveServer, look: LOOK, desk: Desk, editor: User
) -> None:
    a_working_day(desk, editor)
    page = open_page(user=editor, base=live_server.url)
    for address, name in (
        ("/desk/", "dashboard"),
        ("/desk/list/open", "dashboard-list"),
        ("/desk/list/decided_12m", "dashboard-decided"),
    ):
        page.goto(address)
        look(page, name)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/desk/")
    # The chart is wider than a phone, and opens where it says something; no name is broken within a word.
    expect(page.locator(".desk-now")).to_be_in_viewport()
    assert page.get_by_test_id("people").get_by_role("rowheader", name="Emeka Stridsholm").evaluate(LINES) <= 2
    page.emulate_media(forced_colors="active")
    expect(page.locator(".cd-kpi-late")).to_have_css("border-top-width", "3px")
    colours = "icons => [...new Set(icons.map(icon => getComputedStyle(icon).color))]"
    assert len(page.locator(".cd-kpi h2 .cd-i").evaluate_all(colours)) == 1


def test_the_pages_of_a_long_list_are_reached_on_a_phone(
    open_page: OPEN,
    live_server: LiveServer,
    desk: Desk,
    editor: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("reviews.dashboard.lists.PER_PAGE", 2)
    for _ in range(3):
        a_claim(desk, by=editor)
    page = open_page(width=390, user=editor, base=live_server.url)
    page.goto("/desk/list/open")
    pages = page.get_by_role("navigation", name="Pages")
    expect(pages).to_contain_text("1 to 2 of 3")
    pages.get_by_role("link", name="Next").click()
    expect(pages).to_contain_text("3 to 3 of 3")
    expect(pages.get_by_role("link", name="Previous")).to_be_visible()


def test_the_first_day_is_clean_and_says_what_to_do(
    open_page: OPEN, live_server: LiveServer, look: LOOK, editor: User
) -> None:
    page = open_page(user=editor, base=live_server.url)
    page.goto("/desk/")
    expect(page.get_by_role("heading", name="No claims yet.")).to_be_visible()
    expect(page.get_by_text("Import an article or connect an integration.")).to_be_visible()
    expect(page.get_by_text("Deadline alerts are delayed.")).to_be_visible()
    look(page, "dashboard-empty")


def test_late_turns_at_the_second_without_anybody_doing_anything(
    open_page: OPEN, live_server: LiveServer, desk: Desk, editor: User, complaints: dict[Page, list[str]]
) -> None:
    claim = a_claim(desk, by=editor)
    due_in(claim, editor, seconds=7)
    page = open_page(user=editor, base=live_server.url)
    page.goto("/desk/")
    chip = page.get_by_test_id("next-list").locator(".cd-chip")
    expect(chip).to_have_class("cd-chip cd-chip-soon")
    expect(page.get_by_test_id("kpi-late")).to_have_text("Late 0")
    expect(page.get_by_test_id("kpi-late")).to_have_text("Late 1", timeout=12_000)
    expect(page.get_by_test_id("late-list")).to_contain_text(f"#{claim.pk}, World")
    expect(page.locator("#desk-said")).to_have_text("Late is now 1.")
    expect(page).to_have_title("1 late · Dashboard · Claim desk")
    assert complaints[page] == []


def refresh(page: Page) -> None:
    page.evaluate("document.body.dispatchEvent(new Event('cd:refresh'))")


def test_a_refresh_keeps_the_old_content_the_focus_and_what_was_open(
    open_page: OPEN, live_server: LiveServer, desk: Desk, editor: User
) -> None:
    a_claim(desk, by=editor)
    page = open_page(user=editor, base=live_server.url)
    page.goto("/desk/")
    page.get_by_text("Show as table").click()
    page.get_by_test_id("kpi-open").focus()
    a_claim(desk, by=editor)
    refresh(page)
    expect(page.get_by_test_id("kpi-open")).to_have_text("Open 2")
    expect(page.get_by_test_id("kpi-open")).to_be_focused()
    expect(page.get_by_role("columnheader", name="Still to decide")).to_be_visible()
    expect(page.locator("#desk-status")).to_contain_text("Updated ")


def test_pause_stops_the_updates_until_resumed(
    open_page: OPEN, live_server: LiveServer, desk: Desk, editor: User
) -> None:
    page = open_page(user=editor, base=live_server.url)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "panels" in request.url else None)
    page.goto("/desk/")
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("#desk-status")).to_contain_text("Paused at ")
    claim = a_claim(desk, by=editor)
    due_in(claim, editor, seconds=1)
    page.wait_for_timeout(6000)
    assert asked == []
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_test_id("kpi-late")).to_have_text("Late 1")
    assert len(asked) == 1


def test_the_header_of_a_phone_is_one_line_paused_or_not(
    open_page: OPEN, live_server: LiveServer, editor: User
) -> None:
    page = open_page(width=390, user=editor, base=live_server.url)
    page.goto("/desk/")
    for button, says in (("Pause", "Paused at "), ("Resume", "Updated ")):
        page.get_by_role("button", name=button).click()
        expect(page.locator("#desk-status")).to_contain_text(says)
        assert page.locator(".cd-top").evaluate("top => top.offsetHeight") <= 60


def test_the_agreement_of_a_desk_is_not_squeezed_on_a_phone(
    open_page: OPEN, live_server: LiveServer, editor: User
) -> None:
    page = open_page(width=390, user=editor, base=live_server.url)
    page.goto("/desk/agreement")
    row = page.get_by_test_id("agreement").get_by_role("row", name="World")
    assert row.evaluate("row => row.offsetHeight") <= 90
    for width in (390, 640, 900):
        page.set_viewport_size({"width": width, "height": 800})
        table = page.get_by_role("region", name="How far reviewers agree")
        assert table.evaluate("table => table.scrollWidth <= table.clientWidth"), width
        assert page.evaluate(SIDEWAYS), width
        expect(row.get_by_text("No claim was judged by two or more")).to_be_in_viewport(ratio=1)


def test_it_says_since_when_it_could_not_be_updated(open_page: OPEN, live_server: LiveServer, editor: User) -> None:
    page = open_page(user=editor, base=live_server.url)
    page.goto("/desk/")
    expect(page.locator("#desk-status")).to_contain_text("Updated ")

    def lost(route: Route) -> None:
        route.abort()

    page.route("**/desk/panels*", lost)
    for _ in range(3):
        with page.expect_event("requestfailed"):
            refresh(page)
    expect(page.locator("#desk-status")).to_contain_text("Not updated since ")
    expect(page.locator("#desk-reload")).to_be_visible()
    expect(page.get_by_test_id("kpi-late")).to_have_text("Late 0")
    page.unroute("**/desk/panels*", lost)
    refresh(page)
    expect(page.locator("#desk-status")).to_contain_text("Updated ")


def test_a_session_that_ended_leads_to_the_sign_in_page(open_page: OPEN, live_server: LiveServer, editor: User) -> None:
    page = open_page(user=editor, base=live_server.url)
    page.goto("/desk/")
    page.context.clear_cookies()
    refresh(page)
    page.wait_for_url("**/admin/login/?next=/desk/")


def test_the_page_is_complete_without_script(
    open_page: OPEN, live_server: LiveServer, desk: Desk, editor: User
) -> None:
    claim = a_claim(desk, by=editor)
    fall_late(claim, editor)
    page = open_page(user=editor, base=live_server.url, script=False)
    page.goto("/desk/")
    expect(page.get_by_test_id("kpi-late")).to_have_text("Late 1")
    expect(page.locator("#desk-status")).to_contain_text("As of ")
    expect(page.get_by_role("link", name="Reload")).to_be_visible()
    expect(page.get_by_role("button", name="Pause")).to_be_hidden()
    page.locator("select[name=desk]").select_option("World")
    page.get_by_role("button", name="Show").click()
    assert f"desk={desk.pk}" in page.url
    page.get_by_test_id("kpi-late").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Late, World, as of ")
    expect(page.get_by_test_id("list-count")).to_have_text("1 claim")


def test_paper_names_the_filters_and_the_time(
    open_page: OPEN, live_server: LiveServer, desk: Desk, editor: User
) -> None:
    page = open_page(user=editor, base=live_server.url)
    page.goto(f"/desk/?desk={desk.pk}")
    page.emulate_media(media="print")
    expect(page.locator("select[name=desk]")).to_be_visible()
    expect(page.get_by_text("As of ")).to_be_visible()
    expect(page.get_by_role("navigation")).to_have_count(0)
    page.wait_for_function("[...document.fonts].some(font => font.family === 'Inter' && font.status === 'loaded')")


def test_a_filter_goes_into_the_address_and_every_link(
    open_page: OPEN, live_server: LiveServer, desk: Desk, editor: User
) -> None:
    a_claim(desk, by=editor)
    page = open_page(user=editor, base=live_server.url)
    page.goto("/desk/")
    page.locator("select[name=language]").select_option("en")
    page.wait_for_url("**/desk/?*language=en*")
    links = page.locator("#desk-panels a[href^='/desk/list/']").evaluate_all("all => all.map(link => link.href)")
    assert len(links) > 10
    assert all("language=en" in link for link in links)


def test_every_figure_is_reached_by_keyboard_and_opens_its_list(
    open_page: OPEN, live_server: LiveServer, desk: Desk, editor: User
) -> None:
    late = a_claim(desk, by=editor)
    fall_late(late, editor)
    page = open_page(user=editor, base=live_server.url)
    page.goto("/desk/")
    reached: list[str] = []
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id"))
    tiles = ["kpi-late", "kpi-date_passed", "kpi-due_24h", "kpi-open", "kpi-unassigned", "kpi-decided_today"]
    assert [name for name in reached if name in tiles][: len(tiles)] == tiles
    page.locator(f"#late-menu-{late.pk} summary").press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Assign")
    page.keyboard.press("Escape")
    expect(page.locator(":focus")).to_have_attribute("aria-label", f"Actions for #{late.pk}")
    page.locator("#kpi-open").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/list/open*")


def test_thousands_of_claims_have_room_on_the_overview(
    open_page: OPEN, live_server: LiveServer, desk: Desk, editor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    fall_late(a_claim(desk, by=editor), editor)
    due_in(a_claim(desk, by=editor), editor, hours=1)

    def many(*asked: Any) -> Any:
        return {key: {group: count * 12_345 for group, count in found.items()} for key, found in tally(*asked).items()}

    def week(reading: Reading) -> Chart:
        begins = week_of(reading.now, "UTC")
        early, late = begins.start + timedelta(hours=30), begins.end - timedelta(hours=1)
        return Chart([Step(early, early, 1_234), Step(early, None, 7_000), Step(late, None, 900)], begins, early)

    monkeypatch.setattr("reviews.dashboard.panels.tally", many)
    monkeypatch.setattr("reviews.dashboard.views.due_and_decided", week)
    page = open_page(user=editor, base=live_server.url)
    page.goto("/desk/")
    drawing = page.get_by_test_id("chart")
    outside = """(inner, outer) => { const box = outer.getBoundingClientRect(), it = inner.getBoundingClientRect();
        return it.left < box.left || it.right > box.right; }"""
    for words in (*drawing.locator("text").all(), *page.get_by_test_id("ages").locator(".cd-num").all()):
        frame = words.locator("xpath=ancestor::*[@data-testid][1]").element_handle()
        assert not words.evaluate(outside, frame), words.text_content()
    expect(page.get_by_test_id("to-do")).to_have_text("7900 to do by Sunday")
    expect(page.get_by_test_id("kpi-unassigned")).to_have_text("24.6 k unassigned")
    expect(page.get_by_test_id("ages").locator(".cd-num").first).to_have_text("24.6 k 12.3 k late")
    expect(page.get_by_test_id("ages").locator("data").first).to_have_attribute("title", "24,690")
