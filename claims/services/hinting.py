"""What the live stream reads: the feed's news, and who is listening. All of it for all streams at once.

However many streams are open, a quiet second costs one statement and a second with news three.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from typing import NamedTuple

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import Case, Q, QuerySet, Value, When

from claims.actors import ActorKind
from claims.hints import Eyes, Hint, Place, Recent, Sight
from claims.models import ApiKey, Claim, ClaimEvent, DatabaseClock, Scope, User
from claims.models.embargo import desks_holding
from claims.models.many import any_of

BATCH = 1_000  # events that are read at once


@dataclass(frozen=True)
class Listener:
    """Who listens: a person or a key. `proof` changes with their password, or tells the key's secret."""

    kind: ActorKind
    number: int
    proof: str = ""


class News(NamedTuple):
    """What the feed has gained, in order, and where its claims stand."""

    hints: list[Hint]
    sights: dict[int, Sight]


def news_behind(place: Place) -> News:
    """The next events of the change feed, at most `BATCH`: the same that `/events` would tell next."""
    rows = ClaimEvent.objects.after(*place).annotate(holding=desks_holding("claim"))
    hints, sights = [], {}
    for tx, pk, claim, type_, desk, holding in rows.values_list(
        "tx", "pk", "claim_id", "type", "claim__desk_id", "holding"
    )[:BATCH]:
        hints.append(Hint((tx, pk), claim, type_))
        sights[claim] = Sight(desk, frozenset(holding))
    return News(hints, sights)


def recent_hints(kept: int) -> Recent:
    """The last hints of the feed, as many as are kept, read afresh."""
    end = ClaimEvent.objects.end_of_feed()
    upto = Q(tx__lt=end[0]) | Q(tx=end[0], pk__lte=end[1])
    rows = list(ClaimEvent.objects.filter(upto).order_by("-tx", "-pk").values_list("tx", "pk")[: kept + 1])
    recent = Recent((0, 0) if len(rows) <= kept else (rows[-1][0], rows[-1][1]), kept)
    while (news := news_behind(recent.end)).hints:
        recent.add(*news)
    return recent


def sights_of(claims: Iterable[int]) -> dict[int, Sight]:
    """Where these claims stand now."""
    rows = Claim.objects.filter(pk__in=any_of(claims)).values_list("pk", "desk_id", desks_holding("pk"))
    return {pk: Sight(desk, frozenset(holding)) for pk, desk, holding in rows}


def eyes_of(listeners: Iterable[Listener]) -> dict[Listener, Eyes]:
    """What each of them sees now. Who may not listen (any more) is left out: two statements for all of them."""
    asked = list(listeners)
    people, keys = _people(asked), _keys(asked)
    found = {}
    for listener in asked:
        if listener.kind == ActorKind.KEY and listener.number in keys:
            eyes, proofs = keys[listener.number]
            if any(compare_digest(proof, listener.proof) for proof in proofs):
                found[listener] = eyes
        elif listener.kind == ActorKind.PERSON and listener.number in people:
            eyes, proof = people[listener.number]
            if compare_digest(proof, listener.proof):
                found[listener] = eyes
    return found


def proof_of(user: User) -> str:
    """What a person's streams are opened with: another one as soon as they have another password."""
    return _short(user.get_session_auth_hash())


def proof_of_key(key: ApiKey) -> str:
    """What a key's streams are opened with: the secret that was shown, so that they end when it opens nothing more."""
    return _short(key.opened_by or key.secret_sha256)


def _short(digest: str) -> str:
    return sha256(digest.encode()).hexdigest()[:16]


def _people(listeners: Sequence[Listener]) -> dict[int, tuple[Eyes, str]]:
    numbers = {one.number for one in listeners if one.kind == ActorKind.PERSON}
    if not numbers:
        return {}
    rows = User.objects.filter(pk__in=any_of(numbers), is_active=True).only("password", "is_superuser")
    there = Q(memberships__isnull=False)
    return {
        user.pk: (Eyes(None if user.is_superuser else frozenset(user.on), is_key=False), proof_of(user))
        for user in rows.annotate(on=ArrayAgg("memberships__desk", filter=there, default=[]))
    }


def _keys(listeners: Sequence[Listener]) -> dict[int, tuple[Eyes, list[str]]]:
    numbers = {one.number for one in listeners if one.kind == ActorKind.KEY}
    if not numbers:
        return {}
    live = Q(expires_at__isnull=True) | Q(expires_at__gt=DatabaseClock())
    rows = ApiKey.objects.filter(
        live, pk__in=any_of(numbers), revoked_at__isnull=True, scopes__contains=[Scope.EVENTS_READ]
    )
    former = Case(When(former_until__gt=DatabaseClock(), then="former_sha256"), default=Value(""))
    named = rows.annotate(on=ArrayAgg("desks", filter=Q(desks__isnull=False), default=[]), opens_too=former)
    return {
        pk: (Eyes(frozenset(on) or None, is_key=True), [_short(secret) for secret in secrets if secret])
        for pk, on, *secrets in named.values_list("pk", "on", "secret_sha256", "opens_too")
    }


def signed_in(sessions: Iterable[str]) -> dict[str, Listener]:
    """Who is signed in by each of these sessions; those that have ended are left out."""
    rows = _live(sessions).values_list("session_key", "session_data")
    reader, found = SessionStore(), {}
    for key, data in rows:
        told = reader.decode(data)
        if SESSION_KEY in told:
            found[key] = Listener(ActorKind.PERSON, int(told[SESSION_KEY]), _short(str(told.get(HASH_SESSION_KEY, ""))))
    return found


def still_signed_in(sessions: Iterable[str]) -> frozenset[str]:
    """Those of these sessions that have not ended."""
    return frozenset(_live(sessions).values_list("session_key", flat=True))


def next_transaction() -> int:
    """The number that the next transaction will have: no cursor of this database names one so high."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
        (number,) = cursor.fetchone()
    return int(number)


def _live(sessions: Iterable[str]) -> QuerySet[Session]:
    return Session.objects.filter(session_key__in=list(sessions), expire_date__gt=DatabaseClock())
