"""The page for what failed on our side: a database that is away is no fault of ours, and says when to come again."""

import sys

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.defaults import server_error

from claims.api.problems import refusal_of

AWAY = 503


def failed(request: HttpRequest) -> HttpResponse:
    """Answer for the exception that is being handled: 503 with the API's sentence while the database is away, else 500.

    Nothing here asks the database.
    """
    reason = sys.exception()
    refusal = refusal_of(reason) if isinstance(reason, Exception) else None
    if refusal is None or refusal.status != AWAY:
        return server_error(request)
    page = render_to_string("503.html", {"sentence": refusal.message})
    return HttpResponse(page, status=AWAY, headers=refusal.facts.get("headers"))
