-- What somebody could do who owns the database, each under the name of the promise that must notice it.

-- breaks: every_claim_has_a_head
DELETE FROM claims_claimhead WHERE claim_id = (SELECT min(id) FROM claims_claim);

-- breaks: events_have_no_gap
DELETE FROM claims_claimevent WHERE seq = 2;

-- breaks: events_have_no_gap
DELETE FROM claims_claimevent event USING claims_claimhead head WHERE head.claim_id = event.claim_id AND
    head.event_seq = event.seq;

-- breaks: history_is_one_path
UPDATE claims_claim SET state = 'queued' WHERE state = 'in_review';

-- breaks: history_is_one_path
UPDATE claims_claimevent SET from_state = 'waiting' WHERE seq = 3;

-- breaks: chain_of_hashes_holds
UPDATE claims_claimevent SET body = replace(body, 'Person', 'Parson');

-- breaks: chain_of_hashes_holds
UPDATE claims_claimhead SET hash = repeat('0', 64);

-- breaks: feed_keeps_the_order_of_a_claim
UPDATE claims_claimevent SET tx = tx - 1 WHERE seq = 2;

-- breaks: columns_repeat_the_hashed_text
UPDATE claims_claimevent SET actor_name = 'Somebody else' WHERE seq = 1;

-- breaks: columns_repeat_the_hashed_text
UPDATE claims_claimevent SET body = 'not JSON' WHERE seq = 1;

-- breaks: times_run_forward
UPDATE claims_claimevent SET recorded_at = recorded_at - interval '1 day' WHERE seq = 2;

-- breaks: version_counts_changes
UPDATE claims_claim SET version = version - 1 WHERE state = 'decided';

-- breaks: rounds_count_new_beginnings
UPDATE claims_claim SET round = round + 1 WHERE state = 'queued';

-- breaks: no_flag_twice
ALTER TABLE claims_flag DROP CONSTRAINT flag_once;
INSERT INTO claims_flag (claim_id, kind, moment, raised_at, reason, cleared_by) SELECT claim_id, kind, moment,
    raised_at, '', '' FROM claims_flag WHERE kind = 'late';

-- breaks: no_flag_early
ALTER TABLE claims_flag DROP CONSTRAINT flag_not_early;
UPDATE claims_flag SET raised_at = moment - interval '1 second' WHERE kind = 'late';

-- breaks: no_flag_after_settling
UPDATE claims_claimevent SET from_state = 'decided' WHERE type = 'claim.late';

-- breaks: no_flag_after_settling
UPDATE claims_claimevent SET from_state = 'dismissed' WHERE type = 'claim.date_passed';

-- breaks: no_flag_for_a_moved_date
UPDATE claims_claimevent SET occurred_at = occurred_at - interval '1 hour' WHERE type = 'claim.late';

-- breaks: no_flag_for_a_moved_date
UPDATE claims_claim SET confirm_by = confirm_by + interval '1 hour';

-- breaks: flags_and_their_events_pair
DELETE FROM claims_flag WHERE kind = 'late';

-- breaks: flags_and_their_events_pair
DELETE FROM claims_claimevent WHERE type = 'claim.date_passed';

-- breaks: flags_stand_while_true
UPDATE claims_flag SET cleared_at = now() WHERE kind = 'late';

-- breaks: flags_stand_while_true
UPDATE claims_claim SET state = 'dismissed', dismissal_reason = 'other' WHERE state = 'queued';

-- breaks: every_moment_is_awaited
DELETE FROM claims_alarm WHERE kind = 'late';

-- breaks: every_moment_is_awaited
DELETE FROM claims_alarm WHERE kind = 'due_soon';

-- breaks: every_moment_is_awaited
DELETE FROM claims_alarm WHERE kind = 'wait_over';

-- breaks: every_moment_is_awaited
DELETE FROM claims_flag WHERE kind = 'date_passed';

-- breaks: no_step_twice
ALTER TABLE claims_escalation DROP CONSTRAINT escalation_once;
INSERT INTO claims_escalation (claim_id, desk_id, track, date, step, nth, name, tell, act, moment, taken_at, result)
    SELECT claim_id, desk_id, track, date, step, nth, name, tell, act, moment, taken_at, result FROM claims_escalation;

