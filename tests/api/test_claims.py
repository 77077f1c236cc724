"""Claims made, changed in their words, and moved step by step."""

from __future__ import annotations

from typing import Any

import pytest

from claims.lifecycle import Action, State
from claims.models import Claim, Desk, DeskRole
from reviews.services.acting import offered
from tests.api.conftest import Api, signed_in, with_key
from tests.api.promises import resolved
from tests.factories import (
    QUOTE,
    a_claim,
    a_desk,
    a_reviewer,
    ahead,
    an_article,
    an_editor,
    fresh,
    joined,
    put_on,
    viewer,
)


def test_a_claim_takes_what_it_is_not_told_from_its_article(api: Api, desk: Desk) -> None:
    taken = an_article(desk=desk)
    made = api.post("/claims", {"article": taken.article.pk, "quote": QUOTE, "topics": ["Politics", "politics"]})
    assert made.status == 201
    assert (made.body["statement"], made.body["language"], made.body["desk"]["key"]) == (QUOTE, "en", desk.key)
    assert (made.body["state"], made.body["topics"], made.body["priority"]) == ("proposed", ["politics"], 3)
    assert made.body["quote"]["hedge"]["words"] == ["is likely to"]
    assert made.body["links"]["admin"].endswith(f"/admin/claims/claim/{made.body['id']}/change/")
    assert made.body == api.get(f"/claims/{made.body['id']}").body
    assert made.body == api.get("/claims").body["results"][0]


def test_a_chain_may_have_a_step_that_nobody_stated(api: Api, desk: Desk) -> None:
    taken = an_article(desk=desk)
    chain: list[dict[str, Any]] = [
        {"source": "Harbour Post", "kind": "outlet"},
        {"note": "The article does not say who told it."},
        {"source": "a person close to her", "kind": "unnamed", "verb": "said", "on_record": False},
    ]
    made = api.post("/claims", {"article": taken.article.pk, "quote": QUOTE, "chain": chain})
    steps = made.body["chain"]
    assert [step["order"] for step in steps] == [1, 2, 3]
    assert steps[1]["source"] is None
    assert (steps[2]["named"], steps[2]["on_record"], steps[2]["source"]["kind"]) == (False, False, "unnamed")
    refused = api.post("/claims", {"article": taken.article.pk, "quote": QUOTE, "chain": [{}, {"source": 7, "who": 1}]})
    assert (refused.status, set(refused.pointers)) == (422, {"/chain/1/source", "/chain/1/who"})


def test_a_claim_with_a_desk_is_accepted_at_once_by_who_may(desk: Desk) -> None:
    told = {"statement": "The minister will resign.", "language": "en", "desk": desk.key, "accept": True}
    made = with_key().post("/claims", told)
    assert (made.body["state"], made.body["review_due_at"]) == ("queued", made.body["first_review_due_at"])
    due = ahead(days=3).isoformat()
    later = with_key().post("/claims", told | {"review_due_at": due})
    assert later.body["review_due_at"] == due.replace("+00:00", "Z")
    refused = signed_in(a_reviewer(desk).user).post("/claims", told)
    assert later.body["review_due_why"] == "as it was asked for"
    assert (refused.status, refused.code) == (403, "role_missing")
    assert Claim.objects.count() == 2


def test_accepting_without_a_desk_says_what_is_missing(desk: Desk) -> None:
    told = {"statement": "The minister will resign.", "language": "en", "accept": True}
    answer = with_key().post("/claims", told)
    assert (answer.status, answer.code, answer.pointers) == (409, "desk_missing", ["/desk"])
    assert not Claim.objects.exists()


def test_somebody_of_another_desk_proposes_nothing_here(desk: Desk) -> None:
    outsider = signed_in(a_reviewer(a_desk()).user)
    told = {"statement": "The minister will resign.", "language": "en", "desk": desk.key}
    assert outsider.post("/claims", told).pointers == ["/desk"]


