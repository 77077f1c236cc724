"""Judging in a real browser: reviewers who disagree side by side, the editor's seat, and agreement on the dashboard."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from claims.lifecycle import State
from claims.models import Claim, Desk, User
from reviews.models import PolicyKind
from tests import factories as make
from tests.browser.conftest import LOOK

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SignedIn = Callable[..., Page]


@pytest.fixture
def desk(transactional_db: None) -> Desk:
    return make.a_desk_with(make.a_policy(PolicyKind.INDEPENDENT, 2), name="World")


@pytest.fixture
def editor(desk: Desk) -> User:
    editor = make.an_editor(desk)
    editor.is_staff = True
    editor.save(update_fields=["is_staff"])
    return editor


@pytest.fixture
def split(desk: Desk, editor: User) -> Claim:
    """Two reviewers of the desk differ on a claim with evidence."""
    claim = make.a_claim(desk, by=make.an_editor(desk))
    for site in ("one", "two"):
        make.evidence_for(claim, url=f"https://{site}.example/report", title=f"Report {site}")
    for answers in (make.UNPROVEN, make.CONFIRMED):
        person = make.a_reviewer(desk)
        make.put_on(claim, person, editor)
        make.review_by(claim, person, answers)
    return make.fresh(claim)


@pytest.fixture
def opened(live_server: LiveServer, signed_in: SignedIn) -> Callable[[User], Page]:
    """A page on a phone with a session of somebody."""
    return lambda user: signed_in(live_server, user, width=390)


def test_an_editor_compares_the_reviews_and_settles_the_disagreement(
    split: Claim, editor: User, opened: Callable[[User], Page], look: LOOK
) -> None:
    page = opened(editor)
    page.goto(f"/admin/claims/claim/{split.pk}/change/")
    both = page.get_by_test_id("differing")
    expect(both.get_by_role("article")).to_have_count(2)
    look(page, "differing")
    page.get_by_test_id("judge").click()
    both.get_by_role("link", name="answers").last.click()
    expect(page.get_by_role("radio", name="Confirmed", exact=True)).to_be_checked()
    page.get_by_label("Why, in words a reader can follow").fill("Both reports name who saw it themselves.")
    look(page, "settling")
    page.get_by_test_id("record").click()
    expect(page.get_by_text("Its state: Decided.")).to_be_visible()
    assert make.fresh(split).state == State.DECIDED


def test_the_form_says_what_a_verdict_leads_to_and_the_dashboard_how_far_reviewers_agree(
    desk: Desk, editor: User, opened: Callable[[User], Page], look: LOOK
) -> None:
    first, second = make.a_reviewer(desk), make.a_reviewer(desk)
    first.user.is_staff = True
    first.user.save(update_fields=["is_staff"])
    running, done = make.a_claim(desk, by=editor), make.a_claim(desk, by=editor)
    for claim in (running, done):
        for person in (first, second):
            make.put_on(claim, person, editor)
    make.review_by(done, first)
    make.review_by(done, second)
    page = opened(first.user)
    page.goto(f"/admin/claims/claim/{running.pk}/change/")
    expect(page.get_by_test_id("need")).to_contain_text("2 of 2 independent reviews must agree.")
    look(page, "need")
    board = opened(editor)
    board.goto("/desk/")
    expect(board.get_by_test_id("agreed")).to_contain_text("1 agreed of 1")
    look(board, "agreed")
    board.get_by_role("link", name="By desk").click()
    expect(board.get_by_test_id("agreement")).to_contain_text("1 claim was judged by two or more: too few to say.")
    look(board, "agreement")
