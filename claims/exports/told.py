"""What readers are told of a claim with a verdict: gathered once, when it is published, and never read again elsewhere.

Only what may leave the house is in it: the words of the claim, where it stood and through whom it came as the article
prints it, and evidence that is public. No notes, no people of the newsroom, no evidence that is internal or protected,
nor a hint that there is any.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Self
from zoneinfo import ZoneInfo

from claims.exports.times import rfc3339
from claims.models import Appearance, ChainStep, Claim, Copy, Decision, Evidence, SourceKind, Visibility
from claims.verdicts import EvidenceKind


@dataclass(frozen=True)
class Step:
    """One step of the chain, from the article back to the origin. `name` is empty where the origin is not stated."""

    name: str
    kind: str
    verb: str
    implied: bool


@dataclass(frozen=True)
class Place:
    """Where the claim stands: the article, the exact words, the hedge as printed. Moments are RFC 3339 in UTC."""

    outlet: str
    headline: str
    url: str
    published_at: str
    zone: str
    exact: str
    hedge: tuple[str, ...]
    chain: tuple[Step, ...]

    @property
    def day(self) -> date:
        """The day of its publication, in the zone of the outlet."""
        return _day(self.published_at, self.zone)


@dataclass(frozen=True)
class Cited:
    """One public item that the verdict rests on. `taken_from` is the number of another item here, None elsewhere."""

    number: int
    question: str
    stance: str
    kind: str
    title: str
    url: str
    primary: bool
    kept_at: str | None
    media_type: str
    taken_from: int | None


@dataclass(frozen=True)
class OwnDate:
    """The claim's own date: the first and the last moment of its window, the words of it, in whose zone."""

    begins: str
    ends: str
    words: str
    precision: str
    zone: str

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day, in the zone that was meant."""
        return _day(self.begins, self.zone), _day(self.ends, self.zone)


@dataclass(frozen=True)
class Told:
    """Everything but the decision itself. `zone` is the desk's."""

    statement: str
    short_text: str
    language: str
    topics: tuple[str, ...]
    desk: str
    zone: str
    own_date: OwnDate | None
    places: tuple[Place, ...]
    evidence: tuple[Cited, ...]

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """As it was told."""
        return cls(
            **{
                **kept,
                "topics": tuple(kept["topics"]),
                "own_date": OwnDate(**kept["own_date"]) if kept["own_date"] else None,
                "places": tuple(_place(each) for each in kept["places"]),
                "evidence": tuple(Cited(**each) for each in kept["evidence"]),
            }
        )

    @property
    def first(self) -> Place | None:
        """The article that the claim was taken from."""
        return self.places[0] if self.places else None

    @property
    def claimant(self) -> Step | None:
        """Who made the claim: the end of the chain. None where the article does not say."""
        chain = self.first.chain if self.first else ()
        return chain[-1] if chain and chain[-1].name else None


def _day(moment: str, zone: str) -> date:
    return datetime.fromisoformat(moment).astimezone(ZoneInfo(zone)).date()


def _place(kept: Mapping[str, Any]) -> Place:
    chain = tuple(Step(**step) for step in kept["chain"])
    return Place(**{**kept, "hedge": tuple(kept["hedge"]), "chain": chain})


def gather(claim: Claim, decision: Decision) -> Told:
    """What readers will be told of this claim with this decision. Five queries."""
    desk = claim.desk
    places = claim.appearances.select_related("revision__article__outlet").defer("revision__text")
    ordered = places.order_by("-is_first", "pk").prefetch_related("chain__source")
    items = Evidence.objects.filter(decisions=decision, visibility=Visibility.PUBLIC).exclude(kind=EvidenceKind.NOTE)
    shown = {item.pk: item for item in items.with_reading().order_by("pk")}
    kept = dict(Copy.objects.filter(evidence__in=shown).order_by("number").values_list("evidence_id", "fetched_at"))
    return Told(
        statement=claim.statement,
        short_text=claim.short_text,
        language=claim.language,
        topics=tuple(claim.topics),
        desk=desk.name if desk else "",
        zone=desk.zone if desk else "UTC",
        own_date=_own_date(claim),
        places=tuple(_told_place(seen) for seen in ordered),
        evidence=tuple(_cited(item, kept.get(pk), shown.keys()) for pk, item in shown.items()),
    )


def _own_date(claim: Claim) -> OwnDate | None:
    begins, ends = rfc3339(claim.confirm_from), rfc3339(claim.confirm_by)
    if begins is None or ends is None:
        return None
    return OwnDate(begins, ends, claim.confirm_words, claim.confirm_precision, claim.confirm_zone)


def _told_place(seen: Appearance) -> Place:
    article = seen.revision.article
    return Place(
        outlet=article.outlet.name,
        headline=article.headline,
        url=article.canonical_url,
        published_at=rfc3339(article.published_at),
        zone=article.published_zone,
        exact=seen.exact,
        hedge=tuple(seen.hedge_words),
        chain=tuple(_step(step) for step in seen.chain.all()),
    )


def _step(step: ChainStep) -> Step:
    source = step.source
    kind = SourceKind(source.kind) if source else SourceKind.UNNAMED
    return Step(source.name if source else "", str(kind), step.verb, step.implied)


def _cited(item: Evidence, read_at: datetime | None, shown: Container[int | None]) -> Cited:
    return Cited(
        number=item.pk,
        question=item.question,
        stance=item.stance,
        kind=item.kind,
        title=item.title or item.page_title or item.url or item.file_name,
        url=item.url,
        primary=item.primary,
        kept_at=rfc3339(read_at or (item.kept_at if item.snapshot else None)),
        media_type=item.shown_media_type,
        taken_from=item.derives_from_id if item.derives_from_id in shown else None,
    )
