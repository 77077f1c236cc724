"""The pages of sources, with what became of the dated claims that came through them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from claims.admin.base import now_of, viewer_of
from claims.admin.library import SourcePagesAdmin
from claims.models import Source
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
        shown = {"record": record_lines(request, source), "caveat": CAVEAT} if source is not None else {}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **shown})


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
