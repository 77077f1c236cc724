"""What the API must withstand: each a clear problem, and nothing written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from claims.lifecycle import State
from claims.models import Article, ArticleRevision, Claim, ClaimEvent, Decision, Desk
from reviews.models import Review
from tests.api.conftest import Api, signed_in
from tests.factories import QUOTE, TEXT, a_claim, a_reviewer, an_article, an_editor, put_on

WHY = "Two reports that know nothing of each other say the same."
ARTICLE: dict[str, Any] = {
    "outlet": "Harbour Post",
    "headline": "Minister may go",
    "language": "en",
    "published_at": "2026-11-20T10:00:00+02:00",
    "text": TEXT,
}


def everything() -> list[int]:
    """How many rows there are of all that a request could write."""
    return [model.objects.count() for model in (Article, ArticleRevision, Claim, ClaimEvent, Decision, Review)]


def test_a_verdict_without_evidence(desk: Desk) -> None:
    reviewer = a_reviewer(desk)
    claim = a_claim(desk)
    put_on(claim, reviewer, an_editor(desk))
    before = everything()
    person = signed_in(reviewer.user)
    told = {"said": "not_checked", "so": "confirmed", "why": WHY}
    answer = person.post(f"/claims/{claim.pk}/reviews", told, If_Match=person.get(f"/claims/{claim.pk}").etag)
    assert (answer.status, answer.code) == (409, "evidence_missing")
    assert answer.body["detail"] == 'No evidence yet. Record "Unproven" or add evidence.'
    assert everything() == before


@pytest.mark.parametrize(
    ("changed", "status", "code", "pointer"),
    [
        ({"published_at": "2026-11-20T10:00:00"}, 422, "naive_time", "/published_at"),
        ({"published_at": "yesterday"}, 422, "invalid", "/published_at"),
        ({"published_at": 1700000000}, 422, "invalid", "/published_at"),
        ({"published_at": "0001-01-01T00:00:00Z"}, 422, "invalid", "/published_at"),
        ({"published_at": "2026-W47-5T10:00:00Z"}, 422, "invalid", "/published_at"),
        ({"published_at": "20261120T100000+0200"}, 422, "invalid", "/published_at"),
        ({"published_at": "\uff12\uff10\uff12\uff16-11-20T10:00:00Z"}, 422, "invalid", "/published_at"),
        ({"published_at": "2026-02-30T00:00:00Z"}, 422, "invalid", "/published_at"),
        ({"headline": "Minister \u202emay go"}, 422, "unusable_text", "/headline"),
        ({"headline": "Minister\x00"}, 422, "unusable_text", "/headline"),
        ({"text": "The minister \u2066may\u2069 go"}, 422, "unusable_text", "/text"),
        ({"text": "a" * 2_000_000}, 422, "unusable_text", "/text"),
        ({"text": "  \n "}, 422, "invalid", "/text"),
        ({"outlet": ""}, 422, "invalid", "/outlet"),
        ({"url": "javascript:alert(1)"}, 422, "unusable_address", "/url"),
        ({"url": "https://user:secret@harbour.example/"}, 422, "unusable_address", "/url"),
        ({"published_zone": "Mars/Base"}, 422, "invalid", ""),
        ({"published_zone": "localtime"}, 422, "invalid", ""),
        ({"headline": "\u200b"}, 422, "unusable_text", "/headline"),
        ({"headline": "Minister\U000e0067\U000e006f may go"}, 422, "unusable_text", "/headline"),
        ({"desk": "no-such-desk"}, 422, "invalid", "/desk"),
        ({"extract": True}, 422, "invalid", "/extract"),
        ({"id": 7}, 422, "unknown_field", "/id"),
    ],
)
def test_an_article_that_cannot_be_taken(
    api: Api, changed: dict[str, Any], status: int, code: str, pointer: str
) -> None:
    answer = api.post("/articles", ARTICLE | changed)
    assert (answer.status, answer.code) == (status, code), answer.body
    if pointer:
        assert answer.pointers == [pointer]
    assert everything() == [0] * 6


@pytest.mark.parametrize(
    "written",
    ["2026-11-20t10:00:00z", "2026-11-20 10:00:00+00:00", "2026-11-20T12:00:00.000000000+02:00", "2026-11-20T10:00Z"],
)
def test_a_time_may_be_written_as_the_standard_has_it(api: Api, written: str) -> None:
    answer = api.post("/articles", ARTICLE | {"published_at": written})
    assert (answer.status, answer.body["published_at"]) == (201, "2026-11-20T10:00:00Z")


def test_a_naive_time_comes_with_the_way_out(api: Api) -> None:
    answer = api.post("/articles", ARTICLE | {"published_at": "2026-11-20T10:00:00"})
    assert "has no zone" in answer.body["detail"]
    assert "+02:00" in answer.body["errors"][0]["hint"]


def test_a_quote_that_is_not_in_the_text_comes_with_the_nearest(api: Api, desk: Desk) -> None:
    taken = an_article(desk=desk)
    before = everything()
    answer = api.post("/claims", {"article": taken.article.pk, "quote": "The minister is likely to retire next week"})
    assert (answer.status, answer.code, answer.pointers) == (422, "quote_not_found", ["/quote"])
    near = answer.body["nearest"]
    assert TEXT[near["start"] : near["end"]] == near["exact"]
    assert "likely to resign" in near["exact"]
    assert everything() == before


def test_a_quote_that_stands_twice_lists_where(api: Api, desk: Desk) -> None:
    taken = an_article(desk=desk, text="She said no. He asked. She said no. They left.")
    told = {"article": taken.article.pk, "quote": "She said no."}
    answer = api.post("/claims", told)
    assert (answer.status, answer.code) == (422, "quote_ambiguous")
    assert answer.body["offsets"] == [0, 23]
    made = api.post("/claims", told | {"quote": {"exact": "She said no.", "start": 23}})
    assert (made.status, made.body["quote"]["start"]) == (201, 23)


def test_a_wrong_version(api: Api, desk: Desk) -> None:
    claim = a_claim(desk, State.PROPOSED)
    before = everything()
    answer = api.post(f"/claims/{claim.pk}/actions", {"action": "accept"}, If_Match='"99"')
    assert (answer.status, answer.code) == (412, "stale_version")
    assert answer.body["current"] == claim.version
    assert answer.body["current_etag"] == f'"{claim.version}"'
    assert everything() == before


def test_an_action_the_state_does_not_allow(api: Api, desk: Desk) -> None:
    claim = a_claim(desk)
    before = everything()
    answer = api.act(claim.pk, action="accept")
    assert (answer.status, answer.code) == (409, "action_not_possible")
    assert answer.body["detail"] == "Accept is possible only in Proposed; this claim is Queued."
    assert everything() == before


@pytest.mark.parametrize(
    "name",
    ["bogus", "", "propose", "start", "raise_flag", "settle", "submit_review", "edit", "assign", None, 7],
)
def test_an_action_that_is_no_step_of_this_door(api: Api, desk: Desk, name: object) -> None:
    claim = a_claim(desk)
    answer = api.post(f"/claims/{claim.pk}/actions", {"action": name}, If_Match=f'"{claim.version}"')
    assert (answer.status, answer.pointers) == (422, ["/action"])


def test_events_cannot_be_rewritten_through_any_method(api: Api, desk: Desk) -> None:
    claim = a_claim(desk)
    for method in ("PUT", "PATCH", "DELETE", "POST"):
        assert api(method, f"/claims/{claim.pk}/events", {}).status == 405
    assert api("DELETE", f"/claims/{claim.pk}").status == 405


HOSTILE = ["\x00", "\u202e", "\ud800", "' OR 1=1 --", "%s", "{{7*7}}", "a" * 300, "\ufffe"]


@pytest.mark.parametrize(
    "parameter", ["q", "cursor", "state", "desk", "outlet", "assignee", "due_after", "limit", "sort", "flag", "nothing"]
)
def test_hostile_words_in_the_address_are_never_an_error_of_ours(api: Api, parameter: str) -> None:
    for words in HOSTILE:
        response = api.client.get(
            "/api/v1/claims", {parameter: words.encode(errors="surrogatepass")}, headers=api.headers
        )
        assert response.status_code in {200, 400}
        if response.status_code == 400:
            assert response.json()["code"] in {"bad_parameter", "bad_cursor"}


Send = Callable[[Api, int], Any]
WRITES: list[Send] = [
    lambda api, pk: api.act(pk, action="dismiss", reason="other", note="\u202e"),
    lambda api, pk: api.act(pk, action="set_due", review_due_at="2030-01-01T00:00:00Z", reason="\x00"),
    lambda api, pk: api.act(pk, action="set_priority", priority=2, reason="  "),
    lambda api, pk: api.act(pk, action="set_priority", priority=10**30, reason="now"),
    lambda api, pk: api.act(pk, action="set_due", review_due_at="2020-01-01T00:00:00Z", reason="past"),
    lambda api, pk: api.act(pk, action="wait", reason="reply", waiting_until="2030-01-01", review_due_at="2031-01-01"),
    lambda api, pk: api.act(pk, action="set_own_date", own_date={"until": "2026-13-01", "zone": "UTC"}, reason="x"),
    lambda api, pk: api.act(pk, action="set_own_date", own_date={"until": "2026-12-01", "zone": "Nowhere"}, reason="x"),
    lambda api, pk: api.act(pk, action="set_own_date", own_date={"until": "2026-W48-1", "zone": "UTC"}, reason="x"),
    lambda api, pk: api.act(pk, action="change_desk", desk=10**40, reason="x"),
    lambda api, pk: api.act(pk, action="dismiss", reason="duplicate", duplicate_of=pk),
    lambda api, pk: api.act(pk, action="reopen", reason="x", extra=1),
    lambda api, pk: api.post(f"/claims/{pk}/evidence", {"kind": "link", "question": "so", "stance": "supports"}),
    lambda api, pk: api.post(f"/claims/{pk}/evidence", {"kind": "file", "question": "so", "stance": "supports"}),
    lambda api, pk: api.post(
        f"/claims/{pk}/evidence",
        {"kind": "note", "question": "so", "stance": "supports", "note": "n", "credibility": 9},
    ),
    lambda api, pk: api.patch(f"/claims/{pk}", {"statement": None}, If_Match="*"),
    lambda api, pk: api.patch(f"/claims/{pk}", {"state": "decided"}, If_Match="*"),
    lambda api, pk: api.patch(f"/claims/{pk}", {"topics": "politics"}, If_Match="*"),
]


@pytest.mark.parametrize("number", range(len(WRITES)))
def test_hostile_changes_are_refused_whole(desk: Desk, number: int) -> None:
    claim = a_claim(desk)
    before = everything()
    answer = WRITES[number](signed_in(an_editor(desk)), claim.pk)
    assert answer.status in {409, 422}, answer.body
    assert answer.code
    assert everything() == before
    assert Claim.objects.get(pk=claim.pk).version == claim.version


def test_a_quote_is_needed_with_an_article_and_an_article_with_a_quote(api: Api, desk: Desk) -> None:
    taken = an_article(desk=desk)
    assert api.post("/claims", {"article": taken.article.pk}).pointers == ["/quote"]
    assert api.post("/claims", {"quote": QUOTE}).pointers == ["/article", "/language"]
    alone = api.post("/claims", {"statement": "It stands on no article."})
    assert alone.pointers == ["/language"]
    assert alone.body["detail"] == "Send it where no article is named, whose language it would be."
    assert api.post("/claims", {}).pointers == ["/statement", "/language"]


def test_a_string_that_never_ends_is_refused_at_once(api: Api, desk: Desk) -> None:
    raw = b'{"statement": "' + b'\\"' * 200_000  # each of its quotes might begin a string: minutes, if all were tried
    answer = api("POST", "/claims", None, raw)
    assert (answer.status, answer.code) == (400, "malformed")
