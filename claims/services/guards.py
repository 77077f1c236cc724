"""The constraints, unique indexes and triggers that the record's promises rest on, by hand.

Written out instead of read from the models: a migration that drops a guard together with its line in a model must
still be noticed. `broken_guards` compares the list with the database's own catalogue.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass, field

from django.db import connection


@dataclass(frozen=True)
class Guard:
    """One guard of a table. `says` is how its definition must end (unique indexes) or what it must fire on.

    `loaded` is how the same definition reads after a dump was loaded, where PostgreSQL words it in another way.
    """

    table: str
    name: str
    says: str = ""
    loaded: str = field(default="", compare=False)

    def is_in(self, found: Set[Guard]) -> bool:
        """Is it there, in either wording?"""
        return self in found or (self.loaded != "" and Guard(self.table, self.name, self.loaded) in found)


UNIQUE = (
    Guard("claims_alarm", "alarm_once", "(claim_id, kind)"),
    Guard("claims_appearance", "appearance_once", '(claim_id, revision_id, start, "end")'),
    Guard("claims_appearance", "appearance_first_once", "(claim_id) WHERE is_first"),
    Guard("claims_article", "article_url_once", "(canonical_url) WHERE (NOT ((canonical_url)::text = ''::text))"),
    Guard(
        "claims_article",
        "article_without_link_once",
        "(outlet_id, first_headline, published_at) WHERE ((canonical_url)::text = ''::text)",
    ),
    Guard("claims_articlerevision", "revision_number_once", "(article_id, number)"),
    Guard("claims_chainstep", "chain_order_once", '(appearance_id, "order")'),
    Guard("claims_claimevent", "event_seq_once", "(claim_id, seq)"),
    Guard("claims_claimhead", "claims_claimhead_pkey", "(claim_id)"),
    Guard("claims_copy", "copy_number_once", "(evidence_id, number)"),
    Guard("claims_decision", "decision_number_once", "(claim_id, number)"),
    Guard("claims_decision", "decision_standing_once", "(claim_id) WHERE standing"),
    Guard(
        "claims_decision",
        "decision_public_once",
        "(claim_id) WHERE ((published_at IS NOT NULL) AND (replaced_at IS NULL) AND (withdrawn_at IS NULL))",
    ),
    Guard("claims_decision", "claims_decision_supersedes_id_key", "(supersedes_id)"),
    Guard("claims_publication", "claims_publication_decision_id_key", "(decision_id)"),
    Guard("claims_evidence", "claims_evidence_superseded_by_id_key", "(superseded_by_id)"),
    Guard("claims_escalation", "escalation_once", "(claim_id, desk_id, track, date, step, nth)"),
    Guard("claims_filecheck", "file_check_one_at_a_time", "((1)) WHERE (finished_at IS NULL)"),
    Guard("claims_flag", "flag_once", "(claim_id, kind, moment)"),
    Guard("claims_ladder", "claims_ladder_desk_id_key", "(desk_id)"),
    Guard("claims_ladderstep", "ladder_step_once", "(ladder_id, key)"),
    Guard("claims_membership", "membership_once", "(user_id, desk_id, role)"),
    Guard("claims_newsitem", "claims_newsitem_uri_key", "(uri)"),
    Guard("claims_repeatablecall", "repeatable_call_once", "(caller, key)"),
    Guard("claims_revisedpassage", "passage_once", "(appearance_id, revision_id)"),
    Guard("claims_seal", "seal_once_a_day", "(day)"),
    Guard("claims_snapshot", "claims_snapshot_sha256_key", "(sha256)"),
    Guard("claims_timestamp", "claims_timestamp_pkey", "(snapshot_id)"),
    Guard("claims_webhookdelivery", "delivery_once", "(webhook_id, event_id)"),
)
CHECKS = (
    Guard("claims_appearance", "appearance_exact_length"),
    Guard("claims_appearance", "appearance_span"),
    Guard("claims_chainstep", "chain_step_says_something"),
    Guard("claims_claim", "claim_accepted_has_desk_and_due"),
    Guard("claims_claim", "claim_dismissed_says_why"),
    Guard("claims_claim", "claim_own_date_whole"),
    Guard("claims_claim", "claim_priority"),
    Guard("claims_claim", "claim_repeats_another"),
    Guard("claims_claim", "claim_split_from_earlier"),
    Guard("claims_claim", "claim_state_known"),
    Guard("claims_claim", "claim_statement"),
    Guard("claims_claim", "claim_waiting_says_why"),
    Guard("claims_decision", "decision_correction_whole"),
    Guard("claims_decision", "decision_ends_what_was_public"),
    Guard("claims_decision", "decision_withdrawn_says_why"),
    Guard("claims_desk", "desk_min_origins_positive"),
    Guard("claims_escalation", "escalation_not_early"),
    Guard("claims_evidence", "evidence_has_its_content"),
    Guard("claims_fetch", "fetch_waits_for_a_time"),
    Guard("claims_flag", "flag_not_early"),
    Guard("claims_operation", "operation_done_has_article"),
    Guard("claims_operation", "operation_ends"),
    Guard("claims_operation", "operation_has_one_maker"),
    Guard("claims_revisedpassage", "passage_gone_or_somewhere"),
    Guard("claims_revisedpassage", "passage_noted_whole"),
    Guard("claims_webhook", "webhook_on_or_off"),
    Guard("claims_webhookdelivery", "delivery_arrived_with_2xx"),
    Guard("claims_webhookdelivery", "delivery_names_its_claim"),
)
_ROWS, _EMPTYING = "BEFORE DELETE OR UPDATE", "BEFORE TRUNCATE"
TRIGGERS = (
    Guard("claims_articlerevision", "revision_append_only", _ROWS),
    Guard("claims_articlerevision", "revision_not_emptied", _EMPTYING),
    Guard("claims_claimevent", "event_append_only", _ROWS),
    Guard("claims_claimevent", "event_not_emptied", _EMPTYING),
    Guard("claims_copy", "copy_append_only", _ROWS),
    Guard("claims_copy", "copy_not_emptied", _EMPTYING),
    Guard("claims_decision", "decision_not_deleted", "BEFORE DELETE"),
    Guard("claims_decision", "decision_publication_kept", "BEFORE INSERT OR UPDATE"),
    Guard("claims_decision", "decision_words_kept", "BEFORE UPDATE"),
    Guard("claims_publication", "publication_append_only", _ROWS),
    Guard("claims_publication", "publication_not_emptied", _EMPTYING),
    Guard("claims_timestamp", "timestamp_append_only", _ROWS),
    Guard("claims_timestamp", "timestamp_not_emptied", _EMPTYING),
    Guard("claims_revisedpassage", "passage_kept", "BEFORE UPDATE"),
    Guard("claims_revisedpassage", "passage_not_deleted", "BEFORE DELETE"),
    Guard("claims_evidence", "evidence_kept_as_used", "BEFORE UPDATE"),
    Guard("claims_evidence", "evidence_kept_once_used", "BEFORE DELETE"),
    Guard("claims_seal", "seal_append_only", _ROWS),
    Guard("claims_seal", "seal_not_emptied", _EMPTYING),
    Guard("claims_snapshot", "snapshot_append_only", _ROWS),
    Guard("claims_snapshot", "snapshot_not_emptied", _EMPTYING),
)

_INDEXES = """
SELECT relation.relname, name.relname, regexp_replace(pg_get_indexdef(indexrelid), '^.* USING btree ', '')
  FROM pg_index JOIN pg_class relation ON relation.oid = indrelid JOIN pg_class name ON name.oid = indexrelid
 WHERE indisunique AND indisvalid AND indimmediate AND pg_table_is_visible(indrelid)
