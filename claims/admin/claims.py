"""The list of all claims. The page of one claim needs the work too and is composed in `reviews.admin`."""

from __future__ import annotations

from django.contrib.admin import display
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from claims.admin import columns
from claims.admin.base import RecordAdmin, number_in
from claims.admin.filters import ClaimOutletFilter, DeskFilter, FlagFilter, LanguageFilter, PriorityFilter, StateFilter
from claims.models import Claim, Decision
from claims.templatetags import claimdesk


class ClaimListAdmin(RecordAdmin[Claim]):
    """Claims as rows: found by number and words, narrowed by state, flag, desk, outlet, priority and language."""

    desk_path = "desk"
    claim_path = "pk"
    list_display = ("statement_line", "state_column", "due_column", "own_date_column", "desk", "verdict_column")
    list_display_links = None
    list_filter = (StateFilter, FlagFilter, DeskFilter, ClaimOutletFilter, PriorityFilter, LanguageFilter)
    list_select_related = ("desk",)
    search_fields = ("statement",)
    search_help_text = _("Words of the statement, or the number of a claim")
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Claim]:
        standing = Decision.objects.filter(claim=OuterRef("pk"), standing=True)
        return super().get_queryset(request).annotate(standing_so=Subquery(standing.values("so")[:1]))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Claim], search_term: str
    ) -> tuple[QuerySet[Claim], bool]:
        """A number finds its claim, words find statements that hold them all."""
        words = search_term.strip()
        if number := number_in(words.lstrip("#")):
            return queryset.filter(pk=number), False
        return (queryset.searched(words) if words else queryset), False  # type: ignore[attr-defined]  # a ClaimQuerySet

    @display(description=_("claim"), ordering="id")
    def statement_line(self, claim: Claim) -> SafeString:
        link = columns.claim_link(claim, claim.statement)
        return columns.in_cd(format_html('<span class="cd-cell-st">#{} {}</span>', claim.pk, link))

    @display(description=_("state"), ordering="state")
    def state_column(self, claim: Claim) -> SafeString:
        return columns.state(claim)

    @display(description=_("review due"), ordering="review_due_at")
    def due_column(self, claim: Claim) -> SafeString:
        return columns.review_due(claim)

    @display(description=_("its own date"), ordering="confirm_by")
    def own_date_column(self, claim: Claim) -> SafeString:
        return columns.own_date(claim)

    @display(description=_("verdict"))
    def verdict_column(self, claim: Claim) -> SafeString:
        so: str | None = getattr(claim, "standing_so", None)
        return columns.in_cd(claimdesk.verdict_chip(so) if so is not None else "–")
