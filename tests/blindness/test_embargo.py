"""An article under embargo is for its desk: nobody of another one finds a word of it, wherever its claims had gone."""

from __future__ import annotations

import pytest
from django.core import mail
from django.test import override_settings

from claims.models import Claim, Desk, DeskRole, User
from reviews import tasks
from reviews.models import Notice, Reviewer
from reviews.services.notices import tell
from tests import factories as make
from tests.api.conftest import signed_in
from tests.blindness.hidden import CANARY, browser, said_by_an_article, under_embargo, with_words
from tests.blindness.routes import walked

pytestmark = pytest.mark.django_db


@pytest.fixture
def working() -> Reviewer:
    """Who edits the desk to which the claim had gone, reviews for it, and is on it."""
    desk = make.a_desk()
    return make.profiled(make.joined(make.an_editor(desk), desk, DeskRole.REVIEWER))


@pytest.fixture
def claim(working: Reviewer) -> Claim:
    return said_by_an_article(Desk.objects.get(memberships__user=working.user, memberships__role="editor"), working)


def places(claim: Claim) -> list[str]:
    """Where whoever works on the claim finds it, each with what the claim was made from."""
    pages = ["/admin/", f"/admin/claims/claim/{claim.pk}/change/", "/admin/claims/claim/", "/admin/reviews/notice/"]
    lists = [f"/admin/{name}/" for name in ("claims/evidence", "claims/flag", "reviews/assignment")]
    found = [f"/admin/search/?s={CANARY}&extended=1", "/desk/"]
    api = [f"/api/v1/claims/{claim.pk}", f"/api/v1/claims/{claim.pk}/evidence", "/api/v1/claims", "/api/v1/notices"]
    return [*pages, *lists, *found, *api]


def test_whoever_worked_on_it_finds_nothing_more_of_it_from_the_embargo_on(claim: Claim, working: Reviewer) -> None:
    client = browser(working.user)
    assert with_words(walked(client, places(claim)), CANARY) == places(claim)
    under_embargo(claim)
    mail.outbox.clear()
    seen = walked(client, places(claim))
    assert with_words(seen, CANARY) == []
    assert {one.status for one in seen if f"/{claim.pk}" in one.address} == {404}
    tasks.letters()
    tasks.digests()
    assert [letter.subject for letter in mail.outbox if CANARY in str(letter.message())] == []


def test_people_of_both_desks_and_administrators_still_find_it(claim: Claim, working: Reviewer) -> None:
    article = under_embargo(claim)
    assert article.desk is not None
    make.joined(working.user, article.desk, DeskRole.REVIEWER)
    assert with_words(walked(browser(working.user), places(claim)), CANARY) == places(claim)
    page = [f"/admin/claims/claim/{claim.pk}/change/", f"/api/v1/claims/{claim.pk}"]
    assert with_words(walked(browser(make.an_administrator()), page), CANARY) == page


def test_whoever_loses_a_claim_to_the_embargo_reads_its_number_and_no_word_of_it(
    claim: Claim, working: Reviewer
) -> None:
    client = browser(working.user)
    User.objects.filter(pk=working.user_id).update(email="ida@harbour.example")
    under_embargo(claim)
    with override_settings(MAIL_ENABLED=True):
        tasks.settle()
        tell(list(claim.events.all()))
        mail.outbox.clear()
        tasks.letters()
    told = Notice.objects.get(user=working.user, reason="taken_off")
    page = client.get("/admin/reviews/notice/").content.decode()
    assert "Taken off a claim" in page
    assert f"#{claim.pk}" in page
    assert "It is not open to you any more." in page
    assert f"/claims/claim/{claim.pk}/" not in page
    (row,) = [one for one in signed_in(working.user).get("/notices").body["results"] if one["id"] == told.pk]
    says = (row["claim"], row["in_sight"], row["statement"], row["done"], row["why"])
    assert says == (claim.pk, False, "", "It is not open to you any more.", "")
    own = f"/admin/reviews/notice/{told.pk}/change/"
    seen = walked(client, [*places(claim), own, f"/admin/reviews/notice/{told.pk}/history/"])
    assert with_words(seen, CANARY) == []
    (letter,) = mail.outbox
    assert letter.subject == f"Taken off a claim: #{claim.pk} It is not open to you any more."
    assert CANARY not in str(letter.message())
    assert f"/claims/claim/{claim.pk}/" not in str(letter.message())
    assert client.post("/admin/reviews/notice/read/", {"notice": told.pk}).status_code == 302
    told.refresh_from_db()
    assert told.read_at is not None
