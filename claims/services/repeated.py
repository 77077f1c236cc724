"""What a repeated call is answered about evidence that protects a source: nothing of what the item says.

Whoever repeats a call has sent these words themselves. Kept with the answer they would lie beside the record for a day,
and be handed out without an event.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from claims.models import Evidence, RepeatableCall

_WORDS = {
    **dict.fromkeys(("title", "url", "note", "why_secondary"), ""),
    **dict.fromkeys(("snapshot", "reading"), None),
}


def without_words(answer: Mapping[str, Any]) -> dict[str, Any]:
    """An item as the API shows it, less what it says."""
    return {**answer, **_WORDS}


def forget_words(item: Evidence) -> None:
    """Take them out of the answers about this item that are kept to be repeated: it is protected from now on."""
    for call in RepeatableCall.objects.filter(body__startswith=f'{{"id": {item.pk}, '):
        answer = json.loads(call.body)
        if _WORDS.keys() <= answer.keys() and answer["claim"] == item.claim_id:
            call.body = json.dumps(without_words(answer))
            call.save(update_fields=["body"])
