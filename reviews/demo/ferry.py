"""The demo's own article: a ferry and a lock, both promised for the minute that ends while the story is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from reviews.newsroom.scripts import ArticleScript, ClaimScript, clock_there, minute, outlet, person, unnamed

ZONE = "Europe/Kyiv"
LEAST = timedelta(seconds=10)  # what it takes to route, look and decide before the date
LATE_AFTER = timedelta(seconds=5)
CONFIRMED, UNCONFIRMED, UNREVIEWED = range(3)  # places in the article's claims
_OUTLET = outlet("Harbour Post")


def minute_to_wait_for(now: datetime) -> datetime:
    """The minute whose end the story waits for: this one, or the next when too little is left of it.

    The claims' own dates are whole minutes at the finest, and a date has passed when its minute is over.
    """
    this = now.astimezone(UTC).replace(second=0, microsecond=0)
    following = this + timedelta(minutes=1)
    return this if following - now >= LEAST else following


def ferry(at: datetime) -> ArticleScript:
    """Harbour Post on what is to happen in the minute `at`. The ferry's claim will be decided, the lock's will not."""
    clock = clock_there(at, ZONE)
    text = f"""\
The ferry Solvinda is due to leave Varnhaven at {clock}. The old lock will be opened by {clock}, said lock keeper \
Mikkel Torvaldine.

Three of the five pumps are out of order, according to a pump fitter who did not want to be named.
"""
    return ArticleScript(
        outlet="Harbour Post",
        headline="A busy minute in the harbour",
        text=text,
        desk="world",
        zone=ZONE,
        published_at=at - timedelta(minutes=10),
        url="https://harbourpost.example/news/busy-minute",
        claims=_claims(at, clock),
    )


def _claims(at: datetime, clock: str) -> tuple[ClaimScript, ...]:
    return (
        ClaimScript(
            f"The ferry Solvinda leaves Varnhaven at {clock}.",
            f"is due to leave Varnhaven at {clock}",
            (_OUTLET,),
            ("fisheries",),
            minute(at, f"at {clock}", ZONE),
            priority=1,
        ),
        ClaimScript(
            f"The old lock is opened by {clock}.",
            f"The old lock will be opened by {clock}",
            (_OUTLET, person("Mikkel Torvaldine", "said")),
            ("fisheries",),
            minute(at, f"by {clock}", ZONE),
            priority=1,
        ),
        ClaimScript(
            "Three of the five pumps are out of order.",
            "Three of the five pumps are out of order",
            (_OUTLET, unnamed("pump fitter", "according to")),
            priority=2,
            due=LATE_AFTER,
        ),
    )
