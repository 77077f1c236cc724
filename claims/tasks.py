"""The record's periodic work. Each task carries nothing, may run twice or at once, and finds its work in rows."""

from __future__ import annotations

from celery import shared_task

from claims.services.cancellations import tell_cancellations
from claims.services.delivering import deliver
from claims.services.fetching import read_pages
from claims.services.following import follow_revisions
from claims.services.importing import import_articles
from claims.services.laddering import follow_ladders
from claims.services.posted import forget_deliveries
from claims.services.rehashing import check_files
from claims.services.sealing import seal_the_day
from claims.services.stamping import stamp_files
from claims.services.warnings import agree_on_warnings
from claims.services.watch import Watch

TICK = 4.8
_watch = Watch()


@shared_task(name="claims.sweep")
def sweep() -> None:
    """Keep watch over the alarms until just before the next tick."""
    _watch.keep(TICK)


@shared_task(name="claims.warnings")
def warnings() -> None:
    """Let what announces "due soon" follow the desks' hours of warning."""
    agree_on_warnings()


@shared_task(name="claims.ladders")
def ladders() -> None:
    """Let what is awaited on claims follow the desks' ladders."""
    follow_ladders()


@shared_task(name="claims.quotes")
def quotes() -> None:
    """Follow what claims quote into the later texts of their articles, and tell them of cancelled ones."""
    follow_revisions()
    tell_cancellations()


@shared_task(name="claims.read_pages")
def pages() -> None:
    """Read the pages that links lead to, and look whether those that were kept still open."""
    read_pages()


@shared_task(name="claims.import_articles")
def imports() -> None:
    """Take in the articles that somebody asked for by their links."""
    import_articles()


@shared_task(name="claims.check_files")
def files() -> None:
    """Read what is kept again, byte for byte, a stretch at a time."""
    check_files()


@shared_task(name="claims.stamp_files")
def stamps() -> None:
    """Let the time-stamping authority, where there is one, sign what was kept."""
    stamp_files()


# Of a million claims as long as verifying may take.
@shared_task(name="claims.seal", soft_time_limit=240, time_limit=280)
def seal() -> None:
    """Make the seal of this day, once."""
    seal_the_day()


@shared_task(name="claims.deliver")
def deliveries() -> None:
    """Send to webhooks what has happened."""
    deliver()


@shared_task(name="claims.forget_deliveries")
def old_deliveries() -> None:
    """Forget what was sent long ago."""
    forget_deliveries()
