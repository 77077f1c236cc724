"""What the command search finds: pages, the steps of a claim, claims and articles."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpRequest
from django.urls import Resolver404, resolve, reverse
from unfold.dataclasses import SearchResult

from claims.admin.base import belongs, now_of, number_in, viewer_of, words_in
from claims.models import Claim
from claims.permissions import visible_articles, visible_claims
from reviews.admin.claimview import offered
from reviews.admin.navigation import own_pages, sidebar
from reviews.admin.steps import DIALOGS
from reviews.admin.ticked import page_seen
from reviews.services.claimpage import ClaimPage

FOUND = 10
CHANGE = "admin:claims_claim_change"


def found(request: HttpRequest, words: str) -> list[SearchResult]:
    """Pages by their names; claims by number or words; articles by headline; steps by their names.

    The steps are those of the claim whose number comes first or last ("12 hand over", "wait #12"), else those of the
    claim on whose page somebody searches. Only what they could take now is found. A mere space finds every page and
    step.
    """
    if not belongs(request):
        return []
    words = words_in(words)
    first, *rest = words.split() or [""]
    if rest and rest[-1].startswith("#"):
        first, rest = rest[-1], [first, *rest[:-1]]
    number = number_in(first.removeprefix("#"))
    named = number or _shown(request)
    page = page_seen(request, named) if named else None
    steps = _steps(page, " ".join(rest) if number else words) if page else []
    if number and page and not rest:
        return [_claim(page.claim), *steps]
    by_words = [*_claims(request, words), *_articles(request, words)] if first else []
    return [*_pages(request, words), *steps, *by_words]


def _shown(request: HttpRequest) -> int:
    """The number of the claim on whose page the search was opened; 0 on any other page."""
    try:
        where = resolve(urlsplit(request.headers.get("HX-Current-URL", "")).path)
    except (Resolver404, ValueError):  # no page of ours, or no address
        return 0
    named = where.kwargs.get("object_id") if where.view_name == CHANGE else where.kwargs.get("claim_id")
    return number_in(str(named))


def _names(words: str, *titles: object) -> bool:
    """Whether each of the words begins a word of the titles."""
    known = [word for title in titles for word in str(title).lower().split()]
    return all(any(one.startswith(word) for one in known) for word in words.split())


def _pages(request: HttpRequest, words: str) -> list[SearchResult]:
    return [
        SearchResult(item["title"], group["title"], item["link"], item["icon"])
        for group in [*sidebar(request), own_pages(request)]
        for item in group["items"]
        if _names(words, item["title"])
    ]


def _steps(page: ClaimPage, words: str) -> list[SearchResult]:
    return [
        SearchResult(
            str(step.label),
            str(page.claim),
            reverse("admin:claims_claim_step", args=[page.claim.pk, step.name]),
            "bolt",
        )
        for step in offered(page)
        if _names(words, step.label, DIALOGS[step.name].button)
    ]


def _claim(claim: Claim) -> SearchResult:
    return SearchResult(str(claim), claim.get_state_display(), reverse(CHANGE, args=[claim.pk]), "notes")


def _claims(request: HttpRequest, words: str) -> list[SearchResult]:
    claims = visible_claims(viewer_of(request), now_of(request)).searched(words)  # type: ignore[attr-defined]  # a ClaimQuerySet
    return [_claim(claim) for claim in claims.order_by("-id")[:FOUND]]


def _articles(request: HttpRequest, words: str) -> list[SearchResult]:
    articles = visible_articles(viewer_of(request), now_of(request)).filter(headline__icontains=words)
    return [
        SearchResult(
            article.headline,
            article.outlet.name,
            reverse("admin:claims_article_change", args=[article.pk]),
            "description",
        )
        for article in articles.select_related("outlet")[:FOUND]
    ]
