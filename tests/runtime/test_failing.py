"""While the database is away pages say so, with the status that load balancers and monitors understand."""

import gc
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import psycopg
import pytest
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.db import InternalError, OperationalError, connection
from django.test import Client

from claims.models import User
from claims.services.patience import answered_within
from tests import factories as make
from verify_project.clocks import ReadersZoneMiddleware
from verify_project.database import base
from verify_project.sessions import SessionStore


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


def changed_on_a_standby() -> Exception:
    """What the framework raises when the database is only read."""
    failure = InternalError("cannot execute UPDATE in a read-only transaction")
    failure.__cause__ = psycopg.errors.ReadOnlySqlTransaction()
    return failure


def test_a_page_whose_database_takes_no_changes_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = signed_in_while(changed_on_a_standby(), monkeypatch).get("/desk/")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "The database takes no changes at the moment." in answer.content.decode()


@pytest.fixture
def only_read(transactional_db: None) -> Iterator[None]:
    """A database as a standby is after a failover, or as an operator locks it; with one administrator."""
    make.an_administrator()
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
        yield
        cursor.execute("SET default_transaction_read_only = off")


def test_monitors_are_told_while_the_database_is_only_read(only_read: None) -> None:
    told = Client().get("/readyz")
    assert (told.status_code, told.json()["database"], told.json()["status"]) == (200, "read-only", "degraded")
    assert Client().get("/readyz?strict=1").status_code == 503


def test_a_step_is_refused_with_a_sentence_while_the_database_is_only_read(only_read: None) -> None:
    client = Client(raise_request_exception=False)
    answer = client.post("/admin/login/", {"username": User.objects.get().username, "password": "x"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "The database takes no changes at the moment." in answer.content.decode()


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
        (changed_on_a_standby(), 503, "unavailable"),
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


@contextmanager
def standing_still(asked: Any) -> Iterator[None]:
    """A block in which the server's process behind a connection does nothing at all."""
    process = asked.connection.info.backend_pid
    title = Path(f"/proc/{process}/cmdline").read_text()
    assert title.startswith("postgres: ")
    assert str(asked.settings_dict["NAME"]) in title  # no other process is stopped
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


@pytest.fixture
def another(db: None) -> Iterator[Any]:
    """A connection beside that of the test, as after a request or two."""
    beside = connection.copy()
    beside.connect()
    yield beside
    beside.close()


@pytest.mark.parametrize("moment", ["while it is looked whether the connection stands", "afterwards"])
def test_a_database_that_stands_still_is_waited_for_no_longer_than_told(another: Any, moment: str) -> None:
    another.health_check_done = moment == "afterwards"
    begun = monotonic()
    with (
        standing_still(another),
        pytest.raises(OperationalError),
        answered_within(0.6, another),
        another.cursor() as cursor,
    ):
        cursor.execute("SELECT 1")
    assert 0.6 <= monotonic() - begun < 5  # nothing else ends the wait before tens of seconds
    assert another.connection is None or another.connection.closed
    another.close()
    with answered_within(5, another), another.cursor() as cursor:  # the next to ask gets another connection
        cursor.execute("SELECT 1")


def test_a_request_stops_waiting_for_a_database_that_stands_still_and_the_next_gets_another_connection(
    another: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    another.connection.patience = 0.3
    with standing_still(another), pytest.raises(OperationalError), another.cursor() as cursor:
        cursor.execute("SELECT 1")
    another.close_if_unusable_or_obsolete()
    assert another.connection is None
    with another.cursor() as cursor:
        cursor.execute("SELECT 1")
    monkeypatch.setattr(base, "LOOK", 0.3)
    with standing_still(another):
        assert another.is_usable() is False


def test_a_process_whose_requests_are_waited_for_tells_its_connections_how_long(another: Any) -> None:
    another.settings_dict = another.settings_dict | {"ANSWERED_WITHIN": 7}
    another.close()
    another.connect()
    assert another.connection.patience == 7


def test_an_attempt_to_connect_that_took_too_long_leaves_no_socket_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psycopg.connection, "timeout_from_conninfo", lambda _: 0.2)
    gc.disable()  # the next collection may be minutes away
    try:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            port = silent.getsockname()[1]
            with pytest.raises(psycopg.OperationalError) as refused:
                base.PatientConnection.connect(f"host=127.0.0.1 port={port} dbname=none sslmode=disable")
            assert "timeout" in str(refused.value)
            heard, _ = silent.accept()
            with heard:
                heard.settimeout(5)
                while heard.recv(4096):
                    pass  # what it had sent; then nothing, since nobody is there any more
    finally:
        gc.enable()


def test_a_connection_that_was_answered_in_time_is_as_before(another: Any) -> None:
    held = another.connection
    with answered_within(0.5, another), another.cursor() as cursor:
        cursor.execute("SELECT 1")
    with another.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.6)")  # longer than the block would have waited
    assert another.connection is held


def test_a_connection_that_broke_is_replaced_within_the_time(another: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [another.connection.info.backend_pid])
    another.health_check_done = False
    usual = another.settings_dict
    with answered_within(5, another), another.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert another.connection.info.get_parameters()["connect_timeout"] == "5"
    assert another.settings_dict is usual
