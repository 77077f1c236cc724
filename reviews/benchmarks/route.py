"""P8: seconds per claim to give many queued claims to a tenth as many people, writing included.

Ours: one pass of the router. Peer: the natural way, a query per claim for the best person, then the product's own
service for one seat. Limit: the same durable rows written by plain statements from a ready plan, hashing included,
with nothing to find, choose or lock. The plan is compared with the best there is, see `reviews.benchmarks.optimum`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import accumulate

from django.db import connection, transaction

from claims.benchmarks.report import Report, against, middle, seconds
from claims.benchmarks.scratch import scratch_database
from claims.models import Claim
from claims.services.transitions import database_time, locked
from claims.services.verifying import record_invariants
from reviews.benchmarks.optimum import best_fit
from reviews.benchmarks.rows import fill
from reviews.eligibility import Candidate, ClaimFacts, exclusion
from reviews.fairness import spread
from reviews.models import Assignment, Reviewer
from reviews.planning import urgency_class
from reviews.routing import reads_exactly
from reviews.services.assigning import ROUTER, assign
from reviews.services.facts import candidates_for, facts_of
from reviews.services.routing import route_waiting
from reviews.services.verifying import work_invariants

Urgency = tuple[int, bool, int]
Alike = tuple[Counter[Urgency], dict[int, int]]
REPEATS = 5
PEER_SHARE = 20  # the peer gets a twentieth of the claims: its time per claim hardly depends on their number
FLOOR_PEER, FLOOR_SHARE, GOAL_LIMIT = 20, 0.98, 2.0
PROMISES = {
    "chain_of_hashes_holds",
    "columns_repeat_the_hashed_text",
    "every_assignment_is_told_once",
    "one_person_per_seat",
    "nobody_reviews_what_they_have_an_interest_in",
}


@dataclass(frozen=True)
class Quality:
    """How good a plan was, and how evenly people are loaded.

    `best_seats` (of each class of urgency, the most urgent first) and `best_points` are of the best plan that lets no
    claim wait for one less urgent, as a plan must; `blind_points` of one as full that does not ask what is urgent.
    """

    seats: Sequence[int]
    points: int
    best_seats: Sequence[int]
    best_points: int
    blind_points: int
    spread: float

    @property
    def share(self) -> float:
        """The smallest share of the optimum: of its points, and of its seats down to each class of urgency."""
        so_far = zip(accumulate(self.seats), accumulate(self.best_seats), strict=True)
        return min(self.points / self.best_points, *(ours / best for ours, best in so_far if best))


def run(*, n: int) -> Report:
    """Route `n` claims to `n` / 10 people five times each way. Raises `ValueError` below 1,000."""
    if n < 1000:
        raise ValueError(f"{n} claims are too few to tell; --n is at least 1000.")
    ours: list[float] = []
    peer: list[float] = []
    limit: list[float] = []
    few, quality = n // PEER_SHARE, None
    with scratch_database():
        fill(people=n // 10, claims=REPEATS * (2 * n + few), room=n + n // 10)
        for step in range(REPEATS):
            first = step * (2 * n + few) + 1
            claims = _queued(first, n)
            facts, people = _facts(claims)
            ours.append(_timed(partial(route_waiting, batch=n)) / n)
            quality = _judged(facts, people) if step == REPEATS - 1 else None
            _ready(first, n)
            limit.append(_timed(partial(_plainly, first + n, n)) / n)
            _settled()
            claims = _queued(first + 2 * n, few)
            peer.append(_timed(partial(_one_by_one, claims)) / few)
            _settled()
        if broken := broken_promises():  # a benchmark of less would mean nothing
            raise RuntimeError(f"broken: {', '.join(broken)}")
    if quality is None:
        raise RuntimeError("nothing was routed")
    return _report(n, middle(ours), middle(peer), middle(limit), quality)


def _timed(work: Callable[[], object]) -> float:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE reviews_assignment, claims_claimevent, claims_claimhead, claims_claim")
        cursor.execute("CHECKPOINT")
    return seconds(work)


def _queued(first: int, number: int) -> list[Claim]:
    """So many claims from this number on wait for somebody, and no others."""
    claims = Claim.objects.filter(pk__gte=first, pk__lt=first + number)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE claims_claim SET state = 'queued' WHERE id >= %s AND id < %s", [first, first + number])
    return list(claims.select_related("desk").order_by("priority", "review_due_at", "pk"))


def _facts(claims: list[Claim]) -> tuple[dict[int, ClaimFacts], list[Candidate]]:
    facts = facts_of(claims)
    return facts, candidates_for({fact.desk_id for fact in facts.values()}, database_time())


def _judged(facts: dict[int, ClaimFacts], people: list[Candidate]) -> Quality:
    by_id = {person.reviewer_id: person for person in people}
    given = list(Assignment.objects.filter(claim__in=list(facts), status="open").values_list("claim", "reviewer"))
    loads = Counter(reviewer for _, reviewer in given)
    rooms = {person.reviewer_id: person.limit for person in people}
    classes = sorted({urgency_class(claim) for claim in facts.values()})
    kinds = _kinds(list(facts.values()), people)
    best_seats, best_points = _best(kinds, classes, rooms)
    urgencies = Counter(urgency_class(facts[claim]) for claim, _ in given)
    return Quality(
        seats=[urgencies[urgency] for urgency in classes],
        points=sum(_points(facts[claim], by_id[reviewer]) for claim, reviewer in given),
        best_seats=best_seats,
        best_points=best_points,
        blind_points=best_fit([(urgency.total(), fits) for urgency, fits in kinds], rooms)[1],
        spread=spread([(loads[person.reviewer_id], person.limit) for person in people]),
    )


def _points(claim: ClaimFacts, person: Candidate) -> int:
    """How well somebody fits a claim: two for each topic covered, one for the exact language."""
    return 2 * len(claim.topics & person.topics) + reads_exactly(claim.language, person)


def _best(kinds: list[Alike], classes: list[Urgency], rooms: Mapping[int, int]) -> tuple[list[int], int]:
    """The seats of each class and the points of the best plan. A seat outweighs every seat of the classes below it and
    all points there could be, so that one sum holds them all, digit by digit.
    """
    base = 1 + sum(urgency.total() * max(fits.values(), default=1) for urgency, fits in kinds)
    seat = {urgency: base ** (len(classes) - place) for place, urgency in enumerate(classes)}
    urgent = [
        (number, {person: points + seat[urgency] for person, points in fits.items()})
        for urgencies, fits in kinds
        for urgency, number in urgencies.items()
    ]
    rest, seats = best_fit(urgent, rooms)[1], list[int]()
    for urgency in classes:
        number, rest = divmod(rest, seat[urgency])
        seats.append(number)
    return seats, rest


def _kinds(claims: list[ClaimFacts], people: list[Candidate]) -> list[Alike]:
    """Claims that the same people fit equally well: how many of each urgency, and the points of each person."""
    now = database_time()
    interesting = frozenset(source for person in people for source in person.interests)
    alike: dict[tuple[int, str, frozenset[str], frozenset[int]], list[ClaimFacts]] = {}
    for claim in claims:
        key = (claim.desk_id, claim.language, claim.topics, interesting.intersection(claim.sources))
        alike.setdefault(key, []).append(claim)
    return [
        (
            Counter(map(urgency_class, kind)),
            {
                one.reviewer_id: _points(kind[0], one)
                for one in people
                if kind[0].desk_id in one.desks and exclusion(kind[0], one, now) is None
            },
        )
        for kind in alike.values()
    ]


BEST = """
SELECT reviewer.id
  FROM claims_claim claim
  JOIN claims_membership works ON works.desk_id = claim.desk_id AND works.role = 'reviewer'
  JOIN reviews_reviewer reviewer ON reviewer.user_id = works.user_id AND reviewer.is_active
 CROSS JOIN LATERAL (
       SELECT count(*) AS open FROM reviews_assignment seat JOIN claims_claim other ON other.id = seat.claim_id
        WHERE seat.reviewer_id = reviewer.id AND seat.status = 'open'
          AND other.state IN ('queued', 'in_review', 'waiting', 'second_opinion')) load
 WHERE claim.id = %s AND claim.language = ANY (reviewer.languages) AND load.open < reviewer."limit"
   AND NOT EXISTS (SELECT 1 FROM reviews_absence away
                    WHERE away.reviewer_id = reviewer.id AND away.starts_at <= now() AND away.ends_at > now())
   AND NOT EXISTS (SELECT 1 FROM reviews_interest interest
                     JOIN claims_appearance quote ON quote.claim_id = claim.id
                     JOIN claims_articlerevision revision ON revision.id = quote.revision_id
                     JOIN claims_article article ON article.id = revision.article_id
                    WHERE interest.reviewer_id = reviewer.id AND interest.source_id = article.outlet_id)
 ORDER BY cardinality(ARRAY(SELECT unnest(claim.topics) INTERSECT SELECT unnest(reviewer.topics))) DESC,
          load.open::float / reviewer."limit", reviewer.id
 LIMIT 1
