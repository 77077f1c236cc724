"""How public addresses answer: cacheable for five minutes, conditional, the same for everybody, without a cookie."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import http_date

from claims.api.preconditions import mark_of, tag
from claims.exports.site import Site, site_at
from claims.services.transitions import database_time

AGE = timedelta(minutes=5)
# Whoever asks by time alone is answered by whole seconds, and what is committed late was written a little earlier: so a
# time is given only once nothing older than it can still come in.
SETTLED = timedelta(seconds=30)


def site_of(request: HttpRequest) -> Site:
    """The site as this request reached it."""
    return site_at(request.build_absolute_uri("/"))


def known(request: HttpRequest, tag_now: str, changed: datetime | None) -> HttpResponseBase | None:
    """The whole answer to somebody who has this already, None for everybody else."""
    found = get_conditional_response(request, tag_now, _seconds(changed))
    return None if found is None else validated(found, tag_now, changed)


def public(request: HttpRequest, answer: HttpResponse, changed: datetime | None = None) -> HttpResponseBase:
    """This answer, or that it has not changed. Only what was found can be unchanged: a 410 is told again."""
    tag_now = tag(mark_of(answer.content))
    found = get_conditional_response(request, tag_now, _seconds(changed), answer)
    return validated(found or answer, tag_now, changed)


def validated(answer: HttpResponseBase, tag_now: str, changed: datetime | None) -> HttpResponseBase:
    """The answer with its validators and how long it may be kept. A page of any site may read it."""
    answer.headers["ETag"] = tag_now
    answer.headers["Access-Control-Allow-Origin"] = "*"
    seconds = _seconds(changed)
    if seconds is not None:
        answer.headers["Last-Modified"] = http_date(seconds)
    patch_cache_control(answer, public=True, max_age=int(AGE.total_seconds()))
    return answer


def _seconds(changed: datetime | None) -> int | None:
    settled = changed is not None and database_time() - changed > SETTLED
    return int(changed.timestamp()) if changed is not None and settled else None
