"""PostgreSQL's engine that says, on the first connection, that there is no database yet.

Commands that need no database (help, makemigrations, check, the type checker) work without
one; the others end with one sentence that says how to get one.
"""

from typing import Any

from django.db.backends.postgresql import base
from django.db.utils import OperationalError

HOW = (
    "No database is running for this checkout: start one with `make run`, run this command as "
    "`.venv/bin/python -m verify_project.runtime with -- COMMAND`, or set DATABASE_URL."
)


class NoDatabase(OperationalError):
    """There is none yet; the message says how to get one."""


class DatabaseWrapper(base.DatabaseWrapper):
    """Refuses to connect, and says what to do."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Raise NoDatabase with the sentence."""
        raise NoDatabase(HOW)
