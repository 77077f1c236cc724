"""In production pages lead from http to https. Programs are refused there instead.

A redirect would make a POST a GET in most clients: a list would come back with 200, and nothing would have been made.
It would also hide that a key goes over the wire for everybody to read, at every call.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from claims.api.errors import HttpsNeeded
from verify_project.failing import as_problem

PROGRAMS = "/api/v1/"


class HttpsMiddleware:
    """Refuses what the framework leaves alone (`SECURE_REDIRECT_EXEMPT`); all else it redirects."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Refuse, or hand the request on."""
        if settings.SECURE_SSL_REDIRECT and request.path.startswith(PROGRAMS) and not request.is_secure():
            return as_problem(HttpsNeeded())
        return self.get_response(request)
