"""Sessions in the database, as Django keeps them; looked up with a statement that is worded and planned once."""

from __future__ import annotations

from datetime import datetime

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone

from claims.models.worded import worded


class SessionStore(db.SessionStore):
    """Every page looks the session of its reader up first."""

    def _get_session_from_db(self) -> Session | None:
        """The session while it lasts; whoever comes with another key gets a new one."""
        found = _sessions.one(str(self.session_key), timezone.now())
        if found is None:
            self._session_key = None
        return found


@worded
def _sessions(key: str, now: datetime) -> QuerySet[Session]:
    return Session.objects.filter(session_key=key, expire_date__gt=now)
