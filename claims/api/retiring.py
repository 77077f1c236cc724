"""Addresses that will go away say so beforehand: Deprecation (RFC 9745), Sunset (RFC 8594), and what comes instead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.http import http_date

from claims.api.errors import Retired


@dataclass(frozen=True)
class Retiring:
    """An endpoint is deprecated from a moment on and answers until another, which must be later.

    `successor` is the address of what takes its place, empty when nothing does.
    """

    deprecated_at: datetime
    sunset_at: datetime
    successor: str = ""

    def __post_init__(self) -> None:
        if any(moment.utcoffset() is None for moment in (self.deprecated_at, self.sunset_at)):
            raise ValueError("The moments at which an address goes are aware.")
        if self.sunset_at <= self.deprecated_at:
            raise ValueError("An address ends after it was deprecated.")

    @property
    def headers(self) -> dict[str, str]:
        """What every answer says of it."""
        said = {
            "Deprecation": f"@{int(self.deprecated_at.timestamp())}",
            "Sunset": http_date(self.sunset_at.timestamp()),
        }
        return said | ({"Link": f'<{self.successor}>; rel="successor-version"'} if self.successor else {})

    def check(self, now: datetime) -> None:
        """Refuse from the end on. Raises `Retired`."""
        if now >= self.sunset_at:
            instead = f" Use {self.successor}." if self.successor else ""
            raise Retired(f"This address was retired on {self.sunset_at:%Y-%m-%d}.{instead}")
