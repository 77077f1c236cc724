"""What a reader of the numbers has narrowed them to. Filters live in the address and apply to every number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, TextChoices
from django.utils.translation import pgettext_lazy

from claims.deadlines import zone_named
from claims.errors import Invalid
from claims.models import Appearance, Decision
from claims.models.claim import ClaimQuerySet
from claims.verdicts import So
from reviews.models import Assignment

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


@dataclass(frozen=True)
class Filters:
    """Narrowings, each empty when it does not apply.

    `desk` and `outlet` are numbers of rows; `reviewer` is the number of a reviewer or `NOBODY`; `verdict` is a key
    of "is it so?" or "said_only"; `zone` is the IANA zone in which days start.
    """

    desk: int | None = None
    language: str = ""
    outlet: int | None = None
    reviewer: int | None = None
    age: str = ""
    verdict: str = ""
    zone: str = "UTC"

    def having(self, **changes: Any) -> Filters:
        """The same narrowings but for these."""
        return replace(self, **changes)

    def day_start(self, now: datetime) -> datetime:
        """00:00 of the running day in the zone."""
        return now.astimezone(ZoneInfo(self.zone)).replace(hour=0, minute=0, second=0, microsecond=0)

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
        zone=str(zone_named(known.get("zone", zone))),
    )


def _number(known: Mapping[str, str], name: str) -> int | None:
    value = known.get(name)
    if value is None:
        return None
    if not (value.isascii() and value.isdigit() and len(value) < 19):
        raise Invalid(f"The filter {name} takes a number; this says {value[:40]}.", pointer=f"/{name}")
    return int(value)


def _one_of(known: Mapping[str, str], name: str, allowed: list[str]) -> str:
    value = known.get(name, "")
    if value and value not in allowed:
        raise Invalid(f"The filter {name} takes one of: {', '.join(allowed)}.", pointer=f"/{name}")
    return value
