-- What must always hold in the record. Each query returns the rows that break it, so none may return any.
-- A query begins with its name; the comment under the name is the sentence people read.

-- name: every_claim_has_a_head
-- Every claim has its lock and the end of its chain of events.
SELECT claim.id AS claim
  FROM claims_claim claim LEFT JOIN claims_claimhead head ON head.claim_id = claim.id
 WHERE head.claim_id IS NULL;

-- name: events_have_no_gap
-- The events of a claim are numbered 1 to n without a gap, and its head stands at n.
SELECT head.claim_id AS claim, head.event_seq AS head, coalesce(told.n, 0) AS events, told.first, told.last
  FROM claims_claimhead head
  LEFT JOIN (SELECT claim_id, count(*) AS n, count(DISTINCT seq) AS numbers, min(seq) AS first, max(seq) AS last
               FROM claims_claimevent GROUP BY claim_id) told ON told.claim_id = head.claim_id
 WHERE told.n IS DISTINCT FROM head.event_seq OR told.numbers IS DISTINCT FROM told.n
    OR told.first IS DISTINCT FROM 1 OR told.last IS DISTINCT FROM head.event_seq;

-- name: history_is_one_path
-- The states of a claim's events form one unbroken path from nothing to the state it is in now.
SELECT step.claim_id AS claim, step.seq, step.before, step.from_state, step.to_state, step.state
  FROM (SELECT event.*, claim.state, lag(event.to_state, 1, '') OVER way AS before, lead(event.id) OVER way AS next
          FROM claims_claimevent event JOIN claims_claim claim ON claim.id = event.claim_id
        WINDOW way AS (PARTITION BY event.claim_id ORDER BY event.seq, event.id)) step
 WHERE step.from_state <> step.before OR (step.next IS NULL AND step.to_state <> step.state);

-- name: chain_of_hashes_holds
-- Every event's hash follows from its text and the hash before it, from the first event to the head.
SELECT link.claim_id AS claim, link.seq
  FROM (SELECT event.claim_id, event.seq, event.body, event.prev_hash, event.hash, head.hash AS end_hash,
               lag(event.hash, 1, '') OVER way AS before, lead(event.id) OVER way AS next
          FROM claims_claimevent event JOIN claims_claimhead head ON head.claim_id = event.claim_id
        WINDOW way AS (PARTITION BY event.claim_id ORDER BY event.seq, event.id)) link
 WHERE link.prev_hash <> link.before OR (link.next IS NULL AND link.hash <> link.end_hash)
    OR link.hash <> encode(sha256(convert_to(link.prev_hash || E'\n' || link.body, 'UTF8')), 'hex');

-- name: feed_keeps_the_order_of_a_claim
-- In the change feed, which is read by transaction and number, a claim's events come in the order they have.
SELECT event.claim_id AS claim, event.seq
  FROM (SELECT claim_id, seq, tx, id, lag(tx) OVER way AS tx_before, lag(id) OVER way AS id_before
          FROM claims_claimevent WINDOW way AS (PARTITION BY claim_id ORDER BY seq)) event
 WHERE (event.tx, event.id) < (event.tx_before, event.id_before);

-- name: columns_repeat_the_hashed_text
-- What queries read of an event is what was hashed.
SELECT event.claim_id AS claim, event.seq
  FROM claims_claimevent event, json_to_record(event.body::json) AS told (
       claim bigint, seq bigint, type text, actor_kind text, actor_id bigint, actor_name text, "from" text, "to" text,
       occurred_at timestamptz, recorded_at timestamptz)
 WHERE (told.claim, told.seq, told.type, told.actor_kind, told.actor_id, told.actor_name, told."from", told."to",
        told.occurred_at, told.recorded_at)
       IS DISTINCT FROM
       (event.claim_id, event.seq::bigint, event.type::text, event.actor_kind::text, event.actor_id,
        event.actor_name::text, event.from_state::text, event.to_state::text, event.occurred_at, event.recorded_at);

-- name: times_run_forward
-- Within a claim no event was recorded before the one that precedes it, and none before it became true.
SELECT step.claim_id AS claim, step.seq, step.occurred_at, step.recorded_at, step.before
  FROM (SELECT claim_id, seq, occurred_at, recorded_at,
               lag(recorded_at) OVER (PARTITION BY claim_id ORDER BY seq, id) AS before
          FROM claims_claimevent) step
 WHERE step.recorded_at < step.before OR step.recorded_at < step.occurred_at;

-- name: version_counts_changes
-- A claim's version is one more than the number of recorded changes to what people edit.
SELECT claim.id AS claim, claim.version, coalesce(told.n, 0) AS changes
  FROM claims_claim claim
  LEFT JOIN (SELECT claim_id, count(*) AS n FROM claims_claimevent
              WHERE type LIKE 'claim.%' AND type NOT IN ('claim.assign', 'claim.raise_flag', 'claim.clear_flag')
                AND ((from_state <> '' AND from_state <> to_state) OR body::json -> 'data' -> 'changes' IS NOT NULL
                     OR type IN ('claim.publish', 'claim.correct', 'claim.withdraw'))
              GROUP BY claim_id) told ON told.claim_id = claim.id
 WHERE claim.version <> 1 + coalesce(told.n, 0);

-- name: rounds_count_new_beginnings
-- A claim's round of review is one more than the number of times it was reopened or restored and stayed so.
SELECT claim.id AS claim, claim.round, coalesce(told.n, 0) AS begun
  FROM claims_claim claim
  LEFT JOIN (SELECT claim_id, count(*) FILTER (WHERE type <> 'claim.undo')
                              - count(*) FILTER (WHERE body::json -> 'data' ->> 'what'
                                                         IN ('claim.restore', 'claim.reopen')) AS n
               FROM claims_claimevent WHERE type IN ('claim.reopen', 'claim.restore', 'claim.undo')
              GROUP BY claim_id) told ON told.claim_id = claim.id
 WHERE claim.round <> 1 + coalesce(told.n, 0);

