"""Addresses of the style guide: every component of `cd/cd.css` on one page of ours, served only to tests."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.template import engines
from django.urls import URLPattern, URLResolver, include, path
from django.views.decorators.csrf import csrf_exempt

from claims.lifecycle import State
from claims.verdicts import Said, So
from claims.wordings import NOTE_ORDER

TEMPLATE = Path(__file__).parent / "guide.html"
ANSWERED: list[str] = []


def guide(request: HttpRequest) -> HttpResponse:
    """The style guide. `?due=SECONDS` moves the first deadline to that many seconds from now."""
    now = datetime.now(UTC)
    due = now + timedelta(seconds=float(request.GET.get("due", "12480")))
    context = {
        "now": now,
        "place": "overview",
        "states": State.values,
        "so": So.values,
        "said": Said.values,
        "notes": NOTE_ORDER,
        "due": due,
        "late": now - timedelta(hours=5, minutes=32),
        "far": now + timedelta(days=2, hours=3),
        "claim": SimpleNamespace(
            confirm_from=datetime(2026, 11, 27, 5, tzinfo=UTC),
            confirm_by=datetime(2026, 11, 28, 4, 59, 59, 999999, tzinfo=UTC),
            confirm_precision="day",
            confirm_zone="America/New_York",
            confirm_zone_basis="speaker",
        ),
        "counts": {"confirmed": 41, "partly": 9, "context": 7, "refuted": 4, "unproven": 2, "overtaken": 1},
    }
    template = engines["django"].from_string(TEMPLATE.read_text())
    return HttpResponse(template.render(context, request))


def missing(request: HttpRequest) -> HttpResponse:
    """A claim that does not exist."""
    raise Http404("There is no claim #999. It may have been merged; search for its words.")


@csrf_exempt
def sent(request: HttpRequest) -> HttpResponse:
    """Takes a form; the answer 204 leaves the page where it is."""
    return HttpResponse(status=204)


def slow(request: HttpRequest) -> HttpResponse:
    """Takes its time, and says in `ANSWERED` that it is done."""
    time.sleep(0.5)
    ANSWERED.append(request.path)
    return HttpResponse()


admin.autodiscover()  # as the addresses of the product do
urlpatterns: list[URLPattern | URLResolver] = [
    path("guide/", guide),
    path("guide/missing/", missing),
    path("guide/sent/", sent),
    path("guide/slow/", slow),
    path("desk/", include("reviews.dashboard.urls")),
    path("admin/", admin.site.urls),
]
