"""People on and off a claim, their reviews, and the numbers and lists about them."""

from __future__ import annotations

from typing import Any

import pytest

from claims.exports.times import rfc3339
from claims.lifecycle import State
from claims.models import Claim, Desk, Scope, Source
from tests.api.conftest import Api, signed_in, with_key
from tests.factories import (
    QUOTE,
    UNPROVEN,
    a_claim,
    a_desk,
    a_reviewer,
    an_administrator,
    an_editor,
    fresh,
    put_on,
    start,
)

OPINION: dict[str, Any] = {"said": "not_checked", "so": "unproven", "why": UNPROVEN.why}


def test_people_come_on_a_claim_and_leave_it_through_one_door(desk: Desk) -> None:
    editor, first, second = an_editor(desk), a_reviewer(desk), a_reviewer(desk)
    claim = a_claim(desk, by=editor)
    path = f"/claims/{claim.pk}/assignments"
    one, two, head = signed_in(first.user), signed_in(second.user), signed_in(editor)
    taken = one.post(path, {"action": "take"})
    assert (taken.status, [row["reviewer"] for row in taken.body["assignees"]]) == (201, [first.pk])
    assert two.post(path, {"action": "take"}).code == "seat_taken"
    twice = one.post(path, {"action": "take"})
    assert (twice.status, twice.code, twice.body["detail"]) == (409, "not_eligible", "You are on this claim already.")
    put_twice = head.post(path, {"action": "assign", "reviewer": first.pk})
    assert put_twice.body["detail"] == f"{first} is on this claim already."
    assert one.post(path, {"action": "hand_over", "to": second.pk}).code == "note_missing"
    over = one.post(path, {"action": "hand_over", "to": second.pk, "note": "You know the harbour better."})
    assert [row["reviewer"] for row in over.body["assignees"]] == [second.pk]
    assert two.post(path, {"action": "decline"}).body["assignees"] == []
    assert one.post(path, {"action": "assign", "reviewer": second.pk}).code == "role_missing"
    assert head.post(path, {"action": "assign", "reviewer": 10**9}).pointers == ["/reviewer"]
    assert head.post(path, {"action": "assign", "reviewer": second.pk, "source": 1}).pointers == ["/source"]
    third = a_reviewer(desk)
    put = head.post(path, {"action": "assign", "reviewer": third.pk, "note": "Please."})
    assert [row["name"] for row in put.body["assignees"]] == [str(third)]
    listed = head.get(path).body["results"]
    assert [row["status"] for row in listed] == ["handed_over", "declined", "open"]
    assert listed[0]["reasons"]
    assert listed[-1]["rule"] == f"assigned by {editor.full_name}"


def test_the_reasons_name_as_chosen_whom_the_editor_chose(desk: Desk) -> None:
    editor, ranked_first, named = an_editor(desk), a_reviewer(desk), a_reviewer(desk)
    claim = a_claim(desk, by=editor)
    head = signed_in(editor)
    head.post(f"/claims/{claim.pk}/assignments", {"action": "assign", "reviewer": named.pk})
    (row,) = head.get(f"/claims/{claim.pk}/assignments").body["results"]
    codes = {reason["reviewer_id"]: reason["code"] for reason in row["reasons"]}
    assert codes == {ranked_first.pk: "eligible", named.pk: "chosen"}


@pytest.mark.parametrize("way", ["take", "decline", "hand_over", "recuse"])
def test_a_seat_is_refused_in_the_words_of_the_allowed_actions(way: str, desk: Desk, api: Api) -> None:
    for state in (State.PROPOSED, State.QUEUED):
        claim = a_claim(desk, state)
        offers = api.get(f"/claims/{claim.pk}/allowed_actions").body["results"]
        action = "assign" if way == "take" else way
        said = next((row["code"], row["sentence"]) for row in offers if row["action"] == action)
        answer = api.post(f"/claims/{claim.pk}/assignments", {"action": way})
        assert (answer.code, answer.body["detail"]) == said


def test_an_interest_is_named_and_kept(desk: Desk) -> None:
    reviewer, editor = a_reviewer(desk), an_editor(desk)
    claim = a_claim(desk, by=editor)
    outlet = claim.appearances.get().revision.article.outlet
    api = signed_in(editor)
    made = api.post(
        "/claims",
        {
            "article": claim.appearances.get().revision.article_id,
            "quote": QUOTE,
            "chain": [{"source": outlet.name, "kind": "outlet"}],
            "accept": True,
            "desk": desk.key,
        },
    )
    put_on(Claim.objects.get(pk=made.body["id"]), reviewer, editor)
    person = signed_in(reviewer.user)
    path = f"/claims/{made.body['id']}/assignments"
    assert person.post(path, {"action": "recuse"}).code == "interest_missing"
    assert person.post(path, {"action": "recuse", "source": outlet.pk, "note": "I write for it."}).status == 201
    again = person.post(path, {"action": "take"})
    assert (again.status, again.code) == (409, "not_eligible")


