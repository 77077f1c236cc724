"""Logs: one line per event, with the request's id; for people in development, JSON in production."""

import re
from collections.abc import MutableMapping
from typing import Any

import structlog

# A browser sends its ticket and Google's clients their key in the address, which stands in the line of its request.
_SECRETS = re.compile(r"([?&](?:key|access_token|oauth_token|ticket)=)[^&\s]+")
SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
]
CLOCK = structlog.processors.TimeStamper(fmt="%H:%M:%S UTC", utc=True)
INSTANT = structlog.processors.TimeStamper(fmt="iso", utc=True)


def one_line_per_request(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop the line that a request begins; the one that it has ended says all of it."""
    if event["event"] == "request_started":
        raise structlog.DropEvent
    return event


def without_secrets(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blot out what an address carries that is nobody's business."""
    if isinstance(event.get("request"), str):
        event["request"] = _SECRETS.sub(r"\1…", event["request"])
    return event


def configure(*, json: bool) -> dict[str, Any]:
    """Set structlog up and return Django's LOGGING."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            one_line_per_request,
            without_secrets,
            *SHARED,
            INSTANT if json else CLOCK,
            structlog.processors.StackInfoRenderer(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": structlog.stdlib.ProcessorFormatter, **_form(json=json)}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": "INFO"},
        "loggers": _levels(),
    }


def _form(*, json: bool) -> dict[str, Any]:
    # Plain tracebacks: richer ones print the values of local variables, and those hold secrets.
    last: list[Any] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
        if json
        else [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)]
    )
    remove = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    return {"foreign_pre_chain": [*SHARED, INSTANT if json else CLOCK], "processors": [remove, *last]}


def _levels() -> dict[str, Any]:
    """Quieter than INFO where a line comes every few seconds and says nothing new."""
    return {
        "django.request": {"level": "ERROR"},  # the request's own line has its status
        "django.security.DisallowedHost": {"level": "CRITICAL"},  # scanners; they get their 400
        "celery.beat": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "django_structlog.celery.receivers": {"level": "WARNING"},
    }
