"""One errand in a process of its own, so that its time and memory can be told.

`python -m tests.intake.visitor PORT PATH`
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from claims.intake.client import Client, Errand
from claims.intake.refusals import NotRead

KINDS = ("text/", "application/xhtml+xml")


def main(port: int, path: str) -> None:
    """Print one JSON object: `code` (empty when it was read), `bytes`, `seconds`, `mebibytes` (the peak)."""
    client = Client(door=("127.0.0.1", port))
    began, code, size = time.monotonic(), "", 0
    try:
        size = len(client.run(Errand(f"http://127.0.0.1:{port}/{path}", kinds=KINDS)).body)
    except NotRead as refusal:
        code = refusal.code
    seconds = round(time.monotonic() - began, 1)
    sys.stdout.write(json.dumps({"code": code, "bytes": size, "seconds": seconds, "mebibytes": peak()}))


def peak() -> int:
    """The most memory this process has had, MiB. Unlike rusage it does not count whoever started it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmHWM:"))) // 1024


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
