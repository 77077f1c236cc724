"""Timing and the one form in which every benchmark reports."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any


@dataclass(frozen=True)
class Report:
    """One benchmark's figures. Times are seconds, medians over the repeats; a ratio compares within this run only."""

    name: str
    n: int
    ours: float
    peer: float
    limit: float
    ratio_to_peer: float
    ratio_to_limit: float
    floor: str
    goal: str
    passed: bool
    load: float
    more: dict[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def against(
    name: str,
    n: int,
    *,
    ours: float,
    peer: float,
    limit: float,
    floor: str,
    goal: str,
    passed: bool,
    more: dict[str, Any],
) -> Report:
    """A report whose ratios are how often our time fits into the peer's, and the limit's into ours."""
    return Report(
        name=name,
        n=n,
        ours=ours,
        peer=peer,
        limit=limit,
        ratio_to_peer=round(peer / ours, 1),
        ratio_to_limit=round(ours / limit, 2),
        floor=floor,
        goal=goal,
        passed=passed,
        load=load(),
        more=more,
    )


def seconds(work: Callable[[], object]) -> float:
    """How long `work` takes, on the wall."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def middle(times: list[float]) -> float:
    """The median of some times."""
    return median(times)


def load() -> float:
    """The machine's load over the last minute, so that a reader can judge the figures."""
    return round(os.getloadavg()[0], 2)
