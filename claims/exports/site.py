"""Who publishes here, and under which address."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

# What a tag URI (RFC 4151) says beside the host: a year in which the name was the newsroom's. It never changes.
YEAR = "2026"


@dataclass(frozen=True)
class Site:
    """The publisher as formats name it. `url` has no slash at its end; what is empty is left out of every format."""

    url: str
    name: str
    licence: str = ""
    principles: str = ""
    corrections: str = ""

    def page(self, claim: int) -> str:
        """The address of a published verdict. It stays for good, also after a withdrawal."""
        return f"{self.url}/c/{claim}"

    def tag(self, what: str) -> str:
        """A name that stays the same wherever the feed is read: `tag:desk.example,2026:claims/113`."""
        return f"tag:{self.host},{YEAR}:{what}"

    @property
    def host(self) -> str:
        """The name of the machine, without a port."""
        return urlsplit(self.url).hostname or "localhost"


def site_at(origin: str) -> Site:
    """The site of the settings; `origin` is where it was asked, for a site that was not told its own address."""
    return Site(
        url=(settings.SITE_URL or origin).rstrip("/"),
        name=settings.PUBLISHER_NAME,
        licence=settings.PUBLISHER_LICENCE,
        principles=settings.PUBLISHER_PRINCIPLES,
        corrections=settings.PUBLISHER_CORRECTIONS,
    )
