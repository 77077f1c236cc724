"""The reviewers' pages in a real browser: both widths, both themes, by keyboard alone, and without script."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable

import pytest
import yaml
from playwright.sync_api import Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from claims.intake.refusals import NoAnswer
from claims.lifecycle import State
from claims.models import Appearance, Claim, Desk, Evidence, SourceKind, User
from claims.services.completing import ToldArticle
from claims.services.importing import give_up, take
from claims.services.operations import ask_import
from claims.services.proposing import GivenStep
from reviews.models import Review, Reviewer
from tests import factories as make
from tests.browser.axe import assert_axe_clean
from tests.browser.conftest import LOOK, WHY, staff

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SignedIn = Callable[..., Page]


def article_of(claim: Claim) -> int:
    first = claim.first_appearance()
    assert first is not None
    return first.revision.article_id


def failed_import(user: User) -> int:
    """An import of theirs that failed."""
    row = ask_import(make.viewer(user), ToldArticle(url="https://www.harbour-post.net/ferry/2026/lighthouse"))
    (one,) = take(1)
    give_up(one, NoAnswer(), "The host did not answer. Paste the text instead.", passing=False)
    return row.pk


def test_words_without_a_space_stay_inside_the_page(
    at_work: SignedIn, desk: Desk, reviewer: Reviewer, look: LOOK
) -> None:
    endless = "Видання" * 15
    written = make.an_article(outlet=endless, headline=endless)
    chain = (GivenStep(endless, SourceKind.OUTLET),)
    claim = make.a_claim(
        desk,
        State.IN_REVIEW,
        by=make.an_editor(desk),
        reviewer=reviewer,
        quote=make.a_quote(written.revision),
        statement=endless,
        chain=chain,
    )
    page = at_work(width=390)
    places = {
        "queue": "/admin/",
        "claim": f"/admin/claims/claim/{claim.pk}/change/",
        "step": f"/admin/claims/claim/{claim.pk}/step/set_due/",
        "article": f"/admin/claims/article/{written.article.pk}/change/",
        "all-claims": "/admin/claims/claim/",
    }
    for name, path in places.items():
        page.goto(path)
        expect(page.get_by_role("link", name="Home", include_hidden=True)).to_be_attached()
        look(page, f"endless-{name}", looks=[(1440, "light"), (390, "light")])
        page.wait_for_function(
            "[...document.querySelectorAll('[data-cd-scroll]')].every(e => e.scrollWidth <= e.clientWidth)"
        )


def test_paper_has_no_navigation_but_the_time(at_work: SignedIn, claims: list[Claim], look: LOOK) -> None:
    page = at_work()
    for path in ("/admin/", f"/admin/claims/claim/{claims[0].pk}/change/"):
        page.goto(path)
        page.emulate_media(media="print")
        expect(page.get_by_role("navigation", name="Main")).to_be_hidden()
        expect(page.get_by_role("button")).to_have_count(0)
        expect(page.get_by_text("As of ")).to_be_visible()
        look(page, "print", looks=[(1440, "light")])
        page.emulate_media(media="screen")


@pytest.mark.parametrize("width", [1440, 390])
def test_a_long_queue_goes_on_over_pages_at_every_width(
    width: int, at_work: SignedIn, claims: list[Claim], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reviews.services.queue.PAGE", 2)
    page = at_work(width=width)
    page.goto("/admin/")
    expect(page.get_by_role("rowheader").first).to_contain_text("on this page")
    page.get_by_role("link", name="More of the list").click()
    expect(page.locator("[data-cd-row]")).to_have_count(1)
    expect(page.get_by_role("link", name="Earlier in the list")).to_be_visible()


def test_the_bar_of_a_claim_stands_at_the_bottom_of_the_window(at_work: SignedIn, claims: list[Claim]) -> None:
    page = at_work()
    page.set_viewport_size({"width": 1440, "height": 2400})
    page.goto(f"/admin/claims/claim/{claims[0].pk}/change/")
    page.wait_for_load_state("networkidle")
    bar = page.locator(".cd-bar").bounding_box()
    assert bar is not None
    assert round(bar["y"] + bar["height"]) == 2400
    height = "part => { part.dataset.n = 1350; return getComputedStyle(part, '::before').height }"
    assert page.locator(".cd-article-text p").first.evaluate(height) == "20px"  # a number stands on one line


def test_axe_finds_nothing_on_the_reviewers_pages(
    at_work: SignedIn, reviewer: Reviewer, claims: list[Claim], look: LOOK
) -> None:
    page = at_work()
    claim = claims[0].pk
    places = {
        "queue": "/admin/",
        "claim": f"/admin/claims/claim/{claim}/change/",
        "hand-over": f"/admin/claims/claim/{claim}/step/hand_over/",
        "import": "/admin/claims/article/add/",
        "import-link": "/admin/claims/operation/add/",
        "import-failed": f"/admin/claims/operation/{failed_import(reviewer.user)}/change/",
        "all-claims": "/admin/claims/claim/?state=in_review",
        "article": f"/admin/claims/article/{article_of(claims[0])}/change/",
        "reviewer": f"/admin/reviews/reviewer/{reviewer.pk}/change/",
    }
    for name, path in places.items():
        page.goto(path)
        if name == "all-claims":
            page.locator("[name=_selected_action]").first.check()
            expect(page.get_by_role("button", name="Accept")).to_be_visible()
        look(page, f"admin-{name}")


@pytest.mark.parametrize("width", [1440, 390])
def test_the_bar_of_ticked_rows_covers_no_row_at_the_end_of_the_page(
    live_server: LiveServer, signed_in: SignedIn, desk: Desk, *, width: int
) -> None:
    page, editor = signed_in(live_server, staff(make.an_editor(desk))), make.an_editor(desk)
    for _ in range(16):
        make.a_claim(desk, State.QUEUED, by=editor)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto("/admin/claims/claim/")
    boxes = page.locator("[name=_selected_action]")
    boxes.first.check()
    expect(page.get_by_role("button", name="Accept")).to_be_visible()
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    row, bar = page.locator("#result_list tr").last.bounding_box(), page.locator("#changelist-actions").bounding_box()
    assert row is not None
    assert bar is not None
    assert row["y"] + row["height"] <= bar["y"]


def test_axe_finds_nothing_on_the_page_of_a_source(
    live_server: LiveServer, signed_in: SignedIn, desk: Desk, look: LOOK
) -> None:
    page = signed_in(live_server, staff(make.an_editor(desk)))
    source = make.a_claim(desk, chain=[GivenStep("Somebody")]).appearances.get().chain.get().source
    assert source is not None
    page.goto(f"/admin/claims/source/{source.pk}/change/")
    look(page, "admin-source")


def a_dozen_operations(route: Route) -> None:
    """The document with two operations of each method: what the page's reader draws of the others is of these kinds."""
    answer = route.fetch()
    document = yaml.load(answer.text(), Loader=yaml.CSafeLoader)
    drawn: Counter[str] = Counter()
    for operations in document["paths"].values():
        for method in [name for name in operations if name in {"get", "post", "patch", "put", "delete"}]:
            drawn[method] += 1
            if drawn[method] > 2:
                del operations[method]
    route.fulfill(response=answer, body=json.dumps(document))


