"""Whoever reads what is public too often is asked to wait; others, and the API, are not."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from claims.api import limits
from tests.api.conftest import with_key

PATHS = ("/c/", "/c/corrections", "/feeds/verdicts.atom", "/feeds/corrections.atom", "/feeds/claimreview.json")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PUBLIC", limits.Counter(quota=2))
    monkeypatch.setattr(limits, "REQUESTS", limits.Counter())


@pytest.mark.parametrize("path", PATHS)
def test_who_asks_too_often_is_told_when_to_come_again(path: str) -> None:
    reader = Client()
    assert [reader.get(path).status_code for _ in range(2)] == [200, 200]
    refused = reader.get(path)
    assert (refused.status_code, refused.headers["Cache-Control"]) == (429, "no-store")
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert refused.headers["RateLimit"].startswith('"burst";r=0;t=')
    assert b"<" not in refused.content
    assert reader.get("/c/1").status_code == reader.get("/c/1.json").status_code == 429
    assert Client(REMOTE_ADDR="192.0.2.7").get(path).status_code == 200
    assert with_key().get("/me").status == 200


def test_behind_a_proxy_readers_are_told_apart_by_the_address_that_it_adds(settings: Any) -> None:
    def asked(forwarded: str) -> int:
        return Client().get("/c/", headers={"X-Forwarded-For": forwarded}).status_code

    settings.BEHIND_PROXY = True
    same = ("203.0.113.9:4001", "forged, 203.0.113.9:4002", " 203.0.113.9 ")
    assert [asked(forwarded) for forwarded in same] == [200, 200, 429]
    network = ("2001:db8::1", "[2001:db8::2]:443", "[2001:db8:0:0:ffff::3]")  # one reader's
    assert [asked(forwarded) for forwarded in network] == [200, 200, 429]
    assert asked("2001:db8:0:1::1") == 200
    assert [asked(f"198.51.100.{number}, 192.0.2.1") for number in range(3)] == [200, 200, 429]
    assert asked("192.0.2.2") == 200
    settings.BEHIND_PROXY = False
    assert [asked(f"192.0.2.{number}") for number in range(3, 6)] == [200, 200, 429]
