"""Moments on the wire: RFC 3339 in UTC with a Z."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import overload


@overload
def rfc3339(moment: datetime) -> str: ...
@overload
def rfc3339(moment: None) -> None: ...
def rfc3339(moment: datetime | None) -> str | None:
    """The moment as the API writes it, with microseconds only where it has them."""
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
