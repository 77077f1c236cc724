"""Published verdicts as Google's Fact Check Tools API (v1alpha1) writes them, and the document that describes it.

Facts: the discovery document of that API, revision 20240929. In proto3 JSON a member without a value is absent, never
null or empty; a page without results is `{}`. There is no number for a rating in this API.
"""

from __future__ import annotations

import re
from typing import Any

from claims import addresses
from claims.exports.check import Check
from claims.exports.site import Site
from claims.exports.stated import stated
from claims.exports.times import rfc3339

SERVICE, VERSION, REVISION = "factchecktools", "v1alpha1", "20240929"
_PREFIX = "GoogleFactcheckingFactchecktoolsV1alpha1"
_STRINGS = ("text", "claimant", "url", "title", "textualRating", "languageCode", "name", "site", "nextPageToken")


def host_of(address: str) -> str:
    """A site as this API names it: the host, without `www.`; also when only a host is given. Empty for what is none."""
    try:
        return addresses.host_of(address if "//" in address else f"https://{address}")
    except addresses.AddressRefused:
        return ""


def fact_checked_claim(check: Check, site: Site) -> dict[str, Any]:
    """One published verdict with its claim, as readers are told both."""
    first, claimant = check.told.first, check.told.claimant
    review = {
        "publisher": stated({"name": site.name, "site": host_of(site.url)}),
        "url": site.page(check.claim),
        "title": check.told.short_text or check.told.statement,
        "reviewDate": _google(rfc3339(check.published)),
        "textualRating": check.verdict,
        "languageCode": check.told.language,
    }
    return stated(
        {
            "text": check.told.statement,
            "claimant": claimant.name if claimant else "",
            "claimDate": _google(first.published_at) if first else None,
            "claimReview": [stated(review)],
        }
    )


def _google(moment: str) -> str:
    """`google-datetime`: RFC 3339 with Z, to the second."""
    return re.sub(r"\.\d+Z\Z", "Z", moment)


def discovery(site: Site) -> dict[str, Any]:
    """The discovery document of what we serve of it, for clients that are made from one."""
    return {
        "kind": "discovery#restDescription",
        "discoveryVersion": "v1",
        "id": f"{SERVICE}:{VERSION}",
        "name": SERVICE,
        "canonicalName": "Fact Check Tools",
        "version": VERSION,
        "revision": REVISION,
        "title": f"Fact checks of {site.name}",
        "description": "Published verdicts, by the interface of Google's Fact Check Tools API.",
        "documentationLink": f"{site.url}/api/docs",
        "protocol": "rest",
        "rootUrl": f"{site.url}/",
        "baseUrl": f"{site.url}/",
        "servicePath": "",
        "batchPath": "batch",
        "ownerDomain": host_of(site.url),
        "parameters": {
            "alt": _parameter("Form of the answer.", default="json", enum=["json"]),
            "key": _parameter("A key of this site. Without one, requests are counted by address."),
            "prettyPrint": _parameter("Taken and ignored.", kind="boolean", default="true"),
        },
        "resources": {"claims": {"methods": {"search": _search()}}},
        "schemas": _schemas(),
    }


def _search() -> dict[str, Any]:
    count = {"kind": "integer", "format": "int32"}
    return {
        "id": f"{SERVICE}.claims.search",
        "httpMethod": "GET",
        "path": f"{VERSION}/claims:search",
        "flatPath": f"{VERSION}/claims:search",
        "description": "Search published verdicts.",
        "parameterOrder": [],
        "parameters": {
            "query": _parameter("Words of the claim. Needed unless reviewPublisherSiteFilter is given."),
            "languageCode": _parameter("BCP-47; the region is ignored."),
            "reviewPublisherSiteFilter": _parameter("Host of the publisher."),
            "maxAgeDays": _parameter("By the newer of the claim's and the review's date.", **count),
            "pageSize": _parameter("10 unless given, at most 100.", **count),
            "pageToken": _parameter("The nextPageToken of the page before; all else stays the same."),
            "offset": _parameter("Where to begin, without a pageToken.", **count),
        },
        "response": {"$ref": f"{_PREFIX}FactCheckedClaimSearchResponse"},
    }


def _parameter(words: str, *, kind: str = "string", **more: Any) -> dict[str, Any]:
    return {"description": words, "location": "query", "type": kind, **more}


def _schemas() -> dict[str, Any]:
    text = {name: {"type": "string"} for name in _STRINGS}
    moment = {"type": "string", "format": "google-datetime"}

    def schema(name: str, *strings: str, **others: Any) -> dict[str, Any]:
        properties = {**{one: text[one] for one in strings}, **others}
        return {f"{_PREFIX}{name}": {"id": f"{_PREFIX}{name}", "type": "object", "properties": properties}}

    def many(name: str) -> dict[str, Any]:
        return {"type": "array", "items": {"$ref": f"{_PREFIX}{name}"}}

    return {
        **schema("Publisher", "name", "site"),
        **schema(
            "ClaimReview",
            *("url", "title", "textualRating", "languageCode"),
            publisher={"$ref": f"{_PREFIX}Publisher"},
            reviewDate=moment,
        ),
        **schema("Claim", "text", "claimant", claimDate=moment, claimReview=many("ClaimReview")),
        **schema("FactCheckedClaimSearchResponse", "nextPageToken", claims=many("Claim")),
    }
