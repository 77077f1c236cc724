"""Where a claim comes from and what its verdicts rest on, as linked data."""

from __future__ import annotations

import json
from datetime import datetime

from django.db.models import Prefetch
from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request

from claims.api.views import ApiView, marked
from claims.exports.claimreview import MEDIA_TYPE
from claims.exports.provenance import Judged, Provenance
from claims.exports.site import site_at
from claims.models import Appearance, Claim, Copy, Decision, Evidence, Visibility
from claims.permissions import Viewer, visible_claims
from reviews.models import Review
from reviews.services.reading import readable_reviews

GRAPH = OpenApiResponse(OpenApiTypes.OBJECT, description="PROV-O of the W3C, as JSON-LD.")


class ClaimProvenance(ApiView):
    """The provenance of one claim."""

    tagged = True

    @extend_schema(responses={(200, MEDIA_TYPE): GRAPH, 304: None})
    def get(self, request: Request, number: int) -> HttpResponseBase:
        """Read where a claim comes from: quotes, chain, evidence with its copies, reviews and decisions, as PROV-O.

        As far as the caller may see them; nothing of protected evidence is in it, whoever asks.
        """
        site = site_at(self.link("/"))
        document = provenance_of(self.claim(number), self.viewer, self.now, f"{site.url}/api/v1").document()
        return marked(request, json.dumps(document, ensure_ascii=False).encode(), MEDIA_TYPE)


def provenance_of(claim: Claim, viewer: Viewer, now: datetime, api: str) -> Provenance:
    """What the viewer may see of it. Nine queries, whatever the claim."""
    places = Appearance.objects.filter(claim=claim).select_related("revision__article__outlet").defer("revision__text")
    items = Evidence.objects.filter(claim=claim).exclude(visibility=Visibility.PROTECTED).with_reading()
    copies = Copy.objects.select_related("snapshot").defer("text", "headers")
    reviews = readable_reviews(claim, viewer).select_related("reviewer__user").order_by("submitted_at", "pk")
    return Provenance(
        claim=claim,
        appearances=list(places.prefetch_related("chain__source")),
        evidence=list(items.order_by("pk").prefetch_related(Prefetch("copies", copies))),
        reviews=[_judged(review) for review in reviews],
        decisions=list(Decision.objects.filter(claim=claim).order_by("number").prefetch_related("evidence")),
        merged=list(visible_claims(viewer, now).filter(duplicate_of=claim).order_by("pk").values_list("pk", flat=True)),
        api=api,
    )


def _judged(review: Review) -> Judged:
    return Judged(review.pk, review.reviewer_id, str(review.reviewer), review.submitted_at, review.evidence_ids)
