"""Makes the desk of a fault run and prints how its people and its key sign in: `python -m tests.faults.newsroom HOOK`.

HOOK is the address of a receiver that is told everything.
"""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from typing import Any

import django

django.setup()

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402 - after setup
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402

from claims.ladders import Deed, Step, Tell, Track  # noqa: E402
from claims.models import Scope, User  # noqa: E402
from claims.services.webhooks import make_webhook  # noqa: E402
from tests import factories as make  # noqa: E402

LIMITS = (1, 3, 6)  # so low that there is always something in the pool, and somebody whom one more is too many
# Steps some seconds from the dates, so that a run climbs all of them.
STEPS = (
    Step("remind", "2 s to review due", Track.REVIEW_DUE, timedelta(seconds=-2), Tell.REVIEWER),
    Step("due", "review is due", Track.REVIEW_DUE, timedelta(0), Tell.REVIEWER),
    Step("editor", "2 s late", Track.REVIEW_DUE, timedelta(seconds=2), Tell.EDITOR),
    Step("return", "8 s late", Track.REVIEW_DUE, timedelta(seconds=8), Tell.EDITOR, Deed.RETURN),
    Step("passed", "its own date has passed", Track.OWN_DATE, timedelta(0), Tell.EDITOR),
)


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
    desk = make.with_ladder(make.a_desk(name="World", key="world", min_origins=2), *STEPS)
    _, key = make.a_key(Scope.CLAIMS_READ, Scope.CLAIMS_WRITE, Scope.CLAIMS_TRIAGE, Scope.EVENTS_READ)
    telling, _ = make.a_key(Scope.WEBHOOKS_MANAGE, Scope.EVENTS_READ)
    make_webhook(make.viewer(telling), name="Content system", url=sys.argv[1])
    reviewers = [make.a_reviewer(desk, limit=limit) for limit in LIMITS]
    editor = make.an_editor(desk)
    for person in (*(reviewer.user for reviewer in reviewers), editor):
        person.email = f"{person.username}@harbour-paper.com"
        person.save(update_fields=["email"])
    return {
        "desk": desk.key,
        "key": key,
        "reviewers": [session_of(reviewer.user) for reviewer in reviewers],
        "editor": session_of(editor),
    }


if __name__ == "__main__":
    print(json.dumps(main()))
