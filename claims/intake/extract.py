"""The words of one page, run as a program of its own: bytes on stdin, their media type as argument, JSON on stdout.

A parser reads what strangers wrote. Here it may need too long or too much memory, or crash, and takes nobody along.
"""

from __future__ import annotations

import json
import resource
import sys
from typing import Any

CPU_SECONDS = 5
MEMORY = 1024 * 1024 * 1024


def main(media_type: str) -> None:
    """Print `title` and `text` of what is on stdin; both empty for what holds no words."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    page = sys.stdin.buffer.read()
    title, text = read_html(page) if "html" in media_type else ("", page.decode("utf-8", "replace"))
    sys.stdout.write(json.dumps({"title": title, "text": text}))


def read_html(page: bytes) -> tuple[str, str]:
    """Title and main text; where no main text is found, all text."""
    import trafilatura

    found: Any = trafilatura.bare_extraction(page, include_comments=False, with_metadata=True, fast=True)
    title = (found.title if found else "") or title_of(page)
    return title or "", (found.text if found else "") or trafilatura.html2txt(page) or ""


def title_of(page: bytes) -> str:
    """What the page's head calls it."""
    from trafilatura.utils import load_html

    tree: Any = load_html(page)
    return "" if tree is None else str(tree.findtext(".//title") or "")


if __name__ == "__main__":
    main(sys.argv[1])
