"""Makes, changes and ends the keys of integrations. A secret has 256 random bits, is shown once and kept as a hash.

Whatever is done with a key is written down beside it (`KeyEvent`).
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from secrets import token_urlsafe

from django.db import transaction
from django.db.models import QuerySet

from claims.actors import Actor, rule
from claims.errors import ClaimDeskError, Invalid
from claims.models import ApiKey, Desk, KeyEvent, KeyStep, Scope, User, hashed
from claims.models.worded import worded
from claims.services.articles import line
from claims.services.transitions import database_time

SECRET_BYTES = 32
USE_NOTED_EVERY = timedelta(minutes=1)
BEARER = re.compile(r"\s*Bearer\s+(\S+)\s*\Z", re.IGNORECASE)
_KEY = re.compile(r"vk_([1-9][0-9]{0,17})_([A-Za-z0-9_-]{20,120})\Z")
_NOBODY = hashed("")
COMMAND = rule("command line")
OVERLAP, LONGEST_OVERLAP = timedelta(hours=24), timedelta(days=7)


class KeyOver(ClaimDeskError):
    """This key was revoked or has expired. Make a new one.

    A key that has ended opens nothing and gets no new secret. Have another one made.
    """

    code = "key_over"


class FormerSecret(ClaimDeskError):
    """Only the newest secret of a key may change it.

    During an overlap two secrets open, but only the newer one gives out a third. Call with the newest secret.
    """

    code = "former_secret"
    status = 403


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
        write_down(key, KeyStep.MADE, by=by.as_actor() if by else COMMAND)
    return key, f"vk_{key.pk}_{secret}"


def key_by(shown: str) -> ApiKey | None:
    """The key that was shown as this text once, live or not; None when there is none."""
    parts = _KEY.match(shown)
    key = _keys.one(int(parts.group(1))) if parts else None
    # Compared even when there is no such key, so that time tells nothing.
    secret = hashed(parts.group(2)) if parts else ""
    same = hmac.compare_digest(secret, key.secret_sha256 if key else _NOBODY)
    former = hmac.compare_digest(secret, (key.former_sha256 if key else "") or _NOBODY)
    if former and key is not None and key.former_until is not None:
        same = database_time() < key.former_until
    if key is None or not same:
        return None
    key.opened_by = secret
    return key


@worded
def _keys(number: int) -> QuerySet[ApiKey]:
    return ApiKey.objects.filter(pk=number)


def rotate_key(number: int, *, overlap: timedelta, shown: str | None = None, by: Actor = COMMAND) -> tuple[ApiKey, str]:
    """A new secret for a key, as the text that is never seen again; until `overlap` ends the former one opens too.

    `shown` is the text that asks for it, None when an administrator does: whoever holds a former secret may be the
    reason for the change. Raises `KeyOver` for a key that is revoked or expired, `FormerSecret`.
    """
    with transaction.atomic():
        key, now = ApiKey.objects.select_for_update().get(pk=number), database_time()
        if not key.is_live(now):
            raise KeyOver
        if shown is not None and hashed(shown.split("_", 2)[2]) != key.secret_sha256:
            raise FormerSecret
        secret = token_urlsafe(SECRET_BYTES)
        key.former_sha256, key.former_until = (key.secret_sha256, now + overlap) if overlap else ("", None)
        key.secret_sha256 = hashed(secret)
        key.save(update_fields=["secret_sha256", "former_sha256", "former_until"])
        write_down(key, KeyStep.ROTATED, by=by)
    return key, f"vk_{key.pk}_{secret}"


def revoke_key(key: ApiKey, *, by: Actor = COMMAND) -> None:
    """From this moment on the key opens nothing. Revoking it again changes nothing."""
    with transaction.atomic():
        kept = ApiKey.objects.select_for_update().get(pk=key.pk)
        if kept.revoked_at is None:
            kept.revoked_at = database_time()
            kept.save(update_fields=["revoked_at"])
            write_down(kept, KeyStep.REVOKED, by=by)
        key.revoked_at = kept.revoked_at


def write_down(key: ApiKey, step: KeyStep, *, by: Actor) -> None:
    """Keep who did what with a key, and what it says since, in the transaction of the change.

    A change that left the key as it was is none. What the key says is read under its lock: the caller's may be from
    before somebody else's change, and the last that is written down has to be what holds.
    """
    key = ApiKey.objects.select_for_update().get(pk=key.pk)
    says = {
        "name": key.name,
        "scopes": list(key.scopes),
        "desks": sorted(key.desks.values_list("pk", flat=True)),
        "expires_at": key.expires_at.isoformat() if key.expires_at else None,
        "revoked_at": key.revoked_at.isoformat() if key.revoked_at else None,
        "secrets": hashed(f"{key.secret_sha256} {key.former_sha256}"),
    }
    last = key.events.last() if step == KeyStep.CHANGED else None
    if last is None or last.says != says:
        KeyEvent.objects.create(key=key, step=step, actor_kind=by.kind, actor_id=by.id, actor_name=by.name, says=says)


def note_use(key: ApiKey, now: datetime) -> None:
    """Remember that the key was used, at most once a minute, so that reading does not write all the time."""
    if key.last_used_at is None or now - key.last_used_at > USE_NOTED_EVERY:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
