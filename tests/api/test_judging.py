"""Seats beside the reviewers' by the API: the editor's second judgement and the settling of a disagreement."""

from __future__ import annotations

from typing import Any

import pytest

from claims.lifecycle import State
from claims.models import Claim, Desk, DeskRole, User
from reviews.models import PolicyKind, Review, Reviewer
from tests import factories as make
from tests.api.conftest import Answer, Api, signed_in

ANSWERS = {"said": "not_checked", "so": "unproven", "why": "We asked everybody named and found nothing."}


@pytest.fixture
def strict(db: None) -> Desk:
    return make.a_desk_with(make.a_policy(PolicyKind.WITH_EDITOR, 2))


@pytest.fixture
def editor(strict: Desk) -> User:
    return make.an_editor(strict)


@pytest.fixture
def reviewer(strict: Desk) -> Reviewer:
    return make.a_reviewer(strict)


@pytest.fixture
def claim(strict: Desk, editor: User, reviewer: Reviewer) -> Claim:
    """The reviewer is on it; somebody else entered it."""
    claim = make.a_claim(strict, by=make.an_editor(strict))
    make.put_on(claim, reviewer, editor)
    return claim


def take(api: Api, claim: Claim, part: str | None = None) -> Answer:
    return api.post(f"/claims/{claim.pk}/assignments", {"action": "take"} | ({"part": part} if part else {}))


def judge(api: Api, claim: Claim, **answers: Any) -> Answer:
    tag = api.get(f"/claims/{claim.pk}").etag
    return api.post(f"/claims/{claim.pk}/reviews", ANSWERS | answers, If_Match=tag)


def test_an_editor_takes_the_second_judgement_when_it_is_open_and_decides(
    claim: Claim, editor: User, reviewer: Reviewer
) -> None:
    api = signed_in(editor)
    early = take(api, claim, "editor")
    assert (early.status, early.body["detail"]) == (
        409,
        "The editor's seat opens when the reviewer's judgement is in.",
    )
    assert judge(signed_in(reviewer.user), claim).body["claim"]["state"] == "second_opinion"
    assert take(api, claim, "adjudication").body["detail"] == ("An adjudicator is needed only when the reviews differ.")
    assert [one["part"] for one in take(api, claim, "editor").body["assignees"]] == ["editor"]
    assert api.get(f"/claims/{claim.pk}/reviews").body["results"] == []
    assert judge(api, claim).body["claim"]["state"] == "decided"


def test_an_editor_who_names_no_part_takes_the_seat_that_waits_for_one(
    claim: Claim, strict: Desk, editor: User, reviewer: Reviewer
) -> None:
    early = take(signed_in(editor), claim)
    sentence = f"You do not review for {strict} desk, and no seat waits for an editor now."
    assert (early.status, early.body["detail"]) == (409, sentence)
    judge(signed_in(reviewer.user), claim)
    make.evidence_for(claim)
    assert [one["part"] for one in take(signed_in(editor), claim).body["assignees"]] == ["editor"]
    judge(signed_in(editor), claim, so="partly")
    both = make.joined(make.a_reviewer(strict).user, strict, DeskRole.EDITOR)
    assert [one["part"] for one in take(signed_in(both), claim).body["assignees"]] == ["adjudication"]


def test_an_editor_who_reviews_too_takes_the_reviewers_seat_while_one_is_free(claim: Claim, strict: Desk) -> None:
    both = make.joined(make.a_reviewer(strict).user, strict, DeskRole.EDITOR)
    fresh = make.a_claim(strict, by=make.an_editor(strict))
    assert [one["part"] for one in take(signed_in(both), fresh).body["assignees"]] == ["review"]


def test_an_editor_settles_a_disagreement_of_others(claim: Claim, strict: Desk, editor: User) -> None:
    judge(signed_in(claim.assignments.get().reviewer.user), claim)
    make.evidence_for(claim)
    take(signed_in(editor), claim, "editor")
    assert judge(signed_in(editor), claim, so="partly").body["claim"]["state"] == "second_opinion"
    third = signed_in(make.an_editor(strict))
    assert take(signed_in(editor), claim, "adjudication").code == "not_eligible"
    assert take(third, claim, "adjudication").status == 201
    assert len(third.get(f"/claims/{claim.pk}/reviews").body["results"]) == 2
    assert judge(third, claim, so="partly").body["claim"]["state"] == "decided"
    assert make.fresh(claim).state == State.DECIDED


def test_an_editor_without_a_profile_is_named_by_their_number(claim: Claim, strict: Desk, reviewer: Reviewer) -> None:
    judge(signed_in(reviewer.user), claim)
    first, second = make.an_editor(strict), make.an_editor(strict)
    head, path = signed_in(first), f"/claims/{claim.pk}/assignments"
    (listed,) = head.get("/desks").body["results"]
    assert {"id": second.pk, "name": second.full_name} in listed["editors"]
    wrong = {"editor": make.an_editor(make.a_desk()).pk}, {"editor": second.pk, "reviewer": reviewer.pk}
    for named in wrong:
        refused = head.post(path, {"action": "assign", "part": "editor", **named})
        assert (refused.status, refused.pointers) == (422, ["/editor"])
    early = head.post(path, {"action": "assign", "part": "adjudication", "editor": second.pk})
    assert early.body["detail"] == "An adjudicator is needed only when the reviews differ."
    assert not Reviewer.objects.filter(user=second).exists()
    put = head.post(path, {"action": "assign", "part": "editor", "editor": second.pk})
    assert [one["name"] for one in put.body["assignees"]] == [second.full_name]
    over = signed_in(second).post(path, {"action": "hand_over", "editor": first.pk, "note": "Yours after all."})
    assert [one["name"] for one in over.body["assignees"]] == [first.full_name]


def test_a_reviewer_takes_no_seat_of_an_editor(claim: Claim, strict: Desk) -> None:
    other = signed_in(make.a_reviewer(strict).user)
    refused = take(other, claim, "editor")
    assert (refused.status, refused.body["detail"]) == (403, "Judging as editor: only for editor of its desk.")


def test_every_fault_of_a_verdict_is_told_at_once_at_its_field(strict: Desk, editor: User, reviewer: Reviewer) -> None:
    claim = make.a_claim(strict, State.IN_REVIEW, by=editor, reviewer=reviewer, own=make.dated(make.ahead(hours=-1)))
    refused = judge(signed_in(reviewer.user), claim, so="confirmed", why="It is so.")
    assert (refused.status, refused.code) == (422, "invalid")
    assert [(fault["pointer"], fault["code"]) for fault in refused.body["errors"]] == [
        ("/outcome", "outcome_missing"),
        ("/why", "reason_missing"),
        ("", "evidence_missing"),
    ]
    assert refused.body["detail"] == "3 fields need attention."
    assert not Review.objects.filter(claim=claim).exists()


def test_a_single_fault_of_a_verdict_speaks_for_itself(claim: Claim, reviewer: Reviewer) -> None:
    refused = judge(signed_in(reviewer.user), claim, why="It is so.")
    assert (refused.status, refused.code, refused.pointers) == (422, "reason_missing", ["/why"])
