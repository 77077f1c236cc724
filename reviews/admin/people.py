"""Reviewers with their hours, absences and interests, and the page that hands several of somebody's claims over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import display
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import ModelChoiceField
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from claims.admin import columns
from claims.admin.base import belongs, edits_a_desk, now_of, number_in, viewer_of
from claims.admin.kept import KeptAdmin
from claims.models import DeskRole, Membership, SetUpEvent
from claims.permissions import visible_claims
from claims.templatetags.claimdesk_bars import load_bar
from reviews.admin.many import named
from reviews.admin.people_forms import HandOverAll, ReviewerForm
from reviews.admin.people_inlines import AbsenceInline, InterestInline, keeps, leads
from reviews.models import Absence, Reviewer, Then
from reviews.permissions import people_led_by, reviewers_seen_by
from reviews.services.leaving import MOVABLE, due_meanwhile, hand_over_all, open_claims_of
from reviews.services.loads import loaded, spread_of, with_claims_seen
from reviews.services.people import LED, add_reviewer, change_profile, come_back

HAND_OVER = "admin:reviews_reviewer_hand_over"


@admin.register(Reviewer)
class ReviewerAdmin(KeptAdmin[Reviewer]):
    """Reviewers: what they read and know, when they work, how much they have. People change their own languages,
    hours and absences; editors of their desks the rest.
    """

    form = ReviewerForm
    list_display = (
        "name_column",
        "load_column",
        "late_column",
        "due_column",
        "away_column",
        "active_column",
        "languages_column",
        "topics_column",
        "is_active",
    )
    list_filter = ("is_active", "user__memberships__desk")
    list_select_related = ("user",)
    list_before_template = "reviews/reviewers_head.html"
    search_fields = ("user__username", "user__first_name", "user__last_name")
    fieldsets = (
        (None, {"fields": ("user", "is_active", "limit")}),
        (_("What they can judge"), {"fields": ("languages", "writes", "topics", "gives_second_opinions")}),
        (_("When they work"), {"fields": ("works_from", "works_until", "workdays")}),
    )
    inlines = (AbsenceInline, InterestInline)

    def changes_of(self, row: Reviewer) -> QuerySet[SetUpEvent]:
        return SetUpEvent.objects.filter(person=row.user_id)

    def get_urls(self) -> list[URLPattern]:
        """Our own pages beside the theme's."""
        own: list[tuple[str, Callable[..., HttpResponse], str]] = [
            ("<int:reviewer_id>/hand-over/", self.hand_over_view, "hand_over"),
            ("<int:reviewer_id>/back/", self.back_view, "back"),
        ]
        wrap = self.admin_site.admin_view
        urls = [path(where, wrap(view), name=f"reviews_reviewer_{name}") for where, view, name in own]
        return urls + super().get_urls()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return edits_a_desk(request)

    def has_change_permission(self, request: HttpRequest, obj: Reviewer | None = None) -> bool:
        return keeps(request, obj)

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField[Any] | None:
        if db_field.name == "user":
            kwargs["queryset"] = people_led_by(viewer_of(request)).filter(reviewer=None)
            kwargs["help_text"] = _(
                "People who review on a desk and have no profile yet. Their desks stand on their own page."
            )
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Reviewer | None = None) -> tuple[str, ...]:
        if obj is None:
            return ()
        return ("user",) if leads(request, obj) else ("user", *LED)

    def save_model(self, request: HttpRequest, obj: Reviewer, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's
        if not change:
            given = {name: value for name, value in form.cleaned_data.items() if name != "user"}
            obj.pk = add_reviewer(obj.user, viewer_of(request), given).pk
            return
        # The page saves in one transaction, so the row stays held until the absences are saved too.
        change_profile(obj, viewer_of(request), {name: form.cleaned_data[name] for name in form.changed_data})

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:  # noqa: FBT001 - Django's
        super().save_formset(request, form, formset, change)
        if formset.model is Absence:
            offer_to_hand_over(request, [*formset.new_objects, *(row for row, _changed in formset.changed_objects)])

    def get_queryset(self, request: HttpRequest) -> QuerySet[Reviewer]:
        viewer, now = viewer_of(request), now_of(request)
        rows = with_claims_seen(loaded(super().get_queryset(request), now), visible_claims(viewer, now))
        return rows.filter(pk__in=reviewers_seen_by(viewer).values("pk"))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list, with how evenly the work is spread over these people."""
        spread = spread_of(reviewers_seen_by(viewer_of(request)), now_of(request))
        return super().changelist_view(request, {**(extra_context or {}), "spread": round(spread)})

    def hand_over_view(self, request: HttpRequest, reviewer_id: int) -> HttpResponse:
        """Hand over some of somebody's open claims; `?absence=` ticks those that fall due during it."""
        reviewer = self._kept(request, reviewer_id)
        viewer = viewer_of(request)
        claims = open_claims_of(reviewer, viewer, now_of(request)).select_related("desk")
        there = Membership.objects.filter(role=DeskRole.REVIEWER, desk__in=claims.values("desk"))
        people = reviewers_seen_by(viewer).filter(is_active=True, user__in=there.values("user")).exclude(pk=reviewer.pk)
        people = people.select_related("user")
        people = loaded(people, now_of(request))
        form = HandOverAll(request.POST if request.method == "POST" else None, people=people, claims=claims)
        if request.method == "POST" and form.is_valid():
            given = form.cleaned_data
            handed = hand_over_all(reviewer, viewer, to=given["to"], note=given["note"], claims=given["claims"])
            for sentence, numbers in handed.refused.items():
                messages.warning(request, f"{named(numbers)}: {sentence}")
            if handed.done:
                messages.success(request, _handed_words(len(handed.done)))
            if handed.left:
                words = gettext("There was no time for all. %(n)d are ticked still: send them again.")
                messages.warning(request, words % {"n": len(handed.left)})
            if not handed.refused and not handed.left:
                own = reviewer.user_id == request.user.pk
                return redirect("admin:index" if own else "admin:reviews_reviewer_changelist")
            claims = claims.all()
        return self._response(request, reviewer, form, list(claims))

    def _response(
        self, request: HttpRequest, reviewer: Reviewer, form: HandOverAll, claims: list[Any]
    ) -> TemplateResponse:
        movable = {claim.pk for claim in claims if claim.state in MOVABLE}
        ticked = (_due_during(request, reviewer) or movable) & movable
        if form.is_bound:
            ticked = {number_in(number) for number in form.data.getlist("claims")}  # type: ignore[attr-defined]  # a QueryDict
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Hand over claims of %(name)s") % {"name": reviewer},
            "reviewer": reviewer,
            "form": form,
            "claims": claims,
            "ticked": ticked,
            "some_wait": len(movable) < len(claims),
        }
        return TemplateResponse(request, "reviews/hand_over_all.html", context)

    def back_view(self, request: HttpRequest, reviewer_id: int) -> HttpResponse:
        """Somebody is back: their running absences end now."""
        reviewer = self._kept(request, reviewer_id)
        if request.method == "POST" and come_back(reviewer, viewer_of(request)):
            messages.success(request, gettext("Welcome back. New claims are routed to you again."))
        return redirect("admin:index")

    def _kept(self, request: HttpRequest, reviewer_id: int) -> Reviewer:
        reviewer = reviewers_seen_by(viewer_of(request)).filter(pk=reviewer_id).select_related("user").first()
        if reviewer is None or not belongs(request):
            raise Http404
        if not keeps(request, reviewer):
            raise PermissionDenied
        return reviewer

    @display(description=_("reviewer"), ordering="user__first_name")
    def name_column(self, row: Reviewer) -> str:
        return str(row)

    @display(description=_("load"), ordering="load")
    def load_column(self, row: Reviewer) -> SafeString:
        return columns.in_cd(load_bar(getattr(row, "load", 0), row.limit))

    @display(description=_("late"), ordering="late")
    def late_column(self, row: Reviewer) -> int:
        return int(getattr(row, "late", 0))

    @display(description=_("due in 24 h"), ordering="due_24h")
    def due_column(self, row: Reviewer) -> int:
        return int(getattr(row, "due_24h", 0))

    @display(description=_("away"), ordering="away_until")
    def away_column(self, row: Reviewer) -> SafeString:
        until, claims = getattr(row, "away_until", None), getattr(row, "claims_seen", 0)
        if until is None or not claims:
            return columns.moment(row, until)
        words = gettext("Hand over %(number)d") % {"number": claims}
        link = format_html('<a class="cd-link" href="{}">{}</a>', reverse(HAND_OVER, args=[row.pk]), words)
        return format_html("{} {}", columns.moment(row, until), columns.in_cd(link))

    @display(description=_("last active"), ordering="last_active")
    def active_column(self, row: Reviewer) -> SafeString:
        return columns.since(row, getattr(row, "last_active", None))

    @display(description=_("languages"))
    def languages_column(self, row: Reviewer) -> str:
        return ", ".join(row.languages)

    @display(description=_("topics"))
    def topics_column(self, row: Reviewer) -> str:
        return ", ".join(row.topics) or "–"


