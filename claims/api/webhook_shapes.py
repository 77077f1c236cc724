"""How webhooks and their deliveries are shown, and what bodies change them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rest_framework import serializers

from claims.api.fields import Body, Number, Words, YesNo
from claims.exports.feed import cursor_of, public_type
from claims.exports.times import rfc3339
from claims.models import DeliveryState, OffBecause, Webhook, WebhookDelivery
from claims.webhooks.envelope import TEST

TYPES = "For example org.claimdesk.claim.late.v1. Empty: every type."


class Types(serializers.ListField):
    """Types of events by their public names."""

    def __init__(self, **more: Any) -> None:
        super().__init__(child=Words(longest=80, one="type"), required=False, max_length=100, help_text=TYPES, **more)


class WebhookPatch(Body):
    """What of a webhook can be changed."""

    refused = {"key": "A webhook stays with its key. Make another one for another key.", "after": "Use :replay."}
    name = Words(longest=80, help_text="Who listens.")
    url = Words(longest=2000, help_text="An https address on port 443. Redirects are not followed.")
    types = Types()
    is_enabled = YesNo(required=False, help_text="Switched on again it goes on where it stopped.")


class WebhookBody(WebhookPatch):
    """A new webhook."""

    refused = {"is_enabled": "A new webhook is switched on."}
    is_enabled = None  # type: ignore[assignment]  # takes the field of the base away
    key = Number(required=False, help_text="For administrators: the API key whose eyes it has. A key names itself.")
    after = serializers.CharField(
        required=False, max_length=60, help_text="A cursor of the change feed to begin behind; left out: from now on."
    )


class RotateBody(Body):
    """How long the former secret holds as well."""

    overlap_hours = Number(least=0, most=168, required=False, default=24)


class ReplayBody(Body):
    """From where to tell again."""

    after = serializers.CharField(max_length=60, help_text="A cursor of the change feed, as in any event told.")


class WebhookKeyOut(serializers.Serializer[Any]):
    """The key a webhook belongs to."""

    id = serializers.IntegerField()
    name = serializers.CharField()


class WebhookOut(serializers.Serializer[Any]):
    """A webhook and how it fares. Its secret is shown once, when it was made."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    url = serializers.CharField()
    key = WebhookKeyOut()
    types = serializers.ListField(child=serializers.CharField())
    is_enabled = serializers.BooleanField()
    off_code = serializers.ChoiceField([*OffBecause.choices, ("", "none")], help_text="Why it was switched off by us.")
    off_reason = serializers.CharField()
    off_at = serializers.DateTimeField(allow_null=True)
    failures = serializers.IntegerField(help_text="Batches in a row of which the last delivery failed.")
    failing_since = serializers.DateTimeField(allow_null=True)
    error = serializers.CharField(help_text="The last failure: its code, and the HTTP status where there was one.")
    paused_until = serializers.DateTimeField(allow_null=True, help_text="Nothing is sent before.")
    delivered_at = serializers.DateTimeField(allow_null=True, help_text="Last success.")
    former_secret_until = serializers.DateTimeField(allow_null=True)
    cursor = serializers.CharField(help_text="Up to where in the change feed it has its deliveries.")
    created_at = serializers.DateTimeField()
    version = serializers.IntegerField(help_text="Also the ETag.")


class WebhookMadeOut(WebhookOut):
    """A webhook with its secret. A repeated call with the same Idempotency-Key gets null instead."""

    secret = serializers.CharField(allow_null=True, help_text="whsec_…, for verifying signatures. Shown this once.")


class AttemptOut(serializers.Serializer[Any]):
    """One earlier attempt."""

    at = serializers.DateTimeField()
    status = serializers.IntegerField(allow_null=True)
    milliseconds = serializers.IntegerField(allow_null=True)
    code = serializers.CharField()


class DeliveryOut(serializers.Serializer[Any]):
    """One event on its way to a webhook. `status` to `answer` tell of the last attempt."""

    id = serializers.IntegerField()
    webhook = serializers.IntegerField()
    event = serializers.CharField(allow_null=True, help_text="Number of the event, null for a test.")
    type = serializers.CharField()
    claim = serializers.IntegerField(allow_null=True)
    state = serializers.ChoiceField(DeliveryState.choices)
    attempts = serializers.IntegerField()
    replays = serializers.IntegerField(help_text="How often it was sent again by hand.")
    created_at = serializers.DateTimeField()
    next_attempt_at = serializers.DateTimeField(allow_null=True)
    tried_at = serializers.DateTimeField(allow_null=True)
    delivered_at = serializers.DateTimeField(allow_null=True, help_text="When it first arrived.")
    status = serializers.IntegerField(allow_null=True, help_text="HTTP status; null when there was no answer.")
    milliseconds = serializers.IntegerField(allow_null=True)
    code = serializers.CharField(help_text="Why it failed: refused, redirected, too_slow, no_answer …")
    answer = serializers.CharField(help_text="The first 1,000 characters of the answer.")
    earlier = AttemptOut(many=True)


def webhooks_out(rows: Sequence[Webhook]) -> list[dict[str, Any]]:
    """`WebhookOut`s. Their keys must be loaded."""
    return [
        {
            "id": row.pk,
            "name": row.name,
            "url": row.url,
            "key": {"id": row.key.pk, "name": row.key.name},
            "types": [public_type(kept) for kept in row.types],
            "is_enabled": row.is_enabled,
            "off_code": row.off_code,
            "off_reason": str(OffBecause(row.off_code).label) if row.off_code else "",
            "off_at": rfc3339(row.off_at),
            "failures": row.failures,
            "failing_since": rfc3339(row.failing_since),
            "error": row.error,
            "paused_until": rfc3339(row.paused_until),
            "delivered_at": rfc3339(row.delivered_at),
            "former_secret_until": rfc3339(row.old_until),
            "cursor": cursor_of(row.place),
            "created_at": rfc3339(row.made_at),
            "version": row.version,
        }
        for row in rows
    ]


def deliveries_out(rows: Sequence[WebhookDelivery]) -> list[dict[str, Any]]:
    """`DeliveryOut`s. Their events must be loaded."""
    return [
        {
            "id": row.pk,
            "webhook": row.webhook_id,
            "event": f"{row.event.claim_id}.{row.event.seq}" if row.event else None,
            "type": public_type(row.event.type) if row.event else TEST,
            "claim": row.claim,
            "state": row.state,
            "attempts": row.attempts,
            "replays": row.replays,
            "created_at": rfc3339(row.made_at),
            "next_attempt_at": rfc3339(row.next_attempt_at) if row.state == DeliveryState.WAITING else None,
            "tried_at": rfc3339(row.tried_at),
            "delivered_at": rfc3339(row.delivered_at),
            "status": row.status,
            "milliseconds": row.milliseconds,
            "code": row.code,
            "answer": row.answer,
            "earlier": row.earlier,
        }
        for row in rows
    ]
