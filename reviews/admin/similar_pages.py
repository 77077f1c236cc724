"""Claims like the one that is open: a part of its page that comes after it, or a page of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from claims.lifecycle import Action
from reviews.services.claimpage import ClaimPage
from reviews.services.similar import similar_to


class SimilarPages:
    """Mixed into the admin of claims: `page_of` reads the claim as the person may see it, `answer` shows a template."""

    page_of: Callable[[HttpRequest, int], ClaimPage]
    answer: Callable[..., TemplateResponse]

    def similar_pages(self) -> list[tuple[str, Callable[..., HttpResponse], str]]:
        """Where it is, for the admin's own addresses."""
        return [("<int:claim_id>/similar/", self.similar_view, "similar")]

    def similar_view(self, request: HttpRequest, claim_id: int) -> HttpResponse:
        """Up to five claims that say nearly the same; a script asks for the part alone."""
        page = self.page_of(request, claim_id)
        part = "HX-Request" in request.headers
        context: dict[str, Any] = {
            "page": page,
            "claim": page.claim,
            "similar": similar_to(page.claim, page.viewer, page.now),
            "may_merge": page.offers[Action.MERGE].allowed,
            "looked": True,
            "title": _("Similar claims"),
        }
        return self.answer(request, "reviews/claim_similar.html" if part else "reviews/similar.html", context)