def test_a_key_edits_the_words_of_what_it_proposed_and_of_nothing_else(desk: Desk) -> None:
    api = with_key()
    made = api.post("/claims", {"statement": "The minister will resign.", "language": "en", "desk": desk.key})
    path = f"/claims/{made.body['id']}"
    edited = api.patch(path, {"statement": "She resigns.", "topics": ["B", "a"]}, If_Match=made.etag)
    assert (edited.body["statement"], edited.body["topics"]) == ("She resigns.", ["a", "b"])
    assert with_key().patch(path, {"statement": "No."}, If_Match=edited.etag).code == "role_missing"
    for name in ("state", "verdict", "review_due_at", "flags", "quote", "id"):
        assert api.patch(path, {name: "x"}, If_Match=edited.etag).code == "read_only"
    assert api.patch(path, {"short_text": "x" * 76}, If_Match=edited.etag).pointers == ["/short_text"]


def test_null_in_a_merge_patch_takes_away_what_may_be_missing(desk: Desk) -> None:
    api = with_key()
    told = {"statement": "The minister will resign.", "language": "en", "short_text": "She resigns.", "topics": ["a"]}
    made = api.post("/claims", told)
    path = f"/claims/{made.body['id']}"
    emptied = api.patch(path, {"short_text": None, "topics": None}, If_Match=made.etag)
    assert (emptied.status, emptied.body["short_text"], emptied.body["topics"]) == (200, "", [])
    assert api.patch(path, {"statement": None}, If_Match=emptied.etag).pointers == ["/statement"]
    described = resolved({"$ref": "#/components/schemas/ClaimPatch"})["properties"]
    nullable = {name for name, member in described.items() if "null" in member["type"]}
    assert nullable == {"short_text", "topics", "selection_reason"}


def test_an_article_that_is_not_there_is_pointed_at(api: Api, desk: Desk) -> None:
    answer = api.post("/claims", {"article": 7, "quote": "likely"})
    assert (answer.status, answer.pointers) == (404, ["/article"])


def steps_of(there: Desk) -> list[tuple[str, dict[str, Any], str]]:
    until, due = ahead(hours=5).isoformat(), ahead(hours=9).isoformat()
    date = {"until": "2027-03-28", "precision": "day", "zone": "Europe/Kyiv", "words": "on Sunday"}
    return [
        ("accept", {}, "queued"),
        ("set_priority", {"priority": 1, "reason": "It is urgent."}, "queued"),
        ("set_due", {"review_due_at": due, "reason": "The desk needs it."}, "queued"),
        ("set_own_date", {"own_date": date, "reason": "Read again."}, "queued"),
        ("wait", {"reason": "reply", "waiting_until": until, "review_due_at": due, "tell_me": True}, "waiting"),
        ("resume", {}, "queued"),
        ("change_desk", {"desk": there.pk, "reason": "It is theirs."}, "queued"),
        ("dismiss", {"reason": "other", "note": "Said in jest."}, "dismissed"),
        ("restore", {}, "queued"),
        ("dismiss", {"reason": "off_subject"}, "dismissed"),
        ("undo", {}, "queued"),
        ("set_own_date", {"own_date": None, "reason": "It has none."}, "queued"),
    ]


def test_every_step_of_the_door_is_taken_with_its_body(desk: Desk) -> None:
    there = a_desk()
    editor = joined(an_editor(desk), there, DeskRole.EDITOR)
    claim = a_claim(desk, State.PROPOSED, by=editor)
    api = signed_in(editor)
    for action, told, state in steps_of(there):
        answer = api.act(claim.pk, action=action, **told)
        assert (answer.status, answer.body.get("state")) == (200, state), (action, answer.body)
        assert answer.etag == f'"{fresh(claim).version}"'
    assert api.get(f"/claims/{claim.pk}").body["own_date"] is None
    assert claim.events.get(type="claim.wait").data["tell_me"] is True


