"""Webhooks as integrators keep them: each key its own, the secret once, the log, sending again."""

from __future__ import annotations

from typing import Any

import pytest
from cloudevents.core.bindings.http import HTTPMessage, from_http_event
from django.db import connection
from django.test.utils import CaptureQueriesContext
from standardwebhooks import Webhook as Verifier

from claims.api.hooks_document import EVENT_EXAMPLE, HEADERS, TEST_EXAMPLE
from claims.api.webhook_shapes import DeliveryOut, WebhookMadeOut, WebhookOut
from claims.models import Desk, RepeatableCall, Scope, Webhook
from claims.services.delivering import deliver
from claims.webhooks.envelope import MEDIA_TYPE, written
from tests.api.conftest import Answer, Api, signed_in, with_key
from tests.api.test_document import compare, document  # noqa: F401 - a fixture
from tests.factories import a_claim, an_administrator, an_editor
from tests.webhooks.receiver import Receiver
from tests.webhooks.test_delivering import tell

pytestmark = pytest.mark.django_db


@pytest.fixture
def api() -> Api:
    return with_key(Scope.WEBHOOKS_MANAGE, Scope.EVENTS_READ)


def made(api: Api, hooks: Receiver, **more: Any) -> Answer:
    answer = api.post("/webhooks", {"name": "CMS", "url": hooks.url(), **more})
    assert answer.status == 201, answer.body
    return answer


def row(answer: Answer) -> Webhook:
    return Webhook.objects.get(pk=answer.body["id"])


def test_the_secret_is_shown_once_and_verifies_what_is_sent(api: Api, hooks: Receiver, desk: Desk) -> None:
    answer = made(api, hooks, types=["org.claimdesk.claim.accept.v1"])
    compare(answer.body, WebhookMadeOut())
    path = f"/webhooks/{answer.body['id']}"
    assert answer.headers["Location"] == f"/api/v1{path}"
    again = api.get(path)
    compare(again.body, WebhookOut())
    assert "secret" not in again.body
    assert again.body["types"] == ["org.claimdesk.claim.accept.v1"]
    a_claim(desk)
    tell(row(answer))
    deliver()
    (got,) = hooks.got
    assert Verifier(answer.body["secret"]).verify(got.body, got.headers)
    log = api.get(f"{path}/deliveries").body["results"]
    assert [(one["state"], one["status"], one["answer"]) for one in log] == [("delivered", 200, "thank you")]


def test_a_repeated_call_makes_one_webhook_and_its_secret_is_not_kept(api: Api, hooks: Receiver) -> None:
    body = {"name": "CMS", "url": hooks.url()}
    first = api.post("/webhooks", body, Idempotency_Key="one")
    second = api.post("/webhooks", body, Idempotency_Key="one")
    assert (first.status, second.status) == (201, 201)
    assert second.body == first.body | {"secret": None}
    assert first.body["secret"] not in str(RepeatableCall.objects.get().body)


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"url": "http://cms.example/"}, "/url"),
        ({"url": "https://cms.example:8443/"}, "/url"),
        ({"url": "https://169.254.169.254/"}, "/url"),
        ({"url": "https://localhost/"}, "/url"),
        ({"url": "https://hooks.localhost/"}, "/url"),
        *(({"url": f"https://{host}/"}, "/url") for host in ("2130706433", "0x7f000001", "127.1", "[::1]")),
        ({"url": "https://cms.example/hooks#claims"}, "/url"),
        ({"url": "https://user:word@cms.example/"}, "/url"),
        ({"url": "no address"}, "/url"),
        ({"name": " "}, "/name"),
        ({"types": ["claim.late"]}, "/types"),
        ({"key": 999_999}, "/key"),
        ({"after": "9999999999-9"}, "/after"),
        ({"is_enabled": False}, "/is_enabled"),
    ],
)
def test_what_cannot_be_is_refused_at_its_place(api: Api, wrong: dict[str, Any], pointer: str) -> None:
    answer = api.post("/webhooks", {"name": "CMS", "url": "https://cms.example/", **wrong})
    assert answer.status == 422, answer.body
    assert answer.pointers == [pointer]


def test_a_key_finds_its_own_webhooks_and_no_others(api: Api, hooks: Receiver) -> None:
    number = made(api, hooks).body["id"]
    other = with_key(Scope.WEBHOOKS_MANAGE, Scope.EVENTS_READ)
    assert other.get("/webhooks").body["results"] == []
    assert other.get(f"/webhooks/{number}").code == "not_found"
    assert other.patch(f"/webhooks/{number}", {"name": "Mine"}, If_Match="*").code == "not_found"
    assert other("DELETE", f"/webhooks/{number}", If_Match="*").code == "not_found"
    delivery = api.post(f"/webhooks/{number}:test", None).body["id"]
    for path in (f"/webhooks/{number}:test", f"/webhooks/{number}:rotate", f"/deliveries/{delivery}:replay"):
        assert other.post(path, None).code == "not_found"
    assert other.post(f"/webhooks/{number}:replay", {"after": "0-0"}).code == "not_found"
    assert [one["id"] for one in api.get("/webhooks").body["results"]] == [number]
    administrator = signed_in(an_administrator())
    assert [one["id"] for one in administrator.get("/webhooks").body["results"]] == [number]


