"""Holds the database against a seal that was kept elsewhere: what it says was there must be there still.

What came after the seal is no difference. The text of a seal: `claims.services.sealing`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from django.db import connection

from claims.models import Seal

LONGEST = 300  # bytes of a line; a seal has none so long
BATCH = 2000
SHOWN = 20  # claims named of those that are not as they were sealed; the last sentence counts the others

PACKED = (".gz", ".bz2", ".xz", ".zst", ".zip")
PACKING = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"PK\x03\x04")  # how such files begin

_HEADER = re.compile(rb"claim-desk-seal 1 made=(\S+) claims=(\d{1,18}) before=([0-9a-f]{64}|none)\n")
_LINE = re.compile(rb"(\d{1,18}) (\d{1,9}) ([0-9a-f]{64})\n")
_END = re.compile(rb"sha256 ([0-9a-f]{64})\n")

_DIFFERING = """
SELECT sealed.claim, sealed.seq, sealed.hash, claim.id, event.hash
  FROM unnest(%s::bigint[], %s::int[], %s::text[]) AS sealed (claim, seq, hash)
  LEFT JOIN claims_claim claim ON claim.id = sealed.claim
  LEFT JOIN claims_claimevent event ON event.claim_id = sealed.claim AND event.seq = sealed.seq
 WHERE claim.id IS NULL OR event.hash IS DISTINCT FROM sealed.hash
 ORDER BY sealed.claim
"""

Line = tuple[int, int, str]


@dataclass(frozen=True)
class Held:
    """What one file says of itself in its first line, and what is not as it says, a sentence each."""

    made: str
    claims: int
    differences: Sequence[str]


def held(path: Path) -> Held:
    """Hold the database against this file. Nothing is known of one that cannot be read, or is no seal."""
    try:
        with path.open("rb") as file:
            return _held(file)
    except OSError as refused:
        return Held("", 0, [f"The file cannot be read: {refused.strerror}."])


def files_in(path: Path) -> list[Path]:
    """The file itself; of a directory all its seals. A name that begins with a dot is that of none.

    Compressed files are among them, to be told: each may be a seal. Raises `OSError` for a directory that cannot be
    read.
    """
    if not os.path.isdir(path):  # noqa: PTH112 - `Path.is_dir` raises where one may not look
        return [path]
    names = sorted(name for name in os.listdir(path) if name.endswith((".txt", *PACKED)))  # noqa: PTH208 - it raises
    return [path / name for name in names if not name.startswith(".")]


def _held(file: BinaryIO) -> Held:
    first = file.readline(LONGEST)
    header = _HEADER.fullmatch(first)
    if header is None:
        return Held("", 0, [_no_seal(first)])
    digest, claims, batch = sha256(first), 0, list[Line]()
    changed = _Changed()
    while line := _LINE.fullmatch(text := file.readline(LONGEST)):
        digest.update(text)
        claims += 1
        batch.append((int(line[1]), int(line[2]), line[3].decode()))
        if len(batch) == BATCH:
            changed.look_at(batch)
            batch.clear()
    changed.look_at(batch)
    said = Held(header[1].decode(), int(header[2]), [])
    end = _END.fullmatch(text)
    if end is None or file.read(1):
        return _with(said, [f"The file cannot be read beyond line {claims + 1}: it was cut off or edited."], changed)
    own = end[1].decode()
    if digest.hexdigest() != own:
        edited = [f"The file was edited: its lines have the SHA-256 {digest.hexdigest()}, its end says {own}."]
    else:
        edited = list(_row_of(own, said))
    if claims != said.claims:
        edited.append(f"The file says that it holds {said.claims} claims; it holds {claims}.")
    return _with(said, [*edited, *_before(header[3].decode())], changed)


def _no_seal(first: bytes) -> str:
    if first.startswith(PACKING):
        return "It is compressed: unpack it, and hold the database against what comes out."
    if first.endswith(b"\r\n") and _HEADER.fullmatch(first.replace(b"\r\n", b"\n")):
        return "Its lines end as on Windows (CRLF): copy the seal anew as it is, byte for byte."
    return "This is no seal, or one of a later version."


def _with(said: Held, of_the_file: list[str], changed: _Changed) -> Held:
    """What explains it all comes first, then the first of the claims."""
    more = changed.number - len(changed.named)
    others = [f"And {more} more claims are not as they were sealed."] if more else []
    return Held(said.made, said.claims, [*of_the_file, *changed.named, *others])


class _Changed:
    """The claims whose history does not hold what was sealed: the first in words, and how many."""

    def __init__(self) -> None:
        self.named: list[str] = []
        self.number = 0

    def look_at(self, batch: list[Line]) -> None:
        """Look at the claims of some lines."""
        with connection.cursor() as cursor:
            cursor.execute(_DIFFERING, [list(column) for column in zip(*batch, strict=True)] or [[], [], []])
            rows = cursor.fetchall()
        self.number += len(rows)
        self.named += [_sentence(*row) for row in rows[: SHOWN - len(self.named)]]


def _sentence(claim: int, seq: int, sealed: str, there: int | None, found: str | None) -> str:
    if there is None:
        return f"Claim #{claim} is gone: it was sealed with its event {seq}."
    if found is None:
        return f"Claim #{claim} lacks its event {seq}, which was sealed."
    return f"Claim #{claim} has another history: its event {seq} was sealed as {sealed} and is {found} now."


def _row_of(own: str, said: Held) -> Iterator[str]:
    """What the row of a seal says otherwise than its file; that the database has none."""
    row = Seal.objects.filter(sha256=own).first()
    if row is None:
        yield (
            "The database does not know this seal: an older backup was loaded, it is another newsroom's, its row was "
            "taken out, or the file was edited and summed anew. What follows may come of that alone."
        )
    elif (made := f"{row.made_at:%Y-%m-%dT%H:%M:%S.%fZ}") != said.made or row.claims != said.claims:
        yield (
            f"The row of this seal was rewritten: the database says made {made}, claims {row.claims}; the file made "
            f"{said.made}, claims {said.claims}."
        )


def _before(before: str) -> Iterator[str]:
    """The seal before, where the database does not know it: rows were taken out, or somebody else wrote the file."""
    if before != "none" and not Seal.objects.filter(sha256=before).exists():
        yield f"The database does not know the seal before this one, {before}."
