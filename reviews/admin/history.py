"""The history of all claims, in the words of their timelines."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.admin import display
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from claims.admin.base import viewer_of
from claims.admin.library import ClaimEventPagesAdmin
from claims.models import ClaimEvent
from claims.models.event import look_for_protected
from reviews.services.heard import look_who_heard
from reviews.services.timeline import words_of


@admin.register(ClaimEvent)
class ClaimEventAdmin(ClaimEventPagesAdmin):
    """Every event in a sentence. Its reason, and the event as it is kept, stand on its own page."""

    list_display = ("recorded_column", "what_column", "claim_column", "actor_name", "from_state", "to_state", "seq")

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """The list, with one look at the evidence that its lines name, and at who was told."""
        found = super().get_changelist_instance(request)
        look_for_protected(found.result_list)
        look_who_heard(found.result_list, viewer_of(request))
        return found

    @display(description=_("what"), ordering="type")
    def what_column(self, row: ClaimEvent) -> str:
        return words_of(row, row.page_now)  # type: ignore[attr-defined]  # every list carries it, see `RecordAdmin`
