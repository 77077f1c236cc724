"""Evidence through the API: added, edited, superseded, downloaded; and files that would like to be pages."""

from __future__ import annotations

from base64 import b64decode
from errno import ENOSPC
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile

from claims.lifecycle import State
from claims.models import Desk, Evidence, RepeatableCall, Scope, Snapshot
from claims.services import evidence as service
from tests.api.conftest import Answer, Api, signed_in, with_key
from tests.factories import a_claim, a_reviewer, an_editor, evidence_for, fresh, put_on, review_by

LINK: dict[str, Any] = {
    "kind": "link",
    "question": "so",
    "stance": "supports",
    "url": "https://Found.example/a?utm_source=x",
}
PAGE = b"<html><script>alert(document.cookie)</script></html>"


def upload(api: Api, number: int, content: bytes, name: str = "report.html", **fields: str) -> Answer:
    told = {"question": "so", "stance": "supports", **fields}
    response = api.client.post(
        f"/api/v1/claims/{number}/evidence",
        {**told, "file": SimpleUploadedFile(name, content, "text/html")},
        headers=api.headers,
    )
    return Answer(response.status_code, dict(response.headers), response.json())


def test_a_link_is_kept_in_one_spelling(api: Api, desk: Desk) -> None:
    claim = a_claim(desk)
    made = api.post(f"/claims/{claim.pk}/evidence", LINK)
    assert (made.status, made.etag) == (201, '"1"')
    assert made.body["url"] == "https://found.example/a"
    assert made.headers["Location"] == f"/api/v1/evidence/{made.body['id']}"
    assert api.get(f"/claims/{claim.pk}/evidence").body["results"] == [made.body]


def test_a_key_brings_protected_evidence_once_and_never_sees_it_again(api: Api, desk: Desk) -> None:
    claim = a_claim(desk)
    path = f"/claims/{claim.pk}/evidence"
    made = api.post(path, {**LINK, "visibility": "protected"})
    assert (made.status, made.body["visibility"], Evidence.objects.count()) == (201, "protected", 1)
    assert api.get(f"/evidence/{made.body['id']}").status == 404
    told = api.post(path, LINK)
    hidden = api.patch(f"/evidence/{told.body['id']}", {"visibility": "protected"}, If_Match=told.etag)
    assert (hidden.status, hidden.etag, api.get(path).body["results"]) == (200, '"2"', [])


def test_a_repeated_call_is_answered_no_word_of_protected_evidence_nor_is_one_kept_for_it(api: Api, desk: Desk) -> None:
    claim = a_claim(desk)
    path, secret = f"/claims/{claim.pk}/evidence", {**LINK, "title": "Who told us", "url": "https://www.harbour.no/a"}
    calls = RepeatableCall.objects.filter(body__contains="told us")
    made = api.post(path, {**secret, "visibility": "protected"}, Idempotency_Key="a")
    assert (made.body["title"], calls.exists()) == ("Who told us", False)
    again = api.post(path, {**secret, "visibility": "protected"}, Idempotency_Key="a")
    empty = {"title": "", "note": "", "url": "", "why_secondary": "", "snapshot": None, "reading": None}
    assert (again.status, again.headers["Idempotent-Replayed"]) == (201, "true")
    assert again.body == {**made.body, **empty}
    assert [again.headers[name] for name in ("Location", "ETag")] == [made.headers["Location"], made.etag]
    told = api.post(path, secret, Idempotency_Key="b")
    assert calls.count() == 1
    api.patch(f"/evidence/{told.body['id']}", {"visibility": "protected"}, If_Match=told.etag)
    assert not calls.exists()
    assert api.post(path, secret, Idempotency_Key="b").body == {**told.body, **empty}
    assert Evidence.objects.count() == 2
    editor = signed_in(an_editor(desk))
    fetched = [editor("POST", f"/evidence/{made.body['id']}/fetch", Idempotency_Key="c") for _ in range(2)]
    assert [one.body["title"] for one in fetched] == ["Who told us", ""]
    assert claim.events.filter(type="evidence.read").count() == 1


