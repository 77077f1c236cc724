"""Routing rules in a real browser: built, tried, saved and moved, by keyboard, on a phone, without script."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from claims.models import Claim, DeskRole, User
from claims.services.proposing import GivenStep
from reviews.models import PolicyKind, ReviewPolicy
from reviews.rules import Conditions, Outcomes
from reviews.services.rules import GivenRule, change_rule
from tests import factories as make
from tests.browser.conftest import LOOK, staff

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LIST = "/admin/reviews/routingrule/"


@pytest.fixture
def site(live_server: LiveServer) -> LiveServer:
    return live_server


@pytest.fixture
def at_work(site: LiveServer, signed_in: Callable[..., Page], editor: User) -> Callable[..., Page]:
    """The editor at work, on a wide screen unless told."""
    return partial(signed_in, site, editor)


@pytest.fixture
def editor(transactional_db: None) -> User:
    """An editor of World and Politics, with two rules and some claims to try them on."""
    world, politics = make.a_desk(name="World"), make.a_desk(name="Politics")
    editor = staff(make.joined(make.an_editor(world), politics, DeskRole.EDITOR))
    make.a_reviewer(world, topics=["diplomacy"])
    policy = ReviewPolicy.objects.create(
        key="two", name="Two who know nothing of each other", kind=PolicyKind.INDEPENDENT, judges=2, agreeing=2
    )
    make.a_rule(Conditions(priorities=(1,)), name="Urgent claims")
    settled = Outcomes(("diplomacy",), review_policy=policy.pk, priority=2)
    rule = make.a_rule(
        Conditions(desks=(world.pk,), source_kinds=("unnamed",), hedged=True),
        settled,
        by=editor,
        name="Unnamed sources",
    )
    for topic in ("diplomacy", "trade"):
        make.a_claim(world, by=editor, topics=[topic], chain=[GivenStep("somebody close to her", "unnamed")])
    change_rule(
        rule.rule_id,
        GivenRule("Unnamed sources", Conditions(desks=(world.pk,), source_kinds=("unnamed",)), settled, note="Wider."),
        make.viewer(editor),
    )
    return editor


def test_rules_are_read_tried_and_shown_with_their_versions(at_work: Callable[..., Page], look: LOOK) -> None:
    page = at_work(width=390)
    page.goto(LIST)
    look(page, "rules")
    page.emulate_media(color_scheme="dark")  # the system changes while the page is open
    expect(page.locator("html.dark")).to_have_count(1)
    page.emulate_media(color_scheme="light")
    expect(page.locator("html.dark")).to_have_count(0)
    page.get_by_role("link", name="Unnamed sources").click()
    page.get_by_test_id("try").click()
    expect(page.get_by_test_id("trial")).to_contain_text("Would have matched 2 of 2 claims")
    expect(page.get_by_label("Apply to the 2 open claims that match")).to_be_visible()
    look(page, "rule")
    page.goto(f"/admin/claims/claim/{Claim.objects.order_by('pk')[0].pk}/change/")
    expect(page.get_by_test_id("course")).to_contain_text("Unnamed sources")
    look(page, "claim-why")


def test_a_rule_is_written_and_moved_by_keyboard_alone(at_work: Callable[..., Page]) -> None:
    page = at_work()
    page.goto(LIST)
    page.keyboard.press("n")
    page.get_by_role("textbox", name="Name").focus()
    page.keyboard.type("Trade goes first")
    page.get_by_role("group", name="Desk is").get_by_label("World").focus()
    page.keyboard.press("Space")
    page.get_by_label("Topic is").focus()
    page.keyboard.type("trade")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_test_id("sentence")).to_have_text(
        "If desk is World and topic is trade, then the desk’s defaults."
    )
    page.goto(LIST)
    page.get_by_role("button", name="Move “Trade goes first” up").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".cd-rule h2")).to_have_text(["Urgent claims", "Trade goes first", "Unnamed sources"])


def test_a_rule_is_built_without_script(open_page: Callable[..., Page], site: LiveServer, editor: User) -> None:
    page = open_page(user=editor, base=site.url, script=False)
    page.goto(f"{LIST}add/")
    page.get_by_role("textbox", name="Name").fill("Trade goes first")
    page.get_by_role("group", name="Desk is").get_by_label("World").check()
    page.get_by_label("Topic is").fill("trade")
    page.get_by_test_id("try").click()
    expect(page.get_by_test_id("trial")).to_have_text(
        "Would have matched 0 of 2 claims; 0 would have had nobody to go to. "
        "1 more meets it, but an earlier rule takes it first."
    )
    page.get_by_test_id("save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Trade goes first")
