"""Splitting and merging by API: linked both ways, only with what the caller sees."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings

from claims.lifecycle import State
from claims.models import Claim, Desk, DeskRole, User, Visibility
from tests.api.conftest import Api, signed_in
from tests.factories import a_claim, a_desk, a_reviewer, ahead, an_editor, dated, evidence_for, joined

pytestmark = pytest.mark.django_db
SECOND = "The minister denied it on Monday."


@pytest.fixture
def api(editor: User) -> Api:
    return signed_in(editor)


@pytest.fixture
def claim(desk: Desk, editor: User) -> Claim:
    return a_claim(desk, by=editor, own=dated(ahead(days=2)))


def test_a_claim_is_split_and_both_name_the_other(api: Api, claim: Claim) -> None:
    item = evidence_for(claim)
    answer = api.act(claim.pk, action="split", statement=SECOND, quote="The minister", evidence=[item.pk])
    assert answer.status == 200
    (number,) = answer.body["parts"]
    part = api.get(f"/claims/{number}").body
    assert (part["split_from"], part["statement"], part["state"]) == (claim.pk, SECOND, "queued")
    assert part["quote"]["exact"] == "The minister"
    assert part["own_date"]["confirm_by"] == answer.body["own_date"]["confirm_by"]
    (shared,) = api.get(f"/claims/{number}/evidence").body["results"]
    assert (shared["copied_from"], shared["url"]) == (item.pk, item.url)
    assert provenance(api, number)["prov:wasDerivedFrom"] == [named(claim.pk)]


def test_the_second_claim_has_a_date_of_its_own_or_none(api: Api, claim: Claim) -> None:
    given = {"until": "2031-05-01", "zone": "Europe/Kyiv", "words": "on the first of May"}
    for own_date, words in ((given, "on the first of May"), (None, None)):
        answer = api.act(claim.pk, action="split", statement=f"{SECOND} {words}", own_date=own_date)
        part = api.get(f"/claims/{answer.body['parts'][-1]}").body["own_date"]
        assert (part and part["words"]) == words


def test_only_evidence_that_the_caller_sees_is_shared(desk: Desk, claim: Claim) -> None:
    hidden = evidence_for(claim, visibility=Visibility.PROTECTED)
    proposed = a_claim(desk, State.PROPOSED)
    protected = evidence_for(proposed, visibility=Visibility.PROTECTED)
    triager = signed_in(a_reviewer(desk, can_triage=True).user)
    for number in (protected.pk, hidden.pk, 999_999):
        refused = triager.act(proposed.pk, action="split", statement=SECOND, evidence=[number])
        assert (refused.status, refused.pointers) == (422, ["/evidence"])
        assert refused.body["detail"] == f"There is no evidence {number} on this claim."


def test_a_claim_is_merged_and_stays_in_lists(api: Api, claim: Claim, desk: Desk) -> None:
    repeats = a_claim(desk)
    answer = api.act(repeats.pk, action="merge", into=claim.pk, note="Word for word.")
    assert answer.body["dismissal"] | {"reason_label": ""} == {
        "reason": "duplicate",
        "reason_label": "",
        "note": "Word for word.",
        "duplicate_of": claim.pk,
    }
    assert api.get(f"/claims/{claim.pk}").body["merged"] == [repeats.pk]
    assert provenance(api, claim.pk)["prov:alternateOf"] == [named(repeats.pk)]
    assert provenance(api, repeats.pk)["prov:alternateOf"] == [named(claim.pk)]
    assert repeats.pk in [row["id"] for row in api.get("/claims?state=dismissed&q=minister").body["results"]]
    back = api.act(repeats.pk, action="undo")
    assert (back.body["state"], back.body["dismissal"]) == ("queued", None)
    assert api.get(f"/claims/{claim.pk}").body["merged"] == []
    assert "prov:alternateOf" not in provenance(api, repeats.pk)


def test_refusals_point_at_what_is_wrong(api: Api, claim: Claim) -> None:
    hidden = a_claim(a_desk())
    unknown = api.act(claim.pk, action="merge", into=hidden.pk)
    assert (unknown.status, unknown.pointers) == (422, ["/into"])
    itself = api.act(claim.pk, action="merge", into=claim.pk)
    assert (itself.status, itself.code, itself.pointers) == (409, "duplicate_not_possible", ["/into"])
    same = api.act(claim.pk, action="split", statement=claim.statement)
    assert (same.status, same.code, same.pointers) == (422, "part_same", ["/statement"])
    stray = api.act(claim.pk, action="split", statement=SECOND, quote="words that are nowhere in it")
    assert (stray.status, stray.code) == (422, "quote_not_found")


def test_a_merged_claim_of_another_desk_is_named_only_to_those_who_see_it(claim: Claim, editor: User) -> None:
    other = a_desk()
    theirs = an_editor(other)
    both = signed_in(joined_to_both(theirs, claim))
    repeats = a_claim(other, by=theirs)
    assert both.act(repeats.pk, action="merge", into=claim.pk).status == 200
    assert both.get(f"/claims/{claim.pk}").body["merged"] == [repeats.pk]
    assert signed_in(editor).get(f"/claims/{claim.pk}").body["merged"] == []
    assert "prov:alternateOf" not in provenance(signed_in(editor), claim.pk)
    told = signed_in(editor).get(f"/claims/{claim.pk}/events").body["results"]
    assert [row["data"] for row in told if "absorb" in row["type"]] == [{"merged": repeats.pk}]


def named(number: int) -> dict[str, str]:
    """A claim as the graph names it."""
    return {"@id": f"{settings.SITE_URL}/api/v1/claims/{number}"}


def provenance(api: Api, number: int) -> dict[str, Any]:
    """The claim's own node of its graph."""
    nodes = api.get(f"/claims/{number}/provenance").body["@graph"]
    return next(node for node in nodes if node["@id"] == named(number)["@id"])


