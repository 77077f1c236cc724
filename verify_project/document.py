"""Serves the API document: as YAML, or as JSON to whoever asks for that; its refusals are problems like all others."""

from collections.abc import Iterable
from typing import Any

from drf_spectacular.views import SpectacularAPIView
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.views import Renderer


class YamlUnlessJson(DefaultContentNegotiation):
    """Whoever accepts neither form gets the first, as RFC 9110 allows: a page of a browser is no form of a document."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """The form that `format` or `Accept` asks for, YAML when it is none that there is."""
        forms = list(renderers)
        try:
            chosen: tuple[BaseRenderer, str] = super().select_renderer(request, forms, format_suffix)
        except NotAcceptable:
            return forms[0], str(forms[0].media_type)
        return chosen


class Document(SpectacularAPIView):
    """The document, one for everybody."""

    content_negotiation_class = YamlUnlessJson

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """The answer in the form that was asked for; a problem is JSON, whichever form that was."""
        if response.exception:
            request.accepted_renderer, request.accepted_media_type = Renderer(), Renderer.media_type
        return super().finalize_response(request, response, *args, **kwargs)