def test_the_first_evidence_of_the_reviewer_starts_the_review(desk: Desk) -> None:
    reviewer, claim = a_reviewer(desk), a_claim(desk)
    put_on(claim, reviewer, an_editor(desk))
    with_key().post(f"/claims/{claim.pk}/evidence", LINK)
    assert fresh(claim).state == State.QUEUED
    signed_in(reviewer.user).post(f"/claims/{claim.pk}/evidence", LINK)
    assert fresh(claim).state == State.IN_REVIEW


def test_an_item_is_edited_until_a_verdict_has_used_it(desk: Desk) -> None:
    reviewer, editor = a_reviewer(desk), an_editor(desk)
    claim = a_claim(desk, by=editor)
    item = evidence_for(claim, by=editor)
    api = signed_in(editor)
    edited = api.patch(f"/evidence/{item.pk}", {"title": "A report", "credibility": 2}, If_Match='"1"')
    assert (edited.status, edited.body["title"], edited.etag) == (200, "A report", '"2"')
    assert api.patch(f"/evidence/{item.pk}", {"title": "Another"}, If_Match='"1"').code == "stale_version"
    put_on(claim, reviewer, editor)
    review_by(claim, reviewer)
    late = api.patch(f"/evidence/{item.pk}", {"title": "Too late"}, If_Match='"2"')
    assert (late.status, late.code) == (409, "evidence_in_use")
    new = api.post(f"/evidence/{item.pk}/supersede", LINK)
    assert (new.status, new.body["derives_from"]) == (201, item.pk)
    assert api.get(f"/evidence/{item.pk}").body["superseded_by"] == new.body["id"]


def test_what_an_item_is_cannot_be_edited(desk: Desk) -> None:
    item = evidence_for(a_claim(desk))
    answer = signed_in(an_editor(desk)).patch(f"/evidence/{item.pk}", {"url": "https://x.example"}, If_Match="*")
    assert (answer.code, answer.pointers) == ("read_only", ["/url"])


def test_evidence_derives_only_from_the_same_claim(api: Api, desk: Desk) -> None:
    other = evidence_for(a_claim(desk))
    answer = api.post(f"/claims/{a_claim(desk).pk}/evidence", LINK | {"derives_from": other.pk})
    assert (answer.status, answer.pointers) == (422, ["/derives_from"])


def test_a_file_comes_back_byte_for_byte_and_never_as_a_page(api: Api, desk: Desk) -> None:
    made = upload(api, a_claim(desk).pk, PAGE, "../../report <b>.html", primary="true", credibility="2")
    assert made.status == 201, made.body
    assert made.body["snapshot"]["sha256"] == sha256(PAGE).hexdigest()
    assert (made.body["primary"], made.body["credibility"]) == (True, 2)
    down = api.get(f"/evidence/{made.body['id']}/snapshot")
    assert down.content == PAGE
    again = api.get(f"/evidence/{made.body['id']}/snapshot", If_None_Match=down.etag)
    assert (again.status, again.content, again.etag) == (304, b"", down.etag)
    assert down.headers["Content-Type"] == "application/octet-stream"
    assert down.headers["Content-Disposition"].startswith("attachment; filename=")
    assert ".." not in down.headers["Content-Disposition"]
    assert down.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert down.headers["X-Content-Type-Options"] == "nosniff"
    assert down.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    digest = down.headers["Repr-Digest"]
    assert digest == down.headers["Content-Digest"]
    assert b64decode(digest.removeprefix("sha-256=:").removesuffix(":")) == sha256(PAGE).digest()


def test_a_form_without_its_boundary_is_malformed(api: Api, desk: Desk) -> None:
    claim = a_claim(desk)
    answer = api("POST", f"/claims/{claim.pk}/evidence", None, b"--x", Content_Type="multipart/form-data")
    assert (answer.status, answer.code) == (400, "malformed")
    assert "multipart/form-data" in answer.body["detail"]


