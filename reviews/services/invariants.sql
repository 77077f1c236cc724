-- What must always hold of the work. Same form as the record's: each query returns the rows that break it.

-- name: one_person_per_seat
-- Nobody holds two seats of one round, and no seat of a round is held by two.
SELECT claim_id AS claim, round, part, seat, count(*) AS people
  FROM reviews_assignment WHERE status IN ('open', 'completed')
 GROUP BY claim_id, round, part, seat HAVING count(*) > 1
 UNION ALL
SELECT claim_id, round, 'person', reviewer_id, count(*)
  FROM reviews_assignment WHERE status IN ('open', 'completed')
 GROUP BY claim_id, round, reviewer_id HAVING count(*) > 1;

-- name: open_seats_are_on_living_claims
-- Whoever still has work to do has it in the running round of a claim that is worked on.
SELECT seat.claim_id AS claim, seat.id AS assignment, seat.round, claim.state
  FROM reviews_assignment seat JOIN claims_claim claim ON claim.id = seat.claim_id
 WHERE seat.status = 'open'
   AND (claim.state IN ('dismissed', 'proposed', 'decided') OR seat.round <> claim.round);

-- name: no_seat_that_nobody_asked_for
-- Every seat that is held is one that the claim's policy or a second opinion asked for, or the adjudicator's.
SELECT seat.claim_id AS claim, seat.id AS assignment, seat.round, seat.part, seat.seat, asked.reviewers
  FROM reviews_assignment seat
  LEFT JOIN reviews_course course ON course.claim_id = seat.claim_id
  LEFT JOIN reviews_reviewpolicy policy ON policy.id = course.review_policy_id
  LEFT JOIN reviews_secondopinion more ON more.claim_id = seat.claim_id AND more.round = seat.round
 CROSS JOIN LATERAL (SELECT policy.kind IS NOT DISTINCT FROM 'with_editor' AS editor) with_editor
 CROSS JOIN LATERAL (SELECT coalesce(policy.judges, 1) - editor::int + (more.id IS NOT NULL)::int AS reviewers) asked
 WHERE seat.status IN ('open', 'completed')
   AND seat.seat > CASE seat.part WHEN 'review' THEN asked.reviewers WHEN 'editor' THEN editor::int ELSE 1 END;

-- name: differences_are_flagged
-- Reviews of the running round that differ are flagged until somebody settles it, and nobody judges beside them.
SELECT claim.id AS claim, claim.round, flagged.standing AS flagged
  FROM claims_claim claim
 CROSS JOIN LATERAL (SELECT EXISTS (SELECT 1 FROM claims_flag WHERE claim_id = claim.id AND kind = 'split'
                                       AND cleared_at IS NULL) AS standing) flagged
 WHERE claim.state = 'second_opinion'
   AND (flagged.standing IS DISTINCT FROM
        (SELECT count(DISTINCT (said, so, outcome)) > 1 FROM reviews_review
          WHERE claim_id = claim.id AND round = claim.round)
        OR (flagged.standing AND EXISTS (SELECT 1 FROM reviews_assignment seat WHERE seat.claim_id = claim.id
                                            AND seat.status = 'open' AND seat.part <> 'adjudication')));

-- name: every_assignment_is_told_once
-- Every seat that was given has exactly one event, which says to whom, what for and by what choice.
SELECT coalesce(seat.claim_id, told.claim_id) AS claim, seat.id AS assignment, told.times
  FROM reviews_assignment seat
  FULL JOIN (SELECT claim_id, (data ->> 'assignment')::bigint AS assignment, count(*) AS times, min(recorded_at) AS at,
                    min((data ->> 'reviewer')::bigint) AS reviewer, min(data ->> 'part') AS part, min(data ->> 'rule') AS rule
               FROM (SELECT claim_id, recorded_at, body::json -> 'data' AS data
                       FROM claims_claimevent WHERE type = 'claim.assign') given
              GROUP BY 1, 2) told ON told.assignment = seat.id
 WHERE (seat.claim_id, seat.assigned_at, seat.reviewer_id, seat.part::text, seat.rule::text, 1::bigint)
       IS DISTINCT FROM (told.claim_id, told.at, told.reviewer, told.part, told.rule, told.times);