"""


def _one_by_one(claims: list[Claim]) -> None:
    for claim in claims:
        with connection.cursor() as cursor:
            cursor.execute(BEST, [claim.pk])
            found = cursor.fetchone()
        if found:
            with locked(claim.pk) as held:
                assign(held, Reviewer.objects.select_related("user").get(pk=found[0]), by=ROUTER, chosen_by="benchmark")


READY = """
DROP TABLE IF EXISTS ready;
CREATE TEMP TABLE ready AS
SELECT claim_id + %(n)s AS claim_id, reviewer_id, reasons FROM reviews_assignment
 WHERE claim_id >= %(first)s AND claim_id < %(first)s + %(n)s;
ANALYZE ready
"""
SEATS = """
INSERT INTO reviews_assignment (claim_id, reviewer_id, part, seat, round, status, rule, reasons, note, assigned_at)
SELECT claim_id, reviewer_id, 'review', 1, 1, 'completed', 'benchmark', reasons, '', transaction_timestamp() FROM ready
"""
EVENTS = """
INSERT INTO claims_claimevent (claim_id, seq, type, actor_kind, actor_name, from_state, to_state, occurred_at,
                               recorded_at, body, prev_hash, hash)
SELECT head.claim_id, head.event_seq + 1, 'claim.assign', 'rule', 'benchmark', 'proposed', 'proposed',
       transaction_timestamp(), transaction_timestamp(), body, head.hash,
       encode(sha256(convert_to(head.hash || E'\\n' || body, 'UTF8')), 'hex')
  FROM reviews_assignment seat JOIN claims_claimhead head ON head.claim_id = seat.claim_id,
       LATERAL (SELECT json_build_object(
           'claim', head.claim_id, 'seq', head.event_seq + 1, 'type', 'claim.assign', 'actor_kind', 'rule',
           'actor_id', NULL, 'actor_name', 'benchmark', 'from', 'proposed', 'to', 'proposed', 'reason', '',
           'data', json_build_object('assignment', seat.id, 'reviewer', seat.reviewer_id, 'name', 'Somebody',
                                     'part', 'review', 'rule', 'benchmark'),
           'occurred_at', transaction_timestamp(), 'recorded_at', transaction_timestamp())::text AS body) made
 WHERE seat.claim_id >= %(first)s AND seat.claim_id < %(first)s + %(n)s
