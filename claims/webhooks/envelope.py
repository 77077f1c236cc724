"""The body of a delivery: a CloudEvent (1.0, JSON) that also has the members Standard Webhooks asks for.

`data` is the event exactly as the change feed gives it to the webhook's key.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.conf import settings

from claims.exports.feed import event_out, public_type
from claims.exports.times import rfc3339
from claims.models import ClaimEvent

MEDIA_TYPE = "application/cloudevents+json; charset=utf-8"
TEST = public_type("webhook.test")


def name_of(event: ClaimEvent) -> str:
    """The `webhook-id`, the same at every attempt. Standard Webhooks allows no dot in it."""
    return f"evt_{event.claim_id}_{event.seq}"


def event_body(event: ClaimEvent) -> dict[str, Any]:
    """The CloudEvent of an event."""
    data = event_out(event)
    return _enveloped(name_of(event), data["type"], f"claims/{event.claim_id}", data["occurred_at"], data)


def trial_name(delivery: int) -> str:
    """The `webhook-id` of a test."""
    return f"test_{delivery}"


def trial_body(delivery: int, webhook: int, name: str, at: datetime) -> dict[str, Any]:
    """The CloudEvent of a test: it tells of nothing but the webhook itself."""
    told = {"webhook": webhook, "name": name}
    return _enveloped(trial_name(delivery), TEST, f"webhooks/{webhook}", rfc3339(at), told)


def _enveloped(name: str, kind: str, subject: str, time: str, data: dict[str, Any]) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": name,
        "source": f"{settings.SITE_URL.rstrip('/')}/api/v1/events",
        "type": kind,
        "subject": subject,
        "time": time,
        "timestamp": time,
        "datacontenttype": "application/json",
        "data": data,
    }


def written(body: dict[str, Any]) -> bytes:
    """The exact bytes that are signed and sent."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(errors="backslashreplace")
