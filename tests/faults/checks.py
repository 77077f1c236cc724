"""Compares the tables with what the callers of a fault run were told. Each check answers the rows that break it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

import psycopg

from tests.faults.callers import Journal
from tests.faults.far import page

Connection = psycopg.Connection[tuple[Any, ...]]
EARLY = "SELECT id FROM claims_flag WHERE kind <> 'unroutable' AND moment > clock_timestamp()"


ASLEEP = timedelta(seconds=5)  # longer than a sender is frozen between looking at the clock and sending
OVERFULL = """
SELECT person.id FROM reviews_reviewer person JOIN reviews_assignment seat ON seat.reviewer_id = person.id
  JOIN claims_claim claim ON claim.id = seat.claim_id AND claim.state IN ('queued', 'in_review', 'second_opinion')
 WHERE seat.status = 'open' GROUP BY person.id HAVING count(*) > person."limit"
"""
# What a periodic task still has to take: an alarm, an event to be told, a letter, a link, a claim, a webhook.
DUE = """
SELECT 'alarm' AS what, id FROM claims_alarm WHERE set_aside OR wake_at < clock_timestamp()
 UNION ALL
SELECT 'event', event.id FROM claims_claimevent event, reviews_feedmark mark
 WHERE mark.reader = 'notices' AND (event.tx, event.id) > (mark.tx, mark.event)
 UNION ALL
SELECT 'letter', id FROM reviews_message WHERE sent_at IS NULL AND dropped = '' AND next_attempt_at < clock_timestamp()
 UNION ALL
SELECT 'link', evidence_id FROM claims_fetch WHERE next_attempt_at < clock_timestamp()
 UNION ALL
SELECT 'return', id FROM claims_escalation WHERE act = 'return' AND acted_at IS NULL
 UNION ALL
SELECT 'webhook', id FROM claims_webhookdelivery WHERE state = 'waiting'
 UNION ALL
SELECT 'event for a webhook', event.id FROM claims_claimevent event, claims_webhook hook
 WHERE (event.tx, event.id) > (hook.tx, hook.event)
"""


def left_to_do(connection: Connection) -> list[tuple[Any, ...]]:
    """What is due and not done yet, each with what it is and its number."""
    return connection.execute(DUE).fetchall()


def over_their_limit(connection: Connection) -> set[int]:
    """Reviewers who hold more open claims than they take."""
    return {int(row[0]) for row in connection.execute(OVERFULL)}


def raised_early(connection: Connection) -> set[int]:
    """Flags that are there although their moment lies ahead, by the database's clock."""
    return {int(row[0]) for row in connection.execute(EARLY)}


def lost_claims(connection: Connection, journal: Journal) -> Sequence[object]:
    """Acknowledged claims that are not there under their number with their words."""
    rows = connection.execute("SELECT id, statement FROM claims_claim").fetchall()
    there = {number: str(statement) for number, statement in rows}
    return [words for words, number in journal.claims.items() if f" {words} " not in there.get(number, "")]


def doubled_claims(connection: Connection, journal: Journal) -> Sequence[object]:
    """Words that were sent under one Idempotency-Key and became more than one claim."""
    rows = connection.execute("SELECT statement, count(*) FROM claims_claim GROUP BY 1 HAVING count(*) > 1")
    return [row[0] for row in rows if any(f" {words} " in row[0] for words in journal.tried)]


def lost_reviews(connection: Connection, journal: Journal) -> Sequence[object]:
    """Acknowledged verdicts that are not there."""
    there = set(connection.execute("SELECT id, claim_id FROM reviews_review").fetchall())
    return [review for review in journal.reviews.items() if review not in there]


def lost_evidence(connection: Connection, journal: Journal) -> Sequence[object]:
    """Acknowledged evidence that is not there."""
    there = set(connection.execute("SELECT id, claim_id FROM claims_evidence").fetchall())
    return [item for item in journal.evidence.items() if item not in there]


def lost_steps(connection: Connection, journal: Journal) -> Sequence[object]:
    """Acknowledged steps without exactly one event that gives their reason."""
    rows = connection.execute(
        "SELECT body::json ->> 'reason', claim_id, count(*) FROM claims_claimevent "
        "WHERE actor_kind = 'person' GROUP BY 1, 2"
    )
    there = {(reason, claim): times for reason, claim, times in rows}
    return [step for step in journal.steps.items() if there.get(step) != 1]


def untold_by_mail(connection: Connection, journal: Journal) -> Sequence[object]:
    """Notices that somebody wants by mail at once and that have no letter."""
    del journal
    return connection.execute(
        "SELECT notice.id FROM reviews_notice notice LEFT JOIN reviews_message letter ON letter.notice_id = notice.id "
        "WHERE notice.by_mail = 'at_once' AND letter.id IS NULL"
    ).fetchall()


