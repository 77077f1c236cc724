"""The client as this site is set up."""

from __future__ import annotations

from django.conf import settings

from claims.intake.client import Client


def client() -> Client:
    """The guarded client, with the narrow door that tests may open on their own machine."""
    host, _, port = settings.FETCH_DOOR.rpartition(":")
    return Client(door=(host, int(port)) if host else None)
