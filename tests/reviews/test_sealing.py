"""A seal kept elsewhere shows what no look at the database alone can: that its whole history was written anew."""

from __future__ import annotations

import errno
import os
import re
import subprocess
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import IntegrityError, ProgrammingError, connection, transaction

from claims.lifecycle import State
from claims.models import Claim, ClaimEvent, ClaimHead, Heartbeat, Seal, User, chained
from claims.services.sealing import seal_the_day
from claims.tasks import seal as seal_task
from reviews.dashboard.health import health
from reviews.services.verifying import verify_everything
from tests import factories as make
from verify_project import safety

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor() -> User:
    return make.an_editor(make.a_desk())


@pytest.fixture
def claims(editor: User) -> list[Claim]:
    """Three claims, each in another state."""
    desk = editor.memberships.get().desk
    return [make.a_claim(desk, state, by=editor) for state in (State.PROPOSED, State.QUEUED, State.DECIDED)]


@pytest.fixture
def place(tmp_path: Path, settings: Any) -> Path:
    """Where seals are kept."""
    settings.SEAL_DIR = str(tmp_path)
    return tmp_path


@pytest.fixture
def sealed(claims: list[Claim], place: Path) -> Path:
    """The daily seal of the three claims."""
    seal_task()
    return file_in(place)


def file_in(place: Path) -> Path:
    (found,) = place.iterdir()
    return found


def held_against(*files: Path) -> list[str]:
    """What `manage.py verify --seal` says of these files, of which at least one does not hold."""
    out = StringIO()
    with pytest.raises(CommandError, match="Broken") as refused:
        call_command("verify", "--seal", *map(str, files), stdout=out)
    assert refused.value.returncode == 1
    assert verify_everything(timedelta(0)).holds
    names = [f"{file}: " for file in files]
    return [line.removeprefix(name) for line in out.getvalue().splitlines() for name in names if line.startswith(name)]


def holds(*files: Path) -> bool:
    out = StringIO()
    call_command("verify", "--seal", *map(str, files), stdout=out)
    return out.getvalue().count("All of it is as it was sealed.") == len(files)


