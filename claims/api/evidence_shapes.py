"""Evidence as the API shows it, and as it takes it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from claims.api.fields import Body, Number, OneOf, Words, YesNo
from claims.api.written import Link
from claims.exports.times import rfc3339
from claims.models import Evidence, FetchState, Snapshot, Visibility
from claims.services.readings import reading_words
from claims.verdicts import EvidenceKind, Question, Stance

FILE_FIELD = "file"


class TimestampOut(serializers.Serializer[Any]):
    """What a time-stamping authority signed (RFC 3161): these bytes existed at this moment."""

    authority = serializers.CharField()
    stamped_at = serializers.DateTimeField()
    href = serializers.CharField(help_text="The authority's whole answer, DER, for any RFC 3161 verifier.")


class SnapshotOut(serializers.Serializer[Any]):
    """The kept file, or the first copy of a link's page. It is never rendered on our origin, only downloaded."""

    sha256 = serializers.CharField(help_text="Hexadecimal; the download carries it as Repr-Digest.")
    size = serializers.IntegerField(help_text="Bytes.")
    media_type = serializers.CharField()
    file_name = serializers.CharField()
    href = serializers.CharField()
    timestamp = TimestampOut(allow_null=True, help_text="Null without an authority, or until it has answered.")


class ReadingOut(serializers.Serializer[Any]):
    """How far the reading of a link has come. The page is read by a worker, and looked at again every week."""

    state = serializers.ChoiceField(
        FetchState.choices,
        help_text="waiting: being read; kept; failed: did not open; gone: a copy is kept, but two looks at least a day "
        "apart failed; unasked: protected, so read only when asked for; example: set aside for examples, never read.",
    )
    words = serializers.CharField(help_text="The same in a sentence; empty while all is well.")
    code = serializers.CharField(help_text="Why the last attempt failed.")
    title = serializers.CharField(help_text="What the page calls itself, from its newest copy.")
    copies = serializers.IntegerField(help_text="How many copies are kept; a later one only when the words differ.")
    changed = serializers.BooleanField(help_text="Whether a newer copy differs and nobody has compared them yet.")
    checked_at = serializers.DateTimeField(allow_null=True)
    next_attempt_at = serializers.DateTimeField(
        allow_null=True,
        help_text="When the page is looked at next; null when it is not any more: protected, superseded, given up, or "
        "of a dismissed claim.",
    )


class EvidenceOut(serializers.Serializer[Any]):
    """One item that supports or contradicts an answer, or gives context."""

    id = serializers.IntegerField()
    version = serializers.IntegerField(help_text="Also the ETag.")
    claim = serializers.IntegerField()
    kind = serializers.ChoiceField(EvidenceKind.choices)
    question = serializers.ChoiceField(Question.choices, help_text="Which of the two questions it bears on.")
    stance = serializers.ChoiceField(Stance.choices)
    title = serializers.CharField()
    url = serializers.CharField()
    note = serializers.CharField()
    primary = serializers.BooleanField()
    why_secondary = serializers.CharField()
    derives_from = serializers.IntegerField(allow_null=True, help_text="The item it was taken from: one origin.")
    copied_from = serializers.IntegerField(allow_null=True, help_text="The item of the split claim it is a copy of.")
    credibility = serializers.IntegerField(allow_null=True)
    visibility = serializers.ChoiceField(Visibility.choices)
    snapshot = SnapshotOut(allow_null=True)
    reading = ReadingOut(allow_null=True, help_text="Null for files and notes.")
    superseded_by = serializers.IntegerField(allow_null=True)
    added_by = serializers.CharField()
    added_at = serializers.DateTimeField()
    used_at = serializers.DateTimeField(allow_null=True, help_text="From here on it is superseded, never edited.")