def test_axe_finds_nothing_on_the_page_that_describes_the_api_but_what_its_reader_draws(
    live_server: LiveServer, open_page: SignedIn, look: LOOK
) -> None:
    page = open_page(base=live_server.url)
    page.route("**/api/schema*", a_dozen_operations)
    page.goto("/api/docs")
    expect(page.get_by_role("heading", level=1)).to_have_text("The API of Claim desk")
    expect(page.locator(".opblock-summary-method").first).to_be_visible()
    expect(page.get_by_role("main")).to_have_count(1)
    assert page.locator("html").get_attribute("lang") == "en"
    look(page, "api-docs", looks=[(1440, "light"), (390, "light")], theirs={"heading-order", "region"})


def test_axe_finds_nothing_on_the_sign_in_page(live_server: LiveServer, open_page: SignedIn) -> None:
    page = open_page(width=390, base=live_server.url)
    page.goto("/admin/login/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in to Claim desk")
    assert_axe_clean(page)


def test_a_reviewer_goes_from_queue_to_next_claim_by_keyboard_alone(
    live_server: LiveServer, signed_in: SignedIn, reviewer: Reviewer, claims: list[Claim]
) -> None:
    page = signed_in(live_server, reviewer.user)
    page.goto("/admin/")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Claim number 1.")
    page.keyboard.press("e")
    page.keyboard.type("https://found.example/by-keyboard")
    page.keyboard.press("Enter")
    expect(page.get_by_text("found.example", exact=True).last).to_be_visible()
    page.keyboard.press("v")
    page.keyboard.press("5")
    page.keyboard.press("y")
    page.keyboard.type(WHY)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Claim number 2.")
    assert Review.objects.get(claim=claims[0]).why == WHY
    assert Evidence.objects.filter(claim=claims[0], url="https://found.example/by-keyboard").exists()


