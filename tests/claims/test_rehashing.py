"""Everything kept is read again once a day; what is missing or different is reported until it is put right."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.storage import storages
from django.db import IntegrityError, transaction

from claims.models import Claim, FileCheck, Heartbeat, Snapshot
from claims.services.rehashing import check_files, still_broken
from claims.tasks import files
from reviews.services.verifying import verify_everything
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def claim(kept_aside: Path) -> Claim:
    """A claim with three kept files."""
    claim = make.a_claim(make.a_desk())
    for words in (b"one", b"two", b"three"):
        make.a_file(claim, words)
    return claim


def place(number: int) -> Path:
    return Path(storages["evidence"].path(Snapshot.objects.order_by("pk")[number].path))


def a_day_later() -> None:
    FileCheck.objects.update(began_at=make.ahead(hours=-25))


def test_it_reads_everything_once_and_then_rests(claim: Claim) -> None:
    files()
    check = FileCheck.objects.get()
    assert (check.files, check.bytes, check.broken) == (3, 11, [])
    assert check.finished_at is not None
    assert Heartbeat.objects.get(name="kept files").detail == {"files": 3, "bytes": 11, "missing": 0, "differing": 0}
    assert check_files() is None
    a_day_later()
    assert check_files() is not None
    assert FileCheck.objects.count() == 2


def test_it_goes_on_where_it_was_stopped(claim: Claim) -> None:
    first = check_files(stretch=0)
    assert first is not None
    assert (first.files, first.finished_at) == (1, None)
    check_files(stretch=0)
    check_files(stretch=0)
    check = FileCheck.objects.get()
    assert (check.files, check.finished_at is not None) == (3, True)


def test_two_never_read_at_once_and_a_dead_one_is_followed(claim: Claim) -> None:
    FileCheck.objects.create(began_at=make.now(), lease_until=make.ahead(minutes=1))
    assert check_files() is None
    with pytest.raises(IntegrityError), transaction.atomic():
        FileCheck.objects.create(began_at=make.now())
    FileCheck.objects.update(lease_until=make.ahead(seconds=-1))
    check = check_files()
    assert check is not None
    assert check.files == 3


def test_a_file_that_the_disk_refuses_is_reported_and_the_rest_is_read(claim: Claim) -> None:
    place(0).unlink()
    place(0).mkdir()  # whoever opens it is refused, also an administrator of the machine
    files()
    check = FileCheck.objects.get()
    assert (check.files, len(check.missing), check.finished_at is not None) == (3, 1, True)
    assert [words.split(" is ")[1] for words in still_broken()] == ["unreadable"]


def test_what_is_missing_or_different_is_reported_until_it_is_put_right(claim: Claim) -> None:
    place(0).unlink()
    place(1).write_bytes(b"owt")
    check_files()
    check = FileCheck.objects.get()
    assert (len(check.missing), len(check.differing)) == (1, 1)
    assert [words.split(" is ")[1] for words in still_broken()] == ["missing", "different"]
    assert "files_read_as_kept" in {breach.name for breach in verify_everything().broken}
    place(0).write_bytes(b"one")
    place(1).write_bytes(b"two")
    assert still_broken() == []
    assert verify_everything().holds