def test_a_copy_that_was_tampered_with_is_not_handed_out(api: Api, desk: Desk) -> None:
    made = upload(api, a_claim(desk).pk, b"kept as it was")
    Path(storages["evidence"].path(Snapshot.objects.get().path)).write_bytes(b"something else")
    answer = api.get(f"/evidence/{made.body['id']}/snapshot")
    assert (answer.status, answer.code) == (500, "file_damaged")


def test_a_file_too_large_or_empty_is_refused(api: Api, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    claim = a_claim(desk)
    empty = upload(api, claim.pk, b"")
    assert (empty.status, empty.pointers) == (422, ["/file"])
    monkeypatch.setattr(service, "FILE_LIMIT", 10)
    large = upload(api, claim.pk, b"more than ten bytes")
    assert (large.status, large.code) == (413, "file_too_large")
    assert not Evidence.objects.exists()


def test_a_form_with_unknown_fields_or_without_its_file_is_refused(api: Api, desk: Desk) -> None:
    claim = a_claim(desk)
    assert upload(api, claim.pk, b"x", colour="red").code == "unknown_field"
    told = {"question": "so", "stance": "supports"}
    response = api.client.post(f"/api/v1/claims/{claim.pk}/evidence", told, headers=api.headers)
    assert response.json()["errors"][0]["pointer"] == "/file"


def test_an_item_without_a_file_has_nothing_to_download(api: Api, desk: Desk) -> None:
    item = evidence_for(a_claim(desk))
    assert api.get(f"/evidence/{item.pk}/snapshot").code == "not_found"


def test_evidence_of_a_dismissed_claim_is_refused(desk: Desk) -> None:
    claim = a_claim(desk, State.DISMISSED)
    answer = with_key(Scope.CLAIMS_READ, Scope.EVIDENCE_WRITE).post(f"/claims/{claim.pk}/evidence", LINK)
    assert (answer.status, answer.code) == (409, "action_not_possible")


def form(api: Api, number: int, *parts: tuple[str, bytes], **headers: str) -> Answer:
    """A form whose parts each say the rest of their header line themselves."""
    lines = [
        b'--x\r\nContent-Disposition: form-data; name="%s\r\n\r\n%s\r\n' % (head.encode(), body) for head, body in parts
    ]
    kind = {"Content_Type": "multipart/form-data; boundary=x", **headers}
    return api("POST", f"/claims/{number}/evidence", None, b"".join([*lines, b"--x--\r\n"]), **kind)


def test_a_form_brings_files_alone_and_says_so(api: Api, desk: Desk) -> None:
    answer = form(api, a_claim(desk).pk, FILE, *SAID, ('kind"', b"link"))
    assert (answer.status, answer.pointers, answer.body["detail"]) == (422, ["/kind"], "Must be “file”.")


FILE = ('file"; filename="a.txt"', b"words")
SAID = [('question"', b"so"), ('stance"', b"supports")]


@pytest.mark.parametrize(
    ("parts", "refusal"),
    [
        ([FILE, ('derives_from"', b"9" * 5000)], (422, "invalid")),
        ([FILE, ('derives_from"; filename="b.txt"', b"1")], (422, "invalid")),
        ([FILE, ('ti\x00tle"', b"1")], (400, "malformed")),
        ([FILE, ('title"', b"one"), ('title"', b"two")], (400, "malformed")),
        ([FILE, FILE], (400, "malformed")),
        ([FILE, ('file"', b"words")], (400, "malformed")),
        ([FILE, *[(f'field{number}"', b"1") for number in range(2500)]], (400, "malformed")),
        ([(f'file{number}"; filename="a.txt"', b"1") for number in range(150)], (400, "malformed")),
    ],
)
@pytest.mark.parametrize("headers", [{}, {"Idempotency_Key": "again"}])
def test_a_form_that_cannot_be_read_is_refused_whole(
    api: Api, desk: Desk, parts: list[tuple[str, bytes]], refusal: tuple[int, str], headers: dict[str, str]
) -> None:
    claim = a_claim(desk)
    answer = form(api, claim.pk, *SAID, *parts, **headers)
    assert (answer.status, answer.code) == refusal, answer.body
    assert not Evidence.objects.exists()


def test_a_link_says_how_far_its_reading_has_come(api: Api, desk: Desk) -> None:
    made = api.post(f"/claims/{a_claim(desk).pk}/evidence", LINK | {"url": "https://1.1.1.1/report"})
    assert made.status == 201
    assert (made.body["reading"]["state"], made.body["reading"]["words"]) == ("waiting", "Reading the page…")
    assert (made.body["reading"]["copies"], made.body["snapshot"]) == (0, None)
    note = api.post(
        f"/claims/{a_claim(desk).pk}/evidence",
        {"kind": "note", "question": "so", "stance": "context", "note": "She said so."},
    )
    assert note.body["reading"] is None


def test_a_page_is_read_again_when_somebody_asks(api: Api, desk: Desk) -> None:
    made = api.post(f"/claims/{a_claim(desk).pk}/evidence", LINK | {"url": "https://1.1.1.1/report"})
    asked = api.post(f"/evidence/{made.body['id']}/fetch", None)
    assert (asked.status, asked.body["reading"]["state"]) == (200, "waiting")
    example = api.post(f"/claims/{a_claim(desk).pk}/evidence", LINK)
    assert example.body["reading"]["state"] == "example"
    refused = api.post(f"/evidence/{example.body['id']}/fetch", None)
    assert (refused.status, refused.pointers) == (422, ["/url"])


def test_a_key_that_only_reads_asks_for_no_page(desk: Desk) -> None:
    item = evidence_for(a_claim(desk))
    assert with_key(Scope.CLAIMS_READ).post(f"/evidence/{item.pk}/fetch", None).status == 403


@pytest.mark.parametrize(("length", "status"), [(200, 201), (255, 422), (2000, 400)])
def test_a_file_name_that_is_too_long_is_said_to_be_that(api: Api, desk: Desk, length: int, status: int) -> None:
    claim = a_claim(desk)
    names = {"question": "so", "stance": "supports", "kind": "file"}
    parts = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in names.items()
    )
    name = "n" * (length - 4) + ".txt"
    file = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\nwords\r\n--x--\r\n'
    kind = "multipart/form-data; boundary=x"
    answer = api("POST", f"/claims/{claim.pk}/evidence", None, (parts + file).encode(), Content_Type=kind)
    assert answer.status == status
    assert status == 201 or "200" in answer.body["detail"]
    assert status != 400 or answer.body["detail"].startswith("The file name is too long.")


def test_a_file_that_found_no_room_is_sent_again_with_the_same_key(
    api: Api, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(ENOSPC, "No space left on device")

    number = a_claim(desk).pk
    api.headers["Idempotency-Key"] = "room-1"
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr("claims.services.evidence.os.fsync", full)
        refused = upload(api, number, b"found")
    assert (refused.status, refused.code) == (503, "file_not_kept")
    assert upload(api, number, b"found").status == 201


def test_what_supersedes_a_protected_item_is_protected_unless_it_says_otherwise(desk: Desk) -> None:
    editor = an_editor(desk)
    claim, as_editor = a_claim(desk, by=editor), signed_in(editor)
    for told, said, becomes in (
        ("protected", {}, "protected"),
        ("protected", {"visibility": "public"}, "public"),
        ("public", {}, "internal"),
    ):
        item = evidence_for(claim, by=editor, visibility=told)
        made = as_editor.post(f"/evidence/{item.pk}/supersede", {**LINK, **said})
        assert (made.status, made.body["visibility"]) == (201, becomes)
