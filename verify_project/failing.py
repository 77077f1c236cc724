"""Answers for what fails outside the views: refused by the framework itself, or broken on our side.

Below /api/ they are problems like every other failure there, below /v1alpha1/ in Google's form. A database that is away
is no fault of ours, and the answer says when to come again.
"""

import sys
from collections.abc import Callable
from typing import cast

from django.core.exceptions import DisallowedHost, RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.template.loader import render_to_string
from django.views.defaults import bad_request, server_error

from claims.api import factchecktools
from claims.api.errors import BodyTooLarge, MethodNotAllowed, Refused
from claims.api.problems import MEDIA_TYPE, problem, refusal_of
from claims.errors import ClaimDeskError

API, GOOGLE = "/api/", "/v1alpha1/"
AWAY = 503


def refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer for a request that the framework refuses before any view sees it."""
    answer = _form_of(request)
    return answer(_refusal(exception)) if answer else bad_request(request, exception)


def failed(request: HttpRequest) -> HttpResponse:
    """Answer for the exception that is being handled: 503 with the API's sentence while the database is away, else 500.

    Nothing here asks the database.
    """
    reason = sys.exception()
    refusal = refusal_of(reason) if isinstance(reason, Exception) else None
    answer = _form_of(request)
    if refusal is not None and answer:
        return answer(refusal)
    if refusal is None or refusal.status != AWAY:
        return server_error(request)
    page = render_to_string("503.html", {"sentence": refusal.message})
    return HttpResponse(page, status=AWAY, headers=refusal.facts.get("headers"))


def _form_of(request: HttpRequest) -> Callable[[ClaimDeskError], HttpResponse] | None:
    """How programs are answered at this address; None where people read."""
    if request.path.startswith(GOOGLE):
        return factchecktools.error
    return as_problem if request.path.startswith(API) else None


def _refusal(exception: Exception) -> ClaimDeskError:
    if isinstance(exception, DisallowedHost):
        return Refused("This site does not go by the host name of the request.")
    return BodyTooLarge() if isinstance(exception, RequestDataTooBig) else Refused()


def only_read(request: HttpRequest) -> HttpResponse:
    """Answer for a method that changes something at an address where nothing but reading is done."""
    allowed = ["GET", "HEAD"]
    if request.path.startswith("/api"):
        return as_problem(MethodNotAllowed(headers={"Allow": ", ".join(allowed)}))
    return HttpResponseNotAllowed(allowed)


def as_problem(refusal: ClaimDeskError) -> HttpResponse:
    """Answer a program with the refusal as problem+json."""
    told, headers = problem(refusal), cast("dict[str, str]", refusal.facts.get("headers", {}))
    named = headers | {"X-Request-Id": told["request_id"]}
    return JsonResponse(told, status=refusal.status, content_type=MEDIA_TYPE, headers=named)
