"""Kept copies of pages as the API shows them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from claims.api.evidence_shapes import TimestampOut, timestamp_out
from claims.api.fields import Body, Number
from claims.api.written import Link
from claims.exports.times import rfc3339
from claims.models import Copy


class CopyOut(serializers.Serializer[Any]):
    """One page as it was at one moment. A later one is kept only when its words differ."""

    number = serializers.IntegerField()
    url = serializers.CharField(help_text="Where the page was found, after redirects.")
    status = serializers.IntegerField(help_text="HTTP status.")
    headers = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField()), help_text="As sent, pairs of name and value."
    )
    media_type = serializers.CharField()
    sha256 = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes.")
    title = serializers.CharField()
    fetched_at = serializers.DateTimeField()
    href = serializers.CharField(help_text="Where its bytes are downloaded.")
    timestamp = TimestampOut(allow_null=True, help_text="Null without an authority, or until it has answered.")


class CopyTextOut(CopyOut):
    """The same with its words."""

    text = serializers.CharField(help_text="What a reader would read of it, as plain text; paragraphs end with LF.")


class ComparedBody(Body):
    """Up to which copy somebody has compared the changes."""

    copy = Number()


def copy_out(copy: Copy, link: Link) -> dict[str, Any]:
    """A `CopyOut`; the copy was read with its signed time."""
    place = f"/api/v1/evidence/{copy.evidence_id}/copies/{copy.number}/snapshot"
    return {
        "number": copy.number,
        "url": copy.url,
        "status": copy.status,
        "headers": copy.headers,
        "media_type": copy.media_type,
        "sha256": copy.snapshot.sha256,
        "size": copy.snapshot.size,
        "title": copy.title,
        "fetched_at": rfc3339(copy.fetched_at),
        "href": link(place),
        "timestamp": timestamp_out(copy.snapshot, link(f"{place}/timestamp")),
    }
