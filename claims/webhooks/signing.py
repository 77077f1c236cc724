"""Secrets of webhooks and the signatures made with them (Standard Webhooks 1.0.0, HMAC-SHA256).

A secret is never stored. It follows from the site's SECRET_KEY and the webhook's salt, so neither a copy of the
database nor the key alone holds it; what is stored is its hash, which tells when the key has been changed.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from hmac import digest
from secrets import token_urlsafe

from django.utils.crypto import salted_hmac

PREFIX = "whsec_"
_PURPOSE = "claims.webhooks.signing"


def new_salt() -> str:
    """What tells one secret from every other."""
    return token_urlsafe(32)


def secret_of(salt: str) -> bytes:
    """The 32 bytes that this salt stands for on this site."""
    return salted_hmac(_PURPOSE, salt, algorithm="sha256").digest()


def shown(secret: bytes) -> str:
    """A secret as its receiver keeps it."""
    return PREFIX + b64encode(secret).decode()


def fingerprint(secret: bytes) -> str:
    """What is stored of a secret: SHA-256, hexadecimal. It has 256 random bits, so no salt is needed."""
    return sha256(secret).hexdigest()


def signature(name: str, at: datetime, body: bytes, secrets: Iterable[bytes]) -> str:
    """The `webhook-signature` of one attempt, one part for each secret; `name` is the `webhook-id`."""
    signed = f"{name}.{int(at.timestamp())}.".encode() + body
    return " ".join(f"v1,{b64encode(digest(secret, signed, 'sha256')).decode()}" for secret in secrets)
