"""Articles in, claims made, steps taken, people on and off a claim: the everyday calls."""

from __future__ import annotations

from typing import Any

import pytest

from claims.lifecycle import Action, State
from claims.models import Article, ArticleRevision, Claim, Desk, Source
from reviews.services.acting import offered
from tests.api.conftest import Api, signed_in, with_key
from tests.factories import (
    QUOTE,
    TEXT,
    UNPROVEN,
    a_claim,
    a_desk,
    a_reviewer,
    ahead,
    an_administrator,
    an_article,
    an_editor,
    fresh,
    put_on,
    viewer,
)

ARTICLE: dict[str, Any] = {
    "outlet": "Harbour Post",
    "headline": "Minister may go",
    "url": "https://harbour.example/minister",
    "language": "en",
    "published_at": "2026-11-20T10:00:00+02:00",
    "text": TEXT,
}
OPINION: dict[str, Any] = {"said": "not_checked", "so": "unproven", "why": UNPROVEN.why}


def test_the_same_article_again_is_the_one_that_is_there(api: Api, desk: Desk) -> None:
    first = api.post("/articles", ARTICLE)
    again = api.post("/articles", ARTICLE | {"url": "https://harbour.example/minister?utm_source=mail#top"})
    assert (first.status, again.status) == (201, 200)
    assert (again.body["id"], again.body["is_new"], again.body["is_new_text"]) == (first.body["id"], False, False)
    assert api.get(first.headers["Location"].removeprefix("/api/v1")).body["headline"] == "Minister may go"
    assert Article.objects.count() == 1


def test_a_changed_text_is_a_new_revision(api: Api, desk: Desk) -> None:
    number = api.post("/articles", ARTICLE).body["id"]
    changed = api.post("/articles", ARTICLE | {"text": TEXT + " Corrected."})
    assert (changed.status, changed.body["revision"]["number"]) == (200, 2)
    third = api.post(f"/articles/{number}/revisions", {"text": TEXT + " Corrected twice."})
    assert (third.status, third.body["number"], third.headers["Location"]) == (
        201,
        3,
        f"/api/v1/articles/{number}/revisions/3",
    )
    assert api.post(f"/articles/{number}/revisions", {"text": TEXT}).status == 200
    listed = api.get(f"/articles/{number}/revisions").body["results"]
    assert [(row["number"], row["length"]) for row in listed] == [
        (1, len(TEXT)),
        (2, len(TEXT) + 11),
        (3, len(TEXT) + 17),
    ]
    assert "text" not in listed[0]
    assert api.get(f"/articles/{number}/revisions/2").body["text"] == TEXT + " Corrected."
    assert api.get(f"/articles/{number}/revisions/9").code == "not_found"
    assert ArticleRevision.objects.count() == 3


def test_an_article_of_a_desk_one_does_not_see_is_not_handed_out(desk: Desk) -> None:
    with_key(desks=(a_desk(),)).post("/articles", ARTICLE)
    answer = with_key(desks=(desk,)).post("/articles", ARTICLE)
    assert (answer.status, answer.code) == (409, "already_elsewhere")
    assert "headline" not in answer.body


def test_articles_are_found_by_any_spelling_of_their_address(api: Api, desk: Desk) -> None:
    number = api.post("/articles", ARTICLE).body["id"]
    found = api.get("/articles?url=HTTPS://Harbour.example/minister%3Futm_source=x").body["results"]
    assert [row["id"] for row in found] == [number]
    assert api.get("/articles?url=nonsense").code == "bad_parameter"
    assert api.get("/articles?language=uk&published_after=2026-11-01T00:00:00Z").body["results"] == []


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


