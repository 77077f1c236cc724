"""Splits a claim that says two things: the second becomes a claim of its own, linked both ways.

It stands in the same articles with the same chain, on its own words where some were selected, and shares the evidence
that was chosen: copies, marked as such, with their origins, so that one report stays one origin. The first claim keeps
everything it had; its words are edited by whoever wants to.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from claims import hedges, quotes
from claims.actors import Actor
from claims.errors import NotUndoable, PartSame
from claims.lifecycle import Action, DismissalReason, State
from claims.models import Appearance, ChainStep, Claim, ClaimEvent, Evidence
from claims.services.articles import text
from claims.services.cancellations import follow_articles
from claims.services.proposals import tell_proposed
from claims.services.proposing import GivenDate, GivenQuote, anchor_of, place_date
from claims.services.sharing import share
from claims.services.transitions import Held, proposed
from claims.services.wording import wording

DATE = (
    *("confirm_from", "confirm_by", "confirm_words", "confirm_precision", "confirm_zone"),
    *("confirm_zone_basis", "confirm_counted_from", "confirm_read_by"),
)
PLACE = (
    *("revision", "exact", "prefix", "suffix", "start", "end", "is_first"),
    *("hedge_words", "hedge_kind", "hedge_low", "hedge_high", "hedge_scale"),
)
STEP = ("order", "source", "verb", "named", "on_record", "implied", "link", "note")


@dataclass(frozen=True)
class GivenPart:
    """The second claim. `quote` are its own words in the article, empty: the same as the first claim's.

    Its own date is `own`; without one it is the first claim's with `same_date`, else it has none. `evidence` is what
    both share.
    """

    statement: str
    quote: str = ""
    own: GivenDate | None = None
    same_date: bool = True
    short_text: str = ""
    evidence: Sequence[Evidence] = ()


@contextmanager
def parting(held: Held, given: GivenPart, *, by: Actor) -> Iterator[Held]:
    """Make the second claim, proposed, and hold it until the block ends; the step on the first is the caller's.

    Raises `RoleMissing`, `PartSame`, `UnusableText`, `QuoteNotInText`, `QuoteAmbiguous`, `Invalid`.
    """
    held.check(Action.SPLIT, by)
    first, part = held.claim, _part(held.claim, given, by)
    if part.statement == first.statement:
        raise PartSame(pointer="/statement")
    # A split raises no version, so nothing else tells the second of two sendings from the first.
    if Claim.objects.filter(split_from=first, statement=part.statement).exclude(state=State.DISMISSED).exists():
        raise PartSame("A claim that was split off this one says that already.", pointer="/statement")
    words = text(given.quote, "quote", 4000).strip()
    places = [_place(seen, words) for seen in first.appearances.select_related("revision").prefetch_related("chain")]
    data = {"split_from": first.pk, "quote": next((place.exact for place, _ in places if place.is_first), "")}
    with proposed(part, by, now=held.now) as new:
        quotes = [(place, _keep(part, place, chain)) for place, chain in places]
        tell_proposed(new, quotes, by=by, data=data)
        follow_articles(new)
        share(new, given.evidence, by=by)
        yield new


def _part(first: Claim, given: GivenPart, by: Actor) -> Claim:
    words = {"statement": given.statement, "short_text": given.short_text, "language": first.language}
    part = Claim(
        **wording(words),
        topics=list(first.topics),
        desk=first.desk,
        priority=first.priority,
        split_from=first,
        made_by_user_id=by.id,
    )
    if given.own is not None:
        place_date(part, given.own, first.confirm_counted_from, by.name)
    elif given.same_date:
        for name in DATE:
            setattr(part, name, getattr(first, name))
    return part


def _place(seen: Appearance, words: str) -> tuple[Appearance, list[ChainStep]]:
    """Where the second claim stands in a text in which the first one does."""
    place = Appearance(**{name: getattr(seen, name) for name in PLACE})
    if words and (seen.is_first or words in seen.exact):
        within = seen.start + seen.exact.index(words) if seen.exact.count(words) == 1 else None
        _anchored(place, anchor_of(GivenQuote(seen.revision, words, start=within)), seen.claim.language)
    return place, list(seen.chain.all())


def _anchored(place: Appearance, anchor: quotes.Anchor, language: str) -> None:
    place.exact, place.prefix, place.suffix = anchor.exact, anchor.prefix, anchor.suffix
    place.start, place.end = anchor.start, anchor.end
    hedge = hedges.prevailing(hedges.find(anchor.exact, language))
    place.hedge_words, place.hedge_kind = hedge.words, hedge.kind
    place.hedge_low, place.hedge_high, place.hedge_scale = hedge.low, hedge.high, hedge.scale


def _keep(part: Claim, place: Appearance, chain: Sequence[ChainStep]) -> list[ChainStep]:
    place.claim = part
    place.save(force_insert=True)
    return ChainStep.objects.bulk_create(
        ChainStep(appearance=place, **{name: getattr(step, name) for name in STEP}) for step in chain
    )


def take_back_part(part: Held, step: ClaimEvent, by: Actor) -> None:
    """The split was undone: the second claim is dismissed, as long as nobody has done anything with it since.

    Whoever routing has put on it meanwhile is the work's to take off. Raises `NotUndoable`.
    """
    since = ClaimEvent.objects.moving().filter(claim=part.claim).exclude(recorded_at=step.recorded_at)
    if not all(event.is_announcement or event.is_routing for event in since):
        raise NotUndoable(f"#{part.claim.pk} is being worked on. Dismiss it or merge it instead.")
    note = "The split was undone."
    changes = {"dismissal_reason": DismissalReason.OTHER, "dismissal_note": note}
    part.take(Action.DISMISS, by=by, changes=changes, reason=note)
