"""Evidence in a real browser: how a reading goes, what changed, where items come from; both widths and both themes."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from claims.lifecycle import State
from claims.models import Claim, Desk, Evidence, Fetch, Flag, FlagKind, RevisedPassage, Visibility
from claims.services.fetching import read_pages
from claims.services.following import follow_revisions
from claims.verdicts import Stance
from reviews.models import Reviewer
from tests import factories as make
from tests.browser.conftest import LOOK
from tests.intake.pages import Site

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SignedIn = Callable[..., Page]


@pytest.fixture
def reviewer(transactional_db: None) -> Reviewer:
    mara = make.a_reviewer(make.a_desk())
    mara.user.is_staff = True
    mara.user.save(update_fields=["is_staff"])
    return mara


def read_again(item: Evidence) -> None:
    Fetch.objects.filter(evidence=item).update(next_attempt_at=make.ahead(seconds=-1))
    read_pages()


@pytest.fixture
def changed(reviewer: Reviewer, far: Site) -> Evidence:
    """An item whose page changed, among others: one taken from it, one that is gone, one that failed, one protected."""
    desk = Desk.objects.get()
    editor = make.an_editor(desk)
    claim = make.a_claim(desk, State.IN_REVIEW, by=editor, reviewer=reviewer)
    first = make.evidence_for(claim, by=editor, url=far.link("council"))
    gone = make.evidence_for(claim, Stance.CONTRADICTS, by=editor, url=far.link("gone"))
    read_pages()
    far.article(
        "The bridge will stay open through March, the council of the harbour says.", title="The council's report"
    )
    read_again(first)
    far.closed(404)
    read_again(gone)
    Fetch.objects.filter(evidence=gone).update(failing_since=make.ahead(hours=-25))
    read_again(gone)
    make.evidence_for(claim, by=editor, url=far.link("failed"), derives_from=first)
    read_pages()
    far.article("Anything.")
    taken = make.evidence_for(claim, by=editor, title="Harbour Post repeats the report", derives_from=first)
    unbroken = make.evidence_for(claim, by=editor, title="W" * 200, derives_from=taken)
    make.evidence_for(claim, by=editor, title="A blog repeats the Harbour Post", derives_from=unbroken)
    make.evidence_for(claim, by=editor, url=far.link("who"), title="Who told us", visibility=Visibility.PROTECTED)
    return first


def test_evidence_pages_are_accessible_and_stay_inside_the_window(
    at_work: SignedIn, changed: Evidence, look: LOOK
) -> None:
    make.a_later_text(changed.claim.appearances.get().revision.article, make.TEXT.replace("likely", "certain"))
    follow_revisions()
    page = at_work()
    claim = f"/admin/claims/claim/{changed.claim_id}"
    places = {
        "claim": f"{claim}/change/",
        "compare": f"{claim}/evidence/{changed.pk}/compare/",
        "passage": f"{claim}/passage/{RevisedPassage.objects.get().pk}/",
        "edit": f"{claim}/evidence/{changed.pk}/edit/",
        "replace": f"{claim}/evidence/{changed.pk}/supersede/",
    }
    for name, path in places.items():
        page.goto(path)
        look(page, f"evidence-{name}")
    page.goto(places["claim"])
    within = "all => all.every(e => e.getBoundingClientRect().right <= e.closest('svg').getBoundingClientRect().right)"
    assert page.locator(".cd-origin-t").count() > 1
    assert page.locator(".cd-origin-t").evaluate_all(within)


def test_a_change_is_compared_by_keyboard_alone(at_work: SignedIn, changed: Evidence) -> None:
    page = at_work()
    page.goto(f"/admin/claims/claim/{changed.claim_id}/change/")
    expect(page.get_by_text("A source has changed").first).to_be_visible()
    page.get_by_role("link", name=re.compile("^Compare")).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("What changed")
    expect(page.locator("ins").first).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Noted: the change was compared.")).to_be_visible()
    assert not Flag.objects.standing().filter(kind=FlagKind.SOURCE_CHANGED).exists()
    assert Claim.objects.get(pk=changed.claim_id).state == State.IN_REVIEW
