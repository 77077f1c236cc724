"""Is the process alive, and is the service ready?

`/healthz` asks nothing of anybody: it answers before the host check and without the database, so that a database that
is away does not get every web process restarted. `/readyz` asks database and broker, each for two seconds at most, and
looks at work done: how long ago the sweep ran, what lies there although it is due. It never trusts a pid.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db import InterfaceError, OperationalError, ProgrammingError, connection
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.views.decorators.http import require_safe
from psycopg.errors import UndefinedColumn, UndefinedTable

from claims.models import Fetch, Operation, Webhook
from claims.services.patience import answered_within, statements_within
from claims.services.transitions import database_time
from claims.services.watch import SweepHealth, sweep_health
from reviews.models import Message
from verify_project.broker import broker_answers

LEFT_LYING = timedelta(minutes=5)  # what is due waits longer only when nobody takes it
PATIENCE = 2  # seconds for the answers of the database
STALE = frozenset({"away", "delayed", "read-only"})


class LivenessMiddleware:
    """Answers `/healthz` itself; all else passes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, or hand the request on."""
        if request.path == "/healthz":
            return _alive(request)
        return self.get_response(request)


@require_safe
def _alive(_request: HttpRequest) -> HttpResponseBase:
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:
    """Say how the service is: 503 when the database is away or has not our tables, for nothing can be answered then.

    Work that stands still is told with 200 and `degraded`: it does not take the pages away, which compute lateness from
    the clock and ask no broker. With `?strict=1`, for monitors that read statuses only, it is 503 as well.
    """
    try:
        database, sweep, work = _looked_at()
    except (OperationalError, InterfaceError):
        return _uncached({"status": "unavailable", "database": "away"}, status=503)
    except ProgrammingError as problem:
        if not isinstance(problem.__cause__, (UndefinedTable, UndefinedColumn)):
            raise
        return _uncached({"status": "unavailable", "database": "not migrated"}, status=503)
    found = {
        "database": database,
        "broker": "ok" if broker_answers(settings.CELERY_BROKER_URL) else "away",
        "alerts": "delayed" if sweep.delayed else "current",
        **work,
    }
    is_degraded = bool(STALE & set(found.values()))
    told = {
        "status": "degraded" if is_degraded else "ok",
        **found,
        "last_sweep": sweep.ran_at,
        "sweep_lag_seconds": round(sweep.lag.total_seconds(), 3),
        "alarms_set_aside": sweep.set_aside,
    }
    return _uncached(told, status=503 if is_degraded and request.GET.get("strict") == "1" else 200)


def _looked_at() -> tuple[str, SweepHealth, dict[str, str]]:
    """Whether changes are taken; the sweep and the other work, from rows. Raises OperationalError after too long."""
    with answered_within(PATIENCE, connection), statements_within(PATIENCE):
        now = database_time()
        return _database(), sweep_health(now), slow_work(now)


def _database() -> str:
    """Whether it takes changes, as the server tells each connection by itself."""
    told = connection.connection.info.parameter_status
    return "read-only" if "on" in {told("in_hot_standby"), told("default_transaction_read_only")} else "ok"


def slow_work(now: datetime) -> dict[str, str]:
    """How reading links, imports, sending letters and webhooks are doing, from what lies there: current, delayed, off.

    None raises an alert of its own: a site whose slow worker was never started would look well otherwise.
    """
    before = now - LEFT_LYING
    looked = {
        "links": (settings.FETCH_PAGES, Fetch.objects.awaited(before)),
        "imports": (settings.FETCH_PAGES, Operation.objects.due(before)),
        "letters": (settings.MAIL_ENABLED, Message.objects.waiting().filter(next_attempt_at__lt=before)),
        "webhooks": (settings.SEND_WEBHOOKS, Webhook.objects.ready(before)),
    }
    return {
        name: "off" if not is_on else "delayed" if rows.exists() else "current"
        for name, (is_on, rows) in looked.items()
    }


def _uncached(told: Mapping[str, object], *, status: int) -> JsonResponse:
    return JsonResponse(dict(told), status=status, headers={"Cache-Control": "no-store"})