def by_hand(sql: str, values: list[Any]) -> None:
    """Change rows as somebody could who owns the database: past its triggers and constraints."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql, values)
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


def forge(claim: Claim) -> None:
    """Let somebody else have done all that was done with a claim: bodies, columns, every hash and the head."""
    before = ""
    for event in ClaimEvent.objects.filter(claim=claim).order_by("seq"):
        body = event.body.replace(f'"{event.actor_name}"', '"Somebody Else"')
        assert body != event.body
        after = chained(before, body)
        by_hand(
            "UPDATE claims_claimevent SET body = %s, actor_name = 'Somebody Else', prev_hash = %s, hash = %s "
            "WHERE id = %s",
            [body, before, after, event.pk],
        )
        before = after
    by_hand("UPDATE claims_claimhead SET hash = %s WHERE claim_id = %s", [before, claim.pk])


def take_out(claim: Claim) -> None:
    """Delete a claim and all that hangs on it."""
    by_hand("DELETE FROM claims_claimevent WHERE claim_id = %s", [claim.pk])
    by_hand("DELETE FROM claims_claimhead WHERE claim_id = %s", [claim.pk])
    by_hand("DELETE FROM claims_alarm WHERE claim_id = %s", [claim.pk])
    by_hand("DELETE FROM claims_appearance WHERE claim_id = %s", [claim.pk])
    by_hand("DELETE FROM claims_claim WHERE id = %s", [claim.pk])


def test_a_seal_names_the_end_of_every_history_and_any_tool_can_check_it(sealed: Path) -> None:
    first, *lines, last = sealed.read_text().splitlines()
    row = Seal.objects.get()
    assert first == f"claim-desk-seal 1 made={row.made_at:%Y-%m-%dT%H:%M:%S.%fZ} claims=3 before=none"
    heads = ClaimHead.objects.order_by("claim_id")
    assert lines == [f"{head.claim_id} {head.event_seq} {head.hash}" for head in heads]
    assert last == f"sha256 {row.sha256}"
    before_it = subprocess.run(["head", "-n", "-1", str(sealed)], capture_output=True, check=True).stdout
    summed = subprocess.run(["sha256sum"], input=before_it, capture_output=True, check=True).stdout
    assert summed.decode().split()[0] == row.sha256
    assert holds(sealed)


def test_a_careful_forger_passes_verify_and_is_caught_by_the_seal(sealed: Path, claims: list[Claim]) -> None:
    forge(claims[1])
    (said,) = held_against(sealed)
    assert said.startswith(f"Claim #{claims[1].pk} has another history: its event ")


def test_a_claim_that_was_taken_out_altogether_is_missed(sealed: Path, claims: list[Claim]) -> None:
    last = ClaimEvent.objects.filter(claim=claims[0]).count()
    take_out(claims[0])
    assert held_against(sealed) == [f"Claim #{claims[0].pk} is gone: it was sealed with its event {last}."]


def test_a_history_that_was_cut_off_before_it_was_sealed_is_missed(sealed: Path, claims: list[Claim]) -> None:
    seq = ClaimHead.objects.get(claim=claims[2]).event_seq
    by_hand("DELETE FROM claims_claimevent WHERE claim_id = %s AND seq = %s", [claims[2].pk, seq])
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("verify", "--seal", str(sealed), stdout=out)
    assert f"{sealed}: Claim #{claims[2].pk} lacks its event {seq}, which was sealed." in out.getvalue()


def test_what_came_after_the_seal_is_no_fault(sealed: Path, claims: list[Claim], editor: User) -> None:
    make.a_claim(editor.memberships.get().desk, State.QUEUED, by=editor)
    make.evidence_for(claims[1], by=editor)
    assert holds(sealed)


@pytest.mark.parametrize(
    ("edited", "said"),
    [
        (lambda text: re.sub(r"claims=3", "claims=4", text), "The file was edited: its lines have the SHA-256"),
        (lambda text: re.sub(r"claims=3", "claims=4", text), "The file says that it holds 4 claims; it holds 3."),
        (lambda text: "\n".join(text.splitlines()[:-1]) + "\n", "The file cannot be read beyond line 4"),
        (lambda text: text.replace("\nsha256", "\nClaim 7\nsha256"), "The file cannot be read beyond line 4"),
        (lambda text: text + "1\n", "The file cannot be read beyond line 4"),
        (lambda text: text[1:], "This is no seal, or one of a later version."),
        (lambda _: "", "This is no seal, or one of a later version."),
    ],
)
def test_a_file_that_was_edited_is_told(sealed: Path, edited: Callable[[str], str], said: str) -> None:
    sealed.write_text(edited(sealed.read_text()))
    assert any(sentence.startswith(said) for sentence in held_against(sealed))


def test_a_file_that_was_edited_and_summed_anew_is_told(sealed: Path, claims: list[Claim]) -> None:
    kept = [line for line in sealed.read_bytes().splitlines(keepends=True) if not line.startswith(b"sha256")]
    less = b"".join([kept[0].replace(b"claims=3", b"claims=2"), *kept[2:]])
    sealed.write_bytes(less + f"sha256 {sha256(less).hexdigest()}\n".encode())
    (said,) = held_against(sealed)
    assert said.startswith("The database does not know this seal")


def test_a_seal_is_bound_to_the_one_before(sealed: Path, tmp_path: Path) -> None:
    later = tmp_path / "later.txt"
    call_command("seal", str(later), stderr=StringIO())
    first, second = Seal.objects.order_by("pk")
    assert later.read_text().splitlines()[0].endswith(f" before={first.sha256}")
    assert holds(sealed, later)
    by_hand("DELETE FROM claims_seal WHERE id = %s", [first.pk])
    assert held_against(later) == [f"The database does not know the seal before this one, {first.sha256}."]
    assert second.sha256 != first.sha256


def test_a_file_that_is_not_there_is_told_and_the_others_are_looked_at(sealed: Path) -> None:
    gone = sealed.with_name("gone.txt")
    assert held_against(gone, sealed) == [
        "The file cannot be read: No such file or directory.",
        "All of it is as it was sealed.",
    ]


def test_an_empty_newsroom_is_sealed_as_well(place: Path) -> None:
    seal_task()
    assert file_in(place).read_text().count("\n") == 2
    assert Seal.objects.get().claims == 0
    assert holds(file_in(place))


def test_a_day_has_one_seal_however_often_the_clock_ticks(sealed: Path, place: Path) -> None:
    assert seal_the_day() is None
    assert file_in(place) == sealed
    sealed.unlink()  # seals of two days have two names, those of one second have one
    by_hand("UPDATE claims_seal SET day = day - 1", [])
    assert seal_the_day() is not None
    assert Seal.objects.count() == 2


def test_without_a_place_the_row_alone_is_kept(claims: list[Claim]) -> None:
    seal_task()
    assert Seal.objects.get().claims == 3


def test_no_seal_is_half_there_when_the_disk_is_full(
    claims: list[Claim], place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        assert seal_the_day() is None
    assert list(place.iterdir()) == []
    assert not Seal.objects.exists()
    assert "No space left" in Heartbeat.objects.get(name="seal").detail["failed"]
    assert health(make.now()).unsealed
    assert seal_the_day() is not None
    assert holds(file_in(place))
    assert not health(make.now()).unsealed


def test_no_seal_is_written_over_another(sealed: Path) -> None:
    before = sealed.read_bytes()
    with pytest.raises(CommandError, match="is there already"):
        call_command("seal", str(sealed))
    assert sealed.read_bytes() == before
    assert Seal.objects.count() == 1


def test_the_command_writes_to_a_pipe_and_tells_beside_it_what_it_sealed(claims: list[Claim], tmp_path: Path) -> None:
    out, told = StringIO(), StringIO()
    call_command("seal", stdout=out, stderr=told)
    row = Seal.objects.get()
    assert row.day is None
    assert row.sha256 in told.getvalue()
    kept = tmp_path / "kept.txt"
    kept.write_text(out.getvalue())
    assert holds(kept)


def test_rows_of_seals_are_never_rewritten(sealed: Path) -> None:
    with pytest.raises(ProgrammingError, match="Cannot update or delete"), transaction.atomic():
        Seal.objects.update(claims=2)
    with pytest.raises(ProgrammingError, match="Cannot update or delete"), transaction.atomic():
        Seal.objects.all().delete()
    day = Seal.objects.get().day
    with pytest.raises(IntegrityError, match="seal_once_a_day"), transaction.atomic():
        Seal.objects.create(made_at=make.now(), day=day, claims=0, sha256="0" * 64)


def test_verify_says_when_no_seal_was_made_for_two_days(claims: list[Claim]) -> None:
    def says() -> str:
        out = StringIO()
        call_command("verify", stdout=out)
        return out.getvalue()

    assert "No seal was made yet." in says()
    seal_the_day()
    assert " seal " not in says()
    by_hand("UPDATE claims_seal SET made_at = made_at - interval '49 hours'", [])
    assert f"The last seal was made {Seal.objects.get().made_at:%Y-%m-%d %H:%M} UTC." in says()


def test_a_place_that_depends_on_where_a_process_was_started_is_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match="SEAL_DIR"):
        safety.check_seals("seals")
    safety.check_seals("")
    safety.check_seals("/srv/seals")