def lost_letters(connection: Connection, journal: Journal) -> Sequence[object]:
    """Letters that say they were sent, and that the mail server never took."""
    rows = connection.execute("SELECT id FROM reviews_message WHERE sent_at IS NOT NULL").fetchall()
    return [number for (number,) in rows if number not in journal.letters]


def doubled_letters(connection: Connection, journal: Journal) -> Sequence[object]:
    """Letters that the mail server took more often than somebody had taken their row to send them."""
    rows = connection.execute("SELECT id, attempts FROM reviews_message").fetchall()
    tries: dict[int, int] = dict(rows)
    return [number for number, times in journal.letters.items() if times > tries.get(number, 0)]


def lost_links(connection: Connection, journal: Journal) -> Sequence[object]:
    """Acknowledged links whose page is neither kept nor to be read again."""
    rows = connection.execute(
        "SELECT evidence_id FROM claims_fetch WHERE state = 'kept' OR next_attempt_at IS NOT NULL"
    )
    there = {number for (number,) in rows}
    return [item for item in journal.evidence if item not in there]


def mixed_up_pages(connection: Connection, journal: Journal) -> Sequence[object]:
    """Kept pages that are not what stands at their address."""
    del journal
    rows = connection.execute(
        "SELECT copy.url, kept.sha256 FROM claims_copy copy JOIN claims_snapshot kept ON kept.id = copy.snapshot_id"
    ).fetchall()
    return [url for url, digest in rows if sha256(page(urlsplit(url).path)).hexdigest() != digest]


def untold_webhooks(connection: Connection, journal: Journal) -> Sequence[object]:
    """Events that the receiver never said it had taken, although its webhook asks for all of them."""
    taken = {post.name for post in journal.posts if post.taken}
    rows = connection.execute("SELECT claim_id || '.' || seq FROM claims_claimevent").fetchall()
    return [name for (name,) in rows if name not in taken]


def overtaking_webhooks(connection: Connection, journal: Journal) -> Sequence[object]:
    """Events that arrived before the one before them of the same claim had been taken."""
    del connection
    taken, found = set[tuple[int, int]](), list[str]()
    for post in journal.posts:
        claim, seq = map(int, post.name.split("."))
        if seq > 1 and (claim, seq - 1) not in taken:
            found.append(post.name)
        if post.taken:
            taken.add((claim, seq))
    return found


def doubled_webhooks(connection: Connection, journal: Journal) -> Sequence[object]:
    """Events that came again later than by the attempt that is written down as the one by which they arrived.

    Before that they may: whoever sent them may have died, or have heard nothing.
    """
    rows = connection.execute(
        "SELECT delivery.claim || '.' || event.seq, delivery.delivered_at FROM claims_webhookdelivery delivery "
        "JOIN claims_claimevent event ON event.id = delivery.event_id WHERE delivery.state = 'delivered'"
    ).fetchall()
    written: dict[str, datetime] = dict(rows)
    return [post.name for post in journal.posts if post.name in written and post.came > written[post.name] + ASLEEP]


def webhooks_of_two(connection: Connection, journal: Journal) -> Sequence[object]:
    """Events that came while the receiver was still busy with another: two were sending at once."""
    del connection
    pairs = pairwise(journal.posts)
    return [after.name for before, after in pairs if before.done is None or after.came < before.done]


CHECKS: dict[str, Callable[[Connection, Journal], Sequence[object]]] = {
    "no_acknowledged_claim_is_lost": lost_claims,
    "one_claim_for_one_key": doubled_claims,
    "no_acknowledged_verdict_is_lost": lost_reviews,
    "no_acknowledged_evidence_is_lost": lost_evidence,
    "no_acknowledged_step_is_lost": lost_steps,
    "everything_due_was_done": lambda connection, _: left_to_do(connection),
    "no_flag_before_its_moment": lambda _, journal: sorted(journal.early),
    "nobody_had_more_than_their_limit": lambda _, journal: sorted(journal.overfull),
    "every_notice_by_mail_has_its_letter": untold_by_mail,
    "no_letter_is_lost": lost_letters,
    "no_letter_is_sent_by_two": doubled_letters,
    "no_link_is_lost": lost_links,
    "every_page_is_the_one_at_its_address": mixed_up_pages,
    "every_event_reaches_the_webhook": untold_webhooks,
    "webhooks_of_a_claim_come_in_order": overtaking_webhooks,
    "no_webhook_comes_again_once_it_was_written_down": doubled_webhooks,
    "one_sender_of_a_webhook_at_a_time": webhooks_of_two,
}


def broken_by_journal(connection: Connection, journal: Journal) -> dict[str, Sequence[object]]:
    """The broken promises, with the rows that break each."""
    found = {name: check(connection, journal) for name, check in CHECKS.items()}
    return {name: rows for name, rows in found.items() if rows}
