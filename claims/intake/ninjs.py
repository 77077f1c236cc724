"""News items as agencies and editorial systems send them: ninjs (IPTC), 3.x, 2.x and 1.x.

Names of members are compared without their case: 3.x writes `versionCreated` where 1.x and 2.x write `versioncreated`.
Only what an article here needs is taken; the rest of an item is its sender's. Where a member holds what it must not,
the refusal points at it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from claims.deadlines import aware
from claims.errors import ClaimDeskError, Invalid, UnusableText
from claims.plaintext import TextRefused, clean_line

LONGEST_URI = 500
LONGEST_VERSION = 64
LONGEST_NAME = 200
STATUSES = frozenset({"usable", "withheld", "canceled", "cancelled"})
PLAIN, HTML = "text/plain", "text/html"
_BODY_KINDS = {"text": PLAIN, "html": HTML, "xhtml": HTML, "text/plain": PLAIN, "text/html": HTML}
_BODY_KINDS |= {"application/xhtml+xml": HTML}
_MARKED_UP = re.compile(r"</\w+>|<br")
_BY = re.compile(r"^by\s+", re.IGNORECASE)


class ItemWithheld(ClaimDeskError):
    """The provider withholds this item. Send it again when it is usable.

    The news agency says that the item is not to be used yet. Send the version in which it is usable.
    """

    code = "item_withheld"


@dataclass(frozen=True)
class NewsItem:
    """One version of an item. `body` is in `kind` (text/plain or text/html), empty for a cancelled one without body."""

    uri: str
    version: str
    versioned_at: datetime | None
    published_at: datetime | None
    published_raw: str
    embargo_until: datetime | None
    is_canceled: bool
    outlet: str
    headline: str
    language: str
    authors: list[str]
    body: str
    kind: str
    note: str


def read_item(item: Mapping[str, Any]) -> NewsItem:
    """Read an item. Raises `Invalid` (`NaiveTime`, `UnusableText`) with a pointer into it, `ItemWithheld`."""
    found = _Members(item)
    uri = found.name("uri")
    if not uri or len(uri) > LONGEST_URI:
        raise Invalid(f"An item is known by its uri, of at most {LONGEST_URI} characters.", pointer="/ninjs/uri")
    if (kind := found.name("type") or "text") != "text":
        raise Invalid(f'Only items of the type text are taken in; this is "{kind[:40]}".', pointer=found.at("type"))
    status = found.words("pubstatus") or "usable"
    if status not in STATUSES:
        raise Invalid("Must be usable, withheld or canceled.", pointer=found.at("pubstatus"))
    if status == "withheld":
        raise ItemWithheld()
    is_canceled = status != "usable"
    body, body_kind = next(iter(_bodies(found)), ("", PLAIN))
    if not body.strip() and not is_canceled:
        raise Invalid("The item has no body of the type text/plain or text/html.", pointer=found.at("bodies"))
    published, raw = _first_moment(found, "firstcreated", "contentcreated", "versioncreated")
    embargo, _ = _first_moment(found, "embargoeduntil", "embargoed")
    author = _BY.sub("", found.words("by") or found.words("byline"))
    return NewsItem(
        uri=uri,
        version=found.name("version")[:LONGEST_VERSION],
        versioned_at=_first_moment(found, "versioncreated")[0],
        published_at=published,
        published_raw=raw,
        embargo_until=embargo,
        is_canceled=is_canceled,
        outlet=found.words("copyrightholder"),
        headline=_headline(found),
        language=found.words("language").replace("_", "-"),
        authors=[author[:LONGEST_NAME]] if author else [],
        body=body,
        kind=body_kind,
        note=found.words("ednote"),
    )


def is_newer(item: NewsItem, version: str, versioned_at: datetime | None) -> bool | None:
    """Whether an item comes after the version that is known; None: it is that version.

    Versions that are numbers are compared as such, all others by when they were made. Where nothing tells them apart
    they come in the order in which they are sent.
    """
    if item.version.isdecimal() and version.isdecimal() and int(item.version) != int(version):
        return int(item.version) > int(version)
    if item.version == version and version.isdecimal():
        return None
    if item.versioned_at and versioned_at and item.versioned_at != versioned_at:
        return item.versioned_at > versioned_at
    said = item.version or item.versioned_at
    return None if said and (item.version, item.versioned_at) == (version, versioned_at) else True


class _Members:
    """The members of an item under their names in lower case."""

    def __init__(self, item: Mapping[str, Any]) -> None:
        self.named = {name.lower(): (name, value) for name, value in item.items()}

    def at(self, name: str) -> str:
        """Where a member stands, or would."""
        return f"/ninjs/{self.named.get(name, (name,))[0]}"

    def value(self, name: str) -> Any:
        return self.named.get(name, (name, None))[1]

    def words(self, name: str) -> str:
        """A text, empty where there is none; a number is read as its digits. Raises `Invalid` for anything else."""
        value = self.value(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if value is not None and not isinstance(value, str):
            raise Invalid("Send a string.", pointer=self.at(name))
        return " ".join((value or "").split())

    def name(self, name: str) -> str:
        """A text by which something is known again, so it is kept as it is. Raises `Invalid`, `UnusableText`."""
        words = self.words(name)
        try:
            return clean_line(words, field=name, max_length=sys.maxsize)
        except TextRefused as refused:
            raise UnusableText(refused.message, pointer=self.at(name), reason=refused.code) from refused

    def rows(self, name: str) -> list[Mapping[str, Any]]:
        """The objects of a list, their members in lower case. Raises `Invalid`."""
        value = self.value(name) or []
        if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
            raise Invalid("Send a list of objects.", pointer=self.at(name))
        return [{key.lower(): inner for key, inner in one.items()} for one in value]


def _is_main(row: Mapping[str, Any]) -> bool:
    return row.get("role") in ("main", None, "")  # a tuple: a foreign item may have anything there, lists too


def _headline(found: _Members) -> str:
    rows = sorted(found.rows("headlines"), key=_is_main, reverse=True)
    values = [row["value"] for row in rows if isinstance(row.get("value"), str)]
    return next(filter(None, (" ".join(value.split()) for value in values)), found.words("headline"))


def _bodies(found: _Members) -> list[tuple[str, str]]:
    """Text and kind of the bodies that can be read: main ones first, of those plain text before HTML."""
    rows = [(row.get("value"), row.get("contenttype"), _is_main(row)) for row in found.rows("bodies")]
    old = {name.removeprefix("body_"): value for name, (_, value) in found.named.items() if name.startswith("body_")}
    rows += [(value, kind, True) for kind, value in old.items()]
    read = [(value, _kind(value, kind), main) for value, kind, main in rows if isinstance(value, str) and value.strip()]
    read.sort(key=lambda one: (not one[2], one[1] != PLAIN))
    return [(value, kind) for value, kind, _ in read if kind]


def _kind(value: str, kind: Any) -> str:
    """text/plain or text/html, empty for what is neither. Where an item does not say it, tags tell."""
    if not kind:
        return HTML if _MARKED_UP.search(value) else PLAIN
    return _BODY_KINDS.get(str(kind).partition(";")[0].strip().lower(), "")


def _first_moment(found: _Members, *names: str) -> tuple[datetime | None, str]:
    """The first of these times that is there, and how it stands there. Raises `Invalid`, `NaiveTime`."""
    for name in names:
        raw = found.words(name)
        if not raw:
            continue
        try:
            return aware(datetime.fromisoformat(raw)), raw
        except Invalid as refused:
            raise refused.at(found.at(name)) from None
        except (ValueError, OverflowError) as unread:
            message = "Write a time with its offset, for example 2026-11-27T18:00:00+02:00."
            raise Invalid(message, pointer=found.at(name)) from unread
    return None, ""
