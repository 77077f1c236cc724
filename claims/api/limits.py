"""How many requests a caller may make. Counted in this process alone: several processes add up, which is meant.

No request waits for Redis; the limit keeps one runaway script from crowding out the newsroom, nothing finer.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil
from threading import Lock
from typing import Any

from django.conf import settings

from claims.api.errors import RateLimited

WINDOW = 60  # seconds
NAME = "burst"
MOST_CALLERS = 10_000


@dataclass(frozen=True)
class Left:
    """What a caller has left: requests, and seconds until the count starts again."""

    requests: int
    seconds: int

    @property
    def header(self) -> str:
        """The value of the RateLimit field."""
        return f'"{NAME}";r={self.requests};t={self.seconds}'


@dataclass
class Counter:
    """Requests per caller in windows of fixed length."""

    quota: int = field(default_factory=lambda: settings.API_REQUESTS_PER_MINUTE)
    window: int = WINDOW
    clock: Callable[[], float] = time.monotonic
    _counts: dict[str, tuple[float, int]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def take(self, caller: str) -> Left:
        """Count one request. Raises `RateLimited` when the window is used up."""
        now = self.clock()
        with self._lock:
            begun, count = self._counts.get(caller, (now, 0))
            if now - begun >= self.window:
                begun, count = now, 0
            self._counts[caller] = (begun, count + 1)
            if len(self._counts) > MOST_CALLERS:
                self._forget(now)
        seconds = max(1, ceil(begun + self.window - now))  # whoever waits that long is not early
        if count >= self.quota:
            raise self._limited(Left(0, seconds))
        return Left(self.quota - count - 1, seconds)

    @property
    def policy(self) -> str:
        """The value of the RateLimit-Policy field."""
        return f'"{NAME}";q={self.quota};w={self.window}'

    def _limited(self, left: Left) -> RateLimited:
        headers = {"Retry-After": str(left.seconds), "RateLimit": left.header, "RateLimit-Policy": self.policy}
        facts: dict[str, Any] = {"violated-policies": [NAME]}
        return RateLimited(headers=headers, **facts)

    def _forget(self, now: float) -> None:
        old = [caller for caller, (begun, _) in self._counts.items() if now - begun >= self.window]
        for caller in old or list(self._counts)[: MOST_CALLERS // 2]:
            del self._counts[caller]


REQUESTS = Counter()
PUBLIC = Counter(settings.PUBLIC_REQUESTS_PER_MINUTE)  # what everybody may read
