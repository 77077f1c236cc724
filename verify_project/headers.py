"""Headers of every answer. The content security policy: strict for our pages, the theme's own for the admin.

The theme's scripts need `unsafe-eval` and inline styles; under the strict policy an invisible
layer covers its login button. The API docs page carries a few inline styles.
Nothing, anywhere, loads from another host.
"""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponseBase

STRICT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
INLINE_STYLE = STRICT.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
THEME = INLINE_STYLE.replace("script-src 'self'", "script-src 'self' 'unsafe-eval'")
POLICIES = {"/admin/": THEME, "/api/docs": INLINE_STYLE}


def policy_for(path: str) -> str:
    """The policy of the part of the site that `path` lies in."""
    return next((policy for start, policy in POLICIES.items() if path.startswith(start)), STRICT)


class ContentSecurityMiddleware:
    """Adds the policy unless the view has set a narrower one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request with the policy of its part of the site."""
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", policy_for(request.path))
        return response


class NotModifiedMiddleware:
    """Leaves out of a 304 the length of its own empty body: there it would be the length of what was not sent again."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request, without a length where nothing has changed (RFC 9110, 8.6)."""
        response = self.get_response(request)
        if response.status_code == HTTPStatus.NOT_MODIFIED:
            response.headers.pop("Content-Length", None)
        return response
