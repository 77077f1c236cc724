"""Every fault of the hostile server ends in time, in little memory, and with the sentence it deserves."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.intake.hostile import PATHS
from verify_project.runtime.places import CHECKOUT

SECONDS = 10
MEBIBYTES = 64
Visit = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="module")
def visit(hostile: int) -> Iterator[Visit]:
    """Somebody who goes to a path of the hostile server and tells how it went."""
    command = [sys.executable, "-m", "tests.intake.visitor", str(hostile)]
    with subprocess.Popen(command, cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as visitor:
        asked, told = visitor.stdin, visitor.stdout
        assert asked
        assert told

        def go(path: str) -> dict[str, Any]:
            asked.write(f"{path}\n")
            asked.flush()
            found: dict[str, Any] = json.loads(told.readline())
            return found

        yield go


@pytest.mark.parametrize("path", PATHS)
def test_a_hostile_page_ends_in_time_and_in_little_memory(visit: Visit, path: str) -> None:
    told = visit(path)
    assert told["code"] in (PATHS[path].split() or [""])
    assert told["seconds"] <= SECONDS
    assert told["mebibytes"] <= MEBIBYTES
