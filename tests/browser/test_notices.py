"""Notices in a real browser: both widths, both themes, by keyboard, and without script."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from claims.lifecycle import Action, DismissalReason
from claims.models import ClaimEvent, DeskRole, User
from reviews.models import Assignment, Notice
from reviews.services.acting import act, acting_on
from reviews.services.assigning import hand_over
from reviews.services.notices import tell
from tests import factories as make
from tests.browser.conftest import LOOK, OPEN

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LIST, CHOICES = "/admin/reviews/notice/", "/admin/reviews/notice/settings/"


@pytest.fixture
def told(transactional_db: None) -> User:
    """Somebody who was put on three claims, one of them with endless words, and told."""
    desk = make.a_desk()
    editor, reviewer = make.an_editor(desk), make.a_reviewer(desk)
    for statement in ("The ferry will run again on Friday.", "Видання" * 20, "وزير الخارجية سيستقيل الأسبوع المقبل."):
        make.put_on(make.a_claim(desk, by=editor, statement=statement), reviewer, editor)
    tell(list(ClaimEvent.objects.order_by("id")))
    reviewer.user.is_staff = True
    reviewer.user.save(update_fields=["is_staff"])
    return reviewer.user


@pytest.fixture
def open_told(told: User, open_page: OPEN, live_server: LiveServer) -> Callable[..., Page]:
    """A browser of somebody who was told."""
    return partial(open_page, user=told, base=live_server.url)


def test_notices_and_choices_are_whole_and_accessible(open_told: Callable[..., Page], look: LOOK) -> None:
    page = open_told()
    for address, name in ((LIST, "notices"), (CHOICES, "notice-choices")):
        page.goto(address)
        look(page, name)


def test_lost_claims_in_sight_and_out_of_it_are_whole_and_accessible(
    told: User, open_told: Callable[..., Page], look: LOOK
) -> None:
    first, second, third = Assignment.objects.open().filter(reviewer__user=told).order_by("pk")
    (editor,) = User.objects.filter(memberships__desk=first.claim.desk, memberships__role="editor")
    make.joined(told, make.a_desk(), DeskRole.REVIEWER)
    act(first.claim_id, Action.DISMISS, make.viewer(editor), reason=DismissalReason.OFF_SUBJECT)
    with acting_on(second.claim_id, make.viewer(editor)) as acting:
        another = make.a_reviewer(acting.held.claim.desk or make.a_desk())
        hand_over(acting.held, second, by=acting.by, to=another, note="You read the language, and it is due today.")
    act(third.claim_id, Action.CHANGE_DESK, make.viewer(editor), desk=make.a_desk(), reason="They know it.")
    tell(list(ClaimEvent.objects.order_by("id")))
    page = open_told()
    page.goto(LIST)
    expect(page.get_by_text("It is not open to you any more.")).to_be_visible()
    look(page, "notices-lost")


def test_older_notices_are_reached_on_a_phone(open_told: Callable[..., Page], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reviews.admin.notices.PAGE", 2)
    page = open_told(width=390)
    page.goto(LIST)
    page.get_by_role("link", name="Older").click()
    expect(page.get_by_test_id("notice")).to_have_count(1)
    expect(page.get_by_role("link", name="Newer")).to_be_visible()


def test_the_bell_leads_to_the_list_by_keyboard_and_empties_it(
    open_told: Callable[..., Page],
) -> None:
    page = open_told()
    page.goto("/admin/")
    bell = page.get_by_test_id("bell")
    expect(bell).to_have_accessible_name("Notices: 3 not read yet")
    bell.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("notice")).to_have_count(3)
    page.get_by_role("button", name="Mark all as read").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("3 notices marked as read.")).to_be_visible()
    expect(page.get_by_test_id("bell")).to_have_accessible_name("Notices")


def test_choices_are_kept_without_script(open_told: Callable[..., Page]) -> None:
    page = open_told(script=False)
    page.goto(CHOICES)
    page.get_by_label("Late: by mail").select_option("digest")
    page.get_by_role("button", name="Keep these choices").click()
    expect(page.get_by_text("Your choices are kept.")).to_be_visible()
    expect(page.get_by_label("Late: by mail")).to_have_value("digest")
    assert Notice.objects.unread().count() == 3
