"""Kept copies of pages through the API, and a claim's evidence as a WARC file that a stranger's reader opens."""

from __future__ import annotations

from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.db.models import Prefetch
from fastwarc.warc import ArchiveIterator, WarcRecordType
from warcio.archiveiterator import ArchiveIterator as WarcioReader

from claims.errors import FileDamaged
from claims.exports import warc
from claims.models import (
    Claim,
    ClaimEvent,
    Copy,
    Desk,
    Evidence,
    Fetch,
    Flag,
    FlagKind,
    Scope,
    Snapshot,
    User,
    Visibility,
)
from claims.services.fetching import read_pages
from tests.api.conftest import signed_in, with_key
from tests.factories import a_claim, a_file, a_reviewer, ahead, an_editor, evidence_for
from tests.intake.pages import Site


@pytest.fixture
def claim(desk: Desk, editor: User) -> Claim:
    return a_claim(desk, by=editor)


@pytest.fixture
def item(claim: Claim, far: Site, editor: User) -> Evidence:
    """A link whose page was kept twice, because its words changed."""
    made = evidence_for(claim, by=editor, url=far.link())
    read_pages()
    far.article("The bridge will stay open, the council says.")
    Fetch.objects.update(next_attempt_at=ahead(seconds=-1))
    read_pages()
    return made


def opened(content: bytes) -> list[Any]:
    """The records of a WARC file as FastWARC reads them, each with its body."""
    records = []
    for record in ArchiveIterator(BytesIO(content), verify_digests=True):
        record.freeze()
        records.append(record)
    return records


def test_both_copies_are_listed_read_and_downloaded(item: Evidence, editor: User, far: Site) -> None:
    api = signed_in(editor)
    listed = api.get(f"/evidence/{item.pk}/copies").body["results"]
    assert [(copy["number"], copy["status"], copy["url"]) for copy in listed] == [
        (1, 200, item.url),
        (2, 200, item.url),
    ]
    assert "text" not in listed[0]
    first = api.get(f"/evidence/{item.pk}/copies/1").body
    assert "closed from March" in first["text"]
    assert ["Content-Type", "text/html; charset=utf-8"] in first["headers"]
    down = api.get(f"/evidence/{item.pk}/copies/2/snapshot")
    assert down.content == far.body
    assert down.headers["Content-Type"] == "application/octet-stream"
    assert sha256(down.content).hexdigest() == listed[1]["sha256"]
    assert api.get(f"/evidence/{item.pk}/copies/3").code == "not_found"


def test_a_change_stands_until_somebody_has_compared_it(item: Evidence, claim: Claim, editor: User) -> None:
    api = signed_in(editor)
    assert api.get(f"/evidence/{item.pk}").body["reading"]["changed"]
    kinds = [flag["kind"] for flag in api.get(f"/claims/{claim.pk}").body["flags"]]
    assert kinds == ["source_changed"]
    assert [row["id"] for row in api.get("/claims?flag=source_changed").body["results"]] == [claim.pk]
    refused = api.post(f"/evidence/{item.pk}/compared", {"copy": 3})
    assert (refused.status, refused.pointers) == (422, ["/copy"])
    done = api.post(f"/evidence/{item.pk}/compared", {"copy": 2})
    assert (done.status, done.body["reading"]["changed"]) == (200, False)
    assert not Flag.objects.standing().filter(kind=FlagKind.SOURCE_CHANGED).exists()


def test_the_evidence_of_a_claim_opens_in_a_reader_we_did_not_write(
    item: Evidence, claim: Claim, editor: User, far: Site
) -> None:
    a_file(claim, b"what the document says", by=editor)
    down = signed_in(editor).get(f"/claims/{claim.pk}/evidence.warc")
    assert (down.status, down.headers["Content-Type"]) == (200, "application/warc")
    records = opened(down.content)
    kinds = [record.record_type for record in records]
    pair = [WarcRecordType.response, WarcRecordType.metadata]
    assert kinds == [WarcRecordType.warcinfo, *pair, *pair, WarcRecordType.resource, WarcRecordType.metadata]
    newest = records[3]
    assert newest.headers["WARC-Target-URI"] == item.url
    assert (newest.http_headers.status_code, newest.http_content_type) == (200, "text/html")
    assert newest.reader.read() == far.body
    assert records[5].reader.read() == b"what the document says"
    assert {
        record.headers["WARC-Refers-To"] for record in records if record.record_type == WarcRecordType.metadata
    } == {
        records[number].record_id if records[number].record_id.startswith("<") else f"<{records[number].record_id}>"
        for number in (1, 3, 5)
    }


def test_protected_evidence_is_in_the_file_only_for_those_who_may_see_it(
    claim: Claim, editor: User, desk: Desk
) -> None:
    a_file(claim, b"who said it", by=editor, visibility=Visibility.PROTECTED)
    path = f"/claims/{claim.pk}/evidence.warc"
    assert b"who said it" in signed_in(editor).get(path).content
    assert b"who said it" not in signed_in(a_reviewer(desk).user).get(path).content
    assert b"who said it" not in with_key(Scope.CLAIMS_READ).get(path).content


def test_a_file_that_is_no_longer_what_was_kept_is_not_handed_out(claim: Claim, editor: User) -> None:
    a_file(claim, b"who said it", by=editor)
    Path(storages["evidence"].path(Snapshot.objects.get().path)).write_bytes(b"another")
    answer = signed_in(editor).get(f"/claims/{claim.pk}/evidence.warc")
    assert (answer.status, answer.code) == (500, "file_damaged")


