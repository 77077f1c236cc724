"""Rows of a list that are JSON already, put into the body as they are."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

Link = Callable[[str], str]  # the whole address of one of our paths


class Written(list[str]):
    """JSON texts, one for each row."""


def as_json(data: Any) -> str:
    """The JSON text of a body. Its `results` may be `Written`."""
    rows = data.get("results") if isinstance(data, Mapping) else None
    if not isinstance(rows, Written):
        return _dumped(data)
    members = {name: f"[{','.join(rows)}]" if value is rows else _dumped(value) for name, value in data.items()}
    return "{" + ",".join(f"{_dumped(name)}:{text}" for name, text in members.items()) + "}"


def _dumped(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
