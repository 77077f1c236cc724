"""How evenly work is spread over people. Defined here once; docs/architecture.md says the same in words."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import pstdev


def spread(loads: Sequence[tuple[int, int]]) -> float:
    """The standard deviation of people's relative load, in percentage points; 0 when everybody is equally busy.

    `loads` are open claims and own limit of each person who takes work and is not away: 3 of 10 open is 30 percent.
    """
    if not loads:
        return 0.0
    return pstdev(100 * load / limit for load, limit in loads)
