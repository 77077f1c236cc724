"""The hostile server, once for all tests that need it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from verify_project.runtime.places import CHECKOUT


@pytest.fixture(scope="session")
def hostile() -> Iterator[int]:
    """The port of the hostile server on this machine."""
    command = [sys.executable, "-m", "tests.intake.hostile"]
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield int(server.stdout.readline())
        finally:
            server.kill()
