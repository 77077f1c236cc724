"""Articles: found, read with their claims marked, imported by pasting, and the place where a claim begins."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.contrib.admin import display
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.admin import columns
from claims.admin.amending import AmendPages, may_amend
from claims.admin.base import RecordAdmin, adds_articles, now_of, number_in, outlets_for, viewer_of
from claims.admin.filters import DeskFilter, LanguageFilter, OutletFilter
from claims.admin.forms import LANGUAGES
from claims.admin.intake import OFFERED, ArticleForm, ClaimForm
from claims.admin.marking import Mark, marked
from claims.admin.moments import zone_names
from claims.errors import ClaimDeskError
from claims.models import Appearance, Article, ArticleRevision, Claim, Desk, SourceKind
from claims.permissions import desk_roles, desks_of, visible_claims
from claims.services.articles import TakenIn
from claims.services.proposing import Maker
from claims.services.taking import desk_notes, take_in_for
from claims.timewords import clock


class ArticlePagesAdmin(AmendPages, RecordAdmin[Article]):
    """Articles with their frozen revisions. An article is imported, its texts are never typed over.

    `bring` makes the claim somebody gave; what accepting one means is known where these pages are registered.
    """

    bring: Callable[..., Claim]
    desk_path = "desk"
    list_display = ("headline", "outlet", "published_column", "language", "revisions_column", "claims_column", "desk")
    list_filter = (OutletFilter, DeskFilter, LanguageFilter)
    list_select_related = ("outlet", "desk")
    search_fields = ("headline", "canonical_url", "outlet__name")
    ordering = ("-published_at", "-id")

    def get_urls(self) -> list[URLPattern]:
        """The page to change what is said about an article, beside the theme's."""
        amend = self.admin_site.admin_view(self.amend_view)
        return [path("<int:article_id>/amend/", amend, name="claims_article_amend"), *super().get_urls()]

    def article_seen(self, request: HttpRequest, number: object) -> Article:
        """The article of this number. Raises `Http404` for somebody who does not see it."""
        seen = self.get_queryset(request).select_related("outlet", "desk")
        article = seen.filter(pk=number_in(str(number))).first()
        if article is None or not self.has_view_permission(request):
            raise Http404(_("There is no such article, or it is not yours to see."))
        return article

    def has_add_permission(self, request: HttpRequest) -> bool:
        return adds_articles(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Article]:
        seen = visible_claims(viewer_of(request), now_of(request))
        claims = seen.filter(appearances__revision__article=OuterRef("pk"))
        made = columns.number_of(claims, "appearances__revision__article")
        return super().get_queryset(request).annotate(texts=Count("revisions", distinct=True), claims_made=made)

    @display(description=gettext_lazy("published"), ordering="published_at")
    def published_column(self, row: Article) -> SafeString:
        return columns.moment(row, row.published_at)

    @display(description=gettext_lazy("revisions"))
    def revisions_column(self, row: Article) -> int:
        return int(getattr(row, "texts", 0))

    @display(description=gettext_lazy("claims"))
    def claims_column(self, row: Article) -> int:
        return int(getattr(row, "claims_made", 0))

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Import an article by pasting its text."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        viewer = viewer_of(request)
        zone = viewer.user.zone if viewer.user else "UTC"
        first = {"zone": zone, "link": request.GET.get("link", "")[:2000]}
        form = ArticleForm(_posted(request), desks=desks_of(viewer), initial=first)
        if request.method == "POST" and form.is_valid():
            try:
                given = form.given()
                taken = take_in_for(viewer, given, stands_now=True)
            except ClaimDeskError as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, _taken_words(taken, given.desk))
                return redirect("admin:claims_article_change", taken.article.pk)
        return self.page(request, "admin/article_import.html", _("Import an article"), {"form": form})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Read an article with its claims marked, and make a claim from its words."""
        article = self.article_seen(request, object_id)
        revisions = list(article.revisions.defer("text").order_by("number"))
        chosen = number_in(request.GET.get("revision", ""))
        number = chosen if chosen in {one.number for one in revisions} else revisions[-1].number
        revision = article.revisions.select_related("article").get(number=number)
        viewer = viewer_of(request)
        visible = visible_claims(viewer, now_of(request))
        form = ClaimForm(_posted(request), desks=desks_of(viewer), initial=_first_values(article))
        if request.method == "POST":
            if not self.has_add_permission(request):
                raise PermissionDenied
            made = self._propose(request, form, revision)
            if made is not None:
                shown = visible.filter(pk=made.pk).exists()
                return redirect("admin:claims_claim_change", made.pk) if shown else redirect(request.get_full_path())
        seen = _appearances(revision, viewer.desks)
        context = {
            "article": article,
            "revision": revision,
            "revisions": revisions,
            "form": form,
            "may_add": self.has_add_permission(request),
            "may_propose": bool(viewer.editor_of or viewer.reviewer_of),
            "may_amend": may_amend(viewer, article),
            "paragraphs": marked(revision.text, [Mark(one.claim_id, one.start, one.end) for one in seen]),
            "claims": _with_those_that_stay([one.claim for one in seen], visible),
        }
        return self.page(request, "admin/article.html", article.headline, context)

    def _propose(self, request: HttpRequest, form: ClaimForm, revision: ArticleRevision) -> Claim | None:
        if not form.is_valid():
            return None
        viewer, desk = viewer_of(request), form.cleaned_data["desk"]
        actor = viewer.actor.having(*desk_roles(viewer, desk.pk if desk else None))
        try:
            maker = Maker(actor, user=viewer.user)
            made = self.bring(form.given(revision), maker, accepted=form.cleaned_data["accept"])
        except ClaimDeskError as refusal:
            form.refuse(refusal)
            return None
        messages.success(request, _("Claim #%(number)d was made.") % {"number": made.pk})
        return made

    def page(self, request: HttpRequest, template: str, title: str, context: dict[str, Any]) -> TemplateResponse:
        shared = {
            "title": title,
            "now": now_of(request),
            "opts": self.opts,
            "zones": zone_names(),
            "languages": LANGUAGES,
            "outlets": outlets_for(request)[:OFFERED],
        }
        return TemplateResponse(request, template, self.admin_site.each_context(request) | shared | context)


def _posted(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _first_values(article: Article) -> dict[str, Any]:
    """What a new claim of this article most likely has: the outlet's own step, its desk and its zone."""
    return {
        "desk": article.desk,
        "own_zone": article.published_zone,
        "step_1_source": article.outlet.name,
        "step_1_kind": SourceKind.OUTLET,
    }


