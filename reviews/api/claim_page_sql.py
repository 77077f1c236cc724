"""The statement behind a page of claims. It writes JSON as `claim_shapes` does, in stretches; see `claim_pages`."""

from __future__ import annotations

from typing import Final


def _at(column: str) -> str:
    """A moment as `exports.times.rfc3339` writes it."""
    whole = f"to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
    return f"replace({whole}, '.000000Z', 'Z')"


def _source(alias: str) -> str:
    return f"json_build_object('id', {alias}.id, 'name', {alias}.name, 'kind', {alias}.kind)"


def _verdict(alias: str) -> str:
    """The members of a `VerdictOut`."""
    return f"""'decision', {alias}.id, 'number', {alias}.number,
           'said', {alias}.said, 'said_label', label.said ->> {alias}.said,
           'so', nullif({alias}.so, ''), 'so_label', label.so ->> {alias}.so,
           'outcome', nullif({alias}.outcome, ''), 'outcome_label', coalesce(label.outcome ->> {alias}.outcome, ''),
           'why', {alias}.why, 'decided_at', {_at(f"{alias}.decided_at")}, 'is_demo', {alias}.is_demo"""


_HEAD = """json_build_object(
           'id', claim.id, 'version', claim.version, 'statement', claim.statement, 'short_text', claim.short_text,
           'language', claim.language, 'topics', claim.topics,
           'desk', CASE WHEN desk.id IS NOT NULL
                        THEN json_build_object('id', desk.id, 'key', desk.key, 'name', desk.name) END,
           'priority', claim.priority, 'state', claim.state, 'state_label', label.state ->> claim.state)"""
_DATES = f"""json_build_object(
           'first_review_due_at', {_at("claim.first_review_due_at")},
           'own_date', CASE WHEN claim.confirm_by IS NOT NULL THEN json_build_object(
               'confirm_from', {_at("claim.confirm_from")}, 'confirm_by', {_at("claim.confirm_by")},
               'precision', claim.confirm_precision, 'zone', claim.confirm_zone,
               'zone_basis', claim.confirm_zone_basis, 'words', claim.confirm_words,
               'counted_from', {_at("claim.confirm_counted_from")}, 'read_by', claim.confirm_read_by) END,
           'waiting', CASE WHEN claim.waiting_reason <> '' THEN json_build_object(
               'reason', claim.waiting_reason, 'reason_label', label.waiting ->> claim.waiting_reason,
               'note', claim.waiting_note, 'until', {_at("claim.waiting_until")}) END,
           'dismissal', CASE WHEN claim.dismissal_reason <> '' THEN json_build_object(
               'reason', claim.dismissal_reason, 'reason_label', label.dismissal ->> claim.dismissal_reason,
               'note', claim.dismissal_note, 'duplicate_of', claim.duplicate_of_id) END,
           'split_from', claim.split_from_id)"""
_QUOTE = f"""json_build_object(
           'quote', CASE WHEN quote.id IS NOT NULL THEN json_build_object(
               'exact', quote.exact, 'prefix', quote.prefix, 'suffix', quote.suffix,
               'start', quote.start, 'end', quote."end",
               'article', json_build_object(
                   'id', article.id, 'headline', article.headline, 'url', article.canonical_url,
                   'outlet', {_source("outlet")}, 'published_at', {_at("article.published_at")}),
               'revision', revision.number,
               'hedge', json_build_object(
                   'words', quote.hedge_words, 'kind', quote.hedge_kind, 'low', quote.hedge_low,
                   'high', quote.hedge_high, 'scale', quote.hedge_scale)) END,
           'chain', coalesce((
               SELECT json_agg(json_build_object(
                          'order', step."order", 'source', CASE WHEN source.id IS NOT NULL THEN {_source("source")} END,
                          'verb', step.verb, 'named', step.named, 'on_record', step.on_record,
                          'implied', step.implied, 'link', step.link, 'note', step.note) ORDER BY step."order")
                 FROM claims_chainstep step LEFT JOIN claims_source source ON source.id = step.source_id
                WHERE step.appearance_id = quote.id), '[]'))"""  # noqa: S608 - our own words
_NAME = "coalesce(nullif(btrim(person.first_name || ' ' || person.last_name, E' \\t\\n\\r'), ''), person.username)"
_PEOPLE = f"""json_build_object(
           'verdict', CASE WHEN standing.id IS NOT NULL THEN json_build_object({_verdict("standing")}) END,
           'publication', CASE WHEN told.id IS NOT NULL THEN json_build_object(
               {_verdict("told")},
               'standing', told.standing, 'public', told.withdrawn_at IS NULL,
               'published_at', {_at("told.published_at")}, 'replaced_at', {_at("told.replaced_at")},
               'withdrawn_at', {_at("told.withdrawn_at")}, 'withdrawn_note', told.withdrawn_note,
               'correction_class', nullif(told.correction_class, ''),
               'correction_class_label', coalesce(label.correction ->> told.correction_class, ''),
               'correction_note', told.correction_note) END,
           'assignees', coalesce((
               SELECT json_agg(json_build_object(
                          'assignment', seat.id, 'reviewer', seat.reviewer_id, 'name', {_NAME}, 'part', seat.part,
                          'since', {_at("seat.assigned_at")}) ORDER BY seat.id)
                 FROM reviews_assignment seat
                 JOIN reviews_reviewer reviewer ON reviewer.id = seat.reviewer_id
                 JOIN claims_user person ON person.id = reviewer.user_id
                WHERE seat.claim_id = claim.id AND seat.status = 'open'), '[]'))"""  # noqa: S608 - our own words
