"""Addresses that everybody may read."""

from django.urls import path

from claims.api import numbers  # noqa: F401  # registers its converter
from claims.public import feeds, pages
from claims.public.limits import limited

urlpatterns = [
    path("c/", limited(pages.all_checks), name="public-checks"),
    path("c/corrections", limited(pages.all_corrections), name="public-corrections"),
    path("c/<number:number>", limited(pages.one_check), name="public-check"),
    path("c/<number:number>.json", limited(pages.one_as_data), name="public-check-data"),
    path("c/<number:number>/badge.svg", limited(pages.one_as_badge), name="public-check-badge"),
    path("feeds/claimreview.json", limited(feeds.claim_reviews), name="feed-claimreview"),
    path("feeds/verdicts.atom", limited(feeds.verdicts), name="feed-verdicts"),
    path("feeds/corrections.atom", limited(feeds.corrections), name="feed-corrections"),
]