-- breaks: no_step_early
ALTER TABLE claims_escalation DROP CONSTRAINT escalation_not_early;
UPDATE claims_escalation SET taken_at = moment;

-- breaks: steps_and_their_events_pair
DELETE FROM claims_escalation WHERE track = 'review_due';

-- breaks: steps_and_their_events_pair
DELETE FROM claims_claimevent WHERE type = 'claim.escalate';

-- breaks: steps_and_their_events_pair
UPDATE claims_escalation SET tell = CASE tell WHEN 'editor' THEN 'reviewer' ELSE 'editor' END;

-- breaks: no_step_after_settling
UPDATE claims_claimevent SET from_state = 'decided' WHERE type = 'claim.escalate' AND body LIKE '%"review_due"%';

-- breaks: no_step_after_settling
UPDATE claims_claimevent SET from_state = 'dismissed' WHERE type = 'claim.escalate' AND body LIKE '%"own_date"%';

-- breaks: no_step_after_settling
UPDATE claims_claim SET confirm_by = confirm_by + interval '1 hour';

-- breaks: every_step_is_awaited
DELETE FROM claims_alarm WHERE kind = 'ladder_due';

-- breaks: every_step_is_awaited
DELETE FROM claims_alarm WHERE kind = 'ladder_date';

-- breaks: every_step_is_awaited
UPDATE claims_alarm SET moment = moment + interval '1 year' WHERE kind = 'ladder_due';

-- breaks: decided_means_a_standing_decision
UPDATE claims_decision SET standing = false;

-- breaks: decided_means_a_standing_decision
UPDATE claims_claim SET state = 'queued' WHERE state = 'decided';

-- breaks: decisions_supersede_in_order
UPDATE claims_decision SET supersedes_id = NULL;

-- breaks: every_decision_is_told_once
UPDATE claims_decision SET so = 'refuted';

-- breaks: every_decision_is_told_once
UPDATE claims_decision SET why = 'Somebody said so.' WHERE published_at IS NULL;

-- breaks: every_decision_is_told_once
UPDATE claims_decision SET outcome = CASE outcome WHEN 'later' THEN 'unknown' ELSE 'later' END WHERE published_at IS NULL;

-- breaks: every_decision_is_told_once
DELETE FROM claims_claimevent WHERE type = 'decision.make';

-- breaks: rewording_keeps_the_answers
UPDATE claims_decision SET so = 'unproven' WHERE correction_class <> '';

-- breaks: rewording_keeps_the_answers
UPDATE claims_decision SET decided_at = recorded_at WHERE correction_class <> '';

-- breaks: rewording_keeps_the_answers
UPDATE claims_decision SET decided_at = decided_at - interval '1 hour' WHERE correction_class = '';

-- breaks: what_is_public_had_stood
UPDATE claims_decision SET published_at = recorded_at - interval '1 second' WHERE published_at IS NOT NULL;

-- breaks: what_is_public_had_stood
UPDATE claims_decision former SET published_at = later.recorded_at + interval '1 second' FROM claims_decision later
    WHERE later.supersedes_id = former.id;

-- breaks: one_public_decision_at_a_time
DROP INDEX decision_public_once;
UPDATE claims_decision SET replaced_at = NULL;

-- breaks: one_public_decision_at_a_time
UPDATE claims_decision SET replaced_at = now() WHERE withdrawn_at IS NULL AND published_at IS NOT NULL;

-- breaks: every_publication_is_told_once
DELETE FROM claims_claimevent WHERE type = 'claim.publish';

-- breaks: every_publication_is_told_once
UPDATE claims_decision SET published_at = now() WHERE number = 1 AND published_at IS NULL;

-- breaks: every_publication_is_told_once
UPDATE claims_decision SET withdrawn_note = 'It was never so.' WHERE withdrawn_at IS NOT NULL;

-- breaks: every_publication_is_told_once
UPDATE claims_decision SET correction_note = 'Nothing of note.' WHERE correction_class <> '';

-- breaks: publications_name_public_evidence
UPDATE claims_evidence SET visibility = 'protected' WHERE visibility = 'public';

