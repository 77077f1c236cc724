"""Brings many claims at once, as `accepting.bring` brings one; rules, policies and ladders are read once for all.

Whatever one claim is refused for, it is refused for here, by the same rules in the same order; the others are brought
all the same. A number of statements that does not grow with the number of claims.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db import transaction

from claims.actors import Actor
from claims.errors import ClaimDeskError
from claims.hedges import Kind
from claims.models import Claim, Desk
from claims.services import steps
from claims.services.bulk import InHand, has_to_be_followed, places_for, propose_in_hand, write_in_hand
from claims.services.chainsources import ChainSources
from claims.services.proposing import GivenClaim, Maker
from reviews.models import Course, DeadlinePolicy, DeskDefaults
from reviews.rules import Case, Ruled
from reviews.rulewords import Names
from reviews.services.accepting import accept_as_settled, bring
from reviews.services.cases import names_for, sources_above, standing_rules
from reviews.services.settling import Settled, first_course, settled_by, terms_from


@dataclass(frozen=True)
class Wanted:
    """A claim to be brought; with `accepted` it is taken into the queue as well."""

    given: GivenClaim
    maker: Maker
    accepted: bool = False


def bring_many(wanted: Sequence[Wanted]) -> list[Claim | ClaimDeskError]:
    """Make these claims; answers for each, in the order given, the claim or the refusal. Refused: nothing is written.

    The rare claim that quotes an earlier text, or a cancelled article, is brought by itself: it is followed up.
    """
    with transaction.atomic():
        places = places_for([one.given for one in wanted])
        answers: dict[int, Claim | ClaimDeskError] = {}
        in_hand: dict[int, InHand] = {}
        for place, one in enumerate(wanted):
            if has_to_be_followed(one.given, places):
                answers[place] = _by_itself(one)
                continue
            try:
                in_hand[place] = propose_in_hand(one.given, one.maker, places)
            except ClaimDeskError as refusal:
                answers[place] = refusal
        sources = ChainSources()
        sources.find([step for held in in_hand.values() for step in held.chain])
        courses: list[Course] = []
        standing = Standing(list(in_hand.values()))
        for place, held in in_hand.items():
            try:
                courses += [standing.accept(held, wanted[place].maker.actor)] if wanted[place].accepted else []
                answers[place] = held.claim
            except ClaimDeskError as refusal:
                answers[place] = refusal
        made = [held for place, held in in_hand.items() if answers[place] is held.claim]
        write_in_hand(made, sources, courses)
    return [answers[place] for place in range(len(wanted))]


def _by_itself(one: Wanted) -> Claim | ClaimDeskError:
    try:
        return bring(one.given, one.maker, accepted=one.accepted)
    except ClaimDeskError as refusal:
        return refusal


class Standing:
    """The rules, and what desks do where no rule says otherwise, each read once, when the first claim asks."""

    def __init__(self, claims: Sequence[InHand]) -> None:
        self._claims = claims

    def accept(self, held: InHand, by: Actor) -> Course:
        """Take a claim in hand into the queue like `accepting.accept`; answers its course, unsaved."""
        desk = held.claim.desk
        settled = self._settled(held)
        if settled.outcomes.desk is not None:
            desk = self._desks[settled.outcomes.desk]
        if desk is None:
            steps.accept(held, by=by)  # refuses
            raise AssertionError("a claim without a desk was accepted")
        terms = terms_from(settled, self._defaults.get(desk.pk), self._policies)
        accept_as_settled(held, settled, terms, by=by, desk=desk)
        return first_course(held, settled, terms)

    def _settled(self, held: InHand) -> Settled:
        given = (held.claim.desk_id, held.claim.priority)
        if not self._rules:
            return Settled(given)
        return settled_by(self._rules, self._case(held), given, lambda _passed: self._names)

    def _case(self, held: InHand) -> Case:
        """The claim as rules see it once it is written."""
        claim, place = held.claim, held.appearance
        article = place.revision.article if place else None
        outlets = {article.outlet_id} if article else set()
        chain = [step.source for step in held.chain if step.source]
        named = outlets | {source.pk for source in chain if source.pk}
        return Case(
            at=held.now,
            desk=claim.desk_id,
            outlets=frozenset(outlets),
            sources=frozenset(named.union(*(self._above[source] for source in named if source in self._above))),
            source_kinds=frozenset(source.kind for source in chain),
            topics=frozenset(claim.topics),
            language=claim.language,
            priority=claim.priority,
            hedges=frozenset({place.hedge_kind} - {"", Kind.NONE}) if place else frozenset(),
            own_date=claim.confirm_by,
            embargoed=frozenset(article.kept_with(held.now) if article else ()),
        )

    @cached_property
    def _rules(self) -> Sequence[Ruled]:
        return standing_rules()

    @cached_property
    def _names(self) -> Names:
        return names_for(self._rules)

    @cached_property
    def _desks(self) -> Mapping[int, Desk]:
        return Desk.objects.in_bulk({one.outcomes.desk for one in self._rules} - {None})

    @cached_property
    def _defaults(self) -> Mapping[int, DeskDefaults]:
        rows = DeskDefaults.objects.select_related("deadline_policy__calendar")
        return {row.desk_id: row for row in rows}

    @cached_property
    def _policies(self) -> Mapping[int, DeadlinePolicy]:
        named = {one.outcomes.deadline_policy for one in self._rules} - {None}
        return DeadlinePolicy.objects.select_related("calendar").in_bulk(named) if named else {}

    @cached_property
    def _above(self) -> Mapping[int, set[int]]:
        named = {held.appearance.revision.article.outlet_id for held in self._claims if held.appearance}
        named |= {step.source_id for held in self._claims for step in held.chain if step.source_id is not None}
        return sources_above(named)
