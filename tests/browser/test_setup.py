"""The pages of the work of review that no other test opens, wide and light and narrow and dark by turns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from claims.lifecycle import Action, State
from claims.models import Claim, Desk, DeskRole, Scope, User
from claims.services.laddering import written_down
from reviews.models import Absence, DeadlinePolicy, PolicyKind, ReviewPolicy, RuleVersion, Then, WorkCalendar
from reviews.services.acting import act
from tests import factories as make
from tests.browser.axe import assert_axe_clean
from tests.browser.conftest import staff

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DIALOGS = ("hand_over", "wait", "split", "merge", "assign", "set_due", "dismiss")
TOLD = ("correct", "withdraw", "reopen")


@pytest.fixture
def desk(transactional_db: None) -> Desk:
    return make.a_desk_with(make.a_policy(PolicyKind.INDEPENDENT, 2), name="World")


@pytest.fixture
def editor(desk: Desk) -> User:
    """Somebody who sets the newsroom up, and edits the desk."""
    return staff(make.joined(make.an_administrator(), desk, DeskRole.EDITOR))


@pytest.fixture
def addresses(desk: Desk, editor: User) -> list[str]:
    """Where the pages are, on a desk with something on each."""
    calendar = WorkCalendar.objects.create(name="World desk", zone="Europe/Kyiv")
    policy = DeadlinePolicy.objects.create(name="A day before", key="a-day-before", calendar=calendar)
    away, colleague = make.a_reviewer(desk), make.a_reviewer(desk)
    absence = Absence.objects.create(
        reviewer=away, starts_at=make.now() - timedelta(hours=1), ends_at=make.ahead(days=2)
    )
    open_claim = make.a_claim(desk, State.IN_REVIEW, by=editor, reviewer=colleague)
    make.evidence_for(open_claim, by=editor)
    return [
        *_changes(calendar, policy, written_down(desk), absence, away, desk.defaults.review_policy),
        reverse("admin:reviews_reviewer_hand_over", args=[colleague.pk]),
        "/desk/agreement",
        "/desk/sources",
        reverse("admin:claims_article_amend", args=[make.an_article(desk=desk).article.pk]),
        *_steps(open_claim, DIALOGS),
        *_steps(_published(editor), TOLD),
    ]


def _changes(*rows: Any) -> Iterator[str]:
    for row in rows:
        kind = row._meta
        yield reverse(f"admin:{kind.app_label}_{kind.model_name}_change", args=[row.pk])


def _steps(claim: Claim, names: tuple[str, ...]) -> Iterator[str]:
    yield reverse("admin:claims_claim_change", args=[claim.pk])
    for name in names:
        yield reverse("admin:claims_claim_step", args=[claim.pk, name])


def _published(editor: User) -> Claim:
    """A claim with a date of its own whose verdict readers know."""
    desk = make.a_desk(name="Politics")
    make.joined(editor, desk, DeskRole.EDITOR)
    claim = make.a_claim(desk, State.DECIDED, by=editor, own=make.dated(make.ahead(hours=-1)))
    act(claim.pk, Action.PUBLISH, make.viewer(editor))
    return claim


def test_an_event_with_its_hashes_and_the_list_of_problems_fit_a_phone(
    live_server: LiveServer, signed_in: Callable[..., Page], editor: User, desk: Desk
) -> None:
    event = make.a_claim(desk, by=editor).events.first()
    assert event is not None
    page = signed_in(live_server, editor, width=390)
    for address in (*_changes(event), "/api/docs/problems"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, address


def test_the_pages_of_review_are_whole_and_accessible(
    live_server: LiveServer,
    signed_in: Callable[..., Page],
    complaints: dict[Page, list[str]],
    editor: User,
    addresses: list[str],
) -> None:
    for first, (width, theme) in enumerate(((1440, "light"), (390, "dark"))):
        page = signed_in(live_server, editor, width=width, theme=theme)
        for address in addresses[first::2]:
            page.goto(address)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, address
            assert_axe_clean(page)
            assert complaints[page] == [], address


# Where somebody stands: what it is called, whether it is seen, lies in the window and shows that it is theirs.
HERE = """() => {
  const own = document.activeElement, box = own.getBoundingClientRect(), style = getComputedStyle(own);
  const at = document.elementFromPoint(box.x + box.width / 2, Math.min(box.y + box.height / 2, innerHeight - 1));
  return {
    name: own.name || "", form: Boolean(own.form),
    called: Boolean(own.labels?.[0]?.textContent.trim() || own.getAttribute("aria-label") || own.textContent.trim()),
    seen: Boolean(at) && (own === at || own.contains(at) || at.contains(own) || [...(own.labels ?? [])].includes(at)),
    shown: style.outlineStyle !== "none" || style.boxShadow !== "none",
  };
}"""
SAVES = {"_save", "do"}


def stops(page: Page, until: set[str]) -> list[dict[str, Any]]:
    """Every stop of the Tab key in the page's form, from the top to the button of one of these names."""
    found: list[dict[str, Any]] = []
    for _ in range(150):
        page.keyboard.press("Tab")
        found.append(page.evaluate(HERE))
        if found[-1]["name"] in until:
            return [stop for stop in found if stop["form"]]
    raise AssertionError(f"no {until} in {page.url}")


