"""The command search: pages, steps, claims and articles by their names."""

from __future__ import annotations

from html import unescape
from re import findall

import pytest
from django.test import Client
from django.urls import reverse

from claims.lifecycle import State
from claims.models import Claim, Desk, User
from reviews.models import Reviewer
from tests import factories as make
from tests.admin.conftest import SignIn, page_of, step_of

SEARCH = "/admin/search/"


def found_by(client: Client, words: str, on: str = "/admin/") -> dict[str, str]:
    """Names and addresses of what the search finds, in its order, opened on this page."""
    there = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{on}"}
    body = client.get(SEARCH, {"s": words, "extended": "1"}, headers=there).content.decode()
    links = findall(r'href="([^"]*)"\s+data-title="([^"]*)"', body)
    return {unescape(title): unescape(address) for address, title in links}


def test_the_search_finds_claims_by_words_and_number(signed: SignIn, editor: User, desk: Desk) -> None:
    claim = make.a_claim(desk, by=editor, statement="The harbour will close on Friday.")
    make.a_claim(make.a_desk(), statement="The harbour of others will close.")
    client = signed(editor)
    for words in ("harbour", f"#{claim.pk}"):
        found = client.get("/admin/search/", {"s": words, "extended": "1"}).content.decode()
        assert "The harbour will close on Friday." in found
        assert "harbour of others" not in found


def test_the_search_finds_what_was_made_since_the_same_search(signed: SignIn, editor: User, desk: Desk) -> None:
    client = signed(editor)
    asked = {"s": "ferry", "extended": "1"}
    assert "The ferry will run." not in client.get("/admin/search/", asked).content.decode()
    make.a_claim(desk, by=editor, statement="The ferry will run.")
    make.a_claim(desk, by=editor, statement="The ferry will not run.")
    assert "The ferry will run." in client.get("/admin/search/", asked).content.decode()
    Claim.objects.filter(statement="The ferry will run.").update(statement="The boat will run.")
    assert "The ferry will run." not in client.get("/admin/search/", asked).content.decode()


def test_a_page_is_found_by_the_beginnings_of_the_words_of_its_name(signed: SignIn, reviewer: Reviewer) -> None:
    client = signed(reviewer.user)
    assert found_by(client, "pool") == {"Team pool": "/admin/?view=pool"}
    assert found_by(client, "t p") == {"Team pool": "/admin/?view=pool"}
    assert found_by(client, "dash") == {"Dashboard": "/desk/"}
    assert found_by(client, "Sources")["Sources and outlets"] == reverse("admin:claims_source_changelist")
    assert found_by(client, "ool") == {}


def test_a_page_is_found_once_and_by_whom_it_is_for(signed: SignIn, reviewer: Reviewer, editor: User) -> None:
    assert found_by(signed(reviewer.user), "work calendars") == {}
    body = signed(editor).get(SEARCH, {"s": "calendar", "extended": "1"}).content.decode()
    assert body.count("<a ") == body.count("Work calendars</span>") == 1


def test_a_step_of_the_claim_on_whose_page_somebody_is_is_found_by_its_name(
    signed: SignIn, reviewer: Reviewer, claim: Claim
) -> None:
    client = signed(reviewer.user)
    assert found_by(client, "hand", page_of(claim)) == {"Hand over": step_of(claim, "hand_over")}
    assert found_by(client, "hand", step_of(claim, "wait")) == {"Hand over": step_of(claim, "hand_over")}
    assert found_by(client, "hand") == {}
    assert client.get(found_by(client, "second op", page_of(claim))["Second opinion"]).status_code == 200


def test_a_step_is_found_from_anywhere_behind_the_number_of_its_claim(
    signed: SignIn, reviewer: Reviewer, claim: Claim, editor: User, desk: Desk
) -> None:
    client, other = signed(reviewer.user), make.a_claim(desk, State.IN_REVIEW, by=editor, reviewer=reviewer)
    assert found_by(client, f"#{claim.pk} hand over") == {"Hand over": step_of(claim, "hand_over")}
    assert found_by(client, f"HAND OVER #{claim.pk}") == {"Hand over": step_of(claim, "hand_over")}
    assert found_by(client, f"{other.pk} wait", page_of(claim)) == {"Wait": step_of(other, "wait")}
    whole = found_by(client, f"{claim.pk}")
    assert next(iter(whole.values())) == page_of(claim)
    assert {"Hand over", "Wait", "Second opinion"} <= whole.keys()


def test_only_steps_that_can_be_taken_now_are_found(
    signed: SignIn, reviewer: Reviewer, claim: Claim, editor: User, desk: Desk
) -> None:
    client = signed(reviewer.user)
    assert found_by(client, "publish", page_of(claim)) == {}
    assert found_by(client, "change desk", page_of(claim)) == {}
    assert found_by(signed(editor), "change desk", page_of(claim)) == {"Change desk": step_of(claim, "change_desk")}
    decided = make.a_claim(desk, State.DECIDED, by=editor, reviewer=reviewer)
    assert found_by(client, "hand", page_of(decided)) == {}


def test_no_step_is_found_of_a_claim_that_somebody_does_not_see(signed: SignIn, reviewer: Reviewer) -> None:
    hidden = make.a_claim(make.a_desk(), State.QUEUED)
    client = signed(reviewer.user)
    assert found_by(client, f"{hidden.pk}") == {}
    assert found_by(client, f"{hidden.pk} wait") == {}
    assert found_by(client, "assign", page_of(hidden)) == {
        "Assignments": reverse("admin:reviews_assignment_changelist")
    }


def test_a_number_and_words_of_a_statement_find_its_claim(signed: SignIn, editor: User, desk: Desk) -> None:
    claim = make.a_claim(desk, by=editor, statement="12 ships will sail.")
    client = signed(editor)
    assert found_by(client, "12 ships") == {str(claim): page_of(claim)}
    assert found_by(client, f"{claim.pk} ships") == {}


def test_a_space_finds_every_page_and_step(signed: SignIn, reviewer: Reviewer, claim: Claim) -> None:
    names = found_by(signed(reviewer.user), " ", page_of(claim))
    assert {"My queue", "Dashboard", "Routing rules", "Hand over", "Wait"} <= names.keys()
    assert str(claim) not in names


def test_what_is_no_search_of_ours_finds_nothing_and_is_no_error(signed: SignIn, reviewer: Reviewer) -> None:
    client = signed(reviewer.user)
    for words in ("#", "-1", "#٣", "9" * 30, "\x00hand", "' or (", "%(n)s", "hand"):
        assert found_by(client, words, "/nowhere/at all/?x=[") == found_by(client, words, ":[/") == {}, words
    assert found_by(signed(make.a_person()), "queue") == {}


@pytest.mark.parametrize("page", ["0", "2", "x", "-1", "1.5", ""])
def test_a_page_of_the_search_that_there_is_none_of_is_not_here(signed: SignIn, editor: User, page: str) -> None:
    client = signed(editor)
    assert client.get(SEARCH, {"s": "queue", "extended": "1", "page": "1"}).status_code == 200
    assert client.get(SEARCH, {"s": "queue", "extended": "1", "page": page}).status_code == 404
