"""Every page shows times in its reader's own zone."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone


class ReadersZoneMiddleware:
    """Activates the signed-in person's time zone for the length of a request; others read UTC."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # The zone decides only how times are shown and read in forms; the API never depends on it.
        zone = request.user.zone if request.user.is_authenticated and not request.path.startswith("/api/") else "UTC"
        with timezone.override(zone):
            return self.get_response(request)
