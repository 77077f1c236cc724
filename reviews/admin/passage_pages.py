"""What the claim page lets people do when an article reads otherwise or was cancelled: look at it, and note it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.admin.base import viewer_of
from claims.admin.forms import PlainForm
from claims.comparing import compare
from claims.errors import ClaimDeskError
from claims.models import Cancellation, RevisedPassage
from claims.permissions import Viewer
from claims.services.following import check_comparer
from reviews.admin.step_forms import why_field
from reviews.services.claimpage import ClaimPage
from reviews.services.comparing import note_canceled, note_compared

SAY_CHANGE = gettext_lazy("Say what the change means for this claim.")
SAY_CANCELLATION = gettext_lazy("Say what the cancelled article means for this claim.")


class NoteForm(PlainForm):
    """What somebody who looked has to say. `empty` is what is said when it is missing."""

    def __init__(self, *args: Any, empty: str | Promise, **kwargs: Any) -> None:
        self.empty = empty
        super().__init__(*args, **kwargs)

    def more_fields(self) -> dict[str, forms.Field]:
        return {"note": why_field(gettext_lazy("What it means for this claim"), empty=self.empty)}


class PassagePages:
    """Mixed into the admin of claims: `page_of` reads the claim as the person may see it, `answer` shows a template."""

    page_of: Callable[[HttpRequest, int], ClaimPage]
    answer: Callable[..., TemplateResponse]

    def passage_pages(self) -> list[tuple[str, Callable[..., HttpResponse], str]]:
        """Addresses below a claim, their views and their names."""
        return [
            ("<int:claim_id>/passage/<int:number>/", self.passage_view, "passage"),
            ("<int:claim_id>/cancellation/<int:number>/", self.cancellation_view, "cancellation"),
        ]

    def passage_view(self, request: HttpRequest, claim_id: int, number: int) -> HttpResponse:
        """The quoted passage and what stands for it now, side by side, and a note that it was compared."""
        page = self.page_of(request, claim_id)
        rows = RevisedPassage.objects.select_related("appearance__revision__article", "revision")
        passage = get_object_or_404(rows, pk=number, appearance__claim=page.claim)
        form = NoteForm(request.POST if request.method == "POST" else None, empty=SAY_CHANGE)
        done = _("Noted: the article was compared with what is quoted from it.")
        if self._noted(request, form, partial(note_compared, passage), done):
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

    def cancellation_view(self, request: HttpRequest, claim_id: int, number: int) -> HttpResponse:
        """That the provider cancelled the article, and a note of what it means for the claim."""
        page = self.page_of(request, claim_id)
        rows = Cancellation.objects.select_related("article__outlet")
        row = get_object_or_404(rows, pk=number, claim=page.claim)
        form = NoteForm(request.POST if request.method == "POST" else None, empty=SAY_CANCELLATION)
        done = _("Noted what the cancelled article means for this claim.")
        if self._noted(request, form, partial(note_canceled, row), done):
            return redirect("admin:claims_claim_change", claim_id)
        title = _("The provider has cancelled the article")
        context = {"page": page, "row": row, "form": form, "may_note": row.to_note and _may_note(page), "title": title}
        return self.answer(request, "reviews/cancellation.html", context)

    def _noted(self, request: HttpRequest, form: NoteForm, write: Callable[[str, Viewer], object], done: str) -> bool:
        """Whether a note was sent and written; a form that was refused says why."""
        if form.is_valid():
            with form.refusing():
                write(form.cleaned_data["note"], viewer_of(request))
                messages.success(request, done)
        return form.is_valid()


def _may_note(page: ClaimPage) -> bool:
    try:
        check_comparer(page.roles, page.claim)
    except ClaimDeskError:
        return False
    return True
