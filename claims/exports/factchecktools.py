"""Published verdicts as Google's Fact Check Tools API (v1alpha1) writes them, and the document that describes it.

Facts: the discovery document of that API, revision 20240929. In proto3 JSON a member without a value is absent, never
null or empty; a page without results is `{}`. There is no number for a rating in this API.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from claims.exports.times import rfc3339
from claims.exports.told import Place, Told
from claims.models import Decision, SourceKind
from claims.wordings import so_words

SERVICE, VERSION, REVISION = "factchecktools", "v1alpha1", "20240929"
LABEL_OF_DEMO = "Demo: {}"
_PREFIX = "GoogleFactcheckingFactchecktoolsV1alpha1"
_STRINGS = ("text", "claimant", "url", "title", "textualRating", "languageCode", "name", "site", "nextPageToken")


def host_of(address: str) -> str:
    """A site as this API names it: the host, without `www.`; also when only a host is given."""
    host = urlsplit(address if "//" in address else f"//{address}").hostname or ""
    return host.removeprefix("www.")


def fact_checked_claim(decision: Decision, site: str) -> dict[str, Any]:
    """One published verdict, read with its publication. `site` is our own address, without a slash at its end.

    The claimant is who made the claim: the last of its chain that has a name, else the outlet.
    """
    public = Told.from_json(decision.publication.told)
    first = public.first
    return told(
        text=public.statement,
        claimant=_claimant(first),
        claimDate=_google(datetime.fromisoformat(first.published_at) if first else None),
        claimReview=[
            told(
                publisher=told(name=settings.PUBLISHER_NAME, site=host_of(site)),
                url=f"{site}/c/{decision.claim_id}",
                title=public.short_text or public.statement,
                reviewDate=_google(decision.published_at),
                textualRating=(LABEL_OF_DEMO if decision.is_demo else "{}").format(so_words(decision.so)),
                languageCode=public.language,
            )
        ],
    )


def told(**members: Any) -> dict[str, Any]:
    """An object as proto3 JSON has it: what has no value is absent."""
    return {name: value for name, value in members.items() if value not in (None, "", [], {})}


def _claimant(place: Place | None) -> str:
    if place is None:
        return ""
    named = [step.name for step in place.chain if step.name and step.kind != SourceKind.UNNAMED]
    return named[-1] if named else place.outlet


def _google(moment: datetime | None) -> str | None:
    """`google-datetime`: RFC 3339 with Z, to the second."""
    return None if moment is None else rfc3339(moment.replace(microsecond=0))


def discovery(site: str) -> dict[str, Any]:
    """The discovery document of what we serve of it, for clients that are made from one. `site` ends with a slash."""
    return {
        "kind": "discovery#restDescription",
        "discoveryVersion": "v1",
        "id": f"{SERVICE}:{VERSION}",
        "name": SERVICE,
        "canonicalName": "Fact Check Tools",
        "version": VERSION,
        "revision": REVISION,
        "title": f"Fact checks of {settings.PUBLISHER_NAME}",
        "description": "Published verdicts, by the interface of Google's Fact Check Tools API.",
        "documentationLink": f"{site}api/docs",
        "protocol": "rest",
        "rootUrl": site,
        "baseUrl": site,
        "servicePath": "",
        "batchPath": "batch",
        "ownerDomain": host_of(site),
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
