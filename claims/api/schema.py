"""What the OpenAPI document says about every endpoint beside its own answer: pages, problems, headers."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers


def page_response(row: type[serializers.Serializer[Any]]) -> serializers.Serializer[Any]:
    """A page of rows."""
    name = row.__name__.removesuffix("Out") + "Page"
    fields: dict[str, serializers.Field[Any, Any, Any, Any]] = {
        "results": row(many=True),
        "next": serializers.URLField(allow_null=True, help_text="Address of the next page, null on the last."),
        "count": serializers.IntegerField(required=False, help_text="Only with `count=exact`."),
    }
    return inline_serializer(name, fields)
