"""Evidence as the API shows it, and as it takes it."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from claims.api.fields import Body, Number, OneOf, Words, YesNo
from claims.api.times import rfc3339
from claims.models import Evidence, Visibility
from claims.verdicts import EvidenceKind, Question, Stance

FILE_FIELD = "file"


class SnapshotOut(serializers.Serializer[Any]):
    """The kept copy of a file. It is never rendered on our origin, only downloaded."""

    sha256 = serializers.CharField(help_text="Hexadecimal; the download carries it as Repr-Digest.")
    size = serializers.IntegerField(help_text="Bytes.")
    media_type = serializers.CharField()
    file_name = serializers.CharField()
    href = serializers.CharField()


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
    credibility = serializers.IntegerField(allow_null=True)
    visibility = serializers.ChoiceField(Visibility.choices)
    snapshot = SnapshotOut(allow_null=True)
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


class FileBody(EvidenceBody):
    """A file and what it shows, as multipart/form-data. At most 25 MB."""

    kind = OneOf([(EvidenceKind.FILE, "file")], required=False, default=EvidenceKind.FILE)
    file = serializers.FileField(allow_empty_file=True)


def evidence_out(item: Evidence) -> dict[str, Any]:
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
        "credibility": item.credibility,
        "visibility": str(item.visibility),
        "snapshot": snapshot_out(item),
        "superseded_by": item.superseded_by_id,
        "added_by": item.added_by,
        "added_at": rfc3339(item.added_at),
        "used_at": rfc3339(item.used_at),
    }


def snapshot_out(item: Evidence) -> dict[str, Any] | None:
    """The kept copy, null where there is none."""
    if item.snapshot is None:
        return None
    return {
        "sha256": item.snapshot.sha256,
        "size": item.snapshot.size,
        "media_type": item.snapshot.media_type,
        "file_name": item.file_name,
        "href": f"/api/v1/evidence/{item.pk}/snapshot",
    }
