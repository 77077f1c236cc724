"""Pages for readers in a real browser: both widths, both themes, without a script or a cookie."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from claims.lifecycle import Action
from tests import factories as make
from tests.browser.axe import assert_axe_clean
from tests.public.newsdesk import NewsDesk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LIMIT = 60_000  # bytes of a page with all that it loads


def test_readers_find_verdicts_corrections_and_withdrawals(
    live_server: LiveServer, open_page: Any, look: Any, complaints: dict[Page, list[str]]
) -> None:
    news = NewsDesk()
    claim = news.corrected(news.published(everything=True), "substantial", "The minister was another one.")
    gone = news.withdrawn(news.published())
    page, sizes = open_page(base=live_server.url), dict[str, int]()
    page.on("response", lambda answer: sizes.update({answer.url: len(answer.body())}))
    page.goto(f"/c/{claim.pk}")
    expect(page.get_by_role("heading", name="Confirmed")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert sum(sizes.values()) <= LIMIT
    assert not [address for address in sizes if address.endswith(".js")]
    look(page, "public-check")
    page.set_viewport_size({"width": 390, "height": 800})
    for address in ("/c/", "/c/corrections", f"/c/{gone.pk}"):
        page.goto(address)
        assert_axe_clean(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, address
    assert [said for said in complaints[page] if "410" not in said] == []
    assert page.context.cookies() == []


def test_a_long_badge_stays_inside_its_column(live_server: LiveServer, open_page: Any) -> None:
    news = NewsDesk()
    claim = news.act(Action.PUBLISH, news.decided(make.UNPROVEN, is_demo=True))
    page = open_page(base=live_server.url)
    page.goto(f"/c/{claim.pk}")
    page.locator(".rd-side").evaluate("side => { side.style.inlineSize = '120px'; }")
    badge, column = page.locator(".rd-side img"), page.locator(".rd-side")
    expect(badge).to_have_js_property("complete", value=True)
    boxes = [place.bounding_box() for place in (badge, column)]
    assert boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"] + boxes[1]["width"]