-- name: seats_are_left_as_told
-- Whoever handed a seat over, declined it or stepped back has an event that says so, and was not undone; nobody else left.
SELECT coalesce(seat.claim_id, told.claim_id) AS claim, coalesce(seat.id, told.assignment) AS assignment, seat.status
  FROM (SELECT * FROM reviews_assignment WHERE status IN ('handed_over', 'declined', 'recused')) seat
  FULL JOIN (SELECT step.claim_id, (step.body::json #>> '{data,assignment}')::bigint AS assignment, step.type,
                    step.recorded_at AS at
               FROM claims_claimevent step
              WHERE step.type IN ('claim.hand_over', 'claim.decline', 'claim.recuse')
                AND NOT EXISTS (SELECT 1 FROM claims_claimevent undo
                                  JOIN claims_claimevent undone ON undone.claim_id = undo.claim_id
                                   AND undone.seq = (undo.body::json #>> '{data,undone}')::int
                                 WHERE undo.claim_id = step.claim_id AND undo.type = 'claim.undo'
                                   AND undone.recorded_at = step.recorded_at)) told
         ON told.assignment = seat.id
 WHERE (seat.claim_id, seat.ended_at, seat.status::text)
       IS DISTINCT FROM (told.claim_id, told.at, CASE told.type WHEN 'claim.hand_over' THEN 'handed_over'
                                                                WHEN 'claim.decline' THEN 'declined' ELSE 'recused' END);

-- name: nobody_reviews_what_they_have_an_interest_in
-- Nobody was put on a claim that came through a source or an outlet they had declared an interest in.
SELECT seat.claim_id AS claim, seat.id AS assignment, interest.source_id AS source
  FROM reviews_assignment seat
  JOIN reviews_interest interest ON interest.reviewer_id = seat.reviewer_id
                                AND interest.declared_at < seat.assigned_at
 WHERE EXISTS (SELECT 1 FROM claims_appearance quote
                 JOIN claims_articlerevision revision ON revision.id = quote.revision_id
                 JOIN claims_article article ON article.id = revision.article_id
                 LEFT JOIN claims_chainstep step ON step.appearance_id = quote.id
                WHERE quote.claim_id = seat.claim_id
                  AND interest.source_id IN (step.source_id, article.outlet_id));

-- name: nobody_judges_what_they_have_an_interest_in
-- Nobody judged a claim that came through a source or an outlet they had declared an interest in before.
SELECT review.claim_id AS claim, review.id AS review, interest.source_id AS source
  FROM reviews_review review
  JOIN reviews_interest interest ON interest.reviewer_id = review.reviewer_id
                                AND interest.declared_at < review.submitted_at
 WHERE EXISTS (SELECT 1 FROM claims_appearance quote
                 JOIN claims_articlerevision revision ON revision.id = quote.revision_id
                 JOIN claims_article article ON article.id = revision.article_id
                 LEFT JOIN claims_chainstep step ON step.appearance_id = quote.id
                WHERE quote.claim_id = review.claim_id
                  AND interest.source_id IN (step.source_id, article.outlet_id));

-- name: reviews_and_seats_agree
-- Every review fills the seat it was written in, and every seat that is done has its review.
SELECT coalesce(review.claim_id, seat.claim_id) AS claim, review.id AS review, seat.id AS assignment
  FROM reviews_review review FULL JOIN reviews_assignment seat ON seat.id = review.assignment_id
 WHERE (review.id IS NULL AND seat.status = 'completed')
    OR (review.id IS NOT NULL
        AND (review.claim_id, review.reviewer_id, review.part::text, review.round, 'completed')
            IS DISTINCT FROM (seat.claim_id, seat.reviewer_id, seat.part::text, seat.round, seat.status::text));

-- name: every_review_is_told_once
-- Every review has exactly one event, recorded when it was submitted.
SELECT review.claim_id AS claim, review.id AS review, count(event.id) AS events
  FROM reviews_review review
  LEFT JOIN claims_claimevent event ON event.claim_id = review.claim_id AND event.recorded_at = review.submitted_at
   AND event.type IN ('claim.submit_review', 'claim.adjudicate', 'claim.ask_second_opinion')
 GROUP BY review.id, review.claim_id HAVING count(event.id) <> 1;

-- name: reviews_are_as_sealed
-- The reviews of a round say what they said when it was decided: whose they are, every answer and every word.
SELECT told.claim_id AS claim, sealed.key AS review
  FROM claims_claimevent told
 CROSS JOIN LATERAL jsonb_each_text(CASE WHEN told.type = 'decision.make' THEN told.body::jsonb #> '{data,reviews}' END) sealed
  LEFT JOIN reviews_review review ON review.id = sealed.key::bigint
 WHERE sealed.value IS DISTINCT FROM encode(sha256(convert_to(jsonb_build_array(
       review.claim_id, review.reviewer_id, review.part, review.round, review.said, review.so, review.outcome,
       review.why, review.exception_reason, review.evidence_ids)::text, 'UTF8')), 'hex');

-- name: decisions_follow_from_reviews
-- Every decision says what a review of its claim said before.
SELECT decision.claim_id AS claim, decision.number
  FROM claims_decision decision
 WHERE NOT EXISTS (SELECT 1 FROM reviews_review review
                    WHERE review.claim_id = decision.claim_id AND review.submitted_at <= decision.decided_at
                      AND (review.said, review.so, review.outcome)
                          = (decision.said, decision.so, decision.outcome));

-- name: decisions_rest_on_enough_reviews
-- As many reviews as must agree did, and none of the round differed; or somebody who gave none of them settled it.
SELECT decision.claim_id AS claim, decision.number, last.part, given.reviews, given.differing
  FROM claims_decision decision
  JOIN reviews_review last ON last.claim_id = decision.claim_id AND last.submitted_at = decision.decided_at
  LEFT JOIN reviews_course course ON course.claim_id = decision.claim_id
  LEFT JOIN reviews_reviewpolicy policy ON policy.id = course.review_policy_id
  LEFT JOIN reviews_secondopinion more ON more.claim_id = last.claim_id AND more.round = last.round
 CROSS JOIN LATERAL (SELECT count(*) AS reviews, count(DISTINCT (said, so, outcome)) - 1 AS differing,
                            coalesce(bool_or(reviewer_id = last.reviewer_id), false) AS same_person
                       FROM reviews_review
                      WHERE claim_id = last.claim_id AND round = last.round AND part <> 'adjudication') given
 WHERE CASE last.part
       WHEN 'adjudication' THEN given.differing < 1 OR given.same_person
       ELSE given.differing > 0 OR given.reviews < coalesce(policy.agreeing, 1) + (more.id IS NOT NULL)::int END;

-- name: nobody_publishes_what_they_reviewed_first
-- Whoever reviewed a claim first in the round that was decided neither publishes nor corrects nor withdraws it.
SELECT event.claim_id AS claim, event.seq, event.type, event.actor_id AS person
  FROM claims_claimevent event
 CROSS JOIN LATERAL (SELECT round FROM reviews_review WHERE claim_id = event.claim_id
                        AND submitted_at <= event.recorded_at ORDER BY submitted_at DESC, id DESC LIMIT 1) decided
 CROSS JOIN LATERAL (SELECT reviewer_id FROM reviews_review WHERE claim_id = event.claim_id
                        AND round = decided.round ORDER BY submitted_at, id LIMIT 1) first
  JOIN reviews_reviewer person ON person.id = first.reviewer_id
 WHERE event.type IN ('claim.publish', 'claim.correct', 'claim.withdraw')
   AND event.actor_kind = 'person' AND event.actor_id = person.user_id;

-- name: submissions_are_blind
-- The event of a submission carries no verdict and no words.
SELECT claim_id AS claim, seq, type
  FROM claims_claimevent
 WHERE (type IN ('claim.submit_review', 'claim.adjudicate', 'claim.ask_second_opinion') OR type LIKE 'review.%')
   AND ((body::jsonb -> 'data') ?| ARRAY['said', 'so', 'outcome', 'why', 'verdict', 'answers']
        OR ((body::jsonb -> 'data') ? 'review' AND body::json ->> 'reason' <> ''));

-- name: people_are_told_once_a_day
-- For one claim, reason and day a person is told once, that they lost it each time; and they get one digest a day.
SELECT user_id AS person, claim_id AS claim, reason, min(day) AS day, count(*) AS times
  FROM reviews_notice
 GROUP BY user_id, claim_id, operation_id, reason, CASE reason WHEN 'taken_off' THEN event_id::text ELSE day::text END
HAVING count(*) > 1
 UNION ALL
SELECT user_id, NULL, 'digest', day, count(*)
  FROM reviews_message WHERE day IS NOT NULL GROUP BY user_id, day HAVING count(*) > 1;

-- name: letters_go_to_whom_the_notice_is_for
-- A letter and the notice in it are for the same person; its event is of the same claim, its import one they asked for.
SELECT message.id AS letter, notice.id AS notice
  FROM reviews_message message JOIN reviews_notice notice ON notice.id = message.notice_id OR notice.digest_id = message.id
 WHERE message.user_id <> notice.user_id
 UNION ALL
SELECT NULL, notice.id
  FROM reviews_notice notice JOIN claims_claimevent event ON event.id = notice.event_id
 WHERE event.claim_id <> notice.claim_id OR notice.made_at < event.recorded_at
 UNION ALL
SELECT NULL, notice.id
  FROM reviews_notice notice JOIN claims_operation asked ON asked.id = notice.operation_id
 WHERE asked.made_by_id IS DISTINCT FROM notice.user_id OR asked.told_at IS NULL AND asked.state = 'failed';

-- name: only_accepted_claims_have_a_course
-- How a claim is handled is settled when it is accepted, never before.
SELECT course.claim_id AS claim, course.set_at
  FROM reviews_course course JOIN claims_claim claim ON claim.id = course.claim_id
 WHERE claim.accepted_at IS NULL;

-- name: rules_are_their_newest_version
-- A routing rule says what its newest version says, and has every version before it.
SELECT rule.id AS rule, rule.version, kept.newest, kept.versions
  FROM reviews_routingrule rule
  LEFT JOIN (SELECT rule_id, max(number) AS newest, count(*) AS versions
               FROM reviews_ruleversion GROUP BY rule_id) kept ON kept.rule_id = rule.id
  LEFT JOIN reviews_ruleversion version ON version.rule_id = rule.id AND version.number = rule.version
 WHERE (rule.version, rule.version, rule.name, rule.is_active)
       IS DISTINCT FROM (kept.newest, kept.versions::int, version.name, version.is_active);

-- name: rules_have_a_place_each
-- No two routing rules stand at the same place. Their constraint looks at commit, so it is no guard like the others.
SELECT position, count(*) AS rules FROM reviews_routingrule GROUP BY position HAVING count(*) > 1;
