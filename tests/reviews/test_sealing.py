"""A seal kept elsewhere shows what no look at the database alone can: that its whole history was written anew."""

from __future__ import annotations

import bz2
import errno
import gzip
import json
import lzma
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
from claims.services import heldseals, sealfiles, sealing
from claims.services.sealing import daily_seals, seal_the_day
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
    said = [line.removeprefix(name) for line in out.getvalue().splitlines() for name in names if line.startswith(name)]
    return [sentence for sentence in said if not sentence.startswith("A seal of ")]


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


def test_verify_says_which_seal_a_file_is_whatever_it_is_called(sealed: Path) -> None:
    renamed = sealed.rename(sealed.with_name("seal-2031-01-01T000000Z.txt"))
    out = StringIO()
    call_command("verify", "--seal", str(renamed), stdout=out)
    made = f"{Seal.objects.get().made_at:%Y-%m-%dT%H:%M:%S.%fZ}"
    assert f"{renamed}: A seal of 3 claims, made {made}.\n" in out.getvalue()
    document = StringIO()
    call_command("verify", "--json", "--seal", str(renamed), stdout=document)
    assert json.loads(document.getvalue())["seals"] == {str(renamed): {"made": made, "claims": 3, "differences": []}}


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
        (lambda text: text.replace("\n", "\r\n"), "Its lines end as on Windows (CRLF): copy the seal anew as it is"),
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


def test_only_an_earlier_seal_shows_what_was_rewritten_before_the_latest(
    sealed: Path, tmp_path: Path, claims: list[Claim]
) -> None:
    forge(claims[1])
    later = tmp_path / "later.txt"
    call_command("seal", str(later), stderr=StringIO())
    (tmp_path / ".hidden.txt").write_text("what is no seal")
    (tmp_path / "SHA256SUMS").write_text("what is no seal")
    assert holds(later)
    out = StringIO()
    with pytest.raises(CommandError, match=re.escape(f"Broken: {sealed}.")):
        call_command("verify", "--seal", str(tmp_path), stdout=out)
    assert f"{sealed}: Claim #{claims[1].pk} has another history" in out.getvalue()
    assert f"{later}: All of it is as it was sealed." in out.getvalue()


def test_a_directory_without_seals_is_told(tmp_path: Path) -> None:
    assert held_against(tmp_path) == ["There is no seal in this directory: no file whose name ends in .txt."]


def test_a_directory_that_cannot_be_read_is_told(sealed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "listdir", locked)
    assert held_against(sealed.parent, sealed) == [
        "The directory cannot be read: Permission denied.",
        "All of it is as it was sealed.",
    ]
    assert held_against(Path("x" * 300)) == ["The file cannot be read: File name too long."]


@pytest.mark.parametrize("packing", [gzip, bz2, lzma])
def test_a_compressed_seal_is_told_also_among_others(sealed: Path, packing: Any) -> None:
    ending = {gzip: "gz", bz2: "bz2", lzma: "xz"}[packing]
    packed = sealed.with_name(f"{sealed.name}.{ending}")
    packed.write_bytes(packing.compress(sealed.read_bytes()))
    said = "It is compressed: unpack it, and hold the database against what comes out."
    assert held_against(packed) == [said]
    out = StringIO()
    with pytest.raises(CommandError, match=re.escape(f"Broken: {packed}.")):
        call_command("verify", "--seal", str(sealed.parent), stdout=out)
    assert f"{packed}: {said}" in out.getvalue()


def test_another_newsrooms_seal_is_explained_before_its_claims_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heldseals, "BATCH", 9)
    lines = [f"claim-desk-seal 1 made=2026-11-28T00:03:12.123456Z claims=25 before={'a' * 64}\n"]
    lines += [f"{900_000_000 + number} 3 {'b' * 64}\n" for number in range(25)]
    other = tmp_path / "other.txt"
    other.write_text("".join([*lines, f"sha256 {sha256(''.join(lines).encode()).hexdigest()}\n"]))
    first, second, *named, last = held_against(other)
    assert first.startswith(
        "The database does not know this seal: an older backup was loaded, it is another newsroom's"
    )
    assert second.startswith("The database does not know the seal before this one")
    assert [int(sentence.split()[1][1:]) for sentence in named] == list(range(900_000_000, 900_000_020))
    assert last == "And 5 more claims are not as they were sealed."


