"""A real Chromium for tests of pages: two widths, both themes, signed in or not, with its complaints kept."""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from claims.lifecycle import State
from claims.models import Claim, Desk, User
from reviews.models import Reviewer
from tests import factories as make
from tests.browser.answering import Answering
from tests.browser.axe import assert_axe_clean

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--renderer-process-limit=1",
    "--disable-features=IsolateOrigins,site-per-process",
    "--in-process-gpu",
    "--disable-extensions",
]
HEIGHTS = {1440: 900, 390: 844}
LOOKS = [(1440, "light"), (390, "dark"), (390, "light"), (1440, "dark")]
OPEN = Callable[..., Page]
SHOT = Callable[[Page, str], None]
LOOK = Callable[..., None]
PATIENCE = 30_000.0  # milliseconds for a page to come to what is expected: how fast a page is, `make bench` measures
WHY = "Nobody we asked could settle it either way."


@pytest.fixture(scope="session")
def browser(chromium: str, django_db_setup: None) -> Iterator[Browser]:
    """One browser for the whole run, ended before the database goes: what it keeps open, the server of pages reads.

    Playwright's loop would make Django refuse its own database.
    """
    assert django_db_setup is None
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, headless=True, args=FLAGS)
        yield started
        started.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


class Kept:
    """A window that every test finds as if nobody had used it: what costs most of a new one is its process.

    No cookie, nothing in its storages and no open page is left in it; the styles, scripts and fonts that it has read
    are. An idle page holds the process.
    """

    def __init__(self, context: BrowserContext, base: str) -> None:
        self.context, self._base = context, base
        self._idle = context.new_page()
        self._session: CDPSession = context.new_cdp_session(self._idle)
        self.taken = False

    def give_back(self) -> None:
        """Close its pages and forget what they have kept."""
        for page in self.context.pages:
            if page is not self._idle:
                page.close()
        self.context.clear_cookies()
        self._session.send("Storage.clearDataForOrigin", {"origin": self._base, "storageTypes": "all"})
        self.taken = False


def new_context(browser: Browser, base: str, *, script: bool = True) -> BrowserContext:
    """A window of its own: wide and light, until its page is told otherwise."""
    return browser.new_context(
        viewport={"width": 1440, "height": HEIGHTS[1440]},
        color_scheme="light",
        base_url=base,
        java_script_enabled=script,
        reduced_motion="reduce",
    )


@pytest.fixture(scope="session")
def kept(browser: Browser, live_server: LiveServer) -> Kept:
    """The window that the first page of each test opens in, ended with the browser."""
    return Kept(new_context(browser, live_server.url), live_server.url)


@pytest.fixture(scope="session")
def answering(live_server: LiveServer) -> Answering:
    """What the server of pages is asked and has not answered yet."""
    return Answering(live_server)


@pytest.fixture
def contexts(transactional_db: None, kept: Kept, answering: Answering) -> Iterator[list[BrowserContext]]:
    """What the test opened. At its end it is closed, and what it still asked for is answered before its rows go."""
    assert transactional_db is None
    opened: list[BrowserContext] = []
    yield opened
    for context in opened:
        context.close()
    kept.give_back()
    answering.wait()


@pytest.fixture
def complaints() -> dict[Page, list[str]]:
    """What each page of the test complained about; `complaints[page]` is empty on a healthy page."""
    return {}


@pytest.fixture
def open_page(browser: Browser, kept: Kept, contexts: list[BrowserContext], complaints: dict[Page, list[str]]) -> OPEN:
    """Make a page: `open_page(width=390, theme="dark", user=editor, base=live_server.url)`.

    `script=False` opens it without JavaScript. Each is in a window of its own, with its own cookies.
    """

    def open_one(
        *, base: str, width: int = 1440, theme: str = "light", user: User | None = None, script: bool = True
    ) -> Page:
        if script and not kept.taken:
            context, kept.taken = kept.context, True
        else:
            contexts.append(context := new_context(browser, base, script=script))
        if user is not None:
            sign_in(context, user, base)
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": HEIGHTS.get(width, 900)})
        page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        complaints[page] = []
        listen(page, complaints[page])
        return page

    return open_one


def sign_in(context: BrowserContext, user: User, base: str) -> None:
    """Give the browser a session of `user`, as the sign-in form would."""
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": base}])


def listen(page: Page, kept: list[str]) -> None:
    """Keep what goes wrong in the page: script errors, refusals by the policy, failed requests."""
    page.on("pageerror", lambda error: kept.append(f"script: {error}"))
    page.on("console", lambda said: kept.append(said.text) if said.type == "error" else None)
    page.on("response", lambda answer: kept.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None)


@pytest.fixture
def signed_in(open_page: OPEN) -> Callable[..., Page]:
    """`signed_in(live_server, user, width=…, theme=…)`: a page with a session of `user`."""

    def open_signed_in(server: LiveServer, user: User, *, width: int = 1440, theme: str = "light") -> Page:
        return open_page(width=width, theme=theme, user=user, base=server.url)

    return open_signed_in


def staff(user: User) -> User:
    user.is_staff = True
    user.save(update_fields=["is_staff"])
    return user


@pytest.fixture
def desk(transactional_db: None) -> Desk:
    return make.a_desk()


@pytest.fixture
def reviewer(desk: Desk) -> Reviewer:
    mara = make.a_reviewer(desk, can_triage=True)
    staff(mara.user)
    return mara


@pytest.fixture
def claims(desk: Desk, reviewer: Reviewer) -> list[Claim]:
    """Three claims of the reviewer, first due first, with evidence on the first; one waits in the pool."""
    editor = make.an_editor(desk)
    mine = [
        make.a_claim(
            desk, State.IN_REVIEW, by=editor, reviewer=reviewer, statement=f"Claim number {number}.", priority=number
        )
        for number in (1, 2, 3)
    ]
    make.evidence_for(mine[0], by=editor, title="A report")
    make.a_claim(desk, by=editor, statement="In the pool.")
    return mine


@pytest.fixture
def at_work(live_server: LiveServer, signed_in: OPEN, reviewer: Reviewer) -> OPEN:
    """Open a page with a session of the reviewer."""
    return lambda **how: signed_in(live_server, reviewer.user, **how)


@pytest.fixture
def screenshot() -> SHOT:
    """`screenshot(page, "queue-1440-dark")` writes a PNG of the whole page to the folder that PICTURES names."""

    def take(page: Page, name: str) -> None:
        if folder := os.environ.get("PICTURES"):
            page.screenshot(path=Path(folder).absolute() / f"{name}.png", full_page=True)

    return take


@pytest.fixture
def look(screenshot: SHOT, complaints: dict[Page, list[str]]) -> LOOK:
    """`look(page, "queue")` looks at an open page at both widths in both themes.

    In each nothing is wider than the window, axe and the console are silent. Widths and themes are changed under the
    page, as the system of a reader changes them. A theme changes colours alone: of a width that was seen whole in one
    theme, the other is asked for its colours.
    """

    def look_at(page: Page, name: str, *, looks: Iterable[tuple[int, str]] = LOOKS, theirs: Iterable[str] = ()) -> None:
        before = page.viewport_size
        assert before is not None
        page.wait_for_load_state("networkidle")
        whole: set[int] = set()
        for width, theme in looks:
            page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
            page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
            screenshot(page, f"{name}-{width}-{theme}")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} at {width}"
            assert_axe_clean(page, theirs=frozenset(theirs), colours_only=width in whole)
            whole.add(width)
        page.set_viewport_size(before)
        page.emulate_media(color_scheme="light")
        assert complaints[page] == [], name

    return look_at
