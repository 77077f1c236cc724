"""Shows every moment in the time zone of whoever reads the page."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone


class ReaderZoneMiddleware:
    """A signed-in person reads their own clock; anybody else reads UTC."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request under the person's time zone."""
        user = request.user
        with timezone.override(ZoneInfo(user.zone) if user.is_authenticated else None):
            return self.get_response(request)
