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
-- Whoever still has work to do has it in the running round of a claim that is not dismissed.
SELECT seat.claim_id AS claim, seat.id AS assignment, seat.round, claim.state
  FROM reviews_assignment seat JOIN claims_claim claim ON claim.id = seat.claim_id
 WHERE seat.status = 'open' AND (claim.state = 'dismissed' OR claim.state = 'proposed' OR seat.round > claim.round);

-- name: every_assignment_is_told_once
-- Every seat that was given has exactly one event.
SELECT coalesce(seat.claim_id, told.claim_id) AS claim, seat.id AS assignment, told.times
  FROM reviews_assignment seat
  FULL JOIN (SELECT claim_id, (body::json -> 'data' ->> 'assignment')::bigint AS assignment, count(*) AS times,
                    min(recorded_at) AS at
               FROM claims_claimevent WHERE type = 'claim.assign' GROUP BY 1, 2) told ON told.assignment = seat.id
 WHERE (seat.claim_id, seat.assigned_at, 1::bigint) IS DISTINCT FROM (told.claim_id, told.at, told.times);

-- name: nobody_reviews_what_they_have_an_interest_in
-- Nobody was put on a claim that came through a source they had declared an interest in.
SELECT seat.claim_id AS claim, seat.id AS assignment, interest.source_id AS source
  FROM reviews_assignment seat
  JOIN reviews_interest interest ON interest.reviewer_id = seat.reviewer_id
                                AND interest.declared_at < seat.assigned_at
  JOIN claims_appearance quote ON quote.claim_id = seat.claim_id
  JOIN claims_chainstep step ON step.appearance_id = quote.id AND step.source_id = interest.source_id;

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

-- name: decisions_follow_from_reviews
-- Every decision says what a review of its claim said before.
SELECT decision.claim_id AS claim, decision.number
  FROM claims_decision decision
 WHERE NOT EXISTS (SELECT 1 FROM reviews_review review
                    WHERE review.claim_id = decision.claim_id AND review.submitted_at <= decision.decided_at
                      AND (review.said, review.so, review.outcome)
                          = (decision.said, decision.so, decision.outcome));

-- name: submissions_are_blind
-- The event of a submission carries no verdict and no words.
SELECT claim_id AS claim, seq, type
  FROM claims_claimevent
 WHERE (type IN ('claim.submit_review', 'claim.adjudicate', 'claim.ask_second_opinion') OR type LIKE 'review.%')
   AND ((body::jsonb -> 'data') ?| ARRAY['said', 'so', 'outcome', 'why', 'verdict', 'answers']
        OR (type <> 'claim.ask_second_opinion' AND body::json ->> 'reason' <> ''));
