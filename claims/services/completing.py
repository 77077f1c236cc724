"""An article of which only a part was given, completed from what its page says of itself. What was given wins.

What had to be assumed is said in `notes`, sentences for whoever sent it; what neither says is refused by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from email.utils import parsedate_to_datetime
from threading import BoundedSemaphore
from typing import cast

from claims.addresses import AddressRefused, canonical_url, host_of
from claims.deadlines import zone_named
from claims.errors import ClaimDeskError, Faults, Invalid, UnusableText
from claims.intake.pages import Head, ReadPage, read_page
from claims.models import DateKnown, Desk
from claims.services.articles import TEXT_LIMIT, GivenArticle, is_language_tag, known_outlet, placed, text

AT_ONCE = 2  # pages that one process of the web reads at the same time; each may take a gigabyte for five seconds
PATIENCE = 5.0  # seconds in which a turn must come
HEADLINE, NAME, RAW = 400, 200, 120
MISSING = {
    "outlet": "The {of} does not name its outlet. Name it.",
    "headline": "The {of} has no headline. Give one.",
    "language": "The {of} does not name its language. Name it by its tag, for example en.",
    "published_at": "The {of} does not say when it was published. Say when.",
}
_turns = BoundedSemaphore(AT_ONCE)
_MOBILE = re.compile(r"^(?:m|amp|mobile)\.")


class ReadersBusy(ClaimDeskError):
    """Too many pages are being read at the moment. Send it again in a few seconds.

    As many pages are read at once as this site can. Send it again in a few seconds.
    """

    code = "readers_busy"
    status = 503


@dataclass(frozen=True)
class ToldArticle:
    """What somebody says of an article beside its page. Empty or None: the page is asked."""

    outlet: str = ""
    headline: str = ""
    language: str = ""
    published_at: datetime | None = None
    published_zone: str = ""
    published_raw: str = ""
    url: str = ""
    authors: Sequence[str] | None = None
    desk: Desk | None = None
    embargo_until: datetime | None = None
    known: str = DateKnown.GIVEN


@dataclass(frozen=True)
class Completed:
    """The article, and what was assumed about it."""

    article: GivenArticle
    notes: Sequence[str]


def read_given(html: str) -> ReadPage:
    """Read a page that somebody sent as text. Raises `UnusableText`, `NothingReadable` (at /html), `ReadersBusy`."""
    if not _turns.acquire(timeout=PATIENCE):
        raise ReadersBusy(headers={"Retry-After": "5"})
    try:
        return read_page(html.encode(), charset="utf-8")
    except UnicodeEncodeError as half:
        message = f"Html: the character at position {half.start} is half of a character. Send the whole character."
        raise UnusableText(message, pointer="/html", reason="lone_surrogate") from half
    except Invalid as refused:
        raise refused.at("/html") from None
    finally:
        _turns.release()


def completed(told: ToldArticle, page: ReadPage, *, found_at: str = "", of: str = "page") -> Completed:
    """The article that `told` and its page make together. `found_at` is where it was read, empty when it was sent;
    `of` is what it is called in refusals.

    Raises `Invalid` for each thing that neither says, all of them together.
    """
    head, notes, faults = page.head, list[str](), Faults()
    with faults.caught():
        text(page.text, "text", TEXT_LIMIT)
    url = told.url or _link(head.canonical, found_at, notes)
    outlet = told.outlet or head.outlet or _host(url)
    moment, raw = told.published_at, told.published_raw
    if moment is None:
        moment, raw = _published(head, _zone(told, outlet), notes)
    language = told.language or (head.language if is_language_tag(head.language) else "")
    headline = told.headline or head.headline[:HEADLINE]
    needed = {"outlet": outlet, "headline": headline, "language": language, "published_at": moment}
    for name in [name for name, value in needed.items() if not value]:
        with faults.caught():
            raise Invalid(MISSING[name].format(of=of), pointer=f"/{name}")
    faults.refuse()
    notes += remarks(page)
    given = GivenArticle(
        outlet=outlet[:NAME],
        headline=headline,
        text=page.text,
        language=language,
        published_at=cast(datetime, moment),  # refused above when missing
        published_zone=told.published_zone,
        published_raw=raw[:RAW],
        published_known=told.known if told.published_at else DateKnown.PAGE,
        url=url,
        authors=told.authors if told.authors is not None else [name[:NAME] for name in head.authors],
        desk=told.desk,
        embargo_until=told.embargo_until,
    )
    return Completed(given, notes)


def _link(canonical: str, found_at: str, notes: list[str]) -> str:
    """The article's link: the one its page names, if that is of the site on which the page was read.

    Otherwise any page could pass for an article of another outlet, and its text for a later revision of that one.
    """
    try:
        named = canonical_url(canonical) if canonical else ""
    except AddressRefused:
        named = ""
    if not found_at or not named:
        return named or found_at
    if _same_site(named, found_at):
        return named
    notes.append(f"The page names {named} as its address, which is another site. The link that was read is kept.")
    return found_at


def _same_site(one: str, other: str) -> bool:
    """Whether one host is the other or lies under it, mobile editions aside."""
    first, second = (_MOBILE.sub("", host_of(address)) for address in (one, other))
    return first == second or first.endswith(f".{second}") or second.endswith(f".{first}")


def _host(url: str) -> str:
    try:
        return host_of(url) if url else ""
    except AddressRefused:
        return ""


def _zone(told: ToldArticle, outlet: str) -> str:
    """In which zone a time without one is read: the given one, else the outlet's, else the desk's, else UTC."""
    if told.published_zone:
        return str(placed("published_zone", zone_named, told.published_zone))
    known = known_outlet(outlet)
    return (known.zone if known else "") or (told.desk.zone if told.desk else "") or "UTC"


def _published(head: Head, zone: str, notes: list[str]) -> tuple[datetime | None, str]:
    """The first time that the page names and that can be read, and how it stands there."""
    there = zone_named(zone)
    read = [(where, raw, *found) for where, raw in head.published if (found := _moment(raw, there))]
    if not read:
        return None, ""
    where, raw, moment, assumed = read[0]
    if assumed:
        notes.append(f"The page says {raw} {assumed}; it was read in {zone}.")
    others = [f"{raw} ({where})" for where, raw, other, _ in read[1:] if other != moment]
    if others:
        notes.append(
            f"The page names several times of publication. {raw} ({where}) was taken, not {', '.join(others)}."
        )
    return moment, raw


def _moment(raw: str, there: tzinfo) -> tuple[datetime, str] | None:
    """The moment that a page's time (ISO 8601, or as in mail headers) means, and what had to be assumed about it."""
    try:
        if len(raw) == len("2026-11-27"):
            return datetime.combine(date.fromisoformat(raw), time(), tzinfo=there).astimezone(UTC), "without a time"
        found = datetime.fromisoformat(raw)
    except (ValueError, OverflowError):
        try:
            found = parsedate_to_datetime(raw)
        except (ValueError, OverflowError):
            return None
    try:
        if found.tzinfo is None:
            return found.replace(tzinfo=there).astimezone(UTC), "without a time zone"
        return found.astimezone(UTC), ""
    except (ValueError, OverflowError):
        return None


def remarks(page: ReadPage) -> Iterator[str]:
    """What is to be said of a page whoever gave what else."""
    if page.head.is_opinion:
        yield "The page calls itself an opinion piece."
    if page.left_out:
        yield f"Left out of the text, because they hide or reorder it: {_listed(page.left_out)}."


def _listed(characters: Mapping[str, int]) -> str:
    return ", ".join(f"{name} ({count} times)" if count > 1 else name for name, count in characters.items())
