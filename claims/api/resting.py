"""Lets the collector of cyclic rubbish rest while thousands of rows are made."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

_lock = Lock()
_inside = 0


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """Until the block ends, no round of the collector. Each would walk everything the process holds, for nothing.

    Counted over all threads of the process: the last one out lets it work again, if it worked before.
    """
    global _inside, _worked  # noqa: PLW0603 - the collector is one for the whole process
    with _lock:
        if _inside == 0:
            _worked = gc.isenabled()
            gc.disable()
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0 and _worked:
                gc.enable()


_worked = True