"""
_CONSTRAINTS = """
SELECT relname, conname, '' FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid
 WHERE contype = 'c' AND convalidated AND pg_table_is_visible(conrelid)
"""
# Triggers carry a prefix and a mark of their library around the name we gave them.
_TRIGGERS = """
SELECT relname, regexp_replace(tgname, '^pgtrigger_(.*)_[0-9a-f]+$', '\\1'),
       substring(pg_get_triggerdef(pg_trigger.oid) FROM '(BEFORE .*) ON ')
  FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
 WHERE NOT tgisinternal AND tgenabled IN ('O', 'A') AND pg_table_is_visible(tgrelid)
"""

# Either setting, left on for a whole database, would switch the triggers off without touching one of them.
_SETTINGS = """
SELECT 'session', 'triggers_fire', '' WHERE current_setting('session_replication_role') <> 'replica'
 UNION ALL
SELECT 'session', 'emptying_is_refused', '' WHERE current_setting('claimdesk.may_truncate', true) IS DISTINCT FROM 'on'
"""
SETTINGS = (Guard("session", "triggers_fire"), Guard("session", "emptying_is_refused"))


def broken_guards(
    unique: Iterable[Guard] = UNIQUE, checks: Iterable[Guard] = CHECKS, triggers: Iterable[Guard] = TRIGGERS
) -> list[str]:
    """Guards that are missing, switched off or no longer say what they must, each as "table: name"."""
    there = {_INDEXES: unique, _CONSTRAINTS: checks, _TRIGGERS: triggers, _SETTINGS: SETTINGS}
    return [f"{guard.table}: {guard.name}" for sql, wanted in there.items() for guard in _missing(sql, wanted)]


def _missing(sql: str, wanted: Iterable[Guard]) -> list[Guard]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        found = {Guard(*row) for row in cursor.fetchall()}
    return [guard for guard in wanted if not guard.is_in(found)]
