"""Makes, ends and recognises the secrets in the addresses of people's own feeds: 256 random bits, shown once."""

from __future__ import annotations

import hmac
import re
from secrets import token_urlsafe

from claims.models import FeedSecret, User, hashed
from claims.services.keys import SECRET_BYTES
from claims.services.transitions import database_time

_SHOWN = re.compile(r"([1-9][0-9]{0,17})_([A-Za-z0-9_-]{20,120})\Z")
_NOBODY = hashed("")


def renew_feed_secret(user: User) -> str:
    """A new secret, as it goes into an address; any former one opens nothing from now on."""
    secret = token_urlsafe(SECRET_BYTES)
    FeedSecret.objects.update_or_create(
        user=user, defaults={"secret_sha256": hashed(secret), "made_at": database_time()}
    )
    return f"{user.pk}_{secret}"


def end_feed_secret(user: User) -> None:
    """From this moment on no address opens the person's own feeds."""
    FeedSecret.objects.filter(user=user).delete()


def person_showing(shown: str) -> User | None:
    """Whose secret this is, while they may still sign in; None for anything else."""
    parts = _SHOWN.match(shown)
    kept = FeedSecret.objects.select_related("user").filter(pk=int(parts[1])).first() if parts else None
    # Compared even when there is none, so that time tells nothing.
    same = hmac.compare_digest(hashed(parts[2]) if parts else "", kept.secret_sha256 if kept else _NOBODY)
    return kept.user if kept is not None and same and kept.user.is_active else None