def _appearances(revision: ArticleRevision, desks: frozenset[int] | None) -> list[Appearance]:
    """Quotes of the revision whose claims the viewer sees, in the order of the text."""
    seen = Appearance.objects.filter(revision=revision).select_related("claim__desk").order_by("start", "claim_id")
    return [one for one in seen if desks is None or one.claim.desk_id is None or one.claim.desk_id in desks]


def _with_those_that_stay(claims: Sequence[Claim], visible: QuerySet[Claim, Any]) -> list[tuple[Claim, Claim | None]]:
    """Each claim with the one that stays where it was merged into another, if the viewer sees that."""
    merged = {one.pk: one.duplicate_of_id for one in claims if one.duplicate_of_id}
    if not merged:
        return [(one, None) for one in claims]
    into = merged | dict(Claim.objects.staying_for(merged).values_list("pk", "duplicate_of"))
    last = {number: _last(number, into) for number in merged}
    seen = visible.in_bulk(set(last.values()))
    return [(one, seen.get(last.get(one.pk, 0))) for one in claims]


def _last(number: int, into: Mapping[int, int | None]) -> int:
    """The claim at the end of a chain of merges."""
    for _step in into:
        number = into.get(number) or number
    return number


def _taken_words(taken: TakenIn, desk: Desk | None) -> str:
    if taken.is_new:
        return _("The article was imported.")
    said = [_("This article is already here with the same text.")]
    if taken.is_new_text:
        added = _("This article was already here. The new text was added as revision %(number)d.")
        said = [added % {"number": taken.revision.number}]
    if taken.is_new_embargo:
        until = clock(localtime(taken.article.embargo_until), "j M Y, H:i")
        said.append(_("It is under embargo until %(moment)s now.") % {"moment": until})
    elif not taken.is_new_text:
        said.append(_("Nothing was changed."))
    return " ".join([*said, *desk_notes(taken.article, desk)])
