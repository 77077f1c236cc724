"""Verifies the whole: the record's promises and those of the work. Shown to editors as "last verified"."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from claims.services.guards import Guard, broken_guards
from claims.services.verifying import PROMISE, Invariant, Verified, invariants_in, verify

_HOLDING = "WHERE ((status)::text = ANY ((ARRAY['completed'::character varying, 'open'::character varying])::text[]))"
_LOADED = (
    "WHERE ((status)::text = ANY (ARRAY[('completed'::character varying)::text, ('open'::character varying)::text]))"
)
_PERSON, _SEAT = "(claim_id, round, reviewer_id)", "(claim_id, round, part, seat)"
_OF_A_LOSS = "((reason)::text = 'taken_off'::text)"
UNIQUE = (
    Guard("reviews_assignment", "assignment_person_once", f"{_PERSON} {_HOLDING}", f"{_PERSON} {_LOADED}"),
    Guard("reviews_assignment", "assignment_seat_once", f"{_SEAT} {_HOLDING}", f"{_SEAT} {_LOADED}"),
    Guard("reviews_interest", "interest_once", "(reviewer_id, source_id)"),
    Guard("reviews_message", "digest_once_a_day", "(user_id, day) WHERE (notice_id IS NULL)"),
    Guard("reviews_message", "reviews_message_notice_id_key", "(notice_id)"),
    Guard("reviews_notice", "notice_of_a_loss_once", f"(user_id, event_id) WHERE {_OF_A_LOSS}"),
    Guard("reviews_notice", "notice_once_a_day", f"(user_id, claim_id, reason, day) WHERE (NOT {_OF_A_LOSS})"),
    Guard("reviews_notice", "notice_of_import_once_a_day", "(operation_id, day) WHERE (operation_id IS NOT NULL)"),
    Guard("reviews_noticechoice", "notice_choice_once", "(user_id, reason)"),
    Guard("reviews_review", "reviews_review_assignment_id_key", "(assignment_id)"),
    Guard("reviews_reviewer", "reviews_reviewer_user_id_key", "(user_id)"),
    Guard("reviews_secondopinion", "second_opinion_once", "(claim_id, round)"),
    Guard("reviews_ruleversion", "rule_version_once", "(rule_id, number)"),
)
CHECKS = (
    Guard("reviews_absence", "absence_ends_after_start"),
    Guard("reviews_message", "message_of_one_thing"),
    Guard("reviews_notice", "notice_of_one_thing"),
    Guard("reviews_noticesettings", "quiet_hours_whole"),
    Guard("reviews_reviewer", "reviewer_limit_positive"),
    Guard("reviews_reviewpolicy", "policy_agreeing_of_judges"),
    Guard("reviews_reviewpolicy", "policy_kind_fits"),
    Guard("reviews_rulebook", "rule_book_only_one"),
    Guard("reviews_ruleversion", "rule_priority"),
)
TRIGGERS = (
    Guard("reviews_review", "review_append_only", "BEFORE DELETE OR UPDATE"),
    Guard("reviews_review", "review_not_emptied", "BEFORE TRUNCATE"),
    Guard("reviews_secondopinion", "second_opinion_append_only", "BEFORE DELETE OR UPDATE"),
    Guard("reviews_secondopinion", "second_opinion_not_emptied", "BEFORE TRUNCATE"),
    Guard("reviews_ruleversion", "rule_version_append_only", "BEFORE DELETE OR UPDATE"),
    Guard("reviews_ruleversion", "rule_version_not_emptied", "BEFORE TRUNCATE"),
)


def work_invariants() -> list[Invariant]:
    """The promises that only the work can keep."""
    return [
        *invariants_in(Path(__file__).with_name("invariants.sql")),
        Invariant(
            "guards_of_the_work_are_in_place",
            "Every constraint, unique index and trigger of the work is there.",
            lambda: broken_guards(UNIQUE, CHECKS, TRIGGERS),
        ),
    ]


def verify_everything(patience: timedelta = PROMISE) -> Verified:
    """Look at every promise there is, and leave the heartbeat "verify" with what was found."""
    return verify(work_invariants(), patience=patience)
