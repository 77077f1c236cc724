"""Addresses at which nothing but reading is done say so to every other method."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from verify_project.failing import only_read

READ = ("/c/", "/feeds/", "/readyz", "/metrics", "/api/docs")
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class ReadOnlyMiddleware:
    """Answers 405 before forged forms are looked for: a program that posts there would be told of a cookie it lacks."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Refuse, or hand the request on."""
        if request.method not in SAFE and (request.path.startswith(READ) or request.path in {"/api", "/api/"}):
            return only_read(request)
        return self.get_response(request)
