"""The history of all claims, in the words of their timelines."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.admin import display
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from claims.admin.library import ClaimEventPagesAdmin
from claims.models import ClaimEvent
from claims.models.event import look_for_protected
from reviews.services.timeline import words_of


@admin.register(ClaimEvent)
class ClaimEventAdmin(ClaimEventPagesAdmin):
    """Every event in a sentence. Its reason, and the event as it is kept, stand on its own page."""

    list_display = ("recorded_column", "what_column", "claim_column", "actor_name", "from_state", "to_state", "seq")

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """The list, with one look at the evidence that its lines name."""
        found = super().get_changelist_instance(request)
        look_for_protected(found.result_list)
        return found

    @display(description=_("what"), ordering="type")
    def what_column(self, row: ClaimEvent) -> str:
        return words_of(row, row.page_now)  # type: ignore[attr-defined]  # every list carries it, see `RecordAdmin`
