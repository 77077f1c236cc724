"""Earlier claims like the one that is open: which are shown, to whom, why, and what they lead to."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from claims.lifecycle import State
from claims.models import Claim, Desk, SourceKind, User
from claims.services.proposing import GivenStep
from reviews.models import Reviewer
from tests import factories as make
from tests.admin.conftest import SignIn, page_of

pytestmark = pytest.mark.django_db
SAYS = "The ferry to Selmere will run again by the end of the month."


def part_of(client: Client, claim: Claim) -> str:
    """What the page of the claim asks for by itself."""
    address = reverse("admin:claims_claim_similar", args=[claim.pk])
    assert f'hx-get="{address}" hx-trigger="load"' in client.get(page_of(claim)).content.decode()
    answer = client.get(address, headers={"HX-Request": "true"})
    return unescape(answer.content.decode())


def test_the_page_shows_claims_that_say_nearly_the_same_with_how_they_stand(
    signed: SignIn, desk: Desk, editor: User
) -> None:
    decided = make.a_claim(desk, State.DECIDED, by=editor, statement="The ferry to Selmere will run again this month.")
    queued = make.a_claim(desk, by=editor, statement="By the end of the month the ferry to Selmere will run.")
    make.a_claim(desk, by=editor, statement="Rents in the capital rose by a tenth.")
    claim = make.a_claim(desk, by=editor, statement=SAYS)
    html = part_of(signed(editor), claim)
    assert html.count("<li>") == 2
    assert "cd-v-unproven" in html.split(f"#{decided.pk},")[0].rsplit("<li>", 1)[1]
    assert "Queued" in html.split(f"#{queued.pk},")[0].rsplit("<li>", 1)[1]
    assert "<html" not in html


def test_why_a_claim_is_shown_is_said_in_words_and_never_in_percent(signed: SignIn, desk: Desk, editor: User) -> None:
    by_speaker = [GivenStep("Harbour Post", SourceKind.OUTLET), GivenStep("Ana Kovač", verb="said")]
    article = make.an_article()
    date = make.dated(make.ahead(days=9))
    claim, other = (
        make.a_claim(desk, by=editor, statement=said, quote=make.a_quote(article.revision), chain=by_speaker, own=date)
        for said in (f"{SAYS[:-1]}, for 30 crowns.", f"{SAYS[:-1]}, for 40 crowns.")
    )
    same = make.a_claim(desk, by=editor, statement=f"{SAYS[:-1]}, for 30 crowns.")
    without = make.a_claim(desk, by=editor, statement=SAYS)
    html = part_of(signed(editor), claim)
    assert re.search(
        rf"#{other.pk}, <time[^>]+>[^<]+</time>\. Same article, same speaker, same date, the numbers differ\.<", html
    )
    assert re.search(rf"#{same.pk}, <time[^>]+>[^<]+</time>\. Nearly the same words\.<", html)
    assert re.search(rf"#{without.pk}, <time[^>]+>[^<]+</time>\. One of the two gives a number\.<", html)
    assert "%" not in html


def test_nobody_is_shown_a_similar_claim_that_is_not_theirs_to_see(signed: SignIn, desk: Desk, editor: User) -> None:
    make.a_claim(make.a_desk(), statement=SAYS)
    claim = make.a_claim(desk, by=editor, statement=SAYS)
    html = part_of(signed(editor), claim)
    assert "None that you see says nearly the same." in html
    stranger = signed(make.an_editor(make.a_desk()))
    assert stranger.get(reverse("admin:claims_claim_similar", args=[claim.pk])).status_code == 404


def test_whoever_may_merge_marks_a_duplicate_from_there(
    signed: SignIn, desk: Desk, editor: User, reviewer: Reviewer
) -> None:
    other, claim = (make.a_claim(desk, by=editor, statement=SAYS) for _ in range(2))
    html = part_of(signed(editor), claim)
    link = html.split("Mark as duplicate")[0].rsplit('href="', 1)[1].split('"')[0]
    dialog = signed(editor).get(link).content.decode()
    assert f'name="into" value="{other.pk}"' in dialog
    assert "Mark as duplicate" not in part_of(signed(reviewer.user), claim)


def test_without_a_script_they_are_a_page_that_leads_back(signed: SignIn, desk: Desk, editor: User) -> None:
    other, claim = (make.a_claim(desk, by=editor, statement=SAYS) for _ in range(2))
    client, address = signed(editor), reverse("admin:claims_claim_similar", args=[claim.pk])
    assert (
        f'<a href="{address}">Look for claims that say nearly the same</a>'
        in client.get(page_of(claim)).content.decode()
    )
    html = client.get(address).content.decode()
    assert "</html>" in html
    assert f'href="{page_of(other)}"' in html
    assert f'href="{page_of(claim)}"' in html
    assert f'hx-get="{address}"' not in html


def test_five_similar_claims_take_no_more_queries_than_one(signed: SignIn, desk: Desk, editor: User) -> None:
    claim, _first = (make.a_claim(desk, by=editor, statement=SAYS) for _ in range(2))
    client, address = signed(editor), reverse("admin:claims_claim_similar", args=[claim.pk])
    client.get(address, headers={"HX-Request": "true"})
    with CaptureQueriesContext(connection) as few:
        client.get(address, headers={"HX-Request": "true"})
    for _ in range(6):
        make.a_claim(desk, by=editor, statement=SAYS)
    with CaptureQueriesContext(connection) as many:
        html = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert html.count("<li>") == 5
    assert len(many) <= len(few)
