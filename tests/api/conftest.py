"""A client of the API as integrators have it: HTTP, a key or a session, JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import connection
from django.db.models import Max
from django.test import Client

from claims.api import limits
from claims.models import ClaimEvent, Desk, Scope, User
from claims.services.keys import make_key
from tests.api.promises import check_answer
from tests.running import wait_until
from tests.signing import browser_of

EVERYTHING = tuple(Scope)
PATIENCE = 60.0  # seconds


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: Any
    content: bytes = b""

    @property
    def etag(self) -> str:
        return self.headers["ETag"]

    @property
    def code(self) -> str:
        """The code of a problem; the test fails when it is none."""
        assert self.headers["Content-Type"] == "application/problem+json", self.body
        assert {"type", "code", "title", "detail", "status", "request_id"} <= self.body.keys(), self.body
        assert self.body["status"] == self.status
        return str(self.body["code"])

    @property
    def pointers(self) -> list[str]:
        return [fault["pointer"] for fault in self.body["errors"]]


@dataclass
class Api:
    """Somebody who calls the API."""

    headers: dict[str, str] = field(default_factory=dict)
    client: Client = field(default_factory=Client)

    def __call__(self, method: str, path: str, body: Any = None, raw: bytes | None = None, /, **headers: str) -> Answer:
        """Send one request. Header names are written with underscores."""
        sent = self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        kind = "application/merge-patch+json" if method == "PATCH" else "application/json"
        content = raw if raw is not None else (b"" if body is None else json.dumps(body).encode())
        response = self.client.generic(
            method, f"/api/v1{path}", content, content_type=sent.pop("Content-Type", kind), headers=sent
        )
        data = b"".join(response) if response.streaming else response.content
        is_json = "json" in response.headers.get("Content-Type", "")
        answer = Answer(
            response.status_code, dict(response.headers), json.loads(data) if is_json and data else None, data
        )
        check_answer(method, f"/api/v1{path.partition('?')[0]}", answer.status, answer.headers, answer.body)
        return answer

    def get(self, path: str, **headers: str) -> Answer:
        if path.startswith("/events"):
            everything_is_final()
        return self("GET", path, **headers)

    def post(self, path: str, body: Any, **headers: str) -> Answer:
        return self("POST", path, body, **headers)

    def patch(self, path: str, body: Any, **headers: str) -> Answer:
        return self("PATCH", path, body, **headers)

    def act(self, number: int, **body: Any) -> Answer:
        """Take a step on a claim with the tag it has now."""
        return self.post(f"/claims/{number}/actions", body, If_Match=self.get(f"/claims/{number}").etag)


def everything_is_final() -> None:
    """Wait until the feed may show what was written: it waits for every transaction here that began before.

    A test that is itself inside one never sees its own events in the feed, so it does not wait.
    """
    last = ClaimEvent.objects.aggregate(last=Max("tx"))["last"]
    if last is not None and not connection.in_atomic_block:
        assert wait_until(lambda: ClaimEvent.objects.end_of_feed()[0] >= last, within=PATIENCE, every=0.02)


def with_key(*scopes: Scope, desks: tuple[Desk, ...] = ()) -> Api:
    """An integration with a key of its own."""
    _, shown = make_key(name="integration", scopes=scopes or EVERYTHING, desks=desks)
    return Api({"Authorization": f"Bearer {shown}"})


def signed_in(user: User) -> Api:
    """A person in a browser."""
    return Api(client=browser_of(user))


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    """Every test begins with nothing counted."""
    limits.REQUESTS = limits.Counter()


@pytest.fixture
def api(desk: Desk) -> Api:
    """A key with every scope."""
    return with_key()
