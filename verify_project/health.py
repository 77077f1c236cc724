"""Is the process alive, and is the service ready?

`/healthz` asks nothing of anybody: it answers before the host check and without the database,
so that a database that is away does not get every web process restarted. `/readyz` asks the
database and looks at work done, the age of the last sweep, never at a pid or a ping.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.utils import timezone

from claims.models import Fetch
from claims.services.watch import sweep_health
from reviews.models import Message

LEFT_LYING = timedelta(minutes=5)  # links and letters that are due wait longer only when nobody takes them


class LivenessMiddleware:
    """Answers `/healthz` itself; all else passes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, or hand the request on."""
        if request.path == "/healthz":
            return JsonResponse({"status": "ok"})
        return self.get_response(request)


def readyz(request: HttpRequest) -> JsonResponse:
    """Say how the service is: 503 when the database is away, 200 with `alerts` otherwise.

    Late alerts do not take the pages away: they compute lateness from the clock.
    """
    now = timezone.now()
    try:
        sweep, slow = sweep_health(now), slow_work(now)
    except (OperationalError, InterfaceError):
        return JsonResponse({"status": "unavailable", "database": "away"}, status=503)
    return JsonResponse(
        {
            "status": "ok",
            "database": "ok",
            "alerts": "delayed" if sweep.delayed else "current",
            "last_sweep": sweep.ran_at,
            "alarms_set_aside": sweep.set_aside,
            **slow,
        }
    )


def slow_work(now: datetime) -> dict[str, str]:
    """How the reading of links and the sending of letters are doing, from what lies there: current, delayed or off.

    Neither raises an alert of its own: a site whose slow worker was never started would look well otherwise.
    """
    before = now - LEFT_LYING
    links, letters = Fetch.objects.awaited(before), Message.objects.waiting().filter(next_attempt_at__lt=before)
    looked = {"links": (settings.FETCH_PAGES, links), "letters": (settings.MAIL_ENABLED, letters)}
    return {
        name: "off" if not is_on else "delayed" if rows.exists() else "current"
        for name, (is_on, rows) in looked.items()
    }
