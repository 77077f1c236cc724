"""Counts and times requests. Several web processes add their counts up through files.

The client library keeps those where `PROMETHEUS_MULTIPROC_DIR` says; without it each process tells its own.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

METHODS = frozenset({"GET", "HEAD", "POST", "PATCH", "DELETE", "OPTIONS", "PUT"})
BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # seconds
OURS = CollectorRegistry()
REQUESTS = Counter(
    "claimdesk_requests", "Requests answered, by the name of their route.", ("route", "method", "status"), registry=OURS
)
SECONDS = Histogram(
    "claimdesk_request_seconds", "Time until the answer was ready.", ("route",), registry=OURS, buckets=BUCKETS
)


class RequestMetricsMiddleware:
    """Counts and times every request that comes this far."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Hand the request on, and note what became of it."""
        begun = time.perf_counter()
        response = self.get_response(request)
        route, method = route_of(request), request.method if request.method in METHODS else "other"
        SECONDS.labels(route).observe(time.perf_counter() - begun)
        REQUESTS.labels(route, method, response.status_code).inc()
        return response


def route_of(request: HttpRequest) -> str:
    """The name of the route, `static` for files, `none` for what leads nowhere: a fixed number of them."""
    if request.resolver_match is not None:
        return request.resolver_match.view_name if request.resolver_match.url_name else "unnamed"
    return "static" if request.path.startswith(settings.STATIC_URL) else "none"


class Counted(Collector):
    """What was counted, in all web processes where they share a directory."""

    def collect(self) -> Iterator[Metric]:
        """Each family once."""
        if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
            return iter(OURS.collect())
        found: Iterator[Metric] = MultiProcessCollector(None).collect()  # type: ignore[no-untyped-call]  # the library's
        return iter(found)
