"""What the browser of the tests leaves behind: no request at work, and nothing that the next page could find."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from claims.models import User
from tests.browser import guide
from tests.browser.conftest import OPEN, Kept

pytestmark = [pytest.mark.browser, pytest.mark.urls("tests.browser.guide"), pytest.mark.django_db(transaction=True)]


@pytest.fixture
def answered_before_the_rows_go(transactional_db: None) -> Iterator[None]:
    """Ends after the pages of its test, and before the tables are emptied."""
    assert transactional_db is None
    guide.ANSWERED.clear()
    User.objects.create_user("mara")
    yield
    assert guide.ANSWERED == ["/guide/slow/"]
    assert User.objects.filter(username="mara").exists()


def test_a_test_ends_when_the_server_has_answered_what_its_page_still_asked_for(
    answered_before_the_rows_go: None, live_server: LiveServer, open_page: OPEN
) -> None:
    page = open_page(base=live_server.url)
    page.goto("/guide/")
    with page.expect_request("**/guide/slow/"):
        page.evaluate("void fetch('/guide/slow/')")
    assert guide.ANSWERED == []
    assert answered_before_the_rows_go is None


def left(page: Page) -> list[object]:
    """What a page could find of those before it."""
    stored = page.evaluate("[...Object.keys(localStorage), ...Object.keys(sessionStorage)]")
    return [*stored, *page.context.cookies()]


def test_a_page_finds_nothing_of_those_before_it(live_server: LiveServer, open_page: OPEN, kept: Kept) -> None:
    for _ in range(2):
        user = User.objects.create_user(f"mara{User.objects.count()}")
        page = open_page(base=live_server.url, width=390, theme="dark")
        assert page.context is kept.context
        page.goto("/guide/")
        assert left(page) == []
        assert page.evaluate("[innerWidth, matchMedia('(prefers-color-scheme: dark)').matches]") == [390, True]
        page.evaluate("localStorage.setItem('cd-draft', '{}'); sessionStorage.setItem('seen', '1')")
        page.context.add_cookies([{"name": "mine", "value": user.username, "url": live_server.url}])
        assert len(left(page)) == 3
        kept.give_back()
        assert page.is_closed()


def test_two_pages_of_a_test_share_no_cookie(live_server: LiveServer, open_page: OPEN) -> None:
    first, second = (open_page(base=live_server.url) for _ in range(2))
    first.context.add_cookies([{"name": "mine", "value": "1", "url": live_server.url}])
    assert second.context.cookies() == []
