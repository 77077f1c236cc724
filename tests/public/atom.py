"""Atom as feedparser reads it, which we did not write."""

from __future__ import annotations

from typing import Any

import feedparser
from django.test import Client


def parsed(reader: Client, address: str) -> Any:
    """The feed, of which a stranger's reader has nothing to complain."""
    answer = reader.get(address)
    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    found = feedparser.parse(answer.content)
    assert not found.bozo, found.get("bozo_exception")
    assert found.version == "atom10"
    return found


def names_in(reader: Client, address: str) -> list[str]:
    """What the entries of all its pages are called, in order."""
    names = list[str]()
    while address:
        found = parsed(reader, address)
        names += [entry.id for entry in found.entries]
        address = next((link.href for link in found.feed.links if link.rel == "next"), "")
    return names
