"""Measure what we promise about speed, as ratios inside one run."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from claims.benchmarks import hooks, idle, latency, sse, sweep
from claims.benchmarks.report import Report
from reviews.benchmarks import ingest, listing, pages, route

# Each with its own meaning of --n and how many there are unless the call says so.
BENCHMARKS: dict[str, tuple[int, Callable[[int, dict[str, int]], Report]]] = {
    "hooks": (2_000, lambda n, _given: hooks.run(n=n)),
    "idle": (100_000, lambda n, given: idle.run(due=given["due"], n=n)),
    "ingest": (1_000, lambda n, _given: ingest.run(n=n)),
    "latency": (600, lambda n, given: latency.run(n=n, rate=given["rate"])),
    "list": (5_000, lambda n, _given: listing.run(n=n)),
    "pages": (200_000, lambda n, _given: pages.run(n=n)),
    "route": (10_000, lambda n, _given: route.run(n=n)),
    "sse": (10_000, lambda n, _given: sse.run(n=n)),
    "sweep": (100_000, lambda n, given: sweep.run(due=given["due"], n=n)),
}


class Command(BaseCommand):
    """`manage.py bench NAME`: in a database of its own, which is dropped afterwards."""

    help = "Measure NAME against its peer and its limit; the exit status says whether the floors hold."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", choices=sorted(BENCHMARKS))
        parser.add_argument("--due", type=int, default=1000, help="sweep: alarms that are due (default 1000)")
        parser.add_argument("--rate", type=int, default=40, help="latency: moments a second (default 40)")
        parser.add_argument(
            "--n",
            type=int,
            help="alarms in all (default 100000; latency 600); route: claims (default 10000); "
            "hooks: deliveries (default 2000); ingest: claims a call (default 1000); "
            "list, pages: claims in all (default 5000; 200000); sse: clients (default 10000)",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *, name: str, n: int | None, json: bool, **options: Any) -> None:
        usual, benchmark = BENCHMARKS[name]
        try:
            report = benchmark(usual if n is None else n, {"due": options["due"], "rate": options["rate"]})
        except ValueError as unusable:
            raise CommandError(str(unusable)) from unusable
        self.stdout.write(_as_json(report) if json else _as_table(report))
        if not report.passed:
            raise CommandError(f"{name}: below the floor ({report.floor}).")


def _as_json(report: Report) -> str:
    return json.dumps(report.as_dict())


def _as_table(report: Report) -> str:
    rows = {**report.as_dict(), **report.more}
    rows.pop("more")
    width = max(len(key) for key in rows)
    return "\n".join(f"{key.ljust(width)}  {value}" for key, value in rows.items())
