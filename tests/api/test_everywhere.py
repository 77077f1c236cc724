"""What the contract says of every address: walked over the document, so that a new one is held to it too."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import resolve

from claims.models import Desk
from tests.api.conftest import Api, with_key
from tests.api.promises import document, resolved
from tests.factories import a_claim

ADDRESSES = sorted(document()["paths"])
OPERATIONS = [(method.upper(), path) for path in ADDRESSES for method in document()["paths"][path]]
GETS = [path for method, path in OPERATIONS if method == "GET"]
POSTS = [path for method, path in OPERATIONS if method == "POST"]
PATCHES = [path for method, path in OPERATIONS if method == "PATCH"]
EVERY_ANSWER = {"X-Request-Id", "RateLimit", "RateLimit-Policy", "Cache-Control", "Vary"}


def shown(path: str) -> str:
    """The address of something that is not there, without the version."""
    return re.sub(r"\{\w+\}", "999999", path).removeprefix("/api/v1")


def test_every_method_that_an_address_does_not_take_is_405_and_names_those_it_takes(api: Api) -> None:
    for path in ADDRESSES:
        taken = {method.upper() for method in document()["paths"][path]}
        allowed = taken | {"OPTIONS"} | ({"HEAD"} if "GET" in taken else set())
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"} - allowed:
            answer = api(method, shown(path), {})
            assert (answer.status, answer.code) == (405, "method_not_allowed"), (method, path)
            assert set(answer.headers["Allow"].split(", ")) == allowed, path
            assert answer.headers.keys() >= EVERY_ANSWER


def test_every_address_says_to_anybody_which_methods_it_takes(db: None) -> None:
    for path in ADDRESSES:
        response = Client().options(f"/api/v1{shown(path)}")
        assert (response.status_code, response.content) == (204, b"")
        assert {"OPTIONS"} < set(response.headers["Allow"].split(", "))
        assert ("Accept-Patch" in response.headers) == ("patch" in document()["paths"][path])
        assert not any(name.startswith("Access-Control") for name in response.headers)


def test_nobody_is_answered_without_a_key_or_session(db: None) -> None:
    for method, path in OPERATIONS:
        if path.endswith("/events/stream"):
            continue  # another process answers there; this one only says where it is
        answer = Api()(method, shown(path), {})
        assert (answer.status, answer.code) == (401, "not_signed_in"), (method, path)


def test_a_parameter_that_an_address_does_not_know_is_refused_by_name(api: Api) -> None:
    for path in GETS:
        answer = api.get(f"{shown(path)}?colour=red")
        assert answer.status in {400, 403, 404}, path
        if answer.status == 400:
            assert (answer.code, answer.body["errors"][0]["parameter"]) == ("bad_parameter", "colour"), path
    for method, path in OPERATIONS:
        if method != "GET":
            answer = api(method, f"{shown(path)}?colour=red", {})
            assert answer.code in {"bad_parameter", "scope_missing"}, (method, path)


def test_one_row_refuses_unknown_parameters_too(api: Api, a_row: Callable[[str], str]) -> None:
    for path in ("/claims/{claim}", "/claims/{claim}/allowed_actions", "/articles/{article}", "/me"):
        assert api.get(a_row(path)).status == 200
        assert api.get(f"{a_row(path)}?colour=red").code == "bad_parameter"


@pytest.fixture
def a_row(desk: Desk) -> Callable[[str], str]:
    claim = a_claim(desk)
    numbers = {"claim": claim.pk, "article": claim.appearances.get().revision.article_id}
    return lambda path: path.format(**numbers)


def test_every_post_may_be_sent_twice() -> None:
    for path in POSTS:
        view: Any = resolve(re.sub(r"\{\w+\}", "1", path)).func
        assert view.view_class.post.__wrapped__, path
        names = {one["name"] for one in document()["paths"][path]["post"]["parameters"]}
        assert "Idempotency-Key" in names


def test_every_patch_takes_a_merge_patch_of_what_was_read(api: Api) -> None:
    for path in PATCHES:
        described = document()["paths"][path]["patch"]
        assert "application/merge-patch+json" in described["requestBody"]["content"]
        match = [one for one in described["parameters"] if one["name"] == "If-Match"]
        assert [one["required"] for one in match] == [True], path


def test_no_client_made_from_the_document_sends_what_a_patch_leaves_out() -> None:
    for path in sorted(set(PATCHES) - {"/api/v1/desks/{number}/ladder"}):  # whose steps are sent as a whole
        content = document()["paths"][path]["patch"]["requestBody"]["content"]
        for described in (resolved(one["schema"]) for one in content.values()):
            assert "required" not in described, path
            assert not [name for name, member in described["properties"].items() if "default" in member], path


def test_every_body_refuses_names_it_does_not_know() -> None:
    for method, path in OPERATIONS:
        body = document()["paths"][path][method.lower()].get("requestBody", {"content": {}})
        for content in body["content"].values():
            assert _closed(content["schema"]), (method, path)


def _closed(schema: dict[str, Any]) -> bool:
    """Whether an object, or each of those it may be, has no other members than those named."""
    schema = resolved(schema)
    choices = schema.get("oneOf") or schema.get("anyOf")
    if choices:
        return all(_closed(one) for one in choices)
    return schema.get("additionalProperties") is False


def test_what_needs_no_body_refuses_one(api: Api) -> None:
    key = with_key()
    made = key.post("/webhooks", {"name": "CMS", "url": "https://cms.example/hook"}).body["id"]
    answer = key.post(f"/webhooks/{made}:test", {"colour": "red"})
    assert (answer.code, answer.pointers) == ("unknown_field", ["/colour"])
    assert key("POST", f"/webhooks/{made}:test").status == 201
    for path in (f"/webhooks/{made}:test", f"/webhooks/{made}:rotate", "/me:rotate"):
        for body in (b"[]", b"false", b"null", b'""'):
            assert key("POST", path, None, body).body["detail"] == "Send a JSON object.", (path, body)


@pytest.mark.parametrize("path", ["/nothing", "/claims/1/nothing", "/claims:nothing", "/claims/x"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_an_address_that_is_none_is_404_for_every_method(api: Api, method: str, path: str) -> None:
    answer = api(method, path, None)
    assert answer.status == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "X-Request-Id" in answer.headers
