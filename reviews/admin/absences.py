"""Absences in the admin, and the offer to hand over what falls due during one."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin import display
from django.db.models import QuerySet
from django.forms import ModelChoiceField
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from claims.admin import columns
from claims.admin.base import SetUpAdmin, belongs, viewer_of
from reviews.admin.people import offer_to_hand_over
from reviews.admin.people_forms import AbsenceForm
from reviews.models import Absence, Reviewer
from reviews.permissions import reviewers_kept_by, reviewers_seen_by
from reviews.services.people import add_absence, change_absence


@admin.register(Absence)
class AbsenceAdmin(SetUpAdmin[Absence]):
    """Absences: editors keep those of their desks' reviewers, everybody their own."""

    form = AbsenceForm
    list_display = ("reviewer", "from_column", "until_column", "then", "hand_over_to", "note")
    list_filter = ("reviewer__user__memberships__desk", "then")
    list_select_related = ("reviewer__user", "hand_over_to__user")
    search_fields = ("reviewer__user__username", "reviewer__user__first_name", "reviewer__user__last_name", "note")
    ordering = ("-ends_at",)
    fields = ("reviewer", "starts_at", "ends_at", "then", "hand_over_to", "note")

    @display(description=_("from"), ordering="starts_at")
    def from_column(self, row: Absence) -> SafeString:
        return columns.moment(row, row.starts_at)

    @display(description=_("until"), ordering="ends_at")
    def until_column(self, row: Absence) -> SafeString:
        return columns.moment(row, row.ends_at)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return belongs(request)

    def has_change_permission(self, request: HttpRequest, obj: Absence | None = None) -> bool:
        return belongs(request)

    has_delete_permission = has_change_permission

    def get_readonly_fields(self, request: HttpRequest, obj: Absence | None = None) -> tuple[str, ...]:
        return () if obj is None else ("reviewer",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Absence]:
        kept = reviewers_kept_by(viewer_of(request)).values("pk")
        return super().get_queryset(request).filter(reviewer__in=kept)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """People mostly enter their own."""
        mine = Reviewer.objects.filter(user=request.user.pk).values_list("pk", flat=True).first()
        return {"reviewer": mine, **super().get_changeform_initial_data(request)}

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField[Any] | None:
        people = {"reviewer": reviewers_kept_by, "hand_over_to": reviewers_seen_by}.get(db_field.name)
        if people is not None:
            kwargs["queryset"] = people(viewer_of(request)).select_related("user").distinct()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Absence, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's
        viewer = viewer_of(request)
        if change:
            change_absence(obj, viewer, form.given())
        else:
            obj.pk = add_absence(obj.reviewer, viewer, form.given()).pk
        offer_to_hand_over(request, [obj])
