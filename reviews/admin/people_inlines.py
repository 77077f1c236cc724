"""The rows under a reviewer's profile: when they are away, and what they may not judge."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import QuerySet
from django.forms import ModelChoiceField
from django.http import HttpRequest

from claims.admin.base import TabularInline, edits_a_desk, now_of, viewer_of
from claims.admin.forms import NamedFields
from claims.permissions import visible_sources
from reviews.admin.people_forms import AbsenceForm, InterestForm
from reviews.models import Absence, Interest, Reviewer
from reviews.permissions import reviewers_kept_by, reviewers_led_by, reviewers_seen_by


def leads(request: HttpRequest, reviewer: Reviewer | None) -> bool:
    """Whether somebody keeps this reviewer's profile; for None, anybody's."""
    if reviewer is None:
        return edits_a_desk(request)
    return reviewers_led_by(viewer_of(request)).filter(pk=reviewer.pk).exists()


def keeps(request: HttpRequest, reviewer: Reviewer | None) -> bool:
    """Whether somebody keeps this reviewer's hours and absences: their own, or as an editor."""
    if reviewer is None:
        return edits_a_desk(request)
    return reviewers_kept_by(viewer_of(request)).filter(pk=reviewer.pk).exists()


class _OfReviewerInline(TabularInline[Any, Reviewer]):
    extra = 0
    formset = NamedFields[Any, Reviewer]
    fk_name = "reviewer"

    def has_view_permission(self, request: HttpRequest, obj: Reviewer | None = None) -> bool:
        return keeps(request, obj)

    has_change_permission = has_add_permission = has_delete_permission = has_view_permission

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """All rows: whose they are was asked before. Django would ask again, of nobody, and show people none."""
        return cast("QuerySet[Any]", self.model.objects.all())


class AbsenceInline(_OfReviewerInline):
    """When somebody is away."""

    model = Absence
    form = AbsenceForm
    fields = ("starts_at", "ends_at", "then", "hand_over_to", "note")

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField[Any] | None:
        if db_field.name == "hand_over_to":
            kwargs["queryset"] = reviewers_seen_by(viewer_of(request)).select_related("user")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class InterestInline(_OfReviewerInline):
    """What somebody may not judge. Nobody lifts their own interest: editors of their desks do."""

    model = Interest
    form = InterestForm
    fields = ("source", "note")
    autocomplete_fields = ("source",)

    def has_change_permission(self, request: HttpRequest, obj: Reviewer | None = None) -> bool:
        return leads(request, obj)

    has_delete_permission = has_change_permission

    def get_queryset(self, request: HttpRequest) -> QuerySet[Interest]:
        seen = visible_sources(viewer_of(request), now_of(request)).values("pk")
        return Interest.objects.filter(source__in=seen).select_related("source", "reviewer__user")
