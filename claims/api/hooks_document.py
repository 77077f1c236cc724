"""The `webhooks` part of the API document: what a receiver gets. A test compares the examples with the real thing."""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.utils import OpenApiWebhook

from claims.webhooks.envelope import TEST

_SOURCE = "https://claims.example/api/v1/events"
EVENT_EXAMPLE: Final[dict[str, Any]] = {
    "specversion": "1.0",
    "id": "evt_113_4",
    "source": _SOURCE,
    "type": "org.claimdesk.claim.date_passed.v1",
    "subject": "claims/113",
    "time": "2026-11-29T21:59:59.999999Z",
    "timestamp": "2026-11-29T21:59:59.999999Z",
    "datacontenttype": "application/json",
    "data": {
        "id": "113.4",
        "type": "org.claimdesk.claim.date_passed.v1",
        "claim": 113,
        "seq": 4,
        "actor": {"kind": "rule", "id": None, "name": "sweep"},
        "from_state": "in_review",
        "to_state": "in_review",
        "reason": "",
        "data": {"moment": "2026-11-29T21:59:59.999999+00:00"},
        "occurred_at": "2026-11-29T21:59:59.999999Z",
        "recorded_at": "2026-11-29T22:00:00.120000Z",
        "prev_hash": "3c9d0b1f6a5e7c2d8b4f9a0e1d2c3b4a5f6e7d8c9b0a1f2e3d4c5b6a7f8e9d0c",
        "hash": "a7f8e9d0c3c9d0b1f6a5e7c2d8b4f9a0e1d2c3b4a5f6e7d8c9b0a1f2e3d4c5b6",
        "cursor": "7214-90113",
    },
}
TEST_EXAMPLE: Final[dict[str, Any]] = {
    "specversion": "1.0",
    "id": "test_5021",
    "source": _SOURCE,
    "type": TEST,
    "subject": "webhooks/3",
    "time": "2026-11-26T16:40:12.031000Z",
    "timestamp": "2026-11-26T16:40:12.031000Z",
    "datacontenttype": "application/json",
    "data": {"webhook": 3, "name": "Content system"},
}
HEADERS: Final[dict[str, str]] = {
    "webhook-id": "The CloudEvent's id, the same at every attempt: drop what you have already.",
    "webhook-timestamp": "When this attempt was made, in seconds since 1970. Refuse what is more than 5 minutes off.",
    "webhook-signature": "v1,<base64> of HMAC-SHA256 over `id.timestamp.body`; two while a secret changes.",
}
ANSWERS: Final[dict[str, str]] = {
    "2XX": "Taken. The body is not used; its first 1,000 characters are shown in the log.",
    "410": "Never again: the webhook is switched off, and its owner is told.",
    "429": "Not now; `Retry-After` is kept to, up to an hour. So are 502, 503 and 504.",
    "default": "Not taken: tried again, ten times in about three days. Redirects are not followed.",
}
_WORDS: Final[dict[str, str]] = {
    "specversion": "Always 1.0.",
    "id": "Also in webhook-id.",
    "source": "This site's change feed. Unique with the id.",
    "type": "org.claimdesk.<noun>.<what>.v1",
    "subject": "What it is about.",
    "datacontenttype": "Always application/json.",
}


def _envelope(data: dict[str, Any]) -> dict[str, Any]:
    words = {name: {"type": "string", "description": said} for name, said in _WORDS.items()}
    moment = {"type": "string", "format": "date-time", "description": "When it became true."}
    members = words | {"time": moment, "timestamp": moment, "data": data}
    return {"type": "object", "properties": members, "required": list(members)}


def _operation(name: str, summary: str, description: str, data: dict[str, Any], example: dict[str, Any]) -> Any:
    content = {"schema": _envelope(data), "examples": {name: {"summary": summary, "value": example}}}
    headers = [
        {"in": "header", "name": header, "required": True, "description": said, "schema": {"type": "string"}}
        for header, said in HEADERS.items()
    ]
    return {
        "operationId": f"webhook_{name}",
        "summary": summary,
        "description": description,
        "tags": ["webhooks"],
        "parameters": headers,
        "requestBody": {"required": True, "content": {"application/cloudevents+json": content}},
        "responses": {status: {"description": said} for status, said in ANSWERS.items()},
    }


EVENT: Final = OpenApiWebhook(
    "event",
    {
        "post": _operation(
            "event",
            "Something happened to a claim",
            "A CloudEvent whose `data` is the event as the change feed gives it to the webhook's key. The events of "
            "one claim arrive in their order; one may come twice.",
            {"$ref": "#/components/schemas/Event"},
            EVENT_EXAMPLE,
        )
    },
)
TEST_EVENT: Final = OpenApiWebhook(
    "test",
    {
        "post": _operation(
            "test",
            "Somebody tries the webhook out",
            "It tells of nothing but the webhook itself.",
            {
                "type": "object",
                "properties": {"webhook": {"type": "integer"}, "name": {"type": "string"}},
                "required": ["webhook", "name"],
            },
            TEST_EXAMPLE,
        )
    },
)
