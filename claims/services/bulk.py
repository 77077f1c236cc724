"""Makes many claims at once: each by the rules that make one, the rows of all in one statement.

A claim that nobody knows yet needs no lock, so every step of a new claim can be taken in hand and written with the
others. What a single claim would write is written here too, hash chain and alarms included; a test holds both equal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.models import Model

from claims import lifecycle
from claims.actors import Actor
from claims.deadlines import aware, moments
from claims.ladders import tracks
from claims.lifecycle import Action, State
from claims.models import Alarm, Appearance, ChainStep, Claim, ClaimEvent, ClaimHead, Source, SourceKind
from claims.models.inserting import insert_together
from claims.models.making import new
from claims.services.announcing import alarms_for, still_to_come
from claims.services.chainsources import ChainSources
from claims.services.embargoes import check_starts_there
from claims.services.ladders import Ladders, alarms_of, steps_of
from claims.services.proposals import SEAL, as_proposed, seal
from claims.services.proposing import GivenClaim, Maker, anchor_of, appearance_of, claim_of, step_of
from claims.services.steps import check_due
from claims.services.transitions import Held, begin


@dataclass(frozen=True)
class Places:
    """What many new claims need of the database, asked in one statement: the time, numbers, and the newest texts.

    `newest` is the number of the newest text by article, `canceled` are articles that their providers cancelled. The
    articles are held, so that no other text comes in and none is cancelled.
    """

    now: datetime
    claims: Iterator[int]
    appearances: Iterator[int]
    newest: Mapping[int, int]
    canceled: frozenset[int]
    named: dict[tuple[str, str], Source] = field(default_factory=dict)

    def source(self, name: str, kind: str) -> Source:
        """A source without a number yet, one for all steps that name it; an unnamed role is another each time."""
        if kind == SourceKind.UNNAMED:
            return new(Source, name=name, kind=kind)
        if (name, kind) not in self.named:
            self.named[name, kind] = new(Source, name=name, kind=kind)
        return self.named[name, kind]


_HOLD = "SELECT id FROM claims_article WHERE id = ANY(%s) ORDER BY id FOR SHARE"
# The sequences are looked up in selects of their own, once each; written plainly, they would be for every number.
_PLACES = """
SELECT clock_timestamp(),
       ARRAY(SELECT nextval((SELECT pg_get_serial_sequence('claims_claim', 'id')::regclass))
               FROM generate_series(1, %(many)s)),
       ARRAY(SELECT nextval((SELECT pg_get_serial_sequence('claims_appearance', 'id')::regclass))
               FROM generate_series(1, %(many)s)),
       ARRAY(SELECT article_id FROM claims_articlerevision WHERE article_id = ANY(%(articles)s)
              GROUP BY article_id ORDER BY article_id),
       ARRAY(SELECT max(number) FROM claims_articlerevision WHERE article_id = ANY(%(articles)s)
              GROUP BY article_id ORDER BY article_id),
       ARRAY(SELECT id FROM claims_article WHERE id = ANY(%(articles)s) AND canceled_at IS NOT NULL)
