"""What schema.org 30.0 says of the terms we write: which types have them, and what each type is a kind of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

PARENTS = {
    **dict.fromkeys(("Article", "Claim", "Comment", "Dataset", "Review", "WebPage"), "CreativeWork"),
    **dict.fromkeys(("CreativeWork", "Intangible", "Organization", "Person"), "Thing"),
    "ClaimReview": "Review",
    "CorrectionComment": "Comment",
    "DataFeed": "Dataset",
    "NewsArticle": "Article",
    "DataFeedItem": "Intangible",
    "Rating": "Intangible",
}
ON_WORKS = (
    *("author", "citation", "correction", "creativeWorkStatus", "dateCreated", "dateModified", "datePublished"),
    *("headline", "inLanguage", "isBasedOn", "license", "publisher", "publishingPrinciples", "sdDatePublished"),
    *("sdLicense", "sdPublisher", "temporalCoverage", "text", "version"),
)
DOMAINS: Mapping[str, set[str]] = {
    **{name: {"CreativeWork"} for name in ON_WORKS},
    **{name: {"Thing"} for name in ("alternateName", "name", "url")},
    **{name: {"Rating"} for name in ("bestRating", "ratingExplanation", "ratingValue", "worstRating")},
    **{name: {"CreativeWork", "DataFeedItem"} for name in ("dateCreated", "dateModified")},
    "appearance": {"Claim"},
    "claimReviewed": {"ClaimReview"},
    "dataFeedElement": {"DataFeed"},
    "dateDeleted": {"DataFeedItem"},
    "item": {"DataFeedItem"},
    "correctionsPolicy": {"Organization"},
    "itemReviewed": {"Review"},
    "reviewRating": {"Review"},
    "publishingPrinciples": {"CreativeWork", "Organization", "Person"},
}


def strangers(document: Any) -> Iterator[str]:
    """Terms in the document that schema.org does not have, or not for the type they stand on."""
    if isinstance(document, list):
        for each in document:
            yield from strangers(each)
    elif isinstance(document, dict):
        types = set(_kinds_of(document.get("@type", "")))
        for name, value in document.items():
            if not name.startswith("@") and not (DOMAINS.get(name, set()) & types):
                yield f"{document.get('@type')}.{name}"
            yield from strangers(value)


def _kinds_of(kind: str) -> Iterator[str]:
    while kind:
        yield kind
        kind = PARENTS.get(kind, "")
