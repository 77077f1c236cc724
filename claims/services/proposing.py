"""Takes claims in: the statement, the exact words it stands on, the chain it came through, its hedge and its date."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime

from claims import hedges, quotes
from claims.actors import Actor
from claims.deadlines import Precision, ZoneBasis, aware, own_date
from claims.errors import Invalid, QuoteAmbiguous, QuoteNotInText
from claims.models import ApiKey, Appearance, ArticleRevision, ChainStep, Claim, Desk, Source, SourceKind, User
from claims.models.making import new
from claims.models.writing import insert
from claims.services.articles import address, line, name_line, outlet_called, text
from claims.services.cancellations import follow_articles
from claims.services.embargoes import check_starts_there
from claims.services.proposals import Quoted, tell_proposed
from claims.services.steps import check_due, check_priority
from claims.services.transitions import Held, proposed
from claims.services.wording import wording

Called = Callable[[str, str], Source]
WORDS = ("statement", "short_text", "language", "topics", "selection_reason")


@dataclass(frozen=True)
class GivenQuote:
    """The exact words in one revision. `prefix`, `suffix` or `start` (code points) decide when they stand twice."""

    revision: ArticleRevision
    exact: str
    prefix: str = ""
    suffix: str = ""
    start: int | None = None


@dataclass(frozen=True)
class GivenStep:
    """One step of the chain, from the article back to the origin. A step nobody stated has a note and no source."""

    source: str = ""
    kind: str = SourceKind.PERSON
    verb: str = ""
    named: bool = True
    on_record: bool | None = None
    implied: bool = False
    link: str = ""
    note: str = ""


@dataclass(frozen=True)
class GivenDate:
    """The claim's own date: its words and the window they mean, see `deadlines.own_date`."""

    first: date | datetime
    last: date | datetime
    precision: Precision
    zone: str
    zone_basis: str = ZoneBasis.STATED
    words: str = ""


@dataclass(frozen=True)
class GivenClaim:
    """A claim as somebody gives it. `hedge` are the words as printed; None means: read them from the quote."""

    statement: str
    language: str
    quote: GivenQuote | None = None
    chain: Sequence[GivenStep] = ()
    hedge: Sequence[str] | None = None
    own: GivenDate | None = None
    desk: Desk | None = None
    topics: Sequence[str] = ()
    priority: int = 3
    short_text: str = ""
    selection_reason: str = ""
    review_due_at: datetime | None = None


@dataclass(frozen=True)
class Maker:
    """Who brings the claim: the actor with their roles on its desk, and the row that stands for them."""

    actor: Actor
    user: User | None = None
    key: ApiKey | None = None


def propose(given: GivenClaim, maker: Maker) -> Claim:
    """Make a claim.

    Raises `UnusableText`, `QuoteNotInText`, `QuoteAmbiguous`, `Invalid`, `RoleMissing`, `Embargoed`; then nothing is
    written.
    """
    with proposing(given, maker) as held:
        return held.claim


@contextmanager
def proposing(given: GivenClaim, maker: Maker) -> Iterator[Held]:
    """Make a claim and hold it until the block ends, so that it may be taken further in the same transaction."""
    claim = claim_of(given, maker)
    anchor = anchor_of(given.quote) if given.quote else None
    quotes: list[Quoted] = []
    with proposed(claim, maker.actor) as held:
        if given.quote and anchor:
            check_starts_there(given.quote.revision.article, given.desk, held.now)
            appearance = appearance_of(claim, given, given.quote.revision, anchor)
            insert(appearance)
            steps = [step_of(appearance, order, step, source_called) for order, step in enumerate(given.chain, 1)]
            ChainStep.objects.bulk_create(steps)
            quotes.append((appearance, steps))
        if given.review_due_at is not None:
            claim.review_due_at = check_due(held, aware(given.review_due_at))
            claim.save(update_fields=["review_due_at"])
        tell_proposed(held, quotes, by=maker.actor, data={"quote": anchor.exact} if anchor else {})
        if quotes:
            follow_articles(held)
        yield held


