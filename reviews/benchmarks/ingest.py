"""P4: seconds per claim to make many claims in one call of the API, from the bytes of its body to committed rows.

Peer: the natural way, a serializer with `many=True` whose related fields look up each row they name, and `bulk_create`.
Limit: the same rows written by COPY from a body that nobody checks, hashing included.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Any

from django.db import connection
from rest_framework.test import APIRequestFactory

from claims.api import limits
from claims.benchmarks.report import Report, against, middle, seconds
from claims.benchmarks.scratch import scratch_database
from claims.models import Article, ArticleRevision, Claim, ClaimEvent, Desk, Scope, Source, SourceKind
from claims.plaintext import sha256_of
from claims.services.keys import make_key
from claims.services.transitions import database_time
from claims.services.verifying import record_invariants
from reviews.api.claim_batch import MOST, ClaimBatch
from reviews.benchmarks.copying import Copying
from reviews.benchmarks.serializing import PeerBatch

REPEATS = 5
FLOOR, GOAL, GOAL_LIMIT = 15, 25, 0.7
ARTICLES, QUOTES, SOURCES = 50, 20, 200
PROMISES = {"chain_of_hashes_holds", "columns_repeat_the_hashed_text", "every_claim_has_a_head"}
SENTENCE = "The minister is likely to open quay {place} of harbour {article} next week, an official said."
_numbers = count()


def run(*, n: int) -> Report:
    """`n` claims a call, five times each way. Raises `ValueError` for a call that would be refused."""
    if not 10 <= n <= MOST:
        raise ValueError(f"10 to {MOST} claims a call (--n).")
    ours: list[float] = []
    peer: list[float] = []
    limit: list[float] = []
    limits.REQUESTS = limits.Counter(quota=10_000)
    with scratch_database():
        shown = _newsroom()
        ours_view, peer_view, copying = ClaimBatch.as_view(), PeerBatch.as_view(), Copying()
        for _ in range(REPEATS + 1):  # the first round warms up
            ours.append(_timed(lambda: _called(ours_view, shown, n)))
            peer.append(_timed(lambda: _called(peer_view, shown, n)))
            limit.append(_timed(lambda: partial(copying.copy, _body(n))))
        _check(n)
    return _report(n, *(middle(times[1:]) / n for times in (ours, peer, limit)))


def _newsroom() -> str:
    """A desk, articles with many sentences, sources that chains name; answers a key as it is shown."""
    Desk.objects.create(name="World", key="world")
    Source.objects.bulk_create(Source(name=f"Official {n}", kind=SourceKind.PERSON) for n in range(SOURCES))
    outlet = Source.objects.create(name="Harbour Post", kind=SourceKind.OUTLET)
    published = {"language": "en", "published_at": database_time(), "published_zone": "UTC"}
    for number in range(ARTICLES):
        text = " ".join(SENTENCE.format(place=place, article=number) for place in range(QUOTES))
        name = f"Harbour {number}"
        article = Article.objects.create(outlet=outlet, headline=name, first_headline=name, **published)
        ArticleRevision.objects.create(article=article, number=1, text=text, sha256=sha256_of(text))
    _, shown = make_key(name="benchmark", scopes=list(Scope))
    return shown


def _body(n: int) -> bytes:
    """A call with `n` claims as the documents' first example has one: quoted, through whom it came, for a desk."""
    return json.dumps({"claims": [_item(next(_numbers)) for _ in range(n)]}).encode()


def _item(number: int) -> dict[str, Any]:
    article, place = number % ARTICLES, number // ARTICLES % QUOTES
    return {
        "statement": f"Quay {place} of harbour {article} opens in its week {number}.",
        "article": article + 1,
        "quote": SENTENCE.format(place=place, article=article),
        "language": "en",
        "desk": "world",
        "topics": ["economy", "harbours"],
        "priority": 1 + number % 4,
        "chain": [
            {"source": "Harbour Post", "kind": "outlet"},
            {"source": f"Official {number % SOURCES}", "kind": "person", "verb": "said"},
        ],
    }


def _called(view: Callable[..., Any], shown: str, n: int) -> Callable[[], None]:
    """One call, its body made before the clock starts."""
    body = _body(n)

    def call() -> None:
        headers = {"Authorization": f"Bearer {shown}"}
        request = APIRequestFactory().post("/", body, content_type="application/json", headers=headers)
        response = view(request).render()
        if response.status_code != 200:
            raise RuntimeError(response.content[:500])

    return call


def _timed(made: Callable[[], Callable[[], None]]) -> float:
    work = made()
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
    return seconds(work)


def _check(n: int) -> None:
    """The three ways wrote the same; a benchmark of less would mean nothing."""
    expected = 3 * n * (REPEATS + 1)
    found = (Claim.objects.count(), ClaimEvent.objects.count())
    if found != (expected, expected):
        raise RuntimeError(f"expected {expected} claims and events, found {found}")
    broken = [one.name for one in record_invariants(timedelta(0)) if one.name in PROMISES and one.breaches()]
    if broken:
        raise RuntimeError(f"broken: {', '.join(broken)}")


def _report(n: int, ours: float, peer: float, limit: float) -> Report:
    return against(
        "ingest",
        n,
        ours=ours,
        peer=peer,
        limit=limit,
        floor=f"at least {FLOOR} times the peer",
        goal=f"at least {GOAL} times the peer, at least {GOAL_LIMIT} of COPY",
        passed=peer / ours >= FLOOR,
        more={
            "share_of_copy": round(limit / ours, 2),
            "claims_a_second": round(1 / ours),
            "peer_claims_a_second": round(1 / peer),
        },
    )
