"""Every failure has one form, whatever failed, and says what to do about it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

import psycopg
import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.db import InterfaceError, OperationalError
from django.http import UnreadablePostError
from django.test import Client, RequestFactory
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api import limits
from claims.api.errors import NothingHere, RateLimited
from claims.api.problem_pages import described, kinds
from claims.api.problems import title_of
from claims.api.retiring import Retiring
from claims.api.schema import ApiSchema
from claims.api.views import ApiView
from claims.errors import ClaimDeskError, NotFound
from claims.models import Claim, Desk
from reviews.api import claims as claim_views
from tests.api.conftest import Api, signed_in
from tests.factories import a_claim, an_administrator, an_editor


@pytest.mark.parametrize(
    "path", ["/nothing", "/claims/0", "/claims/999999999999999999", "/claims/x", "/claims/1/none", "/claims/%0A/x"]
)
def test_an_unknown_address_is_a_problem_of_its_own(api: Api, path: str) -> None:
    answer = api.get(path)
    assert (answer.status, answer.code) == (404, "not_found")


def test_a_number_too_long_for_any_row_is_not_found(api: Api) -> None:
    assert api.get(f"/claims/{'9' * 40}").code == "not_found"


def test_even_outside_the_version_everything_is_a_problem(db: None) -> None:
    response = Client().post("/api/v2/claims", b"{}", content_type="application/json")
    assert response.status_code == 404
    assert response.headers["Content-Type"] == "application/problem+json"


def test_the_other_form_of_an_address_leads_to_the_one_without_slash(api: Api) -> None:
    answer = api.get("/claims/?state=queued")
    assert (answer.status, answer.headers["Location"]) == (308, "/api/v1/claims?state=queued")
    assert api.get("/nothing/").status == 404


def test_api_alone_leads_to_the_docs(db: None) -> None:
    for path in ("/api", "/api/"):
        assert Client().get(path).headers["Location"] == "/api/docs"


def test_a_method_that_is_not_taken_names_those_that_are(api: Api) -> None:
    answer = api("DELETE", "/claims")
    assert (answer.status, answer.code) == (405, "method_not_allowed")
    assert answer.headers["Allow"] == "GET, HEAD, POST, OPTIONS"
    assert answer.body["detail"] == "This address takes GET, HEAD, POST and OPTIONS."


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "multipart/form-data; boundary=x", "x"])
def test_a_body_of_another_kind_is_refused(api: Api, kind: str) -> None:
    answer = api.post("/claims", {}, Content_Type=kind)
    assert (answer.status, answer.code) == (415, "media_type_unsupported")
    assert answer.body["detail"] == "Send the body as application/json, and say so in Content-Type."
    assert answer.headers["Accept-Post"] == "application/json"


def test_where_a_file_may_come_its_form_is_named(api: Api, desk: Desk) -> None:
    path = f"/claims/{a_claim(desk).pk}/evidence"
    assert "application/json or multipart/form-data" in api.post(path, {}, Content_Type="text/plain").body["detail"]
    assert api("OPTIONS", path).headers["Accept-Post"] == "application/json, multipart/form-data"
    assert "Accept-Patch" not in api("OPTIONS", path).headers


def test_a_patch_says_which_kind_it_takes(api: Api, desk: Desk) -> None:
    claim = a_claim(desk)
    answer = api.patch(f"/claims/{claim.pk}", {}, Content_Type="text/plain", If_Match='"2"')
    assert answer.status == 415
    assert answer.headers["Accept-Patch"] == "application/merge-patch+json, application/json"
    assert "application/merge-patch+json or application/json" in answer.body["detail"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{", "not JSON"),
        (b'{"statement": NaN}', "NaN"),
        (b'{"a": 1, "a": 2}', "stands twice"),
        (b'{"statement": "\xff"}', "UTF-8"),
        (b"[" * 65 + b"]" * 65, "deeper than 64"),
        (b"[" * 100_000, "deeper than 64"),
        (b'{"priority": ' + b"9" * 5_000 + b"}", "number too large"),
        (b'{"\\ud800": 1}', "name in the body"),
    ],
)
def test_what_is_not_json_is_malformed(api: Api, body: bytes, words: str) -> None:
    answer = api("POST", "/claims", None, body)
    assert (answer.status, answer.code) == (400, "malformed")
    assert words in answer.body["detail"]


@pytest.mark.parametrize("body", ["[]", '"text"', "null", "7", "true"])
def test_json_that_is_no_object_is_invalid(api: Api, body: str) -> None:
    answer = api("POST", "/claims", None, body.encode())
    assert (answer.status, answer.code, answer.body["detail"]) == (422, "invalid", "Send a JSON object.")


def test_a_compressed_body_is_named_as_such(api: Api) -> None:
    answer = api("POST", "/claims", None, b"\x1f\x8b", Content_Encoding="gzip")
    assert (answer.status, answer.body["detail"]) == (415, "Send the body as it is, without Content-Encoding.")
    assert api("POST", "/claims", None, b"[]", Content_Encoding="identity").status == 422


def test_a_body_beyond_five_megabytes_is_too_large(api: Api) -> None:
    answer = api("POST", "/articles", None, b'{"text": "' + b"a" * 5 * 1024 * 1024 + b'"}')
    assert (answer.status, answer.code) == (413, "body_too_large")


def test_all_faults_of_a_body_come_at_once(api: Api) -> None:
    answer = api.post("/claims", {"statment": "x", "state": "decided", "priority": 9, "topics": ["ok", 7]})
    assert (answer.status, answer.code) == (422, "invalid")
    assert {"/statment", "/state", "/priority", "/topics/1"} <= set(answer.pointers)
    codes = {fault["pointer"]: fault["code"] for fault in answer.body["errors"]}
    assert (codes["/statment"], codes["/state"]) == ("unknown_field", "read_only")


@pytest.mark.parametrize(
    ("path", "body", "sentence"),
    [
        ("/claims", {"statement": "It rains.", "language": "en", "priority": 9}, "Send a number of at most 4."),
        ("/claims", {"statement": "It rains.", "language": "en", "priority": 0}, "Send a number of at least 1."),
        ("/claims", {"statement": "It rains.", "language": "en", "topics": "rain"}, "Send a list."),
        ("/claims", {"statement": "It rains.", "language": "en", "topics": ["a"] * 21}, "Send at most 20."),
        ("/claims", {"statement": None, "language": "en"}, 'Send a value for "statement", not null.'),
        ("/routing_rules:reorder", {}, 'Send "order": it is needed here.'),
        ("/routing_rules", {}, 'Send "name": it is needed here.'),
    ],
)
def test_what_the_framework_refuses_is_said_in_our_words(
    desk: Desk, path: str, body: dict[str, Any], sentence: str
) -> None:
    assert signed_in(an_editor(desk)).post(path, body, If_Match="*").body["detail"] == sentence


def test_a_page_of_more_rows_than_there_may_be_says_how_many_may(api: Api) -> None:
    assert api.get("/claims?limit=500").body["detail"] == "limit: Send a number of at most 100."
    assert api.get("/claims?limit=many").body["detail"] == "limit: Send a whole number."
    assert api.get("/claims?count=yes").body["detail"] == "count: Must be “exact”."


@pytest.mark.parametrize("wrong", ["1.0", "%D9%A5", "5.", "+5", "%205"])
def test_a_number_in_the_address_is_written_in_digits(api: Api, wrong: str) -> None:
    for path in ("/claims?limit=", "/events?limit=", "/claims?priority="):
        answer = api.get(f"{path}{wrong}")
        assert (answer.status, answer.body["errors"][0]["detail"]) == (400, "Send a whole number."), path


@pytest.mark.parametrize("query", ["q=%ff", "q=caf%E9", "sort=due&q=%ed%a0%80", "q=a%C3"])
def test_bytes_that_are_no_characters_are_refused_in_the_address_as_in_a_body(api: Api, query: str) -> None:
    answer = api.get(f"/claims?{query}")
    assert (answer.status, answer.code) == (400, "bad_parameter")
    assert [(fault["parameter"], fault["code"]) for fault in answer.body["errors"]] == [("q", "invalid")]
    assert "q: Its bytes are no UTF-8." in answer.body["detail"]
    assert api.get("/claims?q=caf%C3%A9").status == 200


def test_the_name_of_a_parameter_stands_once_before_what_is_wrong_with_it(api: Api) -> None:
    hidden = api.get("/claims?q=a%E2%80%AEb").body
    assert hidden["detail"].startswith("q: The character at position 1 is U+202E")
    assert api.get(f"/claims?topic={'a' * 201}").body["detail"].startswith("topic: 201 characters, at most 200")


def test_a_byte_order_mark_before_a_body_is_passed_over(api: Api) -> None:
    answer = api("POST", "/claims", None, b'\xef\xbb\xbf{"statement": "It rains.", "language": "en"}')
    assert answer.status == 201


def test_a_key_that_is_no_slug_is_refused_as_its_page_refuses_it(db: None) -> None:
    refused = signed_in(an_administrator()).post("/desks", {"key": "a b!", "name": "Sport"})
    assert refused.body["detail"] == "Write it in letters, digits, hyphens and underscores alone."


def test_a_pointer_escapes_what_json_pointers_escape(api: Api) -> None:
    assert api.post("/claims", {"statement": "x", "language": "en", "a/b~c": 1}).pointers == ["/a~1b~0c"]


def test_half_a_character_in_a_value_is_refused_and_echoed_safely(api: Api) -> None:
    answer = api("POST", "/claims", None, b'{"statement": "\\ud800", "language": "en"}')
    assert (answer.status, answer.code) == (422, "unusable_text")
    assert answer.pointers == ["/statement"]


def test_what_breaks_inside_stays_inside(api: Api, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    claim = a_claim(desk)

    def fail(*_: Any) -> None:
        raise RuntimeError("secret of the house")

    monkeypatch.setattr(claim_views, "claim_out", fail)
    answer = api.get(f"/claims/{claim.pk}")
    assert (answer.status, answer.code) == (500, "server_error")
    assert "secret" not in json.dumps(answer.body)
    assert answer.body["request_id"] == answer.headers["X-Request-Id"]


@pytest.mark.parametrize("sent", ["a" * 20_000, "1\x0b2", "x\ny", "\u202e", "'; DROP TABLE"])
def test_the_number_of_a_request_is_ours_whatever_is_sent(api: Api, sent: str) -> None:
    answer = api("GET", "/nothing", None, X_Request_ID=sent, X_Correlation_ID=sent)
    assert str(UUID(answer.headers["X-Request-Id"])) == answer.body["request_id"]


def test_where_nobody_said_how_the_site_is_reached_types_carry_the_host_that_was_asked(api: Api, settings: Any) -> None:
    settings.SITE_URL = ""
    for answer in (api.get("/nothing"), api.post("/claims", {}, Idempotency_Key="a")):
        assert answer.body["type"] == f"http://testserver/api/docs/problems/{answer.code}"


class Leaving(ApiView):
    """An address that will go away."""

    authentication_classes = ()
    permission_classes = ()
    reads = None
    retiring = Retiring(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC), "/api/v1/claims")

    def get(self, request: Request) -> Response:
        """Answer as long as it is there."""
        return Response({}, headers={"Link": '<x>; rel="first"'})


@pytest.mark.parametrize(("month", "status"), [(6, 200), (7, 410)])
def test_an_address_that_goes_says_so_and_is_gone_then(
    db: None, monkeypatch: pytest.MonkeyPatch, month: int, status: int
) -> None:
    monkeypatch.setattr(Leaving, "now", datetime(2026, month, 1, tzinfo=UTC))
    answer = Leaving.as_view()(RequestFactory().get("/api/v1/leaving"))
    assert answer.status_code == status
    assert (answer.headers["Deprecation"], answer.headers["Sunset"]) == ("@1767225600", "Wed, 01 Jul 2026 00:00:00 GMT")
    assert answer.headers["Link"].endswith('</api/v1/claims>; rel="successor-version"')
    if status == 410:
        assert answer.data["detail"] == "This address was retired on 2026-07-01. Use /api/v1/claims."


def test_the_document_marks_an_address_that_goes() -> None:
    told = ApiSchema()
    told.view = Leaving()
    assert told.is_deprecated()
    told.view = ApiView()
    assert not told.is_deprecated()


def test_an_address_never_ends_before_it_was_deprecated() -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    with pytest.raises(ValueError, match="after it was deprecated"):
        Retiring(moment, moment)
    with pytest.raises(ValueError, match="aware"):
        Retiring(moment, datetime(2027, 1, 1))  # noqa: DTZ001 - that is what is refused


def test_a_wait_that_is_too_long_asks_to_come_again(api: Api, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    claim = a_claim(desk)

    def wait(*_: Any) -> None:
        raise OperationalError("canceling statement due to lock timeout")

    monkeypatch.setattr(claim_views, "claim_out", wait)
    answer = api.get(f"/claims/{claim.pk}")
    assert (answer.status, answer.code, answer.headers["Retry-After"]) == (503, "busy", "1")


@pytest.mark.parametrize(
    "lost",
    [
        psycopg.OperationalError("connection is bad: No such file or directory"),
        psycopg.errors.AdminShutdown("terminating connection due to administrator command"),
        psycopg.InterfaceError("the connection is closed"),
    ],
)
def test_a_database_that_is_away_is_not_taken_for_somebody_who_writes(
    api: Api, desk: Desk, monkeypatch: pytest.MonkeyPatch, lost: psycopg.Error
) -> None:
    claim = a_claim(desk)
    kind = InterfaceError if isinstance(lost, psycopg.InterfaceError) else OperationalError

    def fail(*_: Any) -> None:
        raise kind(str(lost)) from lost

    monkeypatch.setattr(claim_views, "claim_out", fail)
    answer = api.get(f"/claims/{claim.pk}")
    assert (answer.status, answer.code, answer.headers["Retry-After"]) == (503, "unavailable", "5")


def test_a_body_that_breaks_off_is_said_to(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: WSGIRequest, *__: Any) -> bytes:
        raise UnreadablePostError

    monkeypatch.setattr(WSGIRequest, "body", property(broken))
    answer = api.post("/claims", {"statement": "x"})
    assert (answer.status, answer.code) == (400, "body_cut_off")


def test_too_many_requests_say_when_to_go_on(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "REQUESTS", limits.Counter(quota=2))
    first = api.get("/me")
    assert first.headers["RateLimit-Policy"] == '"burst";q=2;w=60'
    assert first.headers["RateLimit"].startswith('"burst";r=1;t=')
    api.get("/me")
    answer = api.get("/me")
    assert (answer.status, answer.code) == (429, "rate_limited")
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert answer.body["violated-policies"] == ["burst"]


def test_the_count_begins_anew_after_the_window() -> None:
    clock = iter([0.0, 1.0, 59.9, 60.0])
    counter = limits.Counter(quota=2, clock=lambda: next(clock))
    assert [counter.take("a").requests for _ in range(2)] == [1, 0]
    with pytest.raises(RateLimited):
        counter.take("a")
    assert counter.take("a").requests == 1


@pytest.mark.parametrize("refused_at", [0.4, 1.0, 30.7, 59.99])
def test_whoever_waits_as_long_as_they_are_told_is_not_refused_again(refused_at: float) -> None:
    now = [0.25]
    counter = limits.Counter(quota=1, clock=lambda: now[0])
    counter.take("a")
    now[0] += refused_at
    with pytest.raises(RateLimited) as refused:
        counter.take("a")
    now[0] += int(cast("dict[str, str]", refused.value.facts["headers"])["Retry-After"])
    assert counter.take("a").requests == 0


def test_every_problem_type_leads_to_a_page(db: None) -> None:
    client = Client()
    codes = described()
    assert {"stale_version", "quote_not_found", "rate_limited", "not_on_it"} <= codes.keys()
    for code in codes:
        assert client.get(f"/api/docs/problems/{code}").status_code == 200
    listed = client.get("/api/docs/problems").content.decode()
    assert [code for code in codes if code not in listed] == []
    assert client.get("/api/docs/problems/none-such").status_code == 404


def test_the_page_of_a_problem_says_what_it_means_and_what_to_do(db: None) -> None:
    for told in described().values():
        assert told.explanation.count(". ") + told.explanation.count("; ") >= 1, told.code
        assert told.explanation.endswith("."), told.code
    page = Client().get("/api/docs/problems/stale_version").content.decode()
    assert "Read it again, see whether your change still holds" in page


def test_all_problems_of_one_type_have_one_title() -> None:
    titles: dict[str, set[str]] = {}
    for kind in kinds(ClaimDeskError):
        titles.setdefault(kind.code, set()).add(title_of(kind))
    assert {code: found for code, found in titles.items() if len(found) > 1} == {}
    assert title_of(NothingHere) == str(NotFound())


def test_a_type_is_an_address_of_this_site_that_explains_it(api: Api, settings: Any) -> None:
    settings.SITE_URL = "https://desk.example/"
    kind = api.get("/nothing").body["type"]
    assert kind == "https://desk.example/api/docs/problems/not_found"
    assert Client().get(kind.removeprefix("https://desk.example")).status_code == 200


def test_a_refused_request_writes_nothing(api: Api) -> None:
    assert api.post("/claims", {"statement": "x", "language": "en", "colour": "red"}).status == 422
    assert not Claim.objects.exists()