class EvidencePatch(Body):
    """What an item says of itself, as long as no verdict has used it."""

    refused = dict.fromkeys(
        (
            "id",
            "version",
            "claim",
            "kind",
            "url",
            "snapshot",
            "reading",
            "file",
            "superseded_by",
            "added_by",
            "added_at",
            "used_at",
        ),
        "This is what the evidence is. Supersede it by another item.",
    )
    question = OneOf(Question.choices, required=False)
    stance = OneOf(Stance.choices, required=False)
    title = Words(longest=300, required=False, allow_blank=True)
    note = Words(longest=4000, lines=True, required=False, allow_blank=True)
    primary = YesNo(required=False)
    why_secondary = Words(longest=300, required=False, allow_blank=True)
    derives_from = Number(required=False, allow_null=True)
    credibility = Number(most=6, required=False, allow_null=True)
    visibility = OneOf(Visibility.choices, required=False)


class EvidenceBody(Body):
    """A link or a note. Files go as multipart/form-data with the same fields and `file`."""

    kind = OneOf(EvidenceKind.choices)
    question = OneOf(Question.choices)
    stance = OneOf(Stance.choices)
    url = Words(longest=2000, required=False, allow_blank=True)
    title = Words(longest=300, required=False, allow_blank=True)
    note = Words(longest=4000, lines=True, required=False, allow_blank=True)
    primary = YesNo(required=False)
    why_secondary = Words(longest=300, required=False, allow_blank=True)
    derives_from = Number(required=False, allow_null=True, help_text="An item of the same claim.")
    credibility = Number(most=6, required=False, allow_null=True, help_text="1 (confirmed) to 6.")
    visibility = OneOf(Visibility.choices, required=False)


@extend_schema_field({"type": "string", "format": "binary"})
class Upload(serializers.FileField):
    """The bytes of a file."""


class FileBody(EvidenceBody):
    """A file and what it shows, as multipart/form-data. At most 25 MB."""

    kind = OneOf([(EvidenceKind.FILE, "file")], required=False, default=EvidenceKind.FILE)
    file = Upload(allow_empty_file=True)


def evidence_out(item: Evidence, link: Link) -> dict[str, Any]:
    """An `EvidenceOut`."""
    return {
        "id": item.pk,
        "version": item.version,
        "claim": item.claim_id,
        "kind": str(item.kind),
        "question": str(item.question),
        "stance": str(item.stance),
        "title": item.title,
        "url": item.url,
        "note": item.note,
        "primary": item.primary,
        "why_secondary": item.why_secondary,
        "derives_from": item.derives_from_id,
        "copied_from": item.copied_from_id,
        "credibility": item.credibility,
        "visibility": str(item.visibility),
        "snapshot": snapshot_out(item, link),
        "reading": reading_out(item),
        "superseded_by": item.superseded_by_id,
        "added_by": item.added_by,
        "added_at": rfc3339(item.added_at),
        "used_at": rfc3339(item.used_at),
    }


def snapshot_out(item: Evidence, link: Link) -> dict[str, Any] | None:
    """The kept copy, null where there is none."""
    if item.snapshot is None:
        return None
    return {
        "sha256": item.snapshot.sha256,
        "size": item.snapshot.size,
        "media_type": item.shown_media_type,
        "file_name": item.file_name,
        "href": link(f"/api/v1/evidence/{item.pk}/snapshot"),
        "timestamp": timestamp_out(item.snapshot, link(f"/api/v1/evidence/{item.pk}/snapshot/timestamp")),
    }


def timestamp_out(snapshot: Snapshot, href: str) -> dict[str, Any] | None:
    """The signed time of what was kept, null where there is none; its token is downloaded at `href`."""
    signed = getattr(snapshot, "timestamp", None)
    if signed is None:
        return None
    return {"authority": signed.authority, "stamped_at": rfc3339(signed.stamped_at), "href": href}


def reading_out(item: Evidence) -> dict[str, Any] | None:
    """How far the reading of a link has come; the item was read `with_reading`."""
    row = item.reading
    if row is None:
        return None
    return {
        "state": str(row.state),
        "words": reading_words(row),
        "code": row.code,
        "title": item.page_title,
        "copies": item.newest_copy,
        "changed": item.newest_copy > row.compared,
        "checked_at": rfc3339(row.checked_at),
        "next_attempt_at": rfc3339(row.next_attempt_at),
    }