@pytest.mark.parametrize("width", [1440, 390])
def test_the_forms_of_the_set_up_are_walked_by_keyboard_alone(
    live_server: LiveServer, signed_in: Callable[..., Page], desk: Desk, editor: User, width: int
) -> None:
    make.a_key(Scope.EVENTS_READ)
    page = signed_in(live_server, editor, width=width)
    ladder, rule = next(_changes(written_down(desk))), reverse("admin:reviews_routingrule_add")
    adds = [reverse(f"admin:{name}_add") for name in ("reviews_reviewpolicy", "reviews_workcalendar")]
    adds += [reverse(f"admin:{name}_add") for name in ("reviews_deadlinepolicy", "reviews_absence", "claims_webhook")]
    for address in (*adds, rule, ladder):
        page.goto(address)
        walked = stops(page, SAVES)
        assert len(walked) > 3, address
        assert [stop for stop in walked if not (stop["called"] and stop["seen"] and stop["shown"])] == [], address
        if address != ladder:
            page.keyboard.press("Enter")
            expect(page.locator(".cd-errors")).to_be_focused()


WHOLE = "Control+a"  # what stands in a field before it is typed over


def filled(page: Page, address: str, *said: tuple[str, str], button: str = "_save") -> None:
    """Go through the form by Tab alone, type what is said, and press the button; " " ticks a box.

    Words with a tab in them go on in the next part of a field, as of a date and its time.
    """
    page.goto(address)
    for name, typed in said:
        stops(page, {name})
        if typed != " " and page.evaluate("document.activeElement.type") in {"text", "number"}:
            page.keyboard.press(WHOLE)
        for number, part in enumerate(typed.split("\t")):
            if number:
                page.keyboard.press("Tab")
            page.keyboard.type(part)
    stops(page, {button})
    page.keyboard.press("Enter")
    expect(page.locator(".cd-said")).to_be_visible()


def keep_policies(page: Page) -> None:
    """Make a review policy, a calendar and a deadline policy that counts by it."""
    add = {name: reverse(f"admin:reviews_{name}_add") for name in ("reviewpolicy", "workcalendar", "deadlinepolicy")}
    two_of_three = (("name", "Two of three"), ("key", "two-of-three"), ("kind", "ind"), ("judges", "3"))
    filled(page, add["reviewpolicy"], *two_of_three, ("agreeing", "2"))
    assert ReviewPolicy.objects.get(key="two-of-three").judges == 3
    filled(page, add["workcalendar"], ("name", "Early"), ("zone", "Europe/Kyiv"), ("mon", "07:00-15:00"))
    filled(
        page, add["deadlinepolicy"], ("name", "Early bird"), ("key", "early"), ("hours_3", "12"), ("calendar", "Ear")
    )
    assert str(DeadlinePolicy.objects.get(key="early", hours_3=12).calendar) == "Early"


def test_the_forms_of_the_set_up_are_filled_and_saved_by_keyboard_alone(
    live_server: LiveServer, signed_in: Callable[..., Page], desk: Desk, editor: User
) -> None:
    reviewer, page = make.a_reviewer(desk), signed_in(live_server, editor)
    keep_policies(page)
    away = (("reviewer", str(reviewer)), ("starts_at", "12012035\t0900AM"), ("ends_at", "12032035\t0530PM"))
    filled(page, reverse("admin:reviews_absence_add"), *away, ("then", "Back"), ("note", "Fair"))
    assert [str(one) for one in reviewer.absences.filter(then=Then.POOL)] == [f"{reviewer}: 2035-12-01 – 2035-12-03"]
    filled(
        page,
        next(_changes(reviewer)),
        ("limit", "7"),
        ("writes", "en, uk"),
        ("works_from", "0900AM"),
        ("works_until", "0530PM"),
    )
    reviewer.refresh_from_db()
    assert (reviewer.limit, reviewer.writes, f"{reviewer.works_until:%H:%M}") == (7, ["en", "uk"], "17:30")
    filled(page, next(_changes(desk)), ("warning_hours", "5"), ("makers_may_review", " "))
    assert Desk.objects.filter(pk=desk.pk, warning_hours=5, makers_may_review=not desk.makers_may_review).exists()
    filled(
        page,
        reverse("admin:reviews_routingrule_add"),
        ("name", "All of World"),
        ("desks", " "),
        ("skills", "politics"),
        ("note", "Ours alone"),
        button="do",
    )
    assert RuleVersion.objects.get(name="All of World").skills == ["politics"]
    ladder = written_down(desk)
    filled(page, next(_changes(ladder)), ("steps-0-name", "Two hours to go"), ("steps-0-when", "2 h before"))
    assert ladder.steps.filter(name="Two hours to go").exists()
