"""The page of one process, and who may read it."""

from __future__ import annotations

from hmac import compare_digest

from django.conf import settings
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4 as MEDIA_TYPE
from prometheus_client.registry import Collector

__all__ = ["MEDIA_TYPE", "may_read", "page"]
LOOPBACK = frozenset({"127.0.0.1", "::1"})


def may_read(authorization: str, address: str) -> bool:
    """With a METRICS_TOKEN whoever shows it; without one this machine, but nobody in production or behind a proxy.

    Behind a proxy everybody seems to come from this machine.
    """
    if settings.METRICS_TOKEN:
        return compare_digest(authorization.encode(), f"Bearer {settings.METRICS_TOKEN}".encode())
    return not (settings.PRODUCTION or settings.BEHIND_PROXY) and address in LOOPBACK


def page(*collectors: Collector) -> bytes:
    """What these collectors find, in Prometheus' text format."""
    registry = CollectorRegistry()
    for collector in collectors:
        registry.register(collector)
    return generate_latest(registry)
