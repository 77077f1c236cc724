"""The origins of a claim's evidence, from rows that somebody may see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from claims.models import Evidence
from claims.origins import Node, OriginCount, Parents, count_origins, drawn, items_by_origin, with_repeats
from claims.verdicts import EvidenceKind


@dataclass(frozen=True)
class Origins:
    """What counts, grouped by origin, and how it is drawn."""

    count: OriginCount
    groups: Mapping[int, Sequence[int]]
    nodes: Sequence[Node]


def origins_in(rows: Sequence[Evidence]) -> Origins:
    """Count and group standing links and files. Origins are followed through superseded items, which do not count."""
    taken_from = {row.pk: row.derives_from_id for row in rows}
    parents: Parents = with_repeats(taken_from, {row.pk: row.marks for row in rows})
    standing = [row for row in rows if row.superseded_by_id is None]
    counted = [row.pk for row in standing if row.kind != EvidenceKind.NOTE]
    notes = len(standing) - len(counted)
    return Origins(
        count_origins(parents, counted, notes=notes), items_by_origin(parents, counted), drawn(parents, counted)
    )
