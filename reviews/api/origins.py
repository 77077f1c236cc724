"""How many distinct origins a claim's evidence goes back to."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from reviews.api.evidence import EvidenceView
from reviews.services.origins import origins_in


class OriginOut(serializers.Serializer[Any]):
    """One origin and what goes back to it."""

    origin = serializers.IntegerField(help_text="The item at the root; it may be superseded or protected.")
    items = serializers.ListField(child=serializers.IntegerField())


class OriginsOut(serializers.Serializer[Any]):
    """Seven reports that repeat one newspaper are one origin. Standing links and files count, notes do not."""

    items = serializers.IntegerField()
    origins = serializers.IntegerField()
    notes = serializers.IntegerField()
    sentence = serializers.CharField(help_text="For example: 7 items, 1 origin. 2 notes do not count.")
    groups = OriginOut(many=True)


class Origins(EvidenceView):
    """The origins of a claim's evidence."""

    @extend_schema(responses={200: OriginsOut})
    def get(self, request: Request, number: int) -> Response:
        """Count the distinct origins of the evidence the caller may see."""
        found = origins_in(list(self.seen(self.claim(number))))
        groups = [{"origin": origin, "items": items} for origin, items in found.groups.items()]
        count = found.count
        told = {"items": count.items, "origins": count.origins, "notes": count.notes, "sentence": count.sentence}
        return Response(told | {"groups": groups})
