"""Joins the two apps into one site: settings, routes, processes."""

import gc
import sys
from types import TracebackType

# Before anything is imported, which stays: a million objects would else be walked in search of rubbish again and again,
# a sixth of a start. When the models and pages are there, `looking_for_rubbish` begins with what comes after them.
USUAL = gc.get_threshold()
gc.set_threshold(1_000_000, *USUAL[1:])


def looking_for_rubbish(*, every: int = USUAL[0]) -> None:
    """From here on rubbish is looked for once there are so many new objects, and never among those there are."""
    gc.freeze()
    gc.set_threshold(every, *USUAL[1:])


def _ended_by(kind: type[BaseException], problem: BaseException, trace: TracebackType | None) -> None:
    """What a process says that an error ends: one sentence where that is for who started it, without the way to it."""
    from django.core.exceptions import ImproperlyConfigured

    from verify_project.runtime.nodatabase.base import NoDatabase

    if issubclass(kind, (ImproperlyConfigured, NoDatabase)):
        sys.stderr.write(f"{problem}\n")
    else:
        sys.__excepthook__(kind, problem, trace)


sys.excepthook = _ended_by
