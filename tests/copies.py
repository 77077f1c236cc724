"""Many claims at once, for crowds and sweeps: copies of one that was made through the services, rows and history."""

from __future__ import annotations

from django.db import connection, transaction

from claims.models import Claim

NEW = """
CREATE TEMPORARY TABLE copied ON COMMIT DROP AS
SELECT nextval(pg_get_serial_sequence('claims_claim', 'id')) AS id FROM generate_series(1, %(times)s)
"""
COLUMNS = """
SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum)
  FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped
   AND attidentity = '' AND attgenerated = '' AND attname <> %s
"""
# What belongs to a claim in the queue, and the column that names the claim.
TABLES = {
    "claims_claim": "id",
    "claims_claimhead": "claim_id",
    "claims_appearance": "claim_id",
    "claims_alarm": "claim_id",
    "reviews_course": "claim_id",
}
# One event of the history, its text made the copy's own and its hash following from the copy's event before it.
EVENT = """
WITH told AS (
    SELECT copied.id, head.hash AS prev_hash, jsonb_set(event.body::jsonb, '{claim}', to_jsonb(copied.id))::text AS body
      FROM claims_claimevent event, copied JOIN claims_claimhead head ON head.claim_id = copied.id
     WHERE event.claim_id = %(claim)s AND event.seq = %(seq)s
), written AS (
    INSERT INTO claims_claimevent (claim_id, seq, type, actor_kind, actor_id, actor_name, from_state, to_state,
                                   occurred_at, recorded_at, body, prev_hash, hash)
    SELECT told.id, seq, type, actor_kind, actor_id, actor_name, from_state, to_state, occurred_at, recorded_at,
           told.body, told.prev_hash, encode(sha256(convert_to(told.prev_hash || E'\\n' || told.body, 'UTF8')), 'hex')
      FROM told, claims_claimevent event WHERE event.claim_id = %(claim)s AND event.seq = %(seq)s
    RETURNING claim_id, hash
)
UPDATE claims_claimhead head SET hash = written.hash FROM written WHERE head.claim_id = written.claim_id
"""


def copies_of(claim: Claim, times: int) -> list[int]:
    """So many claims like this one, which waits in the queue with nobody on it; answers their numbers."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(NEW, {"times": times})
        for table, names_claim in TABLES.items():
            cursor.execute(COLUMNS, [table, names_claim])
            columns = ", ".join(
                name for name in cursor.fetchone()[0].split(", ") if names_claim == "id" or name != "id"
            )
            taken = f"INSERT INTO {table} ({names_claim}, {columns}) SELECT copied.id, {columns}"
            cursor.execute(f"{taken} FROM copied, {table} one WHERE one.{names_claim} = %s", [claim.pk])
        cursor.execute("UPDATE claims_claimhead SET hash = '' FROM copied WHERE claim_id = copied.id")
        for seq in range(1, claim.events.count() + 1):
            cursor.execute(EVENT, {"claim": claim.pk, "seq": seq})
        cursor.execute("SELECT id FROM copied ORDER BY id")
        return [number for (number,) in cursor.fetchall()]
