"""A published verdict as schema.org ClaimReview (JSON-LD), and all of them as a DataFeed, with what was withdrawn.

Terms are those of schema.org 30.0. The rating in words always stands; numbers only for verdicts that have a place on
the scale of 1 (false) to 5 (true). `Claim.author` is who made the claim, never the article that carried it: that is its
`appearance`. A demo says so in its rating, its status and its reason.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from claims.exports.check import Check
from claims.exports.site import Site
from claims.exports.stated import stated
from claims.exports.times import rfc3339
from claims.exports.told import Cited, Place, Step, Told
from claims.models import Decision, SourceKind
from claims.verdicts import EvidenceKind, So

CONTEXT = "https://schema.org"
MEDIA_TYPE = "application/ld+json"
RATINGS = {So.CONFIRMED: 5, So.PARTLY: 4, So.CONTEXT: 3, So.REFUTED: 1}  # 2 has no meaning among our verdicts
BEST, WORST = 5, 1
_PARTIES = {SourceKind.OUTLET: "Organization", SourceKind.ORGANISATION: "Organization", SourceKind.PERSON: "Person"}
# What a script element must not hold, so that no word of a claim can end it.
_IN_HTML = str.maketrans({"<": "\\u003C", ">": "\\u003E", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


def claim_review(check: Check, site: Site) -> dict[str, Any]:
    """The whole document of one verdict."""
    return {"@context": CONTEXT, **_review(check, site)}


@dataclass(frozen=True)
class InPage:
    """A document as it may stand inside a script element of a page: no word of it can end the element."""

    document: dict[str, Any]

    def __html__(self) -> str:
        """What a template writes. Entities are not read inside a script element, so JSON's own escapes stand in."""
        return json.dumps(self.document, ensure_ascii=False).translate(_IN_HTML)


def feed_head(site: Site, changed: datetime | None) -> dict[str, Any]:
    """What a DataFeed says of itself. `changed` is its last change, None when it is empty."""
    return stated(
        {
            "@context": CONTEXT,
            "@type": "DataFeed",
            "name": f"{site.name}: ClaimReview feed",
            "url": f"{site.url}/feeds/claimreview.json",
            "dateModified": rfc3339(changed),
            "license": site.licence,
        }
    )


def feed_item(check: Check, site: Site) -> dict[str, Any]:
    """One element of the feed: the review, or what is left of it once it was withdrawn."""
    withdrawn = check.decision.withdrawn_at
    item = {
        "@type": "DataFeedItem",
        "dateCreated": rfc3339(check.first_published),
        "dateModified": rfc3339(withdrawn or check.published),
        "url": site.page(check.claim),
    }
    if withdrawn is not None:
        return {**item, "dateDeleted": rfc3339(withdrawn), "item": None}
    return {**item, "item": [_review(check, site)]}


def withdrawal(check: Check, site: Site) -> dict[str, Any]:
    """What is left at the address of a verdict that was withdrawn."""
    return {"@context": CONTEXT, **feed_item(check, site)}


def _review(check: Check, site: Site) -> dict[str, Any]:
    page, told = site.page(check.claim), check.told
    publisher = stated(
        {
            **_party("Organization", site.name),
            "url": f"{site.url}/c/",
            "publishingPrinciples": site.principles,
            "correctionsPolicy": site.corrections,
        }
    )
    return stated(
        {
            "@type": "ClaimReview",
            "@id": f"{page}#claimreview",
            "url": page,
            "claimReviewed": told.short_text or told.statement,
            "inLanguage": told.language,
            "datePublished": rfc3339(check.first_published),
            "dateModified": rfc3339(check.published),
            "version": str(check.decision.number),
            "creativeWorkStatus": "Demo" if check.decision.is_demo else "",
            "author": publisher,
            "publisher": publisher,
            "reviewRating": _rating(check),
            "itemReviewed": _claim(told, page),
            "citation": [_cited(item, page) for item in told.evidence],
            "correction": [_correction(one) for one in check.corrections],
            "sdPublisher": _party("Organization", site.name),
            "sdLicense": site.licence,
            "sdDatePublished": rfc3339(check.published),
        }
    )


def _rating(check: Check) -> dict[str, Any]:
    words = {"@type": "Rating", "alternateName": check.verdict, "ratingExplanation": check.why}
    if check.decision.so not in RATINGS:
        return words
    value = RATINGS[So(check.decision.so)]
    return {**words, "ratingValue": value, "bestRating": BEST, "worstRating": WORST}


def _claim(told: Told, page: str) -> dict[str, Any]:
    first, claimant = told.first, told.claimant
    document = claimant if claimant and claimant.kind == SourceKind.DOCUMENT else None
    return stated(
        {
            "@type": "Claim",
            "@id": f"{page}#claim",
            "text": told.statement,
            "inLanguage": told.language,
            "author": _author(claimant) if claimant and not document else None,
            "isBasedOn": {"@type": "CreativeWork", "name": document.name} if document else None,
            "datePublished": first.published_at if first else None,
            "temporalCoverage": _window(told),
            "appearance": [_article(place) for place in told.places],
        }
    )


def _author(claimant: Step) -> dict[str, Any]:
    """Who made the claim. A role without a name is called as the article calls it."""
    return _party(_PARTIES.get(SourceKind(claimant.kind), "Person"), claimant.name)


def _party(kind: str, name: str) -> dict[str, Any]:
    return {"@type": kind, "name": name}


def _window(told: Told) -> str:
    """The days of the claim's own date as an interval of ISO 8601."""
    if told.own_date is None:
        return ""
    first, last = (day.isoformat() for day in told.own_date.days)
    return first if first == last else f"{first}/{last}"


def _article(place: Place) -> dict[str, Any]:
    return stated(
        {
            "@type": "NewsArticle",
            "url": place.url,
            "headline": place.headline,
            "datePublished": place.published_at,
            "publisher": _party("Organization", place.outlet),
        }
    )


def _cited(item: Cited, page: str) -> dict[str, Any]:
    kind = "WebPage" if item.kind == EvidenceKind.LINK else "CreativeWork"
    named = {"@type": kind, "@id": f"{page}#evidence-{item.number}", "url": item.url, "name": item.title}
    origin = {"@id": f"{page}#evidence-{item.taken_from}"} if item.taken_from else None
    return stated({**named, "isBasedOn": origin})


def _correction(decision: Decision) -> dict[str, Any]:
    return {
        "@type": "CorrectionComment",
        "name": decision.get_correction_class_display(),
        "text": decision.correction_note,
        "datePublished": rfc3339(decision.published_at),
    }


def parts_of_feed(head: dict[str, Any], items: Iterable[dict[str, Any]]) -> Iterable[str]:
    """The feed as text, an element at a time, so that it takes the memory of one however many there are."""
    yield json.dumps(head, ensure_ascii=False, separators=(",", ":"))[:-1] + ',"dataFeedElement":['
    for number, item in enumerate(items):
        yield ("," if number else "") + "\n" + json.dumps(item, ensure_ascii=False, separators=(",", ":"))
    yield "]}\n"
