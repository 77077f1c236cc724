"""How often one address reads what is public, in this process. The API is counted apart: neither starves the other."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from claims.api import limits
from claims.api.authentication import counted_as
from claims.api.errors import RateLimited
from claims.api.problems import headers_of

View = Callable[..., HttpResponseBase]


def limited(view: View) -> View:
    """The same view, which answers 429 to whoever asks too often. That answer is kept by nobody."""

    @wraps(view)
    def answer(request: HttpRequest, **path: Any) -> HttpResponseBase:
        try:
            limits.PUBLIC.take(counted_as(request))
        except RateLimited as refusal:
            headers = {**headers_of(refusal), "Cache-Control": "no-store"}
            words = f"{refusal.message}\n"
            return HttpResponse(words, status=429, content_type="text/plain; charset=utf-8", headers=headers)
        return view(request, **path)

    return answer
