"""The pages of sources, with what became of the dated claims that came through them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from claims.admin.base import now_of, viewer_of
from claims.admin.kept import who_of
from claims.admin.library import SourcePagesAdmin
from claims.models import SetUpEvent, Source
from claims.verdicts import So
from claims.wordings import so_words
from reviews.dashboard.filters import Filters
from reviews.dashboard.numbers import NUMBERS
from reviews.dashboard.outlets import year_of
from reviews.dashboard.shares import share_words
from reviews.dashboard.sources import CAVEAT, KEY, LAST_YEAR, record_of
from reviews.trackrecord import Part


@admin.register(Source)
class SourceAdmin(SourcePagesAdmin):
    """The list of sources, and the page of one."""

    change_form_after_template = "reviews/source_record.html"

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Under the form stands the track record of the last twelve months."""
        source = self.get_object(request, object_id)
        shown: dict[str, Any] = {"caveat": CAVEAT}
        if source is not None:
            shown |= {"record": record_lines(request, source), "year": year_lines(request, source)}
            shown["gradings"] = grading_lines(source)
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **shown})


def grading_lines(source: Source) -> list[tuple[datetime, str, str, str]]:
    """Who set its reliability, the newest first: when, who, from what to what, why."""
    gradings = SetUpEvent.objects.graded().filter(source=source).reverse()
    return [(one.recorded_at, who_of(one), " → ".join(one.grades), one.reason) for one in gradings]


def year_lines(request: HttpRequest, source: Source) -> list[tuple[str, str, int, str]]:
    """What was found of its claims in twelve months: words, address of the list, count, share with its range."""
    year = year_of(source.pk, viewer_of(request), Filters(), now_of(request))
    decided, passed = f"decided_12m?source={source.pk}", f"?source={source.pk}&role={Part.PASSED.value}"
    lines = [(str(NUMBERS["decided_12m"].title), decided, year.decided, "")]
    for so, number in year.verdicts.items():
        share = share_words(year.confirmed) if so == So.CONFIRMED else ""
        lines.append((so_words(so), f"{decided}&verdict={so}", number, share))
    if year.checked:
        accurate, checked = NUMBERS["quoted_accurately_12m"], NUMBERS["said_checked_12m"]
        lines.append((str(checked.title), checked.key + passed, year.checked, ""))
        lines.append((str(accurate.title), accurate.key + passed, year.accurate, share_words(year.quoted)))
    return [(words, f"/desk/list/{address}", number, share) for words, address, number, share in lines]


def record_lines(request: HttpRequest, source: Source) -> list[dict[str, Any]]:
    """A line for what it made, what it passed on, and both."""
    record = record_of(source, viewer_of(request), LAST_YEAR, now_of(request))
    address = f"/desk/list/{KEY}?decided_within={LAST_YEAR.decided_within}&source={source.pk}"
    lines = [("", "", record.whole), *((part.value, str(part.label), tally) for part, tally in record.parts.items())]
    return [
        {
            "label": label,
            "decided": tally.decided,
            "href": address + (f"&role={key}" if key in Part.values else ""),
            "outcomes": [
                {"key": outcome.value, "label": str(outcome.label), "count": number}
                for outcome, number in tally.counts.items()
            ],
            "share": share_words(tally.share),
        }
        for key, label, tally in lines
    ]
