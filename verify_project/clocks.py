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
        with timezone.override(zone_of_reader(request)):
            return self.get_response(request)


def zone_of_reader(request: HttpRequest) -> str:
    """The zone in which times are shown and read in forms. The API is always UTC, and asks for nobody before its time:
    it answers in its own form also when the database that knows who it is has gone. So does the page that says so.
    Feeds and pages for readers are the same for everybody."""
    if request.path.startswith(("/api/", "/readyz", "/feeds/", "/c/")):
        return "UTC"
    return request.user.zone if request.user.is_authenticated else "UTC"
