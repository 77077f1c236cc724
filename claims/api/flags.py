"""The log of what was announced. Whether a claim is late now stands on the claim, computed from the clock."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.fields import DeskNamed, OneOf
from claims.api.paging import page_of
from claims.api.parameters import Instant, Listed, Paged, WholeNumber, given, page_in
from claims.api.schema import page_response
from claims.api.views import ApiView
from claims.exports.times import rfc3339
from claims.models import Flag, FlagKind
from claims.permissions import visible_claims
from claims.wordings import flag_words


class FlagOut(serializers.Serializer[Any]):
    """Something that was announced about a claim, once per moment."""

    id = serializers.IntegerField()
    claim = serializers.IntegerField()
    kind = serializers.ChoiceField(FlagKind.choices)
    kind_label = serializers.CharField()
    moment = serializers.DateTimeField(help_text="The instant that passed; for other kinds, when it was found.")
    raised_at = serializers.DateTimeField(help_text="When it was noticed.")
    reason = serializers.CharField()
    cleared_at = serializers.DateTimeField(allow_null=True)
    cleared_by = serializers.CharField(help_text="The event that cleared it.")


class FlagFilters(Paged):
    """Which announcements."""

    several = frozenset({"kind"})
    kind = Listed(child=OneOf(FlagKind.choices), required=False)
    claim = WholeNumber(required=False)
    desk = DeskNamed(required=False, help_text="Number or key.")
    standing = OneOf(["true", "false"], required=False, help_text="true: not cleared.")
    raised_after = Instant(required=False)
    raised_before = Instant(required=False)


LOOKUPS = {
    "kind": "kind__in",
    "claim": "claim",
    "desk": "claim__desk",
    "raised_after": "raised_at__gte",
    "raised_before": "raised_at__lt",
}


class Flags(ApiView):
    """What was announced."""

    @extend_schema(parameters=[FlagFilters], responses={200: page_response(FlagOut)})
    def get(self, request: Request) -> Response:
        """List announcements, the newest first. For what holds now, list claims with the filter `flag`."""
        asked = given(FlagFilters, request, desks=self.desks)
        rows = Flag.objects.filter(claim__in=visible_claims(self.viewer, self.now).values("pk"))
        rows = rows.filter(**{lookup: asked[name] for name, lookup in LOOKUPS.items() if name in asked})
        if "standing" in asked:
            rows = rows.filter(cleared_at__isnull=asked["standing"] == "true")
        return page_of(request, rows, page_in(asked), _shape)


def _shape(rows: Sequence[Flag]) -> list[dict[str, Any]]:
    return [
        {
            "id": row.pk,
            "claim": row.claim_id,
            "kind": str(row.kind),
            "kind_label": flag_words(row.kind),
            "moment": rfc3339(row.moment),
            "raised_at": rfc3339(row.raised_at),
            "reason": row.reason,
            "cleared_at": rfc3339(row.cleared_at),
            "cleared_by": row.cleared_by,
        }
        for row in rows
    ]
