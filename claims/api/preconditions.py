"""ETag, If-Match and If-None-Match (RFC 9110). A tag is the version in quotes: `"7"`."""

from __future__ import annotations

import re
from hashlib import sha256

from rest_framework.request import Request

from claims.api.errors import PreconditionRequired
from claims.errors import StaleVersion

_TAG = re.compile(r'\s*(W/)?(?:"([\x21\x23-\x7e]*)"|([0-9]+))\s*(?:,|\Z)')


def tag(version: int | str) -> str:
    """The entity tag of a version."""
    return f'"{version}"'


def mark_of(content: bytes) -> str:
    """A mark of these bytes, for what has no number of its own as a version."""
    return sha256(content).hexdigest()[:32]


def tags(header: str, *, strong: bool) -> set[str]:
    """The tags a header lists, without their quotes; `strong` leaves weak ones out."""
    return {
        found.group(2) if found.group(2) is not None else found.group(3)
        for found in _TAG.finditer(header)
        if not (strong and found.group(1))
    }


def expected_version(request: Request, current: int, *, needed: bool = True) -> int | None:
    """The version the caller has seen, to be looked at again under the lock. `*` means whatever there is.

    Raises `PreconditionRequired` without If-Match (when `needed`) and `StaleVersion` when it names another version.
    """
    header = request.headers.get("If-Match")
    if header is None:
        if needed:
            raise PreconditionRequired(f"Send If-Match with the ETag you last read. It is {tag(current)} now.")
        return None
    if header.strip() == "*":
        return None
    if str(current) not in tags(header, strong=True):
        raise _stale(header, current)
    return current


def _stale(header: str, current: int | str) -> StaleVersion:
    """Why this If-Match is refused: mostly because somebody was faster. A weak tag never fits (RFC 9110, 13.1.1)."""
    if str(current) in tags(header, strong=False):
        weak = f"Nobody changed this, but W/{tag(current)} is a weak tag: a proxy that compresses makes them so. "
        return StaleVersion(f"{weak}Send {tag(current)}.", current=current, sent=header[:80])
    return StaleVersion(current=current, sent=header[:80])


def is_known(request: Request, current: int | str) -> bool:
    """Whether If-None-Match names this version already, so that 304 is the whole answer."""
    header = request.headers.get("If-None-Match")
    if header is None:
        return False
    return header.strip() == "*" or str(current) in tags(header, strong=False)


def expected_mark(request: Request, current: str) -> str | None:
    """The same for a row whose tag is a mark of its content instead of a number."""
    header = request.headers.get("If-Match")
    if header is None:
        raise PreconditionRequired(f"Send If-Match with the ETag you last read. It is {tag(current)} now.")
    if header.strip() == "*":
        return None
    if current not in tags(header, strong=True):
        raise _stale(header, current)
    return current