-- breaks: nobody_publishes_what_they_reviewed_first
UPDATE reviews_reviewer person SET user_id = (SELECT max(actor_id) FROM claims_claimevent WHERE type = 'claim.publish')
    WHERE id = (SELECT reviewer_id FROM reviews_review review JOIN claims_decision decision
                  ON decision.claim_id = review.claim_id AND decision.published_at IS NOT NULL ORDER BY review.id LIMIT 1);

-- breaks: decisions_have_their_evidence
DELETE FROM claims_decision_evidence;

-- breaks: decisions_have_their_evidence
UPDATE claims_evidence SET stance = 'contradicts';

-- breaks: decisions_have_their_evidence
UPDATE claims_evidence SET added_at = now() + interval '1 hour';

-- breaks: decisions_have_their_origins
UPDATE claims_evidence item SET derives_from_id = (SELECT min(id) FROM claims_evidence other WHERE
    other.claim_id = item.claim_id AND other.id < item.id);

-- breaks: decisions_have_their_origins
UPDATE claims_evidence SET kind = 'link',
    url = CASE id % 2 WHEN 0 THEN 'http://found.example/report' ELSE 'https://www.found.example/report' END;

-- breaks: duplicates_lead_to_a_claim_that_stays
ALTER TABLE claims_claim DROP CONSTRAINT claim_repeats_another;
UPDATE claims_claim claim SET duplicate_of_id = merged.id FROM claims_claim merged WHERE merged.duplicate_of_id = claim.id;

-- breaks: duplicates_lead_to_a_claim_that_stays
ALTER TABLE claims_claim DROP CONSTRAINT claim_repeats_another;
UPDATE claims_claim SET duplicate_of_id = id WHERE duplicate_of_id IS NOT NULL;

-- breaks: merges_are_told_on_both_claims
DELETE FROM claims_claimevent WHERE type = 'claim.absorb';

-- breaks: merges_are_told_on_both_claims
DELETE FROM claims_claimevent WHERE type = 'claim.merge';

-- breaks: parts_are_told_on_both_claims
DELETE FROM claims_claimevent WHERE type = 'claim.split';

-- breaks: parts_are_told_on_both_claims
UPDATE claims_claim SET split_from_id = NULL;

-- breaks: copies_come_from_the_claim_that_was_split
UPDATE claims_evidence SET copied_from_id = (SELECT max(id) FROM claims_evidence) WHERE copied_from_id IS NOT NULL;

-- breaks: evidence_stays_on_its_claim
UPDATE claims_evidence SET superseded_by_id = id WHERE derives_from_id IS NULL;

-- breaks: evidence_and_its_events_pair
DELETE FROM claims_fetch WHERE evidence_id = (SELECT max(id) FROM claims_evidence WHERE used_at IS NULL);
DELETE FROM claims_evidence WHERE id = (SELECT max(id) FROM claims_evidence WHERE used_at IS NULL);

-- breaks: evidence_and_its_events_pair
INSERT INTO claims_evidence SELECT (jsonb_populate_record(item, jsonb_build_object('id', 999999))).*
    FROM claims_evidence item LIMIT 1;

-- breaks: used_evidence_is_what_was_told
UPDATE claims_evidence SET title = 'Another report' WHERE used_at IS NOT NULL AND visibility <> 'protected';

-- breaks: used_evidence_is_what_was_told
UPDATE claims_evidence SET question = 'said' WHERE used_at IS NOT NULL AND question = 'so' AND visibility <> 'protected';

-- breaks: used_evidence_is_what_was_told
UPDATE claims_evidence SET visibility = 'internal' WHERE used_at IS NOT NULL AND visibility = 'public';

-- breaks: quotes_stand_in_their_text
UPDATE claims_appearance SET start = start + 1, "end" = "end" + 1;

-- breaks: quotes_stand_in_their_text
UPDATE claims_articlerevision SET text = text || '.';

-- breaks: one_person_per_seat
DROP INDEX assignment_seat_once;
DROP INDEX assignment_person_once;
INSERT INTO reviews_assignment (claim_id, reviewer_id, part, seat, round, status, rule, reasons, note,
    assigned_at) SELECT claim_id, reviewer_id, part, seat, round, 'open', rule, reasons, note, now() FROM
    reviews_assignment;

