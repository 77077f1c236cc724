"""The kept evidence of one claim as a WARC/1.1 file (ISO 28500:2017), which web archives and their readers open.

Every copy of a page is a `response` record with the status and headers as they were sent, at the time it was read;
its bytes are those that were kept, so Content-Encoding and Transfer-Encoding, which no longer apply, are renamed as
is the custom. A file that was given is a `resource`. A `metadata` record behind each says which item of which claim
it is.

The file is never whole anywhere of ours: it is checked first, sizes and hashes, and then flows record by record, each
one's bytes checked once more as they are read. So it takes the memory of one record, however much is kept.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from typing import Any

from django.core.files.storage import storages

from claims.errors import ExportTooLarge, FileDamaged
from claims.models import Copy, Evidence, Snapshot

MEDIA_TYPE = "application/warc"
LIMIT = 500_000_000  # bytes of kept files in one export
# No longer true of the bytes that were kept; archives keep them under this prefix.
UNDONE = frozenset({"content-encoding", "transfer-encoding", "content-length"})
PREFIX = "X-Archive-Orig-"


def check_exportable(items: Sequence[Evidence]) -> None:
    """Refuse before the first byte what could not be handed out whole.

    `items` are read with their copies. Raises `ExportTooLarge` above `LIMIT`, and `FileDamaged` when kept bytes are
    missing or are no longer what was kept.
    """
    kept = [snapshot for item in items for snapshot in _kept_of(item)]
    size = sum(snapshot.size for snapshot in kept)
    if size > LIMIT:
        raise ExportTooLarge(
            f"What is kept of this claim is {_megabytes(size)} MB, and one file holds at most {_megabytes(LIMIT)} MB. "
            "Download the copies one by one.",
            bytes=size,
            limit=LIMIT,
        )
    for snapshot in {one.sha256: one for one in kept}.values():
        check_bytes(snapshot)


def stream_warc(claim_id: int, items: Iterable[Evidence], made_at: datetime) -> Iterator[bytes]:
    """One WARC file with everything kept of `items` (read with their copies), a record at a time. Asks no database.

    Raises `FileDamaged` in the middle when a file was damaged since it was checked: the download then breaks off.
    """
    from warcio.warcwriter import WARCWriter

    out = BytesIO()
    writer: Any = WARCWriter(out, gzip=False, warc_version="1.1")
    about = {"software": "Claim Desk", "format": "WARC File Format 1.1", "description": f"Evidence of claim {claim_id}"}
    writer.write_record(writer.create_warcinfo_record(f"claim-{claim_id}.warc", about))
    for item in items:
        for record in _records_of(writer, item, made_at):
            writer.write_record(record)
            yield _drained(out)
    yield _drained(out)


def _drained(out: BytesIO) -> bytes:
    written = out.getvalue()
    out.seek(0)
    out.truncate()
    return written


def _kept_of(item: Evidence) -> list[Snapshot]:
    """Everything kept of one item: every copy of its page, or its file."""
    copies = [copy.snapshot for copy in item.copies.all()]
    return copies or ([item.snapshot] if item.snapshot is not None else [])


def _megabytes(size: int) -> int:
    """Rounded up: what is over a limit never reads as the limit."""
    return -(-size // 1_000_000)


def _records_of(writer: Any, item: Evidence, made_at: datetime) -> Iterable[Any]:
    copies = list(item.copies.all())
    for copy in copies:
        response = _response(writer, copy)
        yield response
        yield _about(writer, item, response, {"copy": copy.number, **_proof(copy.snapshot)})
    if item.snapshot is not None and not copies:
        resource = _resource(writer, item, item.snapshot, made_at)
        yield resource
        yield _about(writer, item, resource, {"file_name": item.file_name, **_proof(item.snapshot)})


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
        warc_content_type=_one_line(snapshot.media_type),
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
