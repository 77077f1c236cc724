"""Reviewers, when they work and are away, and what they may not judge."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.lifecycle import State
from claims.models import Desk
from reviews.models import Absence, Interest, Reviewer
from reviews.services.routing import route_waiting
from reviews.tasks import tend
from tests.api.conftest import Api, signed_in, with_key
from tests.concurrency.crowd import broken_promises
from tests.factories import a_claim, a_desk, a_quote, a_reviewer, ahead, an_article, an_editor, put_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def ines(desk: Desk) -> Reviewer:
    return a_reviewer(desk)


@pytest.fixture
def omar(desk: Desk) -> Reviewer:
    return a_reviewer(desk)


def absence(reviewer: Reviewer, **more: Any) -> dict[str, Any]:
    times = {"starts_at": ahead(days=1).isoformat(), "ends_at": ahead(days=4).isoformat()}
    return {"reviewer": reviewer.pk, **times, **more}


def test_people_keep_their_own_languages_and_hours_and_editors_the_rest(desk: Desk, ines: Reviewer) -> None:
    mine, head, path = signed_in(ines.user), signed_in(an_editor(desk)), f"/reviewers/{ines.pk}"
    read = mine.get(path)
    assert (read.body["works_from"], read.body["workdays"], read.body["open"]) == (None, [1, 2, 3, 4, 5], 0)
    hours = {"writes": ["en", "pt-BR"], "works_from": "22:00", "works_until": "06:00", "workdays": [5, 6]}
    changed = mine.patch(path, hours, If_Match=read.etag)
    assert {name: changed.body[name] for name in hours} == hours
    assert mine.patch(path, {"limit": 30}, If_Match=changed.etag).code == "role_missing"
    assert mine.patch(path, {"gives_second_opinions": True}, If_Match=changed.etag).code == "role_missing"
    assert mine.patch(path, {"writes": []}, If_Match=read.etag).code == "stale_version"
    assert mine.patch(path, {"writes": []}).code == "precondition_required"
    rest = {"limit": 3, "topics": ["health"], "takes_work": False, "gives_second_opinions": False}
    led = head.patch(path, rest, If_Match=changed.etag)
    assert {name: led.body[name] for name in rest} == rest


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"works_from": "09:00"}, "hours_unclear"),
        ({"works_from": "09:00", "works_until": "17:00", "workdays": []}, "hours_unclear"),
        ({"languages": []}, "invalid"),
        ({"languages": ["klingon!"]}, "invalid"),
    ],
)
def test_a_profile_that_means_nothing_is_refused(ines: Reviewer, body: dict[str, Any], code: str) -> None:
    api, path = signed_in(ines.user), f"/reviewers/{ines.pk}"
    assert api.patch(path, body, If_Match="*").code == code


@pytest.mark.parametrize(
    ("body", "pointer"),
    [({"workdays": [8]}, "/workdays/0"), ({"works_from": "nine"}, "/works_from"), ({"zone": "UTC"}, "/zone")],
)
def test_a_value_of_the_wrong_form_is_named(ines: Reviewer, body: dict[str, Any], pointer: str) -> None:
    refused = signed_in(ines.user).patch(f"/reviewers/{ines.pk}", body, If_Match="*")
    assert (refused.status, refused.pointers) == (422, [pointer])


def test_an_absence_is_made_read_changed_and_removed(desk: Desk, ines: Reviewer, omar: Reviewer) -> None:
    due = a_claim(desk, State.IN_REVIEW, reviewer=ines, review_due_at=ahead(days=2))
    api, colleague = signed_in(ines.user), signed_in(omar.user)
    made = api.post("/absences", absence(ines, hand_over_to=omar.pk, note="Hospital"))
    assert (made.status, made.body["then"], made.body["due_meanwhile"]) == (201, "hand_over", [due.pk])
    path = f"/absences/{made.body['id']}"
    assert api.get(path).etag == made.etag
    seen = colleague.get(path).body
    assert (seen["note"], seen["due_meanwhile"], seen["hand_over_to"]) == ("", [], omar.pk)
    kept = api.patch(path, {"then": "pool"}, If_Match=made.etag)
    assert (kept.body["then"], kept.body["hand_over_to"]) == ("pool", None)
    assert colleague.patch(path, {"then": "keep"}, If_Match="*").code == "role_missing"
    assert colleague("DELETE", path, None, If_Match="*").code == "role_missing"
    assert api("DELETE", path, None, If_Match=made.etag).code == "stale_version"
    assert api("DELETE", path, None).code == "precondition_required"
    assert api("DELETE", path, None, If_Match=kept.etag).status == 204
    assert api.get(path).status == 404
    assert not Absence.objects.exists()


def open_claims(api: Api, who: Reviewer | str) -> list[int]:
    named = who if isinstance(who, str) else who.pk
    rows = api.get(f"/claims?assignee={named}&limit=100").body["results"]
    return sorted(row["id"] for row in rows)


def twelve_claims(desk: Desk, who: Reviewer, other: Reviewer) -> list[int]:
    """Numbers of claims that they have open: the last but one after the other's review, the last waits."""
    editor, quote = an_editor(desk), a_quote(an_article().revision)
    claims = []
    for state in [State.IN_REVIEW] * 8 + [State.QUEUED] * 2 + [State.SECOND_OPINION, State.WAITING]:
        first = other if state == State.SECOND_OPINION else who
        claim = a_claim(desk, state, by=editor, reviewer=first, quote=quote)
        if state in {State.QUEUED, State.SECOND_OPINION}:
            put_on(claim, who, editor)
        claims.append(claim.pk)
    return claims