def test_n_takes_the_next_claim_of_the_pool(
    live_server: LiveServer, signed_in: SignedIn, reviewer: Reviewer, claims: list[Claim]
) -> None:
    page = signed_in(live_server, reviewer.user)
    page.goto("/admin/")
    page.keyboard.press("n")
    expect(page.get_by_role("heading", level=1)).to_have_text("In the pool.")


def test_g_and_a_letter_go_to_another_place_from_wherever_one_is(
    live_server: LiveServer, signed_in: SignedIn, reviewer: Reviewer, claims: list[Claim]
) -> None:
    page = signed_in(live_server, reviewer.user)
    page.goto(f"/admin/claims/claim/{claims[0].pk}/change/")
    places = {"p": "/admin/?view=pool", "d": "/desk/", "a": "/admin/claims/article/", "q": "/admin/"}
    for letter, place in places.items():
        page.keyboard.press("g")
        page.keyboard.press(letter)
        page.wait_for_url(f"{live_server.url}{place}")


def search(page: Page, words: str) -> None:
    """Open the command search by its key, once the theme's script listens, and type."""
    page.wait_for_function("document.querySelector('[x-data=\"searchCommand()\"]')?._x_dataStack")
    page.keyboard.press("Control+k")
    expect(page.locator("#search-input-command")).to_be_focused()
    page.keyboard.type(words)


def test_a_step_and_a_page_are_named_behind_control_k(at_work: SignedIn, claims: list[Claim], look: LOOK) -> None:
    page = at_work()
    page.goto(f"/admin/claims/claim/{claims[0].pk}/change/")
    search(page, "hand")
    first = page.locator("#command-results-list li").first
    expect(first).to_contain_text("Hand over")
    look(page, "command-search", looks=[(1440, "light"), (390, "dark")], theirs={"region"})
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/claim/{claims[0].pk}/step/hand_over/")
    search(page, "team pool")
    expect(first).to_contain_text("Team pool")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/?view=pool")


def test_the_palette_gets_the_focus_however_late_it_is_shown(at_work: SignedIn) -> None:
    page = at_work()
    page.goto("/admin/")
    page.evaluate("window.requestAnimationFrame = (shown) => setTimeout(shown, 100)")
    search(page, "pool")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator("#search-input-command")).to_be_hidden()
    page.get_by_role("button", name="Search, or name a page or step").click()
    expect(page.locator("#search-input-command")).to_be_focused()


def test_letters_for_a_palette_that_is_not_there_yet_are_no_keys(at_work: SignedIn, claims: list[Claim]) -> None:
    page, address = at_work(), f"/admin/claims/claim/{claims[0].pk}/change/"
    page.goto(address)
    page.evaluate("document.addEventListener('keydown', (event) => event.stopPropagation())")  # the palette hears none
    page.keyboard.press("Control+k")
    page.keyboard.type("hand over")
    page.wait_for_timeout(2_100)
    expect(page.get_by_role("heading", level=1)).to_have_text("Claim number 1.")
    page.keyboard.press("o")
    expect(page).to_have_url(re.compile("/step/ask_second_opinion/"))


def test_the_preview_follows_the_chosen_row_and_keys_tick_it(
    live_server: LiveServer, signed_in: SignedIn, reviewer: Reviewer, claims: list[Claim], look: LOOK
) -> None:
    page = signed_in(live_server, reviewer.user)
    page.goto("/admin/")
    preview = page.locator("#cd-preview h2")
    expect(preview).to_have_text("Claim number 1.")
    page.keyboard.press("j")
    expect(preview).to_have_text("Claim number 2.")
    page.keyboard.press("Space")
    expect(preview).to_be_hidden()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_contain_text("Take next from pool")
    page.keyboard.press("Escape")
    ticked = page.locator("[name=claims]:checked")
    page.keyboard.press("x")
    expect(ticked).to_have_count(1)
    page.keyboard.press("Shift+ArrowUp")
    expect(ticked).to_have_count(2)
    look(page, "queue-ticked", looks=[(1440, "light"), (390, "dark")], theirs={"region"})
    page.keyboard.press("h")
    expect(page.get_by_role("heading", level=1)).to_have_text("Hand over: 2 claims")
    page.go_back()
    page.get_by_role("button", name="Change review due").click()
    expect(page.get_by_text("With it 1 more:")).to_be_visible()
    assert page.locator("kbd:visible").count() > 0
    reviewer.user.shortcuts = "off"
    reviewer.user.save(update_fields=["shortcuts"])
    page.reload()
    expect(page.locator("kbd:visible")).to_have_count(0)


