"""What the claim page lets people do with one piece of its evidence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from claims.admin.base import now_of, viewer_of
from claims.admin.forms import PlainForm
from claims.comparing import compare
from claims.errors import ClaimDeskError, EvidenceInUse, StaleVersion
from claims.models import Copy, Evidence, Visibility
from claims.permissions import visible_claims
from claims.services.evidence import (
    compare_evidence,
    edit_evidence,
    fetch_evidence,
    note_sight,
    supersede_evidence,
)
from claims.services.sharing import open_elsewhere
from reviews.admin.evidence_forms import EvidenceEdit
from reviews.admin.verdicts import EvidenceForm
from reviews.services.acting import acting_on
from reviews.services.claimpage import ClaimPage

View = Callable[..., HttpResponse]


class EvidencePages:
    """Mixed into the admin of claims: `page_of` reads the claim as the person may see it, `answer` shows a template."""

    page_of: Callable[[HttpRequest, int], ClaimPage]
    answer: Callable[..., TemplateResponse]

    def evidence_pages(self) -> list[tuple[str, View, str]]:
        """Addresses below a claim, their views and their names."""
        here = "<int:claim_id>/evidence/<int:number>"
        return [
            (f"{here}/fetch/", self.fetch_view, "evidence_fetch"),
            (f"{here}/compare/", self.compare_view, "evidence_compare"),
            (f"{here}/edit/", self.edit_view, "evidence_edit"),
            (f"{here}/supersede/", self.supersede_view, "evidence_supersede"),
        ]

    def fetch_view(self, request: HttpRequest, claim_id: int, number: int) -> HttpResponse:
        """Let the page of a link be read now."""
        item = self._evidence(self.page_of(request, claim_id), number)
        if request.method == "POST":
            try:
                with acting_on(claim_id, viewer_of(request)) as acting:
                    fetch_evidence(acting.held, item, by=acting.by)
            except ClaimDeskError as refusal:
                messages.warning(request, refusal.message)
            else:
                messages.success(request, _("The page is being read. Its copy appears here."))
        return redirect(place_of(item))

    def compare_view(self, request: HttpRequest, claim_id: int, number: int) -> HttpResponse:
        """Two copies of a page side by side, the first and the newest unless others are asked for."""
        page = self.page_of(request, claim_id)
        item = self._evidence(page, number)
        copies = list(item.copies.select_related("snapshot"))
        if len(copies) < 2:
            raise Http404
        if request.method == "POST":
            # What they were shown, which is not the newest any more when one has come since.
            shown = _chosen(copies, request.POST.get("upto", ""), copies[0])
            return self._compared(request, item, shown.number)
        note_sight(claim_id, [item], by=viewer_of(request).actor)
        before = _chosen(copies, request.GET.get("before", ""), copies[0])
        after = _chosen(copies, request.GET.get("after", ""), copies[-1])
        context = {
            "page": page,
            "item": item,
            "copies": copies,
            "before": before,
            "after": after,
            "comparison": compare(before.text, after.text),
            "unread": item.reading is not None and after.number > item.reading.compared,
            "title": _("What changed"),
        }
        return self.answer(request, "reviews/evidence_compare.html", context)

    def edit_view(self, request: HttpRequest, claim_id: int, number: int) -> HttpResponse:
        """Change what an item says of itself, as long as no verdict has used it."""
        page = self.page_of(request, claim_id)
        item = self._evidence(page, number)
        if item.used_at is not None:
            messages.info(request, EvidenceInUse().message)
            return redirect("admin:claims_claim_evidence_supersede", claim_id, number)
        form = EvidenceEdit(request.POST or None, item=item, known=page.evidence)
        if request.method == "POST" and form.is_valid() and self._edited(request, item, form):
            return redirect(place_of(item))
        words = {"title": _("Edit evidence"), "button": _("Save")}
        return self._form(request, page, item, form, words)

    def _edited(self, request: HttpRequest, item: Evidence, form: EvidenceEdit) -> bool:
        try:
            with acting_on(item.claim_id, viewer_of(request)) as acting:
                now = Evidence.objects.get(pk=item.pk)
                if now.version != form.cleaned_data["version"]:
                    form.go_on_with(now)
                    raise StaleVersion(current=now.version)
                changes = form.changes(now)
                edit_evidence(acting.held, now, changes, by=acting.by)
        except ClaimDeskError as refusal:
            form.refuse(refusal)
            return False
        messages.success(request, _("The evidence was changed."))
        if changes.get("visibility") == Visibility.PROTECTED:
            self._warn_of_copies(request, item)
        return True

    def _warn_of_copies(self, request: HttpRequest, item: Evidence) -> None:
        """The same words stand on a claim that was split off, or that its own was split from, as an item by itself."""
        claims = open_elsewhere(item)
        if claims:
            seen = visible_claims(viewer_of(request), now_of(request)).filter(pk__in=claims).order_by("pk")
            named = ", ".join(f"#{number}" for number in seen.values_list("pk", flat=True))
            said = _("The same item is open on %(claims)s, which shares it since a split. Protect it there, too.")
            messages.warning(request, said % {"claims": named or _("a claim that you do not see")})

    def supersede_view(self, request: HttpRequest, claim_id: int, number: int) -> HttpResponse:
        """Put a newer item in the place of one that a verdict has used. Both are one origin."""
        page = self.page_of(request, claim_id)
        item = self._evidence(page, number)
        known = {"stance": item.stance, "question": item.question, "primary": item.primary, "title": item.title}
        initial = {**known, "what": item.url, "visibility": item.visibility}
        bound = (request.POST, request.FILES) if request.method == "POST" else (None, None)
        form = EvidenceForm(*bound, known=page.evidence, initial=initial)
        if request.method == "POST" and form.is_valid() and self._superseded(request, item, form):
            return redirect(f"{place_of(item).partition('#')[0]}#evidence")
        words = {"title": _("Replace evidence"), "button": _("Replace")}
        return self._form(request, page, item, form, words)

    def _superseded(self, request: HttpRequest, item: Evidence, form: EvidenceForm) -> bool:
        viewer = viewer_of(request)
        try:
            given = form.given()
            with acting_on(item.claim_id, viewer) as acting:
                old = Evidence.objects.get(pk=item.pk)
                supersede_evidence(acting.held, old, given, by=acting.by, user=viewer.user)
        except ClaimDeskError as refusal:
            form.refuse(refusal)
            return False
        messages.success(request, _("The newer item stands in its place. Verdicts keep the one they used."))
        return True

    def _form(
        self, request: HttpRequest, page: ClaimPage, item: Evidence, form: PlainForm, words: dict[str, str]
    ) -> HttpResponse:
        note_sight(page.claim.pk, page.evidence, by=viewer_of(request).actor)  # it may have been taken from any of them
        context = {"page": page, "item": item, "form": form, **words}
        return self.answer(request, "reviews/evidence_form.html", context)

    def _compared(self, request: HttpRequest, item: Evidence, upto: int) -> HttpResponse:
        try:
            with acting_on(item.claim_id, viewer_of(request)) as acting:
                compare_evidence(acting.held, item, upto, by=acting.by)
        except ClaimDeskError as refusal:
            messages.warning(request, refusal.message)
        else:
            messages.success(request, _("Noted: the change was compared."))
        return redirect(place_of(item))

    def _evidence(self, page: ClaimPage, number: int) -> Evidence:
        """An item that this person sees. Raises `Http404`."""
        found = next((item for item in page.evidence if item.pk == number), None)
        if found is None:
            raise Http404
        return found


def note_whole_page(page: ClaimPage) -> None:
    """Somebody is shown the page of a claim: its evidence, and that of everything that was merged into it."""
    for claim, items in [(page.claim, page.evidence), *((one.claim, one.evidence) for one in page.merged)]:
        note_sight(claim.pk, items, by=page.viewer.actor)


def _chosen(copies: Sequence[Copy], number: str, otherwise: Copy) -> Copy:
    return next((copy for copy in copies if str(copy.number) == number), otherwise)


def place_of(item: Evidence) -> str:
    """Where the item stands on its claim's page."""
    address: Any = reverse("admin:claims_claim_change", args=[item.claim_id])
    return f"{address}#evidence-{item.pk}"
