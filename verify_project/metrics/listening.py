"""`/metrics` of the live stream's process."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from claims.stream.application import LiveStream, Receive, Scope
from claims.stream.clients import Send
from verify_project.metrics.page import MEDIA_TYPE, may_read, page


class Listening(Collector):
    """How many listen, what they were told, and how old what they hear is."""

    def __init__(self, stream: LiveStream) -> None:
        self.stream = stream

    def collect(self) -> Iterator[Metric]:
        """All figures of the process."""
        if (hub := self.stream.hub) is None:
            return
        yield _gauge("clients", "Open streams.", len(hub.clients))
        yield _gauge("listeners", "People and keys who have streams open.", len(hub.of))
        yield _gauge("room", "Streams that this process may hold.", self.stream.most)
        yield _gauge("look_age_seconds", "Since the feed was last read.", hub.age)
        yield _counter("hints", "Hints told, one for each stream.", hub.told)
        yield _counter("dropped", "Streams cut off because nothing was taken.", hub.dropped)


def _gauge(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(f"claimdesk_stream_{name}", words, value=value)


def _counter(name: str, words: str, value: float) -> Metric:
    return CounterMetricFamily(f"claimdesk_stream_{name}", words, value=value)


class WithMetrics:
    """The live stream with a page of its figures beside it."""

    def __init__(self, stream: LiveStream) -> None:
        self.stream = stream
        self.figures = Listening(stream)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or hand on. Whoever may not read the figures finds nothing, as at any other address."""
        address, _ = scope.get("client") or ("", 0)
        shown = dict(scope.get("headers", ())).get(b"authorization", b"").decode("latin-1")
        if scope.get("path") != "/metrics" or not may_read(shown, address):
            await self.stream(scope, receive, send)
            return
        headers = [(b"content-type", MEDIA_TYPE.encode()), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": page(self.figures)})
