"""While the database is away pages say so, with the status that load balancers and monitors understand."""

from typing import Any

import psycopg
import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.db import OperationalError
from django.test import Client

from verify_project.clocks import ReadersZoneMiddleware


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


def test_a_host_that_is_not_ours_is_refused_as_a_problem_where_programs_ask() -> None:
    programs = Client().get("/api/v1/claims", headers={"host": "elsewhere.example"})
    assert (programs.status_code, programs.headers["Content-Type"]) == (400, "application/problem+json")
    assert programs.json()["code"] == "bad_request"
    assert programs.json()["detail"] == "This site does not go by the host name of the request."
    people = Client().get("/admin/", headers={"host": "elsewhere.example"})
    assert (people.status_code, people.headers["Content-Type"].split(";")[0]) == (400, "text/html")


@pytest.mark.parametrize(
    ("refusal", "status", "code"),
    [
        (RequestDataTooBig("more than is read"), 413, "body_too_large"),
        (SuspiciousOperation("odd"), 400, "bad_request"),
        (BadRequest("odd"), 400, "bad_request"),
        (ValueError("ours"), 500, "server_error"),
        (away(), 503, "unavailable"),
    ],
)
def test_what_fails_before_a_view_of_the_api_is_a_problem(
    refusal: Exception, status: int, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise refusal

    monkeypatch.setattr(ReadersZoneMiddleware, "__call__", fail)
    client = Client(raise_request_exception=False)
    answer = client.get("/api/v1/claims")
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert (answer.json()["code"], answer.json()["status"]) == (code, status)
    assert answer.headers.get("Retry-After") == ("5" if status == 503 else None)
    assert client.get("/admin/").headers["Content-Type"].split(";")[0] == "text/html"
