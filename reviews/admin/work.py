"""Who was put on what and why, and reviews behind the blind rule."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin import display
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from claims.admin import columns
from claims.admin.base import (
    OfClaimAdmin,
    viewer_of,
)
from claims.admin.filters import ClaimDeskFilter
from claims.templatetags import claimdesk
from reviews.models import Assignment, Review
from reviews.permissions import evidence_seen_by
from reviews.services.reading import readable


@admin.register(Assignment)
class AssignmentAdmin(OfClaimAdmin[Assignment]):
    """Who was put on what, by which rule and why."""

    list_display = ("claim_column", "reviewer", "part", "status", "rule", "assigned_column", "ended_column")
    list_filter = (ClaimDeskFilter, "status", "part")
    list_select_related = ("claim", "reviewer__user")
    search_fields = ("claim__statement", "reviewer__user__username", "reviewer__user__last_name", "rule", "note")
    ordering = ("-assigned_at", "-id")

    @display(description=_("assigned"), ordering="assigned_at")
    def assigned_column(self, row: Assignment) -> SafeString:
        return columns.moment(row, row.assigned_at)

    @display(description=_("ended"), ordering="ended_at")
    def ended_column(self, row: Assignment) -> SafeString:
        return columns.moment(row, row.ended_at)


@admin.register(Review)
class ReviewAdmin(OfClaimAdmin[Review]):
    """Reviews as they were submitted; before a decision only one's own."""

    list_display = ("claim_column", "reviewer", "so_column", "said_column", "part", "submitted_column")
    list_filter = (ClaimDeskFilter, "so", "said", "part")
    list_select_related = ("claim", "reviewer__user")
    search_fields = ("why", "claim__statement", "reviewer__user__username", "reviewer__user__last_name")
    ordering = ("-submitted_at", "-id")
    exclude = ("evidence_ids",)
    readonly_fields = ("evidence_used",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Review]:
        return readable(super().get_queryset(request), viewer_of(request))

    @display(description=_("is it so?"), ordering="so")
    def so_column(self, row: Review) -> SafeString:
        return columns.in_cd(claimdesk.verdict_chip(row.so))

    @display(description=_("was it said?"), ordering="said")
    def said_column(self, row: Review) -> SafeString:
        return columns.in_cd(claimdesk.said_chip(row.said))

    @display(description=_("submitted"), ordering="submitted_at")
    def submitted_column(self, row: Review) -> SafeString:
        return columns.moment(row, row.submitted_at)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """The page; of the evidence it names what the reader sees."""
        review = kwargs["obj"]
        review.seen = evidence_seen_by(viewer_of(request), review.claim).filter(pk__in=review.evidence_ids)
        return super().render_change_form(request, context, *args, **kwargs)

    @display(description=_("evidence used"))
    def evidence_used(self, row: Review) -> str:
        numbers = row.seen.order_by("pk").values_list("pk", flat=True)  # type: ignore[attr-defined]  # set before the page is drawn
        return ", ".join(map(str, numbers))
