"""Idempotency-Key: sent twice, it happens once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import F

from claims.lifecycle import State
from claims.models import Claim, Desk, Evidence, RepeatableCall, Scope
from tests.api.conftest import Answer, Api, signed_in, with_key
from tests.concurrency.crowd import at_once
from tests.factories import a_claim, an_editor

CLAIM: dict[str, Any] = {"statement": "The minister will resign.", "language": "en"}


def test_the_same_call_again_is_answered_alike_and_happens_once(api: Api, desk: Desk) -> None:
    first = api.post("/claims", CLAIM, Idempotency_Key='"k-1"')
    again = api.post("/claims", CLAIM, Idempotency_Key="k-1")
    assert (first.status, again.status) == (201, 201)
    assert again.content == first.content  # byte for byte: its members stand in the same order
    assert again.headers["Idempotent-Replayed"] == "true"
    assert (again.etag, again.headers["Location"]) == (first.etag, first.headers["Location"])
    assert "Idempotent-Replayed" not in first.headers
    assert Claim.objects.count() == 1


def test_without_a_key_the_same_call_happens_twice(api: Api, desk: Desk) -> None:
    api.post("/claims", CLAIM)
    api.post("/claims", CLAIM)
    assert Claim.objects.count() == 2


def test_a_key_with_another_body_or_address_is_refused(api: Api, desk: Desk) -> None:
    api.post("/claims", CLAIM, Idempotency_Key="k-1")
    other = api.post("/claims", CLAIM | {"priority": 1}, Idempotency_Key="k-1")
    assert (other.status, other.code) == (422, "idempotency_key_reused")
    assert api.post("/articles", CLAIM, Idempotency_Key="k-1").code == "idempotency_key_reused"
    assert Claim.objects.count() == 1


def test_two_callers_may_use_the_same_key(desk: Desk) -> None:
    for api in (with_key(), with_key()):
        assert "Idempotent-Replayed" not in api.post("/claims", CLAIM, Idempotency_Key="k-1").headers
    assert Claim.objects.count() == 2


def test_a_refusal_is_kept_too_but_writes_nothing(api: Api, desk: Desk) -> None:
    claim = a_claim(desk)
    tag = api.get(f"/claims/{claim.pk}").etag
    path, told = f"/claims/{claim.pk}/actions", {"action": "accept"}
    first = api.post(path, told, If_Match=tag, Idempotency_Key="k-1")
    again = api.post(path, told, If_Match=tag, Idempotency_Key="k-1")
    assert (first.code, again.code) == ("action_not_possible", "action_not_possible")
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.body == first.body


@pytest.mark.parametrize(("sent", "status"), [({}, 428), ({"If_Match": '"1"'}, 412)])
def test_a_key_serves_again_once_the_right_version_is_sent_along(desk: Desk, sent: dict[str, str], status: int) -> None:
    claim = a_claim(desk)
    path, told = f"/claims/{claim.pk}/actions", {"action": "set_priority", "priority": 1, "reason": "It moves."}
    api = signed_in(an_editor(desk))
    assert [api.post(path, told, Idempotency_Key="k-1", **sent).status for _ in range(2)] == [status] * 2
    tag = api.get(f"/claims/{claim.pk}").etag
    answers = [api.post(path, told, If_Match=tag, Idempotency_Key="k-1") for _ in range(2)]
    assert [answer.status for answer in answers] == [200, 200]
    assert answers[0].content == answers[1].content
    assert api.post(path, told, If_Match="*", Idempotency_Key="k-1").code == "idempotency_key_reused"
    assert claim.events.filter(type="claim.set_priority").count() == 1


def test_a_refusal_for_a_missing_role_is_not_kept(desk: Desk) -> None:
    claim, api = a_claim(desk, State.PROPOSED), with_key(Scope.CLAIMS_READ)
    answer = api.post(f"/claims/{claim.pk}/actions", {"action": "accept"}, If_Match="*", Idempotency_Key="k-1")
    assert answer.status == 403
    assert not RepeatableCall.objects.exists()


def test_a_step_repeated_after_a_lost_answer_is_not_taken_twice(desk: Desk) -> None:
    claim = a_claim(desk)
    api = signed_in(an_editor(desk))
    tag = api.get(f"/claims/{claim.pk}").etag
    told = {"action": "set_priority", "priority": 1, "reason": "It moves."}
    answers = [api.post(f"/claims/{claim.pk}/actions", told, If_Match=tag, Idempotency_Key="k-1") for _ in range(2)]
    assert [answer.status for answer in answers] == [200, 200]
    assert claim.events.filter(type="claim.set_priority").count() == 1


def test_a_key_is_forgotten_after_a_day(api: Api, desk: Desk) -> None:
    api.post("/claims", CLAIM, Idempotency_Key="k-1")
    RepeatableCall.objects.update(created_at=F("created_at") - timedelta(hours=25))
    api.post("/claims", CLAIM | {"priority": 1}, Idempotency_Key="k-1")
    assert Claim.objects.count() == 2
    assert RepeatableCall.objects.count() == 1


@pytest.mark.parametrize("key", ["order 17", '"order 17"', " order 17 "])
def test_a_key_may_hold_blanks(api: Api, desk: Desk, key: str) -> None:
    for name in ("order 17", key):
        assert api.post("/claims", CLAIM, Idempotency_Key=name).status == 201
    assert Claim.objects.count() == 1


@pytest.mark.parametrize("key", ['""', "x" * 256, "schl\u00fcssel", " "])
def test_a_key_that_is_none_is_refused(api: Api, desk: Desk, key: str) -> None:
    assert api.post("/claims", CLAIM, Idempotency_Key=key).code == "bad_parameter"
    assert not Claim.objects.exists()


def test_a_file_sent_twice_is_one_item_although_its_boundary_differs(desk: Desk) -> None:
    claim, api = a_claim(desk), signed_in(an_editor(desk))
    told = {"question": "so", "stance": "supports"}
    for content in (b"kept", b"kept", b"other"):
        file = SimpleUploadedFile("report.txt", content)
        answer = api.client.post(
            f"/api/v1/claims/{claim.pk}/evidence", told | {"file": file}, headers={"Idempotency-Key": "k-1"}
        )
    assert answer.json()["code"] == "idempotency_key_reused"
    assert Evidence.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_works_and_the_other_hears_that_it_does(api: Api, desk: Desk) -> None:
    def send() -> Answer:
        return Api(dict(api.headers)).post("/claims", CLAIM, Idempotency_Key="k-1")

    answers = [answer for answer in at_once(*[send] * 4) if isinstance(answer, Answer)]
    assert Claim.objects.count() == 1
    assert {answer.status for answer in answers} <= {201, 409}
    assert [answer.code for answer in answers if answer.status == 409] == ["idempotency_in_flight"] * sum(
        answer.status == 409 for answer in answers
    )
