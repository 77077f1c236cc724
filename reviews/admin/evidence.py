"""The pages of single items of evidence; what one was taken from is named to those who see that, too."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin import display
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from claims.admin.base import viewer_of
from claims.admin.library import EvidencePagesAdmin
from claims.models import Evidence
from claims.services.evidence import note_sight
from reviews.admin.evidence_pages import place_of
from reviews.permissions import evidence_seen_by

ELSEWHERE = {"derives_from": "taken_from", "superseded_by": "replaced_by"}  # by the column that leads there


@admin.register(Evidence)
class EvidenceAdmin(EvidencePagesAdmin):
    """The list of evidence, and the page of one item: another one that it names may protect a source."""

    fields: ClassVar[tuple[str, ...]] = tuple(ELSEWHERE.get(name, name) for name in EvidencePagesAdmin.fields)
    readonly_fields = tuple(ELSEWHERE.values())

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """The page, with those of the items it names that the reader sees; sights of protected ones are recorded."""
        item = kwargs["obj"]
        named = {item.derives_from_id, item.superseded_by_id}
        seen = evidence_seen_by(viewer_of(request), item.claim).filter(pk__in=named - {None}).with_reading()
        item.named = {one.pk: one for one in seen}
        note_sight(item.claim_id, item.named.values(), by=viewer_of(request).actor)
        return super().render_change_form(request, context, *args, **kwargs)

    @display(description=_("taken from"))
    def taken_from(self, row: Evidence) -> str | None:
        return _words(row, row.derives_from_id)

    @display(description=_("superseded by"))
    def replaced_by(self, row: Evidence) -> str | None:
        return _words(row, row.superseded_by_id)


def _words(row: Evidence, number: int | None) -> str | None:
    """What the other item is called, leading to where it stands; nothing where there is none."""
    if number is None:
        return None
    other: Evidence | None = row.named.get(number)  # type: ignore[attr-defined]  # set before the page is drawn
    if other is None:
        return gettext("an item you do not see")
    return format_html('<a href="{}">{}</a>', place_of(other), other.shown_title)
