"""Review policies by the API and in the admin: who keeps them, what goes together, and what never changes again."""

from __future__ import annotations

import html
from typing import Any

import pytest
from django.urls import reverse

from claims.models import Desk, Scope
from reviews.models import PolicyKind, ReviewPolicy
from tests import factories as make
from tests.admin.conftest import SignIn, signed
from tests.api.conftest import Api, signed_in, with_key

__all__ = ["signed"]
TWO_OF_THREE = {"key": "two-of-three", "name": "Two of three", "kind": "independent", "judges": 3, "agreeing": 2}


@pytest.fixture
def administrator(db: None) -> Api:
    return signed_in(make.an_administrator())


def policy(api: Api, **given: Any) -> dict[str, Any]:
    answer = api.post("/policies", TWO_OF_THREE | given)
    assert answer.status == 201, answer.body
    return dict(answer.body)


def test_an_administrator_makes_a_policy_and_everybody_reads_it(administrator: Api, desk: Desk) -> None:
    made = policy(administrator)
    assert made == {
        **TWO_OF_THREE,
        "id": made["id"],
        "kind_label": "independent reviewers",
        "is_active": True,
        "in_use": False,
    }
    assert signed_in(make.a_reviewer(desk).user).get("/policies").body["results"] == [made]


@pytest.mark.parametrize(("kind", "numbers"), [("one", (1, 1)), ("with_editor", (2, 2)), ("independent", (2, 2))])
def test_the_numbers_follow_from_the_kind(administrator: Api, kind: str, numbers: tuple[int, int]) -> None:
    made = administrator.post("/policies", {"key": "plain", "name": "Plain", "kind": kind}).body
    assert (made["judges"], made["agreeing"]) == numbers


@pytest.mark.parametrize(
    ("given", "pointer", "sentence"),
    [
        ({"kind": "one", "judges": 2}, "/judges", "With one reviewer one reviewer is asked."),
        (
            {"kind": "with_editor", "agreeing": 1},
            "/judges",
            "With a reviewer and an editor two are asked and both must agree.",
        ),
        ({"judges": 1}, "/judges", "Independent reviewers are 2 to 7."),
        ({"agreeing": 1}, "/agreeing", "At least 2 must agree, and no more than are asked."),
        ({"agreeing": 4}, "/agreeing", "At least 2 must agree, and no more than are asked."),
    ],
)
def test_numbers_that_do_not_go_together_are_refused_with_the_same_sentence_in_both(
    administrator: Api, signed: SignIn, given: dict[str, Any], pointer: str, sentence: str
) -> None:
    refused = administrator.post("/policies", TWO_OF_THREE | given)
    assert (refused.status, refused.pointers, refused.body["detail"]) == (422, [pointer], sentence)
    form = signed(make.an_administrator()).post(
        reverse("admin:reviews_reviewpolicy_add"), {"judges": 2, "agreeing": 2} | TWO_OF_THREE | given
    )
    assert sentence in html.unescape(form.content.decode())
    assert not ReviewPolicy.objects.exists()


def test_a_key_or_name_is_given_once(administrator: Api) -> None:
    policy(administrator)
    for given in ({"name": "Another"}, {"key": "another"}):
        again = administrator.post("/policies", TWO_OF_THREE | given)
        assert (again.status, again.code) == (409, "policy_known")


def test_a_policy_is_changed_by_its_mark(administrator: Api) -> None:
    path = f"/policies/{policy(administrator)['id']}"
    first = administrator.get(path)
    assert administrator.patch(path, {"name": "Of three, two"}).status == 428
    changed = administrator.patch(path, {"name": "Of three, two", "agreeing": 3}, If_Match=first.etag)
    assert (changed.status, changed.body["agreeing"]) == (200, 3)
    assert administrator.patch(path, {"name": "Late"}, If_Match=first.etag).status == 412
    assert administrator.get(path, If_None_Match=changed.etag).status == 304
    one = administrator.patch(path, {"kind": "one"}, If_Match="*").body
    assert (one["judges"], one["agreeing"]) == (1, 1)


def test_what_a_policy_asks_stays_once_a_claim_was_settled_under_it(administrator: Api, signed: SignIn) -> None:
    kept = make.a_policy(PolicyKind.INDEPENDENT, 3, 2)
    make.a_claim(make.a_desk_with(kept))
    path = f"/policies/{kept.pk}"
    refused = administrator.patch(path, {"agreeing": 3}, If_Match="*")
    assert (refused.status, refused.code) == (409, "policy_in_use")
    assert administrator.patch(path, {"name": "Renamed", "is_active": False}, If_Match="*").body["in_use"]
    browser = signed(make.an_administrator())
    address = reverse("admin:reviews_reviewpolicy_change", args=[kept.pk])
    assert 'name="agreeing"' not in browser.get(address).content.decode()
    browser.post(address, {"name": "Renamed again", "agreeing": 3, "is_active": "on"})
    kept.refresh_from_db()
    assert (kept.name, kept.agreeing, kept.is_active) == ("Renamed again", 2, True)


def test_policies_are_for_administrators_and_for_keys_of_the_whole_newsroom(desk: Desk, signed: SignIn) -> None:
    editor = make.an_editor(desk)
    assert (
        signed_in(editor).post("/policies", TWO_OF_THREE).body["detail"] == "Review policies: only for administrators."
    )
    assert signed(editor).get(reverse("admin:reviews_reviewpolicy_add")).status_code == 403
    assert with_key(Scope.CLAIMS_READ).post("/policies", TWO_OF_THREE).code == "scope_missing"
    confined = with_key(Scope.CLAIMS_READ, Scope.SETUP_MANAGE, desks=(desk,))
    assert (confined.post("/policies", TWO_OF_THREE).status, confined.get("/policies").status) == (403, 200)
    assert policy(with_key(Scope.SETUP_MANAGE))["key"] == "two-of-three"


def test_a_policy_made_in_the_admin_is_the_same(signed: SignIn) -> None:
    browser = signed(make.an_administrator())
    given = {**TWO_OF_THREE, "is_active": "on"}
    assert browser.post(reverse("admin:reviews_reviewpolicy_add"), given).status_code == 302
    made = ReviewPolicy.objects.get()
    assert (made.key, made.kind, made.judges, made.agreeing) == ("two-of-three", "independent", 3, 2)
    assert "2 of 3 must agree" in browser.get(reverse("admin:reviews_reviewpolicy_changelist")).content.decode()
    browser.post(
        reverse("admin:reviews_reviewpolicy_change", args=[made.pk]),
        {"name": "All of three", "kind": "independent", "judges": 3, "agreeing": 3, "is_active": "on"},
    )
    assert ReviewPolicy.objects.get().agreeing == 3


def test_a_policy_that_is_not_there_is_not_found(administrator: Api) -> None:
    assert administrator.get("/policies/9").status == 404
    assert administrator.patch("/policies/9", {"name": "No"}, If_Match="*").status == 404
