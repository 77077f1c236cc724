"""The product's Celery app for a fault run: what the clock calls every minute it calls every second.

A run lasts seconds. Only how often is changed, of everything that is called at least once a minute but slower than
routing; nothing that is called is. Senders of webhooks try again after seconds instead of minutes, and the lease of one
that was killed ends as much sooner: it is still longer than a batch and the sleep of a frozen sender together.
"""

from datetime import timedelta

import django

from claims.webhooks import schedule
from verify_project.celery import app

django.setup()

from claims.services import delivering  # noqa: E402 - after setup

__all__ = ["app"]
FASTEST, SLOWEST, HURRIED = 2.0, 60.0, 1.0  # seconds

for _entry in app.conf.beat_schedule.values():
    if FASTEST < _entry["schedule"] <= SLOWEST and _entry["task"] != "claims.sweep":
        _entry["schedule"], _entry["options"] = HURRIED, {"expires": HURRIED * 0.8}

schedule.WAITS = tuple(timedelta(seconds=2) for _ in schedule.WAITS)
schedule.FIRST_PAUSE, schedule.LONGEST_PAUSE = timedelta(seconds=0.5), timedelta(seconds=1)
delivering.POSTS_FOR, delivering.LEASE = 3.0, timedelta(seconds=15)