"""


def places_for(claims: Sequence[GivenClaim]) -> Places:
    """Numbers for so many claims. Their articles are held until the transaction ends, as one claim holds its own."""
    articles = sorted({given.quote.revision.article_id for given in claims if given.quote})
    with connection.cursor() as cursor:
        if articles:
            cursor.execute(_HOLD, [articles])
        cursor.execute(_PLACES, {"many": len(claims), "articles": articles})
        now, claim_ids, appearance_ids, known, numbers, canceled = cursor.fetchone()
    newest = dict(zip(known, numbers, strict=True))
    return Places(now.astimezone(UTC), iter(claim_ids), iter(appearance_ids), newest, frozenset(canceled))


class InHand(Held):
    """A claim that is being made with others. Its steps are those of any claim; what they write is kept in hand.

    Its events get their text and hash at the end: the first one seals the numbers of sources, which are known then.
    """

    def __init__(self, claim: Claim, now: datetime) -> None:
        super().__init__(claim, new(ClaimHead, claim=claim), now)
        self.decide(None)
        self.appearance: Appearance | None = None
        self.chain: list[ChainStep] = []
        self._proposed: Sequence[Any] = ()
        self._told: list[tuple[ClaimEvent, str, Mapping[str, Any]]] = []

    @property
    def head(self) -> ClaimHead:
        """The end of the claim's chain of events so far."""
        return self._head

    def _keep_claim(self, fields: Sequence[str]) -> None:
        """Written with the others."""

    def propose(self, by: Actor, quote: str | None) -> None:
        """Take the first step, once there is all that was proposed."""
        self._proposed = as_proposed(self.claim)
        self.record("claim.propose", by=by, from_state="", data={"quote": quote} if quote is not None else None)

    def close(self) -> list[ClaimEvent]:
        """Chain its events, once: its sources have their numbers by now. Answers them."""
        quotes = [(self.appearance, self.chain)] if self.appearance else []
        sealed = {SEAL: seal(self._proposed, quotes)}
        for event, reason, data in self._told:
            self._chain(event, reason, {**data, **sealed} if event.seq == 1 else data)
        return [event for event, _, _ in self._told]

    def _keep_event(self, event: ClaimEvent, reason: str, data: Mapping[str, Any]) -> None:
        self._told.append((event, reason, data))

    def _keep_alarms(self, cause: str) -> None:
        """Set when all are written: desks' ladders are read once."""

    def alarms(self, ladders: Ladders) -> list[Alarm]:
        """What is to be announced of the claim as it is by now."""
        if self.claim.state == State.PROPOSED:
            return []
        facts = self.claim.date_facts(None)
        coming = {str(kind): at for kind, at in still_to_come(moments(facts), self.now).items()}
        return alarms_for(self.claim, coming | alarms_of(self.claim, ladders, tracks(facts), {}, self.now), self.now)


def has_to_be_followed(given: GivenClaim, places: Places) -> bool:
    """Whether the claim quotes an earlier text or a cancelled article, which `proposing` looks at, one by one."""
    if given.quote is None:
        return False
    revision = given.quote.revision
    return places.newest[revision.article_id] != revision.number or revision.article_id in places.canceled


def propose_in_hand(given: GivenClaim, maker: Maker, places: Places) -> InHand:
    """Make a claim as `proposing` does. Sources of its chain are found or made when it is written.

    Raises the same refusals in the same order.
    """
    claim = claim_of(given, maker)
    anchor = anchor_of(given.quote) if given.quote else None
    lifecycle.check(Action.PROPOSE, None, maker.actor.roles)
    claim.pk = next(places.claims)
    begin(claim, places.now)
    held = InHand(claim, places.now)
    if given.quote and anchor:
        check_starts_there(given.quote.revision.article, given.desk, held.now)
        held.appearance = place = appearance_of(claim, given, given.quote.revision, anchor)
        place.pk = next(places.appearances)
        held.chain = [step_of(place, order, step, places.source) for order, step in enumerate(given.chain, 1)]
    if given.review_due_at is not None:
        claim.review_due_at = check_due(held, aware(given.review_due_at))
    held.propose(maker.actor, anchor.exact if anchor else None)
    return held


def write_in_hand(claims: Sequence[InHand], sources: ChainSources, beside: Sequence[Model] = ()) -> None:
    """Write these claims with all they have: sources that are new, then everything else in one statement.

    `beside` are rows of one other table that go with them.
    """
    sources.make([step for held in claims for step in held.chain])
    events = [event for held in claims for event in held.close()]
    ladders = Ladders(steps_of({held.claim.desk_id for held in claims if held.claim.desk_id and held.claim.is_open}))
    insert_together(
        [held.claim for held in claims],
        [held.head for held in claims],
        events,
        [held.appearance for held in claims if held.appearance],
        [step for held in claims for step in held.chain],
        [alarm for held in claims for alarm in held.alarms(ladders)],
        beside,
    )
