"""How far reviewers who knew nothing of each other agree."""

from __future__ import annotations

from typing import Any, cast

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.article_shapes import DeskRef, desk_out
from claims.api.fields import DeskNamed, OneOf
from claims.api.parameters import Parameters, given
from claims.api.views import ApiView
from claims.exports.times import rfc3339
from claims.models.claim import ClaimQuerySet
from claims.permissions import visible_claims
from reviews.dashboard.agreement import DEFINITION, DeskAgreement, Period, agreement_by_desk


class AgreementFilters(Parameters):
    """Whose, and how far back."""

    desk = DeskNamed(required=False, help_text="Number or key.")
    days = OneOf(Period.choices, required=False, default=Period.QUARTER.value, help_text="30, 90 (default) or 365.")


class DeskAgreementOut(serializers.Serializer[Any]):
    """One desk, or all together (desk null)."""

    desk = DeskRef(allow_null=True)
    claims = serializers.IntegerField(help_text="Judged by two or more.")
    reviews = serializers.IntegerField()
    agreeing = serializers.IntegerField(help_text="Claims on which all gave the same answers to both questions.")
    share = serializers.FloatField(allow_null=True, help_text="0 to 1; null below 10 claims.")
    alpha_said = serializers.FloatField(allow_null=True, help_text="Krippendorff's alpha, nominal.")
    alpha_so = serializers.FloatField(allow_null=True)
    words = serializers.CharField(help_text="Why something is null; empty when nothing is.")


class AgreementOut(serializers.Serializer[Any]):
    """Agreement of one moment."""

    now = serializers.DateTimeField()
    days = serializers.IntegerField()
    definition = serializers.CharField()
    results = DeskAgreementOut(many=True)


class ReviewerAgreement(ApiView):
    """Agreement of independent reviewers."""

    @extend_schema(parameters=[AgreementFilters], responses={200: AgreementOut})
    def get(self, request: Request) -> Response:
        """Read the share of claims on which all agree, and Krippendorff's alpha, for all desks and for each."""
        asked = given(AgreementFilters, request, desks=self.desks)
        desks, period = [asked["desk"]] if "desk" in asked else self.desks, Period(asked["days"])
        seen = cast("ClaimQuerySet", visible_claims(self.viewer, self.now))
        claims = seen.filter(desk=asked["desk"]) if "desk" in asked else seen
        rows = agreement_by_desk(claims, desks, self.now, period)
        body = {
            "now": rfc3339(self.now),
            "days": int(period.value),
            "definition": str(DEFINITION),
            "results": [_row(row) for row in rows],
        }
        return Response(body)


def _row(row: DeskAgreement) -> dict[str, Any]:
    found = row.found
    return {
        "desk": desk_out(row.desk) if row.desk else None,
        "claims": found.claims,
        "reviews": found.reviews,
        "agreeing": found.agreeing,
        "share": found.share,
        "alpha_said": found.alpha_said,
        "alpha_so": found.alpha_so,
        "words": found.words,
    }
