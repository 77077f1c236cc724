"""Every component, in both themes and both widths: clean for axe, quiet in the console, no sideways scrolling."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from claims.models import User
from tests.browser.axe import assert_axe_clean
from tests.browser.conftest import LOOK

pytestmark = [pytest.mark.browser, pytest.mark.urls("tests.browser.guide"), pytest.mark.django_db(transaction=True)]
LETTERS = [{}, {"letter-spacing": "0.12em", "word-spacing": "0.16em"}, {"font-family": "monospace"}]
"""The font at hand; the spacing WCAG 1.4.12 lets readers set; and a wide font, as a machine with few has it."""


def test_every_component_is_clean_in_both_themes_and_widths(
    open_page: Callable[..., Page], live_server: LiveServer, look: LOOK
) -> None:
    page = open_page(base=live_server.url)
    page.goto("/guide/")
    look(page, "guide")


@pytest.mark.parametrize("letters", LETTERS, ids=["as-is", "spaced", "wide"])
@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_nothing_is_cut_off_at_320_pixels_with_words_half_as_long_again(
    open_page: Callable[..., Page], live_server: LiveServer, direction: str, letters: dict[str, str]
) -> None:
    page = open_page(width=320, base=live_server.url)
    page.goto("/guide/")
    page.evaluate(
        """([direction, letters]) => {
          document.documentElement.dir = direction;
          document.querySelectorAll(".cd *").forEach(element => {
            for (const [name, value] of Object.entries(letters)) element.style.setProperty(name, value);
            element.childNodes.forEach(node => {
              const words = node.nodeType === Node.TEXT_NODE ? node.data.trim() : "";
              if (words) node.data += " " + words.slice(0, Math.ceil(words.length / 2));
            });
          });
        }""",
        [direction, letters],
    )
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_a_chip_turns_late_at_the_exact_second(open_page: Callable[..., Page], live_server: LiveServer) -> None:
    page = open_page(base=live_server.url)
    page.goto("/guide/?due=2")
    chip = page.get_by_test_id("first-due").locator(".cd-chip")
    expect(chip).to_have_text("in under 1 min")
    expect(chip).to_have_class("cd-chip cd-chip-soon")
    page.evaluate(
        "due => new Promise(done => setTimeout(done, Date.parse(due) - cd.now() + 100))",
        chip.get_attribute("data-cd-due"),
    )
    expect(chip).to_have_class("cd-chip cd-chip-late", timeout=400)
    expect(chip).to_have_text("under 1 min late")
    expect(chip.locator("use")).to_have_attribute("href", "/static/cd/icons.svg#f-late")


def test_the_page_is_complete_without_script(open_page: Callable[..., Page], live_server: LiveServer) -> None:
    page = open_page(base=live_server.url, script=False)
    page.goto("/guide/")
    expect(page.get_by_test_id("kpi-late")).to_have_text("7")
    expect(page.get_by_text("5 h 32 min late", exact=True).first).to_be_visible()
    expect(page.locator("[data-cd-theme]")).to_be_hidden()


def test_sequences_choose_a_verdict_and_typing_silences_the_keys(
    open_page: Callable[..., Page], live_server: LiveServer
) -> None:
    page = open_page(base=live_server.url)
    page.goto("/guide/")
    page.keyboard.press("v")
    page.keyboard.press("3")
    expect(page.locator("input[value=context]")).to_be_checked()
    page.keyboard.press("y")
    expect(page.locator("#why")).to_be_focused()
    page.keyboard.type("v1")
    expect(page.locator("#why")).to_have_value("Too shortv1")
    expect(page.locator("input[value=context]")).to_be_checked()
    page.keyboard.press("Escape")
    expect(page.locator("#why")).not_to_be_focused()


def test_a_sequence_is_forgotten_after_a_second_and_a_half(
    open_page: Callable[..., Page], live_server: LiveServer
) -> None:
    page = open_page(base=live_server.url)
    page.goto("/guide/")
    page.keyboard.press("v")
    page.wait_for_timeout(1700)
    page.keyboard.press("3")
    expect(page.locator("input[value=context]")).not_to_be_checked()


def test_j_and_k_move_through_the_rows_and_stop_at_the_ends(
    open_page: Callable[..., Page], live_server: LiveServer
) -> None:
    page = open_page(base=live_server.url)
    page.goto("/guide/")
    for key, address in [("j", "#110"), ("j", "#110"), ("k", "#101"), ("k", "#117"), ("k", "#117")]:
        page.keyboard.press(key)
        expect(page.locator(f"[data-cd-row] a[href='{address}']")).to_be_focused()
    expect(page.locator(".cd-sel-row")).to_have_count(1)


def test_the_list_of_keys_names_every_control_and_is_clean(
    open_page: Callable[..., Page], live_server: LiveServer
) -> None:
    page = open_page(base=live_server.url)
    page.goto("/guide/")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("listitem").filter(has_text="Take next from pool")).to_contain_text("n")
    assert_axe_clean(page)
    page.keyboard.press("n")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_a_form_is_sent_once_and_its_button_says_what_it_does(
    open_page: Callable[..., Page], live_server: LiveServer
) -> None:
    page = open_page(base=live_server.url)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.goto("/guide/")
    button = page.get_by_test_id("take")
    button.evaluate("button => { button.form.requestSubmit(button); button.form.requestSubmit(button); }")
    expect(button).to_be_disabled()
    expect(button).to_have_text("Taking the next claim…")
    assert len(sent) == 1


def test_the_theme_switch_is_remembered_and_gives_the_choice_back(
    open_page: Callable[..., Page], live_server: LiveServer
) -> None:
    page = open_page(base=live_server.url)
    page.goto("/guide/")
    page.get_by_role("button", name="Switch to dark theme").click()
    assert page.evaluate("document.documentElement.className") == "dark"
    page.reload()
    assert page.evaluate("document.documentElement.className") == "dark"
    page.get_by_role("button", name="Switch to light theme").click()
    assert page.evaluate("document.documentElement.className") == "cd-auto"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_that_is_not_here_says_so_in_the_same_frame(
    open_page: Callable[..., Page], live_server: LiveServer, screenshot: Callable[[Page, str], Path], theme: str
) -> None:
    page = open_page(theme=theme, base=live_server.url)
    answer = page.goto("/guide/missing/")
    assert answer is not None
    assert answer.status == 404
    expect(page.get_by_role("main")).to_contain_text("There is no claim #999. It may have been merged")
    screenshot(page, f"404-1440-{theme}")
    assert_axe_clean(page)


def test_the_header_says_who_is_signed_in(signed_in: Callable[..., Page], live_server: LiveServer) -> None:
    user = User.objects.create_user("mara", first_name="Mara", last_name="Lindqvist")
    page = signed_in(live_server, user, width=390)
    page.goto("/guide/")
    expect(page.get_by_role("img", name="Signed in as Mara Lindqvist")).to_have_text("ML")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
