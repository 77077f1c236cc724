"""A time-stamping authority signs what is kept, where there is one; what it says is verified first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from claims.intake.authority import Stamped, imprint_of
from claims.intake.client import Answer
from claims.intake.words import Words
from claims.models import Claim, Evidence, Fetch, Snapshot, StampRequest, TimeStamp, Visibility
from claims.services.evidence import edit_evidence
from claims.services.fetching import settle as settle_page
from claims.services.fetching import take as take_page
from claims.services.stamping import RETRIES, configured, settle, take, wrong_stamps
from claims.tasks import stamps
from reviews.services.acting import acting_on
from reviews.services.verifying import verify_everything
from tests import factories as make
from tests.api.conftest import signed_in
from tests.intake.authority import TimeAuthority, time_authority
from verify_project import safety

pytestmark = pytest.mark.django_db


@pytest.fixture
def claim(kept_aside: Path) -> Claim:
    return make.a_claim(make.a_desk())


@pytest.fixture
def authority(settings: Any, tmp_path: Path) -> Iterator[TimeAuthority]:
    with time_authority() as signs:
        roots = tmp_path / "roots.pem"
        roots.write_bytes(signs.pem)
        settings.TIMESTAMP_AUTHORITY_URL, settings.TIMESTAMP_AUTHORITY_CERTIFICATES = signs.url, str(roots)
        settings.FETCH_DOOR = f"127.0.0.1:{signs.port}"
        yield signs


def again() -> None:
    StampRequest.objects.filter(next_attempt_at__isnull=False).update(next_attempt_at=make.ahead(seconds=-1))
    stamps()


def test_a_kept_file_is_signed_once(claim: Claim, authority: TimeAuthority) -> None:
    item = make.a_file(claim, b"what the document says")
    stamps()
    again()
    assert authority.asked == [sha256(b"what the document says").digest()]
    signed = TimeStamp.objects.get()
    assert (signed.snapshot_id, signed.authority) == (item.snapshot_id, authority.url)
    assert abs((signed.stamped_at - make.now()).total_seconds()) < 60
    assert imprint_of(bytes(signed.token)) == sha256(b"what the document says").hexdigest()
    assert wrong_stamps() == []


def test_without_an_authority_nothing_is_asked_and_nothing_is_said(claim: Claim) -> None:
    item = make.a_file(claim)
    stamps()
    assert StampRequest.objects.get().attempts == 0
    assert claim.desk is not None
    api = signed_in(make.an_editor(claim.desk))
    assert api.get(f"/evidence/{item.pk}").body["snapshot"]["timestamp"] is None
    assert api.get(f"/evidence/{item.pk}/snapshot/timestamp").code == "not_found"


def test_the_token_is_handed_out_for_any_verifier(claim: Claim, authority: TimeAuthority) -> None:
    item = make.a_file(claim)
    stamps()
    assert claim.desk is not None
    api = signed_in(make.an_editor(claim.desk))
    told = api.get(f"/evidence/{item.pk}").body["snapshot"]["timestamp"]
    assert told["authority"] == authority.url
    down = api.get(told["href"].removeprefix("http://testserver/api/v1"))
    assert down.headers["Content-Type"] == "application/timestamp-reply"
    assert down.content == bytes(TimeStamp.objects.get().token)


@pytest.mark.parametrize("fault", ["lie", "stranger", "refusal", "junk"])
def test_what_does_not_prove_anything_is_not_kept(
    claim: Claim, authority: TimeAuthority, fault: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.a_file(claim)
    if fault == "lie":
        authority.lie = sha256(b"something else").digest()
    elif fault == "stranger":
        Path(settings.TIMESTAMP_AUTHORITY_CERTIFICATES).write_bytes(TimeAuthority().pem)
    elif fault == "refusal":
        authority.status = 500
    else:
        monkeypatch.setattr(authority, "answer", lambda query: b"junk")
    stamps()
    assert not TimeStamp.objects.exists()
    row = StampRequest.objects.get()
    assert row.code == ("did_not_open" if fault == "refusal" else "not_stamped")
    assert row.next_attempt_at is not None
    assert row.next_attempt_at - make.now() > RETRIES[0] / 2


def test_a_refused_request_is_made_again(claim: Claim, authority: TimeAuthority) -> None:
    make.a_file(claim)
    authority.status = 503
    stamps()
    authority.status = 200
    again()
    assert TimeStamp.objects.count() == 1
    assert StampRequest.objects.get().next_attempt_at is None


def test_an_authority_that_does_not_answer_is_asked_once_in_a_run(claim: Claim, authority: TimeAuthority) -> None:
    for words in (b"one", b"two", b"three"):
        make.a_file(claim, words)
    authority.status = 503
    stamps()
    assert sorted(StampRequest.objects.values_list("attempts", flat=True)) == [0, 0, 1]
    authority.status = 200
    again()
    assert TimeStamp.objects.count() == 3


def test_files_of_protected_evidence_alone_are_not_sent(claim: Claim, authority: TimeAuthority) -> None:
    make.a_file(claim, b"who told us", visibility=Visibility.PROTECTED)
    stamps()
    assert authority.asked == []
    make.a_file(claim, b"who told us")
    stamps()
    assert authority.asked == [sha256(b"who told us").digest()]


def test_a_file_is_sent_exactly_while_something_that_is_not_protected_holds_it(
    claim: Claim, authority: TimeAuthority
) -> None:
    item, other = make.a_file(claim, b"who told us"), make.a_file(claim, b"what the document says")
    shown(item, Visibility.PROTECTED)
    stamps()
    assert authority.asked == [sha256(b"what the document says").digest()]
    assert StampRequest.objects.get(snapshot=item.snapshot_id).next_attempt_at is None
    assert verify_everything(timedelta(0)).broken == []
    shown(item, Visibility.INTERNAL)
    stamps()
    assert authority.asked[1:] == [sha256(b"who told us").digest()]
    shown(other, Visibility.PROTECTED)
    shown(other, Visibility.INTERNAL)
    stamps()
    assert len(authority.asked) == 2
    assert verify_everything(timedelta(0)).broken == []


def shown(item: Evidence, to: Visibility) -> None:
    assert item.claim.desk is not None
    with acting_on(item.claim_id, make.viewer(make.an_editor(item.claim.desk))) as acting:
        edit_evidence(acting.held, item, {"visibility": to}, by=acting.by)


def test_an_idle_run_looks_at_what_is_due_and_at_no_file(claim: Claim, authority: TimeAuthority) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO claims_snapshot (sha256, size, media_type, fetched_at) "
            "SELECT encode(sha256(n::text::bytea), 'hex'), 1, '', now() FROM generate_series(1, 3000) n"
        )
        cursor.execute("INSERT INTO claims_stamprequest SELECT id, NULL, 1, '' FROM claims_snapshot")
        cursor.execute("ANALYZE claims_stamprequest, claims_snapshot")
    with CaptureQueriesContext(connection) as asked:
        stamps()
    looked = [query["sql"] for query in asked if "claims_" in query["sql"]]
    assert len(looked) == 1
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {looked[0]}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "using stamp_next_attempt" in plan, plan
    assert "Seq Scan on claims_stamprequest" not in plan, plan
    assert "Seq Scan on claims_snapshot" not in plan, plan


def test_a_reader_whose_lease_ended_writes_nothing(claim: Claim, authority: TimeAuthority) -> None:
    make.a_file(claim)
    snapshot = Snapshot.objects.get()
    ((_, lease),) = take(1)
    assert take(1) == []
    StampRequest.objects.update(next_attempt_at=make.ahead(minutes=9))
    where = configured()
    assert where is not None
    assert not settle(snapshot, lease, Stamped(make.now(), b""), where)
    assert not TimeStamp.objects.exists()


def test_a_signed_time_is_never_rewritten_and_a_wrong_one_is_noticed(claim: Claim, authority: TimeAuthority) -> None:
    make.a_file(claim)
    stamps()
    with pytest.raises(DatabaseError), transaction.atomic():
        TimeStamp.objects.update(token=b"another")
    other = make.a_file(claim, b"another")
    assert other.snapshot is not None
    token = bytes(TimeStamp.objects.get().token)
    TimeStamp.objects.create(
        snapshot=other.snapshot, authority="x", stamped_at=make.now(), token=token, kept_at=make.now()
    )
    assert wrong_stamps() == [other.snapshot.sha256]
    assert Evidence.objects.count() == 2


def test_an_authority_without_its_certificates_is_refused_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="TIMESTAMP_AUTHORITY_CERTIFICATES"):
        safety.check_authority("https://stamp.example/", "")
    with pytest.raises(ImproperlyConfigured, match="TIMESTAMP_AUTHORITY_CERTIFICATES"):
        safety.check_authority("https://stamp.example/", str(tmp_path / "nothing.pem"))
    safety.check_authority("", "")


def test_every_copy_of_a_page_has_its_own_signed_time(claim: Claim, authority: TimeAuthority) -> None:
    item = make.evidence_for(claim, url="https://harbour-paper.com/report")
    for words in ("It is closed.", "It is open."):
        StampRequest.objects.update(next_attempt_at=None)
        Fetch.objects.update(next_attempt_at=make.ahead(seconds=-1))
        (taken,) = take_page(1)
        settle_page(taken, (Answer(item.url, 200, (), words.encode()), Words("The report", words)))
        stamps()
    assert claim.desk is not None
    api = signed_in(make.an_editor(claim.desk))
    first, second = api.get(f"/evidence/{item.pk}/copies").body["results"]
    for copy in (first, second):
        down = api.get(copy["timestamp"]["href"].removeprefix("http://testserver/api/v1"))
        assert down.headers["Content-Type"] == "application/timestamp-reply"
        assert imprint_of(down.content) == copy["sha256"]
    assert first["sha256"] != second["sha256"]
    assert api.get(f"/evidence/{item.pk}/copies/3/snapshot/timestamp").code == "not_found"
