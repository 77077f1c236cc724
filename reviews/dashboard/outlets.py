"""What was found of the claims that came through each outlet: verdicts, share confirmed, quoted accurately.

One statement for all outlets. Every figure is a link to a list that the database narrows with the filters `source` and
`role`; a test on random newsrooms holds the two equal. No score: desks choose what they check.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db import connection

from claims.permissions import Viewer
from claims.verdicts import So
from claims.wordings import so_words
from reviews.dashboard.filters import Filters
from reviews.dashboard.numbers import NUMBERS, tally
from reviews.dashboard.panels import Figure
from reviews.dashboard.reading import Reading
from reviews.dashboard.year import answered
from reviews.trackrecord import LEAST, Part, Share, share_of

SHOWN, NAMED = 8, 12
# An outlet made what starts at it – the last step of a chain, or its own article without one – and passed the rest on.
_COUNTED = """
WITH base (id) AS MATERIALIZED ({claims}),
via AS (
    SELECT quote.claim_id, article.outlet_id AS source,
           NOT EXISTS (SELECT 1 FROM claims_chainstep step WHERE step.appearance_id = quote.id) AS made
      FROM base JOIN claims_appearance quote ON quote.claim_id = base.id
      JOIN claims_articlerevision revision ON revision.id = quote.revision_id
      JOIN claims_article article ON article.id = revision.article_id
     UNION ALL
    SELECT quote.claim_id, step.source_id,
           NOT EXISTS (SELECT 1 FROM claims_chainstep further
                        WHERE further.appearance_id = quote.id AND further."order" > step."order")
      FROM base JOIN claims_appearance quote ON quote.claim_id = base.id
      JOIN claims_chainstep step ON step.appearance_id = quote.id
      JOIN claims_source source ON source.id = step.source_id AND source.kind = 'outlet'
), part AS (
    SELECT claim_id, source, bool_or(made) AS made FROM via GROUP BY 1, 2
)
SELECT outlet.id, outlet.name, decision.so, count(*),
       count(*) FILTER (WHERE NOT part.made AND decision.said IN ('accurate', 'altered')),
       count(*) FILTER (WHERE NOT part.made AND decision.said = 'accurate')
  FROM part JOIN claims_source outlet ON outlet.id = part.source
  JOIN claims_decision decision ON decision.claim_id = part.claim_id AND decision.standing
 GROUP BY 1, 2, 3
"""


@dataclass
class Outlet:
    """One outlet's claims of the last twelve months. `verdicts` counts answers to "Is it so?", by key."""

    reading: Reading
    pk: int
    name: str
    verdicts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    checked: int = 0
    accurate: int = 0

    @property
    def decided(self) -> int:
        return sum(self.verdicts.values())

    @cached_property
    def whole(self) -> Figure:
        return self._figure("decided_12m", self.decided)

    @cached_property
    def found(self) -> list[Figure]:
        """A figure for each verdict that was given, in the order used everywhere."""
        return [
            self._figure("decided_12m", self.verdicts[so], verdict=so, title=so_words(so))
            for so in So.values
            if self.verdicts.get(so)
        ]

    @property
    def confirmed(self) -> tuple[Figure, Any]:
        """Confirmed, as a figure and as a share with its range (None where there are too few)."""
        count = self.verdicts.get(So.CONFIRMED, 0)
        title = so_words(So.CONFIRMED)
        return self._figure("decided_12m", count, verdict=So.CONFIRMED, title=title), share_of(count, self.decided)

    @property
    def quoted(self) -> tuple[Figure, Figure]:
        """Quoted accurately, and those of which that was checked: of what it passed on."""
        passed = {"role": Part.PASSED.value}
        return (
            self._figure("quoted_accurately_12m", self.accurate, **passed),
            self._figure("said_checked_12m", self.checked, **passed),
        )

    def _figure(self, key: str, count: int, title: str = "", **narrowed: Any) -> Figure:
        address = self.reading.address(key, source=self.pk, **narrowed)
        return Figure(count, address, title or str(NUMBERS[key].title))


@dataclass(frozen=True)
class SourceYear:
    """What was found in twelve months of claims that came through one source, whatever its kind."""

    verdicts: Mapping[str, int]
    checked: int
    accurate: int

    @property
    def decided(self) -> int:
        return sum(self.verdicts.values())

    @property
    def confirmed(self) -> Share | None:
        """The share confirmed of all decided; None where there are too few."""
        return share_of(self.verdicts.get(So.CONFIRMED, 0), self.decided)

    @property
    def quoted(self) -> Share | None:
        """The share quoted accurately of what it passed on and was checked; None where there are too few."""
        return share_of(self.accurate, self.checked)


def year_of(source: int, viewer: Viewer, filters: Filters, now: datetime) -> SourceYear:
    """The year of one source, as far as the viewer sees its claims: two statements."""
    here = filters.having(source=source)
    decided = tally([("decided_12m", "verdict")], viewer, here, now)["decided_12m", "verdict"]
    keys = ("said_checked_12m", "quoted_accurately_12m")
    said = tally([(key, "desk") for key in keys], viewer, here.having(role=Part.PASSED.value), now)
    checked, accurate = (sum(said[key, "desk"].values()) for key in keys)
    return SourceYear({so: decided[so] for so in So.values if so in decided}, checked, accurate)


@dataclass(frozen=True)
class OutletPanel:
    """Outlets with enough decided claims to say something, most first, and those with too few, by name and count."""

    rows: Sequence[Outlet]
    few: Sequence[Outlet]
    left_out: int
    needed: int = LEAST


def read_outlets(reading: Reading) -> OutletPanel:
    """Count it, in one statement."""
    claims = answered(reading.claims(), reading.now).order_by().values("pk")
    sql, given = claims.query.sql_with_params()
    found: dict[int, Outlet] = {}
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED.replace("{claims}", sql), given)
        for pk, name, so, count, checked, accurate in cursor.fetchall():
            outlet = found.setdefault(pk, Outlet(reading, pk, name))
            outlet.checked, outlet.accurate = outlet.checked + checked, outlet.accurate + accurate
            if so:
                outlet.verdicts[so] += count
    decided = (one for one in found.values() if one.decided)
    outlets = sorted(decided, key=lambda one: (-one.decided, one.name.casefold()))
    enough = [one for one in outlets if one.decided >= LEAST]
    few = [one for one in outlets if one.decided < LEAST]
    left_out = max(0, len(enough) - SHOWN) + max(0, len(few) - NAMED)
    return OutletPanel(enough[:SHOWN], few[:NAMED], left_out)
