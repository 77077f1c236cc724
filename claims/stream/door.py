"""Who may open a live stream, and from where it goes on. Many who come at once are judged together."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.http import parse_cookie
from django.http.request import split_domain_port, validate_host

from claims.actors import ActorKind
from claims.api.errors import BadParameter, KeyRefused, NotSignedIn, OriginRefused, Refused, TicketRefused
from claims.api.feedplaces import place_of, type_named
from claims.errors import ClaimDeskError
from claims.exports.feed import place_in
from claims.hints import Eyes, Place
from claims.models import Scope
from claims.permissions import check_scope, viewer_for_key
from claims.services import hinting
from claims.services.hinting import Listener
from claims.services.keys import BEARER, key_by, note_use
from claims.services.tickets import listener_by
from claims.services.transitions import database_time

if TYPE_CHECKING:
    from claims.stream.hub import Hub

PARAMETERS = frozenset({"after", "ticket", "types"})
HOW = (
    "Sign in, send a key as `Authorization: Bearer vk_…`, or a ticket from `POST /events/stream:ticket` as `?ticket=`."
)
UNKNOWN: Place = (2**63 - 1, 0)  # further than any feed: the stream begins with a reset


@dataclass(frozen=True)
class Asked:
    """What somebody asks for: by which key, ticket or session, from where, which types (all when there are none)."""

    key: str = ""
    ticket: str = ""
    session: str = ""
    after: Place | None = None
    types: frozenset[str] = frozenset()
    origin: str = ""


class LetIn(NamedTuple):
    """Who somebody is, what they see, and whether the cursor they named can be one of this database."""

    listener: Listener
    eyes: Eyes
    is_known: bool


def asked_in(headers: dict[bytes, bytes], query: bytes) -> Asked:
    """Read the request. Raises a refusal for a foreign page, an unknown parameter, or one that is not usable."""
    host = headers.get(b"host", b"").decode("latin-1")
    if not validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS):
        raise Refused("This site does not go by the host name of the request.")
    origin = headers.get(b"origin", b"").decode("latin-1")
    if origin and not is_ours(origin, host):
        raise OriginRefused()
    given = parse_qs(query.decode("latin-1"), keep_blank_values=True)
    if unknown := sorted(set(given) - PARAMETERS):
        raise BadParameter(f"There is no parameter {unknown[0]} here.")
    cookies = parse_cookie(headers.get(b"cookie", b"").decode("latin-1"))
    return Asked(
        key=_key(headers.get(b"authorization")),
        ticket=given.get("ticket", [""])[-1],
        session=cookies.get(settings.SESSION_COOKIE_NAME, ""),
        after=_place(headers.get(b"last-event-id"), given.get("after", [None])[-1]),
        types=frozenset(type_named(name) for words in given.get("types", []) for name in words.split(",") if name),
        origin=origin,
    )


def is_ours(origin: str, host: str) -> bool:
    """Whether a page of this origin is one of this site's."""
    site = urlsplit(settings.SITE_URL)
    ours = {f"http://{host}", f"https://{host}", f"{site.scheme}://{site.netloc}", *settings.CSRF_TRUSTED_ORIGINS}
    return origin in ours


def _key(header: bytes | None) -> str:
    if header is None:
        return ""
    found = BEARER.match(header.decode("latin-1"))
    if found is None:
        raise KeyRefused("Send the key as `Authorization: Bearer vk_…`.")
    return found.group(1)


def _place(last: bytes | None, after: str | None) -> Place | None:
    """Where to go on. A browser that comes back sends the last id it had, beside the address it once opened."""
    if last:
        return place_in(last.decode("latin-1")) or UNKNOWN
    return None if after is None else place_of(after)


@dataclass
class Door:
    """Lets people and keys in. While the database judges some, the next ones gather."""

    hub: Hub
    _waiting: list[tuple[Asked, asyncio.Future[LetIn]]] = field(default_factory=list)
    _judging: asyncio.Task[None] | None = None

    async def let_in(self, asked: Asked) -> LetIn:
        """Who this is. Raises `NotSignedIn` or `TicketRefused`, and what the database raises while it is away."""
        answer: asyncio.Future[LetIn] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, answer))
        if self._judging is None or self._judging.done():
            self._judging = asyncio.get_running_loop().create_task(self._judge())
        return await answer

    async def _judge(self) -> None:
        while self._waiting:
            come, self._waiting = self._waiting, []
            try:
                found = await self.hub.ask(partial(judged, [asked for asked, _ in come]))
            except Exception as failed:  # noqa: BLE001  # each of them gets it as their own answer
                found = [failed] * len(come)
            for (_, answer), one in zip(come, found, strict=True):
                if answer.done():  # they have gone meanwhile
                    continue
                if isinstance(one, Exception):
                    answer.set_exception(one)
                else:
                    answer.set_result(one)


def judged(come: Sequence[Asked]) -> list[LetIn | Exception]:
    """What becomes of each of these: a fixed number of statements for all, and one for each who shows a key."""
    now, unheard = database_time(), hinting.next_transaction()
    sessions = hinting.signed_in({asked.session for asked in come if not (asked.key or asked.ticket)})
    listeners = [_listener(asked, sessions, now) for asked in come]
    eyes = hinting.eyes_of({one for one in listeners if isinstance(one, Listener)})
    found: list[LetIn | Exception] = []
    for asked, listener in zip(come, listeners, strict=True):
        if isinstance(listener, ClaimDeskError):
            found.append(listener)
        elif listener not in eyes:
            found.append(NotSignedIn(HOW) if asked.session else TicketRefused())
        else:
            is_known = asked.after is None or asked.after[0] < unheard
            found.append(LetIn(listener, eyes[listener], is_known))
    return found


def _listener(asked: Asked, sessions: Mapping[str, Listener], now: datetime) -> Listener | ClaimDeskError:
    """Who shows this key or ticket, or is signed in by this session, in that order."""
    try:
        if asked.key:
            return _by_key(asked.key, now)
        if asked.ticket:
            return listener_by(asked.ticket, now) or TicketRefused()
    except ClaimDeskError as refused:
        return refused
    return sessions.get(asked.session, NotSignedIn(HOW))


def _by_key(shown: str, now: datetime) -> Listener:
    key = key_by(shown)
    if key is None or not key.is_live(now):
        raise KeyRefused()
    note_use(key, now)
    check_scope(viewer_for_key(key), Scope.EVENTS_READ)
    return Listener(ActorKind.KEY, key.pk, hinting.proof_of_key(key))