def test_who_may_not_is_told_why(hooks: Receiver, desk: Desk) -> None:
    body = {"name": "CMS", "url": hooks.url()}
    assert with_key(Scope.EVENTS_READ).post("/webhooks", body).code == "scope_missing"
    assert with_key(Scope.EVENTS_READ).get("/webhooks").code == "scope_missing"
    blind = with_key(Scope.WEBHOOKS_MANAGE).post("/webhooks", body)
    assert "does not open the change feed" in blind.body["detail"]
    assert signed_in(an_editor(desk)).get("/webhooks").code == "role_missing"
    assert signed_in(an_administrator()).post("/webhooks", body).pointers == ["/key"]


def test_it_is_changed_by_whoever_has_read_it(api: Api, hooks: Receiver) -> None:
    answer = made(api, hooks)
    path = f"/webhooks/{answer.body['id']}"
    changed = api.patch(path, {"name": "New CMS", "is_enabled": False}, If_Match=answer.etag)
    assert (changed.body["name"], changed.body["is_enabled"]) == ("New CMS", False)
    assert api.patch(path, {"name": "Other"}, If_Match=answer.etag).code == "stale_version"
    assert api.patch(path, {"key": 1}, If_Match=changed.etag).pointers == ["/key"]
    assert api.post(f"{path}:test", None).code == "webhook_off"
    assert api.post(f"{path}:replay", {"after": "0-0"}).code == "webhook_off"
    assert api("DELETE", path).code == "precondition_required"
    assert api("DELETE", path, None, None, If_Match=changed.etag).status == 204
    assert api.get(path).code == "not_found"


def test_a_test_is_sent_and_sent_again_and_its_log_is_filtered(api: Api, hooks: Receiver) -> None:
    path = f"/webhooks/{made(api, hooks).body['id']}"
    number = api.post(f"{path}:test", None).body["id"]
    hooks.answers = [500]
    deliver()
    assert api.get(f"{path}/deliveries?state=waiting").body["results"][0]["code"] == "refused"
    assert api.get(f"{path}/deliveries?state=delivered,failed").body["results"] == []
    assert api.post(f"/deliveries/{number}:replay", None).body["attempts"] == 0
    deliver()
    (shown,) = api.get(f"{path}/deliveries").body["results"]
    compare(shown, DeliveryOut())
    assert (shown["state"], shown["replays"], [one["status"] for one in shown["earlier"]]) == ("delivered", 1, [500])
    assert api.post(f"{path}:replay", {"after": "x"}).code == "bad_cursor"


def test_a_new_secret_says_until_when_the_former_one_holds(api: Api, hooks: Receiver) -> None:
    answer = made(api, hooks)
    turned = api.post(f"/webhooks/{answer.body['id']}:rotate", {"overlap_hours": 1})
    assert turned.body["secret"] != answer.body["secret"]
    assert turned.body["former_secret_until"] is not None
    assert api.post(f"/webhooks/{answer.body['id']}:rotate", {"overlap_hours": 200}).pointers == ["/overlap_hours"]


def test_lists_cost_the_same_however_long_they_are(api: Api, hooks: Receiver, desk: Desk) -> None:
    answer = made(api, hooks)
    path = f"/webhooks/{answer.body['id']}/deliveries"

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert api.get("/webhooks").status == api.get(path).status == 200
        return len(queries)

    a_claim(desk)
    tell(row(answer))
    before = cost()
    made(api, hooks)
    a_claim(desk)
    tell(row(answer))
    assert cost() == before


def test_a_key_has_so_many_webhooks_and_no_more(api: Api, hooks: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("claims.services.webhooks.MOST_OF_A_KEY", 1)
    made(api, hooks)
    answer = api.post("/webhooks", {"name": "CMS", "url": hooks.url()})
    assert answer.body["detail"] == "A key has at most 1 webhooks. Delete one that is no longer needed."


def test_the_documents_examples_are_what_is_sent(
    api: Api,
    hooks: Receiver,
    desk: Desk,
    document: dict[str, Any],  # noqa: F811 - the fixture
) -> None:
    answer = made(api, hooks, types=["org.claimdesk.claim.accept.v1"])
    a_claim(desk)
    tell(row(answer))
    api.post(f"/webhooks/{answer.body['id']}:test", None)
    deliver()
    event, test = sorted((got.read for got in hooks.got), key=lambda body: body["id"])
    for name, body, example in (("event", event, EVENT_EXAMPLE), ("test", test, TEST_EXAMPLE)):
        told = document["webhooks"][name]["post"]["requestBody"]["content"][MEDIA_TYPE.split(";")[0]]
        assert told["examples"][name]["value"] == example
        assert body.keys() == example.keys() == told["schema"]["properties"].keys()
        assert body["data"].keys() == example["data"].keys()
        read = from_http_event(HTTPMessage({"content-type": MEDIA_TYPE}, written(example)))
        assert read.get_id() == example["id"]
    assert HEADERS.keys() <= hooks.got[0].headers.keys()