def test_the_warc_of_a_claim_one_may_not_see_is_not_there(claim: Claim) -> None:
    from tests.factories import a_desk

    stranger = signed_in(an_editor(a_desk()))
    assert stranger.get(f"/claims/{claim.pk}/evidence.warc").status == 404


def test_origins_are_counted_in_a_sentence(claim: Claim, editor: User) -> None:
    root = evidence_for(claim, by=editor)
    copy = evidence_for(claim, by=editor, derives_from=root)
    own = evidence_for(claim, by=editor)
    evidence_for(claim, by=editor, kind="note", url="", note="She said so.")
    found = signed_in(editor).get(f"/claims/{claim.pk}/origins").body
    assert found["sentence"] == "3 items, 2 origins. 1 note does not count."
    assert found["groups"] == [
        {"origin": root.pk, "items": [root.pk, copy.pk]},
        {"origin": own.pk, "items": [own.pk]},
    ]


def test_every_sight_of_a_protected_item_is_an_event(claim: Claim, editor: User, far: Site) -> None:
    item = a_file(claim, b"who said it", by=editor, visibility=Visibility.PROTECTED)
    api = signed_in(editor)
    paths = (f"/evidence/{item.pk}", f"/claims/{claim.pk}/evidence", f"/evidence/{item.pk}/snapshot")
    for path in (*paths, f"/claims/{claim.pk}/evidence.warc", f"/evidence/{item.pk}/copies"):
        assert api.get(path).status == 200
    assert ClaimEvent.objects.filter(claim=claim, type="evidence.read").count() == 5
    with_key(Scope.CLAIMS_READ).get(f"/claims/{claim.pk}/evidence")
    assert ClaimEvent.objects.filter(claim=claim, type="evidence.read").count() == 5
    assert api.patch(f"/evidence/{item.pk}", {"credibility": 2}, If_Match="*").body["title"] == item.title
    assert ClaimEvent.objects.filter(claim=claim, type="evidence.read").count() == 6


def test_the_answer_to_what_is_done_with_a_protected_link_is_a_sight_of_it(
    item: Evidence, claim: Claim, editor: User
) -> None:
    Evidence.objects.filter(pk=item.pk).update(visibility=Visibility.PROTECTED)
    assert signed_in(editor).post(f"/evidence/{item.pk}/compared", {"copy": 2}).status == 200
    assert ClaimEvent.objects.filter(claim=claim, type="evidence.read").count() == 1


def test_too_much_for_one_file_comes_in_parts_that_readers_we_did_not_write_open(
    item: Evidence, claim: Claim, editor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_file(claim, b"what the document says", by=editor)
    sizes = [copy.snapshot.size for copy in item.copies.select_related("snapshot").order_by("number")]
    api, path = signed_in(editor), f"/claims/{claim.pk}/evidence.warc"
    whole = api.get(path)
    assert whole.status == 200
    monkeypatch.setattr(warc, "LIMIT", sum(sizes))
    sights = ClaimEvent.objects.count()
    refused = api.get(path)
    assert (refused.status, refused.code, refused.body["parts"]) == (409, "export_too_large", 2)
    assert refused.body["detail"] == (
        "What is kept of this claim is 1 MB, and one file holds at most 1 MB. "
        "Download it in 2 parts, ?part=1 to ?part=2."
    )
    assert ClaimEvent.objects.count() == sights
    first, second = (api.get(f"{path}?part={number}") for number in (1, 2))
    assert f'filename="claim-{claim.pk}-part-2.warc"' in second.headers["Content-Disposition"]
    assert api.get(f"{path}?part=3").code == "not_found"
    assert api.get(f"{path}?part=0").status == 400
    parts = [opened(one.content) for one in (first, second)]
    assert [len(records) for records in parts] == [5, 3]
    in_parts = [record.headers["WARC-Block-Digest"] for records in parts for record in records[1:]]
    assert in_parts == [record.headers["WARC-Block-Digest"] for record in opened(whole.content)[1:]]
    for part in (first, second):
        kinds = [record.rec_type for record in WarcioReader(BytesIO(part.content), check_digests="raise")]
        assert kinds[0] == "warcinfo"
        assert len(kinds) in (5, 3)
    add = a_file(claim, b"and what another says", by=editor)
    assert api.get(f"{path}?part=1").content.count(b"WARC-Type: response") == len(sizes)
    assert f'"evidence": {add.pk}'.encode() in api.get(f"{path}?part=2").content


def test_the_export_flows_a_record_at_a_time_and_asks_the_database_nothing_meanwhile(
    item: Evidence, claim: Claim, editor: User, django_assert_num_queries: Any
) -> None:
    a_file(claim, b"what the document says", by=editor)
    items = list(
        Evidence.objects.filter(claim=claim)
        .order_by("pk")
        .select_related("snapshot__timestamp")
        .prefetch_related(Prefetch("copies", Copy.objects.signed().defer("text")))
    )
    with django_assert_num_queries(0):
        parts = list(warc.stream_warc(claim.pk, warc.part_of(items), ahead()))
    assert [len(part) > 0 for part in parts] == [True] * 6 + [False]
    assert len(opened(b"".join(parts))) == 7


def test_a_file_damaged_while_it_flows_breaks_the_download_off(claim: Claim, editor: User) -> None:
    items = [a_file(claim, b"who said it", by=editor)]
    flow = warc.stream_warc(claim.pk, warc.part_of(items), ahead())
    Path(storages["evidence"].path(Snapshot.objects.get().path)).unlink()
    with pytest.raises(FileDamaged):
        list(flow)
