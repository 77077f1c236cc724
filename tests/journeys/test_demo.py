"""`make demo ARGS=--json` as a machine runs it: one document, every promise kept, nothing left running."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import pairwise
from typing import Any

import pytest

from tests.running import AS_INSTALLED
from verify_project.runtime.places import CHECKOUT

pytestmark = pytest.mark.slow
WITHIN = 240  # seconds: servers, migrations, and up to a minute until a real minute is over


def told_by_the_demo() -> dict[str, Any]:
    """The document of the command, run on servers of its own."""
    words = [sys.executable, "-m", "verify_project.runtime", "with", "--throwaway", "--"]
    words += [sys.executable, "manage.py", "demo", "--json"]
    environment = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "BROKER_URL"}}
    done = subprocess.run(
        words, cwd=CHECKOUT, env=environment | AS_INSTALLED, capture_output=True, text=True, timeout=WITHIN, check=False
    )
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_demo_keeps_every_promise_and_its_document_says_so() -> None:
    document = told_by_the_demo()
    assert document["of"] >= 12
    assert document["kept"] == document["of"] == len(document["promises"])
    assert all(each["kept"] is True for each in document["promises"])
    assert document["review"]["decision"]["is_demo"] is True
    assert document["verified"]["holds"] is True
    check_flags(document)
    check_timelines(document)
    assert len(document["routed"]) == 20
    assert all(each["why"] and len(each["others"]) == 5 for each in document["routed"])


def check_flags(document: dict[str, Any]) -> None:
    """Only what nobody confirmed is flagged, and that once."""
    flags = [(flag["claim"], flag["flag"]) for flag in document["flags"]]
    assert len(flags) == len(set(flags))
    assert (document["unconfirmed"], "date_passed") in flags
    assert (document["unreviewed"], "late") in flags
    assert document["confirmed"] not in {claim for claim, _flag in flags}
    of_2025 = {claim["claim"] for claim in document["claims"] if (claim["confirm_by"] or "").startswith("2025-11")}
    assert len(of_2025) == 4
    assert of_2025 <= {claim for claim, flag in flags if flag == "date_passed"}


def check_timelines(document: dict[str, Any]) -> None:
    """The timelines are whole chains; the last that happened to the unconfirmed claim: its flag, and who was told."""
    assert set(document["timelines"]) == {str(document["confirmed"]), str(document["unconfirmed"])}
    for events in document["timelines"].values():
        assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
        assert all(after["prev_hash"] == before["hash"] for before, after in pairwise(events))
    last = document["timelines"][str(document["unconfirmed"])][-2:]
    assert [event["type"] for event in last] == ["claim.date_passed", "claim.escalate"]
    assert {event["actor_kind"] for event in last} == {"rule"}
