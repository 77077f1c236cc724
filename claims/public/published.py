"""Reads what is public. Nothing here reads a claim, its evidence or its article: see `claims.models.Publication`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.http import Http404

from claims.exports.atom import place_in, place_of
from claims.exports.check import BATCH, Check, checks
from claims.models import Claim, Decision, Publication
from claims.models.publication import PublicationQuerySet


@dataclass(frozen=True)
class PublicState:
    """Everything public at one moment. It changes exactly when one of its counts does, for nothing is ever undone."""

    published: int
    withdrawn: int
    changed: datetime | None


def public_state() -> PublicState:
    """What was published and withdrawn so far. One query."""
    found = Decision.objects.filter(published_at__isnull=False).aggregate(
        published=Count("pk"), withdrawn=Count("withdrawn_at"), last=Max("published_at"), gone=Max("withdrawn_at")
    )
    moments = [moment for moment in (found["last"], found["gone"]) if moment is not None]
    return PublicState(found["published"], found["withdrawn"], max(moments, default=None))


def check_of(claim: int) -> Check | None:
    """What readers are told of a claim, or were told before it was withdrawn; None when it was never public."""
    rows = Publication.objects.holding().filter(decision__claim=claim).with_decision()
    return next(checks(rows), None)


def every_check() -> Iterator[Check]:
    """One of each claim that was ever public, oldest publication first, some at a time."""
    rows = Publication.objects.holding().with_decision().order_by("pk")
    yield from checks(rows.iterator(chunk_size=BATCH))


def checks_told(among: QuerySet[Claim] | None = None) -> Iterator[Check]:
    """What readers are told now, oldest publication first, some at a time; only of the claims `among` where given."""
    rows = Publication.objects.told_now().with_decision().order_by("pk")
    if among is not None:
        rows = rows.filter(decision__claim__in=among.values("pk"))
    yield from checks(rows.iterator(chunk_size=BATCH))


def corrections() -> PublicationQuerySet:
    """What was corrected of claims that are still public, and everything that was withdrawn."""
    told = Exists(Decision.objects.public().filter(claim=OuterRef("decision__claim")))
    corrected = Q(told, decision__withdrawn_at__isnull=True) & ~Q(decision__correction_class="")
    return Publication.objects.filter(corrected | Q(decision__withdrawn_at__isnull=False))


@dataclass(frozen=True)
class Stretch:
    """A page of what is public, the last thing told first. `further` is the place of what comes behind, or empty."""

    rows: Sequence[Publication]
    further: str


def stretch(rows: PublicationQuerySet, before: str, size: int) -> Stretch:
    """The page of so many of these rows behind a place, from the newest when it is empty. One query.

    Raises `Http404` for what is no place of ours.
    """
    ordered = rows.with_decision().newest_first()
    found = list((ordered.filter(_behind(before)) if before else ordered)[: size + 1])
    shown = found[:size]
    last = place_of(moment_of(shown[-1]), shown[-1].decision_id) if len(found) > size else ""
    return Stretch(shown, last)


def moment_of(row: Publication) -> datetime:
    """When readers were told: of the publication, or of its withdrawal."""
    moment = row.decision.withdrawn_at or row.decision.published_at
    if moment is None:
        raise ValueError(f"{row} was never public")
    return moment


def _behind(text: str) -> Q:
    place = place_in(text)
    if place is None:
        raise Http404
    moment, number = place
    return Q(moment__lt=moment) | Q(moment=moment, decision__lt=number)