def joined_to_both(user: User, claim: Claim) -> User:
    """An editor of another desk who reviews for the claim's desk as well."""
    assert claim.desk is not None
    return joined(user, claim.desk, DeskRole.REVIEWER)


def test_the_quotes_of_what_was_merged_come_with_the_claim_that_stays(api: Api, desk: Desk, editor: User) -> None:
    stays, first, second = (a_claim(desk, by=editor) for _ in range(3))
    for merged, into in ((first, second), (second, stays)):
        assert api.act(merged.pk, action="merge", into=into.pk).status == 200
    shown = api.get(f"/claims/{stays.pk}").body
    assert [one["claim"] for one in shown["merged_quotes"]] == [first.pk, second.pk]
    rows = {row["id"]: [one["claim"] for one in row["merged_quotes"]] for row in api.get("/claims").body["results"]}
    assert rows == {stays.pk: [first.pk, second.pk], second.pk: [first.pk], first.pk: []}
    where = first.appearances.get().revision.article
    assert shown["merged_quotes"][0]["article"]["id"] == where.pk
    assert shown["merged_quotes"][0]["exact"] == first.appearances.get().exact
    assert shown["quote"]["article"]["id"] == stays.appearances.get().revision.article_id
    listed = [row["id"] for row in api.get(f"/claims?article={where.pk}").body["results"]]
    assert sorted(listed) == [stays.pk, first.pk, second.pk]
    assert [row["id"] for row in api.get(f"/claims?article={where.pk}&state=queued").body["results"]] == [stays.pk]


def test_nothing_is_said_of_a_merged_claim_that_the_caller_does_not_see(desk: Desk, editor: User) -> None:
    other = a_desk()
    stays, hidden = a_claim(desk, by=editor), a_claim(other)
    both = joined(joined(an_editor(a_desk()), desk, DeskRole.EDITOR), other, DeskRole.EDITOR)
    assert signed_in(both).act(hidden.pk, action="merge", into=stays.pk).status == 200
    article = hidden.appearances.get().revision.article_id
    assert [one["claim"] for one in signed_in(both).get(f"/claims/{stays.pk}").body["merged_quotes"]] == [hidden.pk]
    mine = signed_in(editor)
    assert mine.get(f"/claims/{stays.pk}").body["merged_quotes"] == []
    assert mine.get(f"/claims?article={article}").body["results"] == []
