"""PostgreSQL's engine with connections that wait for no answer longer than they are told.

`statement_timeout` and its like are the server's own limits: they do not hold where the server's processes stand still,
and `tcp_user_timeout` does not notice either, since the system around them goes on acknowledging what is sent. Every
thread that has a connection would then wait until the server wakes, and with all of them waiting not even `/healthz`
is answered.
"""

from time import monotonic
from traceback import clear_frames
from typing import Any, Self

import psycopg
from django.db.backends.postgresql import base

LOOK = 2.0  # seconds in which a connection has to show that it stands before a request uses it


class PatientConnection(psycopg.Connection[Any]):
    """A connection that is closed when an answer takes longer than `patience` seconds; None: as long as it likes."""

    patience: float | None = None

    @classmethod
    def connect(cls, conninfo: str = "", **given: Any) -> Self:
        """Connect. An attempt that failed leaves no socket behind.

        The driver's exception holds what it was connecting with in a ring of references that is cleared when the next
        collection happens to come. A server that stood still would find all those sockets when it wakes, and give each
        a place out of `max_connections` until then.
        """
        try:
            return super().connect(conninfo, **given)
        except psycopg.OperationalError as failure:
            clear_frames(failure.__traceback__)
            raise

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait for an answer, no longer than `timeout` and `patience`. Raises `OperationalError` when it takes longer.

        The connection is closed then: the answer may still come one day, and nobody would know to what. It is closed
        also when a statement that is prepared on it answers other columns by now, because somebody migrates: that is
        `NotSupportedError`, and would be it again and again.
        """
        within = min((limit for limit in (timeout, self.patience) if limit is not None), default=None)
        begun = monotonic()
        try:
            return super().wait(gen, interval, within)
        except psycopg.OperationalError:
            if within is not None and monotonic() - begun >= within:
                self.close()
            raise
        except psycopg.NotSupportedError:
            self.close()
            raise


class DatabaseWrapper(base.DatabaseWrapper):
    """Connects with the patience of `ANSWERED_WITHIN`, a key of its own in Django's settings of a database."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect. Raises `OperationalError`."""
        self.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
        made = PatientConnection.connect(**conn_params)
        made.patience = self.settings_dict.get("ANSWERED_WITHIN")
        return made

    def is_usable(self) -> bool:
        """Whether the connection stands. A server that lives says so at once."""
        held = self.connection
        if not isinstance(held, PatientConnection):
            return False
        usual, held.patience = held.patience, LOOK
        try:
            return super().is_usable()
        finally:
            held.patience = usual
