"""What readers are told of a claim, as linked data (JSON-LD, schema.org ClaimReview)."""

from __future__ import annotations

import json
from typing import ClassVar

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request

from claims.api.errors import NothingHere, TakenBack
from claims.api.views import ApiView, marked
from claims.exports.claimreview import MEDIA_TYPE, claim_review
from claims.exports.site import site_at
from claims.exports.times import rfc3339
from claims.models import Claim
from claims.public.published import check_of

CLAIM_REVIEW = OpenApiResponse(OpenApiTypes.OBJECT, description="ClaimReview of schema.org, as JSON-LD.")


class ClaimReviewOfClaim(ApiView):
    """The published verdict of one claim as ClaimReview."""

    tagged = True
    refuses: ClassVar[frozenset[int]] = frozenset({410})

    @extend_schema(responses={(200, MEDIA_TYPE): CLAIM_REVIEW, 304: None})
    def get(self, request: Request, number: int) -> HttpResponseBase:
        """Read what readers are told of a claim, as ClaimReview. 404 before it is published, 410 once withdrawn.

        Also by `Accept: application/ld+json` at the claim itself.
        """
        return claim_review_of(self.claim(number), request)


def prefers_linked_data(request: Request) -> bool:
    """Whether the Accept header asks for JSON-LD by name, and for plain JSON less or not at all."""
    wanted = _weights(request.headers.get("Accept", ""))
    return wanted.get(MEDIA_TYPE, 0.0) > wanted.get("application/json", 0.0)


def _weights(header: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for part in header.split(","):
        kind, *parameters = (word.strip().lower() for word in part.split(";"))
        weight = next((word[2:] for word in parameters if word.startswith("q=")), "1")
        try:
            found[kind] = float(weight)
        except ValueError:
            found[kind] = 0.0
    return found


def claim_review_of(claim: Claim, request: Request) -> HttpResponseBase:
    """The document, or 304. Raises `NothingHere` for what was never public and `TakenBack` for what was withdrawn."""
    check = check_of(claim.pk)
    if check is None:
        raise NothingHere(f"Claim #{claim.pk} has no published verdict.")
    if check.decision.withdrawn_at is not None:
        raise TakenBack(
            f"The verdict on claim #{claim.pk} was withdrawn: {check.decision.withdrawn_note}",
            withdrawn_at=rfc3339(check.decision.withdrawn_at),
        )
    document = claim_review(check, site_at(request.build_absolute_uri("/")))
    return marked(request, json.dumps(document, ensure_ascii=False).encode(), MEDIA_TYPE)