def test_a_rewritten_row_of_a_seal_is_told(sealed: Path) -> None:
    by_hand("UPDATE claims_seal SET made_at = made_at - interval '1 second', claims = 2", [])
    row = Seal.objects.get()
    (said,) = held_against(sealed)
    assert said.startswith("The row of this seal was rewritten: the database says made ")
    assert f"{row.made_at:%Y-%m-%dT%H:%M:%S.%fZ}, claims 2; the file made " in said
    assert said.endswith(", claims 3.")


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
    by_hand("UPDATE claims_seal SET day = day - 1, made_at = made_at - interval '1 day'", [])
    assert seal_the_day() is not None
    assert Seal.objects.count() == 2


def test_rows_that_lie_ahead_take_no_days_seal_and_are_told(
    claims: list[Claim], place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As somebody writes them who wants no more seals, or a server whose clock was once ahead."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO claims_seal (made_at, day, claims, sha256) SELECT now() + interval '40 days', "
            "(now() AT TIME ZONE 'UTC')::date + days, 0, repeat('f', 64) FROM generate_series(0, 40) days"
        )
    out = StringIO()
    with pytest.raises(CommandError, match="Broken: seals_are_of_their_moment"):
        call_command("verify", stdout=out)
    assert "No seal was made yet." in out.getvalue()
    assert health(make.now()).broken == 1
    made = seal_the_day()
    assert made is not None
    assert file_in(place).read_text().splitlines()[0].endswith(" before=none")
    assert seal_the_day() is None
    assert list(daily_seals(make.now())) == [made]
    for days in (1, 40):  # of which the last is the day when the forged rows say that they were made
        monkeypatch.setattr(sealing, "database_time", lambda days=days: make.now() + timedelta(days=days, minutes=1))
        assert seal_the_day() is not None
        assert seal_the_day() is None


def test_the_bond_to_the_seal_before_passes_over_rows_that_lie_ahead(sealed: Path, tmp_path: Path) -> None:
    Seal.objects.create(made_at=make.now() + timedelta(days=3), claims=0, sha256="f" * 64)
    later = tmp_path / "later.txt"
    call_command("seal", str(later), stderr=StringIO())
    assert later.read_text().splitlines()[0].endswith(f" before={Seal.objects.order_by('pk')[0].sha256}")


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
    told, kept = StringIO(), tmp_path / "kept.txt"
    ours, theirs = os.pipe()
    with os.fdopen(ours, "rb") as reading, os.fdopen(theirs, "w") as writing:
        call_command("seal", stdout=writing, stderr=told)
        writing.close()
        kept.write_bytes(reading.read())
    row = Seal.objects.get()
    assert row.day is None
    assert row.sha256 in told.getvalue()
    assert holds(kept)


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("away/x.txt", "away/x.txt: the directory is not there."),
        ("a.txt/x.txt", "a.txt/x.txt: what should be the directory is none."),
        ("a.txt", "a.txt: it is there already, and no seal is written over."),
        (".", ".: it is a directory; name a new file in it."),
        ("", "name a new file, or - for standard output."),
    ],
)
def test_the_command_says_in_a_sentence_why_it_cannot_seal_into_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.txt").write_text("A")
    with pytest.raises(CommandError, match=f"^No seal was made: {re.escape(said)}$"):
        call_command("seal", file)
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
    assert not Seal.objects.exists()


def test_the_command_says_in_a_sentence_why_the_database_keeps_no_seal_and_leaves_no_file(
    claims: list[Claim], tmp_path: Path
) -> None:
    for where in (str(tmp_path / "x.txt"), "-"):
        with connection.cursor() as cursor, transaction.atomic():
            cursor.execute("SET TRANSACTION READ ONLY")
            with pytest.raises(
                CommandError, match=r"^No seal was made: the database keeps no row of it \(cannot execute"
            ):
                call_command("seal", where)
            transaction.set_rollback(True)
    assert list(tmp_path.iterdir()) == []
    assert not Seal.objects.exists()


