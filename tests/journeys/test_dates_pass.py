"""Dates pass with nobody acting: each is announced once, and what pages say is right with and without a worker."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from tests.conftest import StartCelery
from tests.factories import now
from tests.journeys.caller import Caller
from tests.journeys.conftest import Site
from tests.running import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

TEXT = "The bridge opens on Friday, the mayor said. The toll will fall by half. Two lamps are out of order."
QUOTES = ("The bridge opens on Friday", "The toll will fall by half", "Two lamps are out of order")
TICK = 5.0  # seconds between two ticks of beat
AHEAD = timedelta(seconds=3)  # how far ahead a review due is set: longer than any one request takes
DELAYED = "Deadline alerts are delayed."
Announced = Counter[tuple[int, str]]


def overdue_soon(caller: Caller, headline: str) -> list[int]:
    """Three accepted claims whose reviews fall due seconds later; the first two had a date that has passed."""
    article = {"outlet": "Tidende 24", "headline": headline, "language": "en", "desk": "world", "text": TEXT}
    number = caller.made("/articles", {**article, "published_at": (now() - timedelta(days=3)).isoformat()})["id"]
    passed = (now() - timedelta(days=2)).date().isoformat()
    numbers = []
    for place, quote in enumerate(QUOTES):
        due = (now() + AHEAD).isoformat()
        body: dict[str, Any] = {"article": number, "quote": quote, "accept": True, "review_due_at": due}
        if place < 2:
            body["own_date"] = {"until": passed, "zone": "Europe/Kyiv"}
        numbers.append(caller.made("/claims", body)["id"])
    return numbers


def expected(numbers: list[int]) -> Announced:
    """What must have been announced of them: each is late, and two of three have had their date."""
    late = [(number, "late") for number in numbers]
    return Counter([*late, *((number, "date_passed") for place, number in enumerate(numbers) if place % 3 < 2)])


def announced(caller: Caller) -> Announced:
    """Everything that was announced of moments that have passed, by claim and kind."""
    found = caller.get("/flags?kind=late&kind=date_passed&limit=100")["results"]
    return Counter((flag["claim"], flag["kind"]) for flag in found)


def told(caller: Caller) -> Announced:
    """The same from the change feed."""
    types = {"org.claimdesk.claim.late.v1": "late", "org.claimdesk.claim.date_passed.v1": "date_passed"}
    events = caller.get("/events?limit=100")["results"]
    return Counter((event["claim"], types[event["type"]]) for event in events if event["type"] in types)


def readiness(caller: Caller) -> str:
    return str(json.loads(caller.page("/readyz"))["alerts"])


def figure(page: str, key: str) -> tuple[int, str]:
    """A number of the dashboard and the address of the list behind it."""
    tag = re.search(rf'<a[^>]* id="kpi-{key}"[^>]* href="([^"]+)"[^>]*>(.*?)</a>', page, re.DOTALL)
    assert tag, f"the dashboard has no number {key}"
    number = re.search(r"(\d+)\s*(?:<|$| unassigned)", re.sub(r"<span class=\"cd-vh\">.*?</span>", "", tag.group(2)))
    assert number, tag.group(2)
    return int(number.group(1)), tag.group(1)


def check_numbers(editor: Caller, integration: Caller) -> None:
    """Every number equals the list behind it, on the dashboard and in the API."""
    page = editor.page("/desk/")
    for key in ("late", "date_passed", "due_24h", "open"):
        number, address = figure(page, key)
        behind = editor.page(address)
        assert behind.count("data-cd-row>") == number, key
    for stat in integration.get("/stats")["results"]:
        listed = integration.get(f"/stats/{stat['key']}?limit=100")["results"]
        assert len(listed) == stat["value"], stat["key"]


def test_pages_are_right_while_nothing_runs_and_everything_is_announced_once_on_return_and_from_then_on(
    site: Site, celery_worker_process: StartCelery
) -> None:
    integration, editor = site.integration(), site.editor()
    numbers = overdue_soon(integration, "Bridge")
    time.sleep(AHEAD.total_seconds() + 0.1)
    for number in numbers:
        assert "late" in [flag["kind"] for flag in integration.get(f"/claims/{number}")["flags"]]
    late = integration.get("/claims?flag=late&limit=100")["results"]
    assert {claim["id"] for claim in late} == set(numbers)
    assert announced(integration) == Counter()
    assert readiness(integration) == "delayed"
    page = editor.page("/desk/")
    assert DELAYED in page
    assert (figure(page, "late")[0], figure(page, "date_passed")[0]) == (3, 2)
    check_numbers(editor, integration)

    celery_worker_process(slots=2, beat=True)
    wait_until(lambda: announced(integration) == expected(numbers), within=30, every=0.3)
    assert announced(integration) == expected(numbers)
    time.sleep(TICK + 1)
    assert announced(integration) == told(integration) == expected(numbers)
    assert readiness(integration) == "current"
    assert DELAYED not in editor.page("/desk/")

    numbers += overdue_soon(integration, "Bridge, the second")
    wait_until(lambda: announced(integration) == expected(numbers), within=20, every=0.3)
    time.sleep(TICK + 1)  # another sweep has passed over them
    assert announced(integration) == told(integration) == expected(numbers)
    page = editor.page("/desk/")
    assert (figure(page, "late")[0], figure(page, "date_passed")[0]) == (6, 4)
    check_numbers(editor, integration)
