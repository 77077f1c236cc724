"""An article that changed, in the admin: said on the claim's page, compared word by word, noted."""

from __future__ import annotations

import pytest
from django.urls import reverse

from claims.models import Claim, Desk, Flag, RevisedPassage, User
from claims.services.following import follow_revisions
from tests import factories as make
from tests.admin.conftest import SignIn

pytestmark = pytest.mark.django_db


@pytest.fixture
def claim(desk: Desk, editor: User) -> Claim:
    """A claim whose quoted words another text of the article changed."""
    first = make.an_article()
    made = make.a_claim(desk, by=editor, quote=make.a_quote(first.revision))
    make.a_later_text(first.article, make.TEXT.replace("likely to resign", "certain to <b>resign"))
    follow_revisions()
    return made


def at(claim: Claim) -> str:
    return reverse("admin:claims_claim_passage", args=[claim.pk, RevisedPassage.objects.get().pk])


def test_the_claim_says_it_and_both_texts_stand_side_by_side(signed: SignIn, editor: User, claim: Claim) -> None:
    client = signed(editor)
    shown = client.get(reverse("admin:claims_claim_change", args=[claim.pk])).content.decode()
    assert "A source has changed" in shown
    assert "Revision 2: The quoted words have changed." in shown
    assert at(claim) in shown
    compared = client.get(at(claim)).content.decode()
    assert "<del>likely</del>" in compared
    assert "<ins>certain</ins>" in compared
    assert "<b>resign" not in compared
    assert "I have compared them" in compared


def test_it_is_noted_with_words_and_then_no_longer_asked_for(signed: SignIn, editor: User, claim: Claim) -> None:
    client = signed(editor)
    empty = client.post(at(claim), {"note": ""}).content.decode()
    assert "Say what the change means for this claim." in empty
    assert Flag.objects.standing().exists()
    done = client.post(at(claim), {"note": "They are surer now."}, follow=True).content.decode()
    assert "Noted: the article was compared with what is quoted from it." in done
    assert f"Compared by {editor}." in done
    assert not Flag.objects.standing().exists()
    again = client.get(at(claim)).content.decode()
    assert "“They are surer now.”" in again
    assert "I have compared them" not in again
    refused = client.post(at(claim), {"note": "Another word."}).content.decode()
    assert f"{editor} has noted this already" in refused


def test_somebody_who_does_not_work_on_the_desk_compares_nothing(signed: SignIn, claim: Claim) -> None:
    administrator, stranger = make.an_administrator(), make.an_editor(make.a_desk())
    assert "I have compared them" not in signed(administrator).get(at(claim)).content.decode()
    assert signed(stranger).get(at(claim)).status_code == 404
    other = make.a_claim(make.a_desk())
    elsewhere = reverse("admin:claims_claim_passage", args=[other.pk, RevisedPassage.objects.get().pk])
    assert signed(administrator).get(elsewhere).status_code == 404
