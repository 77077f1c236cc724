"""The product's Celery app for the beats of a fault run: what the clock calls every minute it calls every second.

A run lasts seconds. Only how often is changed, of everything that is called at least once a minute but slower than
routing; nothing that is called is.
"""

from verify_project.celery import app

__all__ = ["app"]
FASTEST, SLOWEST, HURRIED = 2.0, 60.0, 1.0  # seconds

for _entry in app.conf.beat_schedule.values():
    if FASTEST < _entry["schedule"] <= SLOWEST and _entry["task"] != "claims.sweep":
        _entry["schedule"], _entry["options"] = HURRIED, {"expires": HURRIED * 0.8}
