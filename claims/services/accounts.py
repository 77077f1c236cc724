"""Keeps the accounts of people: who signs in under which name."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection, transaction

from claims.errors import ClaimDeskError
from claims.models import User

# Whoever gives an account its name holds this until they are done, so that nobody else gives the same one meanwhile.
NAMING = 7_402_120


class PersonKnown(ClaimDeskError):
    """Somebody signs in under this name already; capital letters make no other.

    User names are unique without regard to capital letters. Choose another one.
    """

    code = "person_known"


def keep_account(person: User, written: Sequence[str] | None = None) -> None:
    """Keep an account: the named columns of one that there is, None for a new one. Raises `PersonKnown`."""
    with transaction.atomic():
        if written is None or "username" in written:
            _check_name(person)
        if written is None:
            person.save(force_insert=True)
        else:
            person.save(update_fields=written)


def _check_name(person: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [NAMING])
    if User.objects.filter(username__iexact=person.username).exclude(pk=person.pk).exists():
        raise PersonKnown(pointer="/username")
