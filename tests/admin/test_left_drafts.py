"""What the page of one's own drafts makes of what a browser sends: words, of one's own drafts, as far as one sees."""

from __future__ import annotations

import html
import json

import pytest
from django.test import Client
from django.urls import reverse

from claims.models import Claim, Desk, User
from reviews.models import Reviewer
from tests import factories as make
from tests.admin.conftest import SignIn

DRAFTS = reverse("admin:claims_claim_drafts")


def shown(client: Client, drafts: dict[str, dict[str, object]], of: str = "") -> str:
    sent = json.dumps([[f"cd-draft-{name}", json.dumps(kept)] for name, kept in drafts.items()])
    return html.unescape(client.post(f"{DRAFTS}{of}", {"drafts": sent}).content.decode())


def test_every_kind_of_draft_is_named_and_labelled(signed: SignIn, editor: User, claim: Claim, desk: Desk) -> None:
    article, me = make.an_article(desk=desk).article, editor.pk
    drafts: dict[str, tuple[dict[str, object], tuple[str, ...]]] = {
        f"claim-{claim.pk}-round-1-of-{me}": (
            {"so": ["refuted"], "why": ["Two deny it."], "reason": ["It is close."]},
            (
                "Record verdict",
                "Is it so? Refuted",
                "Why, in words a reader can follow",
                "Two deny it.",
                "It is close.",
            ),
        ),
        f"evidence-of-{claim.pk}-by-{me}": ({"what": ["A note."]}, ("Add evidence", "Link, file or note", "A note.")),
        f"set_due-of-{claim.pk}-by-{me}": ({"due": ["2031-05-06T07:08"]}, ("Change review due", "2031-05-06T07:08")),
        f"hand_over-of-{claim.pk}-{claim.pk + 1}-by-{me}": (
            {"note": ["I am away."], "to": ["pool"]},
            ("Hand over: 2 claims", "I am away.", f"#{claim.pk + 1}: It is not open to you any more."),
        ),
        f"quote-of-{article.pk}-by-{me}": ({"statement": ["She goes."]}, ("New claim from a quote", "She goes.")),
        f"article-{article.pk}-by-{me}": ({"headline": ["She stays"]}, ("Change what is said", "She stays")),
        f"import-by-{me}": ({"text": ["Pasted."]}, ("Import an article", "Pasted.")),
        f"link-by-{me}": ({"headline": ["From afar"]}, ("Import an article from a link", "From afar")),
    }
    client = signed(editor)
    page = shown(client, {name: kept for name, (kept, _said) in drafts.items()})
    for name, (_kept, said) in drafts.items():
        assert f'data-cd-drop="cd-draft-{name}"' in page
        for words in said:
            assert words in page
    here = shown(client, {name: kept for name, (kept, _said) in drafts.items()}, f"?claim={claim.pk}")
    assert here.count("You left a draft of") == 4


def test_of_a_claim_that_somebody_does_not_see_only_the_number_is_shown(
    signed: SignIn, reviewer: Reviewer, claim: Claim
) -> None:
    elsewhere = make.a_claim(make.a_desk(), statement="A secret of theirs.")
    page = shown(signed(reviewer.user), {f"wait-of-{elsewhere.pk}-by-{reviewer.user.pk}": {"note": ["Mine."]}})
    assert f"#{elsewhere.pk}: It is not open to you any more." in page
    assert "Mine." in page
    assert elsewhere.statement not in page
    assert "Open its form" not in page


def test_drafts_under_the_name_of_somebody_else_are_not_read_out(
    signed: SignIn, reviewer: Reviewer, editor: User, claim: Claim
) -> None:
    page = shown(signed(reviewer.user), {f"wait-of-{claim.pk}-by-{editor.pk}": {"note": ["Not yours."]}})
    assert "Not yours." not in page
    assert "No draft of yours is kept in this browser." in page


@pytest.mark.parametrize("sent", ["", "no JSON", "[1]", '[["cd-draft-wait-of-1-by-1"]]', '{"a": 1}', "[" * 100_000])
def test_what_is_no_list_of_drafts_shows_none(signed: SignIn, reviewer: Reviewer, sent: str) -> None:
    answer = signed(reviewer.user).post(DRAFTS, {"drafts": sent})
    assert "No draft of yours is kept in this browser." in answer.content.decode()


def test_drafts_are_for_people_of_a_desk(signed: SignIn) -> None:
    assert signed(make.a_person()).get(DRAFTS).status_code == 403
