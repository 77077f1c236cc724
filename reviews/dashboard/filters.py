"""What a reader of the numbers has narrowed them to. Filters live in the address and apply to every number."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, TextChoices
from django.utils.translation import pgettext_lazy

from claims.deadlines import zone_named
from claims.errors import Invalid
from claims.hedges import Kind
from claims.models import Appearance, ChainStep, Decision
from claims.models.claim import ClaimQuerySet
from claims.verdicts import Outcome, So
from reviews.models import Assignment
from reviews.trackrecord import Part

NOBODY, NOBODY_WORD = 0, "nobody"
SAID_ONLY = "said_only"
DAY = timedelta(days=1)


class Age(TextChoices):
    """How long ago an open claim was accepted into the queue; each includes its lower bound only."""

    UNDER_4H = "under_4h", pgettext_lazy("age", "under 4 h")
    UNDER_24H = "4h_to_24h", pgettext_lazy("age", "4 to 24 h")
    UNDER_3D = "1d_to_3d", pgettext_lazy("age", "1 to 3 days")
    UNDER_7D = "3d_to_7d", pgettext_lazy("age", "3 to 7 days")
    OLDER = "over_7d", pgettext_lazy("age", "over 7 days")


BOUNDS: dict[Age, tuple[timedelta, timedelta | None]] = {
    Age.UNDER_4H: (timedelta(0), timedelta(hours=4)),
    Age.UNDER_24H: (timedelta(hours=4), DAY),
    Age.UNDER_3D: (DAY, 3 * DAY),
    Age.UNDER_7D: (3 * DAY, 7 * DAY),
    Age.OLDER: (7 * DAY, None),
}


class Period(TextChoices):
    """How far back verdicts are looked at."""

    MONTH = "30d", pgettext_lazy("period", "last 30 days")
    QUARTER = "90d", pgettext_lazy("period", "last 90 days")
    YEAR = "12m", pgettext_lazy("period", "last 12 months")


PERIODS = {Period.MONTH: 30 * DAY, Period.QUARTER: 90 * DAY, Period.YEAR: 365 * DAY}
NO_RANGE = "none"


@dataclass(frozen=True)
class Filters:
    """Narrowings, each empty when it does not apply.

    `desk`, `outlet` and `source` are numbers of rows; `reviewer` is the number of a reviewer or `NOBODY`; `verdict` is
    a key of "is it so?" or "said_only"; `role` narrows `source` to what it made or passed on; `outcome` is what became
    of a dated claim; `hedge` is the kind of hedge of the first quote, `likelihood` its range in percent ("55-80") or
    "none"; `decided_within` is how long ago the standing verdict was given at most; `zone` is the IANA zone in which
    days start.
    """

    desk: int | None = None
    language: str = ""
    outlet: int | None = None
    reviewer: int | None = None
    age: str = ""
    verdict: str = ""
    source: int | None = None
    role: str = ""
    outcome: str = ""
    hedge: str = ""
    likelihood: str = ""
    decided_within: str = ""
    zone: str = "UTC"

    def having(self, **changes: Any) -> Filters:
        """The same narrowings but for these."""
        return replace(self, **changes)

    def day_start(self, now: datetime) -> datetime:
        """00:00 of the running day in the zone."""
        return now.astimezone(ZoneInfo(self.zone)).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)

    def narrow(self, claims: ClaimQuerySet, now: datetime) -> ClaimQuerySet:
        """Those of `claims` that all narrowings leave."""
        plain = {"desk": self.desk, "language": self.language}
        claims = claims.filter(**{name: value for name, value in plain.items() if value})
        if self.outlet:
            printed = Appearance.objects.filter(claim=OuterRef("pk"), revision__article__outlet=self.outlet)
            claims = claims.filter(Exists(printed))
        if self.reviewer is not None:
            claims = claims.filter(_held_by(self.reviewer))
        if self.age:
            claims = claims.filter(aged(Age(self.age), now))
        if self.verdict:
            claims = claims.filter(_found(self.verdict))
        return self._over_time(claims, now)

    def _over_time(self, claims: ClaimQuerySet, now: datetime) -> ClaimQuerySet:
        if self.source:
            claims = claims.filter(through(self.source, self.role))
        if self.outcome:
            claims = claims.filter(_standing(outcome=self.outcome))
        if self.decided_within:
            claims = claims.filter(_standing(decided_at__gt=now - PERIODS[Period(self.decided_within)]))
        if self.hedge:
            claims = claims.filter(_printed(self.hedge, self.likelihood))
        return claims


def _held_by(reviewer: int) -> Q:
    held = Assignment.objects.open().filter(claim=OuterRef("pk"))
    return Q(~Exists(held)) if reviewer == NOBODY else Q(Exists(held.filter(reviewer=reviewer)))


def aged(age: Age, now: datetime) -> Q:
    """Claims of this age at `now`."""
    least, most = BOUNDS[age]
    young = Q(accepted_at__gt=now - most) if most else Q()
    # Accepted after this response's `now` was read: as young as can be.
    return young if age == Age.UNDER_4H else young & Q(accepted_at__lte=now - least)


def _found(verdict: str) -> Q:
    so = "" if verdict == SAID_ONLY else verdict
    return Q(Exists(Decision.objects.filter(claim=OuterRef("pk"), standing=True, so=so)))


def _standing(**where: Any) -> Q:
    return Q(Exists(Decision.objects.filter(claim=OuterRef("pk"), standing=True, **where)))


def through(source: int, role: str) -> Q:
    """Claims that came through this source: any, or only those it made (the last step of a chain) or passed on."""
    steps = ChainStep.objects.filter(appearance__claim=OuterRef("pk"), source=source)
    places = Appearance.objects.filter(claim=OuterRef("pk"), revision__article__outlet=source)
    further = ChainStep.objects.filter(appearance=OuterRef("appearance"), order__gt=OuterRef("order"))
    chained = ChainStep.objects.filter(appearance=OuterRef("pk"))
    anywhere = Q(Exists(steps)) | Q(Exists(places))
    made = Q(Exists(steps.filter(~Exists(further)))) | Q(Exists(places.filter(~Exists(chained))))
    if role == Part.MADE:
        return made
    return anywhere & ~made if role == Part.PASSED else anywhere


def _printed(hedge: str, likelihood: str) -> Q:
    """Claims whose first quote has a hedge of this kind and range; without any quote there is no hedge."""
    first = Appearance.objects.filter(claim=OuterRef("pk"), is_first=True)
    low, _, high = likelihood.partition("-")
    between: dict[str, Any] = {"hedge_low": int(low), "hedge_high": int(high)} if high else {"hedge_low": None}
    wanted = Q(Exists(first.filter(hedge_kind=hedge, **(between if likelihood else {}))))
    return wanted | ~Q(Exists(first)) if hedge == Kind.NONE else wanted


def read_filters(given: Mapping[str, str], zone: str) -> Filters:
    """Filters from an address. `zone` is the newsroom's, used when the address names none.

    Raises `Invalid` when a value is none that could apply; unknown names are left to the caller.
    """
    known = {field.name: given[field.name] for field in fields(Filters) if given.get(field.name)}
    return Filters(
        desk=_number(known, "desk"),
        outlet=_number(known, "outlet"),
        reviewer=NOBODY if known.get("reviewer") == NOBODY_WORD else _number(known, "reviewer"),
        language=known.get("language", ""),
        age=_one_of(known, "age", Age.values),
        verdict=_one_of(known, "verdict", [*So.values, SAID_ONLY]),
        source=_number(known, "source"),
        role=_one_of(known, "role", Part.values),
        outcome=_one_of(known, "outcome", Outcome.values),
        hedge=_one_of(known, "hedge", [kind.value for kind in Kind]),
        likelihood=_likelihood(known),
        decided_within=_one_of(known, "decided_within", Period.values),
        zone=str(zone_named(known.get("zone", zone))),
    )


def _number(known: Mapping[str, str], name: str) -> int | None:
    value = known.get(name)
    if value is None:
        return None
    if not (value.isascii() and value.isdigit() and len(value) < 19):
        raise Invalid(f"The filter {name} takes a number; this says {value[:40]}.", pointer=f"/{name}")
    return int(value)


def _likelihood(known: dict[str, str]) -> str:
    value = known.get("likelihood", "")
    if value and value != NO_RANGE and not re.fullmatch(r"\d{1,3}-\d{1,3}", value):
        raise Invalid(f"The filter likelihood takes a range like 55-80, or {NO_RANGE}.", pointer="/likelihood")
    return value


def _one_of(known: Mapping[str, str], name: str, allowed: list[str]) -> str:
    value = known.get(name, "")
    if value and value not in allowed:
        raise Invalid(f"The filter {name} takes one of: {', '.join(allowed)}.", pointer=f"/{name}")
    return value