def steps_of(claim: Claim) -> list[tuple[str, dict[str, Any], str]]:
    until, due = ahead(hours=5).isoformat(), ahead(hours=9).isoformat()
    date = {"until": "2027-03-28", "precision": "day", "zone": "Europe/Kyiv", "words": "on Sunday"}
    return [
        ("accept", {}, "queued"),
        ("set_priority", {"priority": 1, "reason": "It is urgent."}, "queued"),
        ("set_due", {"review_due_at": due, "reason": "The desk needs it."}, "queued"),
        ("set_own_date", {"own_date": date, "reason": "Read again."}, "queued"),
        ("wait", {"reason": "reply", "waiting_until": until, "review_due_at": due}, "waiting"),
        ("resume", {}, "queued"),
        ("change_desk", {"desk": claim.desk_id, "reason": "It is ours."}, "queued"),
        ("dismiss", {"reason": "other", "note": "Said in jest."}, "dismissed"),
        ("restore", {}, "queued"),
        ("dismiss", {"reason": "off_subject"}, "dismissed"),
        ("undo", {}, "queued"),
        ("set_own_date", {"own_date": None, "reason": "It has none."}, "queued"),
    ]


def test_every_step_of_the_door_is_taken_with_its_body(desk: Desk) -> None:
    editor = an_editor(desk)
    claim = a_claim(desk, State.PROPOSED, by=editor)
    api = signed_in(editor)
    for action, told, state in steps_of(claim):
        answer = api.act(claim.pk, action=action, **told)
        assert (answer.status, answer.body.get("state")) == (200, state), (action, answer.body)
        assert answer.etag == f'"{fresh(claim).version}"'
    assert api.get(f"/claims/{claim.pk}").body["own_date"] is None


def test_a_day_ends_in_its_zone_on_the_day_the_clocks_change(desk: Desk) -> None:
    editor = an_editor(desk)
    claim = a_claim(desk, by=editor)
    date = {"until": "2027-03-28", "zone": "Europe/Kyiv"}
    answer = signed_in(editor).act(claim.pk, action="set_own_date", own_date=date, reason="Read again.")
    assert answer.body["own_date"]["confirm_by"] == "2027-03-28T20:59:59.999999Z"
    assert answer.body["own_date"]["confirm_from"] == "2027-03-27T22:00:00Z"


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


def test_people_come_on_a_claim_and_leave_it_through_one_door(desk: Desk) -> None:
    editor, first, second = an_editor(desk), a_reviewer(desk), a_reviewer(desk)
    claim = a_claim(desk, by=editor)
    path = f"/claims/{claim.pk}/assignments"
    one, two, head = signed_in(first.user), signed_in(second.user), signed_in(editor)
    taken = one.post(path, {"action": "take"})
    assert (taken.status, [row["reviewer"] for row in taken.body["assignees"]]) == (201, [first.pk])
    assert two.post(path, {"action": "take"}).code == "seat_taken"
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
            "name": str(reviewer),
            "desks": [desk.key],
            "languages": ["en", "uk"],
            "topics": ["politics"],
            "limit": 4,
            "open": 1,
            "takes_work": True,
            "away": False,
        }
    ]


def test_everybody_can_ask_who_they_are(desk: Desk) -> None:
    reviewer = a_reviewer(desk, can_triage=True)
    me = signed_in(reviewer.user).get("/me").body
    assert (me["kind"], me["name"], me["reviewer"]) == ("person", str(reviewer), reviewer.pk)
    assert [(row["desk"]["key"], row["role"], row["can_triage"]) for row in me["roles"]] == [
        (desk.key, "reviewer", True)
    ]
    assert signed_in(an_administrator()).get("/me").body["all_desks"] is True


def test_sources_are_added_by_editors_and_found(api: Api, desk: Desk) -> None:
    told = {"name": "Mira Vale", "kind": "person", "aliases": ["M. Vale"], "zone": "Europe/Kyiv"}
    assert api.post("/sources", told).code == "role_missing"
    editor = signed_in(an_editor(desk))
    made = editor.post("/sources", told)
    assert (made.status, made.body["kind_label"]) == (201, "person")
    again = editor.post("/sources", told | {"name": "mira vale"})
    assert (again.status, again.code, again.body["source"]) == (409, "source_known", made.body["id"])
    assert editor.post("/sources", told | {"name": "New", "parent": 10**9}).pointers == ["/parent"]
    assert editor.post("/sources", told | {"name": "New", "zone": "Nowhere"}).pointers == ["/zone"]
    assert [row["name"] for row in api.get("/sources?q=mira&kind=person").body["results"]] == ["Mira Vale"]
    assert Source.objects.count() == 1
