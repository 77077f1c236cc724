"""Makes and ends the keys of integrations. A secret has 256 random bits, is shown once and stored as its hash."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from secrets import token_urlsafe

from django.db import transaction

from claims.errors import Invalid
from claims.models import ApiKey, Desk, Scope, User, hashed
from claims.services.articles import line
from claims.services.transitions import database_time

SECRET_BYTES = 32
USE_NOTED_EVERY = timedelta(minutes=1)
BEARER = re.compile(r"\s*Bearer\s+(\S+)\s*\Z", re.IGNORECASE)
_KEY = re.compile(r"vk_([1-9][0-9]{0,17})_([A-Za-z0-9_-]{20,120})\Z")
_NOBODY = hashed("")


def make_key(
    *,
    name: str,
    scopes: Iterable[str],
    desks: Iterable[Desk] = (),
    by: User | None = None,
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """A new key and the text `vk_<id>_<secret>` that is never seen again. No desk means every desk.

    Raises `Invalid` for an empty name or a scope that does not exist.
    """
    wanted = sorted(set(scopes))
    if unknown := [scope for scope in wanted if scope not in Scope.values]:
        raise Invalid(f'There is no scope "{unknown[0]}".', pointer="/scopes")
    title = line(name, "name", 120)
    if not title:
        raise Invalid("Give the key a name that says who uses it.", pointer="/name")
    secret = token_urlsafe(SECRET_BYTES)
    with transaction.atomic():
        key = ApiKey.objects.create(
            name=title, secret_sha256=hashed(secret), scopes=wanted, created_by=by, expires_at=expires_at
        )
        key.desks.set(desks)
    return key, f"vk_{key.pk}_{secret}"


def key_by(shown: str) -> ApiKey | None:
    """The key that was shown as this text once, live or not; None when there is none."""
    parts = _KEY.match(shown)
    key = ApiKey.objects.filter(pk=int(parts.group(1))).first() if parts else None
    # Compared even when there is no such key, so that time tells nothing.
    same = hmac.compare_digest(hashed(parts.group(2)) if parts else "", key.secret_sha256 if key else _NOBODY)
    return key if same else None


def revoke_key(key: ApiKey) -> None:
    """From this moment on the key opens nothing. Revoking it again changes nothing."""
    if key.revoked_at is None:
        key.revoked_at = database_time()
        key.save(update_fields=["revoked_at"])


def note_use(key: ApiKey, now: datetime) -> None:
    """Remember that the key was used, at most once a minute, so that reading does not write all the time."""
    if key.last_used_at is None or now - key.last_used_at > USE_NOTED_EVERY:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