-- name: claims_are_as_they_were_left
-- Whatever steps changed of a claim – its words, dates, desk, priority – is as the last of them left it.
SELECT claim.id AS claim, left_as.field
  FROM (SELECT DISTINCT ON (event.claim_id, change.key) event.claim_id, change.key AS field, change.value -> 1 AS value
          FROM claims_claimevent event
         CROSS JOIN LATERAL jsonb_each(CASE WHEN event.type LIKE 'claim.%' AND event.body LIKE '%"changes"%'
                                            THEN event.body::jsonb #> '{data,changes}' END) change
         ORDER BY event.claim_id, change.key, event.seq DESC) left_as
  JOIN claims_claim claim ON claim.id = left_as.claim_id
 CROSS JOIN LATERAL (SELECT to_jsonb(claim) AS fields) stands
 CROSS JOIN LATERAL (SELECT coalesce(stands.fields -> left_as.field, stands.fields -> (left_as.field || '_id')) AS value) now
 WHERE CASE WHEN jsonb_typeof(left_as.value) = 'string' AND jsonb_typeof(now.value) = 'string'
             AND (left_as.field LIKE '%\_at' OR left_as.field IN ('waiting_until', 'confirm_from', 'confirm_by', 'confirm_counted_from'))
            THEN (left_as.value #>> '{}')::timestamptz <> (now.value #>> '{}')::timestamptz
            ELSE left_as.value IS DISTINCT FROM now.value END;

-- name: claims_are_as_they_were_proposed
-- What a claim was made of – words, quotes, chains, dates, desk, who entered it – is what its first event sealed, save what recorded steps changed since.
WITH sealed AS (
    SELECT claim_id, recorded_at, body::json #>> '{data,proposed_sha256}' AS sha256
      FROM claims_claimevent WHERE seq = 1 AND body LIKE '%"proposed_sha256"%'
), firsts AS (
    SELECT DISTINCT ON (event.claim_id, change.key) event.claim_id, change.key AS field, change.value -> 0 AS value
      FROM claims_claimevent event
     CROSS JOIN LATERAL jsonb_each(CASE WHEN event.type LIKE 'claim.%' AND event.body LIKE '%"changes"%'
                                        THEN event.body::jsonb #> '{data,changes}' END) change
     ORDER BY event.claim_id, change.key, event.seq
), before AS (
    SELECT claim_id, jsonb_object_agg(CASE WHEN field IN ('desk', 'duplicate_of') THEN field || '_id' ELSE field END,
                                      value) AS columns
      FROM firsts GROUP BY claim_id
), chained AS (
    SELECT appearance_id, jsonb_agg(jsonb_build_array("order", source_id, verb, named, on_record, implied, link, note)
                                    ORDER BY "order") AS steps
      FROM claims_chainstep GROUP BY appearance_id
), quoted AS (
    SELECT quote.claim_id, jsonb_agg(jsonb_build_array(
               revision_id, exact, prefix, suffix, "start", "end", is_first, hedge_words, hedge_kind, hedge_low,
               hedge_high, hedge_scale, coalesce(chained.steps, '[]')) ORDER BY quote.id) AS quotes
      FROM claims_appearance quote LEFT JOIN chained ON chained.appearance_id = quote.id GROUP BY quote.claim_id
)
SELECT claim.id AS claim
  FROM sealed
  JOIN claims_claim claim ON claim.id = sealed.claim_id
  LEFT JOIN before ON before.claim_id = claim.id
  LEFT JOIN quoted ON quoted.claim_id = claim.id
 CROSS JOIN LATERAL jsonb_populate_record(claim, coalesce(before.columns, '{}')) was
 WHERE sealed.sha256 <> encode(sha256(convert_to(jsonb_build_array(
           was.statement, was.short_text, was.language, was.topics, was.selection_reason, was.desk_id, was.priority,
           was.split_from_id, was.made_by_user_id, was.made_by_key_id, was.confirm_words, was.confirm_precision,
           was.confirm_zone, was.confirm_zone_basis, was.confirm_read_by,
           (extract(epoch FROM was.confirm_from) * 1000000)::bigint,
           (extract(epoch FROM was.confirm_by) * 1000000)::bigint,
           (extract(epoch FROM was.confirm_counted_from) * 1000000)::bigint,
           (extract(epoch FROM was.review_due_at) * 1000000)::bigint,
           coalesce(quoted.quotes, '[]'))::text, 'UTF8')), 'hex')
    -- What only steps give a claim was not there yet.
    OR (was.created_at, was.first_review_due_at, was.accepted_at, was.round, was.waiting_reason, was.waiting_note,
        was.waiting_until, was.waiting_from, was.dismissal_reason, was.dismissal_note, was.duplicate_of_id)
       IS DISTINCT FROM (sealed.recorded_at, NULL, NULL, 1, '', '', NULL, '', '', '', NULL);

-- name: no_flag_twice
-- No moment of a claim was announced twice.
SELECT claim_id AS claim, kind, moment, count(*) AS times
  FROM claims_flag GROUP BY claim_id, kind, moment HAVING count(*) > 1;

-- name: no_flag_early
-- The clock's flags were raised strictly after the moment they announce.
SELECT claim_id AS claim, kind, moment, raised_at
  FROM claims_flag WHERE kind IN ('late', 'due_soon', 'date_passed', 'date_near') AND raised_at <= moment;

-- name: no_flag_after_settling
-- Nothing was announced of a claim that was decided or dismissed by then, unless its own date was still unanswered.
SELECT event.claim_id AS claim, event.seq, event.type, event.from_state
  FROM claims_claimevent event
  LEFT JOIN LATERAL (SELECT so, decided_at FROM claims_decision
                      WHERE claim_id = event.claim_id AND decided_at <= event.recorded_at
                      ORDER BY number DESC LIMIT 1) decision ON event.from_state = 'decided'
 WHERE (event.type IN ('claim.late', 'claim.due_soon', 'claim.date_near')
        AND event.from_state NOT IN ('queued', 'in_review', 'waiting', 'second_opinion'))
    OR (event.type = 'claim.date_passed'
        AND (event.from_state IN ('proposed', 'dismissed')
             OR (decision.so <> '' AND (decision.so <> 'unproven' OR decision.decided_at > event.occurred_at))));

-- name: no_flag_for_a_moved_date
-- A date was announced as passed only while it was the claim's date.
SELECT event.claim_id AS claim, event.seq, event.type, event.occurred_at
  FROM claims_claimevent event
  JOIN claims_claim claim ON claim.id = event.claim_id
 CROSS JOIN LATERAL (SELECT CASE event.type WHEN 'claim.late' THEN 'review_due_at' ELSE 'confirm_by' END AS name) date
  LEFT JOIN LATERAL (SELECT body::json #>> ARRAY['data', 'changes', date.name, '1'] AS value FROM claims_claimevent
                      WHERE claim_id = event.claim_id AND seq < event.seq
                        AND body::json #> ARRAY['data', 'changes', date.name] IS NOT NULL
                      ORDER BY seq DESC LIMIT 1) before ON true
  LEFT JOIN LATERAL (SELECT body::json #>> ARRAY['data', 'changes', date.name, '0'] AS value FROM claims_claimevent
                      WHERE claim_id = event.claim_id AND seq > event.seq
                        AND body::json #> ARRAY['data', 'changes', date.name] IS NOT NULL
                      ORDER BY seq LIMIT 1) after ON true
 WHERE event.type IN ('claim.late', 'claim.date_passed')
   AND event.occurred_at IS DISTINCT FROM coalesce(before.value::timestamptz, after.value::timestamptz,
           CASE event.type WHEN 'claim.late' THEN claim.review_due_at ELSE claim.confirm_by END);

-- name: flags_and_their_events_pair
-- Every flag has exactly one event, and every event that raises a flag has its flag.
SELECT claim_id AS claim, kind, at, sum(flag) AS flags, sum(event) AS events
  FROM (SELECT claim_id, kind, raised_at AS at, 1 AS flag, 0 AS event FROM claims_flag
         UNION ALL
        SELECT claim_id, substr(type, 7), recorded_at, 0, 1 FROM claims_claimevent
         WHERE type IN ('claim.late', 'claim.due_soon', 'claim.date_passed', 'claim.date_near')
         UNION ALL
        SELECT claim_id, body::json -> 'data' ->> 'kind', recorded_at, 0, 1 FROM claims_claimevent
         WHERE type = 'claim.raise_flag') each_one
 GROUP BY claim_id, kind, at HAVING sum(flag) <> 1 OR sum(event) <> 1;

-- name: flags_stand_while_true
-- A flag of the clock stands exactly as long as what it says is true.
SELECT flag.claim_id AS claim, flag.kind, flag.moment, flag.cleared_at
  FROM claims_flag flag
  JOIN claims_claim claim ON claim.id = flag.claim_id
  LEFT JOIN claims_decision decision ON decision.claim_id = claim.id AND decision.standing
 CROSS JOIN LATERAL (SELECT claim.state IN ('queued', 'in_review', 'waiting', 'second_opinion') AS is_open,
                            coalesce(decision.so <> '' AND (decision.so <> 'unproven'
                                     OR decision.decided_at > claim.confirm_by), false) AS answered) fact
 WHERE (flag.kind = 'late'
        AND (flag.cleared_at IS NULL) <> (fact.is_open AND flag.moment IS NOT DISTINCT FROM claim.review_due_at))
    OR (flag.kind = 'date_passed'
        AND (flag.cleared_at IS NULL) <> (claim.state NOT IN ('proposed', 'dismissed') AND NOT fact.answered
                                          AND flag.moment IS NOT DISTINCT FROM claim.confirm_by))
    OR (flag.kind IN ('due_soon', 'date_near') AND flag.cleared_at IS NULL AND NOT fact.is_open);

-- name: every_moment_is_awaited
-- Every moment that must still be announced has its alarm, and every other one was announced.
SELECT wanted.claim, wanted.kind, wanted.moment
  FROM (SELECT claim.id AS claim, each_one.kind, each_one.moment, claim.review_due_at
          FROM claims_claim claim
          LEFT JOIN claims_desk desk ON desk.id = claim.desk_id
          LEFT JOIN claims_decision decision ON decision.claim_id = claim.id AND decision.standing
         CROSS JOIN LATERAL (SELECT claim.state IN ('queued', 'in_review', 'waiting', 'second_opinion') AS is_open,
                                    coalesce(decision.so <> '' AND (decision.so <> 'unproven'
                                             OR decision.decided_at > claim.confirm_by), false) AS answered) fact
         CROSS JOIN LATERAL (VALUES
               ('late', claim.review_due_at, fact.is_open),
               ('due_soon', claim.review_due_at - desk.warning_hours * interval '1 hour',
                fact.is_open AND claim.review_due_at >= clock_timestamp()),
               ('date_passed', claim.confirm_by, claim.state NOT IN ('proposed', 'dismissed') AND NOT fact.answered),
               ('date_near', claim.confirm_by - interval '48 hours',
                fact.is_open AND NOT fact.answered AND claim.confirm_by >= clock_timestamp()),
               ('wait_over', claim.waiting_until, claim.state = 'waiting')
              ) AS each_one (kind, moment, holds)
         WHERE each_one.holds AND each_one.moment IS NOT NULL) wanted
 -- A desk may change its hours of warning; what was set or announced under the old ones stays.
 WHERE NOT EXISTS (SELECT 1 FROM claims_alarm alarm WHERE alarm.claim_id = wanted.claim AND alarm.kind = wanted.kind
                      AND (alarm.moment = wanted.moment OR wanted.kind = 'due_soon'))
   AND NOT EXISTS (SELECT 1 FROM claims_flag flag WHERE flag.claim_id = wanted.claim AND flag.kind = wanted.kind
                      AND (flag.moment = wanted.moment
                           OR (wanted.kind = 'due_soon' AND flag.moment < wanted.review_due_at)));

-- name: no_step_twice
-- No step of a desk's ladder was taken twice for one date of a claim.
SELECT claim_id AS claim, desk_id AS desk, track, date, step, nth, count(*) AS times
  FROM claims_escalation GROUP BY claim_id, desk_id, track, date, step, nth HAVING count(*) > 1;

-- name: no_step_early
-- Every step of a ladder was taken strictly after its moment.
SELECT claim_id AS claim, step, moment, taken_at FROM claims_escalation WHERE taken_at <= moment;

-- name: steps_and_their_events_pair
-- Every step that was taken has exactly one event that says the same.
SELECT coalesce(taken.claim_id, told.claim_id) AS claim, taken.step, told.seq
  FROM claims_escalation taken
  FULL JOIN (SELECT event.claim_id, event.seq, event.occurred_at, event.recorded_at, data.*,
                    count(*) OVER (PARTITION BY event.claim_id, data.track, data.date, data.step, data.nth,
                                                event.recorded_at) AS times
               FROM claims_claimevent event, json_to_record(event.body::json -> 'data') AS data (
                    track text, date timestamptz, step text, nth bigint, tell text, act text, name text)
              WHERE event.type = 'claim.escalate') told
    -- The same key twice is two desks' ladders, which never took it in one moment.
    ON (told.claim_id, told.track, told.date, told.step, told.nth, told.recorded_at)
       = (taken.claim_id, taken.track::text, taken.date, taken.step::text, taken.nth::bigint, taken.taken_at)
 WHERE (taken.moment, taken.taken_at, taken.tell::text, taken.act::text, taken.name::text, 1::bigint)
       IS DISTINCT FROM (told.occurred_at, told.recorded_at, told.tell, told.act, told.name, told.times);

-- name: no_step_after_settling
-- No step was taken on a claim that was settled by then, or for a date that was not the claim's any more.
SELECT event.claim_id AS claim, event.seq, data.step, event.from_state
  FROM claims_claimevent event
  JOIN claims_claim claim ON claim.id = event.claim_id
 CROSS JOIN LATERAL json_to_record(event.body::json -> 'data') AS data (track text, date timestamptz, step text)
 CROSS JOIN LATERAL (SELECT CASE data.track WHEN 'review_due' THEN 'review_due_at' ELSE 'confirm_by' END AS name) field
  LEFT JOIN LATERAL (SELECT so, decided_at FROM claims_decision
                      WHERE claim_id = event.claim_id AND decided_at <= event.recorded_at
                      ORDER BY number DESC LIMIT 1) decision ON event.from_state = 'decided'
  LEFT JOIN LATERAL (SELECT body::json #>> ARRAY['data', 'changes', field.name, '1'] AS value FROM claims_claimevent
                      WHERE claim_id = event.claim_id AND seq < event.seq
                        AND body::json #> ARRAY['data', 'changes', field.name] IS NOT NULL
                      ORDER BY seq DESC LIMIT 1) before ON true
  LEFT JOIN LATERAL (SELECT body::json #>> ARRAY['data', 'changes', field.name, '0'] AS value FROM claims_claimevent
                      WHERE claim_id = event.claim_id AND seq > event.seq
                        AND body::json #> ARRAY['data', 'changes', field.name] IS NOT NULL
                      ORDER BY seq LIMIT 1) after ON true
 WHERE event.type = 'claim.escalate'
   AND ((data.track = 'review_due' AND event.from_state NOT IN ('queued', 'in_review', 'waiting', 'second_opinion'))
        OR (data.track = 'own_date' AND event.from_state IN ('proposed', 'dismissed'))
        OR (data.track = 'own_date' AND decision.so <> ''
            AND (decision.so <> 'unproven' OR decision.decided_at > data.date))
        OR data.date IS DISTINCT FROM coalesce(before.value::timestamptz, after.value::timestamptz,
               CASE data.track WHEN 'review_due' THEN claim.review_due_at ELSE claim.confirm_by END));

-- name: every_step_is_awaited
-- Every step of a desk's ladder that is still to come on a claim of the desk has its alarm, unless it was taken.
SELECT wanted.claim, wanted.track, wanted.step, wanted.moment
  FROM (SELECT claim.id AS claim, claim.desk_id AS desk, step.track, step.key AS step, step.minutes, step.every_minutes, step.since,
               running.date, running.date + step.minutes * interval '1 minute' AS moment,
               CASE step.track WHEN 'review_due' THEN 'ladder_due' ELSE 'ladder_date' END AS kind
          FROM claims_claim claim
          -- A ladder that has just been changed is being followed.
          JOIN claims_ladder ladder ON ladder.desk_id = claim.desk_id
                                   AND ladder.followed_at >= ladder.changed_at + interval '1 minute'
          JOIN claims_ladderstep step ON step.ladder_id = ladder.id
          LEFT JOIN claims_decision decision ON decision.claim_id = claim.id AND decision.standing
         CROSS JOIN LATERAL (SELECT claim.state IN ('queued', 'in_review', 'waiting', 'second_opinion') AS is_open,
                                    coalesce(decision.so <> '' AND (decision.so <> 'unproven'
                                             OR decision.decided_at > claim.confirm_by), false) AS answered) fact
          JOIN LATERAL (VALUES ('review_due', claim.review_due_at, fact.is_open),
                               ('own_date', claim.confirm_by, claim.state NOT IN ('proposed', 'dismissed')
                                AND NOT fact.answered AND (fact.is_open OR step.minutes >= 0))
                       ) AS running (track, date, holds)
            ON running.track = step.track AND running.holds AND running.date IS NOT NULL) wanted
 WHERE (wanted.moment > clock_timestamp() OR wanted.every_minutes IS NOT NULL
        OR (wanted.minutes >= 0 AND wanted.moment >= wanted.since))
   AND NOT EXISTS (SELECT 1 FROM claims_alarm alarm WHERE alarm.claim_id = wanted.claim AND alarm.kind = wanted.kind
                      AND alarm.moment <= greatest(wanted.moment, clock_timestamp()
                                                   + coalesce(wanted.every_minutes, 0) * interval '1 minute'))
   AND (wanted.every_minutes IS NOT NULL
        OR NOT EXISTS (SELECT 1 FROM claims_escalation taken
                        WHERE (taken.claim_id, taken.desk_id, taken.track, taken.date)
                              = (wanted.claim, wanted.desk, wanted.track, wanted.date)
                          AND (taken.step = wanted.step OR taken.moment >= wanted.moment)));

-- name: decided_means_a_standing_decision
-- A claim is decided exactly when one decision stands.
SELECT claim.id AS claim, claim.state, count(decision.id) AS standing
  FROM claims_claim claim LEFT JOIN claims_decision decision ON decision.claim_id = claim.id AND decision.standing
 GROUP BY claim.id, claim.state
HAVING count(decision.id) <> CASE claim.state WHEN 'decided' THEN 1 ELSE 0 END;

-- name: decisions_supersede_in_order
-- The decisions of a claim are numbered 1 to n, each supersedes the one before, and at most the last one stands.
SELECT line.claim_id AS claim, line.number
  FROM (SELECT claim_id, number, supersedes_id, standing, row_number() OVER way AS place,
               lag(id) OVER way AS before, lead(id) OVER way AS next
          FROM claims_decision WINDOW way AS (PARTITION BY claim_id ORDER BY number, id)) line
 WHERE line.number <> line.place OR line.supersedes_id IS DISTINCT FROM line.before
    OR (line.standing AND line.next IS NOT NULL);

-- name: every_decision_is_told_once
-- Every decision has exactly one event that says the same, recorded when it was made.
SELECT coalesce(decision.claim_id, told.claim_id) AS claim, decision.id AS decision, told.times
  FROM claims_decision decision
  FULL JOIN (SELECT claim_id, (body::json -> 'data' ->> 'decision')::bigint AS decision, count(*) AS times,
                    min(recorded_at) AS at, min(body::json -> 'data' ->> 'so') AS so,
                    min(body::json -> 'data' ->> 'said') AS said, min(body::json -> 'data' ->> 'outcome') AS outcome,
                    min(body::json -> 'data' ->> 'why') AS why
               FROM claims_claimevent WHERE type IN ('decision.make', 'decision.reword') GROUP BY 1, 2) told
         ON told.decision = decision.id
 WHERE (decision.claim_id, decision.recorded_at, decision.so::text, decision.said::text, decision.outcome::text,
        decision.why, 1::bigint)
       IS DISTINCT FROM (told.claim_id, told.at, told.so, told.said, told.outcome, told.why, told.times);

-- name: rewording_keeps_the_answers
-- A correction of words gives the answers, evidence and moment of the decision it supersedes; any other is new.
SELECT decision.claim_id AS claim, decision.number
  FROM claims_decision decision
  JOIN claims_claimevent told ON told.claim_id = decision.claim_id AND told.type IN ('decision.make', 'decision.reword')
   AND (told.body::json -> 'data' ->> 'decision')::bigint = decision.id
  LEFT JOIN claims_decision before ON before.id = decision.supersedes_id
 WHERE CASE told.type WHEN 'decision.make' THEN decision.decided_at <> decision.recorded_at ELSE
       (decision.said, decision.so, decision.outcome, decision.exception_reason, decision.decided_at, decision.is_demo)
       IS DISTINCT FROM
       (before.said, before.so, before.outcome, before.exception_reason, before.decided_at, before.is_demo)
       OR ARRAY(SELECT evidence_id FROM claims_decision_evidence WHERE decision_id = decision.id ORDER BY 1)
       <> ARRAY(SELECT evidence_id FROM claims_decision_evidence WHERE decision_id = before.id ORDER BY 1) END;

-- name: what_is_public_had_stood
-- A decision was published once it was made and while it stood, before any later one was.
SELECT decision.claim_id AS claim, decision.number, decision.published_at
  FROM claims_decision decision
  LEFT JOIN claims_decision later ON later.supersedes_id = decision.id
 WHERE decision.published_at < decision.recorded_at OR decision.published_at > later.recorded_at;

-- name: one_public_decision_at_a_time
-- Readers are told one decision of a claim: the next publication replaces it, or it was withdrawn before.
SELECT line.claim_id AS claim, line.number, line.published_at, line.replaced_at, line.withdrawn_at, line.next
  FROM (SELECT claim_id, number, published_at, replaced_at, withdrawn_at, lead(published_at) OVER way AS next
          FROM claims_decision WHERE published_at IS NOT NULL
        WINDOW way AS (PARTITION BY claim_id ORDER BY number)) line
 WHERE line.next <= line.published_at
    OR (line.withdrawn_at IS NULL AND line.replaced_at IS DISTINCT FROM line.next)
    OR (line.withdrawn_at IS NOT NULL AND (line.replaced_at IS NOT NULL OR line.withdrawn_at <= line.published_at
                                           OR line.withdrawn_at >= line.next));

-- name: every_publication_is_told_once
-- Every publication and every withdrawal has exactly one event, recorded when it happened, that says the same.
SELECT coalesce(done.claim, told.claim) AS claim, coalesce(done.decision, told.decision) AS decision, done.at, told.times
  FROM (SELECT claim_id AS claim, id AS decision, 'public' AS what, published_at AS at,
               ARRAY[so, said, why, correction_class, correction_note]::text[] AS says
          FROM claims_decision WHERE published_at IS NOT NULL
         UNION ALL
        SELECT claim_id, id, 'withdrawn', withdrawn_at, ARRAY[withdrawn_note]::text[]
          FROM claims_decision WHERE withdrawn_at IS NOT NULL) done
  FULL JOIN (SELECT claim_id AS claim, (body::json -> 'data' ->> 'decision')::bigint AS decision,
                    CASE type WHEN 'claim.withdraw' THEN 'withdrawn' ELSE 'public' END AS what, count(*) AS times,
                    min(recorded_at) AS at,
                    min(CASE type WHEN 'claim.withdraw' THEN ARRAY[body::json ->> 'reason'] ELSE
                        ARRAY[body::json #>> '{data,so}', body::json #>> '{data,said}', body::json #>> '{data,why}',
                              body::json #>> '{data,correction_class}', body::json #>> '{data,correction_note}'] END
                       ) AS says
               FROM claims_claimevent WHERE type IN ('claim.publish', 'claim.correct', 'claim.withdraw')
              GROUP BY 1, 2, 3) told ON (told.decision, told.what) = (done.decision, done.what)
 WHERE (done.claim, done.at, done.says, 1::bigint) IS DISTINCT FROM (told.claim, told.at, told.says, told.times);

-- name: what_readers_are_told_is_kept
-- What readers were told is kept of every publication and of nothing else: as its event sealed it, citing what the verdict rests on.
SELECT decision.claim_id AS claim, decision.number, publication.id AS publication, cited.item AS evidence
  FROM claims_decision decision
  LEFT JOIN claims_publication publication ON publication.decision_id = decision.id
  LEFT JOIN LATERAL (SELECT (item ->> 'number')::bigint AS item
                       FROM jsonb_array_elements(publication.told -> 'evidence') AS item) cited ON true
 WHERE (decision.published_at IS NULL) <> (publication.id IS NULL)
    OR EXISTS (SELECT 1 FROM claims_claimevent event
                WHERE event.claim_id = decision.claim_id AND event.type IN ('claim.publish', 'claim.correct')
                  AND (event.body::json #>> '{data,decision}')::bigint = decision.id
                  AND event.body::json #>> '{data,told_sha256}'
                      <> encode(sha256(convert_to(publication.told::text, 'UTF8')), 'hex'))
    OR (cited.item IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM claims_decision_evidence used JOIN claims_evidence item ON item.id = used.evidence_id
             WHERE used.decision_id = decision.id AND item.id = cited.item AND item.visibility = 'public'));

-- name: publications_name_public_evidence
-- What is told with a publication names only evidence of the claim that is public.
SELECT event.claim_id AS claim, event.seq, named.item AS evidence
  FROM claims_claimevent event
 CROSS JOIN LATERAL json_array_elements_text(event.body::json #> '{data,evidence}') AS named (item)
  LEFT JOIN claims_evidence item ON item.id = named.item::bigint
   AND item.claim_id = event.claim_id AND item.visibility = 'public'
 WHERE event.type IN ('claim.publish', 'claim.correct', 'decision.reword') AND item.id IS NULL;

-- name: decisions_have_their_evidence
-- Every verdict rests on evidence that its answers need and that was there before it.
SELECT decision.claim_id AS claim, decision.number, decision.said, decision.so
  FROM claims_decision decision
  LEFT JOIN (SELECT used.decision_id, count(*) FILTER (WHERE item.question = 'said') AS on_said,
                    count(*) FILTER (WHERE item.question = 'so') AS on_so,
                    count(*) FILTER (WHERE item.question = 'so' AND item.stance = 'supports') AS supports,
                    count(*) FILTER (WHERE item.question = 'so' AND item.stance = 'contradicts') AS contradicts
               FROM claims_decision_evidence used
               JOIN claims_evidence item ON item.id = used.evidence_id AND item.kind <> 'note'
              GROUP BY used.decision_id) counted ON counted.decision_id = decision.id
 WHERE (decision.said NOT IN ('not_checked', 'own_voice') AND coalesce(counted.on_said, 0) = 0)
    OR (decision.so NOT IN ('', 'unproven') AND coalesce(counted.on_so, 0) = 0)
    OR (decision.so = 'confirmed' AND coalesce(counted.supports, 0) = 0)
    OR (decision.so = 'refuted' AND coalesce(counted.contradicts, 0) = 0)
    OR EXISTS (SELECT 1 FROM claims_decision_evidence used JOIN claims_evidence item ON item.id = used.evidence_id
                WHERE used.decision_id = decision.id
                  AND (item.claim_id <> decision.claim_id OR item.added_at > decision.decided_at
                       OR item.used_at IS NULL OR item.used_at > decision.decided_at));

-- name: decisions_have_their_origins
-- Every confirmed or refuted verdict goes back to as many distinct origins as its desk asked for, or says why not.
-- One page or file that was added twice is one origin, by whatever scheme and with "www." or without.
WITH RECURSIVE carrying AS (
    SELECT decision.id AS decision, item.id AS item, item.derives_from_id AS parent, item.url,
           CASE item.kind WHEN 'file' THEN item.snapshot_id END AS file
      FROM claims_decision decision
      JOIN claims_decision_evidence used ON used.decision_id = decision.id
      JOIN claims_evidence item ON item.id = used.evidence_id AND item.kind <> 'note' AND item.question = 'so'
       AND item.stance = CASE decision.so WHEN 'confirmed' THEN 'supports' ELSE 'contradicts' END
     WHERE decision.so IN ('confirmed', 'refuted') AND decision.exception_reason = ''
     UNION
    SELECT carrying.decision, above.id, above.derives_from_id, above.url,
           CASE above.kind WHEN 'file' THEN above.snapshot_id END
      FROM carrying JOIN claims_evidence above ON above.id = carrying.parent
)
SELECT decision.claim_id AS claim, decision.number, asked.origins AS asked, count(DISTINCT carrying.origin) AS origins
  FROM claims_decision decision
  LEFT JOIN (SELECT decision, coalesce('file ' || file, nullif(regexp_replace(url, '^[a-z]+://(www\.)?', ''), ''),
                                    'item ' || item) AS origin
               FROM carrying WHERE parent IS NULL) carrying ON carrying.decision = decision.id
  LEFT JOIN LATERAL (SELECT (body::json -> 'data' ->> 'min_origins')::int AS origins FROM claims_claimevent
                      WHERE claim_id = decision.claim_id AND type = 'decision.make'
                        AND (body::json -> 'data' ->> 'decision')::bigint = decision.id LIMIT 1) asked ON true
 WHERE decision.so IN ('confirmed', 'refuted') AND decision.exception_reason = ''
 GROUP BY decision.id, decision.claim_id, decision.number, asked.origins
HAVING count(DISTINCT carrying.origin) < coalesce(asked.origins, 1);

-- name: duplicates_lead_to_a_claim_that_stays
-- Only dismissed claims repeat another one, and following that never comes back to where it began.
WITH RECURSIVE way AS (
    SELECT id AS claim, duplicate_of_id AS to_claim FROM claims_claim WHERE duplicate_of_id IS NOT NULL
     UNION
    SELECT way.claim, further.duplicate_of_id
      FROM way JOIN claims_claim further ON further.id = way.to_claim WHERE further.duplicate_of_id IS NOT NULL
)
SELECT claim.id AS claim, claim.state, claim.duplicate_of_id AS repeats
  FROM claims_claim claim
 WHERE (claim.duplicate_of_id IS NOT NULL AND claim.state <> 'dismissed')
    OR EXISTS (SELECT 1 FROM way WHERE way.claim = claim.id AND way.to_claim = claim.id);

-- name: merges_are_told_on_both_claims
-- Whoever is merged, or goes its own way again, is told at the same moment on the claim that stays.
SELECT coalesce(here.claim, there.claim) AS claim, coalesce(here.stays, there.stays) AS stays, here.at, there.at AS told
  FROM (SELECT claim_id AS claim, (body::json #>> '{data,into}')::bigint AS stays, recorded_at AS at
          FROM claims_claimevent
         WHERE type IN ('claim.merge', 'claim.dismiss') AND body::json #> '{data,into}' IS NOT NULL
         UNION ALL
        SELECT again.claim_id, (undone.body::json #>> '{data,released}')::bigint, again.recorded_at
          FROM claims_claimevent again
          JOIN claims_claimevent undone ON undone.claim_id = again.claim_id
           AND undone.seq = (again.body::json #>> '{data,undone}')::int
         WHERE again.type = 'claim.undo' AND undone.body::json #> '{data,released}' IS NOT NULL) here
  FULL JOIN (SELECT (body::json #>> '{data,merged}')::bigint AS claim, claim_id AS stays, recorded_at AS at
               FROM claims_claimevent WHERE type = 'claim.absorb') there
         ON (here.claim, here.stays, here.at) = (there.claim, there.stays, there.at)
 WHERE here.claim IS NULL OR there.claim IS NULL;

-- name: parts_are_told_on_both_claims
-- Every claim that was split off is told once, at the same moment, on the claim it comes from.
SELECT coalesce(part.id, told.part) AS claim, coalesce(part.split_from_id, told.claim) AS split_from
  FROM (SELECT id, split_from_id, created_at FROM claims_claim WHERE split_from_id IS NOT NULL) part
  FULL JOIN (SELECT claim_id AS claim, (body::json #>> '{data,part}')::bigint AS part, recorded_at AS at
               FROM claims_claimevent WHERE type = 'claim.split') told ON told.part = part.id
 WHERE (part.split_from_id, part.created_at) IS DISTINCT FROM (told.claim, told.at);

-- name: copies_come_from_the_claim_that_was_split
-- Shared evidence is a copy from the claim that was split.
SELECT copy.claim_id AS claim, copy.id AS evidence, original.id AS original
  FROM claims_evidence copy
  JOIN claims_evidence original ON original.id = copy.copied_from_id
  JOIN claims_claim claim ON claim.id = copy.claim_id
 WHERE claim.split_from_id IS DISTINCT FROM original.claim_id;

-- name: evidence_stays_on_its_claim
-- Evidence derives from, and is superseded by, items of the same claim only.
SELECT item.claim_id AS claim, item.id AS evidence
  FROM claims_evidence item
  JOIN claims_evidence other ON other.id IN (item.derives_from_id, item.superseded_by_id)
 WHERE other.claim_id <> item.claim_id OR other.id = item.id;

-- name: links_are_read
-- Every link has its reading, and nothing else has one; it has copies exactly when it says that they are kept.
SELECT item.claim_id AS claim, item.id AS evidence, reading.state
  FROM claims_evidence item LEFT JOIN claims_fetch reading ON reading.evidence_id = item.id
 WHERE (item.kind = 'link') <> (reading.evidence_id IS NOT NULL)
    OR (reading.state IN ('kept', 'gone')
        AND NOT EXISTS (SELECT 1 FROM claims_copy WHERE evidence_id = item.id))
    OR (reading.state IN ('failed', 'example')
        AND EXISTS (SELECT 1 FROM claims_copy WHERE evidence_id = item.id));

-- name: kept_pages_are_looked_at_again
-- Every kept page that a claim rests on has its next look: not of a protected or superseded item or a dismissed claim.
SELECT item.claim_id AS claim, item.id AS evidence, reading.state
  FROM claims_fetch reading
  JOIN claims_evidence item ON item.id = reading.evidence_id
  JOIN claims_claim claim ON claim.id = item.claim_id
 CROSS JOIN LATERAL (SELECT item.visibility <> 'protected' AND item.superseded_by_id IS NULL
                            AND claim.state <> 'dismissed' AS watched) rested_on
 WHERE reading.state IN ('kept', 'gone') AND EXISTS (SELECT 1 FROM claims_copy WHERE evidence_id = item.id)
   AND CASE WHEN watched THEN reading.next_attempt_at IS NULL
            ELSE reading.next_attempt_at IS NOT NULL AND reading.asked_at IS NULL END;

-- name: kept_files_are_to_be_signed
-- Every kept file that more than protected evidence holds has its request for a signed time.
SELECT held.snapshot_id AS file, min(held.evidence_id) AS evidence
  FROM (SELECT snapshot_id, id AS evidence_id FROM claims_evidence WHERE snapshot_id IS NOT NULL
         UNION ALL
        SELECT snapshot_id, evidence_id FROM claims_copy) held
  JOIN claims_evidence item ON item.id = held.evidence_id AND item.visibility <> 'protected'
  LEFT JOIN claims_stamprequest request ON request.snapshot_id = held.snapshot_id AND request.code <> 'protected'
 WHERE request.snapshot_id IS NULL GROUP BY held.snapshot_id;

-- name: copies_are_kept_once
-- The copies of a page are numbered without a gap, each with one event, and the first is the item's kept copy.
SELECT item.claim_id AS claim, item.id AS evidence, kept.copies, told.events
  FROM (SELECT evidence_id, count(*) AS copies, max(number) AS last,
               min(snapshot_id) FILTER (WHERE number = 1) AS first
          FROM claims_copy GROUP BY evidence_id) kept
  FULL JOIN (SELECT (body::json -> 'data' ->> 'evidence')::bigint AS evidence_id, count(*) AS events
               FROM claims_claimevent WHERE type IN ('evidence.kept', 'evidence.changed') GROUP BY 1) told
       USING (evidence_id)
  LEFT JOIN claims_evidence item ON item.id = evidence_id
 WHERE (kept.copies, kept.last) IS DISTINCT FROM (told.events, told.events)
    OR kept.first IS DISTINCT FROM item.snapshot_id;

-- name: evidence_and_its_events_pair
-- Every item of evidence was told once when it was added, and every item that was told is there, on its claim.
SELECT coalesce(item.claim_id, told.claim_id) AS claim, coalesce(item.id, told.item) AS evidence, told.events
  FROM claims_evidence item
  FULL JOIN (SELECT claim_id, (body::json #>> '{data,evidence}')::bigint AS item, count(*) AS events
               FROM claims_claimevent WHERE type = 'evidence.add' GROUP BY 1, 2) told
       ON told.item = item.id AND told.claim_id = item.claim_id
 WHERE told.events IS DISTINCT FROM 1 OR item.id IS NULL;

-- name: used_evidence_is_what_was_told
-- An item that a verdict has used is what its last event told of it; of protected items events tell no words.
SELECT item.claim_id AS claim, item.id AS evidence
  FROM claims_evidence item
  LEFT JOIN LATERAL (SELECT body::json -> 'data' AS data FROM claims_claimevent
                      WHERE claim_id = item.claim_id AND type IN ('evidence.add', 'evidence.edit')
                        AND (body::json #>> '{data,evidence}')::bigint = item.id
                      ORDER BY seq DESC LIMIT 1) told ON true
 WHERE item.used_at IS NOT NULL
   AND ((told.data ->> 'visibility') IS DISTINCT FROM item.visibility
        OR (item.visibility <> 'protected'
            AND (told.data ->> 'question', told.data ->> 'stance', told.data ->> 'kind', told.data ->> 'title')
                IS DISTINCT FROM (item.question, item.stance, item.kind, coalesce(nullif(item.title, ''),
                    nullif(item.url, ''), nullif(item.file_name, ''), left(item.note, 60)))));

-- name: quotes_stand_in_their_text
-- Every quote stands at its place in the text, and every text is the one that was frozen.
SELECT quote.claim_id AS claim, revision.id AS revision
  FROM claims_articlerevision revision LEFT JOIN claims_appearance quote ON quote.revision_id = revision.id
 WHERE substr(revision.text, quote."start" + 1, quote."end" - quote."start") <> quote.exact
    OR revision.sha256 <> encode(sha256(convert_to(revision.text, 'UTF8')), 'hex');

-- name: deliveries_are_of_their_claim
-- Every delivery to a webhook names the claim of its event.
SELECT delivery.webhook_id AS webhook, delivery.id AS delivery, delivery.claim, event.claim_id AS told
  FROM claims_webhookdelivery delivery JOIN claims_claimevent event ON event.id = delivery.event_id
 WHERE delivery.claim IS DISTINCT FROM event.claim_id;

-- name: webhooks_keep_the_order_of_a_claim
-- What a webhook was told of one claim arrived in the order in which it happened, save what was sent again by hand.
SELECT told.webhook_id AS webhook, told.claim, told.id AS delivery
  FROM (SELECT delivery.*, min(delivered_at) OVER (PARTITION BY webhook_id, claim ORDER BY event_id
                                                   ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS later
          FROM claims_webhookdelivery delivery WHERE event_id IS NOT NULL) told
 WHERE told.replays = 0 AND told.made_at <= told.later
   AND (told.later < told.delivered_at OR (told.later IS NOT NULL AND told.state = 'waiting'));

-- name: passages_and_their_events_pair
-- What later texts make of quotes is told once each, as it was found, and every note was recorded by whoever wrote it.
SELECT quote.claim_id AS claim, passage.id AS passage
  FROM claims_revisedpassage passage
  JOIN claims_appearance quote ON quote.id = passage.appearance_id
  JOIN claims_articlerevision quoted ON quoted.id = quote.revision_id
  JOIN claims_articlerevision later ON later.id = passage.revision_id
  LEFT JOIN LATERAL (
      SELECT count(*) FILTER (WHERE type = 'article.changed' AND told.data ->> 'fate' = passage.fate
                                AND recorded_at = passage.found_at) AS found,
             count(*) FILTER (WHERE type = 'article.compare' AND recorded_at = passage.noted_at
                                AND actor_id = passage.noted_by_user_id
                                AND event.body::json ->> 'reason' = passage.note) AS noted,
             count(*) AS every
        FROM claims_claimevent event, LATERAL (SELECT event.body::json -> 'data' AS data) told
       WHERE event.claim_id = quote.claim_id AND type IN ('article.changed', 'article.compare')
         AND (told.data ->> 'passage')::bigint = passage.id) told ON true
 WHERE quoted.article_id <> later.article_id OR quoted.number >= later.number
    OR told.found <> 1 OR told.noted <> (passage.noted_at IS NOT NULL)::int OR told.every <> told.found + told.noted
 UNION ALL
SELECT claim_id, (body::json #>> '{data,passage}')::bigint FROM claims_claimevent
 WHERE type IN ('article.changed', 'article.compare')
   AND NOT EXISTS (SELECT 1 FROM claims_revisedpassage WHERE id = (body::json #>> '{data,passage}')::bigint);

-- name: lost_quotes_are_noticed
-- A quote whose words do not stand in the newest text of its article was noticed, once that text has been followed.
SELECT quote.claim_id AS claim, quote.id AS quote, newest.number AS revision
  FROM claims_following following
  JOIN claims_articlerevision newest ON newest.id = following.revision_id
  JOIN claims_articlerevision quoted ON quoted.article_id = newest.article_id AND quoted.number < newest.number
  JOIN claims_appearance quote ON quote.revision_id = quoted.id
 WHERE following.finished_at IS NOT NULL AND position(quote.exact IN newest.text) = 0
   AND NOT EXISTS (SELECT 1 FROM claims_articlerevision later
                    WHERE later.article_id = newest.article_id AND later.number > newest.number)
   AND coalesce((SELECT passage.fate FROM claims_revisedpassage passage
                   JOIN claims_articlerevision seen ON seen.id = passage.revision_id
                  WHERE passage.appearance_id = quote.id ORDER BY seen.number DESC LIMIT 1), 'same') = 'same';

-- name: later_texts_are_followed
-- Quotes are followed into a later text within 15 minutes, while the periodic work runs.
SELECT later.article_id AS article, later.number AS revision
  FROM claims_following following
  JOIN claims_articlerevision later ON later.id = following.revision_id
 WHERE following.finished_at IS NULL AND following.asked_at < clock_timestamp() - interval '15 minutes'
   AND EXISTS (SELECT 1 FROM claims_heartbeat WHERE name = 'sweep' AND ran_at > clock_timestamp() - interval '30 seconds');

-- name: changed_sources_are_flagged
-- A claim is flagged exactly while an article or page that it rests on reads otherwise and nobody has compared it, or an
-- article that it quotes is cancelled and nobody has said what that means.
-- It rests on what claims quote that were merged into it, too.
WITH RECURSIVE merged AS (
    SELECT duplicate_of_id AS stays, id AS claim FROM claims_claim WHERE duplicate_of_id IS NOT NULL
     UNION
    SELECT up.duplicate_of_id, merged.claim FROM merged JOIN claims_claim up ON up.id = merged.stays
     WHERE up.duplicate_of_id IS NOT NULL
), quoting AS (
    SELECT quote.claim_id AS claim
      FROM claims_appearance quote
      JOIN LATERAL (SELECT passage.fate, passage.noted_at FROM claims_revisedpassage passage
                      JOIN claims_articlerevision later ON later.id = passage.revision_id
                     WHERE passage.appearance_id = quote.id ORDER BY later.number DESC LIMIT 1) last ON true
     WHERE last.fate <> 'same' AND last.noted_at IS NULL
     UNION
    SELECT claim_id FROM claims_cancellation WHERE ended_at IS NULL AND noted_at IS NULL
), resting AS (
    SELECT claim FROM quoting UNION SELECT merged.stays FROM merged JOIN quoting ON quoting.claim = merged.claim
)
SELECT claim.id AS claim, claim.state
  FROM claims_claim claim
 WHERE EXISTS (SELECT 1 FROM claims_flag flag
                WHERE flag.claim_id = claim.id AND flag.kind = 'source_changed' AND flag.cleared_at IS NULL)
    <> (claim.state NOT IN ('proposed', 'dismissed')
        AND (claim.id IN (SELECT resting.claim FROM resting)
             OR EXISTS (SELECT 1 FROM claims_evidence item
                          JOIN claims_fetch reading ON reading.evidence_id = item.id
                         WHERE item.claim_id = claim.id AND item.superseded_by_id IS NULL
                           AND reading.compared < (SELECT max(number) FROM claims_copy
                                                    WHERE evidence_id = item.id))));

-- name: cancellations_are_told
-- Claims learn within 15 minutes, while the periodic work runs, that an article they quote was cancelled or is usable
-- again, and each of it is one event.
SELECT quote.claim_id AS claim, article.id AS article
  FROM claims_article article
  JOIN claims_articlerevision text ON text.article_id = article.id
  JOIN claims_appearance quote ON quote.revision_id = text.id
 WHERE article.canceled_at < clock_timestamp() - interval '15 minutes'
   AND NOT EXISTS (SELECT 1 FROM claims_cancellation row WHERE row.claim_id = quote.claim_id
                      AND row.article_id = article.id AND row.canceled_at = article.canceled_at)
   AND EXISTS (SELECT 1 FROM claims_heartbeat WHERE name = 'sweep' AND ran_at > clock_timestamp() - interval '30 seconds')
 UNION
SELECT row.claim_id, row.article_id
  FROM claims_cancellation row
  JOIN claims_article article ON article.id = row.article_id
  CROSS JOIN LATERAL (
      SELECT count(*) FILTER (WHERE type = 'article.cancel') AS begun,
             count(*) FILTER (WHERE type = 'article.usable') AS ended,
             count(*) FILTER (WHERE type = 'article.judge' AND recorded_at = row.noted_at) AS noted
        FROM claims_claimevent event
       WHERE event.claim_id = row.claim_id AND type IN ('article.cancel', 'article.usable', 'article.judge')
         AND event.body::json #>> '{data,cancellation}' = row.id::text) told
 WHERE told.begun <> 1 OR told.ended <> (row.ended_at IS NOT NULL)::int
    OR told.noted <> (row.noted_at IS NOT NULL)::int
    OR NOT article.untold AND row.ended_at IS NULL AND article.canceled_at IS DISTINCT FROM row.canceled_at;

-- name: operations_end
-- No import runs for ever: until it ends it is tried again within ten minutes, at most four times, and in its turn.
SELECT row.id AS operation, row.state, row.attempts, row.next_attempt_at
  FROM claims_operation row
 WHERE row.state IN ('queued', 'running')
   AND (row.next_attempt_at IS NULL OR row.attempts > 4 OR row.next_attempt_at > clock_timestamp() + interval '10 minutes'
        OR EXISTS (SELECT 1 FROM claims_operation later
                    WHERE later.asked_at > row.asked_at
                      AND later.started_at > row.next_attempt_at + interval '1 hour'))
    OR row.state = 'failed' AND jsonb_array_length(row.failures) = 0;

-- name: imports_have_their_articles
-- Every import that is done has its text; of those with the same text at most one brought it, with a new article its first.
SELECT row.id AS operation, row.revision_id AS revision
  FROM claims_operation row LEFT JOIN claims_articlerevision text ON text.id = row.revision_id
 WHERE (row.state = 'done') <> (text.id IS NOT NULL)
    OR row.is_new AND (text.number <> 1 OR NOT row.is_new_text)
    OR row.is_new_text AND EXISTS (SELECT 1 FROM claims_operation other
                                    WHERE other.revision_id = row.revision_id AND other.is_new_text AND other.id <> row.id);

-- name: no_source_belongs_to_itself
-- Whatever a source belongs to, and that to, it never comes back to the source itself.
WITH RECURSIVE above AS (
    SELECT id AS source, parent_id AS parent FROM claims_source WHERE parent_id IS NOT NULL
     UNION
    SELECT above.source, up.parent_id FROM above JOIN claims_source up ON up.id = above.parent
     WHERE up.parent_id IS NOT NULL
)
SELECT above.source FROM above WHERE above.source = above.parent;

-- name: keys_are_as_they_were_left
-- A key has the name, rights, desks, ends and secrets that it had after the last thing that was written down of it.
SELECT key.id AS key, last.step
  FROM claims_apikey key
  LEFT JOIN LATERAL (SELECT step, says FROM claims_keyevent WHERE key_id = key.id ORDER BY id DESC LIMIT 1) last ON true
 WHERE (last.says - 'expires_at' - 'revoked_at') IS DISTINCT FROM jsonb_build_object(
           'name', key.name, 'scopes', to_jsonb(key.scopes),
           'desks', (SELECT coalesce(jsonb_agg(desk_id ORDER BY desk_id), '[]') FROM claims_apikey_desks
                      WHERE apikey_id = key.id),
           'secrets', encode(sha256(convert_to(key.secret_sha256 || ' ' || key.former_sha256, 'UTF8')), 'hex'))
    OR (last.says ->> 'expires_at')::timestamptz IS DISTINCT FROM key.expires_at
    OR (last.says ->> 'revoked_at')::timestamptz IS DISTINCT FROM key.revoked_at;

-- name: reliability_is_as_it_was_set
-- A source is as reliable as whoever set it last said, and its history has no gap: each says what the one before left.
SELECT source.id AS source, source.reliability AS says, last.after AS was_set
  FROM claims_source source
  LEFT JOIN LATERAL (SELECT changes #>> '{reliability,1}' AS after FROM claims_setupevent
                      WHERE source_id = source.id AND changes #> '{reliability}' IS NOT NULL
                      ORDER BY id DESC LIMIT 1) last ON true
 WHERE source.reliability <> coalesce(last.after, 'F')
 UNION
SELECT source_id, was, before
  FROM (SELECT source_id, coalesce(changes #>> '{reliability,0}', 'F') AS was,
               lag(changes #>> '{reliability,1}', 1, 'F') OVER (PARTITION BY source_id ORDER BY id) AS before
          FROM claims_setupevent
         WHERE source_id IS NOT NULL AND changes #> '{reliability}' IS NOT NULL) told
 WHERE was <> before;

-- name: seals_are_of_their_moment
-- No seal says that it was made later than now, or on another day than the one it is the daily seal of.
SELECT id AS seal, made_at, day
  FROM claims_seal
 WHERE made_at > clock_timestamp() OR day <> (made_at AT TIME ZONE 'UTC')::date;