def test_a_claim_is_not_given_to_the_desk_that_it_is_on(desk: Desk) -> None:
    editor = an_editor(desk)
    claim = a_claim(desk, by=editor)
    answer = signed_in(editor).act(claim.pk, action="change_desk", desk=desk.key, reason="It is ours.")
    assert (answer.status, answer.pointers) == (422, ["/desk"])
    assert answer.body["detail"] == f"The claim is on the desk {desk.name} already. Choose another one."
    assert fresh(claim).version == claim.version


def test_a_claim_says_how_its_review_due_came_about(desk: Desk) -> None:
    editor = an_editor(desk)
    claim, api = a_claim(desk, by=editor), signed_in(editor)
    steps: list[tuple[dict[str, Any], str]] = [
        (
            {"action": "set_due", "review_due_at": ahead(hours=4).isoformat(), "reason": "The desk needs it."},
            "moved by {}: The desk needs it.",
        ),
        (
            {
                "action": "wait",
                "reason": "reply",
                "waiting_until": ahead(hours=2).isoformat(),
                "review_due_at": ahead(hours=9).isoformat(),
            },
            "set by {} for after the wait",
        ),
        ({"action": "undo"}, "moved by {}: The desk needs it."),
    ]
    assert api.get(f"/claims/{claim.pk}").body["review_due_why"] == f"{desk.hours_for(3)} h at priority 3"
    for told, words in steps:
        assert api.act(claim.pk, **told).body["review_due_why"] == words.format(editor.full_name)
    assert api.get("/claims").body["results"][0]["review_due_why"] == steps[0][1].format(editor.full_name)
    waiting = a_claim(desk, State.PROPOSED, by=editor)
    assert api.get(f"/claims/{waiting.pk}").body["review_due_why"] == ""


def test_a_day_ends_in_its_zone_on_the_day_the_clocks_change(desk: Desk) -> None:
    editor = an_editor(desk)
    claim = a_claim(desk, by=editor)
    date = {"until": "2027-03-28", "zone": "Europe/Kyiv"}
    answer = signed_in(editor).act(claim.pk, action="set_own_date", own_date=date, reason="Read again.")
    assert answer.body["own_date"]["confirm_by"] == "2027-03-28T20:59:59.999999Z"
    assert answer.body["own_date"]["confirm_from"] == "2027-03-27T22:00:00Z"


def test_a_claim_can_be_given_to_a_desk_whose_claims_the_giver_does_not_see(desk: Desk) -> None:
    claim, other = a_claim(desk), a_desk()
    answer = signed_in(an_editor(desk)).act(claim.pk, action="change_desk", desk=other.key, reason="It is theirs.")
    assert (answer.status, answer.body["desk"]["key"]) == (200, other.key)


def test_a_claim_given_to_an_unseen_desk_is_taken_back_by_whoever_gave_it(desk: Desk) -> None:
    claim, other = a_claim(desk), a_desk()
    api = signed_in(an_editor(desk))
    given = api.act(claim.pk, action="change_desk", desk=other.key, reason="It is theirs.")
    assert api.get(f"/claims/{claim.pk}").status == 404
    assert (
        signed_in(an_editor(desk)).post(f"/claims/{claim.pk}/actions", {"action": "undo"}, If_Match="*").status == 404
    )
    again = {"action": "change_desk", "desk": other.key, "reason": "Once more."}
    assert api.post(f"/claims/{claim.pk}/actions", again, If_Match="*").status == 404
    answer = api.post(f"/claims/{claim.pk}/actions", {"action": "undo"}, If_Match=given.etag)
    assert (answer.status, answer.body["desk"]["key"]) == (200, desk.key)
    assert api.get(f"/claims/{claim.pk}").status == 200


