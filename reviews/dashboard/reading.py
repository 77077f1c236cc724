"""One reading of the dashboard: by whom, narrowed to what, and as of when. Every number of a response shares it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import Cast
from django.urls import reverse

from claims.models import Article, Desk, User
from claims.models.claim import ClaimQuerySet
from claims.permissions import Viewer, viewer_for_user, visible_articles
from reviews.dashboard.filters import NOBODY, NOBODY_WORD, Filters, read_filters
from reviews.dashboard.number import left_by
from reviews.dashboard.numbers import common_zone


@dataclass(frozen=True)
class Reading:
    """`home_zone` is the newsroom's; `desks` are those the viewer sees, by name."""

    viewer: Viewer
    filters: Filters
    now: datetime
    home_zone: str
    desks: tuple[Desk, ...]

    def address(self, key: str, **changes: Any) -> str:
        """The list behind number `key` under these filters, with `changes` to them."""
        return reverse("desk:list", args=[key]) + self.query(**changes)

    def query(self, **changes: Any) -> str:
        """The filters as the end of an address, "" when there are none."""
        given = urlencode(as_query(self.filters.having(**changes), self.home_zone))
        return f"?{given}" if given else ""

    def narrowed(self, **changes: Any) -> Reading:
        """The same reading with other filters."""
        return replace(self, filters=self.filters.having(**changes))

    def claims(self) -> ClaimQuerySet:
        """Every claim the viewer sees and the filters leave."""
        return left_by(self.filters, self.viewer, self.now)

    def of_all(self) -> Reading:
        """The same reading without the narrowings that only lists and the sources page take."""
        return self.narrowed(
            age="",
            verdict="",
            reviewer=None,
            source=None,
            role="",
            outcome="",
            hedge="",
            likelihood="",
            decided_within="",
        )

    @property
    def desks_shown(self) -> list[Desk]:
        """The desks the filters leave."""
        return [desk for desk in self.desks if self.filters.desk in {None, desk.pk}]

    @property
    def sees_all(self) -> bool:
        """Whether neither desks nor filters leave any claim out."""
        return self.viewer.desks is None and self.filters == Filters(zone=self.filters.zone)

    @property
    def zones(self) -> list[str]:
        """The zones to choose from: the newsroom's, the desks', the reader's own, and UTC."""
        own = [self.viewer.user.zone] if self.viewer.user else []
        return list(
            dict.fromkeys([self.home_zone, *(desk.zone for desk in self.desks), *own, "UTC", self.filters.zone])
        )


def as_query(filters: Filters, home_zone: str) -> dict[str, str]:
    """Filters as they stand in an address: only those that narrow."""
    reviewer = NOBODY_WORD if filters.reviewer == NOBODY else filters.reviewer
    zone = "" if filters.zone == home_zone else filters.zone
    values = {
        "desk": filters.desk,
        "language": filters.language,
        "outlet": filters.outlet,
        "reviewer": reviewer,
        "age": filters.age,
        "verdict": filters.verdict,
        "source": filters.source,
        "role": filters.role,
        "outcome": filters.outcome,
        "hedge": filters.hedge,
        "likelihood": filters.likelihood,
        "decided_within": filters.decided_within,
        "zone": zone,
    }
    return {name: str(value) for name, value in values.items() if value}


def read(user: User, given: Mapping[str, str], now: datetime) -> Reading:
    """What this person reads under the filters of an address. Raises `Invalid` for a value that cannot apply."""
    viewer = viewer_for_user(user)
    desks = list(Desk.objects.order_by("name"))
    home = common_zone(desk.zone for desk in desks)
    seen = tuple(desk for desk in desks if viewer.desks is None or desk.pk in viewer.desks)
    return Reading(viewer, read_filters(given, home), now, home, seen)


@dataclass(frozen=True)
class Options:
    """What there is to choose from, by name: languages, and outlets as (number, name)."""

    languages: list[str]
    outlets: list[tuple[str, str]]


def options(reading: Reading) -> Options:
    """The languages and outlets of the articles the viewer sees, in one statement."""
    articles = visible_articles(reading.viewer, reading.now)
    languages = _pairs(articles, Value("language"), F("language"))
    outlets = _pairs(articles, Cast("outlet", CharField()), F("outlet__name"))
    found = sorted(languages.union(outlets), key=lambda pair: pair[1].casefold())
    return Options(
        languages=[name for kind, name in found if kind == "language"],
        outlets=[pair for pair in found if pair[0] != "language"],
    )


def _pairs(articles: QuerySet[Article], first: Any, second: Any) -> QuerySet[Article, tuple[str, str]]:
    named = articles.order_by().annotate(first=first, second=second)
    return named.values_list("first", "second").distinct()
