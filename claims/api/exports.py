"""Everything published at once, in the shapes of other people's data."""

from __future__ import annotations

from django.http import HttpResponseBase, StreamingHttpResponse
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request

from claims.api.parameters import Parameters, given
from claims.api.views import ApiView
from claims.exports import averitec
from claims.exports.site import site_at
from claims.permissions import visible_claims
from claims.public.published import checks_told

ARRAY = {"type": "array", "items": {"type": "object"}}


class Averitec(ApiView):
    """Published verdicts in the shape of AVeriTeC."""

    @extend_schema(
        responses={(200, averitec.MEDIA_TYPE): OpenApiResponse(ARRAY, description="One record for each verdict.")}
    )
    def get(self, request: Request) -> HttpResponseBase:
        """Download every published verdict of the caller's desks as one array, in the shape of AVeriTeC.

        It is written as it is read, however long it is. Withdrawn verdicts are not in it.
        """
        given(Parameters, request)
        site = site_at(self.link("/"))
        told = checks_told(visible_claims(self.viewer, self.now))
        parts = averitec.parts_of_array(averitec.record(check, site) for check in told)
        headers = {"Content-Disposition": 'attachment; filename="averitec.json"', "X-Content-Type-Options": "nosniff"}
        return StreamingHttpResponse(parts, content_type=averitec.MEDIA_TYPE, headers=headers)
