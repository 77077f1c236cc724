"""The site of the admin: the theme's, without the work that none of our pages shows."""

from __future__ import annotations

from typing import Any

from django.core.paginator import InvalidPage
from django.http import Http404, HttpRequest
from django.template.response import TemplateResponse
from django.utils.functional import SimpleLazyObject
from unfold.dataclasses import SearchResult
from unfold.sites import UnfoldAdminSite


class Site(UnfoldAdminSite):  # type: ignore[misc]  # the theme comes without types
    """The theme's site with our sidebar."""

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        """The models somebody may see, by app, gathered when a template asks.

        Django gathers it for the sidebar of every page. Ours has groups of its own and does not show it.
        """
        whole = super().get_app_list
        return SimpleLazyObject(lambda: whole(request, app_label))

    def search(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """What the command search finds; the theme takes every page of it that an address names for one there is."""
        try:
            answer: TemplateResponse = super().search(request, extra_context)
        except (InvalidPage, ValueError) as none:
            raise Http404 from none
        return answer

    def _search_apps(self, app_list: Any, search_term: str) -> list[SearchResult]:
        """Nothing: pages are found by the names that our sidebar gives them (`reviews/admin/search.py`)."""
        del app_list, search_term
        return []