-- breaks: open_seats_are_on_living_claims
UPDATE reviews_assignment SET round = 9 WHERE status = 'open';

-- breaks: open_seats_are_on_living_claims
UPDATE reviews_assignment SET status = 'open' WHERE claim_id IN (SELECT id FROM claims_claim WHERE state = 'decided');

-- breaks: no_seat_that_nobody_asked_for
DELETE FROM reviews_secondopinion;

-- breaks: no_seat_that_nobody_asked_for
UPDATE reviews_assignment SET part = 'editor' WHERE id = (SELECT min(id) FROM reviews_assignment WHERE status =
    'completed');

-- breaks: differences_are_flagged
UPDATE claims_flag SET cleared_at = now() WHERE kind = 'split';

-- breaks: differences_are_flagged
UPDATE reviews_assignment SET status = 'open' WHERE claim_id IN (SELECT claim_id FROM claims_flag WHERE
    kind = 'split');

-- breaks: claims_are_as_they_were_proposed
UPDATE claims_claim SET statement = 'The minister will stay.' WHERE state = 'queued';

-- breaks: claims_are_as_they_were_proposed
UPDATE claims_claim SET review_due_at = now() + interval '1 day' WHERE state = 'proposed';

-- breaks: claims_are_as_they_were_proposed
UPDATE claims_claim SET first_review_due_at = now() WHERE state = 'proposed';

-- breaks: claims_are_as_they_were_proposed
UPDATE claims_appearance SET hedge_words = '{certain}';

-- breaks: claims_are_as_they_were_proposed
UPDATE claims_chainstep SET verb = 'admitted';

-- breaks: every_assignment_is_told_once
DELETE FROM claims_claimevent WHERE type = 'claim.assign';

-- breaks: nobody_reviews_what_they_have_an_interest_in
UPDATE reviews_interest SET declared_at = now() - interval '1 d';

-- breaks: nobody_reviews_what_they_have_an_interest_in
INSERT INTO reviews_interest (reviewer_id, source_id, note, declared_at)
SELECT seat.reviewer_id, article.outlet_id, '', seat.assigned_at - interval '1 s' FROM reviews_assignment seat
  JOIN claims_appearance quote ON quote.claim_id = seat.claim_id
  JOIN claims_articlerevision revision ON revision.id = quote.revision_id
  JOIN claims_article article ON article.id = revision.article_id WHERE seat.status = 'open' LIMIT 1;

-- breaks: nobody_judges_what_they_have_an_interest_in
INSERT INTO reviews_interest (reviewer_id, source_id, note, declared_at)
SELECT review.reviewer_id, article.outlet_id, '', review.submitted_at - interval '1 microsecond' FROM reviews_review review
  JOIN claims_appearance quote ON quote.claim_id = review.claim_id
  JOIN claims_articlerevision revision ON revision.id = quote.revision_id
  JOIN claims_article article ON article.id = revision.article_id LIMIT 1;

-- breaks: reviews_and_seats_agree
UPDATE reviews_assignment SET status = 'withdrawn' WHERE status = 'completed';

-- breaks: reviews_and_seats_agree
DELETE FROM reviews_review;

-- breaks: every_review_is_told_once
DELETE FROM claims_claimevent WHERE type = 'claim.submit_review';

-- breaks: decisions_follow_from_reviews
UPDATE reviews_review SET so = 'refuted';

-- breaks: decisions_rest_on_enough_reviews
INSERT INTO reviews_secondopinion (claim_id, round, why, asked_by, asked_at) SELECT id, round, '', '', now() FROM
    claims_claim WHERE state = 'decided' ON CONFLICT DO NOTHING;

-- breaks: decisions_rest_on_enough_reviews
UPDATE reviews_review SET part = 'adjudication';

-- breaks: decisions_rest_on_enough_reviews
UPDATE reviews_review SET reviewer_id = (SELECT min(id) FROM reviews_reviewer);

-- breaks: submissions_are_blind
UPDATE claims_claimevent SET body = replace(body, '"reason":""', '"reason":"Look."') WHERE type =
    'claim.submit_review';

-- breaks: submissions_are_blind
UPDATE claims_claimevent SET body = replace(body, '"part":', '"so":') WHERE type = 'claim.submit_review';