def _handed_words(number: int) -> str:
    return ngettext("%(number)d claim handed over.", "%(number)d claims handed over.", number) % {"number": number}


def _due_during(request: HttpRequest, reviewer: Reviewer) -> set[int]:
    """The claims that fall due during the absence the address names."""
    absence = Absence.objects.filter(reviewer=reviewer, pk=number_in(request.GET.get("absence"))).first()
    if absence is None:
        return set()
    return set(due_meanwhile([absence], viewer_of(request), now_of(request))[absence.pk])


def offer_to_hand_over(request: HttpRequest, absences: Sequence[Absence]) -> None:
    """Say how many claims fall due during these absences, where they stay with the person, and lead to handing over."""
    keeping = [absence for absence in absences if absence.then == Then.KEEP]
    due = due_meanwhile(keeping, viewer_of(request), now_of(request))
    for absence in keeping:
        if due[absence.pk]:
            _offer(request, absence, len(due[absence.pk]))


def _offer(request: HttpRequest, absence: Absence, number: int) -> None:
    own = absence.reviewer.user_id == request.user.pk
    words = (
        ngettext(
            "%(number)d of your claims falls due while you are away.",
            "%(number)d of your claims fall due while you are away.",
            number,
        )
        if own
        else ngettext(
            "%(number)d of their claims falls due while they are away.",
            "%(number)d of their claims fall due while they are away.",
            number,
        )
    )
    where = f"{reverse(HAND_OVER, args=[absence.reviewer_id])}?absence={absence.pk}"
    link = format_html('<a href="{}">{}</a>', where, gettext("Hand them over now?"))
    messages.warning(request, format_html("{} {}", words % {"number": number}, link))
