"""Carries out a plan: seats for many people on many claims in one statement, each looked at again under its lock.

The same rows as `assign` writes for one seat: the assignment, its event in the claim's chain, the flag `unroutable`
cleared with an event of its own. What is looked at again: nothing was recorded of the claim since the plan was made
(`seq`), and the person still may and can take it. A person's own row is held too, so that no other pass, no taking from
the pool and no declared interest comes in between: nobody gets more than their limit.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from django.db import DatabaseError, OperationalError, connection, transaction

from claims.services.transitions import hold_many
from reviews.services import people

BATCH = 1000
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Seat:
    """A seat to be given: `seq` is the claim's last event as the plan saw it, `reasons` what the assignment keeps."""

    claim_id: int
    seq: int
    seat: int
    reviewer_id: int
    name: str
    reasons: Sequence[dict[str, Any]]


SEAT = """
WITH given AS MATERIALIZED (
    SELECT * FROM json_to_recordset(%(seats)s::json)
             AS given (place int, claim_id bigint, seq int, seat int, reviewer_id bigint, reasons jsonb)
), stamp AS MATERIALIZED (
    SELECT clock_timestamp() AS at
), loads AS MATERIALIZED (
    SELECT open.reviewer_id, count(*) AS load
      FROM reviews_assignment open JOIN claims_claim claim ON claim.id = open.claim_id
     WHERE open.status = 'open' AND open.reviewer_id = ANY(%(reviewers)s)
       AND claim.state IN ('queued', 'in_review', 'waiting', 'second_opinion')
     GROUP BY open.reviewer_id
), fit AS MATERIALIZED (
    SELECT given.*, claim.round, reviewer."limit" - coalesce(loads.load, 0) AS room,
           row_number() OVER (PARTITION BY given.reviewer_id ORDER BY given.place) AS nth
      FROM stamp, given
      JOIN claims_claimhead head ON head.claim_id = given.claim_id AND head.event_seq = given.seq
      JOIN claims_claim claim ON claim.id = given.claim_id
      JOIN claims_desk desk ON desk.id = claim.desk_id
      JOIN reviews_reviewer reviewer ON reviewer.id = given.reviewer_id AND reviewer.is_active
      JOIN claims_user person ON person.id = reviewer.user_id AND person.is_active
      JOIN claims_membership works ON works.user_id = person.id AND works.desk_id = desk.id AND works.role = 'reviewer'
      LEFT JOIN reviews_course course ON course.claim_id = claim.id
      LEFT JOIN loads ON loads.reviewer_id = given.reviewer_id
     WHERE claim.state IN ('queued', 'in_review', 'second_opinion')
       AND (desk.makers_may_review OR claim.made_by_user_id IS DISTINCT FROM person.id)
       AND reviewer.topics @> coalesce(course.topics, '{}')
       AND (given.seat = 1 OR reviewer.gives_second_opinions)
       AND (claim.language = '' OR lower(split_part(claim.language, '-', 1)) IN (
                SELECT lower(split_part(tag, '-', 1)) FROM unnest(reviewer.languages) AS tag))
       AND NOT EXISTS (SELECT 1 FROM reviews_absence away WHERE away.reviewer_id = reviewer.id
                          AND away.starts_at <= stamp.at AND away.ends_at > stamp.at)
       AND NOT EXISTS (
           SELECT 1 FROM reviews_interest interest
            WHERE interest.reviewer_id = reviewer.id AND interest.source_id IN (
                  SELECT article.outlet_id FROM claims_appearance quote
                    JOIN claims_articlerevision revision ON revision.id = quote.revision_id
                    JOIN claims_article article ON article.id = revision.article_id
                   WHERE quote.claim_id = claim.id
                   UNION ALL
                  SELECT step.source_id FROM claims_appearance quote
                    JOIN claims_chainstep step ON step.appearance_id = quote.id
                   WHERE quote.claim_id = claim.id))
), seated AS (
    INSERT INTO reviews_assignment (claim_id, reviewer_id, part, seat, round, status, rule, reasons, note, assigned_at)
    SELECT claim_id, reviewer_id, 'review', seat, round, 'open', %(rule)s, reasons, '', stamp.at
      FROM fit, stamp WHERE nth <= room
    RETURNING id, claim_id, reviewer_id
), lowered AS (
    UPDATE claims_flag flag SET cleared_at = stamp.at, cleared_by = 'claim.clear_flag' FROM seated, stamp
     WHERE flag.claim_id = seated.claim_id AND flag.kind = 'unroutable' AND flag.cleared_at IS NULL
), assigned AS (
    SELECT head.claim_id, head.event_seq + 1 AS seq, 'claim.assign' AS type, claim.state, head.hash AS prev_hash,
           stamp.at, (json_build_object(
               'claim', head.claim_id, 'seq', head.event_seq + 1, 'type', 'claim.assign', 'actor_kind', 'rule',
               'actor_id', NULL, 'actor_name', %(actor)s::text, 'from', claim.state, 'to', claim.state, 'reason', '',
               'data', json_build_object('assignment', seated.id, 'reviewer', seated.reviewer_id,
                                         'name', %(names)s::jsonb ->> seated.reviewer_id::text,
                                         'part', 'review', 'rule', %(rule)s::text),
               'occurred_at', stamp.at, 'recorded_at', stamp.at))::text AS body,
           EXISTS (SELECT 1 FROM claims_flag flag WHERE flag.claim_id = head.claim_id AND flag.kind = 'unroutable'
                      AND flag.cleared_at IS NULL) AS was_flagged
      FROM stamp, seated JOIN claims_claimhead head ON head.claim_id = seated.claim_id
      JOIN claims_claim claim ON claim.id = seated.claim_id
), first AS MATERIALIZED (
    SELECT *, encode(sha256(convert_to(prev_hash || E'\\n' || body, 'UTF8')), 'hex') AS hash FROM assigned
), cleared AS (
    SELECT claim_id, seq + 1 AS seq, 'claim.clear_flag' AS type, state, hash AS prev_hash, at,
           (json_build_object(
               'claim', claim_id, 'seq', seq + 1, 'type', 'claim.clear_flag', 'actor_kind', 'rule',
               'actor_id', NULL, 'actor_name', %(actor)s::text, 'from', state, 'to', state, 'reason', '',
               'data', json_build_object('kind', 'unroutable'), 'occurred_at', at, 'recorded_at', at))::text AS body
      FROM first WHERE was_flagged
), chained AS (
    SELECT claim_id, seq, type, state, prev_hash, at, body, hash FROM first
     UNION ALL
    SELECT *, encode(sha256(convert_to(prev_hash || E'\\n' || body, 'UTF8')), 'hex') FROM cleared
), recorded AS (
    INSERT INTO claims_claimevent (claim_id, seq, type, actor_kind, actor_name, from_state, to_state,
                                   occurred_at, recorded_at, body, prev_hash, hash)
    SELECT claim_id, seq, type, 'rule', %(actor)s, state, state, at, at, body, prev_hash, hash FROM chained
    RETURNING claim_id, seq, hash
), heads AS (
    UPDATE claims_claimhead head SET event_seq = last.seq, hash = last.hash
      FROM (SELECT DISTINCT ON (claim_id) claim_id, seq, hash FROM recorded ORDER BY claim_id, seq DESC) last
     WHERE head.claim_id = last.claim_id
)
SELECT count(*) FROM seated
"""


