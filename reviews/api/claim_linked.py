"""What the claims of one page are linked with: parts that were split off, and what was merged into them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Q, QuerySet

from claims.models import Appearance, Claim


@dataclass
class Linked:
    """By claim number: numbers of its parts, of what was merged into it directly, and the quotes of all that was."""

    parts: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    merged: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    merged_quotes: dict[int, list[Appearance]] = field(default_factory=lambda: defaultdict(list))


def read_linked(seen: QuerySet[Claim], numbers: Sequence[int]) -> Linked:
    """Read it for these claims, as far as it is among those that the viewer has `seen`."""
    found = Linked()
    _read_parts(found, seen, numbers)
    _read_merged(found, seen, numbers)
    return found


def _read_parts(found: Linked, seen: QuerySet[Claim], numbers: Sequence[int]) -> None:
    """Claims that were split off these, and claims that were merged into them, as far as the viewer sees them."""
    linked = seen.filter(Q(split_from__in=numbers) | Q(duplicate_of__in=numbers)).order_by("pk")
    for number, split_from, duplicate_of in linked.values_list("pk", "split_from", "duplicate_of"):
        found.parts[split_from or 0].append(number)
        found.merged[duplicate_of or 0].append(number)


_MERGED = """
WITH RECURSIVE merged (id, stays) AS (
    SELECT id, duplicate_of_id FROM claims_claim WHERE duplicate_of_id = ANY(%s)
     UNION
    SELECT claim.id, merged.stays FROM claims_claim claim JOIN merged ON claim.duplicate_of_id = merged.id
) SELECT id, stays FROM merged
"""


def _read_merged(found: Linked, seen: QuerySet[Claim], numbers: Sequence[int]) -> None:
    """The quotes of all that was merged into these claims, at first or later, as far as the viewer sees those."""
    with connection.cursor() as cursor:
        cursor.execute(_MERGED, [list(numbers)])
        pairs = cursor.fetchall()
    if not pairs:
        return
    stays: dict[int, list[int]] = defaultdict(list)  # one may stand for several of the page: a chain of merges
    for merged, number in pairs:
        stays[merged].append(number)
    rows = Appearance.objects.filter(claim__in=seen.filter(pk__in=list(stays)).values("pk"))
    for quote in with_place(rows.order_by("claim_id", "pk")):
        for number in stays[quote.claim_id]:
            found.merged_quotes[number].append(quote)


def with_place(rows: QuerySet[Appearance]) -> list[Appearance]:
    """These quotes with their article and chain, without the article's text."""
    rows = rows.select_related("revision__article__outlet").defer("revision__text")
    return list(rows.prefetch_related("chain__source"))