def claim_of(given: GivenClaim, maker: Maker) -> Claim:
    """The claim, unsaved, in clean words and with its own date. Raises `UnusableText`, `Invalid`."""
    words = {name: getattr(given, name) for name in WORDS}
    claim = new(
        Claim,
        **wording(words),
        desk=given.desk,
        priority=check_priority(given.priority),
        made_by_user=maker.user,
        made_by_key=maker.key,
    )
    if given.own is not None:
        counted_from = given.quote.revision.article.published_at if given.quote else None
        place_date(claim, given.own, counted_from, maker.actor.name)
    return claim


def place_date(claim: Claim, given: GivenDate, counted_from: datetime | None, read_by: str) -> None:
    """Give an unsaved claim its own date, with the words it was read from. Raises `Invalid`."""
    try:
        window = own_date(given.first, given.last, given.precision, given.zone)
    except Invalid as refused:
        raise refused.at("/own_date") from None
    claim.confirm_from, claim.confirm_by = window.confirm_from, window.confirm_by
    claim.confirm_precision, claim.confirm_zone = window.precision, window.zone
    claim.confirm_zone_basis = given.zone_basis
    claim.confirm_words = line(given.words, "own_date/words", 200)
    claim.confirm_counted_from = counted_from
    claim.confirm_read_by = read_by


def anchor_of(quote: GivenQuote) -> quotes.Anchor:
    """Where the words stand in their revision. Raises `UnusableText`, `QuoteNotInText`, `QuoteAmbiguous`."""
    exact = text(quote.exact, "quote", 4000)
    try:
        return quotes.locate(quote.revision.text, exact, prefix=quote.prefix, suffix=quote.suffix, start=quote.start)
    except quotes.QuoteEmpty as refused:
        raise QuoteNotInText(str(refused), pointer="/quote") from refused
    except quotes.QuoteNotFound as refused:
        raise QuoteNotInText(
            str(refused), pointer="/quote", nearest=refused.nearest and asdict(refused.nearest)
        ) from refused
    except quotes.QuoteAmbiguous as refused:
        raise QuoteAmbiguous(str(refused), pointer="/quote", offsets=list(refused.offsets)) from refused


def appearance_of(claim: Claim, given: GivenClaim, revision: ArticleRevision, anchor: quotes.Anchor) -> Appearance:
    """Where the claim stands, unsaved, with the hedge as printed there. Raises `UnusableText`."""
    hedge = _hedge(given, anchor.exact)
    return new(
        Appearance,
        claim=claim,
        revision=revision,
        exact=anchor.exact,
        prefix=anchor.prefix,
        suffix=anchor.suffix,
        start=anchor.start,
        end=anchor.end,
        hedge_words=hedge.words,
        hedge_kind=hedge.kind,
        hedge_low=hedge.low,
        hedge_high=hedge.high,
        hedge_scale=hedge.scale,
    )


def _hedge(given: GivenClaim, quote: str) -> hedges.Prevailing:
    """The hedge as given, else as the quote has it. Given words keep their order; the table says what they mean."""
    if given.hedge is None:
        return hedges.prevailing(hedges.find(quote, given.language))
    words = [line(word, "hedge", 60) for word in given.hedge]
    known = [hedge for word in words for hedge in hedges.find(word, given.language)]
    return replace(hedges.prevailing(known), words=words)


def step_of(appearance: Appearance, order: int, given: GivenStep, called: Called) -> ChainStep:
    """One step of the chain, unsaved; `called` finds or makes the source.

    Raises `Invalid`, `UnusableText`, `UnusableAddress`.
    """
    place = f"chain/{order - 1}"
    note = line(given.note, f"{place}/note", 300)
    name = name_line(given.source, f"{place}/source", 200)
    if not name and not note:
        raise Invalid("A step of the chain needs a source, or a note that says what is missing.", pointer=f"/{place}")
    return new(
        ChainStep,
        appearance=appearance,
        order=order,
        source=called(name, given.kind) if name else None,
        verb=line(given.verb, f"{place}/verb", 120),
        named=given.named and given.kind != SourceKind.UNNAMED,
        on_record=given.on_record,
        implied=given.implied,
        link=address(given.link, f"{place}/link"),
        note=note,
    )


def source_called(name: str, kind: str) -> Source:
    """The known source of this name and kind, else a new one. Unnamed roles are never merged."""
    if kind == SourceKind.OUTLET:
        return outlet_called(name)
    known = Source.objects.called(name).filter(kind=kind).order_by("pk").first() if kind != SourceKind.UNNAMED else None
    return known or Source.objects.create(name=name, kind=kind)
