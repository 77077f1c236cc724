"""The least that many claims cost: their rows by COPY from a body that nobody checks, hashing included."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Model

from claims.models import Appearance, ArticleRevision, ChainStep, Claim, ClaimEvent, ClaimHead, Source, chained
from claims.services.transitions import body_of

NUMBERS = """
SELECT clock_timestamp(),
       ARRAY(SELECT nextval(pg_get_serial_sequence('claims_claim', 'id')) FROM generate_series(1, %(many)s)),
       ARRAY(SELECT nextval(pg_get_serial_sequence('claims_appearance', 'id')) FROM generate_series(1, %(many)s))
"""
TABLES: dict[type[Model], str] = {
    Claim: "id, statement, short_text, language, desk_id, topics, priority, state, selection_reason, round, "
    "confirm_words, confirm_precision, confirm_zone, confirm_zone_basis, confirm_read_by, waiting_reason, "
    "waiting_note, waiting_from, dismissal_reason, dismissal_note, created_at, updated_at, version",
    ClaimHead: "claim_id, event_seq, hash",
    ClaimEvent: "claim_id, seq, type, actor_kind, actor_name, from_state, to_state, occurred_at, recorded_at, body, "
    "prev_hash, hash",
    Appearance: 'claim_id, revision_id, id, exact, prefix, suffix, start, "end", hedge_words, hedge_kind, hedge_scale, '
    "is_first",
    ChainStep: 'appearance_id, "order", source_id, verb, named, implied, link, note',
}
Row = tuple[Any, ...]


class Copying:
    """Writes claims without looking at them. Everything that can be known before is."""

    def __init__(self) -> None:
        self._revisions = {one.article_id: one for one in ArticleRevision.objects.all()}
        self._sources = dict(Source.objects.values_list("name", "pk"))

    def copy(self, body: bytes) -> None:
        """The claims of one call."""
        items = json.loads(body)["claims"]
        rows: dict[type[Model], list[Row]] = {model: [] for model in TABLES}
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(NUMBERS, {"many": len(items)})
            now, claims, places = cursor.fetchone()
            for number, place, told in zip(claims, places, items, strict=True):
                _add_claim(rows, number, told, now)
                self._add_quote(rows, number, place, told)
            for model, found in rows.items():
                table = model._meta.db_table  # noqa: SLF001 - Django documents it
                with cursor.copy(f'COPY "{table}" ({TABLES[model]}) FROM STDIN') as writer:
                    for row in found:
                        writer.write_row(row)

    def _add_quote(self, rows: dict[type[Model], list[Row]], number: int, place: int, told: dict[str, Any]) -> None:
        revision, quote = self._revisions[told["article"]], told["quote"]
        start = revision.text.index(quote)
        end = start + len(quote)
        around = (revision.text[max(0, start - 32) : start], revision.text[end : end + 32])
        rows[Appearance].append((number, revision.pk, place, quote, *around, start, end, [], "none", "", True))
        rows[ChainStep] += [
            (place, order, self._sources[step["source"]], step.get("verb", ""), True, False, "", "")
            for order, step in enumerate(told["chain"], 1)
        ]


def _add_claim(rows: dict[type[Model], list[Row]], number: int, told: dict[str, Any], now: datetime) -> None:
    words = (told["statement"], "", told["language"], 1, told["topics"], told["priority"])
    rows[Claim].append((number, *words, "proposed", "", 1, *[""] * 10, now, now, 1))
    event = ClaimEvent(claim_id=number, seq=1, type="claim.propose", actor_kind="rule", actor_name="benchmark")
    event.to_state, event.occurred_at, event.recorded_at = "proposed", now, now
    text = body_of(event, "", {"quote": told["quote"]})
    end = chained("", text)
    rows[ClaimHead].append((number, 1, end))
    said = ("claim.propose", "rule", "benchmark", "", "proposed", now, now, text, "", end)
    rows[ClaimEvent].append((number, 1, *said))
