"""Addresses that everybody may read."""

from django.urls import path

from claims.api import numbers  # noqa: F401  # registers its converter
from claims.public import feeds, pages

urlpatterns = [
    path("c/", pages.all_checks, name="public-checks"),
    path("c/corrections", pages.all_corrections, name="public-corrections"),
    path("c/<number:number>", pages.one_check, name="public-check"),
    path("c/<number:number>.json", pages.one_as_data, name="public-check-data"),
    path("feeds/claimreview.json", feeds.claim_reviews, name="feed-claimreview"),
    path("feeds/verdicts.atom", feeds.verdicts, name="feed-verdicts"),
    path("feeds/corrections.atom", feeds.corrections, name="feed-corrections"),
]