-- breaks: only_accepted_claims_have_a_course
UPDATE reviews_course SET claim_id = (SELECT id FROM claims_claim WHERE state = 'proposed' LIMIT 1)
 WHERE claim_id = (SELECT min(claim_id) FROM reviews_course);

-- breaks: rules_have_a_place_each
ALTER TABLE reviews_routingrule DROP CONSTRAINT rule_position_once;
UPDATE reviews_routingrule SET position = 1;

-- breaks: rules_are_their_newest_version
UPDATE reviews_routingrule SET name = 'Another';

-- breaks: rules_are_their_newest_version
UPDATE reviews_routingrule SET version = version + 1;

-- breaks: guards_are_in_place
ALTER TABLE claims_escalation DROP CONSTRAINT escalation_once;

-- breaks: guards_are_in_place
ALTER TABLE claims_claimevent DISABLE TRIGGER USER;

-- breaks: guards_are_in_place
ALTER TABLE claims_flag DROP CONSTRAINT flag_once;
CREATE UNIQUE INDEX flag_once ON claims_flag (claim_id, kind);

-- breaks: guards_are_in_place
ALTER TABLE claims_claim DROP CONSTRAINT claim_waiting_says_why;

-- breaks: guards_are_in_place
SET LOCAL claimdesk.may_truncate = 'on';

-- breaks: guards_of_the_work_are_in_place
DROP INDEX assignment_seat_once;

-- breaks: people_are_told_once_a_day
DROP INDEX notice_once_a_day;
INSERT INTO reviews_notice (user_id, claim_id, reason, day, event_id, in_app, by_mail, made_at)
SELECT user_id, claim_id, reason, day, event_id, in_app, by_mail, made_at FROM reviews_notice WHERE claim_id IS NOT NULL;

-- breaks: people_are_told_once_a_day
DROP INDEX notice_of_a_loss_once;
INSERT INTO reviews_notice (user_id, claim_id, reason, day, event_id, in_app, by_mail, made_at)
SELECT user_id, claim_id, 'taken_off', day + another, event_id, in_app, by_mail, made_at
  FROM reviews_notice, generate_series(0, 1) AS another WHERE claim_id IS NOT NULL;

-- breaks: letters_go_to_whom_the_notice_is_for
UPDATE reviews_notice SET event_id = (SELECT min(id) FROM claims_claimevent other WHERE other.claim_id <> reviews_notice.claim_id);
-- breaks: links_are_read
DELETE FROM claims_fetch WHERE evidence_id = (SELECT min(evidence_id) FROM claims_fetch);

-- breaks: links_are_read
UPDATE claims_fetch SET state = 'kept' WHERE evidence_id = (SELECT min(evidence_id) FROM claims_fetch);

-- breaks: copies_are_kept_once
INSERT INTO claims_copy (evidence_id, number, snapshot_id, url, status, headers, media_type, title, text, fetched_at)
SELECT id, 1, snapshot_id, 'https://elsewhere.example/', 200, '[]', 'text/html', '', '', now()
  FROM claims_evidence WHERE kind = 'file';

-- breaks: kept_pages_are_looked_at_again
INSERT INTO claims_copy (evidence_id, number, snapshot_id, url, status, headers, media_type, title, text, fetched_at)
SELECT evidence_id, 1, (SELECT min(id) FROM claims_snapshot), '', 200, '[]', '', '', '', now() FROM claims_fetch;
UPDATE claims_fetch SET state = 'kept', next_attempt_at = NULL;

-- breaks: kept_pages_are_looked_at_again
INSERT INTO claims_copy (evidence_id, number, snapshot_id, url, status, headers, media_type, title, text, fetched_at)
SELECT evidence_id, 1, (SELECT min(id) FROM claims_snapshot), '', 200, '[]', '', '', '', now() FROM claims_fetch;
UPDATE claims_fetch SET state = 'gone', next_attempt_at = now();
UPDATE claims_evidence SET superseded_by_id = (SELECT min(id) FROM claims_evidence) WHERE id = (SELECT max(evidence_id) FROM claims_fetch);

-- breaks: kept_files_are_to_be_signed
DELETE FROM claims_stamprequest;

