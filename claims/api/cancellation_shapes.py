"""Cancelled articles at the claims that quote them, as the API shows them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from claims.api.passage_shapes import NotedOut
from claims.exports.times import rfc3339
from claims.models import Cancellation


class CancellationOut(serializers.Serializer[Any]):
    """An article that a claim quotes was cancelled by its provider."""

    id = serializers.IntegerField()
    claim = serializers.IntegerField()
    article = serializers.IntegerField()
    canceled_at = serializers.DateTimeField()
    found_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True, help_text="When its provider made it usable again.")
    to_note = serializers.BooleanField(help_text="Whether it holds `source_changed` up.")
    noted = NotedOut(allow_null=True, help_text="What somebody says it means for the claim.")


def cancellation_out(row: Cancellation) -> dict[str, Any]:
    """A `CancellationOut`."""
    noted = {"by": row.noted_by, "at": rfc3339(row.noted_at), "note": row.note}
    return {
        "id": row.pk,
        "claim": row.claim_id,
        "article": row.article_id,
        "canceled_at": rfc3339(row.canceled_at),
        "found_at": rfc3339(row.found_at),
        "ended_at": rfc3339(row.ended_at),
        "to_note": row.to_note,
        "noted": noted if row.noted_at else None,
    }
