"""P6: seconds for the last page of a list beside the first, as an integration walks it by cursors.

Peer: the same last page by OFFSET. Limit: the first page. Every order is measured, the worst counts; and the memory of
a whole walk, which must not grow with the number of pages.
"""

from __future__ import annotations

import gc
import json
import tracemalloc
from dataclasses import replace
from functools import partial
from urllib.parse import urlsplit

from django.db import connection
from rest_framework.request import Request

from claims.api import limits
from claims.api.paging import LARGEST_PAGE, cursor_behind
from claims.benchmarks.report import Report, load, middle, seconds
from claims.benchmarks.scratch import CLAIMS, HEADS, scratch_database
from claims.models import Claim, Desk, User
from reviews.api.claim_filters import ORDERS
from reviews.api.claims import Claims
from reviews.benchmarks.listing import asking, called

REPEATS = 21
FLOOR, GOAL = 1.5, 1.2
WALKED = 60
SPREAD = """
UPDATE claims_claim SET confirm_from = review_due_at, confirm_by = review_due_at + interval '1 hour',
       confirm_precision = 'day', confirm_zone = 'UTC', confirm_zone_basis = 'desk',
       updated_at = now() + id * interval '1 ms'
"""
# Indexes are built faster over rows that are there than grown with each of them; those of constraints stay.
INDEXES = """
SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'claims_claim' AND schemaname = 'public'
   AND NOT EXISTS (SELECT FROM pg_constraint WHERE conname = indexname)
"""


def run(*, n: int) -> Report:
    """First and last pages of `n` claims. Raises `ValueError` below 20,000."""
    if n < 20_000:
        raise ValueError(f"{n} claims are too few to tell; --n is at least 20000.")
    limits.REQUESTS = limits.Counter(quota=1_000_000)
    with scratch_database():
        administrator = _filled(n)
        ratios: dict[str, float] = {}
        first = last = 0.0
        for sort in ORDERS:
            begins, ends = _taking_turns(administrator, sort)
            ratios[sort] = ends / begins
            if ratios[sort] == max(ratios.values()):
                first, last = begins, ends
        offset = middle([seconds(partial(_by_offset, n)) for _ in range(3)])
        growth = _memory(administrator)
    return _report(n=n, first=first, last=last, offset=offset, ratios=ratios, growth=growth)


def _filled(n: int) -> User:
    Desk.objects.create(pk=1, name="World", key="world")
    with connection.cursor() as cursor:
        cursor.execute(INDEXES)
        indexes = dict(cursor.fetchall())
        for name in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        for statement in (CLAIMS, HEADS):
            cursor.execute(statement, {"first": 1, "last": n})
        cursor.execute(SPREAD)
        for definition in indexes.values():
            cursor.execute(definition)
        cursor.execute("VACUUM ANALYZE")
    return User.objects.create_superuser("administrator", password="x")  # noqa: S106 - of a database that is dropped


def _taking_turns(reader: User, sort: str) -> tuple[float, float]:
    """Seconds for the first and for the last page in this order, medians."""
    beginning = f"limit={LARGEST_PAGE}&sort={sort}"
    end = f"{beginning}&cursor={_last_cursor(reader, sort)}"
    if json.loads(called(Claims, reader, end))["next"] is not None:
        raise RuntimeError("the last page is not the last")
    first: list[float] = []
    last: list[float] = []
    for _ in range(REPEATS):
        first.append(seconds(partial(called, Claims, reader, beginning)))
        last.append(seconds(partial(called, Claims, reader, end)))
    return middle(first), middle(last)


def _last_cursor(reader: User, sort: str) -> str:
    """The cursor behind which a page of rows is left."""
    order = ORDERS[sort]
    backwards = replace(order, descending=not order.descending, nullable=False)
    (before,) = backwards.page(Claim.objects.only("id", order.column), None, LARGEST_PAGE + 1)[LARGEST_PAGE:]
    return cursor_behind(Request(asking(reader, f"sort={sort}")), before, order)


def _by_offset(n: int) -> None:
    list(Claim.objects.order_by("-review_due_at", "-id")[n - LARGEST_PAGE :])


def _memory(reader: User) -> float:
    """What is held after a walk of 120 pages, beside what was held half way, when small stores of links are full."""
    query = f"limit={LARGEST_PAGE}"
    tracemalloc.start()
    held: list[int] = []
    for _ in range(2):
        for _ in range(WALKED):
            query = urlsplit(json.loads(called(Claims, reader, query))["next"]).query
        gc.collect()
        held.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    return held[1] / held[0]


def _report(*, n: int, first: float, last: float, offset: float, ratios: dict[str, float], growth: float) -> Report:
    worst = max(ratios.values())
    return Report(
        name="pages",
        n=n,
        ours=last,
        peer=offset,
        limit=first,
        ratio_to_peer=round(offset / last, 1),
        ratio_to_limit=round(worst, 2),
        floor=f"the last page at most {FLOOR} times the first, in every order",
        goal=f"at most {GOAL} times",
        passed=worst <= FLOOR,
        load=load(),
        more={
            **{f"ratio_by_{sort}": round(ratio, 2) for sort, ratio in ratios.items()},
            "memory_after_60_more_pages": round(growth, 2),
        },
    )
