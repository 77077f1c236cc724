"""What one sweep did, in the form every part of it answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from claims.actors import rule

BEGINNING = datetime(1900, 1, 1, tzinfo=UTC)
SWEEPER = rule("deadline sweep")


@dataclass(frozen=True)
class Swept:
    """Flags raised, steps of ladders taken, waits ended, alarms set aside, and the longest wait.

    `lag` runs from when an alarm could first be taken (its moment, or when it was set if that was later) to its flag
    or step.
    """

    raised: int = 0
    escalated: int = 0
    resumed: int = 0
    set_aside: int = 0
    lag: timedelta = timedelta(0)

    def __add__(self, other: Swept) -> Swept:
        return Swept(
            self.raised + other.raised,
            self.escalated + other.escalated,
            self.resumed + other.resumed,
            self.set_aside + other.set_aside,
            max(self.lag, other.lag),
        )
