"""P5: seconds for a page of a hundred claims, from the request to the bytes of its answer.

Peer: the natural way, model serializers within each other over prefetched rows, without what is rare (parts, merged
quotes, publication). Limit: the statement of the page alone, its rows fetched and thrown away.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import connection
from rest_framework.test import APIRequestFactory, force_authenticate

from claims.api import limits
from claims.api.paging import LARGEST_PAGE
from claims.benchmarks.report import Report, against, middle, seconds
from claims.benchmarks.scratch import scratch_database
from claims.models import Claim, User
from claims.permissions import viewer_for_user
from reviews.api.claim_pages import read_page
from reviews.api.claims import Claims
from reviews.benchmarks.prefetching import PeerClaims
from reviews.benchmarks.reading import fill

REPEATS = 7
FLOOR, GOAL = 3, 6
# What both say in the same words.
SHARED = (
    "id",
    "statement",
    "topics",
    "desk",
    "state",
    "review_due_at",
    "quote",
    "chain",
    "evidence_count",
    "created_at",
)


def run(*, n: int) -> Report:
    """Pages of the newest hundred of `n` claims, seven times each way. Raises `ValueError` for fewer than a page."""
    if n < LARGEST_PAGE:
        raise ValueError(f"A page has {LARGEST_PAGE} claims; --n is at least that.")
    ours: list[float] = []
    peer: list[float] = []
    limit: list[float] = []
    limits.REQUESTS = limits.Counter(quota=10_000)
    with scratch_database():
        editor = fill(n)
        _check(editor)
        for _ in range(REPEATS):
            ours.append(seconds(partial(called, Claims, editor)))
            peer.append(seconds(partial(called, PeerClaims, editor)))
            limit.append(seconds(partial(_only_read, editor)))
    return _report(n, middle(ours), middle(peer), middle(limit))


def asking(reader: User, query: str) -> Any:
    """Somebody's request for the list of claims."""
    request = APIRequestFactory().get(f"/api/v1/claims?{query}", headers={"Host": "127.0.0.1"})
    force_authenticate(request, reader)
    return request


def called(view: type[Any], editor: User, query: str = f"limit={LARGEST_PAGE}") -> bytes:
    """One call of the editor's; answers its body."""
    handler: Callable[..., Any] = view.as_view()
    response = handler(asking(editor, query)).render()
    if response.status_code != 200:
        raise RuntimeError(response.content[:500])
    body: bytes = response.content
    return body


def _only_read(editor: User) -> None:
    numbers = list(Claim.objects.order_by("-pk").values_list("pk", flat=True)[:LARGEST_PAGE])
    read_page(numbers, viewer_for_user(editor), lambda path: f"http://127.0.0.1{path}")


def _check(editor: User) -> None:
    """Both say the same; a benchmark of less would mean nothing."""
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
    ours, peer = (json.loads(called(view, editor))["results"] for view in (Claims, PeerClaims))
    for one, other in zip(ours, peer, strict=True):
        if [one[name] for name in SHARED] != [other[name] for name in SHARED]:
            raise RuntimeError(f"the ways differ on claim {one['id']}")


def _report(n: int, ours: float, peer: float, limit: float) -> Report:
    return against(
        "list",
        n,
        ours=ours,
        peer=peer,
        limit=limit,
        floor=f"at least {FLOOR} times the peer",
        goal=f"at least {GOAL} times the peer",
        passed=peer / ours >= FLOOR,
        more={"rows": LARGEST_PAGE, "milliseconds_a_page": round(ours * 1e3, 1)},
    )
