"""When a delivery is tried again, when a webhook is left alone, when it is switched off. Pure.

The waits are those that Standard Webhooks gives as its example: ten attempts over about three days.
"""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

WAITS = tuple(
    timedelta(**span)
    for span in (
        {"seconds": 5},
        {"minutes": 5},
        {"minutes": 30},
        *({"hours": hours} for hours in (2, 5, 10, 14, 20, 24)),
    )
)
ATTEMPTS = len(WAITS) + 1
SPREAD = 0.1  # every wait is up to a tenth longer, so that not everything comes back at one moment
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=10)
MOST_ASKED = timedelta(hours=1)  # how long a receiver may ask us to stay away
SWITCHED_OFF_AFTER = timedelta(days=3)


def again_in(attempts: int, delivery: int) -> timedelta | None:
    """How long to wait after the n-th failed attempt (from 1); None when it was the last one.

    `delivery` is the number of the row: the extra part of the wait follows from it and is the same whoever asks.
    """
    if attempts >= ATTEMPTS:
        return None
    mark = sha256(f"{delivery}.{attempts}".encode()).digest()
    return WAITS[attempts - 1] * (1 + SPREAD * mark[0] / 255)


def pause_after(failures: int, asked: timedelta | None = None) -> timedelta:
    """How long a receiver is left alone that does not answer, or asks us to, for the n-th time in a row (from 1).

    Much shorter than the waits of one delivery: whoever comes back should hear of it soon. `asked` is its own wish.
    """
    own = min(LONGEST_PAUSE, FIRST_PAUSE * int(2 ** min(failures - 1, 12)))
    return max(own, min(asked or own, MOST_ASKED))
