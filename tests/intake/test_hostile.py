"""Every fault of the hostile server ends in time, in little memory, and with the sentence it deserves."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.intake.hostile import PATHS
from verify_project.runtime.places import CHECKOUT

SECONDS = 10
MEBIBYTES = 64


@pytest.mark.parametrize("path", PATHS)
def test_a_hostile_page_ends_in_time_and_in_little_memory(hostile: int, path: str) -> None:
    visit = subprocess.run(
        [sys.executable, "-m", "tests.intake.visitor", str(hostile), path],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=40,
        check=True,
    )
    told = json.loads(visit.stdout)
    assert told["code"] in (PATHS[path].split() or [""])
    assert told["seconds"] <= SECONDS
    assert told["mebibytes"] <= MEBIBYTES
