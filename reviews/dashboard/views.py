"""The pages: the overview, its refreshed part, the list behind a number, and that list as CSV."""

from __future__ import annotations

import csv
from collections.abc import Callable
from functools import wraps
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe
from django_htmx.http import HttpResponseClientRedirect

from claims.errors import Invalid
from reviews.agreement import ENOUGH
from reviews.dashboard.agreement import DEFINITION, Period, agreement_by_desk
from reviews.dashboard.filters import Period as VerdictPeriod
from reviews.dashboard.happenings import just_now
from reviews.dashboard.health import health
from reviews.dashboard.lists import csv_rows, heading, page_of
from reviews.dashboard.number import Number
from reviews.dashboard.numbers import NUMBERS, median_to_verdict
from reviews.dashboard.outlets import read_outlets
from reviews.dashboard.panels import Board, late_now, next_due, oldest_passed
from reviews.dashboard.reading import Reading, options, read
from reviews.dashboard.series import due_and_decided
from reviews.dashboard.sources import CAVEAT, read_sources
from reviews.trackrecord import Part

View = Callable[..., HttpResponseBase]


def for_desks(view: View) -> Callable[..., HttpResponseBase]:
    """Give the view its `Reading`: for people of a desk, at one moment, with days and clocks in its zone.

    Anybody not signed in goes to the sign-in page; a person of no desk gets 403, a filter that cannot apply 404.
    """

    @require_safe
    @cache_control(private=True, no_cache=True)
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _to_sign_in(request)
        try:
            reading = read(request.user, request.GET.dict(), timezone.now())
        except Invalid as wrong:
            raise Http404(wrong.message) from wrong
        if not reading.desks and not reading.viewer.is_administrator:
            raise PermissionDenied(_("The dashboard is for people of a desk. Ask an administrator to add you to one."))
        with timezone.override(ZoneInfo(reading.filters.zone)):
            return view(request, reading, *args, **kwargs)

    return wrapped


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """A refresh sends the whole page there; its fragment would show the form inside the dashboard."""
    to_login = redirect_to_login(request.get_full_path(), reverse("admin:login"))
    if not request.headers.get("HX-Request"):
        return to_login
    return HttpResponseClientRedirect(redirect_to_login(reverse("desk:overview"), reverse("admin:login")).url)


@for_desks
def overview(request: HttpRequest, reading: Reading) -> HttpResponse:
    """The whole page, complete without script."""
    frame = {
        "options": options(reading),
        "outlet_chosen": str(reading.filters.outlet),
        "csv": reverse("desk:csv", args=["open"]) + reading.query(),
        "place": "overview",
    }
    return render(request, "dashboard/overview.html", _panels(reading) | frame)


@for_desks
@conditional_page
def panels(request: HttpRequest, reading: Reading) -> HttpResponse:
    """What the overview refreshes by itself. Unchanged since the last answer: 304."""
    return render(request, "dashboard/panels.html", _panels(reading))


def _panels(reading: Reading) -> dict[str, Any]:
    """Filters that only lists take are left out: the panels divide by age, verdict and reviewer themselves."""
    reading = reading.of_all()
    board = Board(reading)
    return {
        "reading": reading,
        "now": reading.now,
        "board": board,
        "tiles": board.tiles(),
        "health": health(reading.now, to_administrator=reading.viewer.is_administrator),
        "oldest": oldest_passed(reading),
        "median": median_to_verdict(reading.viewer, reading.filters, reading.now),
        "late": late_now(reading),
        "next": next_due(reading),
        "chart": due_and_decided(reading),
        "happenings": just_now(reading),
        "outlets": read_outlets(reading),
        "caveat": CAVEAT,
    }


@for_desks
def sources(request: HttpRequest, reading: Reading) -> HttpResponse:
    """What became of dated claims, by source and by how sure they were printed."""
    search = request.GET.get("q", "").replace("\0", "")  # which no name holds, and the database does not take
    table = read_sources(reading, search)
    context = {
        "reading": reading,
        "now": reading.now,
        "table": table,
        "periods": VerdictPeriod,
        "parts": Part,
        "options": options(reading),
        "search": search,
        "place": "sources",
    }
    return render(request, "dashboard/sources.html", context)


@for_desks
def claim_list(request: HttpRequest, reading: Reading, key: str) -> HttpResponse:
    """The claims behind one number, 50 to a page."""
    number = _number(key)
    page = page_of(reading, number, request.GET.get("page", ""))
    context = {
        "reading": reading,
        "now": reading.now,
        "number": number,
        "heading": heading(reading, number),
        "page": page,
        "was": _count_before(request, page.paginator.count),
        "csv": reverse("desk:csv", args=[key]) + reading.query(),
        "back": reverse("desk:overview") + reading.of_all().query(),
    }
    return render(request, "dashboard/list.html", context)


def _count_before(request: HttpRequest, count: int) -> int | None:
    """What the number was when it was clicked, if the list has another length now."""
    was = request.GET.get("was", "")
    return int(was) if was.isascii() and was.isdigit() and len(was) < 10 and int(was) != count else None


class _Echo:
    """Hands each written line on instead of keeping it."""

    def write(self, line: str) -> str:
        return line


@for_desks
def claim_csv(_request: HttpRequest, reading: Reading, key: str) -> StreamingHttpResponse:
    """The list as CSV (UTF-8, RFC 4180), streamed. It begins with a mark by which spreadsheets know UTF-8."""
    writer = csv.writer(_Echo())
    lines = (writer.writerow(row) for row in csv_rows(reading, _number(key)))
    response = StreamingHttpResponse(chain(["\ufeff"], lines), content_type="text/csv; charset=utf-8")
    moment = timezone.localtime(reading.now).strftime("%Y-%m-%dT%H%M")
    response["Content-Disposition"] = f'attachment; filename="claims_{key}_{moment}.csv"'
    return response


@for_desks
def agreement(request: HttpRequest, reading: Reading) -> HttpResponse:
    """How far reviewers who knew nothing of each other agree, desk by desk."""
    asked = request.GET.get("period", Period.QUARTER)
    if asked not in Period.values:
        raise Http404(_("There is no such period."))
    period = Period(asked)
    context = {
        "reading": reading,
        "now": reading.now,
        "rows": agreement_by_desk(reading.claims(), reading.desks_shown, reading.now, period),
        "period": period,
        "periods": Period.choices,
        "definition": DEFINITION,
        "enough": ENOUGH,
        "back": reverse("desk:overview") + reading.query(age="", verdict="", reviewer=None),
    }
    return render(request, "dashboard/agreement.html", context)


def _number(key: str) -> Number:
    if key not in NUMBERS:
        raise Http404(_("There is no such number."))
    return NUMBERS[key]
