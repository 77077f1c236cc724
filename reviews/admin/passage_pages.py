"""What the claim page lets people do when an article no longer reads as it is quoted: compare, and note it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.admin.base import viewer_of
from claims.admin.forms import PlainForm
from claims.comparing import compare
from claims.errors import ClaimDeskError
from claims.models import RevisedPassage
from claims.services.following import check_comparer
from reviews.services.claimpage import ClaimPage
from reviews.services.comparing import note_compared

SAY_NOTE = gettext_lazy("Say what the change means for this claim.")


class NoteForm(PlainForm):
    """What somebody who compared both has to say."""

    pointers: ClassVar[dict[str, str]] = {}

    note = forms.CharField(
        label=gettext_lazy("What it means for this claim"),
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": SAY_NOTE},
    )


class PassagePages:
    """Mixed into the admin of claims: `page_of` reads the claim as the person may see it, `answer` shows a template."""

    page_of: Callable[[HttpRequest, int], ClaimPage]
    answer: Callable[..., TemplateResponse]

    def passage_pages(self) -> list[tuple[str, Callable[..., HttpResponse], str]]:
        """Addresses below a claim, their views and their names."""
        return [("<int:claim_id>/passage/<int:number>/", self.passage_view, "passage")]

    def passage_view(self, request: HttpRequest, claim_id: int, number: int) -> HttpResponse:
        """The quoted passage and what stands for it now, side by side, and a note that it was compared."""
        page = self.page_of(request, claim_id)
        passage = self._passage(page, number)
        form = NoteForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid() and self._noted(request, passage, form):
            return redirect("admin:claims_claim_change", claim_id)
        waits = RevisedPassage.objects.to_compare().filter(pk=number).exists()
        context = {
            "page": page,
            "passage": passage,
            "comparison": compare(passage.before, passage.after),
            "form": form,
            "may_note": waits and _may_note(page),
            "title": _("What changed in the article"),
        }
        return self.answer(request, "reviews/passage_compare.html", context)

    def _noted(self, request: HttpRequest, passage: RevisedPassage, form: NoteForm) -> bool:
        viewer = viewer_of(request)
        try:
            note_compared(passage, form.cleaned_data["note"], viewer)
        except ClaimDeskError as refusal:
            form.refuse(refusal)
            return False
        messages.success(request, _("Noted: the article was compared with what is quoted from it."))
        return True

    def _passage(self, page: ClaimPage, number: int) -> RevisedPassage:
        rows: Any = RevisedPassage.objects.select_related("appearance__revision__article", "revision")
        found: RevisedPassage | None = rows.filter(pk=number, appearance__claim=page.claim).first()
        if found is None:
            raise Http404
        return found


def _may_note(page: ClaimPage) -> bool:
    try:
        check_comparer(page.roles, page.claim)
    except ClaimDeskError:
        return False
    return True
