"""The pages of routing rules: the list in its order, one rule with its trial and versions, and the desks' defaults."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from claims.admin.base import RecordAdmin, belongs, edits_a_desk, now_of, number_in, outlets_for, viewer_of
from claims.admin.shown import Marks, signed
from claims.errors import ClaimDeskError, NotFound, StaleVersion
from claims.models import Desk, SourceKind
from claims.models.source import SourceQuerySet
from claims.permissions import desks_of, visible_sources
from reviews.admin.rule_forms import DefaultsForm, RuleForm
from reviews.admin.rule_shown import brought_up, marks_of, refuse_overtaken
from reviews.models import RoutingRule, RuleVersion
from reviews.rules import Ruled
from reviews.rulewords import Part, changes, sentence
from reviews.services.cases import names_for
from reviews.services.defaults import check_may_set_defaults, defaults_of, set_defaults
from reviews.services.rules import (
    GivenRule,
    add_rule,
    book_version,
    change_rule,
    led_desks,
    may_write,
    newest_seen,
    reorder,
    rule_seen,
)
from reviews.services.trying import DAYS, Trial, try_rule

LIST, RULE = "admin:reviews_routingrule_changelist", "admin:reviews_routingrule_change"
OFFERED = 500


@dataclass(frozen=True)
class Row:
    """A rule in the list, or a version among others. `gone` and `new` are what it says less and more than before."""

    version: RuleVersion
    parts: tuple[Part, ...]
    may: bool = False
    gone: Sequence[str] = ()
    new: Sequence[str] = ()


@admin.register(RoutingRule)
class RoutingRuleAdmin(RecordAdmin[RoutingRule]):
    """Everybody on a desk reads the rules that concern it; editors and administrators write them."""

    def get_urls(self) -> list[URLPattern]:
        """Our own pages beside the theme's."""
        own: list[tuple[str, Callable[..., HttpResponse], str]] = [
            ("<int:rule_id>/move/", self.move_view, "move"),
            ("defaults/<int:desk_id>/", self.defaults_view, "defaults"),
        ]
        wrap = self.admin_site.admin_view
        urls = [path(where, wrap(view), name=f"reviews_routingrule_{name}") for where, view, name in own]
        return urls + super().get_urls()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return edits_a_desk(request)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The rules in their order, and what holds where none says otherwise."""
        self._check(request)
        viewer = viewer_of(request)
        versions = newest_seen(viewer)
        names = names_for([version.ruled() for version in versions], self._sources(request))
        rows = [
            Row(one, sentence(one.ruled().conditions, one.ruled().outcomes, names), may_write(viewer, one))
            for one in versions
        ]
        desks = list(desks_of(viewer).select_related("defaults__review_policy", "defaults__deadline_policy"))
        hours = {desk.hours_for(3) for desk in desks}
        context = {
            "title": _("Routing rules"),
            "rows": rows,
            "desks": [(desk, getattr(desk, "defaults", None), self._may_set(request, desk)) for desk in desks],
            "hours": hours.pop() if len(hours) == 1 else None,
            "may_add": self.has_add_permission(request),
            "book": book_version(),
        }
        return self._page(request, "reviews/rules.html", context)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Write a rule, after trying it."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        return self._written(request, None)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One rule: its sentence, the form it is built with, what it would have done, and what it said before."""
        self._check(request)
        try:
            version = rule_seen(number_in(object_id), viewer_of(request))
        except NotFound as missing:
            raise Http404(missing.message) from missing
        if request.method == "POST" and not may_write(viewer_of(request), version):
            raise PermissionDenied
        return self._written(request, version)

    def _written(self, request: HttpRequest, before: RuleVersion | None) -> HttpResponse:
        fresh = self._form(request, before)
        brought = brought_up(request, fresh) if before else None
        posted = brought.data if brought else request.POST if request.method == "POST" else None
        form = fresh if posted is None else self._form(request, before, posted)
        marks = brought.marks if brought else marks_of(fresh)
        trial: Trial | None = None
        if refuse_overtaken(form, brought):
            return self._rule(request, before, form, None, marks, status=409)
        if posted is not None and form.is_valid():
            try:
                given = form.given()
                if posted.get("do") == "save":
                    return self._saved(request, given, form, before)
                days = form.cleaned_data["days"] or DAYS
                trial = try_rule(given, viewer_of(request), days=days, rule_id=before.rule_id if before else None)
            except StaleVersion as refusal:
                form.refuse(refusal)
                current = cast(QueryDict, form.data).copy()
                current["version"] = str(rule_seen(before.rule_id, viewer_of(request)).number) if before else ""
                form.data = current
            except ClaimDeskError as refusal:
                form.refuse(refusal)
        return self._rule(request, before, form, trial, marks)

    def _form(self, request: HttpRequest, before: RuleVersion | None, posted: QueryDict | None = None) -> RuleForm:
        return RuleForm(posted, desks=self._led(request), sources=self._sources(request), before=before)

    def _saved(
        self, request: HttpRequest, given: GivenRule, form: RuleForm, before: RuleVersion | None
    ) -> HttpResponse:
        viewer = viewer_of(request)
        if before is None:
            made = add_rule(given, viewer)
        else:
            made = change_rule(before.rule_id, given, viewer, version=form.cleaned_data["version"])
        said = _("“%(name)s” is saved as version %(number)d.") % {"name": made.name, "number": made.number}
        if given.applies:
            said += " " + _("The open claims that match are settled anew within a minute.")
        messages.success(request, said)
        return redirect(RULE, made.rule_id)

    def _rule(
        self,
        request: HttpRequest,
        before: RuleVersion | None,
        form: RuleForm,
        trial: Trial | None,
        marks: Marks,
        *,
        status: int = 200,
    ) -> HttpResponse:
        may = before is None or may_write(viewer_of(request), before)
        if trial is not None:
            words = ngettext(
                "Apply to the %(number)d open claim that matches",
                "Apply to the %(number)d open claims that match",
                trial.open_now,
            )
            form["applies"].label = words % {"number": trial.open_now}
        context = {
            "title": before.name if before else _("New rule"),
            "before": before,
            "parts": self._parts(form, before, trial, self._sources(request)),
            "form": form,
            "shown": signed(marks) if before else "",
            "may": may,
            "trial": trial,
            "versions": _versions(before, self._sources(request)) if before else [],
            "applied": before.resettlings.order_by("-pk").first() if before else None,
            "outlets": _names(outlets_for(request)) if may else [],
            "sources": _names(self._sources(request).exclude(kind=SourceKind.UNNAMED)) if may else [],
        }
        return self._page(request, "reviews/rule.html", context, status)

    def _parts(
        self, form: RuleForm, before: RuleVersion | None, trial: Trial | None, seen: SourceQuerySet
    ) -> tuple[Part, ...]:
        """The sentence of what was tried, else of what is saved."""
        if trial is not None:
            given = form.given()
            ruled = Ruled(0, 0, given.name, given.conditions, given.outcomes)
        elif before is not None:
            ruled = before.ruled()
        else:
            return ()
        return sentence(ruled.conditions, ruled.outcomes, names_for([ruled], seen))

    def move_view(self, request: HttpRequest, rule_id: int) -> HttpResponse:
        """Move a rule one place up or down."""
        self._check(request)
        if request.method == "POST":
            viewer = viewer_of(request)
            order = [version.rule_id for version in newest_seen(viewer)]
            at = order.index(rule_id) if rule_id in order else -1
            to = at + (1 if request.POST.get("way") == "down" else -1)
            if at >= 0 and 0 <= to < len(order):
                order[at], order[to] = order[to], order[at]
                try:
                    reorder(order, viewer, version=number_in(request.POST.get("book", "")) or None)
                except ClaimDeskError as refusal:
                    messages.warning(request, refusal.message)
        return redirect(f"{reverse(LIST)}#rule-{rule_id}")

    def defaults_view(self, request: HttpRequest, desk_id: int) -> HttpResponse:
        """What a desk does where no rule says otherwise."""
        self._check(request)
        viewer = viewer_of(request)
        desk = desks_of(viewer).filter(pk=desk_id).first()
        if desk is None:
            raise Http404
        if not self._may_set(request, desk):
            raise PermissionDenied
        before = defaults_of(desk)
        had = {"review_policy": before.review_policy_id, "deadline_policy": before.deadline_policy_id}
        fresh = DefaultsForm(initial={"version": before.version, "takes_back": before.takes_back, **had})
        brought = brought_up(request, fresh)
        posted = brought.data if brought else request.POST if request.method == "POST" else None
        form = fresh if posted is None else DefaultsForm(posted, initial=fresh.initial)
        is_overtaken = refuse_overtaken(form, brought)
        if posted is not None and form.is_valid():
            try:
                set_defaults(desk, viewer, **form.given(), version=form.cleaned_data["version"])
            except ClaimDeskError as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, _("Saved for %(desk)s desk.") % {"desk": desk.name})
                return redirect(LIST)
        marks = brought.marks if brought else marks_of(fresh)
        context = {"title": _("Defaults of %(desk)s desk") % {"desk": desk.name}, "form": form, "shown": signed(marks)}
        return self._page(request, "reviews/defaults.html", context, 409 if is_overtaken else 200)

    def _may_set(self, request: HttpRequest, desk: Desk) -> bool:
        try:
            check_may_set_defaults(viewer_of(request), desk)
        except ClaimDeskError:
            return False
        return True

    def _led(self, request: HttpRequest) -> list[Desk]:
        """The desks for which this person writes rules."""
        if not edits_a_desk(request):
            return []
        mine = led_desks(viewer_of(request))
        return list(Desk.objects.all() if mine is None else Desk.objects.filter(pk__in=mine))

    def _sources(self, request: HttpRequest) -> SourceQuerySet:
        """The sources that this person may name."""
        return visible_sources(viewer_of(request), now_of(request))

    def _check(self, request: HttpRequest) -> None:
        if not belongs(request):
            raise PermissionDenied

    def _page(
        self, request: HttpRequest, template: str, context: dict[str, Any], status: int = 200
    ) -> TemplateResponse:
        crumbs = {"rule_crumb": [(reverse(LIST), _("Routing rules"))]}
        shared = self.admin_site.each_context(request) | {"now": now_of(request), "opts": self.opts}
        return TemplateResponse(request, template, shared | crumbs | context, status=status)


def _versions(newest: RuleVersion, seen: SourceQuerySet) -> list[Row]:
    """Every version, the newest first, with what it changed."""
    versions = list(RuleVersion.objects.filter(rule=newest.rule_id).order_by("number"))
    names = names_for([version.ruled() for version in versions], seen)
    told = [sentence(one.ruled().conditions, one.ruled().outcomes, names) for one in versions]
    rows = [Row(versions[0], told[0])]
    for before, version, was, parts in zip(versions, versions[1:], told, told[1:], strict=False):
        gone, new = changes(was, parts)
        if before.name != version.name:
            gone, new = [before.name, *gone], [version.name, *new]
        if before.is_active != version.is_active:
            new = [*new, _("switched on") if version.is_active else _("switched off")]
        rows.append(Row(version, parts, gone=gone, new=new))
    return rows[::-1]


def _names(rows: SourceQuerySet) -> list[str]:
    """What the inputs offer."""
    return list(rows.order_by("name").values_list("name", flat=True).distinct()[:OFFERED])
