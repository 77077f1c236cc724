"""Kept files on their way out: always a download, never a page of ours, checked against their hash on the way."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256

from django.core.files.storage import storages
from django.http import FileResponse, HttpResponseBase
from rest_framework.request import Request

from claims.api.preconditions import is_known, tag
from claims.api.views import not_modified
from claims.errors import FileDamaged
from claims.models import Evidence, Snapshot

# Nothing in the file may run, load or be framed, even when somebody opens it from the download.
POLICY = "sandbox; default-src 'none'"


def download(request: Request, item: Evidence, snapshot: Snapshot) -> HttpResponseBase:
    """The bytes of a snapshot as an attachment, or that the caller has them already, by their hash.

    Raises `FileDamaged` unless they have the hash they were kept under.
    """
    if is_known(request, snapshot.sha256):
        return not_modified(tag(snapshot.sha256))
    try:
        kept = storages["evidence"].open(snapshot.path)
    except FileNotFoundError as gone:
        raise FileDamaged(snapshot=snapshot.sha256) from gone
    digest = sha256()
    for block in kept.chunks():
        digest.update(block)
    if digest.hexdigest() != snapshot.sha256:
        kept.close()
        raise FileDamaged(snapshot=snapshot.sha256)
    kept.seek(0)
    shown = f"sha-256=:{b64encode(digest.digest()).decode()}:"
    return FileResponse(
        kept,
        as_attachment=True,
        filename=item.file_name or f"evidence-{item.pk}",
        content_type="application/octet-stream",
        headers={
            "Content-Security-Policy": POLICY,
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Repr-Digest": shown,
            "Content-Digest": shown,
            "ETag": tag(snapshot.sha256),
            "Cache-Control": "private, no-cache",
        },
    )