@pytest.mark.parametrize("then", ["hand_over", "pool", "keep"])
def test_somebody_with_twelve_open_claims_goes_away_and_comes_back(desk: Desk, ines: Reviewer, then: str) -> None:
    others = a_reviewer(desk, limit=3), a_reviewer(desk, limit=12)
    claims = twelve_claims(desk, ines, others[1])
    mine, head = signed_in(ines.user), signed_in(an_editor(desk))
    assert open_claims(mine, "me") == claims
    more = {"hand_over_to": others[0].pk} if then == "hand_over" else {}
    started = {"starts_at": ahead(seconds=-1).isoformat(), "ends_at": ahead(days=4).isoformat()}
    made = mine.post("/absences", absence(ines, then=then, **(started | more)))
    assert made.status == 201
    for _ in range(2):
        tend()
        route_waiting()
    waiting, opinion = claims[-1], claims[-2]
    if then == "keep":
        assert open_claims(head, ines) == claims
        assert all("away" in flags_of(head, number) for number in claims if number != waiting)
    else:
        assert open_claims(head, ines) == [waiting]
        given = [open_claims(head, other) for other in others]
        # The named one takes as many as they have room for, whoever has judged it already is not asked again.
        assert len(given[0]) == 3
        assert sorted([*given[0], *given[1], waiting]) == [one for one in claims if one != opinion or one in given[0]]
        assert [row["status"] for row in seats_of(head, claims[0])] == ["handed_over", "open"]
        mark = head.get(f"/claims/{waiting}").etag
        assert head.post(f"/claims/{waiting}/actions", {"action": "resume"}, If_Match=mark).status == 200
        tend()
        assert open_claims(head, ines) == []
    path = f"/absences/{made.body['id']}"
    assert mine("DELETE", path, None, If_Match=mine.get(path).etag).status == 204
    tend()
    assert open_claims(mine, "me") == (claims if then == "keep" else [])
    assert not any("away" in flags_of(head, number) for number in claims)
    assert broken_promises() == {}


def flags_of(api: Api, number: int) -> set[str]:
    return {flag["kind"] for flag in api.get(f"/claims/{number}").body["flags"]}


def seats_of(api: Api, number: int) -> list[dict[str, Any]]:
    return list(api.get(f"/claims/{number}/assignments").body["results"])


def test_an_absence_that_is_not_clear_is_refused(ines: Reviewer, omar: Reviewer) -> None:
    api = signed_in(ines.user)
    backwards = absence(ines, starts_at=ahead(days=5).isoformat())
    assert api.post("/absences", backwards).code == "absence_unclear"
    assert api.post("/absences", absence(ines, then="hand_over")).code == "absence_unclear"
    assert api.post("/absences", absence(ines, then="keep", hand_over_to=omar.pk)).code == "absence_unclear"
    assert api.post("/absences", absence(ines, hand_over_to=ines.pk)).code == "absence_unclear"
    stranger = a_reviewer(a_desk())
    assert api.post("/absences", absence(ines, hand_over_to=stranger.pk)).pointers == ["/hand_over_to"]
    assert api.post("/absences", absence(stranger)).pointers == ["/reviewer"]
    assert api.post("/absences", absence(omar)).code == "role_missing"
    assert with_key().post("/absences", absence(ines)).code == "role_missing"
    assert not Absence.objects.exists()


def test_an_interest_is_declared_by_the_person_and_withdrawn_by_an_editor(desk: Desk, ines: Reviewer) -> None:
    outlet = an_article().article.outlet
    mine, head = signed_in(ines.user), signed_in(an_editor(desk))
    made = mine.post("/interests", {"reviewer": ines.pk, "source": outlet.pk, "note": "My brother works there."})
    assert (made.status, made.body["source_name"]) == (201, outlet.name)
    assert mine.post("/interests", {"reviewer": ines.pk, "source": outlet.pk}).code == "interest_known"
    assert mine.post("/interests", {"reviewer": ines.pk, "source": 10**9}).pointers == ["/source"]
    path = f"/interests/{made.body['id']}"
    assert mine("DELETE", path, None, If_Match=mine.get(path).etag).code == "role_missing"
    assert [row["note"] for row in head.get("/interests").body["results"]] == ["My brother works there."]
    assert signed_in(a_reviewer(desk).user).get("/interests").body["results"] == []
    assert head("DELETE", path, None, If_Match=head.get(path).etag).status == 204
    assert head.get(path).status == 404
    assert not Interest.objects.exists()


@pytest.mark.parametrize("path", ["/reviewers", "/absences", "/interests"])
def test_a_list_costs_as_many_queries_for_eight_as_for_two(desk: Desk, path: str) -> None:
    api: Api = signed_in(an_editor(desk))

    def queries(number: int) -> int:
        for _ in range(number):
            reviewer = a_reviewer(desk)
            a_claim(desk, State.IN_REVIEW, reviewer=reviewer)
            Absence.objects.create(reviewer=reviewer, starts_at=ahead(hours=-1), ends_at=ahead(days=4))
            Interest.objects.create(reviewer=reviewer, source=an_article().article.outlet)
        with CaptureQueriesContext(connection) as asked:
            assert api.get(path).status == 200
        return len(asked)

    queries(1)
    assert queries(2) == queries(6)
