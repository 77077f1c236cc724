"""Precautions that can be taken out of the product to see whether the fault suite notices.

The product has no hook for this. A run that names a mutant starts Python with this folder on its path, where
`sitecustomize` changes the text of the named modules as they are loaded.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Mutant:
    """What is changed: for each module the words taken out and those put in; and the guards dropped with them."""

    sentence: str
    changes: dict[str, list[tuple[str, str]]]
    sql: str = ""
    clock_ahead: float = 0  # seconds by which the second host's clock is ahead while it is looked for
    needs: tuple[str, ...] = field(default=())  # programs without which it cannot show


SEQUENCE = "ALTER TABLE claims_claimevent DROP CONSTRAINT event_seq_once;"
MUTANTS = {
    "claims-unlocked": Mutant(
        "Claims are changed without their lock, and no constraint stands behind it.",
        {"claims.services.lockedrows": [("ClaimHead.objects.select_for_update().", "ClaimHead.objects.")]},
        SEQUENCE
        + "ALTER TABLE claims_decision DROP CONSTRAINT decision_number_once;"
        + "ALTER TABLE claims_decision DROP CONSTRAINT claims_decision_supersedes_id_key;"
        + "DROP INDEX decision_standing_once; DROP INDEX assignment_person_once; DROP INDEX assignment_seat_once;"
        + "ALTER TABLE reviews_review DROP CONSTRAINT reviews_review_assignment_id_key;"
        + "ALTER TABLE claims_alarm DROP CONSTRAINT alarm_once;",
    ),
    "flags-unlocked": Mutant(
        "The sweep takes no lock, and no constraint keeps a moment from being announced twice.",
        {
            "claims.services.sweep": [
                ("FOR UPDATE OF head, alarm SKIP LOCKED", ""),
                ("ON CONFLICT (claim_id, kind, moment) DO NOTHING RETURNING", "RETURNING"),
            ]
        },
        SEQUENCE + "ALTER TABLE claims_flag DROP CONSTRAINT flag_once;",
    ),
    "ladders-unlocked": Mutant(
        "The sweep climbs ladders without a lock, and no constraint keeps a step from being taken twice.",
        {"claims.services.escalating": [("FOR UPDATE OF head, alarm SKIP LOCKED", "")]},
        SEQUENCE
        + "ALTER TABLE claims_escalation DROP CONSTRAINT escalation_once;"
        + "ALTER TABLE claims_alarm DROP CONSTRAINT alarm_once;",
    ),
    "letters-unlocked": Mutant(
        "A letter is sent by whoever finds its row, without a lock on it.",
        {"reviews.services.mailing": [('waiting.select_for_update(skip_locked=True, of=("self",))', "waiting")]},
    ),
    "seats-unlocked": Mutant(
        "A seat is given to a person whose row nobody holds.",
        {
            "reviews.services.routing": [
                ('Reviewer.objects.select_for_update(of=("self",), no_key=True)', "Reviewer.objects")
            ],
            "reviews.services.seating": [("people.hold_all(", "set(")],
        },
    ),
    "webhooks-unleased": Mutant(
        "A webhook is sent to by whoever finds that something is due, whether somebody is at it or not.",
        {"claims.services.delivering": [("Webhook.objects.ready(now).", "Webhook.objects.filter(is_enabled=True).")]},
    ),
    "webhooks-overtaking": Mutant(
        "An event is sent although the one before it of the same claim was refused and waits.",
        {
            "claims.services.delivering": [
                ("(webhook=webhook).due(now)", '(webhook=webhook, state="waiting", next_attempt_at__lte=now)')
            ]
        },
    ),
    "event-after-commit": Mutant(
        "The event is written after the transaction of its change.",
        {"claims.services.transitions": [("insert(event)", "transaction.on_commit(lambda: insert(event))")]},
    ),
    "workers-clock": Mutant(
        "The sweep goes by the clock of the worker instead of the database's.",
        {
            "claims.services.sweep": [
                ('cursor.execute("SELECT clock_timestamp()")', ""),
                ("(now,) = cursor.fetchone()", "now = datetime.now(UTC)"),
                ("clock_timestamp() AS at", "%(now)s::timestamptz AS at"),
            ]
        },
        "ALTER TABLE claims_flag DROP CONSTRAINT flag_not_early;",
        clock_ahead=3600,
        needs=("cc",),
    ),
}
