"""Tickets for the live stream, for whoever cannot send a header or a cookie with it.

A ticket opens the stream and nothing else, for a minute, as the person or key that asked for it. It stands in the
address, where it may end up in a log; a key never does. Nothing of it is stored: it is signed.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core import signing

from claims.actors import ActorKind
from claims.permissions import Viewer
from claims.services.hinting import Listener, proof_of, proof_of_key
from claims.services.transitions import database_time

GOOD_FOR = timedelta(minutes=1)
LONGEST = 400  # characters of a ticket; ours have about 150
_SALT = "claims.stream"


def listener_of(viewer: Viewer) -> Listener:
    """Who this viewer is to the live stream."""
    if viewer.user is not None:
        return Listener(ActorKind.PERSON, viewer.user.pk, proof_of(viewer.user))
    if viewer.key is None:
        raise TypeError("a viewer is a person or a key")
    return Listener(ActorKind.KEY, viewer.key.pk, proof_of_key(viewer.key))


def issue_ticket(viewer: Viewer) -> tuple[str, datetime]:
    """A ticket for this viewer, and until when it opens the stream."""
    listener, until = listener_of(viewer), database_time() + GOOD_FOR
    told = [listener.kind.value, listener.number, listener.proof, until.timestamp()]
    return signing.dumps(told, salt=_SALT), until


def listener_by(ticket: str, now: datetime) -> Listener | None:
    """Who was given this ticket; None when it is not ours or its minute is over."""
    try:
        kind, number, proof, until = signing.loads(ticket[:LONGEST], salt=_SALT)
    except signing.BadSignature:
        return None
    return Listener(ActorKind(kind), number, proof) if now.timestamp() < until else None
