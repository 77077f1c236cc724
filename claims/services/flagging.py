"""Raises and clears flags of one kind on many claims at once, by a rule: the same rows as `Held.raise_flag` writes.

Whoever calls has looked at the claims without holding them. So each comes with the number of its last event as it was
seen: a claim of which anything was recorded since, or that somebody holds, is left out, and the next pass looks again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from claims.actors import Actor
from claims.services.transitions import hold_many

BATCH = 1000
REASON_LENGTH = 500


@dataclass(frozen=True)
class Found:
    """A claim on which a flag should be raised or cleared: `seq` is its last event as seen, `reason` a sentence."""

    claim_id: int
    seq: int
    reason: str = ""


# The flag and its event share one moment, taken after the locks. A flag that stands with the same reason stays.
RAISE = """
WITH given AS MATERIALIZED (
    SELECT * FROM unnest(%(claims)s::bigint[], %(seqs)s::int[], %(reasons)s::text[]) AS given (claim_id, seq, reason)
), stamp AS MATERIALIZED (
    SELECT clock_timestamp() AS at
), fit AS MATERIALIZED (
    SELECT given.claim_id, given.seq + 1 AS seq, given.reason, head.hash AS prev_hash, claim.state
      FROM given JOIN claims_claimhead head ON head.claim_id = given.claim_id AND head.event_seq = given.seq
      JOIN claims_claim claim ON claim.id = given.claim_id
     WHERE NOT EXISTS (SELECT 1 FROM claims_flag flag WHERE flag.claim_id = given.claim_id AND flag.kind = %(kind)s
                          AND flag.cleared_at IS NULL AND flag.reason = given.reason)
), replaced AS (
    UPDATE claims_flag flag SET cleared_at = stamp.at, cleared_by = 'claim.raise_flag' FROM fit, stamp
     WHERE flag.claim_id = fit.claim_id AND flag.kind = %(kind)s AND flag.cleared_at IS NULL
), raised AS (
    INSERT INTO claims_flag (claim_id, kind, moment, raised_at, reason, cleared_by)
    SELECT claim_id, %(kind)s, stamp.at, stamp.at, reason, '' FROM fit, stamp
), told AS (
    SELECT fit.*, 'claim.raise_flag' AS type FROM fit
"""
CLEAR = """
WITH given AS MATERIALIZED (
    SELECT * FROM unnest(%(claims)s::bigint[], %(seqs)s::int[], %(reasons)s::text[]) AS given (claim_id, seq, reason)
), stamp AS MATERIALIZED (
    SELECT clock_timestamp() AS at
), cleared AS (
    UPDATE claims_flag flag SET cleared_at = stamp.at, cleared_by = 'claim.clear_flag'
      FROM stamp, given JOIN claims_claimhead head ON head.claim_id = given.claim_id AND head.event_seq = given.seq
     WHERE flag.claim_id = given.claim_id AND flag.kind = %(kind)s AND flag.cleared_at IS NULL
    RETURNING flag.claim_id
), told AS (
    SELECT head.claim_id, head.event_seq + 1 AS seq, '' AS reason, head.hash AS prev_hash, claim.state,
           'claim.clear_flag' AS type
      FROM cleared JOIN claims_claimhead head ON head.claim_id = cleared.claim_id
      JOIN claims_claim claim ON claim.id = cleared.claim_id
"""
RECORD = """
), worded AS (
    SELECT told.*, stamp.at, (json_build_object(
               'claim', claim_id, 'seq', seq, 'type', type, 'actor_kind', 'rule', 'actor_id', NULL,
               'actor_name', %(actor)s::text, 'from', state, 'to', state, 'reason', reason,
               'data', json_build_object('kind', %(kind)s::text), 'occurred_at', stamp.at,
               'recorded_at', stamp.at))::text AS body
      FROM told, stamp
), recorded AS (
    INSERT INTO claims_claimevent (claim_id, seq, type, actor_kind, actor_name, from_state, to_state,
                                   occurred_at, recorded_at, body, prev_hash, hash)
    SELECT claim_id, seq, type, 'rule', %(actor)s, state, state, at, at, body, prev_hash,
           encode(sha256(convert_to(prev_hash || E'\\n' || body, 'UTF8')), 'hex') FROM worded
    RETURNING claim_id, seq, hash
), heads AS (
    UPDATE claims_claimhead head SET event_seq = recorded.seq, hash = recorded.hash
      FROM recorded WHERE head.claim_id = recorded.claim_id
)
SELECT count(*) FROM recorded
"""


def raise_flags(kind: str, found: Sequence[Found], *, by: Actor) -> int:
    """Raise a flag that is not the clock's on many claims; answers how many are new or have a new reason."""
    return _each_batch(RAISE + RECORD, kind, found, by)


def lower_flags(kind: str, found: Sequence[Found], *, by: Actor) -> int:
    """Clear a flag that is not the clock's on many claims; answers on how many it stood."""
    return _each_batch(CLEAR + RECORD, kind, found, by)


def _each_batch(statement: str, kind: str, found: Sequence[Found], by: Actor) -> int:
    return sum(_write(statement, kind, found[start : start + BATCH], by) for start in range(0, len(found), BATCH))


def _write(statement: str, kind: str, found: Sequence[Found], by: Actor) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        free = hold_many([one.claim_id for one in found])
        held = [one for one in found if one.claim_id in free]
        given: dict[str, Any] = {
            "claims": [one.claim_id for one in held],
            "seqs": [one.seq for one in held],
            "reasons": [one.reason[:REASON_LENGTH] for one in held],
        }
        cursor.execute(statement, {**given, "kind": kind, "actor": by.name})
        (number,) = cursor.fetchone()
    return int(number)
