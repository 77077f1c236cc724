"""Seals that are made at the same instant, or that something ends or keeps in the dark on the way."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from io import StringIO, TextIOWrapper
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from claims.lifecycle import State
from claims.models import Seal
from claims.services import sealfiles
from claims.services.heldseals import held
from claims.services.sealing import seal_the_day, seal_to
from tests import factories as make
from tests.concurrency.crowd import at_once
from tests.running import own_database_url
from verify_project.runtime.places import CHECKOUT

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def place(tmp_path: Path, settings: Any) -> Path:
    """Where seals are kept, of a newsroom with a claim."""
    settings.SEAL_DIR = str(tmp_path)
    make.a_claim(make.a_desk(), State.QUEUED)
    return tmp_path


def names(place: Path) -> list[str]:
    return sorted(file.name for file in place.iterdir())


def test_workers_that_seal_at_once_make_one_seal_of_the_day(place: Path) -> None:
    answers = at_once(*[seal_the_day] * 4)
    assert [type(answer) for answer in answers if answer is not None] == [Seal]
    assert Seal.objects.count() == 1
    (file,) = place.iterdir()
    assert held(file).differences == []


def test_of_seals_into_one_file_at_once_one_is_made(place: Path) -> None:
    def seal() -> Seal | None:
        try:
            return seal_to(place / "x.txt")
        except FileExistsError:
            return None

    made = [seal for seal in at_once(*[seal] * 4) if seal is not None]
    assert made == [Seal.objects.get()]
    assert names(place) == ["x.txt"]
    assert held(place / "x.txt").differences == []


def test_seals_that_are_made_at_once_are_bound_to_one_another_in_a_row(place: Path) -> None:
    def one(number: int) -> Callable[[], Seal]:
        return lambda: seal_to(place / f"{number}.txt")

    at_once(*map(one, range(4)))
    rows = list(Seal.objects.order_by("made_at"))
    assert rows == list(Seal.objects.order_by("pk"))
    before = {held(file).made: file.read_text().splitlines()[0].split("before=")[1] for file in place.iterdir()}
    assert [before[made] for made in sorted(before)] == ["none", *(row.sha256 for row in rows[:-1])]


@pytest.mark.parametrize("rows", [1, 0])
def test_a_commit_whose_answer_was_lost_is_made_good_by_the_next_try(place: Path, rows: int) -> None:
    path, way = place / "x.txt", connection.connection
    commit = way.commit

    def lost() -> None:
        if rows:
            commit()
        way.close()
        raise psycopg.OperationalError("server closed the connection unexpectedly")

    way.commit = lost  # until another connection is made in its place
    with pytest.raises(CommandError, match="^Whether a seal was made is not known, as the database did not answer"):
        call_command("seal", str(path))
    (left,) = names(place)
    assert left.startswith(".x.txt.")
    assert Seal.objects.count() == rows
    made = seal_the_day()
    assert made is not None
    (daily,) = place.glob("seal-*.txt")  # named by the moment when it was begun
    assert names(place) == sorted([daily.name, "x.txt" if rows else left])
    assert held(daily).differences == []
    if rows:
        assert held(path).differences == []


def test_a_process_that_ends_after_the_commit_leaves_a_file_that_gets_its_name_with_the_next_tick(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ended(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(sealfiles, "_place", ended)
        seal_the_day()
    assert Seal.objects.count() == 1
    assert names(place)[0].startswith(".seal-")
    assert seal_the_day() is None
    (file,) = place.iterdir()
    assert file.name.startswith("seal-")
    assert held(file).differences == []
    os.link(file, place / f".{file.name}.0123abcd")  # as of a process that was ended between the two names
    assert seal_the_day() is None
    assert list(place.iterdir()) == [file]


def test_no_row_is_kept_of_what_standard_output_does_not_take(place: Path) -> None:
    refused = (
        "No seal was made: standard output did not take all of it (No space left on device). "
        "Throw away what it took, and ask again where there is room for all, or name a new file."
    )
    with Path("/dev/full").open("wb", buffering=0) as full:
        line = [sys.executable, "manage.py", "seal"]
        known = os.environ | {"DATABASE_URL": own_database_url(), "PYTHONUNBUFFERED": ""}
        ended = subprocess.run(line, cwd=CHECKOUT, env=known, stdout=full, stderr=subprocess.PIPE, check=False)
        assert (ended.returncode, ended.stderr.decode()) == (1, f"CommandError: {refused}\n")
        unbuffered = TextIOWrapper(full, write_through=True)
        with pytest.raises(CommandError, match=f"^{re.escape(refused)}$"):
            call_command("seal", stdout=unbuffered)
        unbuffered.detach()
    assert not Seal.objects.exists()


def test_no_row_is_kept_where_nobody_reads_the_pipe(place: Path) -> None:
    ours, theirs = os.pipe()
    os.close(ours)
    with (
        os.fdopen(theirs, "w") as writing,
        pytest.raises(CommandError, match=r"take all of it \(Broken pipe\)"),
    ):
        call_command("seal", stdout=writing, stderr=StringIO())
    assert not Seal.objects.exists()
