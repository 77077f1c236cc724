"""A database of its own for a benchmark: made, migrated, filled, dropped. The one in use is never touched."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import call_command
from django.db import connection

# What the benchmarks fill in bulk. One statement a table, so that a million rows take seconds.
CLAIMS = """
INSERT INTO claims_claim (id, statement, short_text, language, desk_id, topics, priority, state, selection_reason,
    round, review_due_at, first_review_due_at, accepted_at, confirm_words, confirm_precision, confirm_zone,
    confirm_zone_basis, confirm_read_by, waiting_reason, waiting_note, waiting_from, dismissal_reason,
    dismissal_note, created_at, updated_at, version)
SELECT n, 'The harbour will reopen on day ' || n, '', 'en', 1, '{}', 3, 'queued', '', 1,
    now() + interval '30 days' + n * interval '1 second', now() + interval '30 days', now(),
    '', '', '', '', '', '', '', '', '', '', now(), now(), 1
  FROM generate_series(%(first)s, %(last)s) n
"""
HEADS = """
INSERT INTO claims_claimhead (claim_id, event_seq, hash)
SELECT n, 1, encode(sha256(n::text::bytea), 'hex') FROM generate_series(%(first)s, %(last)s) n
"""
ALARMS = """
INSERT INTO claims_alarm (claim_id, kind, moment, wake_at, attempts, set_aside, error)
SELECT n, 'late', now() + interval '30 days' + n * interval '1 second',
    now() + interval '30 days' + n * interval '1 second', 0, false, ''
  FROM generate_series(%(first)s, %(last)s) n
"""

# One event of each claim, and the ends of their chains: what any way of announcing has to write at the least.
EVENTS = """
INSERT INTO claims_claimevent (claim_id, seq, type, actor_kind, actor_name, from_state, to_state, occurred_at,
                               recorded_at, body, prev_hash, hash)
SELECT head.claim_id, head.event_seq + 1, 'claim.late', 'rule', 'benchmark', 'queued', 'queued', now(), now(), body,
       head.hash, encode(sha256(convert_to(head.hash || E'\\n' || body, 'UTF8')), 'hex')
  FROM claims_claimhead head, LATERAL (SELECT json_build_object(
           'claim', head.claim_id, 'seq', head.event_seq + 1, 'type', 'claim.late', 'actor_kind', 'rule',
           'actor_id', NULL, 'actor_name', 'benchmark', 'from', 'queued', 'to', 'queued', 'reason', '',
           'data', json_build_object('moment', now()), 'occurred_at', now(), 'recorded_at', now())::text AS body) made
 WHERE head.claim_id BETWEEN %(first)s AND %(last)s
"""
ENDS = """
UPDATE claims_claimhead head SET event_seq = event.seq, hash = event.hash FROM claims_claimevent event
 WHERE event.claim_id = head.claim_id AND event.seq = head.event_seq + 1
   AND head.claim_id BETWEEN %(first)s AND %(last)s
"""


@contextmanager
def scratch_database() -> Iterator[None]:
    """Work in a fresh, migrated database until the block ends; then it is dropped."""
    name, before = f"claimdesk_bench_{os.getpid()}", connection.settings_dict["NAME"]
    _run(f'CREATE DATABASE "{name}"')
    _point_at(name)
    try:
        call_command("migrate", verbosity=0)
        yield
    finally:
        _point_at(before)
        _run(f'DROP DATABASE "{name}" WITH (FORCE)')


def fill(claims: int) -> None:
    """One desk and so many queued claims, each with a head and an alarm in a month."""
    _run(
        "INSERT INTO claims_desk (id, name, key, zone, due_hours_1, due_hours_2, due_hours_3, due_hours_4, "
        "minimum_minutes, warning_hours, min_origins, makers_may_review) "
        "VALUES (1, 'World', 'world', 'UTC', 4, 12, 24, 72, 60, 8, 2, false)"
    )
    for statement in (CLAIMS, HEADS, ALARMS):
        _run(statement, {"first": 1, "last": claims})
    _run("VACUUM ANALYZE")


def _point_at(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name


def _run(statement: str, given: dict[str, int] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
