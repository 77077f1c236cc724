"""Shares in words, always with their range."""

from __future__ import annotations

from django.utils.translation import pgettext

from reviews.trackrecord import Share, whole_percent


def share_words(share: Share | None) -> str:
    """ "64%, 52 to 75", or nothing where there are too few to say."""
    if share is None:
        return ""
    return pgettext("share with its range", "%(share)d%%, %(low)d to %(high)d") % {
        "share": whole_percent(share.value),
        "low": whole_percent(share.low),
        "high": whole_percent(share.high),
    }
