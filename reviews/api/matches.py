"""Was it checked already? Claims that say nearly the same as another one, or as words somebody sends."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.examples import MATCH
from claims.api.fields import Body, Number, Words, checked
from claims.api.parameters import Parameters, WholeNumber, given
from claims.api.repeating import repeatable
from claims.api.schema import sent
from claims.likeness import Difference
from claims.models import Scope
from claims.permissions import visible_claims
from claims.services.matching import Alike, alike
from reviews.api.claim_documents import ClaimOut
from reviews.api.claim_pages import claims_out
from reviews.api.claims import ClaimView

MOST, USUAL = 20, 10


class MatchOut(serializers.Serializer[Any]):
    """A claim that says nearly the same. Whether it is the same a person decides: `differs` is what to look at."""

    similarity = serializers.FloatField(help_text="0 to 1, lowered by a fifth for each of `differs`; 1 is the same.")
    differs = serializers.ListField(
        child=serializers.ChoiceField([(one.value, one.value) for one in Difference]),
        help_text="Numbers, names or a negation that only one of the two has.",
    )
    claim = ClaimOut()


class MatchesOut(serializers.Serializer[Any]):
    """What was found, nearest first."""

    results = MatchOut(many=True)


class SimilarParameters(Parameters):
    """How many."""

    limit = WholeNumber(most=MOST, default=USUAL, help_text="At most 20.")


class MatchBody(Body):
    """The words to look for."""

    statement = Words(longest=1000)
    limit = Number(most=MOST, required=False, help_text="At most 20; 10 unless given.")


class MatchView(ClaimView):
    """Claims the caller sees that say nearly the same."""

    writes = Scope.CLAIMS_READ  # looking is no change, also when the words are sent in a body

    def matches(self, found: list[Alike]) -> Response:
        """Each with its claim, in a fixed number of queries."""
        numbers = [one.claim for one in found]
        shown = {one["id"]: one for one in claims_out(numbers, self.viewer, self.now, self.link)}
        results = [
            {
                "similarity": one.similarity,
                "differs": [str(kind) for kind in one.differs],
                "claim": shown[one.claim],
            }
            for one in found
        ]
        return Response({"results": results})


class Similar(MatchView):
    """Claims that are like another one."""

    @extend_schema(parameters=[SimilarParameters], responses={200: MatchesOut})
    def get(self, request: Request, number: int) -> Response:
        """List claims that say nearly the same as this one, nearest first."""
        asked = given(SimilarParameters, request)
        claim = self.claim(number)
        others = visible_claims(self.viewer, self.now).exclude(pk=number)
        return self.matches(alike(claim.statement, others, asked["limit"]))


class Match(MatchView):
    """Claims that are like a statement nobody has entered yet."""

    @extend_schema(request=MatchBody, responses={200: MatchesOut}, examples=[sent("Is this known?", MATCH)])
    @repeatable
    def post(self, request: Request) -> Response:
        """Ask whether a statement was checked already. Nothing is written."""
        told = checked(MatchBody, request.data)
        everything = visible_claims(self.viewer, self.now)
        return self.matches(alike(told["statement"], everything, told.get("limit", USUAL)))