"""
HEADS = """
UPDATE claims_claimhead head SET event_seq = event.seq, hash = event.hash FROM claims_claimevent event
 WHERE event.claim_id = head.claim_id AND event.seq = head.event_seq + 1
   AND head.claim_id >= %(first)s AND head.claim_id < %(first)s + %(n)s
"""


def _ready(first: int, n: int) -> None:
    """The plan just carried out, for the next `n` claims."""
    with connection.cursor() as cursor:
        cursor.execute(READY, {"first": first, "n": n})


def _plainly(first: int, n: int) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in (SEATS, EVENTS, HEADS):
            cursor.execute(statement, {"first": first, "n": n})


def _settled() -> None:
    """Everybody is done with what they have, and free for the next bulk."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE reviews_assignment SET status = 'completed' WHERE status = 'open'")
        cursor.execute("UPDATE claims_claim SET state = 'decided' WHERE state = 'queued'")


def broken_promises() -> list[str]:
    """What bulk routing must leave true and did not: the names of the promises."""
    promises = [*record_invariants(timedelta(0)), *work_invariants()]
    return [promise.name for promise in promises if promise.name in PROMISES and promise.breaches()]


def _report(n: int, ours: float, peer: float, limit: float, quality: Quality) -> Report:
    return against(
        "route",
        n,
        ours=ours,
        peer=peer,
        limit=limit,
        floor=f"at least {FLOOR_PEER} times the peer, at least {FLOOR_SHARE:.0%} of the optimum",
        goal=f"an optimal plan, at most {GOAL_LIMIT} times the limit",
        passed=peer / ours >= FLOOR_PEER and quality.share >= FLOOR_SHARE,
        more={
            "people": n // 10,
            "claims_per_second": round(1 / ours),
            "share_of_optimum": round(quality.share, 4),
            "seats": sum(quality.seats),
            "seats_of_optimum": sum(quality.best_seats),
            "points": quality.points,
            "points_of_optimum": quality.best_points,
            "points_of_optimum_blind_to_urgency": quality.blind_points,
            "relative_load_spread": round(quality.spread, 1),
        },
    )
