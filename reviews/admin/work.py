"""Reviewers with their absences and interests, who was put on what and why, and reviews behind the blind rule."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin import display
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.forms import ModelChoiceField
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from claims.admin import columns
from claims.admin.base import (
    OfClaimAdmin,
    SetUpAdmin,
    TabularInline,
    administers,
    belongs,
    edits_a_desk,
    now_of,
    viewer_of,
)
from claims.admin.filters import ClaimDeskFilter
from claims.models import DeskRole, Membership
from claims.permissions import Viewer
from claims.templatetags import claimdesk
from reviews.models import Absence, Assignment, Interest, Review, Reviewer
from reviews.models.assignment import LOADING_STATES
from reviews.services.reading import readable


def reviewers_led_by(viewer: Viewer) -> QuerySet[Reviewer]:
    """The reviewers whose profile somebody keeps: those of the desks they edit; all for an administrator."""
    if viewer.is_administrator:
        return Reviewer.objects.all()
    there = Membership.objects.filter(role=DeskRole.REVIEWER, desk__in=sorted(viewer.editor_of))
    return Reviewer.objects.filter(user__in=there.values("user"))


def leads(request: HttpRequest, reviewer: Reviewer | None) -> bool:
    """Whether somebody keeps this reviewer's profile; for None, anybody's."""
    if reviewer is None:
        return edits_a_desk(request)
    return reviewers_led_by(viewer_of(request)).filter(pk=reviewer.pk).exists()


def is_self(request: HttpRequest, reviewer: Reviewer | None) -> bool:
    """Whether the profile is the reader's own."""
    return reviewer is not None and reviewer.user_id == request.user.pk


class _OfReviewerInline(TabularInline[Any, Reviewer]):
    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: Reviewer | None = None) -> bool:
        return belongs(request)

    def has_change_permission(self, request: HttpRequest, obj: Reviewer | None = None) -> bool:
        return is_self(request, obj) or leads(request, obj)

    has_add_permission = has_delete_permission = has_change_permission


class AbsenceInline(_OfReviewerInline):
    """When somebody is away."""

    model = Absence
    fk_name = "reviewer"
    fields = ("starts_at", "ends_at", "then", "hand_over_to", "note")


class InterestInline(_OfReviewerInline):
    """What somebody may not judge."""

    model = Interest
    fields = ("source", "note")
    autocomplete_fields = ("source",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Interest]:
        return super().get_queryset(request).select_related("source", "reviewer__user")


@admin.register(Reviewer)
class ReviewerAdmin(SetUpAdmin[Reviewer]):
    """Reviewers: what they read and know, how much they take. People change their own languages and absences."""

    list_display = ("name_column", "load_column", "languages_column", "topics_column", "is_active", "away_column")
    list_filter = ("is_active", "user__memberships__desk")
    list_select_related = ("user",)
    search_fields = ("user__username", "user__first_name", "user__last_name")
    fields = ("user", "languages", "topics", "limit", "is_active")
    inlines = (AbsenceInline, InterestInline)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return administers(request)

    def has_change_permission(self, request: HttpRequest, obj: Reviewer | None = None) -> bool:
        return is_self(request, obj) or leads(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Reviewer | None = None) -> tuple[str, ...]:
        if obj is None:
            return ()
        return ("user",) if leads(request, obj) else ("user", "topics", "limit", "is_active")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Reviewer]:
        rows, viewer = super().get_queryset(request), viewer_of(request)
        loading = Q(assignments__status="open", assignments__claim__state__in=LOADING_STATES)
        away = Absence.objects.at(now_of(request)).filter(reviewer=OuterRef("pk"))
        rows = rows.annotate(load=Count("assignments", filter=loading, distinct=True), is_away=Exists(away))
        if viewer.desks is None:
            return rows
        there = Membership.objects.filter(desk__in=sorted(viewer.desks)).values("user")
        return rows.filter(user__in=there)

    @display(description=_("reviewer"), ordering="user__first_name")
    def name_column(self, row: Reviewer) -> str:
        return str(row)

    @display(description=_("load"), ordering="load")
    def load_column(self, row: Reviewer) -> str:
        return str(_("%(load)d of %(limit)d")) % {"load": getattr(row, "load", 0), "limit": row.limit}

    @display(description=_("languages"))
    def languages_column(self, row: Reviewer) -> str:
        return ", ".join(row.languages)

    @display(description=_("topics"))
    def topics_column(self, row: Reviewer) -> str:
        return ", ".join(row.topics) or "–"

    @display(description=_("away"), boolean=True)
    def away_column(self, row: Reviewer) -> bool:
        return bool(getattr(row, "is_away", False))


@admin.register(Absence)
class AbsenceAdmin(SetUpAdmin[Absence]):
    """Absences: editors keep those of their desks' reviewers, everybody their own."""

    list_display = ("reviewer", "from_column", "until_column", "note")
    list_filter = ("reviewer__user__memberships__desk",)
    list_select_related = ("reviewer__user",)
    search_fields = ("reviewer__user__username", "reviewer__user__first_name", "reviewer__user__last_name", "note")
    ordering = ("-ends_at",)

    @display(description=_("from"), ordering="starts_at")
    def from_column(self, row: Absence) -> SafeString:
        return columns.moment(row, row.starts_at)

    @display(description=_("until"), ordering="ends_at")
    def until_column(self, row: Absence) -> SafeString:
        return columns.moment(row, row.ends_at)

    def _kept_by(self, request: HttpRequest) -> QuerySet[Reviewer]:
        mine = Reviewer.objects.filter(user=request.user.pk)
        return reviewers_led_by(viewer_of(request)) | mine

    def has_add_permission(self, request: HttpRequest) -> bool:
        return belongs(request)

    def has_change_permission(self, request: HttpRequest, obj: Absence | None = None) -> bool:
        return belongs(request)

    has_delete_permission = has_change_permission

    def get_queryset(self, request: HttpRequest) -> QuerySet[Absence]:
        return super().get_queryset(request).filter(reviewer__in=self._kept_by(request).values("pk"))

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField[Any] | None:
        if db_field.name == "reviewer":
            kwargs["queryset"] = self._kept_by(request).select_related("user").distinct()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


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
