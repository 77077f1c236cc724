"""While the database is away pages say so, with the status that load balancers and monitors understand."""

from typing import Any

import psycopg
import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import OperationalError
from django.test import Client


def signed_in_while(failure: Exception, monkeypatch: pytest.MonkeyPatch) -> Client:
    """A browser with a session, which cannot be read for this reason."""

    def fail(*_: Any) -> None:
        raise failure

    monkeypatch.setattr(SessionStore, "_get_session_from_db", fail)
    client = Client(raise_request_exception=False)
    client.cookies["sessionid"] = "a" * 32
    return client


def away() -> OperationalError:
    """What the framework raises when nobody listens."""
    failure = OperationalError("connection is bad")
    failure.__cause__ = psycopg.OperationalError("connection is bad")
    return failure


@pytest.mark.parametrize("path", ["/admin/", "/desk/"])
def test_a_page_without_its_database_says_so(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = signed_in_while(away(), monkeypatch).get(path)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "The database cannot be reached at the moment." in answer.content.decode()


def test_what_is_our_fault_stays_one(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = signed_in_while(ValueError("ours"), monkeypatch).get("/admin/")
    assert answer.status_code == 500
    assert "Something broke on our side" in answer.content.decode()


def test_readiness_asks_nobody_who_they_are(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert signed_in_while(away(), monkeypatch).get("/readyz").status_code == 200