def held_preview(page: Page) -> list[Route]:
    """The first preview that the page asks for: it waits until it is let go."""
    asked: list[Route] = []

    def hold(route: Route) -> None:
        if asked:
            route.continue_()
        else:
            asked.append(route)

    page.route("**/preview/", hold)
    return asked


def test_a_key_pressed_before_the_preview_has_come_waits_for_the_row_that_is_chosen(
    live_server: LiveServer, signed_in: SignedIn, reviewer: Reviewer, claims: list[Claim]
) -> None:
    page = signed_in(live_server, reviewer.user)
    asked = held_preview(page)
    page.goto("/admin/")
    with page.expect_request("**/preview/"):
        for key in "jjh":
            page.keyboard.press(key)
    page.wait_for_timeout(300)  # as long as it took to open the dialog of the row before
    assert page.url == f"{live_server.url}/admin/"
    asked[0].continue_()
    page.wait_for_url(f"**/claim/{claims[2].pk}/step/hand_over/")


def test_a_preview_that_comes_when_another_row_is_chosen_gives_way_to_that_row(
    live_server: LiveServer, signed_in: SignedIn, reviewer: Reviewer, claims: list[Claim]
) -> None:
    page = signed_in(live_server, reviewer.user)
    asked = held_preview(page)
    page.goto("/admin/")
    with page.expect_request("**/preview/"):
        page.keyboard.press("j")
    page.keyboard.press("k")
    with page.expect_response(f"**/{claims[0].pk}/preview/"):
        asked[0].continue_()
    expect(page.locator("#cd-preview h2")).to_have_text("Claim number 1.")
    page.keyboard.press("w")
    page.wait_for_url(f"**/claim/{claims[0].pk}/step/wait/")


def test_a_preview_that_was_hidden_shows_the_chosen_row_again(
    live_server: LiveServer, signed_in: SignedIn, reviewer: Reviewer, claims: list[Claim]
) -> None:
    page = signed_in(live_server, reviewer.user)
    page.goto("/admin/")
    for key in ("Space", "j", "Space"):
        page.keyboard.press(key)
    expect(page.locator("#cd-preview h2")).to_have_text("Claim number 2.")
    page.keyboard.press("w")
    page.wait_for_url(f"**/claim/{claims[1].pk}/step/wait/")


def test_keys_act_as_the_person_has_chosen(
    live_server: LiveServer, signed_in: SignedIn, reviewer: Reviewer, claims: list[Claim]
) -> None:
    page = signed_in(live_server, reviewer.user)
    preview = page.locator("#cd-preview h2")
    page.goto("/admin/")
    page.locator(".cd-account summary").press("Enter")
    row, menu = page.get_by_role("group", name="Theme"), page.locator(".cd-account .cd-more-list")
    assert row.evaluate("row => row.scrollWidth <= row.clientWidth")
    row.get_by_role("button", name="Dark").press("Enter")
    expect(page.locator("html.dark")).to_be_attached()
    row.get_by_role("button", name="System").press("Enter")
    menu.get_by_role("link", name="Your settings").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your settings")
    for choice, pressed, shown in (("off", "Alt+j", 1), ("alt", "j", 1), ("alt", "Alt+j", 2)):
        page.goto("/admin/claims/user/settings/")
        page.check(f"[value={choice}]")
        page.get_by_role("button", name="Keep these settings").click()
        expect(page.locator(".cd-said")).to_have_text("Your settings are kept.")
        assert_axe_clean(page)
        page.goto("/admin/")
        expect(preview).to_have_text("Claim number 1.")
        page.keyboard.press(pressed)
        expect(preview).to_have_text(f"Claim number {shown}.")


def test_a_date_known_to_the_day_is_asked_for_as_a_day(at_work: SignedIn, claims: list[Claim]) -> None:
    page = at_work()
    page.goto(f"/admin/claims/claim/{claims[0].pk}/step/set_own_date/")
    page.locator("[name=first]").fill("2027-04-05")
    page.locator("[name=reason]").fill("The speech named the day.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Mon 5 Apr 2027, end of day")).to_be_visible()


def test_days_that_are_asked_for_to_the_minute_are_asked_for_whole(at_work: SignedIn, claims: list[Claim]) -> None:
    page = at_work()
    page.goto(f"/admin/claims/claim/{claims[0].pk}/step/set_own_date/")
    page.locator("[name=first]").fill("2031-05-06")
    page.locator("[name=last]").fill("2031-05-08")
    page.locator("[name=precision]").select_option("minute")
    expect(page.locator("[name=first]")).to_have_value("2031-05-06T00:00")
    expect(page.locator("[name=last]")).to_have_value("2031-05-08T23:59")