def test_an_editor_asks_for_a_second_opinion_without_one_of_their_own(desk: Desk) -> None:
    editor = an_editor(desk)
    claim = a_claim(desk, State.IN_REVIEW, by=editor)
    answer = signed_in(editor).post(
        f"/claims/{claim.pk}/reviews", {"second_opinion": {"why": "It is delicate."}}, If_Match="*"
    )
    assert (answer.status, answer.body["review"], answer.body["claim"]["state"]) == (201, None, "second_opinion")


def test_a_reviewer_asks_for_a_second_opinion_with_their_own(desk: Desk) -> None:
    reviewer = a_reviewer(desk)
    claim = a_claim(desk, State.IN_REVIEW, reviewer=reviewer)
    told = OPINION | {"second_opinion": {"why": "Another pair of eyes."}}
    answer = signed_in(reviewer.user).post(f"/claims/{claim.pk}/reviews", told, If_Match="*")
    assert (answer.status, answer.body["claim"]["state"], answer.body["claim"]["verdict"]) == (
        201,
        "second_opinion",
        None,
    )
    assert answer.body["review"]["so"] == "unproven"


def test_a_second_opinion_is_asked_of_somebody_by_name(desk: Desk) -> None:
    reviewer, named = a_reviewer(desk), a_reviewer(desk)
    claim = a_claim(desk, State.IN_REVIEW, reviewer=reviewer)
    api, path = signed_in(reviewer.user), f"/claims/{claim.pk}/reviews"
    asked = OPINION | {"second_opinion": {"why": "You know the port.", "reviewer": 10**9}}
    assert api.post(path, asked, If_Match="*").pointers == ["/second_opinion/reviewer"]
    mine = OPINION | {"second_opinion": {"why": "You know the port.", "reviewer": reviewer.pk}}
    assert api.post(path, mine, If_Match="*").body["detail"] == f"{reviewer}: already on this claim."
    theirs = OPINION | {"second_opinion": {"why": "You know the port.", "reviewer": named.pk}}
    answer = api.post(path, theirs, If_Match="*")
    assert [row["reviewer"] for row in answer.body["claim"]["assignees"]] == [named.pk]
    assert signed_in(named.user).get(path).body["results"] == []


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"so": "maybe"}, "/so"),
        ({"said": None}, "/said"),
        ({"why": "short"}, "/why"),
        ({"so": None}, "/so"),
        ({"too_early": True}, "/too_early"),
        ({"outcome": "by_date"}, "/outcome"),
        ({"verdict": "x"}, "/verdict"),
    ],
)
def test_half_a_review_is_refused(desk: Desk, changed: dict[str, Any], pointer: str) -> None:
    reviewer = a_reviewer(desk)
    claim = a_claim(desk, State.IN_REVIEW, reviewer=reviewer)
    answer = signed_in(reviewer.user).post(f"/claims/{claim.pk}/reviews", OPINION | changed, If_Match="*")
    assert (answer.status, answer.pointers) == (422, [pointer]), answer.body
    assert fresh(claim).state == State.IN_REVIEW


def test_nobody_reviews_a_claim_they_are_not_on(desk: Desk) -> None:
    claim = a_claim(desk, State.IN_REVIEW)
    answer = signed_in(a_reviewer(desk).user).post(f"/claims/{claim.pk}/reviews", OPINION, If_Match="*")
    assert (answer.status, answer.code) == (403, "not_on_it")


def test_every_number_equals_the_list_behind_it(api: Api, desk: Desk) -> None:
    for state in State:
        a_claim(desk, state)
    rows = api.get("/stats").body["results"]
    assert {"late", "date_passed", "due_24h", "open", "decided_today"} <= {row["key"] for row in rows}
    values = {row["key"]: row["value"] for row in rows}
    assert (values["open"], values["decided_today"]) == (4, 1)
    for row in rows:
        listed = api.get(row["href"].split("/api/v1")[1] + "?count=exact").body
        assert len(listed["results"]) == listed["count"] == row["value"]
    assert api.get(f"/stats?desk={a_desk().pk}").body["results"][3]["value"] == 0
    assert api.get(f"/stats?desk={desk.key}").body["results"][3]["value"] == values["open"]
    assert api.get("/stats?desk=none-such").code == "bad_parameter"
    assert api.get("/stats/none-such").code == "not_found"
    assert api.get("/stats?zone=Mars/Base").code == "bad_parameter"