_COURSE = f"""CASE WHEN course.claim_id IS NOT NULL THEN json_build_object(
           'rule', CASE WHEN rule.id IS NOT NULL THEN json_build_object(
               'id', rule.rule_id, 'version', rule.number, 'name', rule.name) END,
           'skills', course.topics, 'review_policy', policy.name, 'deadline_policy', deadline.name,
           'settled_at', {_at("course.set_at")})::text END"""
# Standing items that the reader may see: protected ones count only for whoever is on it and for its desk's editors.
_EVIDENCE = """(SELECT count(*) FILTER (WHERE item.visibility <> 'protected'
                           OR claim.desk_id = ANY(%(editor_of)s::bigint[])
                           OR EXISTS (SELECT 1 FROM reviews_assignment mine
                                        JOIN reviews_reviewer me ON me.id = mine.reviewer_id
                                       WHERE mine.claim_id = claim.id AND mine.status = 'open'
                                         AND me.user_id = %(user)s::bigint))
                  FROM claims_evidence item WHERE item.claim_id = claim.id AND item.superseded_by_id IS NULL)"""
_TAIL = f"""json_build_object(
           'evidence_count', {_EVIDENCE},
           'selection_reason', claim.selection_reason, 'accepted_at', {_at("claim.accepted_at")},
           'created_at', {_at("claim.created_at")}, 'updated_at', {_at("claim.updated_at")},
           'links', json_build_object(
               'self', %(api)s || claim.id, 'actions', %(api)s || claim.id || '/actions',
               'allowed_actions', %(api)s || claim.id || '/allowed_actions',
               'evidence', %(api)s || claim.id || '/evidence', 'events', %(api)s || claim.id || '/events',
               'admin', %(admin)s || claim.id || '/change/'))"""
PAGE: Final = f"""
WITH label AS MATERIALIZED (
    SELECT * FROM jsonb_to_record(%(labels)s::jsonb) AS label (
        state jsonb, waiting jsonb, dismissal jsonb, correction jsonb, outcome jsonb, said jsonb, so jsonb)
)
SELECT claim.id, {_HEAD}::text,
       json_build_object('review_due_at', {_at("claim.review_due_at")})::text,
       {_DATES}::text, {_QUOTE}::text, {_PEOPLE}::text,
       {_COURSE}, course.earlier::json, {_TAIL}::text,
       claim.state, claim.review_due_at, desk.warning_hours * interval '1 hour', claim.confirm_by, claim.waiting_until,
       standing.so, standing.decided_at,
       coalesce((SELECT json_agg(json_build_array(flag.kind, {_at("flag.raised_at")}, flag.reason) ORDER BY flag.id)
                   FROM claims_flag flag
                  WHERE flag.claim_id = claim.id AND flag.cleared_at IS NULL AND flag.kind <> ALL(%(clocks)s)), '[]'),
       CASE WHEN claim.review_due_at IS NOT NULL THEN (
           SELECT json_agg(json_build_array(event.seq, event.type, event.actor_name, event.body) ORDER BY event.seq)
             FROM claims_claimevent event
            WHERE event.claim_id = claim.id
              AND (event.body LIKE '%%"review_due_at"%%' OR event.body LIKE '%%"due_why"%%')) END,
       EXISTS (SELECT 1 FROM claims_claim other WHERE other.split_from_id = claim.id)
           OR EXISTS (SELECT 1 FROM claims_claim other WHERE other.duplicate_of_id = claim.id)
  FROM unnest(%(claims)s::bigint[]) WITH ORDINALITY AS page (id, place)
 CROSS JOIN label
  JOIN claims_claim claim ON claim.id = page.id
  LEFT JOIN claims_desk desk ON desk.id = claim.desk_id
  LEFT JOIN claims_appearance quote ON quote.claim_id = claim.id AND quote.is_first
  LEFT JOIN claims_articlerevision revision ON revision.id = quote.revision_id
  LEFT JOIN claims_article article ON article.id = revision.article_id
  LEFT JOIN claims_source outlet ON outlet.id = article.outlet_id
  LEFT JOIN claims_decision standing ON standing.claim_id = claim.id AND standing.standing
  LEFT JOIN LATERAL (
      SELECT * FROM claims_decision one
       WHERE one.claim_id = claim.id AND one.published_at IS NOT NULL AND one.replaced_at IS NULL
       ORDER BY one.number DESC LIMIT 1) told ON true
  LEFT JOIN reviews_course course ON course.claim_id = claim.id
  LEFT JOIN reviews_ruleversion rule ON rule.id = course.rule_id
  LEFT JOIN reviews_reviewpolicy policy ON policy.id = course.review_policy_id
  LEFT JOIN reviews_deadlinepolicy deadline ON deadline.id = course.deadline_policy_id
 ORDER BY page.place
"""  # noqa: S608 - our own words
