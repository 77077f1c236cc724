"""Which claims a list shows, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, OuterRef, Q
from rest_framework import serializers

from claims.api.fields import DeskNamed, OneOf
from claims.api.paging import Order
from claims.api.parameters import Instant, LanguageTag, Listed, Paged, Search, Whether, WholeNumber
from claims.lifecycle import State
from claims.models import Appearance, ChainStep, Claim, Decision, FlagKind
from claims.models.claim import ClaimQuerySet
from claims.models.decision import DecisionQuerySet
from claims.permissions import Viewer, visible_claims
from claims.verdicts import So
from reviews.models import Assignment

TOO_EARLY = "too_early"
ORDERS: Mapping[str, Order] = {
    "created": Order("id", descending=False),
    "-created": Order("id", descending=True),
    "due": Order("review_due_at", descending=False, nullable=True),
    "-due": Order("review_due_at", descending=True, nullable=True),
    "own_date": Order("confirm_by", descending=False, nullable=True),
    "-own_date": Order("confirm_by", descending=True, nullable=True),
    "updated": Order("updated_at", descending=False),
}


class Assignee(serializers.CharField):
    """A reviewer's number, `me`, or `none` for claims that nobody is on."""

    def to_internal_value(self, data: Any) -> str:
        """The number, `me` or `none`, as text."""
        text = super().to_internal_value(data)
        if text in {"me", "none"} or (text.isascii() and text.isdigit() and len(text) < 19):
            return text
        raise serializers.ValidationError("Must be a reviewer's number, me or none.")


class ClaimFilters(Paged):
    """Which claims. A range includes its `_after` and excludes its `_before`."""

    several = frozenset({"state", "flag", "topic", "language", "priority", "verdict"})
    state = Listed(child=OneOf(State.choices), required=False)
    flag = Listed(child=OneOf(FlagKind.choices), required=False, help_text="What holds now, computed from the clock.")
    desk = DeskNamed(required=False, help_text="Number or key.")
    topic = Listed(child=Search(), required=False)
    language = Listed(child=LanguageTag(), required=False)
    outlet = WholeNumber(required=False, help_text="Number of the outlet of the article.")
    source = WholeNumber(required=False, help_text="A source in the chain.")  # type: ignore[assignment]  # the metaclass takes fields off the class
    article = WholeNumber(
        required=False, help_text="Number of the article; what was merged counts for the claim that stays."
    )
    assignee = Assignee(required=False)
    priority = Listed(child=WholeNumber(most=4), required=False)
    verdict = Listed(child=OneOf([*So.choices, (TOO_EARLY, "Too early")]), required=False)
    due_after = Instant(required=False)
    due_before = Instant(required=False)
    own_date_after = Instant(required=False)
    own_date_before = Instant(required=False)
    created_after = Instant(required=False)
    created_before = Instant(required=False)
    decided_after = Instant(required=False)
    decided_before = Instant(required=False)
    updated_after = Instant(required=False)
    published = Whether(required=False, help_text="Whether readers are told a verdict of it now.")
    corrected = Whether(required=False, help_text="Whether readers were ever told that something changed.")
    q = Search(required=False, help_text="Words of the statement.")
    sort = OneOf([(key, key) for key in ORDERS], default="-created")


RANGES = {
    "due_after": "review_due_at__gte",
    "due_before": "review_due_at__lt",
    "own_date_after": "confirm_by__gte",
    "own_date_before": "confirm_by__lt",
    "created_after": "created_at__gte",
    "created_before": "created_at__lt",
    "updated_after": "updated_at__gte",
}
PLAIN = {
    "state": "state__in",
    "desk": "desk",
    "topic": "topics__overlap",
    "priority": "priority__in",
}


def narrowed(claims: ClaimQuerySet, asked: Mapping[str, Any], viewer: Viewer, now: datetime) -> ClaimQuerySet:
    """The claims that all of the given filters leave."""
    columns = {lookup: asked[name] for name, lookup in (RANGES | PLAIN).items() if name in asked}
    claims = claims.filter(**columns)
    for name, narrow in _JOINED.items():
        if name in asked:
            claims = claims.filter(narrow(asked[name]))
    if "article" in asked:
        claims = claims.filter(_in_article(asked["article"], viewer, now))
    if "assignee" in asked:
        claims = claims.filter(_assigned(asked["assignee"], viewer))
    if any(name in asked for name in ("verdict", "decided_after", "decided_before")):
        claims = claims.filter(_decided(asked))
    if "flag" in asked:
        claims = _flagged(claims, asked["flag"], now)
    return claims.searched(asked["q"]) if "q" in asked else claims


def _quoted(**where: Any) -> Q:
    return Q(Exists(Appearance.objects.filter(claim=OuterRef("pk"), **where)))


def _in_article(number: int, viewer: Viewer, now: datetime) -> Q:
    """Claims that stand in the article, and those that stay where one that stands there was merged into them."""
    quoted = visible_claims(viewer, now).filter(_quoted(revision__article=number), duplicate_of__isnull=False)
    merged = list(quoted.values_list("pk", flat=True))
    staying = Q(pk__in=Claim.objects.staying_for(merged).values("pk")) if merged else Q(pk__in=[])
    return _quoted(revision__article=number) | staying


def _in_languages(tags: Iterable[str]) -> Q:
    """In one of these languages; upper and lower case are the same (RFC 5646, 2.1.1)."""
    return reduce(or_, (Q(language__iexact=tag) for tag in tags))


_JOINED: Mapping[str, Callable[[Any], Q]] = {
    "language": _in_languages,
    "outlet": lambda number: _quoted(revision__article__outlet=number),
    "published": lambda wanted: _told(DecisionQuerySet.public, wanted=wanted),
    "corrected": lambda wanted: _told(DecisionQuerySet.corrected, wanted=wanted),
    "source": lambda number: Q(Exists(ChainStep.objects.filter(appearance__claim=OuterRef("pk"), source=number))),
}


def _told(which: Callable[[DecisionQuerySet], DecisionQuerySet], *, wanted: bool) -> Q:
    found = Q(Exists(which(Decision.objects.filter(claim=OuterRef("pk")))))
    return found if wanted else ~found


def _assigned(who: str, viewer: Viewer) -> Q:
    held = Assignment.objects.open().filter(claim=OuterRef("pk"))
    if who == "none":
        return ~Q(Exists(held))
    if who == "me":
        return Q(Exists(held.filter(reviewer__user=viewer.user))) if viewer.user else Q(pk__in=[])
    return Q(Exists(held.filter(reviewer=int(who))))


def _decided(asked: Mapping[str, Any]) -> Q:
    standing = Decision.objects.filter(claim=OuterRef("pk"), standing=True)
    if "verdict" in asked:
        standing = standing.filter(so__in=["" if key == TOO_EARLY else key for key in asked["verdict"]])
    if "decided_after" in asked:
        standing = standing.filter(decided_at__gte=asked["decided_after"])
    if "decided_before" in asked:
        standing = standing.filter(decided_at__lt=asked["decided_before"])
    return Q(Exists(standing))


def _flagged(claims: ClaimQuerySet, kinds: list[str], now: datetime) -> ClaimQuerySet:
    """Claims for which one of the kinds holds now."""
    if len(kinds) == 1:
        return claims.flagged(kinds[0], now)
    everything = claims.model.objects.all()
    holding = Q(pk__in=[])
    for kind in kinds:
        holding |= Q(pk__in=everything.flagged(kind, now).values("pk"))
    return claims.filter(holding)
