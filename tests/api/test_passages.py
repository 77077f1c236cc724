"""Quotes in later texts through the API: found, compared, noted by a person."""

from __future__ import annotations

import pytest

from claims.models import ArticleRevision, Claim, Desk, Flag, FlagKind, RevisedPassage, User
from claims.services.following import follow_revisions
from tests.api.conftest import signed_in, with_key
from tests.factories import TEXT, a_claim, a_desk, a_later_text, a_quote, an_article, an_editor

pytestmark = pytest.mark.django_db
NOTE = {"note": "They are surer now. It is the same claim."}


@pytest.fixture
def first() -> ArticleRevision:
    return an_article(text=f"{TEXT}\nNobody would say more.").revision


@pytest.fixture
def claim(desk: Desk, editor: User, first: ArticleRevision) -> Claim:
    """A claim whose quoted words another text changed."""
    made = a_claim(desk, by=editor, quote=a_quote(first))
    a_later_text(first.article, first.text.replace("likely", "certain"))
    follow_revisions()
    return made


def test_a_change_is_listed_read_side_by_side_and_noted(claim: Claim, editor: User, first: ArticleRevision) -> None:
    api = signed_in(editor)
    assert [flag["kind"] for flag in api.get(f"/claims/{claim.pk}").body["flags"]] == ["source_changed"]
    (listed,) = api.get(f"/claims/{claim.pk}/passages").body["results"]
    assert (listed["article"], listed["quoted_revision"], listed["revision"]) == (first.article_id, 1, 2)
    assert (listed["fate"], listed["fate_label"]) == ("changed", "The quoted words have changed")
    assert (listed["to_compare"], listed["noted"]) == (True, None)
    assert "before" not in listed
    path = f"/passages/{listed['id']}"
    assert listed["href"] == f"http://testserver/api/v1{path}"
    read = api.get(path).body
    assert read["before"] == first.text
    assert read["after"] == first.text.replace("likely", "certain")
    changed = [piece["text"] for row in read["comparison"] for piece in row["after"] if piece["changed"]]
    assert changed == ["certain"]
    refused = api.post(f"{path}/compared", {"note": " "})
    assert (refused.status, refused.pointers) == (422, ["/note"])
    done = api.post(f"{path}/compared", NOTE)
    assert (done.status, done.body["to_compare"]) == (200, False)
    assert (done.body["noted"]["by"], done.body["noted"]["note"]) == (str(editor), NOTE["note"])
    assert not Flag.objects.standing().filter(kind=FlagKind.SOURCE_CHANGED).exists()
    again = api.post(f"{path}/compared", {"note": "I see it in another way."})
    assert (again.status, again.code) == (409, "action_not_possible")
    assert again.body["detail"] == f"{editor} has noted this already: “{NOTE['note']}”"


def test_sent_again_with_its_key_a_note_is_answered_as_the_first_time(claim: Claim, editor: User) -> None:
    api, path = signed_in(editor), f"/passages/{RevisedPassage.objects.get().pk}/compared"
    answers = [api.post(path, NOTE, Idempotency_Key="once") for _ in range(2)]
    assert [answer.status for answer in answers] == [200, 200]
    assert answers[0].body == answers[1].body
    assert claim.events.filter(type="article.compare").count() == 1


def test_a_key_reads_it_and_notes_nothing(claim: Claim) -> None:
    number = RevisedPassage.objects.get().pk
    key = with_key()
    assert key.get(f"/passages/{number}").body["claim"] == claim.pk
    refused = key.post(f"/passages/{number}/compared", NOTE)
    assert (refused.status, refused.code) == (403, "role_missing")


def test_nobody_reads_passages_of_a_claim_they_do_not_see(claim: Claim) -> None:
    stranger = signed_in(an_editor(a_desk()))
    number = RevisedPassage.objects.get().pk
    for path in (f"/claims/{claim.pk}/passages", f"/passages/{number}"):
        assert stranger.get(path).code == "not_found"
    assert stranger.post(f"/passages/{number}/compared", NOTE).code == "not_found"


def test_what_is_gone_has_nothing_beside_it(desk: Desk, editor: User, first: ArticleRevision) -> None:
    a_claim(desk, by=editor, quote=a_quote(first))
    a_later_text(first.article, "This article was withdrawn.")
    follow_revisions()
    read = signed_in(editor).get(f"/passages/{RevisedPassage.objects.get().pk}").body
    assert (read["fate"], read["after"]) == ("gone", None)
