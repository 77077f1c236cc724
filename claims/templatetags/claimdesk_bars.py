"""Bars drawn as SVG: no script, no style attribute, printable, and named in words.

Positions are percentages of the drawing's own width, so a bar fits any column.
"""

from __future__ import annotations

from collections.abc import Mapping

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import pgettext

from claims import wordings
from claims.verdicts import So

register = template.Library()
LOAD_END = 1.3  # a load bar runs to 130% of the limit
DIGIT_SHARE = 0.06  # a segment shows its number when it is at least this wide
GAP = 0.4  # percent between two segments
ON_LIGHT = {So.PARTLY, So.CONTEXT, So.UNPROVEN}


def _percent(share: float) -> str:
    return f"{max(0.0, min(1.0, share)) * 100:.2f}%"


@register.simple_tag
def load_bar(load: int, limit: int) -> SafeString:
    """Open claims against somebody's own limit: a mark at the limit, the part beyond it in the late colour."""
    end = max(limit, 1) * LOAD_END
    over = max(0, load - limit)
    words = pgettext("load", "%(load)d of %(limit)d") % {"load": load, "limit": limit}
    return format_html(
        '<span class="cd-load"><svg aria-hidden="true">'
        '<rect class="cd-f-track" y="3" width="100%" height="10" rx="3"></rect>'
        '<rect class="cd-f-accent" y="3" width="{}" height="10" rx="3"></rect>'
        '<rect class="cd-f-late" x="{}" y="3" width="{}" height="10" rx="3"></rect>'
        '<rect class="cd-f-ink" x="{}" width="2" height="16"></rect>'
        '</svg><span class="cd-load-n cd-num">{}</span></span>',
        _percent(min(load, limit) / end),
        _percent(limit / end),
        _percent(min(over, end - limit) / end),
        _percent(limit / end),
        words,
    )


@register.simple_tag
def part_bar(whole: int, part: int, longest: int) -> SafeString:
    """A bar of `whole` of which the last `part` is late, on a scale that ends at `longest`."""
    scale = max(longest, 1)
    return format_html(
        '<svg aria-hidden="true"><rect class="cd-f-accent" width="{}" height="16" rx="3"></rect>'
        '<rect class="cd-f-late" x="{}" width="{}" height="16" rx="3"></rect></svg>',
        _percent(whole / scale),
        _percent((whole - part) / scale),
        _percent(part / scale),
    )


@register.simple_tag
def verdict_bar(counts: Mapping[str, int]) -> SafeString:
    """Verdict counts as one stacked bar in the order used everywhere, named in words. Empty when there are none."""
    present = [(key, counts[key]) for key in So.values if counts.get(key)]
    total = sum(number for _key, number in present)
    if not total:
        return SafeString("")
    name = ", ".join(f"{wordings.so_words(key)} {number}" for key, number in present)
    return format_html('<svg class="cd-stack" role="img" aria-label="{}">{}</svg>', name, _segments(present, total))


def _segments(present: list[tuple[str, int]], total: int) -> SafeString:
    drawn: list[tuple[SafeString]] = []
    start = 0
    for key, number in present:
        drawn.append((_segment(key, number, start / total, number / total),))
        start += number
    return format_html_join("", "{}", drawn)


def _segment(key: str, number: int, start: float, width: float) -> SafeString:
    bar = format_html(
        '<rect class="cd-f-{}" x="{}" width="{}" height="20"></rect>',
        key,
        _percent(start),
        _percent(width - GAP / 100),
    )
    if width < DIGIT_SHARE:
        return bar
    shade = "cd-on-light" if key in ON_LIGHT else ""
    return format_html('{}<text class="{}" x="{}" y="14">{}</text>', bar, shade, _percent(start + width / 2), number)
