"""The client as this site is set up."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings

from claims.intake.client import Client, Door
from claims.intake.posting import Line


def client() -> Client:
    """The guarded client, with the narrow door that tests may open on their own machine."""
    return Client(door=_door(settings.FETCH_DOOR))


def line_to(url: str) -> Line:
    """A line to a receiver of webhooks, through one of the doors of this machine where the operator has opened it."""
    doors = {_door(told) for told in settings.WEBHOOK_DOORS}
    try:
        parts = urlsplit(url)
        asked = (parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
    except ValueError:
        asked = ("", 0)
    return Line(Client(door=asked if asked in doors else None), url)


def _door(told: str) -> Door | None:
    host, _, port = told.rpartition(":")
    return (host, int(port)) if host else None