def test_an_undo_that_names_its_event_takes_back_nothing_else(desk: Desk) -> None:
    editor, reviewer = an_editor(desk), a_reviewer(desk)
    claim, api = a_claim(desk, by=editor), signed_in(editor)
    api.act(claim.pk, action="set_priority", priority=1, reason="It leads the page.")
    seq = fresh(claim).head.event_seq
    put_on(claim, reviewer, editor)  # the version stays as it is
    answer = api.act(claim.pk, action="undo", seq=seq)
    assert (answer.status, answer.body["detail"]) == (
        409,
        "Something else was done since. Take the opposite step instead.",
    )
    api.act(claim.pk, action="set_priority", priority=2, reason="Not quite.")
    assert api.act(claim.pk, action="undo", seq=fresh(claim).head.event_seq).body["priority"] == 1
    assert api.act(claim.pk, action="undo", seq="last").pointers == ["/seq"]
    newest = fresh(claim).head.event_seq
    never = api.act(claim.pk, action="undo", seq=newest + 1)
    assert (never.status, never.pointers) == (422, ["/seq"])
    assert never.body["detail"] == f"The claim has no event {newest + 1}; its newest is {newest}."


def test_a_claim_given_away_is_not_taken_back_once_something_else_has_happened(desk: Desk) -> None:
    claim, other = a_claim(desk), a_desk()
    api = signed_in(an_editor(desk))
    api.act(claim.pk, action="change_desk", desk=other.key, reason="It is theirs.")
    signed_in(an_editor(other)).act(claim.pk, action="set_priority", priority=1, reason="It leads the page.")
    answer = api.post(f"/claims/{claim.pk}/actions", {"action": "undo"}, If_Match="*")
    assert (answer.status, answer.body["detail"]) == (
        409,
        "Something else has happened since, or the last step was not yours.",
    )


def test_a_decided_claim_is_reopened_with_a_reason(desk: Desk) -> None:
    claim = a_claim(desk, State.DECIDED)
    api = signed_in(an_editor(desk))
    assert api.act(claim.pk, action="reopen").pointers == ["/reason"]
    answer = api.act(claim.pk, action="reopen", reason="New evidence came in.")
    assert (answer.body["state"], answer.body["verdict"]) == ("in_review", None)
    assert [row["standing"] for row in api.get(f"/claims/{claim.pk}/decisions").body["results"]] == [False]


def test_a_duplicate_names_a_claim_one_can_see(desk: Desk) -> None:
    editor = an_editor(desk)
    claim, original, hidden = a_claim(desk), a_claim(desk), a_claim(a_desk())
    api = signed_in(editor)
    assert api.act(claim.pk, action="dismiss", reason="duplicate", duplicate_of=hidden.pk).pointers == ["/duplicate_of"]
    answer = api.act(claim.pk, action="dismiss", reason="duplicate", duplicate_of=original.pk)
    assert answer.body["dismissal"]["duplicate_of"] == original.pk


@pytest.mark.parametrize("state", list(State))
def test_allowed_actions_say_what_the_page_says(desk: Desk, state: State) -> None:
    editor = an_editor(desk)
    claim = a_claim(desk, state, by=editor)
    rows = signed_in(editor).get(f"/claims/{claim.pk}/allowed_actions").body["results"]
    expected = [(offer.action, offer.allowed, offer.sentence) for offer in offered(claim.pk, viewer(editor))]
    assert [(row["action"], row["allowed"], row["sentence"]) for row in rows] == expected
    assert all(row["sentence"] and row["code"] for row in rows if not row["allowed"])
    doors = {row["action"]: (row["method"], row["href"].rsplit("/", 1)[1]) for row in rows}
    assert doors[Action.EDIT] == ("PATCH", str(claim.pk))
    assert doors[Action.SUBMIT_REVIEW] == ("POST", "reviews")
    assert doors[Action.HAND_OVER] == ("POST", "assignments")
    assert doors[Action.DISMISS] == ("POST", "actions")


def test_what_is_offered_is_what_is_answered(desk: Desk) -> None:
    claim = a_claim(desk, State.DECIDED)
    api = signed_in(a_reviewer(desk).user)
    offer = next(
        row for row in api.get(f"/claims/{claim.pk}/allowed_actions").body["results"] if row["action"] == "reopen"
    )
    answer = api.act(claim.pk, action="reopen", reason="I would like to.")
    assert (offer["allowed"], offer["sentence"], offer["code"]) == (False, answer.body["detail"], answer.code)
