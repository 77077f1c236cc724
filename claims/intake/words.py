"""The title and the text of a kept page. Text only: nothing of the page's markup goes any further."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from claims.plaintext import scrubbed

PROGRAM = Path(__file__).with_name("extract.py")
SECONDS = 8
TEXT_LIMIT = 500_000
TITLE_LIMIT = 300
READABLE = ("text/html", "application/xhtml+xml", "text/plain")


@dataclass(frozen=True)
class Words:
    """What a reader would read of a page; both empty where there is nothing to read."""

    title: str = ""
    text: str = ""


def words_of(page: bytes, media_type: str) -> Words:
    """Read a page in a process of its own. One that cannot be read has no words; its bytes are kept all the same."""
    if media_type not in READABLE:
        return Words()
    try:
        found = read_apart(page, media_type)
    except (subprocess.SubprocessError, ValueError):
        return Words()
    title = " ".join(scrubbed(found["title"], max_length=4 * TITLE_LIMIT).split())
    return Words(title[:TITLE_LIMIT], scrubbed(found["text"], max_length=TEXT_LIMIT))


def read_apart(page: bytes, media_type: str, charset: str = "") -> Any:
    """What `extract.py` prints of a page. Raises `SubprocessError` or `ValueError` when it does not come to an end."""
    command = [sys.executable, "-I", str(PROGRAM), media_type, charset]
    done = subprocess.run(command, input=page, capture_output=True, timeout=SECONDS, check=True)  # noqa: S603 - ours
    return json.loads(done.stdout)
