"""The kept evidence of one claim as a WARC/1.1 file (ISO 28500:2017), which web archives and their readers open.

Every copy of a page is a `response` record with the status and headers as they were sent, at the time it was read;
its bytes are those that were kept, so Content-Encoding and Transfer-Encoding, which no longer apply, are renamed as
is the custom. A file that was given is a `resource`. A `metadata` record behind each says which item of which claim
it is.

The file is never whole anywhere of ours: it is checked first, sizes and hashes, and then flows record by record, each
one's bytes checked once more as they are read. So it takes the memory of one record, however much is kept.

What is more than fits into one file comes in parts, each a WARC file of its own in the order in which things were kept.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from itertools import pairwise
from typing import Any

from django.core.files.storage import storages

from claims.errors import ExportTooLarge, FileDamaged, NotFound
from claims.models import Copy, Evidence, Snapshot

MEDIA_TYPE = "application/warc"
LIMIT = 500_000_000  # bytes of kept files in one export
# No longer true of the bytes that were kept; archives keep them under this prefix.
UNDONE = frozenset({"content-encoding", "transfer-encoding", "content-length"})
PREFIX = "X-Archive-Orig-"


@dataclass(frozen=True)
class Piece:
    """One thing that was kept of an item: a copy of its page, or (None) the file that was given."""

    item: Evidence
    copy: Copy | None
    snapshot: Snapshot

    @property
    def order(self) -> tuple[datetime, int, int]:
        """When it was kept. What comes later is behind, so that a full part stays as it is while more is kept."""
        kept_at = self.copy.fetched_at if self.copy else self.item.added_at
        return kept_at, self.item.pk, self.copy.number if self.copy else 0


@dataclass(frozen=True)
class Part:
    """One file of an export in `of` parts, counted from 1."""

    number: int
    of: int
    pieces: Sequence[Piece]

    def name(self, claim_id: int) -> str:
        """What the file is called."""
        return f"claim-{claim_id}.warc" if self.of == 1 else f"claim-{claim_id}-part-{self.number}.warc"


def part_of(items: Iterable[Evidence], number: int | None = None) -> Part:
    """The part of this number, checked before the first byte goes out; without a number the only one.

    `items` are read with their copies. Raises `ExportTooLarge` where no number is given and one file is not enough,
    `NotFound` where there is no such part, and `FileDamaged` when kept bytes are missing or no longer what was kept.
    """
    pieces = sorted((piece for item in items for piece in _pieces_of(item)), key=lambda piece: piece.order)
    parts = divided([piece.snapshot.size for piece in pieces])
    if number is None and len(parts) > 1:
        size = sum(piece.snapshot.size for piece in pieces)
        raise ExportTooLarge(
            f"What is kept of this claim is {_megabytes(size)} MB, and one file holds at most {_megabytes(LIMIT)} MB. "
            f"Download it in {len(parts)} parts, ?part=1 to ?part={len(parts)}.",
            bytes=size,
            limit=LIMIT,
            parts=len(parts),
        )
    wanted = number or 1
    if wanted > len(parts):
        raise NotFound(f"What is kept of this claim has {len(parts)} part{'' if len(parts) == 1 else 's'}.")
    found = Part(wanted, len(parts), pieces[parts[wanted - 1].start : parts[wanted - 1].stop])
    for snapshot in {piece.snapshot.sha256: piece.snapshot for piece in found.pieces}.values():
        check_bytes(snapshot)
    return found


def parts_of(items: Iterable[Evidence]) -> int:
    """How many parts the export of these items has, in one query; none where nothing is kept."""
    holding = {item.pk: item for item in items if item.snapshot_id is not None}
    if not holding:
        return 0
    rows = Copy.objects.filter(evidence__in=list(holding))
    copies = list(rows.values_list("fetched_at", "evidence_id", "number", "snapshot__size"))
    files = holding.keys() - {number for _, number, _, _ in copies}
    kept = [(holding[pk].added_at, pk, 0, item.size) for pk in files if (item := holding[pk].snapshot) is not None]
    return len(divided([size for *_, size in sorted([*copies, *kept])]))


def divided(sizes: Sequence[int]) -> list[range]:
    """The places of what goes into each part, of at most `LIMIT` bytes unless a single file is larger. At least one."""
    begins, held = [0], 0
    for place, size in enumerate(sizes):
        if held and held + size > LIMIT:
            begins.append(place)
            held = 0
        held += size
    return [range(first, last) for first, last in pairwise([*begins, len(sizes)])]


def stream_warc(claim_id: int, part: Part, made_at: datetime) -> Iterator[bytes]:
    """One WARC file with everything in this part, a record at a time. Asks no database.

    Raises `FileDamaged` in the middle when a file was damaged since it was checked: the download then breaks off.
    """
    from warcio.warcwriter import WARCWriter

    out = BytesIO()
    writer: Any = WARCWriter(out, gzip=False, warc_version="1.1")
    about = {"software": "Claim Desk", "format": "WARC File Format 1.1", "description": f"Evidence of claim {claim_id}"}
    if part.of > 1:
        about["description"] += f", part {part.number} of {part.of}"
    writer.write_record(writer.create_warcinfo_record(part.name(claim_id), about))
    for piece in part.pieces:
        for record in _records_of(writer, piece, made_at):
            writer.write_record(record)
            yield _drained(out)
    yield _drained(out)


def _drained(out: BytesIO) -> bytes:
    written = out.getvalue()
    out.seek(0)
    out.truncate()
    return written


def _pieces_of(item: Evidence) -> list[Piece]:
    """Everything kept of one item: every copy of its page, or its file."""
    copies = [Piece(item, copy, copy.snapshot) for copy in item.copies.all()]
    return copies or ([Piece(item, None, item.snapshot)] if item.snapshot is not None else [])


def _megabytes(size: int) -> int:
    """Rounded up: what is over a limit never reads as the limit."""
    return -(-size // 1_000_000)


def _records_of(writer: Any, piece: Piece, made_at: datetime) -> Iterable[Any]:
    copy, item = piece.copy, piece.item
    record = _response(writer, copy) if copy else _resource(writer, item, piece.snapshot, made_at)
    yield record
    which = {"copy": copy.number} if copy else {"file_name": item.file_name}
    yield _about(writer, item, record, {**which, **_proof(piece.snapshot)})


def _response(writer: Any, copy: Copy) -> Any:
    from warcio.statusandheaders import StatusAndHeaders

    body = bytes_of(copy.snapshot)
    sent = [(PREFIX + name if name.lower() in UNDONE else name, _one_line(value)) for name, value in copy.headers]
    headers = [*sent, ("Content-Length", str(len(body)))]
    return writer.create_warc_record(
        copy.url,
        "response",
        payload=BytesIO(body),
        length=len(body),
        http_headers=StatusAndHeaders(f"{copy.status} OK", headers, protocol="HTTP/1.1"),
        warc_headers_dict={"WARC-Date": _date(copy.fetched_at)},
    )


def _resource(writer: Any, item: Evidence, snapshot: Snapshot, made_at: datetime) -> Any:
    body = bytes_of(snapshot)
    return writer.create_warc_record(
        f"urn:claimdesk:evidence:{item.pk}",
        "resource",
        payload=BytesIO(body),
        length=len(body),
        warc_content_type=_one_line(item.shown_media_type),
        warc_headers_dict={"WARC-Date": _date(min(item.added_at, made_at))},
    )


def _about(writer: Any, item: Evidence, record: Any, more: dict[str, object]) -> Any:
    """What the record before is evidence of, as JSON."""
    told = {
        "claim": item.claim_id,
        "evidence": item.pk,
        "title": item.title,
        "link": item.url,
        "question": item.question,
        "stance": item.stance,
        "derives_from": item.derives_from_id,
        **more,
    }
    body = json.dumps(told, ensure_ascii=False).encode()
    headers = record.rec_headers
    return writer.create_warc_record(
        headers.get_header("WARC-Target-URI"),
        "metadata",
        payload=BytesIO(body),
        length=len(body),
        warc_content_type="application/json",
        warc_headers_dict={
            "WARC-Date": headers.get_header("WARC-Date"),
            "WARC-Refers-To": headers.get_header("WARC-Record-ID"),
        },
    )


def _proof(snapshot: Snapshot) -> dict[str, object]:
    """The hash of the bytes, and what an authority signed over it (RFC 3161, base64 of DER)."""
    signed = getattr(snapshot, "timestamp", None)
    stamp = {} if signed is None else {"timestamp": b64encode(bytes(signed.token)).decode()}
    return {"sha256": snapshot.sha256, **stamp}


def digest_of(snapshot: Snapshot) -> str:
    """SHA-256 of the bytes as they lie there now, hexadecimal, read a block at a time. Raises `OSError`."""
    digest = sha256()
    with storages["evidence"].open(snapshot.path) as file:
        for block in file.chunks():
            digest.update(block)
    return digest.hexdigest()


def check_bytes(snapshot: Snapshot) -> None:
    """Raises `FileDamaged` unless the kept bytes have the hash they were kept under."""
    try:
        found = digest_of(snapshot)
    except OSError as gone:
        raise FileDamaged(snapshot=snapshot.sha256) from gone
    if found != snapshot.sha256:
        raise FileDamaged(snapshot=snapshot.sha256)


def bytes_of(snapshot: Snapshot) -> bytes:
    """The kept bytes. Raises `FileDamaged` unless they have the hash they were kept under."""
    try:
        with storages["evidence"].open(snapshot.path) as file:
            body: bytes = file.read()
    except OSError as gone:
        raise FileDamaged(snapshot=snapshot.sha256) from gone
    if sha256(body).hexdigest() != snapshot.sha256:
        raise FileDamaged(snapshot=snapshot.sha256)
    return body


def _date(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _one_line(value: str) -> str:
    """A header's value without line breaks or anything that is not printable in it."""
    return "".join(character if character.isprintable() else " " for character in value)
