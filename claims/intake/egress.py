"""The client as this site is set up."""

from __future__ import annotations

from django.conf import settings

from claims.intake.client import Client, Door, parts_of
from claims.intake.posting import Line
from claims.intake.refusals import AddressNotAllowed


def client() -> Client:
    """The guarded client, with the narrow door that tests may open on their own machine."""
    return Client(door=_door(settings.FETCH_DOOR))


def line_to(url: str) -> Line:
    """A line to a receiver of webhooks, through one of the doors of this machine where the operator has opened it."""
    return Line(Client(door=door_to(url)), url)


def door_to(url: str) -> Door | None:
    """The door of this machine that an address asks for; None where it asks for none that the operator has opened."""
    try:
        parts, port = parts_of(url)
    except AddressNotAllowed:
        return None
    asked = (parts.hostname or "", port)
    return asked if asked in {_door(told) for told in settings.WEBHOOK_DOORS} else None


def _door(told: str) -> Door | None:
    host, _, port = told.rpartition(":")
    return (host, int(port)) if host else None
