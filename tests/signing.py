"""A browser of somebody who has signed in already."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client

from claims.models import User


def browser_of(user: User) -> Client:
    """The session that signing in leaves behind, written at once: that people can sign in is proved elsewhere."""
    session, client = SessionStore(), Client()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    client.cookies[settings.SESSION_COOKIE_NAME] = str(session.session_key)
    return client


def browser_of_staff(user: User) -> Client:
    """The same of somebody who works in the admin."""
    if not user.is_staff:
        user.is_staff = True
        user.save(update_fields=["is_staff"])
    return browser_of(user)
