"""Errands, each in a process of its own, so that its time and memory can be told.

`python -m tests.intake.visitor PORT` reads a path per line, and for each makes a copy of itself that prints one line.
"""

from __future__ import annotations

import json
import os
import sys
import time
from importlib import import_module
from pathlib import Path

from claims.intake.client import Client, Errand
from claims.intake.refusals import NotRead

KINDS = ("text/", "application/xhtml+xml")


def main(port: int) -> None:
    """Go wherever it is told; a copy that fails prints an empty line."""
    import_module("httpcore")
    for path in sys.stdin:
        copy = os.fork()
        if not copy:
            os.write(1, json.dumps(visited(port, path.strip())).encode())
            os._exit(0)
        os.waitpid(copy, 0)
        os.write(1, b"\n")


def visited(port: int, path: str) -> dict[str, str | float]:
    """`code` (empty when it was read), `bytes`, `seconds`, `mebibytes` (the peak)."""
    client = Client(door=("127.0.0.1", port))
    began, code, size = time.monotonic(), "", 0
    try:
        size = len(client.run(Errand(f"http://127.0.0.1:{port}/{path}", kinds=KINDS)).body)
    except NotRead as refusal:
        code = refusal.code
    return {"code": code, "bytes": size, "seconds": round(time.monotonic() - began, 1), "mebibytes": peak()}


def peak() -> int:
    """The most memory this process has had, MiB. Unlike rusage it does not count whoever started it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmHWM:"))) // 1024


if __name__ == "__main__":
    main(int(sys.argv[1]))