def give_seats(seats: Sequence[Seat], *, rule: str, actor: str) -> int:
    """Give these seats, at most one of each claim, in the order given; answers how many were given.

    A seat that cannot be given any more is left out: the next pass plans anew.
    """
    return sum(_batch(seats[start : start + BATCH], rule, actor) for start in range(0, len(seats), BATCH))


def _batch(seats: Sequence[Seat], rule: str, actor: str) -> int:
    """One statement; when the database refuses it, seat by seat, so that a bad row stops nobody else."""
    try:
        return _statement(seats, rule, actor)
    except OperationalError:
        raise
    except DatabaseError as bad:
        if len(seats) == 1:
            log.exception("seat_refused", claim=seats[0].claim_id, reviewer=seats[0].reviewer_id, error=str(bad))
            return 0
        return sum(_batch([seat], rule, actor) for seat in seats)


def _statement(seats: Sequence[Seat], rule: str, actor: str) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        free = hold_many([seat.claim_id for seat in seats])
        held = [seat for seat in seats if seat.claim_id in free]
        people.hold_all(seat.reviewer_id for seat in held)
        # One text instead of arrays: quoting ten thousand lists of reasons costs more than writing them.
        rows = [
            {
                "place": place,
                "claim_id": seat.claim_id,
                "seq": seat.seq,
                "seat": seat.seat,
                "reviewer_id": seat.reviewer_id,
                "reasons": seat.reasons,
            }
            for place, seat in enumerate(held)
        ]
        given: dict[str, Any] = {
            "seats": json.dumps(rows, ensure_ascii=False),
            "reviewers": [seat.reviewer_id for seat in held],
            "names": json.dumps({str(seat.reviewer_id): seat.name for seat in held}),
        }
        cursor.execute(SEAT, {**given, "rule": rule, "actor": actor})
        (number,) = cursor.fetchone()
    return int(number)