def test_reviewers_are_listed_with_their_load(api: Api, desk: Desk) -> None:
    reviewer = a_reviewer(desk, languages=["en", "uk"], topics=["politics"], limit=4)
    put_on(a_claim(desk), reviewer, an_editor(desk))
    a_reviewer(a_desk())
    row = api.get(f"/reviewers?desk={desk.key}").body["results"]
    assert row == [
        {
            "id": reviewer.pk,
            "person": reviewer.user_id,
            "name": str(reviewer),
            "desks": [desk.key],
            "languages": ["en", "uk"],
            "writes": [],
            "topics": ["politics"],
            "limit": 4,
            "open": 1,
            "late": 0,
            "due_24h": 1,
            "takes_work": True,
            "gives_second_opinions": True,
            "away": False,
            "away_until": None,
            "last_active": None,
            "zone": "UTC",
            "works_from": None,
            "works_until": None,
            "workdays": [1, 2, 3, 4, 5],
        }
    ]


def test_a_reviewer_was_last_active_when_they_last_did_something_themselves(api: Api, desk: Desk) -> None:
    editor, reviewer = an_editor(desk), a_reviewer(desk)
    claim = a_claim(desk, by=editor)
    put_on(claim, reviewer, editor)
    path = f"/reviewers/{reviewer.pk}"
    assert api.get(path).body["last_active"] is None
    start(claim, reviewer)
    put_on(a_claim(desk, by=editor), reviewer, editor)
    assert api.get(path).body["last_active"] == rfc3339(claim.events.get(type="claim.start").recorded_at)


def test_everybody_can_ask_who_they_are(desk: Desk) -> None:
    reviewer = a_reviewer(desk, can_triage=True)
    me = signed_in(reviewer.user).get("/me").body
    assert (me["kind"], me["name"], me["reviewer"]) == ("person", str(reviewer), reviewer.pk)
    assert [(row["desk"]["key"], row["role"], row["can_triage"]) for row in me["roles"]] == [
        (desk.key, "reviewer", True)
    ]
    assert (me["zone"], me["reading_size"], me["shortcuts"]) == (reviewer.user.zone, "usual", "on")
    assert signed_in(an_administrator()).get("/me").body["all_desks"] is True


def test_sources_are_added_by_editors_and_found(api: Api, desk: Desk) -> None:
    told = {"name": "Mira Vale", "kind": "person", "aliases": ["M. Vale"], "zone": "Europe/Kyiv"}
    assert signed_in(a_reviewer(desk).user).post("/sources", told).code == "role_missing"
    editor = signed_in(an_editor(desk))
    made = editor.post("/sources", told)
    assert (made.status, made.body["kind_label"]) == (201, "person")
    again = editor.post("/sources", told | {"name": "mira vale"})
    assert (again.status, again.code, again.body["source"]) == (409, "source_known", made.body["id"])
    assert editor.post("/sources", told | {"name": "New", "parent": 10**9}).pointers == ["/parent"]
    assert editor.post("/sources", told | {"name": "New", "zone": "Nowhere"}).pointers == ["/zone"]
    assert [row["name"] for row in api.get("/sources?q=mira&kind=person").body["results"]] == ["Mira Vale"]
    assert Source.objects.count() == 1


def test_the_words_of_a_recusal_are_for_whoever_keeps_the_persons_interests(desk: Desk) -> None:
    editor, reviewer, colleague = an_editor(desk), a_reviewer(desk), a_reviewer(desk)
    claim = a_claim(desk, State.IN_REVIEW, by=editor, reviewer=reviewer)
    outlet = claim.appearances.get().revision.article.outlet_id
    path = f"/claims/{claim.pk}/assignments"
    signed_in(reviewer.user).post(path, {"action": "recuse", "source": outlet, "note": "My aunt owns it."})
    for who, note in ((reviewer.user, "My aunt owns it."), (editor, "My aunt owns it."), (colleague.user, "")):
        assert [row["note"] for row in signed_in(who).get(path).body["results"]] == [note]
    key = with_key(Scope.CLAIMS_READ)
    assert [row["note"] for row in key.get(path).body["results"]] == [""]
