"""Makes the desk of a fault run and prints how its people and its key sign in: `python -m tests.faults.newsroom`."""

from __future__ import annotations

import json
from typing import Any

import django

django.setup()

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402 - after setup
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402

from claims.models import Scope, User  # noqa: E402
from tests import factories as make  # noqa: E402

REVIEWERS = 3


def session_of(user: User) -> str:
    """The key of a session in which the person is signed in."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def main() -> dict[str, Any]:
    """A desk with reviewers, an editor and a key for claims and evidence."""
    desk = make.a_desk(name="World", key="world", min_origins=2)
    _, key = make.a_key(Scope.CLAIMS_READ, Scope.CLAIMS_WRITE, Scope.CLAIMS_TRIAGE, Scope.EVENTS_READ)
    reviewers = [make.a_reviewer(desk, limit=500) for _ in range(REVIEWERS)]
    return {
        "desk": desk.key,
        "key": key,
        "reviewers": [session_of(reviewer.user) for reviewer in reviewers],
        "editor": session_of(make.an_editor(desk)),
    }


if __name__ == "__main__":
    print(json.dumps(main()))
