"""Claims: listed, read, made, changed in their words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django.db import transaction
from django.http import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.examples import CLAIM, OTHER_WORDS
from claims.api.fields import checked
from claims.api.linked import CLAIM_REVIEW, claim_review_of, prefers_linked_data
from claims.api.parameters import given, page_in
from claims.api.preconditions import expected_version, is_known, tag
from claims.api.repeating import repeatable
from claims.api.schema import page_response, sent
from claims.api.views import ApiView, not_modified
from claims.exports.claimreview import MEDIA_TYPE
from claims.lifecycle import Action
from claims.models import Claim, ClaimEvent, Decision
from claims.models.claim import ClaimQuerySet
from claims.permissions import visible_claims
from claims.services.undoing import gave_away
from reviews.api.claim_bodies import ClaimBody, ClaimPatch
from reviews.api.claim_documents import ClaimOut
from reviews.api.claim_filters import ORDERS, ClaimFilters, narrowed
from reviews.api.claim_making import Making, location_of
from reviews.api.claim_pages import claim_out, claim_page
from reviews.permissions import evidence_seen_by
from reviews.services.accepting import bring
from reviews.services.acting import act


class ClaimView(ApiView):
    """What endpoints about one claim share."""

    def shown(self, number: int, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
        """The claim as it is after a change, with its tag."""
        claim = Claim.objects.get(pk=number)
        body = claim_out(claim, self.viewer, self.now, self.link)
        return Response(body, status=status, headers={"ETag": tag(claim.version), **(headers or {})})

    def acted_on(self, number: int, body: Any) -> Claim:
        """The claim a step is asked for: one the caller sees, or has just given away and takes back.

        Raises `NothingHere`.
        """
        undoes = isinstance(body, Mapping) and body.get("action") == Action.UNDO
        if undoes and gave_away(number, self.viewer.user):
            return Claim.objects.get(pk=number)
        return self.claim(number)

    def evidence_shown(self, claim: Claim) -> frozenset[int]:
        """Numbers of the claim's evidence that the caller may see."""
        return frozenset(evidence_seen_by(self.viewer, claim).values_list("pk", flat=True))


class Claims(ClaimView):
    """The claims of the caller's desks."""

    @extend_schema(parameters=[ClaimFilters], responses={200: page_response(ClaimOut)})
    def get(self, request: Request) -> Response:
        """List claims."""
        asked = given(ClaimFilters, request, desks=self.desks)
        seen = cast("ClaimQuerySet", visible_claims(self.viewer, self.now))
        rows = narrowed(seen, asked, self.viewer, self.now)
        return claim_page(self, request, rows, page_in(asked), ORDERS[asked["sort"]])

    @extend_schema(request=ClaimBody, responses={201: ClaimOut}, examples=[sent("A claim with its own date", CLAIM)])
    @repeatable
    def post(self, request: Request) -> Response:
        """Propose a claim; with `accept` it is queued at once."""
        told = checked(ClaimBody, request.data, desks=self.desks)
        wanted = Making(self.viewer, self.now, self.desks, [told]).wanted(told)
        with transaction.atomic():
            claim = bring(wanted.given, wanted.maker, accepted=wanted.accepted)
        return self.shown(claim.pk, status=201, headers={"Location": location_of(claim)})


class OneClaim(ClaimView):
    """One claim."""

    tagged = True
    varies = ("Accept",)
    refuses = frozenset({410})

    @extend_schema(responses={(200, "application/json"): ClaimOut, (200, MEDIA_TYPE): CLAIM_REVIEW, 304: None})
    def get(self, request: Request, number: int) -> HttpResponseBase:
        """Read a claim. With `Accept: application/ld+json`: what readers are told of it, as at its `claimreview`."""
        claim = self.claim(number)
        if prefers_linked_data(request):
            return claim_review_of(claim, request)
        if is_known(request, claim.version) and self._nothing_since(claim):
            return not_modified(tag(claim.version))
        body = claim_out(claim, self.viewer, self.now, self.link)
        return Response(body, headers={"ETag": tag(claim.version)})

    def _nothing_since(self, claim: Claim) -> bool:
        """The tag is the version, which flags, evidence and people do not move: 304 only when they are the same too."""
        if ClaimEvent.objects.filter(claim=claim, recorded_at__gt=claim.updated_at).exists():
            return False
        standing = Decision.objects.filter(claim=claim, standing=True).first()
        return claim.time_flags(self.now, standing) == claim.time_flags(claim.updated_at, standing)

    @extend_schema(request=ClaimPatch, responses={200: ClaimOut}, examples=[sent("Other words", OTHER_WORDS)])
    def patch(self, request: Request, number: int) -> Response:
        """Change a claim's words (merge patch). Every other change is a step: POST to its actions."""
        version = expected_version(request, self.claim(number).version)
        changes = checked(ClaimPatch, request.data, partial=True)
        if "topics" in changes:
            changes["topics"] = sorted({topic.lower() for topic in changes["topics"]})
        act(number, Action.EDIT, self.viewer, version=version, changes=changes)
        return self.shown(number)
