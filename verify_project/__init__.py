"""Joins the two apps into one site: settings, routes, processes.

Celery's app is imported here so that every process that sets Django up uses it.
"""

import gc
import sys
from types import TracebackType

# Before anything is imported: a million objects that stay would else be walked in search of rubbish every 700 objects,
# which takes a tenth of a start. `SiteConfig` puts it back when the models are there; the live stream leaves it.
USUAL = gc.get_threshold()
gc.set_threshold(20_000, 10, 10)

from verify_project.celery import app as celery_app  # noqa: E402 - after the line above


def _ended_by(kind: type[BaseException], problem: BaseException, trace: TracebackType | None) -> None:
    """What a process says that an error ends: one sentence where that is for who started it, without the way to it."""
    from django.core.exceptions import ImproperlyConfigured

    from verify_project.runtime.nodatabase.base import NoDatabase

    if issubclass(kind, (ImproperlyConfigured, NoDatabase)):
        sys.stderr.write(f"{problem}\n")
    else:
        sys.__excepthook__(kind, problem, trace)


sys.excepthook = _ended_by

__all__ = ["USUAL", "celery_app"]