def test_the_button_of_a_dialog_says_what_it_will_do(at_work: SignedIn, desk: Desk, claims: list[Claim]) -> None:
    other, page = make.a_reviewer(desk), at_work()
    button = page.locator("main form[method=post] .cd-btn-p")
    page.goto(f"/admin/claims/claim/{claims[0].pk}/step/hand_over/")
    expect(button).to_have_text("Give back to the pool Ctrl Enter")
    page.locator("[name=to]").press("ArrowDown")
    expect(button).to_have_text(f"Hand over to {other} Ctrl Enter")
    page.goto(f"/admin/claims/claim/{claims[0].pk}/step/wait/")
    page.locator("[name=until]").fill("2099-01-09T14:00")
    expect(button).to_have_text("Wait until Fri 9 Jan 2099 14:00 Ctrl Enter")
    page.locator("[name=until]").fill("")
    expect(button).to_have_text("Wait Ctrl Enter")


def test_selected_words_become_the_quote(
    live_server: LiveServer, signed_in: SignedIn, reviewer: Reviewer, claims: list[Claim]
) -> None:
    page = signed_in(live_server, reviewer.user)
    page.goto(f"/admin/claims/article/{article_of(claims[0])}/change/")
    page.evaluate(
        """() => { const text = document.querySelector("[data-cd-quotes] p");
        const range = document.createRange(); range.selectNodeContents(text);
        getSelection().removeAllRanges(); getSelection().addRange(range); }"""
    )
    page.keyboard.press("m")
    expect(page.locator("[name=quote]")).to_have_value(make.TEXT)


def test_words_that_stand_twice_are_quoted_where_they_were_selected(
    live_server: LiveServer, signed_in: SignedIn, desk: Desk
) -> None:
    editor = staff(make.an_editor(desk))
    article = make.an_article(text="It opens soon, he said.\n\nYes, it opens soon, she said.", desk=desk).article
    page = signed_in(live_server, editor)
    page.goto(f"/admin/claims/article/{article.pk}/change/")
    page.evaluate(
        """() => { const text = document.querySelectorAll("[data-cd-quotes] p")[1].firstChild;
        const range = document.createRange(), at = text.data.indexOf("opens soon");
        range.setStart(text, at); range.setEnd(text, at + 10);
        getSelection().removeAllRanges(); getSelection().addRange(range); }"""
    )
    page.keyboard.press("m")
    page.locator("[name=statement]").fill("It opens soon.")
    page.locator("[name=statement]").press("Control+Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("It opens soon.")
    assert Appearance.objects.get().start == article.revisions.get().text.rindex("opens soon")


def test_the_queue_and_a_verdict_work_without_script(
    live_server: LiveServer, open_page: SignedIn, reviewer: Reviewer, claims: list[Claim]
) -> None:
    page = open_page(user=reviewer.user, base=live_server.url, script=False)
    page.goto("/admin/")
    page.get_by_role("link", name="Claim number 1.").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Claim number 1.")
    page.locator("[name=so][value=unproven]").check(force=True)
    page.locator("[name=why]").fill(WHY)
    page.get_by_test_id("record").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Claim number 2.")
    assert Review.objects.get(claim=claims[0]).why == WHY


def test_keys_of_actions_in_a_closed_menu_work(at_work: SignedIn, claims: list[Claim]) -> None:
    page = at_work()
    page.goto(f"/admin/claims/claim/{claims[0].pk}/change/")
    page.keyboard.press("o")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ask for a second opinion")


def test_f_opens_the_filters_and_tab_goes_into_them(at_work: SignedIn, claims: list[Claim]) -> None:
    page = at_work()
    page.goto("/admin/")
    page.keyboard.press("f")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Desk")).to_be_focused()


def test_a_list_on_a_phone_names_no_cell_after_something_else(at_work: SignedIn, claims: list[Claim]) -> None:
    page = at_work(width=390)
    cells = "[...document.querySelectorAll('#result_list td:first-child')]"
    for rows in ("claims/claim", "reviews/assignment"):
        page.goto(f"/admin/{rows}/")
        assert set(page.evaluate(f"{cells}.map(e => getComputedStyle(e, '::before').content)")) == {"none"}, rows


def test_a_phone_shows_no_keys(at_work: SignedIn, claims: list[Claim]) -> None:
    page = at_work(width=390)
    for address in ("/admin/", f"/admin/claims/claim/{claims[0].pk}/change/"):
        page.goto(address)
        expect(page.locator("kbd").first).to_be_attached()
        for box in page.locator(".cd-q .cd-check").all()[:1]:
            box.check()
        assert page.locator("kbd:visible").all_inner_texts() == []
