"""Turns the addresses in the environment into what Django and Celery take.

Order for the database: `DATABASE_URL`, then the servers that `make run` keeps for this
checkout, then an engine that says what to do. The same for the broker.
"""

from typing import Any

import environ

from verify_project.runtime.places import running_servers

# Seconds a statement, a wait for a lock and an idle transaction may take, by kind of process.
# A page that hangs is worse than one that fails; a migration must be left to finish.
LIMITS = {
    "web": (5, 3, 15),
    "stream": (5, 3, 15),
    "worker": (60, 10, 60),
    "command": (0, 60, 600),
}
# Seconds after which these stop waiting for an answer that the server should have cut off long before: it stands still.
# Workers are ended by Celery's own limits, commands are left to finish.
ANSWERED_WITHIN = {"web": 7, "stream": 7}
NO_BROKER = "redis+socket:///no-broker-is-running"


def database(url: str, process: str) -> dict[str, Any]:
    """Django's settings of the database at `url`; of none, when the url is empty."""
    if not url:
        return {"ENGINE": "verify_project.runtime.nodatabase", "NAME": "none"}
    found: dict[str, Any] = environ.Env.db_url_config(url)
    options = found.pop("OPTIONS", {})
    if "host" in options:  # how the directory of a Unix socket is given
        found["HOST"] = options.pop("host")
    return found | {
        "ENGINE": "verify_project.database",
        "ANSWERED_WITHIN": ANSWERED_WITHIN.get(process),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options | connection_limits(process),
    }


def connection_limits(process: str) -> dict[str, Any]:
    """Every wait on a connection has an end."""
    statement, lock, idle = LIMITS[process]
    seconds = {
        "statement_timeout": statement,
        "lock_timeout": lock,
        "idle_in_transaction_session_timeout": idle,
    }
    return {
        "connect_timeout": 5,
        "tcp_user_timeout": 10_000,
        "application_name": f"claimdesk-{process}",
        "options": " ".join(f"-c {name}={value}s" for name, value in seconds.items()),
    }


def known_database_url(given: str) -> str:
    """The address given, or that of this checkout's running servers, or nothing."""
    running = None if given else running_servers()
    return running.database_url if running else given


def known_broker_url(given: str) -> str:
    """The address given, or that of this checkout's running servers, or one that fails at once."""
    running = None if given else running_servers()
    return running.broker_url if running else given or NO_BROKER


def mail(url: str) -> dict[str, Any]:
    """Django's settings of the mail server at `url` (smtp://, smtp+tls://, smtp+ssl://); a silent one without."""
    if not url:
        return {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
    found: dict[str, Any] = environ.Env.email_url_config(url)
    return {name: value for name, value in found.items() if value is not None}
