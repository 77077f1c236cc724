"""Holds the database against a seal that was kept elsewhere: what it says was there must be there still.

What came after the seal is no difference. The text of a seal: `claims.services.sealing`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from django.db import connection

from claims.models import Seal

LONGEST = 300  # bytes of a line; a seal has none so long
BATCH = 2000

_HEADER = re.compile(rb"claim-desk-seal 1 made=\S+ claims=(\d{1,18}) before=([0-9a-f]{64}|none)\n")
_LINE = re.compile(rb"(\d{1,18}) (\d{1,9}) ([0-9a-f]{64})\n")
_END = re.compile(rb"sha256 ([0-9a-f]{64})\n")

_DIFFERING = """
SELECT sealed.claim, sealed.seq, sealed.hash, claim.id IS NOT NULL, event.hash
  FROM unnest(%s::bigint[], %s::int[], %s::text[]) AS sealed (claim, seq, hash)
  LEFT JOIN claims_claim claim ON claim.id = sealed.claim
  LEFT JOIN claims_claimevent event ON event.claim_id = sealed.claim AND event.seq = sealed.seq
 WHERE claim.id IS NULL OR event.hash IS DISTINCT FROM sealed.hash
 ORDER BY sealed.claim
"""

Line = tuple[int, int, str]


def differences(path: Path) -> Iterator[str]:
    """What is not as this file says, a sentence each; none when all of it holds."""
    try:
        with path.open("rb") as file:
            yield from _differences(file)
    except OSError as refused:
        yield f"The file cannot be read: {refused.strerror}."


def _differences(file: BinaryIO) -> Iterator[str]:
    first = file.readline(LONGEST)
    header = _HEADER.fullmatch(first)
    if header is None:
        yield "This is no seal, or one of a later version."
        return
    digest, claims, batch = sha256(first), 0, list[Line]()
    while line := _LINE.fullmatch(text := file.readline(LONGEST)):
        digest.update(text)
        claims += 1
        batch.append((int(line[1]), int(line[2]), line[3].decode()))
        if len(batch) == BATCH:
            yield from _changed(batch)
            batch.clear()
    yield from _changed(batch)
    end = _END.fullmatch(text)
    if end is None or file.read(1):
        yield f"The file cannot be read beyond line {claims + 1}: it was cut off or edited."
        return
    if digest.hexdigest() != end[1].decode():
        yield f"The file was edited: its lines have the SHA-256 {digest.hexdigest()}, its end says {end[1].decode()}."
    if claims != int(header[1]):
        yield f"The file says that it holds {int(header[1])} claims; it holds {claims}."
    yield from _unknown(end[1].decode(), header[2].decode())


def _changed(batch: list[Line]) -> Iterator[str]:
    """The claims of some lines whose history does not hold what was sealed."""
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERING, [list(column) for column in zip(*batch, strict=True)] or [[], [], []])
        rows = cursor.fetchall()
    for claim, seq, sealed, is_there, found in rows:
        if not is_there:
            yield f"Claim #{claim} is gone: it was sealed with its event {seq}."
        elif found is None:
            yield f"Claim #{claim} lacks its event {seq}, which was sealed."
        else:
            yield f"Claim #{claim} has another history: its event {seq} was sealed as {sealed} and is {found} now."


def _unknown(own: str, before: str) -> Iterator[str]:
    """Seals whose rows the database does not have: rows were taken out, or the file was written by somebody else."""
    known = set(Seal.objects.filter(sha256__in=[own, before]).values_list("sha256", flat=True))
    if own not in known:
        yield "The database does not know this seal: its row is gone, or the file was edited and summed anew."
    if before not in {*known, "none"}:
        yield f"The database does not know the seal before this one, {before}."
