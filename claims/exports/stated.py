"""Leaves out of an object what is not known: in every format of ours an absent member says less than an empty one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def stated(members: Mapping[str, Any]) -> dict[str, Any]:
    """The members that have a value. False and 0 are values; None, "", and empty lists and objects are none."""
    return {name: value for name, value in members.items() if value not in (None, "", [], {})}