-- breaks: kept_files_are_to_be_signed
UPDATE claims_stamprequest SET next_attempt_at = NULL, code = 'protected';

-- breaks: deliveries_are_of_their_claim
UPDATE claims_webhookdelivery SET claim = claim + 1 WHERE id = (SELECT min(id) FROM claims_webhookdelivery);

-- breaks: webhooks_keep_the_order_of_a_claim
UPDATE claims_webhookdelivery SET delivered_at = delivered_at + interval '1 hour'
 WHERE id = (SELECT min(one.id) FROM claims_webhookdelivery one
               JOIN claims_webhookdelivery later ON later.claim = one.claim AND later.event_id > one.event_id);

-- breaks: webhooks_keep_the_order_of_a_claim
UPDATE claims_webhookdelivery SET state = 'waiting', delivered_at = NULL
 WHERE id = (SELECT min(one.id) FROM claims_webhookdelivery one
               JOIN claims_webhookdelivery later ON later.claim = one.claim AND later.event_id > one.event_id);

-- breaks: passages_and_their_events_pair
UPDATE claims_revisedpassage SET fate = 'beside';

-- breaks: passages_and_their_events_pair
UPDATE claims_revisedpassage SET note = 'Another note.' WHERE noted_at IS NOT NULL;

-- breaks: passages_and_their_events_pair
DELETE FROM claims_revisedpassage WHERE noted_at IS NULL;

-- breaks: lost_quotes_are_noticed
DELETE FROM claims_revisedpassage;

-- breaks: later_texts_are_followed
UPDATE claims_following SET finished_at = NULL, asked_at = now() - interval '1 hour';
INSERT INTO claims_heartbeat (name, ran_at, detail) VALUES ('sweep', clock_timestamp(), '{}')
    ON CONFLICT (name) DO UPDATE SET ran_at = clock_timestamp();

-- breaks: changed_sources_are_flagged
UPDATE claims_flag SET cleared_at = now() WHERE kind = 'source_changed';

-- breaks: changed_sources_are_flagged
UPDATE claims_flag SET cleared_at = NULL WHERE kind = 'source_changed';

-- breaks: what_readers_are_told_is_kept
DELETE FROM claims_publication;

-- breaks: what_readers_are_told_is_kept
INSERT INTO claims_publication (decision_id, told)
SELECT id, '{"evidence": []}' FROM claims_decision WHERE published_at IS NULL LIMIT 1;

-- breaks: what_readers_are_told_is_kept
UPDATE claims_evidence SET visibility = 'internal' WHERE visibility = 'public';

-- breaks: letters_go_to_whom_the_notice_is_for
UPDATE reviews_notice SET user_id = (SELECT max(id) FROM claims_user) WHERE operation_id IS NOT NULL;

-- breaks: letters_go_to_whom_the_notice_is_for
UPDATE claims_operation SET told_at = NULL WHERE state = 'failed';

-- breaks: cancellations_are_told
UPDATE claims_article SET canceled_at = now() - interval '1 hour'
 WHERE id IN (SELECT text.article_id FROM claims_appearance quote
                JOIN claims_articlerevision text ON text.id = quote.revision_id);
INSERT INTO claims_heartbeat (name, ran_at, detail) VALUES ('sweep', clock_timestamp(), '{}')
    ON CONFLICT (name) DO UPDATE SET ran_at = clock_timestamp();

-- breaks: cancellations_are_told
UPDATE claims_cancellation SET ended_at = now();

-- breaks: cancellations_are_told
UPDATE claims_article SET canceled_at = NULL;

-- breaks: changed_sources_are_flagged
DELETE FROM claims_cancellation;

-- breaks: operations_end
UPDATE claims_operation SET attempts = 9 WHERE state = 'queued';

-- breaks: operations_end
UPDATE claims_operation SET next_attempt_at = now() + interval '1 day' WHERE state = 'queued';

-- breaks: operations_end
UPDATE claims_operation SET state = 'running', asked_at = now() - interval '1 day', next_attempt_at = now() - interval '2 hours'
 WHERE state = 'queued';

-- breaks: operations_end
UPDATE claims_operation SET failures = '[]' WHERE state = 'failed';