def test_a_name_that_was_taken_meanwhile_is_left_and_the_seal_gets_another(
    claims: list[Claim], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.txt"
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", lambda _: path.write_text("somebody else's"))
        with pytest.raises(
            CommandError, match=r"^The seal was made, but its file could not be called .*/x\.txt: it is"
        ):
            call_command("seal", str(path))
    row = Seal.objects.get()
    call_command("seal", str(tmp_path / "y.txt"), stderr=StringIO())
    assert path.read_text() == "somebody else's"
    assert holds(tmp_path / f"x-{row.sha256[:8]}.txt", tmp_path / "y.txt")
    assert len(list(tmp_path.iterdir())) == 3


def test_on_a_disk_where_files_have_one_name_no_seal_is_written_over_either(
    claims: list[Claim], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def one_name(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", one_name)
    path = tmp_path / "x.txt"
    call_command("seal", str(path), stderr=StringIO())
    assert file_in(tmp_path) == path
    assert holds(path)
    other = tmp_path / "y.txt"
    monkeypatch.setattr(os, "fsync", lambda _: other.write_text("somebody else's"))
    with pytest.raises(CommandError, match=r"could not be called .*/y\.txt: it is there already"):
        call_command("seal", str(other))
    assert other.read_text() == "somebody else's"


def test_a_seal_that_waits_too_long_for_another_is_refused_and_told(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def taken(_: int) -> Iterator[bool]:
        yield False

    monkeypatch.setattr(sealfiles, "alone", taken)
    monkeypatch.setattr(sealfiles, "PATIENCE", 0.0)
    for where in ("-", str(place / "x.txt")):
        with pytest.raises(CommandError, match=r"^No seal was made: another seal is being made; try again"):
            call_command("seal", where)
    assert seal_the_day() is None
    assert health(make.now(), to_administrator=True).unsealed_because.startswith(
        "The daily seal could not be made: another seal is being made"
    )


def test_a_place_that_is_not_there_is_named_to_administrators_and_by_check(place: Path, settings: Any) -> None:
    away, file = place / "away", place / "file"
    file.write_text("A")
    for there, why in ((away, "the directory is not there"), (file, "what should be the directory is none")):
        settings.SEAL_DIR = str(there)
        assert seal_the_day() is None
        because = f"Daily seals cannot be written to SEAL_DIR, {there}: {why}."
        assert health(make.now(), to_administrator=True).unsealed_because == because
        assert health(make.now()).unsealed
        assert health(make.now()).unsealed_because == ""
        told = StringIO()
        call_command("check", stderr=told)
        assert f"SEAL_DIR must be a directory that is there; {there} is none." in told.getvalue()


def test_a_place_that_may_not_be_looked_at_keeps_nothing_from_starting(settings: Any, tmp_path: Path) -> None:
    far = tmp_path / ("x" * 300)  # looking at it fails otherwise than for what is not there, whoever looks
    settings.SEAL_DIR = str(far)
    told = StringIO()
    call_command("check", stderr=told)
    assert f"SEAL_DIR must be a directory that is there; {far} " in told.getvalue()
    assert seal_the_day() is None
    assert "File name too long" in health(make.now(), to_administrator=True).unsealed_because


def test_a_place_that_takes_new_files_only_is_sealed_into(
    claims: list[Claim], place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kept(self: Path, **_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted", str(self))

    monkeypatch.setattr(Path, "unlink", kept)
    assert seal_the_day() is not None
    call_command("seal", str(place / "x.txt"), stderr=StringIO())
    seals = [file for file in place.iterdir() if not file.name.startswith(".")]
    assert len(seals) == 2
    assert holds(*seals)
    assert not health(make.now()).unsealed


def test_a_place_that_is_back_is_no_longer_told(sealed: Path, place: Path, settings: Any) -> None:
    settings.SEAL_DIR = str(place / "away")
    assert seal_the_day() is None
    assert health(make.now()).unsealed
    settings.SEAL_DIR = str(place)
    assert seal_the_day() is None
    assert not health(make.now()).unsealed
    assert Heartbeat.objects.get(name="seal").detail["sha256"] == Seal.objects.get().sha256


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
    by_hand("UPDATE claims_seal SET made_at = made_at - interval '48 hours 1 second', day = day - 2", [])
    assert f"The last seal was made {Seal.objects.get().made_at:%Y-%m-%d %H:%M} UTC." in says()


def test_a_place_that_depends_on_where_a_process_was_started_is_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match="SEAL_DIR"):
        safety.check_seals("seals")
    safety.check_seals("")
    safety.check_seals("/srv/seals")
