"""The secret of the key that calls: changed without a moment in which none opens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.authentication import key_text
from claims.api.examples import ROTATION
from claims.api.fields import Body, Number, checked
from claims.api.repeating import ShownOnce, repeatable
from claims.api.schema import sent
from claims.api.views import ApiView
from claims.errors import RoleMissing
from claims.exports.times import rfc3339
from claims.services.keys import LONGEST_OVERLAP, OVERLAP, rotate_key

HOUR = timedelta(hours=1)


class RotateKeyBody(Body):
    """How long the former secret opens too."""

    overlap_hours = Number(
        least=0, most=LONGEST_OVERLAP // HOUR, required=False, default=OVERLAP // HOUR, help_text="0: not at all."
    )


class RotatedKeyOut(serializers.Serializer[Any]):
    """The key with its new secret."""

    id = serializers.IntegerField()
    key = serializers.CharField(allow_null=True, help_text="Shown once; null when the call is repeated.")
    former_until = serializers.DateTimeField(allow_null=True, help_text="Until then the former secret opens too.")


class OwnKey(ApiView):
    """The key that calls."""

    writes = None  # every live key may change its own secret

    @extend_schema(
        request=RotateKeyBody, responses={200: RotatedKeyOut}, examples=[sent("Two days for all to change", ROTATION)]
    )
    @repeatable
    def post(self, request: Request) -> Response:
        """Get a new secret for the key that calls. The newest secret alone may ask for it."""
        if self.viewer.key is None:
            raise RoleMissing("Only a key has a secret to change.")
        told = checked(RotateKeyBody, request.data)
        overlap = told["overlap_hours"] * HOUR
        key, text = rotate_key(self.viewer.key.pk, overlap=overlap, shown=key_text(request), by=self.viewer.actor)
        kept = {"id": key.pk, "key": None, "former_until": rfc3339(key.former_until)}
        return ShownOnce({**kept, "key": text}, kept=kept)