-- breaks: imports_have_their_articles
ALTER TABLE claims_operation DROP CONSTRAINT operation_done_has_article;
UPDATE claims_operation SET revision_id = NULL WHERE state = 'done';

-- breaks: imports_have_their_articles
DELETE FROM claims_articlerevision WHERE id = (SELECT min(revision_id) FROM claims_operation);

-- breaks: imports_have_their_articles
UPDATE claims_operation SET is_new = true WHERE state = 'done' AND NOT is_new_text;

-- breaks: imports_have_their_articles
UPDATE claims_operation SET is_new_text = true WHERE state = 'done';

-- breaks: guards_are_in_place
ALTER TABLE claims_operation DROP CONSTRAINT operation_ends;

-- breaks: what_readers_are_told_is_kept
UPDATE claims_publication SET told = jsonb_set(told, '{statement}', '"Nobody ever said this."');

-- breaks: no_source_belongs_to_itself
UPDATE claims_source SET parent_id = (SELECT max(id) FROM claims_source)
 WHERE id IN (SELECT min(id) FROM claims_source UNION SELECT max(id) FROM claims_source);

-- breaks: keys_are_as_they_were_left
UPDATE claims_apikey SET scopes = scopes || 'claims:triage'::varchar;

-- breaks: keys_are_as_they_were_left
UPDATE claims_apikey SET secret_sha256 = encode(sha256('mine'), 'hex');

-- breaks: keys_are_as_they_were_left
UPDATE claims_apikey SET expires_at = now() + interval '10 years';

-- breaks: reliability_is_as_it_was_set
UPDATE claims_source SET reliability = 'A';

-- breaks: reliability_is_as_it_was_set
INSERT INTO claims_setupevent (source_id, step, actor_kind, actor_name, changes, reason)
SELECT id, 'changed', 'person', 'Somebody', jsonb_build_object('reliability', jsonb_build_array('C', reliability)), 'Mine.'
  FROM claims_source LIMIT 1;

-- breaks: claims_are_as_they_were_left
UPDATE claims_claim SET first_review_due_at = first_review_due_at + interval '1 hour' WHERE state = 'decided';

-- breaks: claims_are_as_they_were_left
UPDATE claims_claim SET accepted_at = accepted_at - interval '1 hour' WHERE state = 'queued';

-- breaks: claims_are_as_they_were_left
UPDATE claims_claim SET dismissal_reason = 'not_factual' WHERE state = 'dismissed';

-- breaks: every_assignment_is_told_once
UPDATE reviews_assignment SET reviewer_id = (SELECT max(id) FROM reviews_reviewer) WHERE status = 'open';

-- breaks: every_assignment_is_told_once
UPDATE reviews_assignment SET rule = 'best fit, then lightest load';

-- breaks: seats_are_left_as_told
UPDATE reviews_assignment SET status = 'declined', ended_at = now() WHERE status = 'open';

-- breaks: seats_are_left_as_told
UPDATE reviews_assignment SET status = 'handed_over' WHERE status = 'recused';

-- breaks: seats_are_left_as_told
UPDATE reviews_assignment SET status = 'open', ended_at = NULL WHERE status = 'recused';

-- breaks: reviews_are_as_sealed
UPDATE reviews_review SET why = 'Other words, which nobody ever wrote.' WHERE round = 2;

-- breaks: reviews_are_as_sealed
UPDATE reviews_review SET reviewer_id = reviewer_id + 1 WHERE part = 'adjudication';

-- breaks: reviews_are_as_sealed
UPDATE reviews_review SET exception_reason = 'One will do.' WHERE part = 'adjudication';

-- breaks: guards_are_in_place
ALTER TABLE claims_seal DROP CONSTRAINT seal_once_a_day;

-- breaks: guards_are_in_place
ALTER TABLE claims_seal DISABLE TRIGGER USER;

-- breaks: seals_are_of_their_moment
INSERT INTO claims_seal (made_at, day, claims, sha256) VALUES (now() + interval '1 day', NULL, 0, repeat('0', 64));

-- breaks: seals_are_of_their_moment
INSERT INTO claims_seal (made_at, day, claims, sha256)
VALUES (now() - interval '1 day', (now() AT TIME ZONE 'UTC')::date + 1, 0, repeat('0', 64));
