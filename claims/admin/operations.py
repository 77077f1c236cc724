"""Imports from links: asked for, followed to their end, tried again."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import display
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.admin import columns
from claims.admin.base import RecordAdmin, adds_articles, now_of, number_in, outlets_for, viewer_of
from claims.admin.forms import LANGUAGES
from claims.admin.intake import OFFERED, LinkForm
from claims.admin.moments import zone_names
from claims.errors import ClaimDeskError
from claims.models import Operation, OperationState, StepState
from claims.permissions import desks_of, visible_articles
from claims.services.operations import ask_import, try_again, visible_operations

LOOK_AGAIN = 3  # seconds after which the page of a running import asks anew, without a script


@admin.register(Operation)
class OperationAdmin(RecordAdmin[Operation]):
    """One's own imports, and those that an editor or administrator sees to."""

    list_display = ("url", "state_column", "article_column", "maker_column", "asked_column", "desk")
    list_filter = ("state",)
    list_select_related = ("desk", "made_by", "key", "revision__article")
    search_fields = ("url",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return adds_articles(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Operation]:
        seen = visible_operations(viewer_of(request)).values("pk")
        return super().get_queryset(request).filter(pk__in=seen).defer("revision__text")

    @display(description=gettext_lazy("state"), ordering="state")
    def state_column(self, row: Operation) -> SafeString:
        why = row.why if row.state != OperationState.DONE else ""
        return columns.in_cd(format_html('{} <span class="cd-mut cd-sm">{}</span>', row.get_state_display(), why))

    @display(description=gettext_lazy("article"))
    def article_column(self, row: Operation) -> SafeString:
        if row.revision is None:
            return columns.in_cd("–")
        address = reverse("admin:claims_article_change", args=[row.revision.article_id])
        return format_html('<a href="{}">{}</a>', address, _("Open"))

    @display(description=gettext_lazy("asked by"))
    def maker_column(self, row: Operation) -> str:
        return str(row.made_by or row.key)

    @display(description=gettext_lazy("asked"), ordering="asked_at")
    def asked_column(self, row: Operation) -> SafeString:
        return columns.moment(row, row.asked_at)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Ask for an article by its link."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        viewer = viewer_of(request)
        posted = request.POST if request.method == "POST" else None
        form = LinkForm(posted, desks=desks_of(viewer), initial={"link": request.GET.get("link", "")[:2000]})
        if posted is not None and form.is_valid():
            try:
                made = ask_import(viewer, form.told())
            except ClaimDeskError as refusal:
                form.refuse(refusal)
            else:
                return redirect("admin:claims_operation_change", made.pk)
        shared = {
            "form": form,
            "zones": zone_names(),
            "languages": LANGUAGES,
            "outlets": outlets_for(request)[:OFFERED],
        }
        return self._page(request, "admin/import_link.html", _("Import an article"), shared)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """How an import fares; a failed one is tried again from here. The page of a running one asks anew by itself."""
        row = self.get_queryset(request).select_related("revision__article").filter(pk=number_in(object_id)).first()
        if row is None or not self.has_view_permission(request):
            raise Http404(_("There is no such import, or it is not yours to see."))
        if request.method == "POST":
            try:
                try_again(viewer_of(request), row.pk)
            except ClaimDeskError as refusal:
                messages.error(request, refusal.message)
            return redirect("admin:claims_operation_change", row.pk)
        made = row.revision.article if row.revision else None
        seen = made is not None and visible_articles(viewer_of(request), now_of(request)).filter(pk=made.pk).exists()
        context = {
            "operation": row,
            "steps": [(step.label, _reached(row, state)) for step, state in row.steps],
            "article": made if seen else None,
            "may_add": self.has_add_permission(request),
        }
        response = self._page(request, "admin/operation.html", _("Import from a link"), context)
        if not row.has_ended:
            response.headers["Refresh"] = str(LOOK_AGAIN)
        return response

    def _page(self, request: HttpRequest, template: str, title: str, context: dict[str, Any]) -> TemplateResponse:
        shared = {"title": title, "now": now_of(request), "opts": self.opts}
        return TemplateResponse(request, template, self.admin_site.each_context(request) | shared | context)


def _reached(row: Operation, state: StepState) -> str:
    """How far a step has come, in words: behind the one that failed nothing waits."""
    failed = row.state == OperationState.FAILED and state == StepState.WAITING
    return _("not reached") if failed else str(state.label)
