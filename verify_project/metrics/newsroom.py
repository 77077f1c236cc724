"""`/metrics` of the web processes."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from verify_project.metrics import readings
from verify_project.metrics.counting import Counted
from verify_project.metrics.page import MEDIA_TYPE, may_read, page


class Newsroom(Collector):
    """What the database says of the work at the moment of the scrape."""

    def collect(self) -> Iterator[Metric]:
        """All readings; without a database only that it is away."""
        up = GaugeMetricFamily("claimdesk_database_up", "Whether the database answered.")
        try:
            found = [_family(reading) for reading in readings.taken()]
        except (OperationalError, InterfaceError):
            found = []
        up.add_metric([], 1 if found else 0)
        yield up
        yield from found


def _family(reading: readings.Reading) -> Metric:
    kind = CounterMetricFamily if reading.only_grows else GaugeMetricFamily
    family = kind(f"claimdesk_{reading.name}", reading.words, labels=["kind"] if reading.by_kind else [])
    for label, value in reading.values.items():
        family.add_metric([label] if reading.by_kind else [], value)
    return family


def metrics(request: HttpRequest) -> HttpResponse:
    """The page that Prometheus reads. Whoever may not read it finds nothing here."""
    if not may_read(request.headers.get("Authorization", ""), request.META.get("REMOTE_ADDR", "")):
        raise Http404
    told = page(Counted(), Newsroom())
    return HttpResponse(told, content_type=MEDIA_TYPE, headers={"Cache-Control": "no-store"})
